/**
 * The checks of claims, each one step of a trace.
 *
 * They are our own because every check is to be made and reported, where a library stops at the first failure.
 *
 * @see [RFC 7519, section 4.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1) registered claims
 * @see [RFC 9068, section 4](https://www.rfc-editor.org/rfc/rfc9068#section-4) validating access tokens
 */

import { describeKind, isStringList, member, stringMember, type JsonObject } from './json.js';
import { listSome, quote } from './listing.js';
import { audiencesOf, recognizeMisplaced } from './misplaced-token.js';
import { REASONS } from './reasons.js';
import { findResemblance } from './resemblance.js';
import type { Trace } from './trace.js';

/** The fields of the config that steps point at. */
const ISSUER_FIELD: readonly string[] = ['issuer'];
const AUDIENCE_FIELD: readonly string[] = ['audience'];

/** The way out where a provider takes tokens of any kind: a JWT would help nobody. */
export const COPY_FIX = 'Copy the token again, whole, without spaces, quotes or line breaks.';

/** A token must be one that can be sent; `fault` says why it is not, and `fix` what to do about it. */
export function checkSendable(trace: Trace, fault: string | null, fix: string = COPY_FIX): boolean {
  if (fault === null) trace.pass('format', 'a token that can be sent');
  else trace.fail('format', 'token_malformed', fault, { fix });
  return fault === null;
}

/**
 * `iss` must be the issuer of the config, letter by letter; without one it is not checked. A token for `audience` was
 * made for this server.
 */
export function checkIssuer(trace: Trace, claims: JsonObject, issuer: string | null, audience?: string): void {
  const actual = member(claims, 'iss');
  if (issuer === null) {
    trace.warn('issuer', 'issuer_unchecked', 'no issuer is configured, so iss is not checked', {
      actual,
      field: ISSUER_FIELD,
    });
    return;
  }
  const detail = { expected: issuer, actual, field: ISSUER_FIELD };
  if (actual === undefined) {
    trace.fail('issuer', 'issuer_missing', `the token has no iss; the server wants ${quote(issuer)}`, detail);
  } else if (typeof actual !== 'string') {
    trace.fail(
      'issuer',
      actual === null ? 'issuer_mismatch' : 'claim_invalid',
      `iss is ${describeKind(actual)}; the server wants ${quote(issuer)}`,
      // Null is nothing that could be put into the config.
      { ...detail, fix: actual === null ? REASONS.issuer_missing.fix : undefined },
    );
  } else if (actual !== issuer) {
    const resemblance = findResemblance(issuer, actual);
    const message = `expected ${quote(issuer)}, the token is from ${quote(actual)}${inBrackets(resemblance?.how)}`;
    const misplaced = recognizeMisplaced(claims, [
      'graph',
      'okta',
      // Another version of a token for Azure is of no use, unless the config wants tokens for Azure.
      ...(audiencesOf(claims).includes(audience ?? '') ? [] : (['azure'] as const)),
      // A cluster that is named almost rightly is meant.
      ...(resemblance === null ? (['cluster'] as const) : []),
    ]);
    trace.fail('issuer', 'issuer_mismatch', message, {
      ...detail,
      fix: misplaced?.fix ?? resemblance?.fix ?? (resemblance === null ? undefined : ALIKE_ISSUER_FIX),
    });
  } else trace.pass('issuer', `the token is from ${quoteExpected(issuer)}`, detail);
}

const ALIKE_ISSUER_FIX =
  'Make issuer in the config equal the token’s iss, letter by letter (trailing slash included), if that issuer is to be trusted.';

/** `aud` must be, or list, the audience of the config; `isDefault` where the config sets none, and people wonder. */
export function checkAudience(trace: Trace, claims: JsonObject, audience: string, isDefault: boolean): void {
  const actual = member(claims, 'aud');
  const detail = { expected: audience, actual, field: AUDIENCE_FIELD };
  if (actual === undefined) {
    const isClient = member(claims, 'client_id') === audience;
    const wanted = `${quote(audience)}${isDefault ? BY_DEFAULT : ''}`;
    const message = `the token has no aud; the server wants ${wanted}${isClient ? ', which is its client_id' : ''}`;
    // The token of a Secret of Kubernetes comes from no issuer that could be told to add an audience.
    const fix = isFromCognito(claims) ? COGNITO_FIX : recognizeMisplaced(claims, ['cluster'])?.fix;
    trace.fail('audience', 'audience_missing', message, { ...detail, fix });
    return;
  }
  const listed = typeof actual === 'string' ? [actual] : actual;
  if (!isStringList(listed)) {
    trace.fail('audience', 'claim_invalid', 'aud is neither a string nor a list of strings', detail);
  } else if (!listed.includes(audience)) {
    const named = listed.length === 0 ? 'nobody' : listSome(listed, quote);
    const { how, fix } = explainAudience(claims, audience, listed);
    const message = `expected ${quote(audience)}${isDefault ? BY_DEFAULT : ''}, the token is for ${named}${how}`;
    trace.fail('audience', 'audience_mismatch', message, { ...detail, fix: fix ?? (isDefault ? SET_FIX : undefined) });
  } else trace.pass('audience', `the token is for ${quoteExpected(audience)}`, detail);
}

const BY_DEFAULT = ' (the default: no audience is set)';
const SET_FIX = 'Set audience to the aud of your tokens; with --issuer or --jwks, by --audience.';
const COGNITO_FIX =
  'Cognito’s access tokens have no aud: add one with a pre token generation trigger (V2; V3 for client credentials), its value the client id, and set audience to that.';

function isFromCognito(claims: JsonObject): boolean {
  return /^https:\/\/cognito-idp\.[\w-]+\.amazonaws\.com/.test(stringMember(claims, 'iss') ?? '');
}

/** More audiences than these are not compared with the one that is expected. */
const MAX_COMPARED = 20;

function explainAudience(
  claims: JsonObject,
  audience: string,
  listed: readonly string[],
): { readonly how: string; readonly fix?: string } {
  const compared = listed.slice(0, MAX_COMPARED);
  // The fix for a scope would have the config accept tokens for Microsoft's own services, which all of the tenant has.
  const isOfMicrosoft = recognizeMisplaced(claims, ['graph', 'azure']) !== null;
  for (const item of compared) {
    const resemblance = findResemblance(audience, item, 'audience');
    if (resemblance !== null && !(isOfMicrosoft && resemblance.fix !== undefined))
      return { how: inBrackets(resemblance.how), fix: resemblance.fix ?? ALIKE_FIX };
  }
  if (compared.some((item) => item.split(/[\s,;"[\]]+/).includes(audience)))
    return { how: ' (it stands in a string that should be a list)', fix: LIST_FIX };
  const misplaced = recognizeMisplaced(claims, [
    'graph',
    'azure',
    'refresh',
    'id',
    'okta',
    'keycloak',
    'cluster',
    'job',
  ]);
  return misplaced === null ? { how: '' } : { how: `: ${misplaced.what}`, fix: misplaced.fix };
}

const ALIKE_FIX = 'Make audience in the config equal the token’s aud, letter by letter.';
const LIST_FIX = 'Have the issuer write aud as a JSON list, with one audience in each string.';

function inBrackets(text: string | undefined): string {
  return text === undefined ? '' : ` (${text})`;
}

/** `jti` must be a string where there is one (RFC 7519 §4.1.7), and servers refuse what is none. */
export function findIdFault(claims: JsonObject): string | null {
  const jti = member(claims, 'jti');
  return jti === undefined || typeof jti === 'string' ? null : `jti is ${describeKind(jti)}, not a string`;
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
