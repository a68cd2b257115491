import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { AuthProvider, AuthRequest, ProviderEvent, Verdict } from '../../src/index.js';
import { cacheVerdicts, type CacheOptions } from '../../src/providers/cache.js';
import { sealVerdicts, type ByteStore } from '../../src/providers/sealed-verdict.js';
import type { InnerEvent } from '../../src/providers/provider.js';
import { summarizeToken } from '../../src/token.js';
import { createTrace } from '../../src/trace.js';
import { conclude, type ProviderRef } from '../../src/verdict.js';
import { encode, mint, newKey } from '../forge.js';
import { json, serve } from '../loopback.js';
import { provide, stepOf, summary } from './provide.js';

const NOW = 1_800_000_000_000;
const TTL = 60;
const SCOPE = 'what the replicas have in common';

/** What somebody says of a token, unless it is accepted: a code to fail with. */
type Opinion = {
  readonly principal?: string;
  readonly claims?: object;
  readonly code?: 'token_inactive' | 'endpoint_error';
};

/** A provider that says what it is told, and counts. */
function asking(opinion: (token: string) => Opinion | Promise<Opinion> = () => ({})): {
  readonly provider: AuthProvider;
  readonly asked: string[];
} {
  const asked: string[] = [];
  const ref: ProviderRef = { name: 'default', type: 'oauth2_token', mode: 'introspection', source: 'a.yaml:1:1' };
  const provider: AuthProvider = {
    ref,
    keySet: null,
    destination: null,
    async authenticate({ token }) {
      asked.push(token ?? '');
      const { principal = `user of ${token ?? ''}`, claims = null, code } = await opinion(token ?? '');
      const trace = createTrace(() => null);
      if (code === undefined) trace.pass('active', 'it is');
      else trace.fail('active', code, 'it is not');
      return conclude({
        provider: ref,
        trace,
        identity: code === undefined ? { principal, attributes: { roles: [principal] } } : null,
        mapping: [],
        token: summarizeToken(token, claims as NonNullable<Verdict['token']['claims']>),
        refusal: 'no',
        total_ms: 20,
        network_ms: 10,
      });
    },
    close: () => Promise.resolve(),
  };
  return { provider, asked };
}

interface World {
  readonly ask: (token: string, more?: Omit<AuthRequest, 'token'>) => Promise<Verdict>;
  readonly asked: string[];
  readonly events: InnerEvent[];
  /** Moves the clock by so many milliseconds. */
  readonly wait: (ms: number) => void;
}

function keeping(
  opinion?: (token: string) => Opinion | Promise<Opinion>,
  options: Partial<CacheOptions> = {},
  clock: { now: number } = { now: NOW },
): World {
  const { provider, asked } = asking(opinion);
  const events: InnerEvent[] = [];
  const cached = cacheVerdicts(provider, {
    max_entries: 100,
    ttl: TTL,
    wholeRequest: false,
    shared: null,
    now: () => clock.now,
    onEvent: (event) => events.push(event),
    ...options,
  });
  return {
    ask: (token, more) => cached.authenticate({ token, ...more }),
    asked,
    events,
    wait: (ms) => (clock.now += ms),
  };
}

/** A JWT that nobody verifies. */
function unverified(claims: object | string): string {
  return `${encode({ alg: 'none' })}.${encode(claims)}.x`;
}

