import { describe, expect, test } from 'vitest';
import { readKeySet, type KeySetResult } from '../../src/protocol/jwks.js';
import {
  createKeySetCache,
  type KeySetCache,
  type KeySetEvent,
  type KeySetSlot,
} from '../../src/protocol/key-set-cache.js';

const PERIOD = 3_600_000;
const COOLDOWN = 30_000;

/** A key set with these key ids; what else is in the keys does not matter to the cache. */
function keySet(...kids: string[]): KeySetResult {
  return readKeySet(JSON.stringify({ keys: kids.map((kid) => ({ kty: 'oct', k: 'AAAA', kid })) }));
}

const DOWN: KeySetResult = { ok: false, code: 'endpoint_unreachable', message: 'the connection failed' };

interface Issuer {
  readonly cache: KeySetCache;
  readonly events: readonly KeySetEvent[];
  readonly loads: () => number;
  readonly publish: (result: KeySetResult) => void;
  readonly wait: (ms: number) => void;
  /** Whether the cache has the key, and whether it says that its copy is stale; null if it has no key set at all. */
  readonly ask: (kid: string) => Promise<{ readonly known: boolean; readonly stale: boolean } | null>;
}

/** An issuer and a cache of its key set, with a clock that stands still until told otherwise. */
function createIssuer(first: KeySetResult): Issuer {
  let published = first;
  let now = 1_767_225_600_000;
  let loads = 0;
  const events: KeySetEvent[] = [];
  const cache = createKeySetCache({
    load: async () => {
      loads += 1;
      return published;
    },
    now: () => now,
    period: PERIOD,
    onEvent: (event) => events.push(event),
  });
  return {
    cache,
    events,
    loads: () => loads,
    publish: (result) => {
      published = result;
    },
    wait: (ms) => {
      now += ms;
    },
    ask: async (kid) => {
      const found = await cache.get(kid);
      return found.ok ? { known: found.keySet.byKid.has(kid), stale: found.failure !== null } : null;
    },
  };
}

const FRESH = { known: true, stale: false };
const STALE = { known: true, stale: true };
const UNKNOWN = { known: false, stale: false };

