/** The steps of a signed token from the key set to its signature: key, algorithm, signature. */

import type { Failure } from '../exchange.js';
import { quoteName } from '../listing.js';
import { CUT_FIX, type Lookalike } from '../lookalike.js';
import { recognizeMisplaced } from '../misplaced-token.js';
import { findSetFault, type KeySet } from '../protocol/jwks.js';
import type { ParsedJwt } from '../protocol/jwt.js';
import type { CachedKeySet } from '../protocol/key-set-cache.js';
import { algorithmsFor, findWeakness, INVALID_KEY, misfit, type Key } from '../protocol/keys.js';
import { canVerify, signatureLength, verifySignature } from '../protocol/signature.js';
import type { Trace } from '../trace.js';
import { passUnfitted, type Sought } from './header-steps.js';

/** The field of the config that steps point at. */
const JWKS_URI_FIELD: readonly string[] = ['jwks', 'uri'];

/** Whether the issuer vouches for the claims, and by how many seconds its clock is ahead of ours. */
export interface Verified {
  readonly ok: boolean;
  readonly skew: number | null;
}

/** Nobody vouches, and nobody was asked. */
export const UNVERIFIED: Verified = { ok: false, skew: null };

/** Makes the steps from the key set to the signature. */
export function reportSignature(trace: Trace, jwt: ParsedJwt, sought: Sought, found: CachedKeySet): Verified {
  const { alg } = sought;
  const skew = found.ok ? found.keySet.skew : null;
  const keys = found.ok ? (found.keySet.byKid.get(sought.kid) ?? []) : [];
  if (keys.length === 0 || !found.ok) {
    reportMissing(trace, jwt, sought, found);
    passUnfitted(trace, alg);
    return { ok: false, skew };
  }
  reportKey(trace, sought, found.failure);
  const fitting = keys.filter((key) => canVerify(key, alg));
  if (fitting.length === 0) {
    reportMisfit(trace, keys, alg);
    trace.notReached('signature');
    return { ok: false, skew };
  }
  trace.pass('algorithm', `${alg} is allowed and fits the key`, { actual: alg });
  const { signed } = jwt;
  const ok = signed !== null && fitting.some((key) => verifySignature(signed.input, signed.signature, key, alg));
  if (ok) trace.pass('signature', 'the signature is valid');
  else reportMismatch(trace, jwt, sought, fitting);
  return { ok, skew };
}

/** Reports why there is no key. */
function reportMissing(trace: Trace, { claims }: ParsedJwt, { kid, shownKid }: Sought, found: CachedKeySet): void {
  if (!found.ok) {
    trace.fail('key', found.code, found.message, { field: JWKS_URI_FIELD, fix: found.fix });
    return;
  }
  const { failure, keySet } = found;
  const detail = { actual: kid, field: JWKS_URI_FIELD };
  if (failure !== null) {
    const message = `the cached key set has no key ${shownKid}, and a newer one could not be fetched: ${failure.message}`;
    trace.fail('key', failure.code, message, { ...detail, fix: failure.fix });
  } else if (keySet.hidesNames) {
    const message = `cannot tell whether the key set has key ${shownKid}: the answer repeats a secret in a key id`;
    trace.fail('key', 'endpoint_invalid_response', message, detail);
  } else {
    const misplaced = recognizeMisplaced(claims, ['okta', 'cluster']);
    const fix = misplaced?.fix ?? findSetFault(keySet)?.fix;
    const message = describeMissing(shownKid, keySet) + (misplaced === null ? '' : `: ${misplaced.what}`);
    trace.fail('key', 'key_not_found', message, { ...detail, expected: listKids(keySet), fix });
  }
}

function reportKey(trace: Trace, { kid, shownKid }: Sought, failure: Failure | null): void {
  if (failure === null) trace.pass('key', `the key set has the key ${shownKid}`, { actual: kid });
  else {
    const message = `the key ${shownKid} is from an old copy of the key set: ${failure.message}`;
    trace.warn('key', 'key_set_stale', message, { actual: kid });
  }
}

