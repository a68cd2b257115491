/**
 * JSON Web Key Sets: reading one, and keeping one fresh.
 *
 * @see [RFC 7517, section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5) JWK Set format
 */

import { basicOf, jsonBody, type Failure, type HttpAnswer, type HttpClient } from '../exchange.js';
import { parseJson } from '../json-parser.js';
import { isObject, member, type Json } from '../json.js';
import type { UndecidedCode } from '../reason-codes.js';
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
    return { ok: false, ...failure, fix: failure.fix ?? adviseOnStatus(status, token !== null || basic !== null) };
  }
  const json = jsonBody(answer, [token]);
  if (json.ok) return collectKeys(json.value, skew);
  return invalid(`the JWKS endpoint sent no valid JSON: ${json.message}${describeText(body)}${through(answer)}`);
}

function adviseOnStatus(status: number, hasCredentials: boolean): string | undefined {
  if (hasCredentials && (status === 401 || status === 403))
    return 'Check jwks.token, or user and password in jwks.uri: the endpoint refuses what was sent.';
  return status === 401 ? 'Set jwks.token: this endpoint shows its keys to nobody without one.' : undefined;
}

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
    else same.push(key);
  }
  const hidesNames = keys.some(({ kid }) => kid?.includes(REDACTED));
  return { ok: true, keySet: { keys, byKid, hidesNames, skew } };
}

function invalid(message: string, fix?: string): KeySetResult {
  return { ok: false, code: 'jwks_invalid', message, fix };
}

/** Hears what happens to a cached key set. */
export type KeySetEvent =
  | { readonly type: 'jwks.refreshed'; readonly keys: number }
  | { readonly type: 'jwks.stale'; readonly code: UndecidedCode; readonly age_ms: number };

/** Where a key set is kept. */
export interface KeySetSlot {
  /** With the time at which it was asked for, in milliseconds since 1970. */
  held: { readonly keySet: KeySet; readonly at: number } | null;
}

/** How a cache of one key set behaves. Times are in milliseconds. */
export interface KeySetCacheOptions {
  readonly load: () => Promise<KeySetResult>;
  readonly now: () => number;
  /** After this long a key set is fetched again. */
  readonly period: number;
  readonly onEvent?: (event: KeySetEvent) => void;
  /** Default: a slot of its own. A cache that gets the slot of an earlier one goes on with its key set. */
  readonly slot?: KeySetSlot;
}

/** A key set from the cache, and why it could not be fetched again where that was due. */
export type CachedKeySet =
  { readonly ok: true; readonly keySet: KeySet; readonly failure: Failure | null } | ({ readonly ok: false } & Failure);

/** Gives the key set in which to look for a key id. */
export interface KeySetCache {
  /** At once where a fresh set that is held has the key, which is nearly always. */
  readonly get: (kid: string) => CachedKeySet | Promise<CachedKeySet>;
  /** Fetches the key set unless a fresh one is held that this cache has fetched itself. */
  readonly load: () => Promise<CachedKeySet>;
  /** Milliseconds since the key set was fetched; null before. */
  readonly age: () => number | null;
}

/** Milliseconds in which unknown key ids cause one fetch at most; while a stale key set is served, failed fetches too. */
const COOLDOWN = 30_000;
/** Milliseconds between fetches while every fetch fails and nothing is held. */
const LONGEST_PAUSE = 5000;

/**
 * Keeps one key set fresh, with one fetch at a time however many callers wait.
 *
 * A key id that is not in the set makes the set be fetched again, once per cooldown. A set older than the period is
 * fetched again; while that fails it is served stale for one more period, and then no more. A first failure is forgiven
 * at once; each further one in a row makes the next fetch wait longer, five seconds at the most.
 */
export function createKeySetCache(options: KeySetCacheOptions): KeySetCache {
  const shortCooldown = Math.min(COOLDOWN, options.period);
  const slot = options.slot ?? { held: null };
  let inFlight: Promise<KeySetResult> | null = null;
  let unknownAt = -Infinity;
  // Who reads a config anew may do so because a key was withdrawn.
  let isOurs = slot.held === null;
  let failed: {
    readonly at: number;
    readonly times: number;
    readonly result: { readonly ok: false } & Failure;
  } | null = null;

  /** A clock that was set back makes everything too long ago. */
  function isWithin(at: number, limit: number): boolean {
    const age = options.now() - at;
    return age >= 0 && age < limit;
  }

  function heldWithin(limit: number): KeySet | null {
    return slot.held !== null && isWithin(slot.held.at, limit) ? slot.held.keySet : null;
  }

  async function fetchNow(): Promise<KeySetResult> {
    // A key set is as old as the question: what the issuer revokes while it answers must not live longer.
    const at = options.now();
    const before = slot.held;
    const result = await options.load();
    if (result.ok) {
      failed = null;
      isOurs = true;
      // Of two that share the slot, the later question has the answer, whichever comes first.
      if (slot.held !== null && slot.held !== before && slot.held.at >= at)
        return { ok: true, keySet: slot.held.keySet };
      slot.held = { keySet: result.keySet, at };
      options.onEvent?.({ type: 'jwks.refreshed', keys: result.keySet.keys.length });
    } else failed = { at: options.now(), times: (failed?.times ?? 0) + 1, result };
    return result;
  }

  function fetchOnce(): Promise<KeySetResult> {
    inFlight ??= fetchNow().finally(() => {
      inFlight = null;
    });
    return inFlight;
  }

  async function renew(): Promise<CachedKeySet> {
    const pause = heldWithin(2 * options.period) === null ? pauseAfter(failed?.times ?? 0) : shortCooldown;
    const isPaused = inFlight === null && isWithin(failed?.at ?? -Infinity, pause);
    const result = (isPaused ? failed?.result : null) ?? (await fetchOnce());
    if (result.ok) return { ok: true, keySet: result.keySet, failure: null };
    const old = heldWithin(2 * options.period);
    if (old === null) return result;
    options.onEvent?.({ type: 'jwks.stale', code: result.code, age_ms: ageOf() ?? 0 });
    return { ok: true, keySet: old, failure: result };
  }

  /** Looks for a key that the set in hand has not; whether it exists, nobody knows while the set cannot be fetched. */
  async function seek(held: KeySet): Promise<CachedKeySet> {
    if (inFlight === null && isWithin(unknownAt, COOLDOWN))
      return { ok: true, keySet: held, failure: failed?.result ?? null };
    if (inFlight === null) unknownAt = options.now();
    const result = await fetchOnce();
    return result.ok ? { ok: true, keySet: result.keySet, failure: null } : { ok: true, keySet: held, failure: result };
  }

  function ageOf(): number | null {
    return slot.held === null ? null : options.now() - slot.held.at;
  }

  return {
    get(kid) {
      const held = heldWithin(options.period);
      if (held === null) return renew();
      return held.byKid.has(kid) ? { ok: true, keySet: held, failure: null } : seek(held);
    },
    async load() {
      const held = isOurs ? heldWithin(options.period) : null;
      return held === null ? renew() : { ok: true, keySet: held, failure: null };
    },
    age: ageOf,
  };
}

function pauseAfter(failures: number): number {
  return failures < 2 ? 0 : Math.min(LONGEST_PAUSE, 500 * 2 ** (failures - 2));
}