describe('createKeySetCache', () => {
  test('loads once for 1,000 callers at a time', async () => {
    const issuer = createIssuer(keySet('a'));
    const answers = await Promise.all(Array.from({ length: 1000 }, () => issuer.ask('a')));
    expect(answers.every((answer) => answer?.known === true)).toBe(true);
    expect(issuer.loads()).toBe(1);
  });

  test('loads once more for 1,000 callers with unknown key ids', async () => {
    const issuer = createIssuer(keySet('a'));
    await issuer.ask('a');
    await Promise.all(Array.from({ length: 1000 }, (_, index) => issuer.ask(`unknown-${index}`)));
    expect(issuer.loads()).toBe(2);
  });

  test('looks for unknown key ids at most once per cooldown', async () => {
    const issuer = createIssuer(keySet('a'));
    await issuer.ask('a');
    for (let second = 0; second < 300; second += 1) {
      expect(await issuer.ask(`forged-${second}`)).toEqual(UNKNOWN);
      issuer.wait(1000);
    }
    expect(issuer.loads()).toBe(1 + 300_000 / COOLDOWN);
  });

  test('sees a new key as soon as a token names it', async () => {
    const issuer = createIssuer(keySet('a'));
    await issuer.ask('a');
    issuer.publish(keySet('a', 'b'));
    expect(await issuer.ask('b')).toEqual(FRESH);
    expect(issuer.loads()).toBe(2);
  });

  test('does not fetch twice for a first token with an unknown key id', async () => {
    const issuer = createIssuer(keySet('a'));
    expect(await issuer.ask('b')).toEqual(UNKNOWN);
    expect(issuer.loads()).toBe(1);
  });

  test('fetches again after the period, and not before', async () => {
    const issuer = createIssuer(keySet('a'));
    await issuer.ask('a');
    issuer.wait(PERIOD - 1);
    await issuer.ask('a');
    expect(issuer.loads()).toBe(1);
    issuer.wait(1);
    await issuer.ask('a');
    expect(issuer.loads()).toBe(2);
  });

  test('forgets a key that left the set, once the period is over', async () => {
    const issuer = createIssuer(keySet('a', 'b'));
    await issuer.ask('a');
    issuer.publish(keySet('b'));
    expect(await issuer.ask('a')).toEqual(FRESH);
    issuer.wait(PERIOD);
    expect(await issuer.ask('a')).toEqual(UNKNOWN);
  });

  test('serves an old copy for one more period while the issuer is down, says so, and then stops', async () => {
    const issuer = createIssuer(keySet('a'));
    await issuer.ask('a');
    issuer.publish(DOWN);
    issuer.wait(PERIOD);
    expect(await issuer.ask('a')).toEqual(STALE);
    issuer.wait(PERIOD - 1);
    expect(await issuer.ask('a')).toEqual(STALE);
    issuer.wait(1);
    expect(await issuer.ask('a')).toBeNull();
    expect(issuer.events.map(({ type }) => type)).toEqual(['jwks.refreshed', 'jwks.stale', 'jwks.stale']);
  });

  test('asks an issuer that is down once per cooldown while an old copy serves', async () => {
    const issuer = createIssuer(keySet('a'));
    await issuer.ask('a');
    issuer.publish(DOWN);
    issuer.wait(PERIOD);
    for (let second = 0; second < 60; second += 1) {
      expect(await issuer.ask('a')).toEqual(STALE);
      issuer.wait(1000);
    }
    expect(issuer.loads()).toBe(1 + 60_000 / COOLDOWN);
  });

  test('is fresh again when the issuer is back', async () => {
    const issuer = createIssuer(keySet('a'));
    await issuer.ask('a');
    issuer.publish(DOWN);
    issuer.wait(PERIOD);
    await issuer.ask('a');
    issuer.publish(keySet('a'));
    issuer.wait(COOLDOWN);
    // Who asks first is not made to wait, and has it asked.
    expect(await issuer.ask('a')).toEqual(STALE);
    expect(await issuer.ask('a')).toEqual(FRESH);
    expect(issuer.cache.age()).toBe(0);
  });

  test('is fresh at once when the failure was long ago', async () => {
    const issuer = createIssuer(keySet('a'));
    await issuer.ask('a');
    issuer.publish(DOWN);
    issuer.wait(PERIOD);
    expect(await issuer.ask('a')).toEqual(STALE);
    issuer.publish(keySet('a'));
    issuer.wait(2 * COOLDOWN);
    expect(await issuer.ask('a')).toEqual(FRESH);
  });

  test('survives a client that throws behind the back of whoever asks', async () => {
    const answers = [() => keySet('a'), () => DOWN];
    let now = 1_767_225_600_000;
    const cache = createKeySetCache({
      load: async () => {
        const next = answers.shift();
        if (next === undefined) throw new Error('a client of the host broke');
        return next();
      },
      now: () => now,
      period: PERIOD,
    });
    await cache.get('a');
    now += PERIOD;
    expect(await cache.get('a')).toMatchObject({ ok: true, failure: { code: 'endpoint_unreachable' } });
    now += COOLDOWN;
    expect(cache.get('a')).toMatchObject({ ok: true, failure: { code: 'endpoint_unreachable' } });
    // The rejection would end the process here.
    await new Promise((resolve) => setImmediate(resolve));
  });

  test('makes only the first wait for an issuer that hangs, and looks for keys that the old set has not', async () => {
    const loads: ((result: KeySetResult) => void)[] = [];
    let now = 1_767_225_600_000;
    const cache = createKeySetCache({
      load: () => new Promise((resolve) => loads.push(resolve)),
      now: () => now,
      period: PERIOD,
    });
    const first = cache.get('a');
    loads[0]?.(keySet('a'));
    expect(await first).toMatchObject({ ok: true, failure: null });
    now += PERIOD;
    const waiting = cache.get('a');
    expect(waiting).toBeInstanceOf(Promise);
    now += 5000;
    loads[1]?.({ ok: false, code: 'endpoint_timeout', message: 'no answer' });
    expect(await waiting).toMatchObject({ ok: true, failure: { code: 'endpoint_timeout' } });
    now += COOLDOWN;
    const old = { ok: true, failure: { code: 'endpoint_timeout' } };
    expect(cache.get('a')).toMatchObject(old);
    expect(cache.get('a')).toMatchObject(old);
    expect(await cache.load()).toMatchObject(old);
    expect(loads).toHaveLength(3);
    const other = cache.get('b');
    loads[2]?.(keySet('b'));
    expect(await other).toMatchObject({ ok: true, failure: null });
    expect(await cache.get('b')).toMatchObject({ ok: true, failure: null });
  });

  test('keeps no failure: an issuer that was down at first is asked again', async () => {
    const issuer = createIssuer(DOWN);
    expect(issuer.cache.age()).toBeNull();
    expect(await issuer.ask('a')).toBeNull();
    issuer.publish(keySet('a'));
    expect(await issuer.ask('a')).toEqual(FRESH);
  });

  test('fetches again when the clock was set back', async () => {
    const issuer = createIssuer(keySet('a'));
    await issuer.ask('a');
    issuer.wait(-1);
    await issuer.ask('a');
    expect(issuer.loads()).toBe(2);
  });

  test('asks an issuer that was never there at once a second time, and then ever less often', async () => {
    const issuer = createIssuer(DOWN);
    const asked: number[] = [];
    for (let tick = 0; tick <= 240; tick += 1) {
      const before = issuer.loads();
      for (let caller = 0; caller < 10; caller += 1) {
        expect(await issuer.cache.get(`forged-${tick}-${caller}`)).toEqual(DOWN);
      }
      for (let load = before; load < issuer.loads(); load += 1) asked.push(tick * 125);
      issuer.wait(125);
    }
    expect(asked).toEqual([0, 0, 500, 1500, 3500, 7500, 12_500, 17_500, 22_500, 27_500]);
  });

  test('forgets how often it failed as soon as the issuer is back', async () => {
    const issuer = createIssuer(DOWN);
    for (let minute = 0; minute < 10; minute += 1) {
      await issuer.ask('a');
      issuer.wait(60_000);
    }
    issuer.publish(keySet('a'));
    expect(await issuer.ask('a')).toEqual(FRESH);
    issuer.publish(DOWN);
    issuer.wait(2 * PERIOD);
    const before = issuer.loads();
    await issuer.ask('a');
    await issuer.ask('a');
    await issuer.ask('a');
    expect(issuer.loads()).toBe(before + 2);
  });

  test('asks no more often for a failure while an old copy serves than for an unknown key', async () => {
    const issuer = createIssuer(keySet('a'));
    await issuer.ask('a');
    issuer.publish(DOWN);
    for (let second = 0; second < 60; second += 1) {
      expect(await issuer.ask(`forged-${second}`)).toEqual({ known: false, stale: true });
      issuer.wait(1000);
    }
    expect(issuer.loads()).toBe(1 + 60_000 / COOLDOWN);
  });

  test('looks for unknown key ids again when the clock was set back', async () => {
    const issuer = createIssuer(keySet('a'));
    await issuer.ask('a');
    expect(await issuer.ask('b')).toEqual(UNKNOWN);
    issuer.wait(-PERIOD);
    await issuer.ask('a');
    issuer.publish(keySet('a', 'b'));
    expect(await issuer.ask('b')).toEqual(FRESH);
  });

  test('asks again for what an earlier cache held, when it is told to load, and goes on with that where it cannot', async () => {
    const slot: KeySetSlot = { held: null };
    let published: KeySetResult = keySet('a');
    let loads = 0;
    const events: string[] = [];
    const make = (): KeySetCache =>
      createKeySetCache({
        onEvent: ({ type }) => events.push(type),
        load: async () => {
          loads += 1;
          return published;
        },
        now: () => 1_767_225_600_000 + loads,
        period: PERIOD,
        slot,
      });
    await make().load();
    published = { ok: false, code: 'endpoint_unreachable', message: 'away' };
    const cache = make();
    expect(await cache.load()).toMatchObject({ ok: true, failure: { code: 'endpoint_unreachable' } });
    // What is held is not older than it may be.
    expect(events).toEqual(['jwks.refreshed']);
    // Once: whoever probes whether there are keys waits for no issuer.
    expect(await cache.load()).toMatchObject({ ok: true, failure: null });
    published = keySet('b');
    const next = make();
    expect(await next.get('a')).toMatchObject({ ok: true, failure: null });
    expect(await next.load()).toMatchObject({ ok: true, failure: null });
    expect([...(slot.held?.keySet.byKid.keys() ?? [])]).toEqual(['b']);
    expect(loads).toBe(3);
    await next.load();
    expect(loads).toBe(3);
  });

  test('recovers from a load that throws', async () => {
    let loads = 0;
    const cache = createKeySetCache({
      load: async () => {
        loads += 1;
        if (loads === 1) throw new Error('a bug');
        return keySet('a');
      },
      now: () => 0,
      period: PERIOD,
    });
    await expect(cache.get('a')).rejects.toThrow('a bug');
    expect(await cache.get('a')).toMatchObject({ ok: true });
  });
});

