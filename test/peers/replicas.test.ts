// Replicas of the service behind one Redis: what the issuer is asked does not grow with their number.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSigner } from '../../src/index.js';
import { start } from '../e2e/program.js';
import { json, serve } from '../loopback.js';
import { startRedis, type RedisServer } from './redis-server.js';

const TOKENS = Array.from({ length: 20 }, (_, index) => `token-${index}`);

/** Starts the service as a process; gives its URL. */
async function startReplica(config: string): Promise<string> {
  const child = start(['serve', '--config', config, '--port', '0', '--log-level', 'error']);
  onTestFinished(() => void child.kill('SIGKILL'));
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  return await new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const url = /^authcheck listens on (\S+)/.exec(text)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.on('exit', (code) => reject(new Error(`a replica ended with ${code}: ${log}`)));
  });
}

async function principalOf(url: string, token: string): Promise<string> {
  const response = await fetch(`${url}/auth`, { headers: { authorization: `Bearer ${token}` } });
  return response.headers.get('x-auth-principal') ?? String(response.status);
}

function writeConfig(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'authcheck-replicas-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'run.yaml');
  writeFileSync(file, text);
  return file;
}

async function written(redis: RedisServer, count: number): Promise<void> {
  const client = redis.client();
  await vi.waitFor(async () => expect(await client.dbsize()).toBe(count), { timeout: 10_000 });
}

test.each([1, 2, 4])('%i replicas ask an introspection endpoint once about each token', async (count) => {
  const redis = await startRedis();
  const issuer = await serve((request, response) => {
    const token = new URLSearchParams(request.body).get('token') ?? '';
    json({ active: true, sub: `user ${token.split('-')[1] ?? ''}` })(request, response);
  });
  const config = writeConfig(
    `type: oauth2_token
introspection: {url: "${issuer.origin}/introspect", client_id: api, client_secret: a client secret}
cache: {redis_url: "redis://127.0.0.1:${redis.port}", secret: the secret of the replicas, ttl: 60}
`,
  );
  const replicas = await Promise.all(Array.from({ length: count }, () => startReplica(config)));
  for (const [index, token] of TOKENS.entries()) {
    const url = replicas[index % count] ?? '';
    expect(await principalOf(url, token)).toBe(`user ${index}`);
  }
  await written(redis, TOKENS.length);
  for (const url of replicas)
    for (const [index, token] of TOKENS.entries()) expect(await principalOf(url, token)).toBe(`user ${index}`);
  expect(issuer.requests).toHaveLength(TOKENS.length);
});

test.each([1, 2, 4])('%i replicas fetch a key set once each, however many tokens come', async (count) => {
  const signer = await createSigner({ algorithm: 'ES256', kid: 'k1' });
  const issuer = await serve(json({ keys: [signer.jwk] }));
  const config = writeConfig(
    `type: oauth2_token\nissuer: ${issuer.origin}\naudience: api\njwks: {uri: "${issuer.origin}/jwks"}\n`,
  );
  const replicas = await Promise.all(Array.from({ length: count }, () => startReplica(config)));
  const now = Math.floor(Date.now() / 1000);
  const tokens = await Promise.all(
    TOKENS.map((sub) => signer.sign({ iss: issuer.origin, aud: 'api', sub, exp: now + 600 })),
  );
  const principals = await Promise.all(replicas.flatMap((url) => tokens.map((token) => principalOf(url, token))));
  expect(new Set(principals)).toEqual(new Set(TOKENS));
  expect(issuer.requests).toHaveLength(count);
});
