// Replicas of a server, and one real Redis between them.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Redis } from 'ioredis';
import { describe, expect, test, vi } from 'vitest';
import type { AuthProvider, ProviderEvent } from '../../src/index.js';
import { makeCertificates } from '../certificates.js';
import { json, serve, type Loopback, type SeenRequest } from '../loopback.js';
import { provide, summary } from '../providers/provide.js';
import { startRedis } from './redis-server.js';

const SECRET = 'a secret of the replicas';
const CLIENT = { client_id: 'api', client_secret: 'a secret of the client' };

interface Issuer extends Loopback {
  /** The tokens that it was asked about. */
  readonly asked: () => string[];
  /** From now on it accepts nothing. */
  readonly revoke: () => void;
}

async function startIssuer(claims: object = {}): Promise<Issuer> {
  let active = true;
  const tokenOf = (request: SeenRequest): string => new URLSearchParams(request.body).get('token') ?? '';
  // An answer that repeats a token is refused, so that only its last word is in it.
  const userOf = (request: SeenRequest): string => `user of ${tokenOf(request).split('-').at(-1) ?? ''}`;
  const server = await serve((request, response) =>
    json(active ? { active, sub: userOf(request), ...claims } : { active })(request, response),
  );
  return { ...server, asked: () => server.requests.map(tokenOf), revoke: () => void (active = false) };
}

interface Replica {
  readonly provider: AuthProvider;
  /** The principal, or why there is none. */
  readonly ask: (token: string) => Promise<string>;
  readonly events: ProviderEvent[];
  readonly failures: () => string[];
}

function replica(issuer: Issuer, redis_url: string, cache: object = {}, more: object = {}): Replica {
  const events: ProviderEvent[] = [];
  const introspection = { url: `${issuer.origin}/introspect`, ...CLIENT };
  const provider = provide(
    { type: 'oauth2_token', introspection, cache: { redis_url, secret: SECRET, ...cache }, ...more },
    { onEvent: (event) => events.push(event) },
  );
  return {
    provider,
    events,
    failures: () => events.flatMap((event) => (event.type === 'cache.unavailable' ? [event.code] : [])),
    async ask(token) {
      const verdict = await provider.authenticate({ token });
      return verdict.principal ?? summary(verdict);
    },
  };
}

/** Waits until a verdict lies in Redis: it is written after the answer is given. */
async function written(client: Redis, count: number): Promise<void> {
  await vi.waitFor(async () => expect(await client.dbsize()).toBe(count), { timeout: 5000 });
}

describe('replicas', () => {
  test('ask the issuer once', async () => {
    const [redis, issuer] = [await startRedis(), await startIssuer()];
    const replicas = Array.from({ length: 5 }, () => replica(issuer, `redis://127.0.0.1:${redis.port}`));
    expect(await replicas[0]?.ask('a')).toBe('user of a');
    await written(redis.client(), 1);
    expect(await Promise.all(replicas.map(({ ask }) => ask('a')))).toEqual(Array(5).fill('user of a'));
    expect(issuer.asked()).toEqual(['a']);
    expect(replicas.map(({ events }) => events)).toEqual([
      [
        { provider: 'default', type: 'cache.miss' },
        { provider: 'default', type: 'cache.hit', shared: false },
      ],
      ...Array<unknown>(4).fill([{ provider: 'default', type: 'cache.hit', shared: true }]),
    ]);
  });

  test('share though they spell the address of Redis and the size of their memory differently', async () => {
    const [redis, issuer] = [await startRedis(), await startIssuer()];
    await replica(issuer, `redis://127.0.0.1:${redis.port}/0`).ask('a');
    await written(redis.client(), 1);
    await replica(issuer, `redis://localhost:${redis.port}`, { ttl: 30, max_entries: 5 }).ask('a');
    expect(issuer.asked()).toEqual(['a']);
  });

  test('of other configs share nothing', async () => {
    const [redis, issuer] = [await startRedis(), await startIssuer()];
    const url = `redis://127.0.0.1:${redis.port}`;
    const introspection = { url: `${issuer.origin}/introspect`, ...CLIENT };
    const replicas = [
      replica(issuer, url),
      replica(issuer, url, { secret: `${SECRET}, another` }),
      replica(issuer, url, { secret: null }),
      // The default, but written down: now aud is checked.
      replica(issuer, url, {}, { audience: 'llama-stack' }),
      replica(issuer, url, {}, { issuer: 'https://idp.example' }),
      replica(issuer, url, {}, { claims_mapping: { sub: 'teams' } }),
      replica(issuer, url, {}, { clock_tolerance: 1 }),
      replica(issuer, url, {}, { verify_tls: false }),
      replica(issuer, url, {}, { introspection: { ...introspection, client_secret: 'another' } }),
      replica(issuer, url, {}, { introspection: { ...introspection, client_id: 'another' } }),
      replica(issuer, url, {}, { introspection: { ...introspection, url: `${issuer.origin}/other` } }),
    ];
    for (const [index, { ask }] of replicas.entries()) {
      expect(await ask('a')).toBe('user of a');
      await written(redis.client(), index + 1);
    }
    expect(issuer.asked()).toHaveLength(replicas.length);
  });

  test('share refusals never', async () => {
    const [redis, issuer] = [await startRedis(), await startIssuer()];
    const url = `redis://127.0.0.1:${redis.port}`;
    issuer.revoke();
    expect(await replica(issuer, url).ask('a')).toBe('rejected: token_inactive');
    expect(await replica(issuer, url).ask('a')).toBe('rejected: token_inactive');
    expect(issuer.asked()).toEqual(['a', 'a']);
    expect(await redis.client().dbsize()).toBe(0);
  });

  test('share nothing that is too large', async () => {
    const [redis, issuer] = [await startRedis(), await startIssuer({ photo: 'x'.repeat(70_000) })];
    const { ask, failures } = replica(issuer, `redis://127.0.0.1:${redis.port}`);
    await ask('a');
    await ask('b');
    expect(failures()).toEqual([]);
    expect(await redis.client().dbsize()).toBe(0);
  });
});

