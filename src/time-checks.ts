/**
 * The checks of the claims that hold times, each one step of a trace.
 *
 * @see [RFC 7519, section 4.1.4](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4) exp, nbf, iat
 */

import { duration } from './duration.js';
import { usageError } from './errors.js';
import { describeKind, member, type Json, type JsonObject } from './json.js';
import { looksLikeMilliseconds } from './time-claims.js';
import type { Trace } from './trace.js';

/** When and how strictly the time claims are judged. */
export interface Clock {
  /** Seconds since 1970, a whole number. */
  readonly now: number;
  /** What of a second has passed since then: claims may have fractions (RFC 7519 §2). */
  readonly fraction: number;
  /** Seconds by which a claim may be off. */
  readonly tolerance: number;
  /** Seconds by which the provider's clock is ahead of ours; null if unknown, or if `now` is not the present. */
  readonly skew: number | null;
}

/** Reads a clock; `now` is in milliseconds since 1970, and of another time than the present no skew is known. */
export function readClock(now: number, tolerance: number, skew: number | null): Clock {
  const isPresent = Math.abs(now - Date.now()) < 1000;
  const seconds = Math.floor(now / 1000);
  return { now: seconds, fraction: now / 1000 - seconds, tolerance, skew: isPresent ? skew : null };
}

/** Seconds around the present that no clock of milliseconds gives, unless it is set to January 1970. */
const NEAR = 1e8;
const YEAR_1971 = Date.UTC(1971);

/**
 * Refuses a clock of seconds, or a stopwatch such as `performance.now`: to either, every token that expired would be good
 * again. A date that somebody asks about may be any, and is a whole number.
 *
 * @throws {AuthcheckError} `usage_invalid`.
 */
export function checkClock(now: number): void {
  const isDate = Number.isInteger(now) || now >= YEAR_1971;
  if (isDate && Math.abs(now - Date.now() / 1000) > NEAR) return;
  throw usageError(`now() gave ${String(now)}; expected the milliseconds since 1970, as Date.now() gives them`);
}

/** `exp` must lie ahead; a token without one is accepted with a warning. */
export function checkExpiry(trace: Trace, claims: JsonObject, clock: Clock): void {
  const exp = member(claims, 'exp');
  if (exp === undefined) {
    trace.warn('expiry', 'expiry_absent', 'the token has no exp: it never expires');
    return;
  }
  const time = readTime(exp);
  if (time === null) {
    trace.fail('expiry', 'claim_invalid', describeFault('exp', exp), { actual: exp });
    return;
  }
  const detail = { expected: clock.now, actual: exp };
  const late = clock.now - time;
  if (late + clock.fraction < clock.tolerance) {
    const words =
      late < 0
        ? `expires in ${duration(-late)}${unitHint('exp', time)}`
        : `expired ${duration(late)} ago, within the clock tolerance`;
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
  if (early - clock.fraction > clock.tolerance) {
    const hint = unitHint('nbf', start ?? 0) || skewHint(clock, (clock.skew ?? 0) >= early ? early : null);
    const detail = { expected: clock.now, actual: nbf, fix: unitFix(start ?? 0) };
    const besides = issued === null ? `; and ${describeFault('iat', iat)}` : '';
    const message = `not valid for another ${duration(Math.ceil(early))}${hint}${besides}`;
    trace.fail('not_before', 'token_not_yet_valid', message, detail);
  } else if (start === null || issued === null) {
    const besides = start === null && issued === null ? `; and ${describeFault('iat', iat)}` : '';
    const [name, actual] = start === null ? (['nbf', nbf] as const) : (['iat', iat] as const);
    trace.fail('not_before', 'claim_invalid', describeFault(name, actual) + besides, { actual });
  } else if (issued !== undefined && issued - clock.now - clock.fraction > clock.tolerance) {
    const detail = { expected: clock.now, actual: iat, fix: unitFix(issued) };
    const ahead = issued - clock.now;
    const hint = unitHint('iat', issued) || skewHint(clock, (clock.skew ?? 0) >= ahead ? ahead : null);
    trace.warn(
      'not_before',
      'issued_in_future',
      `iat lies ${duration(ahead)} ahead${hint}; servers that look at iat, as newer ones do, refuse the token until then`,
      detail,
    );
  } else if (start === undefined) trace.skip('not_before', 'the token has no nbf');
  else trace.pass('not_before', `has been valid for ${duration(-early)}`, { actual: nbf });
}

function readTime(value: Json): number | null {
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** Says why a claim is no time. */
function describeFault(name: string, value: Json | undefined): string {
  const what =
    typeof value === 'number' || typeof value === 'bigint' ? 'too large a number' : describeKind(value ?? null);
  return `${name} is ${what}; it must be a number of seconds`;
}

/** Says of a time, behind a message, that it must be in milliseconds; nothing where it need not be. */
export function unitHint(name: string, time: number): string {
  return looksLikeMilliseconds(time) ? `; ${name} looks like milliseconds, and RFC 7519 wants seconds` : '';
}

/** The way out where a time is in milliseconds. */
export function unitFix(time: number): string | undefined {
  return looksLikeMilliseconds(time)
    ? 'Have the issuer write times in seconds since 1970, not milliseconds.'
    : undefined;
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