describe('an accepted token', () => {
  test('is asked about once; afterwards the verdict says where it comes from', async () => {
    const { ask, asked, events, wait } = keeping();
    const first = await ask('a');
    wait(12_400);
    const second = await ask('a');
    expect(asked).toEqual(['a']);
    expect(first.steps[0]?.name).toBe('active');
    expect(second).toEqual({
      ...first,
      steps: [
        {
          name: 'cache',
          status: 'passed',
          code: null,
          message: 'verified 12 seconds ago, kept for 48 seconds more',
          unverified: false,
        },
        ...first.steps,
      ],
      timing: { total_ms: 0, network_ms: 0 },
    });
    expect(events).toEqual([{ type: 'cache.miss' }, { type: 'cache.hit', shared: false }]);
    wait(1_000);
    expect((await ask('a')).steps[0]?.message).toBe('verified 13 seconds ago, kept for 47 seconds more');
  });

  test('is asked about again when its time is over, to the millisecond', async () => {
    const { ask, asked, wait } = keeping();
    await ask('a');
    wait(TTL * 1000 - 1);
    await ask('a');
    expect(asked).toHaveLength(1);
    wait(1);
    expect(stepOf(await ask('a'), 'active').status).toBe('passed');
    expect(asked).toHaveLength(2);
  });

  test('is asked about again when the clock went backwards', async () => {
    const { ask, asked, wait } = keeping();
    await ask('a');
    wait(-1);
    await ask('a');
    expect(asked).toHaveLength(2);
  });

  test.each<[string, object, string]>([
    ['the provider', { exp: NOW / 1000 + 10 }, 'a'],
    ['the token itself', {}, unverified({ exp: NOW / 1000 + 10 })],
    ['the provider, earlier than the token', { exp: NOW / 1000 + 10 }, unverified({ exp: NOW / 1000 + 20 })],
    ['the token, earlier than the provider', { exp: NOW / 1000 + 20 }, unverified({ exp: NOW / 1000 + 10 })],
  ])('is not kept beyond the exp that is named by %s', async (_who, claims, token) => {
    const { ask, asked, wait } = keeping(() => ({ claims }));
    await ask(token);
    wait(9_999);
    await ask(token);
    expect(asked).toHaveLength(1);
    wait(1);
    await ask(token);
    expect(asked).toHaveLength(2);
  });

  test.each<[object, string]>([
    [{ exp: NOW / 1000 }, 'a'],
    [{ exp: 0 }, 'a'],
    [{ exp: -1e300 }, 'a'],
    [{ exp: String(NOW) }, 'a'],
    [{ exp: [NOW] }, 'a'],
    [{ exp: true }, 'a'],
    [{}, unverified({ exp: 1 })],
    [{}, unverified({ exp: 'never' })],
    [{}, unverified('{"exp":-12345678901234567890}')],
  ])('with the claims %j, as %.40s, is not kept at all', async (claims, token) => {
    const { ask, asked } = keeping(() => ({ claims }));
    await ask(token);
    await ask(token);
    expect(asked).toHaveLength(2);
  });

  test.each<[object, string]>([
    [{ exp: null }, 'a'],
    [{ exp: 1e300 }, 'a'],
    [{}, unverified({ exp: null })],
    [{}, unverified('{"exp":1e999}')],
    [{}, unverified('no JSON')],
    [{}, 'a.b.c'],
  ])('with the claims %j, as %.40s, is kept for its time', async (claims, token) => {
    const { ask, asked } = keeping(() => ({ claims }));
    await ask(token);
    await ask(token);
    expect(asked).toHaveLength(1);
  });

  test('is dropped for newer ones when there is no room, the least used first', async () => {
    const { ask, asked } = keeping(undefined, { max_entries: 2 });
    for (const token of ['a', 'b', 'a', 'c', 'a', 'b']) await ask(token);
    expect(asked).toEqual(['a', 'b', 'c', 'b']);
  });
});

test.each(['token_inactive', 'endpoint_error'] as const)('a verdict with %s is never kept', async (code) => {
  const { ask, asked } = keeping(() => ({ code }));
  await ask('a');
  await ask('a');
  expect(asked).toHaveLength(2);
});

test('a token that is refused once its time is over is refused', async () => {
  let told: Opinion = {};
  const { ask, wait } = keeping(() => told);
  expect(summary(await ask('a'))).toBe('accepted');
  told = { code: 'token_inactive' };
  expect(summary(await ask('a'))).toBe('accepted');
  wait(TTL * 1000);
  expect(summary(await ask('a'))).toBe('rejected: token_inactive');
  wait(-1000);
  expect(summary(await ask('a'))).toBe('rejected: token_inactive');
});

