// The service with marked secrets: what it answers, logs and counts, under load, while it breaks, and of itself.
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listen } from '../loopback.js';
import { expectNoSecret, MARKED, startMarkedWorld, type MarkedWorld } from './marked.js';
import { serve, type Running } from './service.js';

let world: MarkedWorld;
beforeAll(async () => {
  world = await startMarkedWorld();
});
afterAll(() => world.close());

/** A Redis that refuses everybody, and says in its refusal what it was sent. */
async function serveEcho(): Promise<number> {
  const talk = (socket: Socket): void =>
    void socket.on('data', (bytes: Buffer) =>
      socket.write(`-WRONGPASS ${bytes.toString('latin1').replace(/\s+/g, ' ')}\r\n`),
    );
  return listen(createServer(talk));
}

/** All ways in which a client can send a secret, right ones and wrong ones. */
function requests(): readonly (readonly [path: string, init: RequestInit])[] {
  const cookies = { cookie: MARKED.cookie, 'x-api-key': MARKED.apiKey };
  const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}`, ...cookies });
  const asking = (body: unknown): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const question = (token: string): object => ({
    api_key: token,
    request: { path: `/v1/${token}`, headers: cookies, params: { token: [token] } },
  });
  return [
    ...[world.token, world.expired, MARKED.service, MARKED.github, `${world.token}x`].flatMap((token) => [
      ['/auth', { headers: bearer(token) }] as const,
      [`/auth/v1?access_token=${encodeURIComponent(token)}`, { headers: bearer(token) }] as const,
      [
        '/auth',
        { headers: { ...bearer(token), 'x-forwarded-uri': `/v1?key=${token}`, 'x-request-id': token } },
      ] as const,
      ['/auth', { headers: { ...bearer(token), 'x-original-uri': '/a', 'x-forwarded-uri': token } }] as const,
      ['/auth', { headers: { authorization: token } }] as const,
      ['/auth', { headers: { authorization: `Basic ${token}` } }] as const,
      ['/validate', asking(question(token))] as const,
      ['/validate', asking({ ...question(token), api_key: [token] })] as const,
      ['/validate', asking(`{"api_key": "${token}`)] as const,
      [`/${token}`, { headers: bearer(token) }] as const,
    ]),
    ['/validate', asking(question(MARKED.opaque))],
  ];
}

/** Sends them all, so many times over; gives everything that was answered. */
async function load(
  { url }: Running,
  times: number,
): Promise<{ readonly text: string; readonly statuses: Set<number> }> {
  const all = Array.from({ length: times }, requests).flat();
  const statuses = new Set<number>();
  const answers = await Promise.all(
    all.map(async ([path, init]) => {
      const response = await fetch(`${url}${path}`, init);
      statuses.add(response.status);
      return JSON.stringify([...response.headers]) + (await response.text());
    }),
  );
  for (const path of ['/metrics', '/readyz', '/healthz']) answers.push(await (await fetch(`${url}${path}`)).text());
  return { text: answers.join('\n'), statuses };
}

function configWith(redis: number): string {
  const text = readFileSync(world.file('run.json'), 'utf8').replace('@127.0.0.1:1/0', `@127.0.0.1:${redis}/0`);
  return world.give('serve.json', text);
}

test('under load, with a cache that is refused: neither answers nor log nor metrics', { timeout: 60_000 }, async () => {
  const config = configWith(await serveEcho());
  const service = await serve(['--config', config, '--log-level', 'debug'], { cwd: world.folder(), env: world.env });
  const { text, statuses } = await load(service, 5);
  expect([...statuses].sort()).toEqual([200, 400, 401, 404]);
  for (const said of ['alice', 'bob', 'cache.unavailable', 'Authentication successful']) expect(text).toContain(said);
  // A config that breaks beside its secrets is refused, and so said.
  writeFileSync(config, readFileSync(config, 'utf8').replace('"secret":', '"secret" '));
  service.child.kill('SIGHUP');
  await service.logged('the old one stays in force');
  for (const said of ['request accepted', 'request rejected', 'token_expired', 'config_syntax'])
    expect(service.log()).toContain(said);
  expectNoSecret(text + service.log(), world.secrets, 'under load');
});

test('while it breaks: 503, and the kind of the error', { timeout: 60_000 }, async () => {
  const preload = world.give(
    'break-hash.mjs',
    "import { syncBuiltinESMExports } from 'node:module';\nimport crypto from 'node:crypto';\n" +
      'const { hash } = crypto;\ncrypto.hash = (name, text, form) => {\n  if (form !== "hex") return hash(name, text, form);\n' +
      '  throw new TypeError(`cannot hash ${text}`);\n};\nsyncBuiltinESMExports();\n',
  );
  const env = { ...world.env, NODE_OPTIONS: `--import=${pathToFileURL(preload).href}` };
  const service = await serve(['--config', world.file('run.json')], { cwd: world.folder(), env });
  const { text, statuses } = await load(service, 1);
  expect(statuses).toContain(503);
  expect(text).toContain('Authentication service unavailable');
  await service.logged('a provider failed');
  expect(service.log()).toContain('"error":"TypeError"');
  expectNoSecret(text + service.log(), world.secrets, 'while it breaks');
});

test(
  'in a diagnostic report: what Node writes of the environment, and of requests nothing',
  { timeout: 60_000 },
  async () => {
    const folder = world.folder();
    const options = `--report-on-signal --report-signal=SIGUSR2 --report-directory=${folder}`;
    const env = { ...world.env, NODE_OPTIONS: options };
    const service = await serve(['--config', world.file('run.json')], { cwd: world.folder(), env });
    await load(service, 1);
    service.child.kill('SIGUSR2');
    await service.logged('Node.js report completed');
    const [name = ''] = readdirSync(folder);
    const report = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>;
    expect(report).toHaveProperty('environmentVariables.CLIENT_SECRET', MARKED.clientSecret);
    delete report.environmentVariables;
    expect(report).toHaveProperty('header.processId', service.child.pid);
    expectNoSecret(JSON.stringify(report) + service.log(), world.secrets, 'the report');
  },
);

test('when it is ended, by whatever signal', { timeout: 60_000 }, async () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const service = await serve(['--config', world.file('run.json')], { cwd: world.folder(), env: world.env });
    const begun = load(service, 1).catch(() => ({ text: 'broke off' }));
    service.child.kill(signal);
    await once(service.child, 'exit');
    expectNoSecret((await begun).text + service.log(), world.secrets, signal);
  }
});