test('what lies in Redis ends with its time, or with the token', async () => {
  const redis = await startRedis();
  const url = `redis://127.0.0.1:${redis.port}`;
  const client = redis.client();
  await replica(await startIssuer(), url, { ttl: 40 }).ask('a');
  await replica(await startIssuer({ exp: Date.now() / 1000 + 20 }), url, { ttl: 40 }).ask('b');
  await written(client, 2);
  const left = await Promise.all((await client.keys('*')).map((name) => client.pttl(name)));
  const [least = 0, most = 0] = left.sort((a, b) => a - b);
  expect(least).toBeGreaterThan(0);
  expect(least).toBeLessThanOrEqual(20_000);
  expect(most).toBeGreaterThan(20_000);
  expect(most).toBeLessThanOrEqual(40_000);
});

test('nothing of tokens, claims and secrets can be read in Redis', async () => {
  const [redis, issuer] = [
    await startRedis(),
    await startIssuer({ email: 'alice@example.com', groups: ['project-x'] }),
  ];
  const client = redis.client();
  await replica(issuer, `redis://127.0.0.1:${redis.port}`).ask('token-of-alice');
  await replica(issuer, `redis://127.0.0.1:${redis.port}`).ask('token-of-bob');
  await written(client, 2);
  const names = await client.keys('*');
  const values = await Promise.all(names.map((name) => client.getBuffer(name)));
  const dump = Buffer.concat([Buffer.from(names.join()), ...values.map((value) => value ?? Buffer.alloc(0))]);
  expect(dump.length).toBeGreaterThan(1000);
  for (const word of [
    'alice',
    'bob',
    'user of',
    'project-x',
    'active',
    'accepted',
    'sha256:',
    SECRET,
    CLIENT.client_secret,
  ])
    expect(dump.includes(word), word).toBe(false);
  expect(names.join()).toMatch(/^authcheck:[\w-]{43},authcheck:[\w-]{43}$/);
});

describe('poisoned entries', () => {
  test.each<[string, (client: Redis, name: string, other: string) => Promise<unknown>]>([
    ['garbage', (client, name) => client.set(name, 'accepted')],
    ['nothing', (client, name) => client.set(name, '')],
    ['a verdict in the clear', (client, name) => client.set(name, '{"since":0,"verdict":{"outcome":"accepted"}}')],
    ['the entry of another token', (client, name, other) => client.copy(other, name, 'REPLACE')],
    ['half of itself', async (client, name) => client.set(name, await client.getrangeBuffer(name, 0, 200))],
    ['itself and more', (client, name) => client.append(name, 'x')],
    ['itself with one other byte', (client, name) => client.setrange(name, 40, '\u0001')],
    ['ten megabytes', (client, name) => client.set(name, Buffer.alloc(10_000_000, 'x'))],
    ['a list', async (client, name) => [await client.del(name), await client.lpush(name, 'x')]],
  ])('%s: the issuer is asked', async (_what, poison) => {
    const [redis, issuer] = [await startRedis(), await startIssuer()];
    const url = `redis://127.0.0.1:${redis.port}`;
    const client = redis.client();
    await replica(issuer, url).ask('a');
    await written(client, 1);
    const [name = ''] = await client.keys('*');
    await replica(issuer, url).ask('b');
    await written(client, 2);
    const other = (await client.keys('*')).find((candidate) => candidate !== name) ?? '';
    await poison(client, name, other);
    issuer.revoke();
    expect(await replica(issuer, url).ask('a')).toBe('rejected: token_inactive');
  });
});