test('no token, an empty one and one that is no text are not looked for', async () => {
  const { provider, asked } = asking();
  const cached = cacheVerdicts(provider, {
    max_entries: 9,
    ttl: TTL,
    now: () => NOW,
    wholeRequest: false,
    shared: null,
  });
  for (const token of [null, '', '\ud800', '\ud801', '\ufffd']) {
    await cached.authenticate({ token });
    await cached.authenticate({ token });
  }
  expect(asked).toEqual(['', '', '', '', '\ud800', '\ud800', '\ud801', '\ud801', '\ufffd']);
});

test('whatever happens, a verdict is of this token, and neither too old nor beyond its exp', async () => {
  const expiries = new Map([NOW / 1000 + 70, NOW / 1000 + 5.5].map((exp) => [unverified({ exp }), exp]));
  const event = fc.record({
    token: fc.constantFrom('a', 'b', ...expiries.keys()),
    exp: fc.option(fc.integer({ min: -10, max: 200 })),
    refuses: fc.boolean(),
    passes: fc.integer({ min: -5_000, max: 40_000 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 40 }), fc.integer({ min: 1, max: 3 }), async (story, max_entries) => {
      const clock = { now: NOW };
      let told: Opinion = {};
      const answers: { readonly at: number; readonly exp: number; readonly token: string }[] = [];
      const { ask } = keeping(() => told, { max_entries }, clock);
      for (const { token, exp, refuses, passes } of story) {
        clock.now += passes;
        const end = exp === null ? Infinity : clock.now + exp * 1000;
        const claims = { n: answers.length, ...(exp === null ? {} : { exp: end / 1000 }) };
        told = refuses ? { code: 'token_inactive', claims } : { claims };
        const own = (expiries.get(token) ?? Infinity) * 1000;
        answers.push({ at: clock.now, exp: Math.min(end, own), token });
        const verdict = await ask(token);
        const answer = answers[Number(verdict.token.claims?.n)];
        expect(answer?.token).toBe(token);
        expect(verdict.principal ?? `user of ${token}`).toBe(`user of ${token}`);
        if (verdict.steps[0]?.name !== 'cache') {
          expect(answer).toBe(answers.at(-1));
          continue;
        }
        expect(verdict.outcome).toBe('accepted');
        expect(clock.now).toBeGreaterThanOrEqual(answer?.at ?? Infinity);
        expect(clock.now).toBeLessThan((answer?.at ?? 0) + TTL * 1000);
        expect(clock.now).toBeLessThan(answer?.exp ?? 0);
      }
    }),
    { numRuns: 300 },
  );
});

describe('requests at the same time', () => {
  test('with one token ask once, and have one answer', async () => {
    const { ask, asked, events } = keeping();
    const verdicts = await Promise.all([ask('a'), ask('a'), ask('b'), ask('a')]);
    expect(asked).toEqual(['a', 'b']);
    expect(verdicts.map(({ principal }) => principal)).toEqual(['user of a', 'user of a', 'user of b', 'user of a']);
    expect(events).toEqual(Array(4).fill({ type: 'cache.miss' }));
  });

  test('share a refusal too, but the next one asks again', async () => {
    const { ask, asked } = keeping(() => ({ code: 'endpoint_error' }));
    const outcomes = (await Promise.all([ask('a'), ask('a')])).map(summary);
    expect(outcomes).toEqual(['undecided: endpoint_error', 'undecided: endpoint_error']);
    await ask('a');
    expect(asked).toHaveLength(2);
  });

  test('fail together where the provider has a bug, and only then', async () => {
    let broken = true;
    const { ask } = keeping(() => (broken ? Promise.reject(new Error('a bug')) : {}));
    const results = await Promise.allSettled([ask('a'), ask('a')]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    broken = false;
    expect(summary(await ask('a'))).toBe('accepted');
  });

  test('count the time from the question, not from the answer', async () => {
    const clock = { now: NOW };
    const { ask, asked } = keeping(() => ((clock.now += 40_000), {}), {}, clock);
    await ask('a');
    clock.now += 20_000;
    await ask('a');
    expect(asked).toHaveLength(2);
    expect((await ask('a')).steps[0]?.message).toMatch(/^verified 40 seconds ago, kept for 20 seconds/);
  });

  test('keep nothing whose time was over before the answer came', async () => {
    const clock = { now: NOW };
    const { ask, asked } = keeping(() => ((clock.now += TTL * 1000), {}), {}, clock);
    await ask('a');
    await ask('a');
    expect(asked).toHaveLength(2);
  });
});

test('nobody can change the verdict that the next one gets', async () => {
  const { ask } = keeping(() => ({ claims: { deep: [{ a: [1] }] } }));
  const first = await ask('a');
  const before = JSON.stringify(first);
  const places = (value: unknown): object[] =>
    typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(places)] : [];
  const found = [first, await ask('a')].flatMap(places);
  expect(found.length).toBeGreaterThan(20);
  for (const place of found) {
    expect(Reflect.set(place, 'admin', true)).toBe(false);
    for (const name of Object.keys(place)) expect(Reflect.deleteProperty(place, name)).toBe(false);
  }
  expect(JSON.stringify(await ask('a'))).toContain(before.slice(1, before.indexOf('"steps"')));
});

