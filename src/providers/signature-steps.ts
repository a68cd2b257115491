/** The steps of a signed token up to its signature: format, key, algorithm, signature. */

import { stringMember, type JsonObject } from '../json.js';
import type { CachedKeySet, KeySet } from '../protocol/jwks.js';
import type { ParsedJwt } from '../protocol/jwt.js';
import { algorithmsFor, findWeakness, misfit, type Key } from '../protocol/keys.js';
import { canVerify, verifySignature } from '../protocol/signature.js';
import type { Trace } from '../verdict.js';

const JWKS_URI: readonly string[] = ['jwks', 'uri'];
const ALGORITHMS: readonly string[] = ['algorithms'];

/** What a config says of algorithms. */
export interface AlgorithmRules {
  readonly allowed: readonly string[];
  /** Whether a secret of the key set may verify. */
  readonly symmetric: boolean;
}

/** What a readable header asks for. */
export interface Sought {
  readonly alg: string;
  readonly kid: string;
  /** The key id as messages have it. */
  readonly shownKid: string;
  /** What is said of the header. */
  readonly format: string;
}

/** Whether the issuer vouches for the claims, and by how many seconds its clock is ahead of ours. */
export interface Verified {
  readonly ok: boolean;
  readonly skew: number | null;
}

/** Nobody vouches, and nobody was asked. */
export const UNVERIFIED: Verified = { ok: false, skew: null };

/** Makes the steps that need no key set: garbage is refused before anything is fetched. Null after a failure. */
export function reportHeader(trace: Trace, jwt: ParsedJwt, { allowed, symmetric }: AlgorithmRules): Sought | null {
  if (jwt.fault !== null || jwt.header === null) {
    const { code, message } = jwt.fault ?? { code: 'token_malformed', message: 'the header cannot be read' };
    trace.fail('format', code, message);
    trace.notReached('key', 'algorithm', 'signature');
    return null;
  }
  const sought = describe(jwt.header);
  const { alg, kid } = sought;
  trace.pass('format', sought.format);
  if (!allowed.includes(alg)) {
    trace.skip('key', 'not looked for: no key makes this algorithm acceptable');
    const detail = { expected: allowed, actual: alg, field: ALGORITHMS };
    if (/^HS(?:256|384|512)$/.test(alg) && !symmetric) {
      const message = `${alg} is symmetric: whoever can verify such a token can forge it`;
      trace.fail('algorithm', 'symmetric_key_refused', message, detail);
    } else {
      const unsigned = alg.trim().toLowerCase() === 'none' ? ': the token is not signed' : '';
      const message = `${quote(alg)} is not an allowed algorithm${unsigned}`;
      trace.fail('algorithm', 'algorithm_not_allowed', message, detail);
    }
    trace.notReached('signature');
    return null;
  }
  if (kid === '') {
    trace.fail('key', 'key_id_missing', 'the header has no kid');
    passUnfitted(trace, alg);
    return null;
  }
  return sought;
}

