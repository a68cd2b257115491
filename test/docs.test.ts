// The examples of docs/ are complete: each is saved, run, and asked.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request as ask } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { startWorld } from './e2e/world.js';

const root = resolve(import.meta.dirname, '..');
const guide = readFileSync(join(root, 'docs/server.md'), 'utf8');
const examples = [...guide.matchAll(/^## (.+)$[^#]*?```js\n([\s\S]*?)```/gm)].map(([, title = '', code = '']) => ({
  title,
  code,
}));

/** A folder in which the packages that an example imports are installed. */
function install(code: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'authcheck-docs-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'node_modules/@hono'), { recursive: true });
  symlinkSync(root, join(folder, 'node_modules/authcheck'));
  for (const name of ['express', 'fastify', 'hono', '@hono/node-server'])
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  writeFileSync(join(folder, 'server.mjs'), code);
  return folder;
}

async function findPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

function send(
  port: number,
  headers: Readonly<Record<string, string>>,
  path = '/',
  method = 'GET',
): Promise<{ status: number; body: unknown }> {
  return new Promise((done, fail) => {
    const outgoing = ask({ port, host: '127.0.0.1', path, method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => done({ status: response.statusCode ?? 0, body: JSON.parse(text || 'null') as unknown }));
    });
    outgoing.on('error', fail).end();
  });
}

/** The first answer of a server that is about to listen. */
async function firstAnswer(port: number, alive: () => boolean): ReturnType<typeof send> {
  for (;;) {
    try {
      return await send(port, {});
    } catch (error) {
      if (!alive()) throw error;
      await new Promise((done) => setTimeout(done, 50));
    }
  }
}

/** Runs an example; gives its port when it listens, and its answer to who has no token. */
async function start(
  code: string,
  config: string,
): Promise<{ port: number; without: Awaited<ReturnType<typeof send>> }> {
  const port = await findPort();
  const child = spawn(process.execPath, ['server.mjs'], {
    cwd: install(code),
    env: { PATH: process.env.PATH ?? '', PORT: String(port), AUTHCHECK_CONFIG: config },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  onTestFinished(() => {
    child.kill();
  });
  return { port, without: await firstAnswer(port, () => child.exitCode === null) };
}

test('has an example for each adapter, and one of policies', () => {
  expect(examples.map(({ title }) => title)).toHaveLength(5);
});

test.each(examples)('$title', async ({ code }) => {
  const world = await startWorld();
  onTestFinished(() => world.close());
  const { port, without } = await start(code, world.config);
  expect(without.status).toBe(401);
  const token = await world.signer.sign(world.claims);
  const answer = await send(port, { authorization: `Bearer ${token}` });
  expect(answer).toEqual({
    status: 200,
    body: { principal: 'alice', attributes: { roles: ['alice'], teams: ['ml'] } },
  });
});

test('the policies of the config are enforced by the example that says so', async () => {
  const world = await startWorld();
  onTestFinished(() => world.close());
  const policies = `access_policy:
  - permit: { actions: [delete], resource: "model::old" }
route_policy:
  - permit: { paths: [/health] }
  - permit: { paths: [/, "/models/*"] }
    when: user with ml in teams
`;
  const code = examples.find(({ title }) => title === 'Policies')?.code ?? '';
  const config = world.file('policies.yaml', readFileSync(world.config, 'utf8') + policies);
  const { port } = await start(code, config);
  const headers = { authorization: `Bearer ${await world.signer.sign(world.claims)}` };
  const other = { authorization: `Bearer ${await world.signer.sign({ ...world.claims, groups: [] })}` };
  const statusOf = async (path: string, sent: Readonly<Record<string, string>>, method = 'GET'): Promise<number> =>
    (await send(port, sent, path, method)).status;
  expect(await statusOf('/health', {})).toBe(200);
  expect(await statusOf('/', headers)).toBe(200);
  expect(await statusOf('/', other)).toBe(403);
  expect(await statusOf('/admin', headers)).toBe(403);
  expect(await statusOf('/models/old', headers, 'DELETE')).toBe(204);
  expect(await statusOf('/%6dodels/old', other, 'DELETE')).toBe(403);
  expect(await statusOf('/models/new', headers, 'DELETE')).toBe(403);
});

test.each([
  ['Envoy', 'remove: x-auth-principal', 'remove: x-auth-attributes', 'filters.http.ext_authz'],
  ['Caddy', 'request_header -X-Auth-Principal', 'request_header -X-Auth-Attributes', 'forward_auth 127'],
])('%s removes what a client sends before it asks', (title, principal, attributes, asks) => {
  const gateways = readFileSync(join(root, 'docs/gateway.md'), 'utf8');
  const example = gateways.split(`## ${title}\n`)[1]?.split('## ')[0] ?? '';
  const [before = '', ...after] = example.split(asks);
  expect(after).not.toEqual([]);
  expect(before).toContain(principal);
  expect(before).toContain(attributes);
});

test('Envoy is told which headers it may pass on where today’s Envoy reads it', () => {
  const gateways = readFileSync(join(root, 'docs/gateway.md'), 'utf8');
  const example = parse(gateways.split('## Envoy\n')[1]?.split('```')[1]?.slice('yaml'.length) ?? '');
  expect(example).toMatchObject({
    http_filters: [
      {},
      {
        typed_config: {
          allowed_headers: { patterns: [{ exact: 'authorization' }, { exact: 'x-request-id' }] },
          http_service: expect.not.objectContaining({ authorization_request: expect.anything() }),
        },
      },
    ],
  });
});