describe('createAuthProvider', () => {
  const introspection = (url: string): object => ({
    type: 'oauth2_token',
    introspection: { url, client_id: 'api', client_secret: 'client-secret' },
  });

  test('keeps only where the config says so, and not where the host does not want it', async () => {
    const server = await serve(json({ active: true, sub: 'alice' }));
    const count = async (cache: unknown, options = {}): Promise<number> => {
      const before = server.requests.length;
      const provider = provide({ ...introspection(server.origin), cache }, options);
      for (let times = 0; times < 3; times += 1) await provider.authenticate({ token: 'a' });
      return server.requests.length - before;
    };
    expect(await count(null)).toBe(3);
    expect(await count({})).toBe(1);
    expect(await count({}, { cache: false })).toBe(3);
  });

  test('reports each undecided verdict, also of those who waited for one answer', async () => {
    const server = await serve(json({}, 500));
    const events: ProviderEvent[] = [];
    const provider = provide(
      { ...introspection(server.origin), cache: {} },
      { onEvent: (event) => events.push(event) },
    );
    await Promise.all([provider.authenticate({ token: 'a' }), provider.authenticate({ token: 'a' })]);
    expect(server.requests).toHaveLength(1);
    expect(events.map(({ type }) => type).sort()).toEqual([
      ...['cache.miss', 'cache.miss'],
      ...['provider.undecided', 'provider.undecided'],
    ]);
    // A host with several providers counts them one by one.
    expect(new Set(events.map((event) => event.provider))).toEqual(new Set([provider.ref.name]));
  });

  test('keeps JWTs, but not beyond their exp', async () => {
    const key = newKey('ES256');
    const server = await serve(json({ keys: [key.jwk] }));
    let now = Date.now();
    const exp = Math.floor(now / 1000) + 30;
    const provider = provide(
      {
        type: 'oauth2_token',
        issuer: 'https://idp.example',
        audience: 'my-api',
        jwks: { uri: server.origin },
        cache: {},
      },
      { now: () => now },
    );
    const token = mint(key, { exp });
    expect(summary(await provider.authenticate({ token }))).toBe('accepted');
    expect(stepOf(await provider.authenticate({ token }), 'cache').status).toBe('passed');
    expect(summary(await provider.authenticate({ token: `${token}x` }))).toMatch(/^rejected/);
    now = exp * 1000;
    expect(summary(await provider.authenticate({ token }))).toBe('rejected: token_expired');
  });

  test('asks a custom endpoint about every request that is not the same', async () => {
    const server = await serve(json({ principal: 'alice' }));
    const provider = provide({ type: 'custom', endpoint: server.origin, cache: {} });
    const ask = async (request: Omit<AuthRequest, 'token'>): Promise<string> =>
      summary(await provider.authenticate({ token: 'a', ...request }));
    const requests: Omit<AuthRequest, 'token'>[] = [
      {},
      { path: '/v1' },
      { path: '/v1', headers: [['x-team', 'ml']] },
      { path: '/v1', headers: [['x-team', 'root']] },
      { path: '/v1', params: { team: ['root'] } },
    ];
    for (const request of [...requests, ...requests]) expect(await ask(request)).toBe('accepted');
    expect(server.requests).toHaveLength(requests.length);
    await ask({ path: '', headers: [], params: {} });
    expect(server.requests).toHaveLength(requests.length);
    expect(await ask({ headers: [['authorization', 'Bearer other']] })).toBe('rejected: token_malformed');
  });

  test('keeps a GitHub user whose organizations could not be read for half a minute', async () => {
    let now = NOW;
    let works = false;
    const server = await serve((request, response) => {
      if (request.url === '/user') json({ login: 'octocat', id: 1 })(request, response);
      else if (works) json([{ login: 'acme' }])(request, response);
      else response.destroy();
    });
    const config = { type: 'github_token', github_api_base_url: server.origin, cache: { ttl: 3600 } };
    const provider = provide(config, { now: () => now });
    const teams = async (): Promise<unknown> =>
      (await provider.authenticate({ token: 'tok12345678' })).attributes.teams;
    expect(await teams()).toEqual([]);
    works = true;
    now += 29_000;
    expect(await teams()).toEqual([]);
    now += 1_000;
    expect(await teams()).toEqual(['acme']);
    works = false;
    now += 3_599_000;
    expect(await teams()).toEqual(['acme']);
  });

  test('never takes a token for another with a request in it', async () => {
    const { provider, asked } = asking();
    const cached = cacheVerdicts(provider, {
      max_entries: 9,
      ttl: TTL,
      now: () => NOW,
      wholeRequest: true,
      shared: null,
    });
    await cached.authenticate({ token: 'a\n["/v1",[],{}]' });
    await cached.authenticate({ token: 'a', path: '/v1' });
    expect(asked).toHaveLength(2);
  });
});

