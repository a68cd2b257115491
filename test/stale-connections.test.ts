// A server that closes a connection while a request is on its way, as servers do with what is idle.
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { HttpAnswer, HttpClient, HttpRequest } from '../src/exchange.js';
import { createHttpClient } from '../src/http.js';
import { json, serve, serveRaw } from './loopback.js';
import { provide, summary } from './providers/provide.js';

/** How a connection ends that has answered once. */
const ENDS: Readonly<Record<string, (socket: Socket) => unknown>> = {
  'is closed': (socket) => socket.end(),
  'is reset': (socket) => socket.resetAndDestroy(),
};

const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n{"active":false}';
let requests: string[] = [];
beforeEach(() => {
  requests = [];
});

/** Answers the first request of a connection, and ends it at the second. */
async function serveOnce(end: (socket: Socket) => unknown, first = ANSWER, second = ''): Promise<string> {
  const { origin } = await serveRaw((socket) => {
    let isUsed = false;
    socket.on('data', (bytes) => {
      requests.push(bytes.toString('latin1').split('\r\n')[0] ?? '');
      const answer = isUsed ? second : first;
      if (answer !== '') socket.write(answer);
      if (answer !== ANSWER) end(socket);
      isUsed = true;
    });
  });
  return origin;
}

function open(oneShot = false): HttpClient {
  const client = createHttpClient({ oneShot });
  onTestFinished(() => client.close());
  return client;
}

async function send(client: HttpClient, url: string, request: Partial<HttpRequest> = {}): Promise<string[]> {
  const answers: HttpAnswer[] = [];
  for (let count = 0; count < 6; count += 1)
    answers.push(await client.send({ method: 'GET', url, secrets: [], timeout: 2000, ...request }));
  return answers.map((answer) => (answer.ok ? String(answer.status) : answer.code));
}

async function judge(config: Readonly<Record<string, unknown>>): Promise<string[]> {
  const provider = provide(config);
  const outcomes: string[] = [];
  for (let count = 0; count < 6; count += 1) outcomes.push(summary(await provider.authenticate({ token: 'abc.def' })));
  return outcomes;
}

const CLIENTS = [
  ['undici', false],
  ['Node’s own client', true],
] as const;

const ALL_WELL = Array.from({ length: 6 }, () => '200');

describe.each(Object.entries(ENDS))('a connection that was used and %s', (_how, end) => {
  test.each(CLIENTS)('loses no GET, and no POST but one that may do something: over %s', async (_client, oneShot) => {
    expect(await send(open(oneShot), await serveOnce(end))).toEqual(ALL_WELL);
    expect(requests.length).toBeGreaterThan(6);
    requests = [];
    const question = { method: 'POST', body: 'token=x', idempotent: true } as const;
    expect(await send(open(oneShot), await serveOnce(end), question)).toEqual(ALL_WELL);
    requests = [];
    const answers = await send(open(oneShot), await serveOnce(end), { method: 'POST', body: '{}' });
    expect(answers).toContain('endpoint_unreachable');
    expect(requests).toHaveLength(6);
  });

  test.each<[string, (origin: string) => Record<string, unknown>]>([
    ['oauth2_token', (url) => ({ introspection: { url, client_id: 'a', client_secret: 'b' } })],
    ['kubernetes', (url) => ({ api_server_url: url })],
    ['github_token', (url) => ({ github_api_base_url: url })],
  ])('is nothing to a %s', async (type, configOf) => {
    expect(await judge({ type, ...configOf(await serveOnce(end)) })).not.toContain('undecided: endpoint_unreachable');
  });

  test.each([5, 9, 10, 11])('is one of ten, and none of %i requests at once is lost', async (count) => {
    const held: Socket[] = [];
    let isOver = false;
    const { origin } = await serveRaw((socket) => {
      const isOld = !isOver;
      socket.on('data', () => {
        if (isOver && isOld) end(socket);
        else if (isOver) socket.write(ANSWER);
        else if (held.push(socket) === 10) for (const one of held) one.write(ANSWER);
      });
    });
    const client = open();
    const ask = async (): Promise<boolean> => (await client.send({ method: 'GET', url: origin, secrets: [] })).ok;
    expect(await Promise.all(Array.from({ length: 10 }, ask))).not.toContain(false);
    // Until then undici takes them for busy.
    await setTimeout(20);
    isOver = true;
    expect(await Promise.all(Array.from({ length: count }, ask))).not.toContain(false);
  });

  test('is replaced though another origin is asked all the time', async () => {
    const [origin, other] = [await serveOnce(end), await serve(json({}))];
    const client = open();
    const others = Array.from({ length: 30 }, async (_, index) => {
      await setTimeout(index);
      return client.send({ method: 'GET', url: other.origin, secrets: [] });
    });
    expect(await send(client, origin)).toEqual(ALL_WELL);
    await Promise.all(others);
  });

  test('is told by a custom endpoint, for which a token may be good once', async () => {
    expect(await judge({ type: 'custom', endpoint: await serveOnce(end) })).toContain(
      'undecided: endpoint_unreachable',
    );
  });

  test.each(CLIENTS)('is not replaced once the answer has begun: over %s', async (_client, oneShot) => {
    const later = (socket: Socket): unknown => globalThis.setTimeout(() => end(socket), 10);
    const answers = await send(open(oneShot), await serveOnce(later, ANSWER, ANSWER.slice(0, -1)));
    expect(answers).toContain('endpoint_unreachable');
    await setTimeout(20);
    expect(requests).toHaveLength(6);
  });
});

describe.each(Object.entries(ENDS))('a new connection that %s', (_how, end) => {
  test.each(CLIENTS)('is not replaced: over %s', async (_client, oneShot) => {
    expect(await send(open(oneShot), await serveOnce(end, ''))).toEqual(
      Array.from({ length: 6 }, () => 'endpoint_unreachable'),
    );
    expect(requests).toHaveLength(6);
  });
});

test.each(CLIENTS)('a used connection that speaks no HTTP is not replaced: over %s', async (_client, oneShot) => {
  const answers = await send(
    open(oneShot),
    await serveOnce((socket) => socket.end(), ANSWER, 'SSH-2.0-OpenSSH_9.6\r\n'),
  );
  expect(answers).toContain('endpoint_invalid_response');
  expect(requests).toHaveLength(6);
});
