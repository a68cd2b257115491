// What the key-set cache promises, held against a key server that breaks in every way it can. The clock is the test's.
import type { ServerResponse } from 'node:http';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ProviderEvent, Verdict } from '../../src/index.js';
import { compact, goodClaims, mint, newKey, type IssuerKey } from '../forge.js';
import { json, redirect, serve, type Answer } from '../loopback.js';
import { provide, stepOf, summary } from './provide.js';

/** Seconds of the config, milliseconds of the clock. */
const PERIOD = 60_000;
const COOLDOWN = 30_000;

const old = newKey('ES256', 'k1');
const renewed = newKey('ES256', 'k1');
const other = newKey('ES256', 'k2');
const evil = newKey('ES256', 'k3');

const publish = (...keys: readonly IssuerKey[]): Answer => json({ keys: keys.map(({ jwk }) => jwk) });
const failing: Answer = (_request, response) => response.writeHead(500).end();

/** A key server whose answer can be changed, and a provider with a clock that stands still until told otherwise. */
async function openIssuer(first: Answer): Promise<{
  readonly fetches: () => number;
  readonly answer: (next: Answer) => void;
  readonly wait: (ms: number) => void;
  readonly now: () => number;
  readonly events: readonly ProviderEvent[];
  readonly judge: (token: string) => Promise<Verdict>;
  readonly ask: (token: string) => Promise<string>;
}> {
  let answer = first;
  let now = Date.now();
  const events: ProviderEvent[] = [];
  const server = await serve((request, response) => answer(request, response));
  const provider = provide(
    {
      type: 'oauth2_token',
      issuer: 'https://idp.example',
      audience: 'my-api',
      jwks: { uri: `${server.origin}/jwks`, key_recheck_period: PERIOD / 1000 },
    },
    { now: () => now, onEvent: (event) => events.push(event) },
  );
  const judge = (token: string): Promise<Verdict> => provider.authenticate({ token });
  return {
    fetches: () => server.requests.length,
    answer: (next) => {
      answer = next;
    },
    wait: (ms) => {
      now += ms;
    },
    now: () => now,
    events,
    judge,
    ask: async (token) => summary(await judge(token)),
  };
}

/** The checks of claims, each with whether somebody vouches for them. */
const doubts = ({ steps }: Verdict): unknown =>
  steps.flatMap(({ name, unverified }) =>
    ['issuer', 'audience', 'expiry', 'subject'].includes(name) ? [unverified] : [],
  );

/** A token of this key that the clock of no test outlives. */
function lasting(key: IssuerKey): string {
  return mint(key, { exp: Math.floor(Date.now() / 1000) + 365 * 24 * 3600 });
}

const OLD = lasting(old);
const RENEWED = lasting(renewed);
const OTHER = lasting(other);
const EVIL = lasting(evil);

/** A token that names a key of this id and is signed by none; it costs its sender nothing. */
function forge(kid: string): string {
  return compact({ alg: 'ES256', kid }, goodClaims(), () => Buffer.alloc(64, 1));
}

describe('a key', () => {
  test('that was revoked stops working within the period, whatever else is asked', async () => {
    const issuer = await openIssuer(publish(old, other));
    expect(await issuer.ask(OLD)).toBe('accepted');
    issuer.answer(publish(other));
    const outcomes: string[] = [];
    for (let second = 0; second <= PERIOD / 1000; second += 1) {
      outcomes.push(await issuer.ask(OLD));
      expect(await issuer.ask(OTHER)).toBe('accepted');
      issuer.wait(1000);
    }
    expect(outcomes).toEqual([...Array<string>(60).fill('accepted'), 'rejected: key_not_found']);
    expect(issuer.fetches()).toBe(2);
  });

  test('that was revoked stops working at once where anybody names a key that is unknown', async () => {
    const issuer = await openIssuer(publish(old, other));
    expect(await issuer.ask(OLD)).toBe('accepted');
    issuer.answer(publish(other));
    expect(await issuer.ask(forge('unknown'))).toBe('rejected: key_not_found');
    expect(await issuer.ask(OLD)).toBe('rejected: key_not_found');
  });

  test('that was replaced under its kid is seen within the period, and the old one works no more', async () => {
    const issuer = await openIssuer(publish(old));
    expect(await issuer.ask(OLD)).toBe('accepted');
    issuer.answer(publish(renewed));
    issuer.wait(PERIOD);
    expect(await issuer.ask(RENEWED)).toBe('accepted');
    expect(await issuer.ask(OLD)).toBe('rejected: signature_invalid');
    expect(issuer.fetches()).toBe(2);
  });

  test('that is gone from the set works no more while the set is published as an empty one', async () => {
    const issuer = await openIssuer(publish(old));
    expect(await issuer.ask(OLD)).toBe('accepted');
    issuer.answer(publish());
    issuer.wait(PERIOD);
    expect(await issuer.ask(OLD)).toBe('rejected: key_not_found');
  });
});

