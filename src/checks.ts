/**
 * The checks of claims, each one step of a trace.
 *
 * They are our own because every check is to be made and reported, where a library stops at the first failure.
 *
 * @see [RFC 7519, section 4.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1) registered claims
 * @see [RFC 9068, section 4](https://www.rfc-editor.org/rfc/rfc9068#section-4) validating access tokens
 */

import { duration } from './duration.js';
import { isStringList, member, type Json, type JsonObject } from './json.js';
import { REDACTED } from './redact.js';
import type { Trace } from './verdict.js';

/** When and how strictly the time claims are judged. */
export interface Clock {
  /** Seconds since 1970, a whole number. */
  readonly now: number;
  /** Seconds by which a claim may be off. */
  readonly tolerance: number;
  /** Seconds by which the provider's clock is ahead of ours; null if unknown, or if `now` is not the present. */
  readonly skew: number | null;
}

const ISSUER: readonly string[] = ['issuer'];
const AUDIENCE: readonly string[] = ['audience'];

/** `iss` must be the issuer of the config, letter by letter; without one it is not checked. */
export function checkIssuer(trace: Trace, claims: JsonObject, issuer: string | null): void {
  const actual = member(claims, 'iss');
  if (issuer === null) {
    trace.warn('issuer', 'issuer_unchecked', 'no issuer is configured, so iss is not checked', {
      actual,
      field: ISSUER,
    });
    return;
  }
  const detail = { expected: issuer, actual, field: ISSUER };
  if (actual === undefined) {
    trace.fail('issuer', 'issuer_missing', `the token has no iss; the server wants ${quote(issuer)}`, detail);
  } else if (typeof actual !== 'string') {
    trace.fail(
      'issuer',
      actual === null ? 'issuer_mismatch' : 'claim_invalid',
      `iss is ${kind(actual)}; the server wants ${quote(issuer)}`,
      detail,
    );
  } else if (actual !== issuer) {
    trace.fail(
      'issuer',
      'issuer_mismatch',
      `expected ${quote(issuer)}, the token is from ${quote(actual)}${slashHint(issuer, actual)}`,
      detail,
    );
  } else trace.pass('issuer', `the token is from ${quoteExpected(issuer)}`, detail);
}

/** `aud` must be, or list, the audience of the config. */
export function checkAudience(trace: Trace, claims: JsonObject, audience: string): void {
  const actual = member(claims, 'aud');
  const detail = { expected: audience, actual, field: AUDIENCE };
  if (actual === undefined) {
    trace.fail('audience', 'audience_missing', `the token has no aud; the server wants ${quote(audience)}`, detail);
    return;
  }
  const listed = typeof actual === 'string' ? [actual] : actual;
  if (!isStringList(listed)) {
    trace.fail('audience', 'claim_invalid', 'aud is neither a string nor a list of strings', detail);
  } else if (!listed.includes(audience)) {
    const named = listed.length === 0 ? 'nobody' : listSome(listed);
    trace.fail('audience', 'audience_mismatch', `expected ${quote(audience)}, the token is for ${named}`, detail);
  } else trace.pass('audience', `the token is for ${quoteExpected(audience)}`, detail);
}

/** `exp` must lie ahead; a token without one is accepted with a warning. */
export function checkExpiry(trace: Trace, claims: JsonObject, clock: Clock): void {
  const exp = member(claims, 'exp');
  if (exp === undefined) {
    trace.warn('expiry', 'expiry_absent', 'the token has no exp: it is valid for ever');
    return;
  }
  const time = readTime(exp);
  if (time === null) {
    trace.fail('expiry', 'claim_invalid', describeFault('exp', exp), { actual: exp });
    return;
  }
  const detail = { expected: clock.now, actual: exp };
  const late = clock.now - time;
  if (late < clock.tolerance) {
    const words =
      late < 0 ? `expires in ${duration(-late)}` : `expired ${duration(late)} ago, within the clock tolerance`;
    trace.pass('expiry', words, detail);
  } else {
    // A clock that runs ahead of the provider's sees a token expire too early.
    const hint = skewHint(clock, -(clock.skew ?? 0) > late ? late + 1 : null);
    trace.fail('expiry', 'token_expired', `expired ${duration(late)} ago${hint}`, detail);
  }
}

