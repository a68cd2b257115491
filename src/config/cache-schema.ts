/** `cache`, an extension of ours: accepted verdicts are kept for a while. Pure. */

import * as v from 'valibot';
import { parseUrl } from '../url.js';
import type { CacheConfig } from './provider-config.js';
import { expected, whole } from './scalars.js';
import { valueAt } from './shape.js';

/** The shortest secret that may seal what is in Redis. */
export const MIN_SECRET = 16;

const redisUrl = v.pipe(
  v.string(expected('a redis:// or rediss:// URL')),
  v.check(isRedisUrl, 'expected a redis:// or rediss:// URL, such as rediss://:password@cache.example:6379/0'),
);

const secret = v.pipe(
  v.string(expected('a string')),
  v.check((text) => text.length >= MIN_SECRET, `expected a secret of at least ${MIN_SECRET} characters`),
);

const WHAT = 'a mapping with max_entries and ttl';

const fields = v.object(
  {
    max_entries: v.optional(whole(1, 1_000_000, 'a whole number from 1 to 1,000,000'), 10_000),
    ttl: v.optional(whole(1, 3600, 'a whole number of seconds from 1 to 3600'), 60),
    redis_url: v.optional(v.nullable(redisUrl), null),
    secret: v.optional(v.nullable(secret), null),
  },
  expected(WHAT),
);

/** The field `cache` of a provider; null for none. */
export const cache: v.GenericSchema<unknown, CacheConfig | null> = v.optional(v.nullable(fields), null);

/** Tells a URL of a Redis: a host, perhaps a user, a password and the number of a database, and nothing else. */
function isRedisUrl(value: string): boolean {
  if (!/^rediss?:\/\/[^\s/?#]/i.test(value) || /\s/.test(value)) return false;
  const url = parseUrl(value);
  if (url === null) return false;
  const { hostname, username, password, pathname, search, hash } = url;
  return hostname !== '' && isDecodable(username + password) && /^\/?\d{0,4}$/.test(pathname) && search + hash === '';
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Says what is wrong with a cache beside its single fields.
 *
 * What is in Redis is sealed. Without a secret in the config whoever can write to Redis could seal something themselves,
 * and so make the server accept whom they like.
 */
export function findCacheFault(
  provider: Readonly<Record<string, unknown>>,
): { readonly path: string[]; readonly message: string } | null {
  const { cache, jwks } = provider;
  if (Array.isArray(cache)) return { path: ['cache'], message: expected(WHAT)({ input: cache }) };
  const secrets = [valueAt(provider, ['cache', 'secret']), valueAt(provider, ['introspection', 'client_secret'])];
  if (isEmpty(valueAt(provider, ['cache', 'redis_url'])) || !isEmpty(jwks) || secrets.some(canSeal)) return null;
  const message = `redis_url needs a secret of at least ${MIN_SECRET} characters beside it: whoever can write to Redis could guess a shorter one, and make the server accept any token`;
  return { path: ['cache', 'redis_url'], message };
}

function canSeal(secret: unknown): boolean {
  return typeof secret === 'string' && secret.length >= MIN_SECRET;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