describe('10,000 tokens with unknown keys', { timeout: 60_000 }, () => {
  const BATCH = 1000;

  /** Asks them in ten batches, a second apart, so that all are asked within one cooldown. */
  async function flood(issuer: Awaited<ReturnType<typeof openIssuer>>): Promise<Set<string>> {
    const outcomes = new Set<string>();
    for (let batch = 0; batch < 10; batch += 1) {
      const tokens = Array.from({ length: BATCH }, (_, index) => forge(`unknown-${batch}-${index}`));
      for (const outcome of await Promise.all(tokens.map((token) => issuer.ask(token)))) outcomes.add(outcome);
      issuer.wait(1000);
    }
    return outcomes;
  }

  test('cause one fetch in a cooldown', async () => {
    const issuer = await openIssuer(publish(old));
    expect(await issuer.ask(OLD)).toBe('accepted');
    expect(await flood(issuer)).toEqual(new Set(['rejected: key_not_found']));
    expect(issuer.fetches()).toBe(2);
    issuer.wait(COOLDOWN - 10_000 - 1);
    await issuer.ask(forge('unknown'));
    expect(issuer.fetches()).toBe(2);
    issuer.wait(1);
    await issuer.ask(forge('unknown'));
    expect(issuer.fetches()).toBe(3);
  });

  test('cause no more on a cold cache, beside the first fetch', async () => {
    const issuer = await openIssuer(publish(old));
    expect(await flood(issuer)).toEqual(new Set(['rejected: key_not_found']));
    expect(issuer.fetches()).toBe(2);
    expect(await issuer.ask(OLD)).toBe('accepted');
  });

  test('cause no more while the issuer fails, and the known keys work on', async () => {
    const issuer = await openIssuer(publish(old));
    expect(await issuer.ask(OLD)).toBe('accepted');
    issuer.answer(failing);
    // Whether such a key was published by now, nobody can say.
    expect(await flood(issuer)).toEqual(new Set(['undecided: endpoint_error']));
    expect(await issuer.ask(OLD)).toBe('accepted');
    expect(issuer.fetches()).toBe(2);
  });

  test('a new key is undecided until it can be asked for again, and then accepted', async () => {
    const issuer = await openIssuer(publish(old));
    expect(await issuer.ask(OLD)).toBe('accepted');
    const token = mint(other);
    issuer.answer(failing);
    expect(await issuer.ask(token)).toBe('undecided: endpoint_error');
    expect(stepOf(await issuer.judge(token), 'key').message).toContain('has no key "k2"');
    issuer.answer(publish(old, other));
    // Within the cooldown nobody asks again; that the last answer was none is not forgotten.
    expect(await issuer.ask(token)).toBe('undecided: endpoint_error');
    issuer.wait(COOLDOWN);
    expect(await issuer.ask(token)).toBe('accepted');
    expect(await issuer.ask(mint(evil))).toBe('rejected: key_not_found');
  });

  test('an old copy that has no such key decides nothing either', async () => {
    const issuer = await openIssuer(publish(old));
    expect(await issuer.ask(OLD)).toBe('accepted');
    issuer.answer(failing);
    issuer.wait(PERIOD);
    const verdict = await issuer.judge(mint(other));
    expect(summary(verdict)).toBe('undecided: endpoint_error');
    expect(doubts(verdict)).toEqual([true, true, true, true]);
    expect(doubts(await issuer.judge(OLD))).toEqual([false, false, false, false]);
  });

  test('cause no more while an old copy serves', async () => {
    const issuer = await openIssuer(publish(old));
    expect(await issuer.ask(OLD)).toBe('accepted');
    issuer.answer(failing);
    issuer.wait(PERIOD);
    await flood(issuer);
    expect(issuer.fetches()).toBe(2);
    expect(stepOf(await issuer.judge(OLD), 'key')).toMatchObject({ status: 'warned', code: 'key_set_stale' });
  });

  test('on a cold cache cause ever fewer while the issuer fails: undecided, not refused', async () => {
    const issuer = await openIssuer(failing);
    expect(await flood(issuer)).toEqual(new Set(['undecided: endpoint_error']));
    // At 0 s; at once again, which here is after 1 s; then after pauses of 0.5, 1, 2 and 4 s.
    expect(issuer.fetches()).toBe(6);
    issuer.answer(publish(old));
    issuer.wait(5000);
    expect(await issuer.ask(OLD)).toBe('accepted');
  });
});

