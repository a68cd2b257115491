// A Redis that is not there, or that is none. The real one is asked in test/peers/redis.test.ts.
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { AuthProvider, ProviderEvent } from '../../src/index.js';
import { createReplyReader, MAX_VALUE_BYTES } from '../../src/providers/redis-replies.js';
import { makeCertificates } from '../certificates.js';
import { json, listen, serve, serveRaw } from '../loopback.js';
import { provide, summary } from './provide.js';

const SECRET = 'a secret of the replicas';

interface World {
  readonly provider: AuthProvider;
  readonly events: ProviderEvent[];
  readonly ask: (token: string) => Promise<string>;
  /** How often the issuer was asked. */
  readonly asked: () => number;
}

/** A provider whose Redis is at this port. */
async function sharing(
  port: number,
  scheme: string = 'redis',
  password: string = 'swordfish',
  { user = 'someone', host = '127.0.0.1' }: { readonly user?: string; readonly host?: string } = {},
): Promise<World> {
  const issuer = await serve(json({ active: true, sub: 'alice' }));
  const events: ProviderEvent[] = [];
  const provider = provide(
    {
      type: 'oauth2_token',
      introspection: { url: issuer.origin, client_id: 'api', client_secret: 'client-secret' },
      cache: { redis_url: `${scheme}://${user}:${password}@${host}:${port}/3`, secret: SECRET },
    },
    { onEvent: (event) => events.push(event) },
  );
  const ask = async (token: string): Promise<string> => summary(await provider.authenticate({ token }));
  return { provider, events, ask, asked: () => issuer.requests.length };
}

function failures({ events }: World): string[] {
  return events.flatMap((event) => (event.type === 'cache.unavailable' ? [event.code] : []));
}

interface FakeServer {
  readonly port: number;
  /** How often it was called. */
  readonly calls: () => number;
  /** How many of its connections are open. */
  readonly open: () => number;
}

/** A server that hears how many commands came. */
async function saying(answer: (socket: Socket, commands: number) => void): Promise<FakeServer> {
  const sockets: Socket[] = [];
  const { port } = await serveRaw((socket) => {
    sockets.push(socket);
    socket.on('data', (chunk) => answer(socket, chunk.toString('latin1').split(/\*\d+\r\n/).length - 1));
  });
  return { port, calls: () => sockets.length, open: () => sockets.filter(({ destroyed }) => !destroyed).length };
}

/** A server with one reply for each command, in their order: AUTH, SELECT, and what follows. */
function replying(replies: readonly string[]): Promise<FakeServer> {
  const left = [...replies];
  return saying((socket, commands) => {
    for (let count = commands; count > 0; count -= 1) socket.write(left.shift() ?? '');
  });
}

async function closedPort(): Promise<number> {
  const { createServer } = await import('node:net');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('a Redis that cannot be asked', () => {
  // On a slow machine the while after which it is tried again would pass within a test.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  test('is said once, without its password, and the verdicts are right', async () => {
    const world = await sharing(await closedPort());
    expect(await world.ask('a')).toBe('accepted');
    expect(await world.ask('b')).toBe('accepted');
    expect(await world.ask('a')).toBe('accepted');
    expect(world.asked()).toBe(2);
    expect(failures(world)).toEqual(['ECONNREFUSED']);
    expect(JSON.stringify(world.events)).not.toMatch(/swordfish|someone|127\.0/);
  });

  test('though it takes connections, is called once, and then left alone', async () => {
    const { port, calls, open } = await saying(() => undefined);
    const world = await sharing(port);
    const outcomes = await Promise.all(['a', 'b', 'c'].map(world.ask));
    outcomes.push(await world.ask('d'), await world.ask('e'));
    expect(outcomes).toEqual(Array(5).fill('accepted'));
    expect(failures(world)).toEqual(['ETIMEDOUT']);
    expect(calls()).toBe(1);
    await vi.waitFor(() => expect(open()).toBe(0));
  });

  test('is tried again after a while, by one request', async () => {
    const { port, calls } = await saying(() => undefined);
    const world = await sharing(port);
    await world.ask('a');
    vi.advanceTimersByTime(999);
    await world.ask('b');
    expect(calls()).toBe(1);
    vi.advanceTimersByTime(1);
    const answered: string[] = [];
    await Promise.all(['c', 'd', 'e'].map((token) => world.ask(token).then(() => answered.push(token))));
    expect(answered.at(-1)).toBe('c');
    expect(calls()).toBe(2);
    expect(failures(world)).toEqual(['ETIMEDOUT', 'ETIMEDOUT']);
    expect(world.asked()).toBe(5);
  });

  test('because its TLS cannot be trusted is not asked', async () => {
    const { port } = await saying((socket) => socket.end());
    const world = await sharing(port, 'rediss');
    expect(await world.ask('a')).toBe('accepted');
    expect(failures(world)).toHaveLength(1);
  });

  test('because its certificate cannot be trusted is sent no password, whatever the environment says', async () => {
    const { expired } = await makeCertificates();
    const told: string[] = [];
    const server = createTlsServer(expired, (socket) => socket.on('data', (bytes) => told.push(String(bytes))));
    const port = await listen(server);
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const world = await sharing(port, 'rediss');
    expect(await world.ask('a')).toBe('accepted');
    expect(failures(world)).toHaveLength(1);
    expect(told).toEqual([]);
    vi.unstubAllEnvs();
  });

  test.each([
    ['localhost', ['localhost']],
    ['127.0.0.1', []],
  ])('is told by its name, if it has one, whose certificate is wanted: %s', async (host, names) => {
    const { expired } = await makeCertificates();
    const told: string[] = [];
    const SNICallback = (name: string, done: (error: null) => void): void => {
      told.push(name);
      done(null);
    };
    const port = await listen(createTlsServer({ ...expired, SNICallback }));
    const world = await sharing(port, 'rediss', 'swordfish', { host });
    expect(await world.ask('a')).toBe('accepted');
    expect(told).toEqual(names);
  });

  test('is not called by who asks after the provider was closed', async () => {
    const { port, calls } = await saying(() => undefined);
    const world = await sharing(port);
    await world.provider.close();
    expect(await world.ask('a')).toBe('accepted');
    expect([calls(), failures(world)]).toEqual([0, []]);
  });

  test('does not keep the provider from being closed', async () => {
    const { port } = await saying(() => undefined);
    const world = await sharing(port);
    const asking = world.ask('a');
    await world.provider.close();
    expect(await asking).toMatch(/^accepted$|^undecided/);
    expect(failures(world)).toEqual([]);
  });
});

