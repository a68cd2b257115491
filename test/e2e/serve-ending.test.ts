// How the service ends: it answers what has begun, and nobody holds it up.
import { EventEmitter, once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { makeCertificates, type Certificates } from '../certificates.js';
import { json, serve as serveLoopback } from '../loopback.js';
import { start } from './program.js';
import { serve } from './service.js';
import { OPAQUE, startWorld, type World } from './world.js';

/** Below the 15 s after which whatever is left is given up. */
const BEFORE_DEADLINE = 12_000;

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

/** An endpoint that takes requests, and answers those that it holds when it is told to. */
async function startSlow(value: unknown): Promise<{
  origin: string;
  asked: (times: number) => Promise<void>;
  answer: () => void;
}> {
  const waiting: (() => void)[] = [];
  const arrivals = new EventEmitter();
  const { origin } = await serveLoopback((request, response) => {
    waiting.push(() => json(value)(request, response));
    arrivals.emit('asked');
  });
  return {
    origin,
    asked: async (times) => {
      while (waiting.length < times) await once(arrivals, 'asked');
    },
    answer: () => waiting.forEach((answer) => answer()),
  };
}

async function open(url: string, { ca }: Certificates): Promise<Socket> {
  const port = Number(new URL(url).port);
  const isTls = url.startsWith('https:');
  const socket = isTls ? connectTls({ port, host: '127.0.0.1', ca }) : connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, isTls ? 'secureConnect' : 'connect');
  return socket;
}

const asking = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${OPAQUE}\r\n\r\n`;

it('says nothing against an issuer whose answer it no longer waits for', async () => {
  const issuer = await startSlow({ keys: [] });
  const config = world.file(
    'slow-keys.yaml',
    `type: oauth2_token
audience: a
issuer: https://a
jwks: {uri: "${issuer.origin}"}
`,
  );
  const child = start(['serve', '--port', '0', '--config', config]);
  onTestFinished(() => void child.kill('SIGKILL'));
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  await issuer.asked(1);
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(log).toContain('stopping: finishing open requests');
  expect(log).not.toContain('could not be fetched');
});

it('answers what had begun, however long after it was told to stop', async () => {
  const endpoint = await startSlow({ principal: 'bob' });
  const config = world.file('slow.yaml', `type: custom\nendpoint: ${endpoint.origin}\n`);
  const { url, child } = await serve(['--config', config]);
  const answered = fetch(`${url}/auth`, { headers: { authorization: `Bearer ${OPAQUE}` } });
  await endpoint.asked(1);
  child.kill('SIGTERM');
  // By then it has nothing left to do but to answer.
  await vi.waitFor(() => expect(fetch(`${url}/healthz`)).rejects.toThrow(), { timeout: BEFORE_DEADLINE });
  expect(child.exitCode).toBeNull();
  endpoint.answer();
  expect((await answered).status).toBe(200);
  expect(await once(child, 'exit')).toEqual([0, null]);
});

it.each(['http', 'https'])(
  'does not wait for who left with questions that wait for each other (%s)',
  { timeout: BEFORE_DEADLINE },
  async (scheme) => {
    const certificates = await makeCertificates();
    const { cert, key } = certificates.right;
    const files = ['--tls-cert', world.file('cert.pem', cert), '--tls-key', world.file('key.pem', key)];
    const endpoint = await startSlow({ principal: 'bob' });
    const config = world.file('slow.yaml', `type: custom\nendpoint: ${endpoint.origin}\n`);
    const { url, child, logged } = await serve(['--config', config, ...(scheme === 'https' ? files : [])]);
    // Node itself closes those that have asked before; this one keeps its server open.
    await open(url, certificates);
    const leaving = await open(url, certificates);
    leaving.write(asking('/auth') + asking('/healthz'));
    await endpoint.asked(1);
    leaving.destroy();
    child.kill('SIGTERM');
    // By then it has seen who left, and what is answered now reaches nobody.
    await logged('stopping');
    endpoint.answer();
    expect(await once(child, 'exit')).toEqual([0, null]);
  },
);

it.each([
  ['the client has left', ['SIGTERM']],
  ['it is told twice', ['SIGTERM', 'SIGTERM']],
] as const)('does not wait for answers that nobody hears: %s', async (how, signals) => {
  const endpoint = await startSlow({ principal: 'bob' });
  const provider = `{type: custom, endpoint: "${endpoint.origin}"}`;
  const config = world.file('two.yaml', `providers:\n  a: ${provider}\n  b: ${provider}\n`);
  const { url, child, logged } = await serve(['--config', config]);
  const leaving = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
  leaving.write(asking('/auth'));
  await endpoint.asked(1);
  if (how === 'the client has left') leaving.destroy();
  const ended = once(child, 'exit');
  for (const [index, signal] of signals.entries()) {
    child.kill(signal);
    await logged('"signal"', index + 1);
  }
  const started = performance.now();
  expect(await ended).toEqual([0, null]);
  // A second is for gateways that notice late; a question may take ten.
  expect(performance.now() - started).toBeLessThan(4000);
});

it(
  'does not wait for keys when it is told twice, however often it was told to read its config again',
  async () => {
    const issuer = await startSlow({});
    const jwt = (uri: string): string => `type: oauth2_token\nissuer: x\naudience: api\njwks: {uri: "${uri}"}\n`;
    const config = world.file('keys.yaml', jwt(`${world.origin}/jwks`));
    const { child, logged } = await serve(['--config', config]);
    writeFileSync(config, jwt(`${issuer.origin}/jwks`));
    child.kill('SIGHUP');
    await issuer.asked(1);
    // Signals that wait become one: each has to be heard before the next.
    for (let times = 0; times < 5; times += 1) {
      child.kill('SIGHUP');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    child.kill('SIGTERM');
    await logged('stopping: ');
    child.kill('SIGTERM');
    await logged('stopping at once');
    const ended = once(child, 'exit');
    expect(await ended).toEqual([0, null]);
  },
  BEFORE_DEADLINE,
);

it(
  'does not wait, if it is told twice, for who has stopped reading its log',
  { timeout: BEFORE_DEADLINE },
  async () => {
    const { url, child, logged } = await serve(['--config', world.config, '--provider', 'jwt']);
    await logged('"ready"');
    child.stderr.removeAllListeners('data').pause();
    // More lines than a pipe holds.
    for (let round = 0; round < 100; round += 1)
      await Promise.all(Array.from({ length: 10 }, () => fetch(`${url}/auth`).then((answer) => answer.text())));
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    child.kill('SIGINT');
    // Of two at a time, nobody says which one is heard first.
    expect([
      [130, null],
      [143, null],
    ]).toContainEqual(await ended);
  },
);