/** Reports a signature that none of the keys made. */
function reportMismatch(
  trace: Trace,
  { signed, claims }: ParsedJwt,
  { alg, shownKid }: Sought,
  keys: readonly Key[],
): void {
  const signature = signed?.signature ?? Buffer.alloc(0);
  const known = recognizeMisplaced(claims, ['graph']) ?? explainLength(signature, keys, alg);
  const message =
    signature.length === 0 ? 'the signature is empty' : `the signature does not match the key ${shownKid}`;
  const why = known === null ? '' : `: ${known.what}`;
  trace.fail('signature', 'signature_invalid', message + why, { fix: known?.fix });
}

/** Says why a signature is shorter than its key makes them; null where it is not. */
function explainLength(signature: Buffer, keys: readonly Key[], alg: string): Lookalike | null {
  if (REMOVED.equals(signature)) return REMOVED_BY_GOOGLE;
  const { length } = signature;
  const whole = Math.min(...keys.map((key) => signatureLength(key, alg) ?? 0));
  // A shorter signature of a usual length may be that of another key, with fewer bits.
  if (length >= whole || length % 64 === 0) return null;
  // Nobody can tell: a word in its place is as short, and some who sign leave out zeros at the front.
  const what = `it has ${length} bytes rather than ${whole}: it was cut off or replaced`;
  return { what, fix: CUT_FIX };
}

/** @see https://cloud.google.com/run/docs/troubleshooting#signature-removed */
const REMOVED = Buffer.from('SIGNATURE_REMOVED_BY_GOOGLE', 'base64url');
const REMOVED_BY_GOOGLE: Lookalike = {
  what: 'Google, in front of Cloud Run, checked the token and took its signature out',
  fix: 'Send Google’s token in X-Serverless-Authorization, and the one for this server in Authorization, which then arrives whole.',
};

const MAX_KIDS = 20;

function listKids(keySet: KeySet): string[] {
  const kids: string[] = [];
  // A token with an unknown key costs its sender nothing: not all of ten thousand are looked at.
  for (const kid of keySet.byKid.keys()) if (kids.push(kid) === MAX_KIDS) break;
  return kids;
}

function describeMissing(shownKid: string, keySet: KeySet): string {
  const fault = findSetFault(keySet);
  if (fault !== null) return fault.message;
  const known = listKids(keySet).map(quoteName);
  const more = keySet.byKid.size > known.length ? ` and ${keySet.byKid.size - known.length} more` : '';
  return `the key set has no key ${shownKid}; it has ${known.join(', ')}${more}`;
}

const UNUSABLE_FIX =
  'Have the issuer publish the parameters of the key itself (RFC 7518, section 6), such as n and e; authcheck jwks shows what it publishes.';

function reportMisfit(trace: Trace, keys: readonly Key[], alg: string): void {
  const weakness = keys.map((key) => findWeakness(key, alg)).find((found) => found !== null);
  // Of several keys, what is wrong with the one that comes nearest.
  const first = keys.find((key) => algorithmsFor(key).includes(alg)) ?? keys[0];
  if (weakness !== undefined) {
    trace.fail('algorithm', 'key_too_weak', `the key is too weak: ${weakness}`, { actual: alg });
  } else if (first !== undefined) {
    const unusable = first.fault?.message ?? (misfit(first, alg) === null ? INVALID_KEY : null);
    const why = unusable === null ? (misfit(first, alg) ?? '') : `the key is unusable: ${unusable}`;
    const expected = algorithmsFor(first).filter((algorithm) => canVerify(first, algorithm));
    const fix = unusable === null ? undefined : UNUSABLE_FIX;
    trace.fail('algorithm', 'key_mismatch', why, { expected, actual: alg, fix });
  }
}