describe('a server that is no Redis', () => {
  const OK = '+OK\r\n';
  test.each<[string, readonly string[], string]>([
    ['speaks HTTP', ['HTTP/1.1 400 Bad Request\r\n\r\n'], 'EPROTO'],
    ['wants another password', ['-WRONGPASS invalid username-password pair\r\n'], 'WRONGPASS'],
    ['names no code', ['-swordfish\r\n'], 'BROKEN'],
    ['is still loading', [OK, OK, '-LOADING Redis is loading the dataset in memory\r\n'], 'LOADING'],
    ['has something else under the name', [OK, OK, '-WRONGTYPE Operation against a key\r\n'], 'WRONGTYPE'],
    ['cannot be written to', [OK, OK, '$0\r\n\r\n', "-READONLY You can't write\r\n"], 'READONLY'],
    ['answers nothing twice', ['$-1\r\n$-1\r\n'], 'EPROTO'],
    ['answers with nulls', ['_\r\n_\r\n'], 'EPROTO'],
    ['only begins to answer nothing', ['$-1__$-'], 'EPROTO'],
    ['pushes nothing', ['>1\r\n_\r\n'], 'EPROTO'],
    ['pushes a subscription to nothing', ['>1\r\n$9\r\nsubscribe\r\n'], 'EPROTO'],
    ['answers with a list', ['*1\r\n*1\r\n*1\r\n'], 'EPROTO'],
    ['answers before it is asked', [`${OK}${OK}${OK}`], 'BROKEN'],
    ['announces more than was asked for', [OK, OK, '$99999999999\r\n'], 'EPROTO'],
    ['announces a little more than was asked for', [OK, OK, `$${MAX_VALUE_BYTES + 2}\r\n`], 'EPROTO'],
    ['never ends a line', [`+${'x'.repeat(2000)}`], 'EPROTO'],
    ['hides the end of a line', ['+OK\r_\r\n'], 'EPROTO'],
  ])('and %s decides nothing and breaks nothing', async (_what, replies, code) => {
    const { port } = await replying(replies);
    const world = await sharing(port);
    expect(await world.ask('a')).toBe('accepted');
    expect(await world.ask('a')).toBe('accepted');
    expect(world.asked()).toBe(1);
    await vi.waitFor(() => expect(failures(world)).toEqual([code]));
  });

  test.each(['-SWORDFISH4TUNA is no password\r\n', '-SWORDFISH\r\n', '-BAD_SWORDFISH4TUNA\r\n'])(
    'and repeats the password, or its beginning, for a code is told of without it: %j',
    async (reply) => {
      const { port } = await replying([reply]);
      const world = await sharing(port, 'redis', 'SWORDFISH4TUNA');
      expect(await world.ask('a')).toBe('accepted');
      await vi.waitFor(() => expect(failures(world)).toEqual(['BROKEN']));
    },
  );

  test('and repeats the user for a code is told of without it', async () => {
    const { port } = await replying(['-SOMEONE is no user\r\n']);
    const world = await sharing(port, 'redis', 'swordfish', { user: 'SOMEONE' });
    expect(await world.ask('a')).toBe('accepted');
    await vi.waitFor(() => expect(failures(world)).toEqual(['BROKEN']));
  });

  test('but has something larger than it is given keeps the connection', async () => {
    const large = `$${MAX_VALUE_BYTES + 1}\r\n${'x'.repeat(MAX_VALUE_BYTES + 1)}\r\n`;
    const { port, calls } = await replying([OK, OK, large, OK, large, OK]);
    const world = await sharing(port);
    expect([await world.ask('a'), await world.ask('b')]).toEqual(['accepted', 'accepted']);
    expect([calls(), failures(world)]).toEqual([1, []]);
  });

  test('but hangs up decides nothing and breaks nothing', async () => {
    const { port } = await saying((socket) => socket.end());
    const world = await sharing(port);
    expect(await world.ask('a')).toBe('accepted');
    expect(failures(world)).toEqual(['BROKEN']);
  });

  test('but says nonsense for long is left at its first word', async () => {
    const warnings: string[] = [];
    const hear = ({ message }: Error): unknown => warnings.push(message);
    process.on('warning', hear);
    onTestFinished(() => void process.off('warning', hear));
    const { port } = await saying((socket) => socket.write(':1\r\n'.repeat(1000)));
    const world = await sharing(port);
    expect(await Promise.all(Array.from({ length: 20 }, () => world.ask('a')))).toEqual(Array(20).fill('accepted'));
    await world.provider.close();
    await setTimeout(50);
    expect(warnings).toEqual([]);
  });

  test('but says random bytes decides nothing and breaks nothing', async () => {
    const word = fc.constantFrom(
      '+',
      '-',
      ':',
      '$',
      '*',
      '_',
      '>',
      '%',
      '~',
      '#',
      ',',
      '(',
      '=',
      '!',
      '|',
      '\r\n',
      '\n',
    );
    const garbage = fc.array(fc.oneof(word, fc.nat(99999).map(String), fc.string({ maxLength: 5 })), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(garbage, fc.boolean(), async (words, polite) => {
        const { port } = await saying((socket) => {
          socket.write(`${polite ? '+OK\r\n+OK\r\n' : ''}${words.join('')}`);
          socket.end();
        });
        const world = await sharing(port);
        expect(await world.ask('a')).toBe('accepted');
        expect(world.asked()).toBe(1);
        await world.provider.close();
      }),
      { numRuns: 50 },
    );
  });

  test('but sends without end is hung up on', async () => {
    const closed = vi.fn();
    const { port } = await saying((socket) => {
      socket.on('close', closed);
      const chunk = Buffer.alloc(64 * 1024, '$1\r\nx\r\n');
      const push = (): void => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.on('drain', push);
      push();
    });
    const world = await sharing(port);
    expect(await world.ask('a')).toBe('accepted');
    await vi.waitFor(() => expect(closed).toHaveBeenCalled());
  });

  test('but says more than it is asked is called anew', async () => {
    const OK = '+OK\r\n';
    const once = [OK, OK, '$0\r\n\r\n'];
    const { port, calls, open } = await replying([...once, OK + OK, ...once, OK]);
    const world = await sharing(port);
    expect(await world.ask('a')).toBe('accepted');
    await vi.waitFor(() => expect([calls(), open()]).toEqual([1, 0]));
    expect(await world.ask('b')).toBe('accepted');
    expect(calls()).toBe(2);
    expect(failures(world)).toEqual([]);
  });

  test('but gives every value it is asked for is not believed', async () => {
    const { port } = await replying(['+OK\r\n', '+OK\r\n', '$8\r\naccepted\r\n', '+OK\r\n']);
    const world = await sharing(port);
    expect(await world.ask('a')).toBe('accepted');
    expect(world.asked()).toBe(1);
    expect(failures(world)).toEqual([]);
  });
});

