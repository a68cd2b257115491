/** Keeps accepted verdicts for a while, so that the provider is not asked about every request. */

import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { duration } from '../duration.js';
import type { CacheConfig } from '../config/provider-config.js';
import { deepFreeze, member, type JsonObject } from '../json.js';
import { parseJwt } from '../protocol/jwt.js';
import type { Step } from '../trace.js';
import type { Verdict } from '../verdict.js';
import type { AuthProvider, AuthRequest, CacheEvent, ProviderContext } from './provider.js';

/** A verdict, and when it was asked for. */
export interface DatedVerdict {
  readonly verdict: Verdict;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** Where replicas share their verdicts. None of its promises ever rejects: what cannot be had is null. */
export interface SharedVerdicts {
  /** The verdict that a replica with the same config got on the same question. */
  readonly recall: (question: string, token: string) => Promise<DatedVerdict | null>;
  /** Shares a verdict for so many milliseconds. */
  readonly keep: (question: string, dated: DatedVerdict, ms: number) => void;
  readonly close: () => Promise<void>;
}

/** How {@link cacheVerdicts} keeps. */
export interface CacheOptions
  extends Pick<CacheConfig, 'max_entries' | 'ttl'>, Pick<ProviderContext, 'now' | 'onEvent'> {
  /** Whether a verdict depends on the whole request, and not on its token alone. */
  readonly wholeRequest: boolean;
  /** Null to share with nobody. */
  readonly shared: Promise<SharedVerdicts | null> | null;
}

interface Entry extends DatedVerdict {
  readonly until: number;
  /** The verdict with its step `cache`, which names its age in seconds: made anew when that has changed. */
  told: { readonly age: number; readonly verdict: Verdict } | null;
}

interface Found {
  readonly verdict: Verdict;
  readonly event: CacheEvent;
}

/**
 * Answers from memory what was asked and accepted before, for `ttl` seconds and never beyond an `exp`.
 *
 * The tokens themselves are not kept, only their SHA-256. Of several requests with one token, one asks and the others
 * wait for its answer. Verdicts are frozen, because many requests get the same one.
 */
export function cacheVerdicts(provider: AuthProvider, options: CacheOptions): AuthProvider {
  const { now, ttl, shared, onEvent } = options;
  const entries = new LRUCache<string, Entry>({ max: options.max_entries });
  const flights = new Map<string, Promise<Found>>();

  function authenticate(request: AuthRequest): Promise<Verdict> {
    const { token } = request;
    // Two strings that are not well-formed may have one hash.
    if (token === null || token === '' || !token.isWellFormed()) return provider.authenticate(request);
    const question = options.wholeRequest ? `${token}\n${describeRequest(request)}` : token;
    const key = hash('sha256', question, 'base64');
    const entry = entries.get(key);
    const at = now();
    if (entry === undefined || !isCurrent(entry, at)) return join(key, () => find(key, question, token, request));
    onEvent?.({ type: 'cache.hit', shared: false });
    return Promise.resolve(withCacheStep(entry, at));
  }

  async function join(key: string, start: () => Promise<Found>): Promise<Verdict> {
    let flight = flights.get(key);
    if (flight === undefined) {
      flight = start().finally(() => flights.delete(key));
      flights.set(key, flight);
    }
    const { verdict, event } = await flight;
    onEvent?.(event);
    return verdict;
  }

  async function find(key: string, question: string, token: string, request: AuthRequest): Promise<Found> {
    const recalled = await (await shared)?.recall(question, token);
    if (recalled !== undefined && recalled !== null) {
      const entry = admit({ ...recalled, verdict: deepFreeze({ ...recalled.verdict, provider: provider.ref }) }, token);
      if (entry !== null) {
        entries.set(key, entry);
        return { verdict: withCacheStep(entry, now()), event: { type: 'cache.hit', shared: true } };
      }
    }
    const since = now();
    const verdict = deepFreeze(await provider.authenticate(request));
    const entry = admit({ verdict, since }, token);
    if (entry === null) entries.delete(key);
    else {
      entries.set(key, entry);
      (await shared)?.keep(question, { verdict, since }, entry.until - now());
    }
    return { verdict, event: { type: 'cache.miss' } };
  }

  /** Null for a verdict that must not be kept, or no longer. */
  function admit({ verdict, since }: DatedVerdict, token: string): Entry | null {
    const longest = since + Math.min(ttl * 1000, isWhole(verdict) ? Infinity : INCOMPLETE);
    const until = Math.min(longest, expiryOf(verdict.token.claims), expiryOf(parseJwt(token).claims));
    const entry = { verdict, since, until, told: null };
    return verdict.outcome === 'accepted' && isCurrent(entry, now()) ? entry : null;
  }

  return {
    ...provider,
    authenticate,
    async close() {
      entries.clear();
      await Promise.all([provider.close(), shared?.then((verdicts) => verdicts?.close())]);
    },
  };
}

/** How long a verdict is kept that lacks what could not be read just then. In milliseconds. */
const INCOMPLETE = 30_000;

function isWhole({ steps }: Verdict): boolean {
  return !steps.some(({ code }) => code === 'organizations_unreadable');
}

/** The request as a provider may be told of it. JSON has no line break, so that no token can reach into it. */
function describeRequest({ path = '', headers = [], params = {} }: AuthRequest): string {
  return JSON.stringify([path, headers, params]);
}

/** A clock that went backwards says nothing about the time that passed. */
function isCurrent({ since, until }: Entry, at: number): boolean {
  return since <= at && at < until;
}

/**
 * Milliseconds since 1970 of an `exp`; without one, never; of one that is no number, long ago.
 *
 * Also of claims that nobody vouches for: they can only make the time shorter.
 */
function expiryOf(claims: JsonObject | null): number {
  const exp = claims === null ? null : (member(claims, 'exp') ?? null);
  if (exp === null) return Infinity;
  return typeof exp === 'number' || typeof exp === 'bigint' ? Number(exp) * 1000 : 0;
}

function withCacheStep(entry: Entry, at: number): Verdict {
  const age = Math.floor((at - entry.since) / 1000);
  if (entry.told?.age === age) return entry.told.verdict;
  const step: Step = {
    name: 'cache',
    status: 'passed',
    code: null,
    message: `verified ${duration(age)} ago, kept for ${duration(Math.ceil((entry.until - at) / 1000))} more`,
    unverified: false,
  };
  const steps = [Object.freeze(step), ...entry.verdict.steps];
  const timing = { total_ms: 0, network_ms: 0 };
  const verdict = Object.freeze({ ...entry.verdict, steps: Object.freeze(steps), timing: Object.freeze(timing) });
  entry.told = { age, verdict };
  return verdict;
}