describe('an issuer', () => {
  test('is asked once by 1,000 first requests at a time', async () => {
    const issuer = await openIssuer(publish(old));
    const outcomes = await Promise.all(Array.from({ length: 1000 }, () => issuer.ask(OLD)));
    expect(new Set(outcomes)).toEqual(new Set(['accepted']));
    expect(issuer.fetches()).toBe(1);
  });

  test('that is down for longer than two periods gets nobody accepted, until it is back', async () => {
    const issuer = await openIssuer(publish(old));
    expect(await issuer.ask(OLD)).toBe('accepted');
    issuer.answer(failing);
    const outcomes: string[] = [];
    for (let second = 0; second < 300; second += 5) {
      const verdict = await issuer.judge(OLD);
      expect(verdict.server.status).toBe(verdict.outcome === 'accepted' ? 200 : 503);
      outcomes.push(summary(verdict));
      issuer.wait(5000);
    }
    const served = (2 * PERIOD) / 5000;
    expect(outcomes).toEqual([
      ...Array<string>(served).fill('accepted'),
      ...Array<string>(60 - served).fill('undecided: endpoint_error'),
    ]);
    issuer.answer(publish(old));
    expect(await issuer.ask(OLD)).toBe('accepted');
  });
});

/** What a broken server does; each takes what it should have published. */
type Fault = (keys: readonly IssuerKey[], response: ServerResponse) => void;

const text = (keys: readonly IssuerKey[]): string => JSON.stringify({ keys: keys.map(({ jwk }) => jwk) });

/** Cuts the connection once this was written, so that no answer runs into the next. */
function sendRaw(response: ServerResponse, head: string, body: string): void {
  response.socket?.end(`HTTP/1.1 ${head}\r\nconnection: close\r\n\r\n${body}`);
}

const FAULTS: Readonly<Record<string, Fault>> = {
  error: (_keys, response) => response.writeHead(500).end(),
  unavailable: (keys, response) => response.writeHead(503).end(text(keys)),
  unauthorized: (keys, response) => response.writeHead(401).end(text(keys)),
  reset: (_keys, response) => response.socket?.resetAndDestroy(),
  'hang, then close': (_keys, response) => void setTimeout(() => response.socket?.destroy(), 5),
  'half a body': (keys, response) => {
    const body = text([...keys, evil]);
    sendRaw(response, `200 OK\r\ncontent-length: ${body.length}`, body.slice(0, body.length / 2));
  },
  'a length too short': (keys, response) => {
    const body = text([...keys, evil]);
    sendRaw(response, `200 OK\r\ncontent-length: ${body.length - 3}`, body);
  },
  'a length too long': (keys, response) => {
    const body = text([...keys, evil]);
    sendRaw(response, `200 OK\r\ncontent-length: ${body.length + 3}`, body);
  },
  'two lengths': (keys, response) => {
    const body = text([...keys, evil]);
    sendRaw(response, `200 OK\r\ncontent-length: ${body.length}\r\ncontent-length: 2`, body);
  },
  'a chunk that breaks off': (keys, response) =>
    sendRaw(response, '200 OK\r\ntransfer-encoding: chunked', `ffff\r\n${text([...keys, evil])}`),
  'a page': (_keys, response) => response.end('<!doctype html><p>Sign in'),
  nothing: (_keys, response) => response.end(),
  'no key set': (_keys, response) => response.end('{"keys":null}'),
  'keys twice': (keys, response) => response.end(`{"keys":[],${text([...keys, evil]).slice(1)}`),
  'too much': (keys, response) => response.end(text([...keys, evil]).padEnd(600_000)),
  'not what it says': (keys, response) => response.setHeader('content-encoding', 'gzip').end(text([...keys, evil])),
};

const SETS: Readonly<Record<string, readonly IssuerKey[]>> = {
  old: [old],
  both: [old, other],
  renewed: [renewed],
  'renewed and other': [renewed, other],
  empty: [],
};

const TOKENS: readonly { readonly token: string; readonly key: IssuerKey | null; readonly kid: string }[] = [
  { token: OLD, key: old, kid: 'k1' },
  { token: RENEWED, key: renewed, kid: 'k1' },
  { token: OTHER, key: other, kid: 'k2' },
  { token: EVIL, key: evil, kid: 'k3' },
  { token: forge('k1'), key: null, kid: 'k1' },
  { token: forge('unknown'), key: null, kid: 'unknown' },
];