/** A store that anybody can read and write. */
function memory(): ByteStore & { readonly held: Map<string, Buffer>; readonly times: number[] } {
  const held = new Map<string, Buffer>();
  const times: number[] = [];
  return {
    held,
    times,
    get: (name) => Promise.resolve(held.get(name) ?? null),
    set(name, bytes, ms) {
      held.set(name, bytes);
      times.push(ms);
    },
    close: () => Promise.resolve(),
  };
}

function replica(store: ByteStore, opinion?: (token: string) => Opinion, scope = SCOPE, clock = { now: NOW }): World {
  return keeping(opinion, { shared: Promise.resolve(sealVerdicts(store, scope)) }, clock);
}

describe('a shared verdict', () => {
  test('is another replica’s, and then one’s own', async () => {
    const store = memory();
    const clock = { now: NOW };
    const [one, other] = [replica(store, undefined, SCOPE, clock), replica(store, undefined, SCOPE, clock)];
    await one.ask('a');
    clock.now += 5_000;
    const verdicts = [await other.ask('a'), await other.ask('a')];
    expect([one.asked, other.asked]).toEqual([['a'], []]);
    expect(verdicts.map(({ principal, steps }) => [principal, steps[0]?.message])).toEqual(
      Array(2).fill(['user of a', 'verified 5 seconds ago, kept for 55 seconds more']),
    );
    expect(other.events).toEqual([
      { type: 'cache.hit', shared: true },
      { type: 'cache.hit', shared: false },
    ]);
    expect(Reflect.set(verdicts[0]!.attributes, 'roles', ['root'])).toBe(false);
  });

  test('names the provider of who tells it', async () => {
    const store = memory();
    await replica(store).ask('a');
    const { provider } = asking();
    const shared = Promise.resolve(sealVerdicts(store, SCOPE));
    const ref = { ...provider.ref, name: 'other', source: 'b.yaml:7:1' };
    const cached = cacheVerdicts(
      { ...provider, ref },
      { max_entries: 9, ttl: TTL, now: () => NOW, wholeRequest: false, shared },
    );
    expect((await cached.authenticate({ token: 'a' })).provider).toEqual(ref);
  });

  test('is kept in the store no longer than it is good for', async () => {
    const store = memory();
    await replica(store).ask('a');
    await replica(store, () => ({ claims: { exp: NOW / 1000 + 7.25 } })).ask('b');
    await replica(store, () => ({ claims: { exp: NOW / 1000 } })).ask('c');
    await replica(store, () => ({ code: 'token_inactive' })).ask('d');
    expect(store.times).toEqual([60_000, 7250]);
  });

  test.each([
    ['too old for this replica', -TTL * 1000],
    ['of a clock that is ahead', 1],
  ])('%s is none', async (_what, offset) => {
    const store = memory();
    await replica(store, undefined, SCOPE, { now: NOW + offset }).ask('a');
    const other = replica(store);
    expect(summary(await other.ask('a'))).toBe('accepted');
    expect(other.asked).toEqual(['a']);
  });

  test('ends with the exp that it names, whatever the store says', async () => {
    const store = memory();
    const clock = { now: NOW };
    await replica(store, () => ({ claims: { exp: NOW / 1000 + 10 } }), SCOPE, clock).ask('a');
    clock.now += 10_000;
    const other = replica(store, () => ({ code: 'token_inactive' }), SCOPE, clock);
    expect(summary(await other.ask('a'))).toBe('rejected: token_inactive');
  });

  test('is nobody’s who has another config or asks another question, not even if it is moved there', async () => {
    const words = fc.constantFrom('a', 'b', 'a\n["/v1",[],{}]', 'a\n["/v2",[],{}]', '');
    await fc.assert(
      fc.asyncProperty(words, words, words, words, async (scope, question, otherScope, otherQuestion) => {
        const store = memory();
        const verdict = await replica(memory()).ask('a');
        sealVerdicts(store, scope).keep(question, { since: NOW, verdict }, 1000);
        const [[name, bytes] = ['', Buffer.alloc(0)]] = [...store.held];
        const moved: ByteStore = { ...store, get: () => Promise.resolve(bytes) };
        const same = scope === otherScope && question === otherQuestion;
        for (const place of [store, moved])
          expect((await sealVerdicts(place, otherScope).recall(otherQuestion, 'a')) !== null).toBe(same);
        sealVerdicts(store, otherScope).keep(otherQuestion, { since: NOW, verdict }, 1000);
        expect([...store.held.keys()].at(-1) === name).toBe(same);
      }),
    );
  });

  test('tells nothing to who reads the store', async () => {
    const store = memory();
    const claims = { email: 'alice@example.com', groups: ['secret-project'] };
    await replica(store, () => ({ principal: 'alice', claims })).ask('token-of-alice');
    const [[name, bytes] = ['', Buffer.alloc(0)]] = [...store.held];
    expect(name).toMatch(/^authcheck:[\w-]{43}$/);
    for (const word of ['alice', 'secret-project', 'accepted', 'sha256:', 'token-of']) {
      expect(bytes.includes(word), word).toBe(false);
      expect(name.includes(word), word).toBe(false);
    }
  });

  test('is sealed anew each time: what was sealed twice with one nonce tells of both', async () => {
    const store = memory();
    const verdict = await replica(memory()).ask('a');
    const sealed = Array.from({ length: 2 }, () => {
      sealVerdicts(store, SCOPE).keep('a', { since: NOW, verdict }, 1000);
      return store.held.values().next().value?.subarray(0, 12).toString('hex');
    });
    expect(new Set(sealed).size).toBe(2);
  });

  test('is kept for whole milliseconds, which is all that a store takes, and not for less than one', async () => {
    const store = memory();
    const verdict = await replica(memory()).ask('a');
    for (const ms of [7250.9, 1, 0.9, 0, -5]) sealVerdicts(store, SCOPE).keep('a', { since: NOW, verdict }, ms);
    expect(store.times).toEqual([7250, 1]);
  });

  test('that was changed in any way is none', async () => {
    const store = memory();
    await replica(store).ask('a');
    const [[name, good] = ['', Buffer.alloc(0)]] = [...store.held];
    const changed = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.nat(good.length - 1).map((length) => good.subarray(0, length)),
      fc.nat(good.length - 1).map((start) => good.subarray(start + 1)),
      fc.uint8Array({ minLength: 1, maxLength: 30 }).map((more) => Buffer.concat([good, more])),
      fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, bits]) => {
        const copy = Buffer.from(good);
        copy[at] = (copy[at] ?? 0) ^ bits;
        return copy;
      }),
    );
    await fc.assert(
      fc.asyncProperty(changed, async (bytes) => {
        store.held.set(name, bytes);
        const other = replica(store, () => ({ code: 'token_inactive' }));
        expect(summary(await other.ask('a'))).toBe('rejected: token_inactive');
      }),
      { numRuns: 500 },
    );
    store.held.set(name, good);
    expect(summary(await replica(store, () => ({ code: 'token_inactive' })).ask('a'))).toBe('accepted');
  });

  test.each<[string, (good: Verdict) => unknown]>([
    ['is rejected', (good) => ({ ...good, outcome: 'rejected' })],
    ['names nobody', (good) => ({ ...good, principal: null })],
    ['has a reason', (good) => ({ ...good, reason: { code: 'token_inactive', message: '', fix: '' } })],
    ['answers 401', (good) => ({ ...good, server: { status: 401, body: null } })],
    ['is of another token', (good) => ({ ...good, token: summarizeToken('b') })],
    ['is of no token', (good) => ({ ...good, token: summarizeToken(null) })],
    ['has more', (good) => ({ ...good, admin: true })],
    ['has less', (good) => Object.fromEntries(Object.entries(good).slice(1))],
    ['is null', () => null],
    ['is text', () => 'accepted'],
  ])('that %s is none, though it was sealed rightly', async (_what, change) => {
    const store = memory();
    const verdict = await replica(memory()).ask('a');
    sealVerdicts(store, SCOPE).keep('a', { since: NOW, verdict: change(verdict) as Verdict }, 1000);
    expect(store.held.size).toBe(1);
    const other = replica(store, () => ({ code: 'token_inactive' }));
    expect(summary(await other.ask('a'))).toBe('rejected: token_inactive');
    expect(await sealVerdicts(store, SCOPE).recall('a', 'a')).toBeNull();
  });

  test.each([null, '1', NaN, Infinity])('that is of the time %s is none', async (since) => {
    const store = memory();
    const verdict = await replica(memory()).ask('a');
    sealVerdicts(store, SCOPE).keep('a', { since: since as number, verdict }, 1000);
    expect(await sealVerdicts(store, SCOPE).recall('a', 'a')).toBeNull();
  });

  test('comes back as it was, whatever claims it has', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), async (claims) => {
        fc.pre(!('exp' in claims));
        const store = memory();
        const first = await replica(store, () => ({ claims: JSON.parse(JSON.stringify(claims)) as object })).ask('a');
        const other = replica(store);
        expect((await other.ask('a')).token).toEqual(JSON.parse(JSON.stringify(first.token)));
        expect(other.asked).toEqual([]);
      }),
    );
  });

  test('is let go when the provider is closed', async () => {
    const { provider } = asking();
    const close = vi.fn(() => Promise.resolve());
    const cached = cacheVerdicts(
      { ...provider, close },
      {
        max_entries: 1,
        ttl: TTL,
        now: () => NOW,
        wholeRequest: false,
        shared: Promise.resolve(sealVerdicts({ ...memory(), close }, SCOPE)),
      },
    );
    await cached.close();
    expect(close).toHaveBeenCalledTimes(2);
  });
});