describe('a Redis that goes away', () => {
  let count = 0;

  /** Asks about new tokens until one of them is shared. */
  async function sharedAgain(issuer: Issuer, one: Replica, other: Replica): Promise<void> {
    await vi.waitFor(
      async () => {
        const [token, user] = [`new-${(count += 1)}`, `user of ${count}`];
        expect(await one.ask(token)).toBe(user);
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect(await other.ask(token)).toBe(user);
        expect(issuer.asked().filter((asked) => asked === token)).toHaveLength(1);
      },
      { timeout: 10_000, interval: 200 },
    );
  }

  test('is done without, and used again when it is back', async () => {
    const [redis, issuer] = [await startRedis(), await startIssuer()];
    const url = `redis://127.0.0.1:${redis.port}`;
    const [one, other] = [replica(issuer, url), replica(issuer, url)];
    await sharedAgain(issuer, one, other);
    await redis.kill();
    for (const token of ['b', 'c', 'd']) {
      expect(await one.ask(token)).toBe(`user of ${token}`);
      expect(await other.ask(token)).toBe(`user of ${token}`);
      expect(await other.ask(token)).toBe(`user of ${token}`);
    }
    expect(issuer.asked().filter((token) => token === 'b')).toHaveLength(2);
    expect(one.failures()[0]).toMatch(/^(?:BROKEN|ECONNRESET|ECONNREFUSED)$/);
    await redis.start();
    await sharedAgain(issuer, one, other);
  });

  test('never makes a refused token accepted', async () => {
    const [redis, issuer] = [await startRedis(), await startIssuer()];
    const { ask } = replica(issuer, `redis://127.0.0.1:${redis.port}`);
    await ask('a');
    await redis.kill();
    issuer.revoke();
    expect(await ask('b')).toBe('rejected: token_inactive');
    await redis.start();
    expect(await ask('b')).toBe('rejected: token_inactive');
  });

  test('by hanging is done without, and used again', async () => {
    const [redis, issuer] = [await startRedis(), await startIssuer()];
    const url = `redis://127.0.0.1:${redis.port}`;
    const [one, other] = [replica(issuer, url), replica(issuer, url)];
    await sharedAgain(issuer, one, other);
    redis.signal('SIGSTOP');
    expect([await one.ask('b'), await other.ask('b')]).toEqual(['user of b', 'user of b']);
    expect([one.failures(), other.failures()]).toEqual([['ETIMEDOUT'], ['ETIMEDOUT']]);
    redis.signal('SIGCONT');
    await sharedAgain(issuer, one, other);
  });

  test('only to close idle connections is not missed', async () => {
    const [redis, issuer] = [await startRedis(), await startIssuer()];
    const { ask, failures } = replica(issuer, `redis://127.0.0.1:${redis.port}`);
    const client = redis.client();
    await ask('a');
    await written(client, 1);
    await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await ask('b');
    await written(client, 2);
    expect(failures()).toEqual([]);
  });
});