interface Turn {
  /** What the server does from now on. */
  readonly server: { readonly set: string; readonly fault: string | null };
  /** Milliseconds that pass before. */
  readonly wait: number;
  /** The tokens that are asked at the same time. */
  readonly asked: readonly number[];
}

const turns: fc.Arbitrary<readonly Turn[]> = fc.array(
  fc.record({
    server: fc.record({
      set: fc.constantFrom(...Object.keys(SETS)),
      fault: fc.option(fc.constantFrom(...Object.keys(FAULTS), 'redirect'), { freq: 2 }),
    }),
    wait: fc.oneof(
      fc.constantFrom(0, 1, 400, 5000, COOLDOWN - 1, COOLDOWN, PERIOD - 1, PERIOD, 2 * PERIOD - 1, 2 * PERIOD),
      fc.integer({ min: 0, max: PERIOD }),
    ),
    asked: fc.array(fc.nat(TOKENS.length - 1), { minLength: 1, maxLength: 4 }),
  }),
  { minLength: 60, maxLength: 60, size: 'max' },
);

/** A key set that was sent whole, and when. */
interface Served {
  readonly at: number;
  readonly keys: readonly IssuerKey[];
}

describe('a server that breaks at random', () => {
  test(
    'never gets a token accepted whose key it did not publish within two periods',
    { timeout: 120_000 },
    async () => {
      const elsewhere = await serve(publish(evil));
      const seen = { accepted: 0, rejected: 0, undecided: 0, stale: 0 };

      async function play(played: readonly Turn[]): Promise<void> {
        const issuer = await openIssuer(failing);
        const served: Served[] = [];
        const fetchedAt: number[] = [];
        for (const { server, wait, asked } of played) {
          issuer.wait(wait);
          const keys = SETS[server.set] ?? [];
          issuer.answer((request, response) => {
            fetchedAt.push(issuer.now());
            if (server.fault === 'redirect') redirect(`${elsewhere.origin}/jwks`)(request, response);
            else if (server.fault !== null) FAULTS[server.fault]?.(keys, response);
            else {
              served.push({ at: issuer.now(), keys });
              publish(...keys)(request, response);
            }
          });
          const before = served.length;
          const tokens = asked.map((index) => TOKENS[index] ?? expect.unreachable());
          const verdicts = await Promise.all(tokens.map(({ token }) => issuer.judge(token)));
          // The last set of the turns before, and those of this turn: who asks at the same time may get either.
          const possible = served.slice(Math.max(0, before - 1));
          tokens.forEach(({ key, kid }, index) => {
            const verdict = verdicts[index] ?? expect.unreachable();
            const stale = stepOf(verdict, 'key').code === 'key_set_stale';
            const limit = stale ? 2 * PERIOD : PERIOD;
            const fresh = possible.filter(({ at }) => issuer.now() - at < limit);
            seen[verdict.outcome] += 1;
            if (stale) seen.stale += 1;
            if (verdict.outcome === 'accepted')
              expect(fresh.some((set) => key !== null && set.keys.includes(key))).toBe(true);
            if (summary(verdict) === 'rejected: key_not_found')
              expect(possible.some((set) => !set.keys.some((published) => published.kid === kid))).toBe(true);
            if (verdict.outcome === 'rejected')
              expect(summary(verdict)).toMatch(/: (?:key_not_found|signature_invalid)$/);
          });
        }
        expectBounded(fetchedAt);
        // However it was broken, it recovers.
        issuer.wait(2 * PERIOD);
        issuer.answer(publish(old));
        expect(await issuer.ask(OLD)).toBe('accepted');
      }

      await fc.assert(fc.asyncProperty(turns, play), { seed: 20_260_131, numRuns: 60, endOnFailure: true });
      expect(elsewhere.requests).toHaveLength(0);
      for (const count of Object.values(seen)) expect(count).toBeGreaterThan(200);
    },
  );
});

/**
 * At one instant: a fetch that fails, its one repetition, and one for an unknown key; and again the one that met a
 * connection from before. Within half a second: no more, for by then every failure makes the next fetch wait at least as
 * long.
 */
function expectBounded(fetchedAt: readonly number[]): void {
  for (const start of fetchedAt) {
    expect(fetchedAt.filter((at) => at >= start && at < start + 500).length).toBeLessThanOrEqual(4);
    expect(fetchedAt.filter((at) => at >= start && at < start + COOLDOWN).length).toBeLessThanOrEqual(12);
  }
}
