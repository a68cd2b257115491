/**
 * JSON Web Key Sets: fetching and reading one.
 *
 * @see [RFC 7517, section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5) JWK Set format
 */

import { basicOf } from '../credentials.js';
import { jsonBody, type Answered, type Failure, type HttpAnswer, type HttpClient } from '../exchange.js';
import { parseJson } from '../json-parser.js';
import { isObject, member, type Json } from '../json.js';
import { quoteName } from '../listing.js';
import { REDACTED } from '../redact.js';
import { describeText, judgeUnexpected, through } from '../unexpected-answer.js';
import { readKey, type Key } from './keys.js';
import { recognize } from './mistaken-key-set.js';

/** A key set that was read. */
export interface KeySet {
  readonly keys: readonly Key[];
  readonly byKid: ReadonlyMap<string, readonly Key[]>;
  /** Whether a secret was masked in the name of a key: which keys are missing cannot be told then. */
  readonly hidesNames: boolean;
  /** Seconds by which the server's clock is ahead of ours; null if unknown. */
  readonly skew: number | null;
}

/** A key set, or why there is none. */
export type KeySetResult = { readonly ok: true; readonly keySet: KeySet } | ({ readonly ok: false } & Failure);

/** Milliseconds until a key set must have arrived. */
const TIMEOUT = 5000;
/** Largest key set, in bytes. */
export const MAX_KEY_SET_BYTES: number = 512 * 1024;

/** Fetches a key set; `token` is sent as bearer token, and then no redirect is followed. */
export async function fetchKeySet(http: HttpClient, uri: string, token: string | null): Promise<KeySetResult> {
  const answer = await http.send({
    method: 'GET',
    url: uri,
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
    secrets: [token],
    timeout: TIMEOUT,
    maxBytes: MAX_KEY_SET_BYTES,
    followSameOrigin: true,
  });
  return judgeKeySet(answer, uri, token);
}

/** Reads a key set from its text, such as a file. */
export function readKeySet(text: string): KeySetResult {
  const json = parseJson(text.replace(/^\ufeff/, ''));
  if (!json.ok) return invalid(`the key set is not valid JSON: ${json.message} (character ${json.offset + 1})`);
  return collectKeys(json.value, null);
}

/** Says why no key can be picked from a key set, whatever the token, and what to do; null if one can. */
export function findSetFault({ keys, byKid }: KeySet): { readonly message: string; readonly fix: string } | null {
  if (keys.length === 0)
    return {
      message: 'the key set is empty: no token can be verified',
      fix: 'Check that jwks.uri is the one that the issuer’s metadata names, and that the issuer has a key to sign with.',
    };
  return byKid.size > 0
    ? null
    : {
        message: 'no key of the key set has a kid: the server never picks one',
        fix: 'Have the issuer publish its keys with the kid that its tokens name.',
      };
}

function judgeKeySet(answer: HttpAnswer, uri: string, token: string | null): KeySetResult {
  if (!answer.ok) return { ...answer, message: `the key set could not be fetched: ${answer.message}` };
  const { status, body, skew } = answer;
  if (status !== 200) {
    const basic = basicOf(new URL(uri));
    const failure = judgeUnexpected(answer, 'the JWKS endpoint', { url: uri, secrets: [token, basic] });
    return { ok: false, ...failure, fix: failure.fix ?? adviseOnStatus(answer, token !== null || basic !== null) };
  }
  const json = jsonBody(answer, [token]);
  if (json.ok) return collectKeys(json.value, skew);
  return invalid(`the JWKS endpoint sent no valid JSON: ${json.message}${describeText(body)}${through(answer)}`);
}

function adviseOnStatus({ status, body }: Answered, hasCredentials: boolean): string | undefined {
  if (hasCredentials && (status === 401 || status === 403))
    return 'Check jwks.token, or user and password in jwks.uri: the endpoint refuses what was sent.';
  // A cluster of Kubernetes knows who sends nothing as somebody, and forbids it to them.
  const isAnonymous = status === 401 || (status === 403 && body.includes('system:anonymous'));
  return isAnonymous ? 'Set jwks.token: this endpoint shows its keys to nobody without one.' : undefined;
}

/** Each token with that kid is tried with all of them: with two thousand keys, one request takes seconds. */
const MAX_PER_KID = 32;

function collectKeys(value: Json, skew: number | null): KeySetResult {
  const members = isObject(value) ? member(value, 'keys') : undefined;
  if (!Array.isArray(members)) {
    const { is, fix } = recognize(value);
    return invalid(`the JSON has no list "keys": ${is}`, fix);
  }
  const keys = members.map((item: Json) => readKey(item));
  const byKid = new Map<string, Key[]>();
  for (const key of keys) {
    if (key.kid === null) continue;
    const same = byKid.get(key.kid);
    if (same === undefined) byKid.set(key.kid, [key]);
    else if (same.push(key) > MAX_PER_KID)
      return invalid(
        `the key set has more than ${MAX_PER_KID} keys with the kid ${quoteName(key.kid)}`,
        'Have the issuer publish each key under a kid of its own.',
      );
  }
  const hidesNames = keys.some(({ kid }) => kid?.includes(REDACTED));
  return { ok: true, keySet: { keys, byKid, hidesNames, skew } };
}

function invalid(message: string, fix?: string): KeySetResult {
  return { ok: false, code: 'jwks_invalid', message, fix };
}
