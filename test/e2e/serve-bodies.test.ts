// Bodies of /validate: what is held of those that do not end has a limit, and it keeps out nobody who asks as usual.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { serve } from './service.js';
import { startWorld, type World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const KIB = 1024;
/** How many bodies of 512 KiB fit into 64 MiB, without the 16 KiB of each that are not counted. */
const FITTING = Math.floor((64 * KIB) / (512 - 16));

/** Sends nearly all of a body, and then waits. */
function sendSlowly(url: string): { socket: Socket; answer: Promise<string> } {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').setEncoding('latin1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  const head = `Host: x\r\nContent-Type: application/json\r\nContent-Length: ${512 * KIB}\r\n\r\n`;
  socket.write(`POST /validate HTTP/1.1\r\n${head}`);
  socket.write(Buffer.alloc(500 * KIB, ' '));
  const answer = once(socket, 'data').then(([text]) => String(text));
  return { socket, answer };
}

function validate(url: string, api_key: string): Promise<Response> {
  const body = JSON.stringify({ api_key, request: { path: '/v1/models', headers: {}, params: {} } });
  return fetch(`${url}/validate`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

it('of many that send slowly, turns away those whose bodies it has no room for', async () => {
  const { url } = await serve(['--config', world.config, '--provider', 'jwt']);
  const senders = Array.from({ length: FITTING + 60 }, () => sendSlowly(url));
  const answers: string[] = [];
  for (const { answer } of senders) void answer.then((text) => answers.push(text));
  await vi.waitFor(() => expect(answers.length).toBeGreaterThanOrEqual(60), { timeout: 15_000 });
  for (const answer of answers) {
    expect(answer).toMatch(/^HTTP\/1\.1 503 /);
    expect(answer).toMatch(/^retry-after: 1\r$/im);
    expect(answer).toMatch(/^connection: close\r$/im);
  }
  expect((await validate(url, await world.signer.sign(world.claims))).status).toBe(200);
  for (const { socket } of senders) socket.destroy();
  // And there is room again when they are gone.
  const large = async (): Promise<number> => (await validate(url, 'x'.repeat(400 * KIB))).status;
  await vi.waitFor(async () => expect(await large()).toBe(401), { timeout: 15_000 });
});