describe('a Redis with a password', () => {
  const PASSWORD = 'p@ss:word/#?%';
  const encoded = encodeURIComponent(PASSWORD);

  test('is asked with it, in the database that is named', async () => {
    const [redis, issuer] = [await startRedis('--requirepass', PASSWORD), await startIssuer()];
    const url = `redis://:${encoded}@127.0.0.1:${redis.port}/5`;
    await replica(issuer, url).ask('a');
    await written(redis.client({ password: PASSWORD, db: 5 }), 1);
    await replica(issuer, url).ask('a');
    expect(issuer.asked()).toEqual(['a']);
  });

  test('and users is asked with both', async () => {
    const [redis, issuer] = [await startRedis('--requirepass', 'other'), await startIssuer()];
    const client = redis.client({ password: 'other' });
    await client.acl('SETUSER', 'cache', 'on', `>${PASSWORD}`, '~authcheck:*', '+getrange', '+set');
    const url = `redis://cache:${encoded}@127.0.0.1:${redis.port}`;
    await replica(issuer, url).ask('a');
    await written(client, 1);
    const { ask, failures } = replica(issuer, url);
    await ask('a');
    expect(issuer.asked()).toEqual(['a']);
    expect(failures()).toEqual([]);
  });

  test('is done without if it is wrong or missing', async () => {
    const [redis, issuer] = [await startRedis('--requirepass', PASSWORD), await startIssuer()];
    const wrong = replica(issuer, `redis://:wrong@127.0.0.1:${redis.port}`);
    const missing = replica(issuer, `redis://127.0.0.1:${redis.port}`);
    expect([await wrong.ask('a'), await missing.ask('a')]).toEqual(['user of a', 'user of a']);
    expect([wrong.failures(), missing.failures()]).toEqual([['WRONGPASS'], ['NOAUTH']]);
    expect(JSON.stringify(wrong.events)).not.toContain('wrong@');
  });
});

describe('a process', () => {
  const library = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
  const script = `
    import { createAuthProvider, parseAuthConfig } from ${JSON.stringify(library)};
    const [config, token] = process.argv.slice(-2);
    const [configured] = parseAuthConfig(JSON.parse(config)).providers;
    const events = [];
    const provider = createAuthProvider(configured, { onEvent: (event) => events.push(event) });
    const { principal } = await provider.authenticate({ token });
    console.log(JSON.stringify({ principal, events }));
  `;

  /** Asks once, and closes nothing. */
  async function run(config: object, env: NodeJS.ProcessEnv = {}): Promise<{ stdout: string; stderr: string }> {
    const args = ['--input-type=module', '-e', script, JSON.stringify(config), 'token-of-alice'];
    return promisify(execFile)(process.execPath, args, { timeout: 10_000, env: { ...process.env, ...env } });
  }

  function configFor(issuer: Issuer, redis_url: string): object {
    const introspection = { url: `${issuer.origin}/introspect`, ...CLIENT };
    return { type: 'oauth2_token', introspection, cache: { redis_url, secret: SECRET } };
  }

  test('ends by itself, and shows no password even to who debugs ioredis', async () => {
    const [redis, issuer] = [await startRedis('--requirepass', 'swordfish'), await startIssuer()];
    const config = configFor(issuer, `redis://:swordfish@127.0.0.1:${redis.port}`);
    const first = await run(config, { DEBUG: '*' });
    expect(first.stderr).toContain('ioredis:redis write command');
    expect(first.stdout + first.stderr).not.toMatch(/swordfish|client-secret|a secret of|token-of-alice,/);
    const second = await run(config);
    expect(JSON.parse(second.stdout)).toEqual({
      principal: 'user of alice',
      events: [{ provider: 'default', type: 'cache.hit', shared: true }],
    });
    expect(second.stderr).toBe('');
    expect(issuer.asked()).toHaveLength(1);
  });

  test('shares over TLS with a Redis that it can trust, and with no other', async () => {
    const certificates = await makeCertificates();
    const folder = dirname(certificates.caFile);
    const paths = { cert: join(folder, 'redis.pem'), key: join(folder, 'redis.key') };
    writeFileSync(paths.cert, certificates.right.cert);
    writeFileSync(paths.key, certificates.right.key);
    const redis = await startRedis(
      ...['--tls-port', 'PORT', '--tls-auth-clients', 'no', '--tls-ca-cert-file', certificates.caFile],
      ...['--tls-cert-file', paths.cert, '--tls-key-file', paths.key],
    );
    const issuer = await startIssuer();
    for (const host of ['localhost', '127.0.0.1']) {
      const config = configFor(issuer, `rediss://${host}:${redis.port}`);
      const trusting = { NODE_EXTRA_CA_CERTS: certificates.caFile };
      const events = async (env: NodeJS.ProcessEnv): Promise<unknown> =>
        (JSON.parse((await run(config, env)).stdout) as { events: unknown }).events;
      await events(trusting);
      expect(await events(trusting)).toEqual([{ provider: 'default', type: 'cache.hit', shared: true }]);
      expect(await events({})).toEqual([
        { provider: 'default', type: 'cache.unavailable', code: 'SELF_SIGNED_CERT_IN_CHAIN' },
        { provider: 'default', type: 'cache.miss' },
      ]);
    }
  });
});