describe('an issuer that takes its time', () => {
  /** A cache whose loads end when the test says so. */
  function createSlowIssuer(): {
    readonly cache: KeySetCache;
    readonly answer: (result: KeySetResult) => void;
    readonly loads: () => number;
    readonly wait: (ms: number) => void;
  } {
    const pending: ((result: KeySetResult) => void)[] = [];
    let now = 1_767_225_600_000;
    let loads = 0;
    const load = (): Promise<KeySetResult> => {
      loads += 1;
      return new Promise((resolve) => pending.push(resolve));
    };
    return {
      cache: createKeySetCache({ load, now: () => now, period: PERIOD }),
      answer: (result) => pending.shift()?.(result),
      loads: () => loads,
      wait: (ms) => {
        now += ms;
      },
    };
  }

  test('does not lengthen the life of a key: it counts from the question', async () => {
    const issuer = createSlowIssuer();
    const first = issuer.cache.get('a');
    issuer.wait(5000);
    issuer.answer(keySet('a'));
    expect(await first).toMatchObject({ ok: true });
    expect(issuer.cache.age()).toBe(5000);
    issuer.wait(PERIOD - 5000);
    const second = issuer.cache.get('a');
    expect(issuer.loads()).toBe(2);
    issuer.answer(keySet('b'));
    expect(await second).toMatchObject({ ok: true, keySet: { keys: [{ kid: 'b' }] } });
  });

  test('is waited for by nobody whose key a fresh set has', async () => {
    const issuer = createSlowIssuer();
    const first = issuer.cache.get('a');
    expect(first).toBeInstanceOf(Promise);
    issuer.answer(keySet('a'));
    await first;
    expect(issuer.cache.get('a')).toMatchObject({ ok: true, failure: null });
    expect(issuer.cache.get('b')).toBeInstanceOf(Promise);
  });

  test('and then fails gets no old copy served that has grown too old meanwhile', async () => {
    const issuer = createSlowIssuer();
    const first = issuer.cache.get('a');
    issuer.answer(keySet('a'));
    await first;
    issuer.wait(2 * PERIOD - 1);
    const second = issuer.cache.get('a');
    issuer.wait(1);
    issuer.answer(DOWN);
    expect(await second).toEqual(DOWN);
  });

  test('has its answer heard by whoever asks while it arrives', async () => {
    const issuer = createSlowIssuer();
    const first = issuer.cache.get('a');
    issuer.answer(keySet('a'));
    await first;
    const asked = [Promise.resolve(issuer.cache.get('b'))];
    issuer.answer(keySet('a', 'b'));
    for (let turn = 0; turn < 20; turn += 1) {
      asked.push(Promise.resolve(issuer.cache.get('b')));
      await Promise.resolve();
    }
    for (const found of await Promise.all(asked)) {
      expect(found).toMatchObject({ ok: true, keySet: { keys: [{ kid: 'a' }, { kid: 'b' }] } });
    }
    expect(issuer.loads()).toBe(2);
  });
});

