/** `cache`, an extension of ours: accepted verdicts are kept for a while. Pure. */

import * as v from 'valibot';
import type { CacheConfig } from './provider-config.js';
import { expected, whole } from './scalars.js';

/** The shortest secret that may seal what is in Redis. */
const MIN_SECRET = 16;

const mapping = v.custom<object>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  expected('a mapping with max_entries and ttl'),
);

const redisUrl = v.pipe(
  v.string(expected('a redis:// or rediss:// URL')),
  v.check(isRedisUrl, 'expected a redis:// or rediss:// URL, such as rediss://:password@cache.example:6379/0'),
);

const secret = v.pipe(
  v.string(expected('a string')),
  v.minLength(MIN_SECRET, `expected a secret of at least ${MIN_SECRET} characters`),
);

const fields = v.object({
  max_entries: v.optional(whole(1, 1_000_000, 'a whole number from 1 to 1,000,000'), 10_000),
  ttl: v.optional(whole(1, 3600, 'a whole number of seconds from 1 to 3600'), 60),
  redis_url: v.optional(v.nullable(redisUrl), null),
  secret: v.optional(v.nullable(secret), null),
});

/** The field `cache` of a provider; null for none. */
export const cache: v.GenericSchema<unknown, CacheConfig | null> = v.optional(
  v.nullable(v.pipe(mapping, fields)),
  null,
);

/** Tells a URL of a Redis: a host, perhaps a user, a password and the number of a database, and nothing else. */
function isRedisUrl(value: string): boolean {
  if (!/^rediss?:\/\/[^\s/?#]/i.test(value) || /\s/.test(value) || !URL.canParse(value)) return false;
  const { hostname, username, password, pathname, search, hash } = new URL(value);
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
 * Says why a cache must not be shared; null if it may be.
 *
 * What is in Redis is sealed. Without a secret in the config whoever can write to Redis could seal something himself,
 * and so make the server accept whom he likes.
 */
export function findSharingFault(provider: Readonly<Record<string, unknown>>): string | null {
  if (isEmpty(field(provider.cache, 'redis_url')) || !isEmpty(provider.jwks)) return null;
  const secrets = [field(provider.cache, 'secret'), field(provider.introspection, 'client_secret')];
  return secrets.every(isEmpty)
    ? 'redis_url needs a secret beside it: without one whoever can write to Redis can make the server accept any token'
    : null;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : null;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