/** `nbf` must not lie ahead; an `iat` that does is worth a warning. */
export function checkNotBefore(trace: Trace, claims: JsonObject, clock: Clock): void {
  const nbf = member(claims, 'nbf');
  const iat = member(claims, 'iat');
  const start = nbf === undefined ? undefined : readTime(nbf);
  const issued = iat === undefined ? undefined : readTime(iat);
  const early = typeof start === 'number' ? start - clock.now : -Infinity;
  if (early > clock.tolerance) {
    const hint = skewHint(clock, (clock.skew ?? 0) >= early ? early : null);
    const detail = { expected: clock.now, actual: nbf };
    const besides = issued === null ? `; and ${describeFault('iat', iat)}` : '';
    const message = `valid only in ${duration(Math.ceil(early))}${hint}${besides}`;
    trace.fail('not_before', 'token_not_yet_valid', message, detail);
  } else if (start === null || issued === null) {
    const besides = start === null && issued === null ? `; and ${describeFault('iat', iat)}` : '';
    const [name, actual] = start === null ? (['nbf', nbf] as const) : (['iat', iat] as const);
    trace.fail('not_before', 'claim_invalid', describeFault(name, actual) + besides, { actual });
  } else if (issued !== undefined && issued - clock.now > clock.tolerance) {
    const detail = { expected: clock.now, actual: iat };
    const hint = skewHint(clock, (clock.skew ?? 0) >= issued - clock.now ? issued - clock.now : null);
    trace.warn(
      'not_before',
      'issued_in_future',
      `iat lies ${duration(issued - clock.now)} ahead${hint}; some servers refuse that`,
      detail,
    );
  } else if (start === undefined) trace.skip('not_before', 'the token has no nbf');
  else trace.pass('not_before', `valid since ${duration(-early)}`, { actual: nbf });
}

/** The principal: the first of these claims that says something. Returns null after a failure. */
export function checkSubject(trace: Trace, claims: JsonObject, names: readonly string[]): string | null {
  const name = names.find((candidate) => !isBlank(member(claims, candidate))) ?? names[0] ?? 'sub';
  const value = member(claims, name);
  if (value === undefined) {
    const machine = member(claims, 'client_id');
    const hint =
      typeof machine === 'string'
        ? '; it has only client_id, as machine tokens often do, and the server refuses them too'
        : '';
    trace.fail('subject', 'claim_missing', `the token has no ${names.join(' and no ')}${hint}`);
    return null;
  }
  const fault = findPrincipalFault(value);
  if (fault !== null || typeof value !== 'string') {
    trace.fail('subject', 'claim_invalid', `${name} ${fault ?? 'is not a string'}`, { actual: value });
    return null;
  }
  trace.pass('subject', `${name} names the principal`, { actual: value });
  return value;
}

/** Longest principal: it ends up in logs and headers, and nobody's name is longer. */
const MAX_PRINCIPAL = 4096;

/** Says why a value cannot name a principal; null if it can. */
export function findPrincipalFault(value: Json | undefined): string | null {
  if (typeof value !== 'string') return value === undefined ? 'is missing' : `is ${kind(value)}, not a string`;
  // Letters that nobody sees name nobody.
  if (!/[^\s\p{Cf}\u115f\u1160\u3164\uffa0]/u.test(value)) return 'is blank';
  if (value.length > MAX_PRINCIPAL) return `is longer than ${MAX_PRINCIPAL} characters`;
  // eslint-disable-next-line no-control-regex -- a principal ends up in logs and headers
  if (/[\u0000-\u001f\u007f-\u009f]/.test(value)) return 'holds a control character';
  // Everybody whose name was redacted would be the same principal.
  if (value.includes(REDACTED)) return 'holds the token or another secret';
  return value.isWellFormed() ? null : 'is not well-formed Unicode';
}

function readTime(value: Json): number | null {
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** Says why a claim is no time. */
function describeFault(name: string, value: Json | undefined): string {
  const what = typeof value === 'number' || typeof value === 'bigint' ? 'too large a number' : kind(value ?? null);
  return `${name} is ${what}; it must be a number of seconds`;
}

/** The largest clock tolerance that can be set, in seconds. */
const MAX_TOLERANCE = 3600;

/** Small differences are the network's, not the clock's. */
const LEAST_SKEW = 2;

function skewHint(clock: Clock, needed: number | null): string {
  if (clock.skew === null || needed === null || Math.abs(clock.skew) < LEAST_SKEW) return '';
  const direction = clock.skew > 0 ? 'behind' : 'ahead of';
  return `; your clock is ${Math.abs(clock.skew)} s ${direction} the provider’s: ${needed > MAX_TOLERANCE ? 'set it' : `it would pass with --clock-tolerance ${Math.ceil(needed)}`}`;
}

function slashHint(expected: string, actual: string): string {
  const bare = (text: string): string => text.replace(/\/$/, '').toLowerCase();
  if (bare(expected) !== bare(actual)) return '';
  return expected.replace(/\/$/, '') === actual.replace(/\/$/, '')
    ? ' (only the trailing slash differs)'
    : ' (only the case differs)';
}

function isBlank(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '';
}

function kind(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value === 'bigint' ? 'number' : typeof value}`;
}

const MAX_SHOWN = 200;

function quote(text: string): string {
  return JSON.stringify(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);
}

const quoted = new Map<string, string>();
const MAX_QUOTED = 100;

/** Quotes what a config expects, which is the same for all its tokens. */
function quoteExpected(text: string): string {
  const known = quoted.get(text);
  if (known !== undefined) return known;
  const fresh = quote(text);
  if (quoted.size === MAX_QUOTED) quoted.clear();
  quoted.set(text, fresh);
  return fresh;
}

function listSome(items: readonly string[]): string {
  const some = items.slice(0, 5).map(quote).join(', ');
  return items.length > 5 ? `${some} and ${items.length - 5} more` : some;
}
