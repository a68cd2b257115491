// The program against servers that break: one config with a provider for each fault and each way to ask.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeCertificates, type Certificates } from '../certificates.js';
import { FAULTS, type Fault } from '../fault-server.js';
import { SECRETS, WAYS, type Way } from '../providers/ways.js';
import { run } from './program.js';
import { serve } from './service.js';

const TOKEN = WAYS.jwks!.token;
const folder = mkdtempSync(join(tmpdir(), 'authcheck-hostile-'));
let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Broken {
  readonly config: string;
  /** The reason that each provider must give, by its name. */
  readonly reasons: Readonly<Record<string, string>>;
  /** What arrived where nothing may arrive. */
  readonly astray: () => number;
}

/** Starts a server for each fault, and writes a config that asks them all, in one way after the other. */
async function breakAll(faults: readonly (readonly [string, Fault])[]): Promise<Broken> {
  const ways = Object.entries(WAYS);
  const servers = await Promise.all(
    faults.map(async ([name, { start, code, waits }], index) => {
      // Of the time-outs, the shortest will do, and that is of a key set.
      const [wayName, way] = ways[waits ? 0 : index % ways.length]!;
      const server = await start(way.good, certificates);
      return { name: `${wayName} that ${name}`, way, code, server };
    }),
  );
  const config = join(folder, `${faults.length}.json`);
  const providers = servers.map(({ name, way, server }) => [name, way.config(server.origin, certificates.caFile)]);
  writeFileSync(config, JSON.stringify({ providers: Object.fromEntries(providers) }));
  return {
    config,
    reasons: Object.fromEntries(servers.map(({ name, way, code }) => [name, reasonOf(way, code)])),
    astray: () => servers.flatMap(({ server }) => server.elsewhere).length,
  };
}

function reasonOf(way: Way, code: Fault['code']): string {
  return code === 'content' ? way.content : code;
}

function expectNoSecret(said: string): void {
  for (const secret of SECRETS) expect(said).not.toContain(secret);
}

/** The faults that do not keep anybody waiting. */
const QUICK = Object.entries(FAULTS).filter(([, { waits }]) => !waits);

test('validate: each is undecided for its reason, exit 3', { timeout: 60_000 }, async () => {
  const { config, reasons, astray } = await breakAll(Object.entries(FAULTS));
  const ended = await run(['validate', '--config', config, '--all-providers', '--token', TOKEN, '--json']);
  expect(ended.code).toBe(3);
  const verdicts = JSON.parse(ended.stdout) as {
    provider: { name: string };
    outcome: string;
    reason: { code: string };
  }[];
  expect(Object.fromEntries(verdicts.map(({ provider, reason }) => [provider.name, reason.code]))).toEqual(reasons);
  expect(new Set(verdicts.map(({ outcome }) => outcome))).toEqual(new Set(['undecided']));
  expectNoSecret(ended.stdout + ended.stderr);
  expect(astray()).toBe(0);
});

test('validate: neither people nor the transcript are told a secret', { timeout: 60_000 }, async () => {
  const { config, astray } = await breakAll(QUICK);
  const { stdout, stderr, code } = await run([
    'validate',
    '--config',
    config,
    '--all-providers',
    '--token',
    TOKEN,
    '--verbose',
  ]);
  expect(code).toBe(3);
  expect(stdout.match(/undecided/g)?.length).toBeGreaterThanOrEqual(QUICK.length);
  expect(stderr).toContain('Bearer [redacted]');
  expectNoSecret(stdout + stderr);
  expect(astray()).toBe(0);
});

test('serve: 503 for its reasons, in every route and the log, and no secret', { timeout: 60_000 }, async () => {
  const { config, reasons, astray } = await breakAll(QUICK);
  const { url, log, logged } = await serve(['--config', config]);
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ api_key: TOKEN, request: { path: '/', headers: { cookie: 'a=b' }, params: {} } });
  const replies = await Promise.all([
    fetch(`${url}/auth`, { headers }),
    fetch(`${url}/validate`, { method: 'POST', headers, body }),
    fetch(`${url}/readyz`),
  ]);
  expect(replies.map(({ status }) => status)).toEqual([503, 503, 503]);
  const metrics = await fetch(`${url}/metrics`);
  await logged('request undecided', 2);
  const answered = await Promise.all(
    [...replies, metrics].map(async (reply) => [[...reply.headers], await reply.text()]),
  );
  expect(JSON.stringify(answered[0])).toContain('Authentication service unavailable');
  const line =
    log()
      .split('\n')
      .find((text) => text.includes('request undecided')) ?? '';
  const { providers } = JSON.parse(line) as { providers: { name: string; reason: string }[] };
  expect(Object.fromEntries(providers.map(({ name, reason }) => [name, reason]))).toEqual(reasons);
  expectNoSecret(log() + JSON.stringify(answered));
  expect(astray()).toBe(0);
});
