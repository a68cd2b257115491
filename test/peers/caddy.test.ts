// Debian's Caddy in front, configured as docs/gateway.md says, `authcheck serve` beside it, and behind it a server that
// tells what has reached it.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as ask } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { startWorld, type World } from '../e2e/world.js';
import { listen } from '../loopback.js';
import { awaitGateway, freePort, startService } from './gateway.js';

const CADDY = '/usr/bin/caddy';
const guide = readFileSync(resolve(import.meta.dirname, '../../docs/gateway.md'), 'utf8');
const documented = /## Caddy\n\n```\n([\s\S]*?)```/.exec(guide)?.[1] ?? '';

interface Answer {
  readonly status: number;
  readonly body: string;
}

let world: World;

beforeEach(async () => {
  if (!existsSync(CADDY)) throw new Error('Caddy is needed: apt-get install caddy');
  world = await startWorld();
  onTestFinished(() => world.close());
});

/** Starts the three servers; gives the gateway's port. */
async function startGateway(...flags: readonly string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'authcheck-caddy-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const service = await startService('--config', world.config, '--provider', 'jwt', ...flags);
  const origin = service.replace('http://', '');
  const behind = await listen(
    createServer((request, response) => {
      const { 'x-auth-principal': principal, 'x-auth-attributes': attributes, authorization } = request.headers;
      response.end(JSON.stringify({ principal, attributes, authorization }));
    }),
  );
  const port = await freePort();
  const ours = documented
    .replace('127.0.0.1:8401', origin)
    .replace('https://127.0.0.1:8443', `http://127.0.0.1:${behind}`);
  expect(ours).toContain(`forward_auth ${origin}`);
  expect(ours).toContain(`reverse_proxy http://127.0.0.1:${behind}`);
  const file = join(folder, 'Caddyfile');
  writeFileSync(file, `{\n  admin off\n  auto_https off\n}\nhttp://127.0.0.1:${port} {\n${ours}}\n`);
  const env = { HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder };
  const caddy = spawn(CADDY, ['run', '--config', file, '--adapter', 'caddyfile'], { stdio: 'pipe', env });
  await awaitGateway(caddy, () => send(port));
  return port;
}

function send(port: number, headers: Readonly<Record<string, string>> = {}, path = '/v1/models'): Promise<Answer> {
  return new Promise((done, fail) => {
    const outgoing = ask({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => done({ status: response.statusCode ?? 0, body }));
    });
    outgoing.on('error', fail).end();
  });
}

const ALICE = { principal: 'alice', attributes: '{"roles":["alice"],"teams":["ml"]}' };

test('the identity of a good token arrives, and nothing else of it', async () => {
  const port = await startGateway();
  const authorization = `Bearer ${await world.signer.sign(world.claims)}`;
  expect(JSON.parse((await send(port, { authorization })).body)).toEqual(ALICE);
  expect((await send(port)).status).toBe(401);
});

test('a client cannot name itself, nor the path that it is judged by', async () => {
  const port = await startGateway('--public', 'GET /v1/health');
  const forged = { 'x-auth-principal': 'admin', 'x-auth-attributes': '{"roles":["admin"]}' };
  expect((await send(port, forged)).status).toBe(401);
  const authorization = `Bearer ${await world.signer.sign(world.claims)}`;
  expect(JSON.parse((await send(port, { ...forged, authorization })).body)).toEqual(ALICE);
  expect((await send(port, forged, '/v1/health')).body).not.toContain('admin');
  expect((await send(port, { 'x-forwarded-uri': '/v1/health' })).status).toBe(401);
  for (const name of ['x-original-uri', 'x-original-url'])
    expect((await send(port, { [name]: '/v1/health' })).status, name).toBe(400);
});

test.each(['X-Auth-Attributes', 'x-auth-principal'])('a client cannot have %s dropped', async (name) => {
  const port = await startGateway();
  const authorization = `Bearer ${await world.signer.sign(world.claims)}`;
  const answer = await send(port, { authorization, connection: `close, ${name}` });
  expect(JSON.parse(answer.body)).toEqual(ALICE);
});