test('of two caches that share a slot, the later question has the answer, whichever comes first', async () => {
  const slot = { held: null };
  let now = 1_767_225_600_000;
  const answers: ((result: KeySetResult) => void)[] = [];
  const cacheOf = (): KeySetCache =>
    createKeySetCache({
      load: () => new Promise((resolve) => answers.push(resolve)),
      now: () => now,
      period: PERIOD,
      slot,
    });
  const [earlier, later] = [cacheOf(), cacheOf()];
  const [first, second] = [
    earlier.load(),
    (() => {
      now += 300;
      return later.load();
    })(),
  ];
  answers[1]?.(keySet('new'));
  await second;
  answers[0]?.(keySet('old'));
  const found = await first;
  expect(found.ok && [...found.keySet.byKid.keys()]).toEqual(['new']);
  for (const cache of [earlier, later]) {
    const held = await cache.load();
    expect(held.ok && [...held.keySet.byKid.keys()]).toEqual(['new']);
  }
});

test('a clock that was set back keeps no old key set for ever', async () => {
  const issuer = createIssuer(keySet('old'));
  await issuer.ask('old');
  issuer.wait(-PERIOD);
  issuer.publish(keySet('new'));
  expect(await issuer.ask('new')).toEqual({ known: true, stale: false });
  expect(await issuer.ask('new')).toEqual({ known: true, stale: false });
  expect(issuer.loads()).toBe(2);
});
