/** A key set that is kept fresh, with one fetch at a time. */

import type { Failure } from '../exchange.js';
import type { UndecidedCode } from '../reason-codes.js';
import type { KeySet, KeySetResult } from './jwks.js';

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
  readonly onEvent?: ((event: KeySetEvent) => void) | undefined;
  /** Default: a slot of its own. A cache that gets the slot of an earlier one goes on with its key set. */
  readonly slot?: KeySetSlot | undefined;
}

/** A key set from the cache, and why it could not be fetched again where that was due. */
export type CachedKeySet =
  { readonly ok: true; readonly keySet: KeySet; readonly failure: Failure | null } | ({ readonly ok: false } & Failure);

/** Gives the key set in which to look for a key id. */
export interface KeySetCache {
  /** At once where a fresh set that is held has the key, which is nearly always. */
  readonly get: (kid: string) => CachedKeySet | Promise<CachedKeySet>;
  /** Fetches the key set unless a fresh one is held; the first time, whatever an earlier cache has left. */
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
 * fetched again; while that fails it is served stale for one more period, and then no more, and only the first to ask
 * waits for the failure. A first failure is forgiven at once; each further one in a row makes the next fetch wait longer,
 * five seconds at the most.
 */
export function createKeySetCache(options: KeySetCacheOptions): KeySetCache {
  const shortCooldown = Math.min(COOLDOWN, options.period);
  const slot = options.slot ?? { held: null };
  let inFlight: Promise<KeySetResult> | null = null;
  let unknownAt = -Infinity;
  // A config may be read again because a key was withdrawn, so the first load() asks the issuer in any case.
  let isAsked = slot.held === null;
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
      // Of two caches that share the slot, the answer to the later question counts, whichever arrives first.
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

  /** Whether the last fetch failed so recently that the next must wait. */
  function isPaused(): boolean {
    const pause = heldWithin(2 * options.period) === null ? pauseAfter(failed?.times ?? 0) : shortCooldown;
    return inFlight === null && isWithin(failed?.at ?? -Infinity, pause);
  }

  async function renew(): Promise<CachedKeySet> {
    const result = (isPaused() ? failed?.result : null) ?? (await fetchOnce());
    if (result.ok) return { ok: true, keySet: result.keySet, failure: null };
    const old = heldWithin(2 * options.period);
    return old === null ? result : serveOld(old, result);
  }

  /** The old set, if fetching a new one failed only just now: nobody is to wait for the same failure again. */
  function recall(kid: string | null): CachedKeySet | null {
    const old = heldWithin(2 * options.period);
    if (old === null || (kid !== null && !old.byKid.has(kid))) return null;
    if (failed === null || !isWithin(failed.at, 2 * shortCooldown)) return null;
    // Nobody waits for this one; whoever asks next is told what came of it.
    if (!isPaused()) fetchOnce().catch(() => undefined);
    return serveOld(old, failed.result);
  }

  function serveOld(keySet: KeySet, failure: Failure): CachedKeySet {
    if (heldWithin(options.period) === null)
      options.onEvent?.({ type: 'jwks.stale', code: failure.code, age_ms: ageOf() ?? 0 });
    return { ok: true, keySet, failure };
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
      if (held === null) return recall(kid) ?? renew();
      return held.byKid.has(kid) ? { ok: true, keySet: held, failure: null } : seek(held);
    },
    async load() {
      if (!isAsked) {
        isAsked = true;
        return renew();
      }
      const held = heldWithin(options.period);
      return held === null ? (recall(null) ?? renew()) : { ok: true, keySet: held, failure: null };
    },
    age: ageOf,
  };
}

function pauseAfter(failures: number): number {
  return failures < 2 ? 0 : Math.min(LONGEST_PAUSE, 500 * 2 ** (failures - 2));
}