/** Makes the steps from the key set to the signature. */
export function reportSignature(
  trace: Trace,
  { signed }: ParsedJwt,
  { alg, kid, shownKid }: Sought,
  found: CachedKeySet,
): Verified {
  if (!found.ok) {
    trace.fail('key', found.code, found.message, { field: JWKS_URI, fix: found.fix });
    passUnfitted(trace, alg);
    return UNVERIFIED;
  }
  const { skew, byKid, hidesNames } = found.keySet;
  const keys = byKid.get(kid) ?? [];
  const { failure } = found;
  if (keys.length === 0 && failure !== null) {
    const message = `the key set that is held has no key ${shownKid}, and whether the issuer has one by now cannot be asked: ${failure.message}`;
    trace.fail('key', failure.code, message, { actual: kid, field: JWKS_URI, fix: failure.fix });
    passUnfitted(trace, alg);
    return { ok: false, skew };
  }
  if (keys.length === 0 && hidesNames) {
    const message = `whether the key set has the key ${shownKid} cannot be told: it repeats a secret in the name of a key`;
    trace.fail('key', 'endpoint_invalid_response', message, { actual: kid, field: JWKS_URI });
    passUnfitted(trace, alg);
    return { ok: false, skew };
  }
  if (keys.length === 0) {
    const detail = { expected: listKids(found.keySet), actual: kid, field: JWKS_URI };
    trace.fail('key', 'key_not_found', describeMissing(shownKid, found.keySet), detail);
    passUnfitted(trace, alg);
    return { ok: false, skew };
  }
  if (failure === null) trace.pass('key', `the key set has the key ${shownKid}`, { actual: kid });
  else {
    const message = `the key ${shownKid} is from an old copy of the key set: ${failure.message}`;
    trace.warn('key', 'key_set_stale', message, { actual: kid });
  }

  const fitting = keys.filter((key) => canVerify(key, alg));
  if (fitting.length === 0) {
    reportMisfit(trace, keys, alg);
    trace.notReached('signature');
    return { ok: false, skew };
  }
  trace.pass('algorithm', `${alg} is allowed and fits the key`, { actual: alg });
  const ok = signed !== null && fitting.some((key) => verifySignature(signed.input, signed.signature, key, alg));
  if (ok) trace.pass('signature', 'the signature is valid');
  else trace.fail('signature', 'signature_invalid', `the signature does not match the key ${shownKid}`);
  return { ok, skew };
}

/** Without a key, an algorithm can only be allowed. */
function passUnfitted(trace: Trace, alg: string): void {
  trace.pass('algorithm', `${alg} is allowed`, { actual: alg });
  trace.notReached('signature');
}

const described = new WeakMap<JsonObject, Sought>();

/** Tokens of one key share their header, and so what is said of it. */
function describe(header: JsonObject): Sought {
  const known = described.get(header);
  if (known !== undefined) return known;
  const alg = stringMember(header, 'alg') ?? '';
  const kid = stringMember(header, 'kid');
  const named = kid === null ? '' : `, key ${quote(kid)}`;
  const ignored = ['jku', 'jwk', 'x5u', 'x5c'].filter((name) => Object.hasOwn(header, name));
  const note = ignored.length === 0 ? '' : ` (its ${ignored.join(', ')} is not used)`;
  const format = `a JWT that says ${alg.slice(0, 64)}${named}${note}`;
  const fresh = { alg, kid: kid ?? '', shownKid: quote(kid ?? ''), format };
  described.set(header, fresh);
  return fresh;
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 64));
}

const MAX_KIDS = 20;

function listKids(keySet: KeySet): string[] {
  const kids: string[] = [];
  // A token with an unknown key costs its sender nothing: not all of ten thousand are looked at.
  for (const kid of keySet.byKid.keys()) if (kids.push(kid) === MAX_KIDS) break;
  return kids;
}

function describeMissing(shownKid: string, keySet: KeySet): string {
  const known = listKids(keySet).map(quote);
  const more = keySet.byKid.size > known.length ? ` and ${keySet.byKid.size - known.length} more` : '';
  const has = known.length === 0 ? 'it has no key with a kid' : `it has ${known.join(', ')}${more}`;
  return `the key set has no key ${shownKid}; ${has}`;
}

function reportMisfit(trace: Trace, keys: readonly Key[], alg: string): void {
  const weakness = keys.map((key) => findWeakness(key, alg)).find((found) => found !== null);
  // Of several keys, what is wrong with the one that comes nearest.
  const first = keys.find((key) => algorithmsFor(key).includes(alg)) ?? keys[0];
  if (weakness !== undefined) {
    trace.fail('algorithm', 'key_too_weak', `the key is too weak: ${weakness}`, { actual: alg });
  } else if (first !== undefined) {
    const unusable = first.fault?.message ?? (misfit(first, alg) === null ? 'its numbers make no key' : null);
    const why = unusable === null ? (misfit(first, alg) ?? '') : `the key is unusable: ${unusable}`;
    const expected = algorithmsFor(first).filter((algorithm) => canVerify(first, algorithm));
    trace.fail('algorithm', 'key_mismatch', why, { expected, actual: alg });
  }
}