describe('replies', () => {
  const reply = fc.oneof(
    fc.constantFrom('+OK\r\n', '-ERR no\r\n', ':0\r\n', ':-15\r\n', '$0\r\n\r\n'),
    fc
      .uint8Array({ maxLength: 200 })
      .map((bytes) => `$${bytes.length}\r\n${Buffer.from(bytes).toString('latin1')}\r\n`),
  );

  /** The same bytes in any pieces. */
  function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
    const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
    return [...ends, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
  }

  test('of the kinds that are asked for pass, in whatever pieces they come', () => {
    fc.assert(
      fc.property(fc.array(reply), fc.array(fc.nat()), (replies, cuts) => {
        const read = createReplyReader();
        expect(pieces(Buffer.from(replies.join(''), 'latin1'), cuts).every(read)).toBe(true);
      }),
    );
  });

  test('of other kinds do not, however many good ones come before', () => {
    const other = fc.constantFrom(
      '*0\r\n',
      '_\r\n',
      '>0\r\n',
      '$-1\r\n',
      '%0\r\n',
      '#t\r\n',
      '=4\r\n',
      '\r\n',
      '+a\rb\r\n',
      '$1x\r\n',
    );
    fc.assert(
      fc.property(fc.array(reply), other, fc.array(fc.nat()), (replies, bad, cuts) => {
        const read = createReplyReader();
        expect(pieces(Buffer.from(replies.join('') + bad, 'latin1'), cuts).every(read)).toBe(false);
      }),
    );
  });

  test.each(['$-', '$-1', '$1\r_', '+a\r_', ':1\r_', ':-x', '_'])(
    '%j does not, though its line has no end yet',
    (bad) => {
      expect(createReplyReader()(Buffer.from(`+OK\r\n${bad}`))).toBe(false);
    },
  );
});
