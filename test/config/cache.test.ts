import { describe, expect, test } from 'vitest';
import { ConfigError, parseAuthConfig, type AuthConfig, type ParseOptions } from '../../src/index.js';

const INTROSPECTION = { url: 'https://idp.example/introspect', client_id: 'api', client_secret: 'client-secret-of-16' };
const OAUTH2 = { type: 'oauth2_token', introspection: INTROSPECTION };
const CUSTOM = { type: 'custom', endpoint: 'https://auth.example/check' };
const REDIS = 'redis://127.0.0.1:6379/1';
const SECRET = 'sixteen characters, and more';

function read(provider: object, cache: unknown, options: ParseOptions = {}): AuthConfig {
  return parseAuthConfig({ ...provider, cache }, options);
}

function faults(provider: object, cache: unknown): string[] {
  try {
    read(provider, cache);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.findings
      .filter(({ severity }) => severity === 'error')
      .map(({ path, message }) => `${path}: ${message}`);
  }
}

function cacheOf({ providers: [provider] }: AuthConfig): unknown {
  return provider === undefined || !('cache' in provider.config) ? undefined : provider.config.cache;
}

describe('cache', () => {
  test.each([
    OAUTH2,
    CUSTOM,
    { type: 'oauth2_token', issuer: 'https://a', jwks: { uri: 'https://a/jwks' } },
    { type: 'github_token' },
    { type: 'kubernetes' },
  ])('is off by default, and can be had by $type', (provider) => {
    expect(cacheOf(parseAuthConfig(provider))).toBeNull();
    expect(cacheOf(read(provider, null))).toBeNull();
    expect(cacheOf(read(provider, {}))).toEqual({ max_entries: 10_000, ttl: 60, redis_url: null, secret: null });
    expect(faults(provider, { max_entries: 5, ttl: 10 })).toEqual([]);
  });

  test('is nothing to upstream_header, and that is said', () => {
    const provider = { type: 'upstream_header', principal_header: 'x-user' };
    expect(faults(provider, {})).toEqual(['cache: cache is ignored by the server']);
  });

  test.each<[string, unknown]>([
    ['cache', true],
    ['cache', []],
    ['cache', 60],
    ['cache.ttl', { ttl: 0 }],
    ['cache.ttl', { ttl: 3601 }],
    ['cache.ttl', { ttl: 1.5 }],
    ['cache.ttl', { ttl: null }],
    ['cache.max_entries', { max_entries: 0 }],
    ['cache.max_entries', { max_entries: 1_000_001 }],
    ['cache.redis_url', { redis_url: '' }],
    ['cache.redis_url', { redis_url: 'http://a' }],
    ['cache.redis_url', { redis_url: 'redis://' }],
    ['cache.redis_url', { redis_url: 'redis:///1' }],
    ['cache.redis_url', { redis_url: 'redis://a/name' }],
    ['cache.redis_url', { redis_url: 'redis://a/1/2' }],
    ['cache.redis_url', { redis_url: 'redis://a?db=2' }],
    ['cache.redis_url', { redis_url: 'redis://a#b' }],
    ['cache.redis_url', { redis_url: 'redis://a b' }],
    ['cache.redis_url', { redis_url: 'redis://:%zz@a' }],
    ['cache.redis_url', { redis_url: 'redis://:%ff@a' }],
    ['cache.redis_url', { redis_url: 'redis://a:99999' }],
    ['cache.redis_url', { redis_url: '/tmp/redis.sock' }],
    ['cache.secret', { secret: 'too short' }],
    ['cache.secret', { secret: 5 }],
    ['cache.max_entires', { max_entires: 5 }],
  ])('is refused at %s: %j', (path, cache) => {
    const found = faults(OAUTH2, cache);
    expect(found.map((fault) => fault.split(': ')[0])).toEqual([path]);
  });

  test.each(['redis://a', 'rediss://a', 'redis://a:1/', 'REDIS://u:p%40@[::1]:6379/15', 'rediss://:p@a.example/0'])(
    'takes %s',
    (redis_url) => {
      expect(faults(OAUTH2, { redis_url })).toEqual([]);
    },
  );

  test('shows neither the URL of Redis nor the secret in a message', () => {
    const marks = { redis_url: 'http://:swordfish@a', secret: 'swordfish' };
    expect(faults(OAUTH2, marks)).toHaveLength(2);
    expect(faults(OAUTH2, marks).join()).not.toContain('swordfish');
  });

  test('keeps what comes from the environment a string', () => {
    const cache = { redis_url: 'redis://:${env.PW}@127.0.0.1', secret: '${env.KEY}' };
    const env = { PW: 'true', KEY: '12345678901234567890' };
    expect(cacheOf(read(OAUTH2, cache, { env }))).toMatchObject({
      redis_url: 'redis://:true@127.0.0.1',
      secret: env.KEY,
    });
    expect(cacheOf(read(OAUTH2, { redis_url: '${env.URL:=}' }))).toMatchObject({ redis_url: null });
  });
});

describe('a shared cache', () => {
  test('needs a secret: its own, or that of the client', () => {
    const refusal = /^cache\.redis_url: redis_url needs a secret of at least 16 characters beside it/;
    const withSecret = (client_secret: string): object => ({
      ...OAUTH2,
      introspection: { ...INTROSPECTION, client_secret },
    });
    // One that can be guessed seals nothing.
    for (const provider of [
      CUSTOM,
      withSecret(''),
      withSecret('hunter2'),
      { type: 'github_token' },
      { type: 'kubernetes' },
    ]) {
      expect(faults(provider, { redis_url: REDIS })).toEqual([expect.stringMatching(refusal)]);
      expect(faults(provider, { redis_url: REDIS, secret: SECRET })).toEqual([]);
    }
    expect(faults(OAUTH2, { redis_url: REDIS })).toEqual([]);
  });

  test('is pointless with jwks, and that is said', () => {
    const provider = { type: 'oauth2_token', issuer: 'https://a', jwks: { uri: 'https://a/jwks' } };
    expect(read(provider, { redis_url: REDIS }).warnings).toMatchObject([
      { code: 'cache_unshared', path: 'cache.redis_url' },
    ]);
    expect(read(provider, {}).warnings).toEqual([]);
  });

  test.each([
    ['redis://cache.example', ['redis_insecure']],
    ['redis://10.0.0.1', ['redis_insecure']],
    ['rediss://cache.example', []],
    ['redis://localhost', []],
    ['redis://127.0.0.1', []],
    ['redis://[::1]', []],
  ])('at %s: %j', (redis_url, codes) => {
    expect(read(OAUTH2, { redis_url }).warnings.map(({ code }) => code)).toEqual(codes);
  });
});
