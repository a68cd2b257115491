// The service as a process: what it answers, what it logs, how it reloads and stops.
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request as ask } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createSigner } from '../../src/index.js';
import { json, serve as serveLoopback } from '../loopback.js';
import { BIN, run, start } from './program.js';
import { serve } from './service.js';
import { CLIENT_SECRET, JWKS_TOKEN, OPAQUE, startWorld, type World } from './world.js';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

let world: World;
let token: string;

beforeEach(async () => {
  world = await startWorld();
  token = await world.signer.sign(world.claims);
});

afterEach(() => world.close());

function send(
  url: string,
  options: { method?: string; headers?: Record<string, string | string[]>; body?: string; agent?: Agent } = {},
): Promise<Answer> {
  const { method = 'GET', headers = {}, body = '', agent } = options;
  return new Promise((resolve, reject) => {
    const outgoing = ask(url, { method, headers, ...(agent === undefined ? {} : { agent }) }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => {
        const pairs = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
        resolve({ status: response.statusCode ?? 0, headers: Object.fromEntries(pairs), body: text });
      });
      response.on('error', reject);
    });
    outgoing.on('error', reject).end(body);
  });
}

const bearer = (value: string): Record<string, string> => ({ authorization: `Bearer ${value}` });

function validate(url: string, api_key: string): Promise<Answer> {
  const body = JSON.stringify({ api_key, request: { path: '/v1/models', headers: {}, params: {} } });
  return send(`${url}/validate`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

describe('/auth', () => {
  it('answers with the headers that an upstream_header provider reads', async () => {
    const { url } = await serve(['--config', world.config, '--provider', 'jwt']);
    const answer = await send(`${url}/auth`, { headers: bearer(token) });
    expect(answer.status).toBe(200);
    expect(answer.headers['x-auth-principal']).toBe('alice');
    expect(JSON.parse(answer.headers['x-auth-attributes'] ?? '')).toEqual({ roles: ['alice'], teams: ['ml'] });
  });

  it('names people from beyond ASCII in UTF-8', async () => {
    const { url } = await serve(['--config', world.config, '--provider', 'jwt']);
    const answer = await send(`${url}/auth`, {
      headers: bearer(await world.signer.sign({ ...world.claims, sub: 'zoë-魔' })),
    });
    const principal = answer.headers['x-auth-principal'];
    expect(Buffer.from(String(principal), 'latin1').toString('utf8')).toBe('zoë-魔');
    expect(JSON.parse(answer.headers['x-auth-attributes'] ?? '')).toEqual({ roles: ['zoë-魔'], teams: ['ml'] });
  });

  it('refuses with a challenge', async () => {
    const { url } = await serve(['--config', world.config, '--provider', 'jwt']);
    const without = await send(`${url}/auth`);
    expect([without.status, without.headers['www-authenticate']]).toEqual([401, 'Bearer realm="api"']);
    const bad = await send(`${url}/auth`, { headers: bearer(`${token.slice(0, -6)}AAAAAA`) });
    expect(bad.status).toBe(401);
    expect(bad.headers['www-authenticate']).toContain('error="invalid_token"');
    expect(JSON.parse(bad.body)).toEqual({ error: { message: 'Invalid JWT token' } });
  });

  it('says 503 when nobody can say', async () => {
    const { url } = await serve(['--config', world.config, '--provider', 'down']);
    const answer = await send(`${url}/auth`, { headers: bearer(token) });
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
  });

  it('lets public routes through, and no route that headers disagree about', async () => {
    const { url } = await serve(['--config', world.config, '--provider', 'jwt', '--public', 'GET /v1/health']);
    const health = { 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/v1/health' };
    expect((await send(`${url}/auth`, { headers: health })).status).toBe(200);
    expect((await send(`${url}/auth/v1/health`)).status).toBe(200);
    expect((await send(`${url}/auth/v1/models`)).status).toBe(401);
    const forged = { ...health, 'x-original-uri': '/v1/models' };
    expect((await send(`${url}/auth`, { headers: forged })).status).toBe(400);
  });
});

describe('the request that a gateway asks about', () => {
  it('is public only as it was sent, whatever its authority makes of it', async () => {
    const publics = ['GET /health', 'GET /assets/*'].flatMap((route) => ['--public', route]);
    const { url } = await serve(['--config', world.config, '--provider', 'jwt', ...publics]);
    const ask = async (original: string): Promise<number> =>
      (await send(`${url}/auth`, { headers: { 'x-original-url': original } })).status;
    expect(await ask('http://api.example/health')).toBe(200);
    expect(await ask('https://api.example:8443/assets/logo.png?v=1')).toBe(200);
    for (const original of [
      'http://api/admin/../health',
      'http://api/admin/%2e%2e/health',
      'http://api/admin\\..\\health',
      'http://api/assets/%2e/x',
      'http://a\\health#/admin/x',
      'http://u@b\\health?/admin',
    ])
      expect(await ask(original), original).toBe(401);
  });

  it('is found behind however many headers', async () => {
    const { url } = await serve(['--config', world.config, '--provider', 'jwt', '--public', 'GET /']);
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.end(
      `GET /auth HTTP/1.1\r\nhost: x\r\n${'a: 1\r\n'.repeat(1500)}x-forwarded-uri: /admin\r\nconnection: close\r\n\r\n`,
    );
    const [head = ''] = String(Buffer.concat(await socket.toArray())).split('\r\n');
    expect(head).toBe('HTTP/1.1 401 Unauthorized');
  });
});

describe('/validate', () => {
  it('speaks the protocol of custom providers: authcheck itself understands it', async () => {
    const { url } = await serve(['--config', world.config]);
    const config = world.file('custom.yaml', `type: custom\nendpoint: ${url}/validate\n`);
    const accepted = await run(['validate', '--config', config, '--token', token, '--json']);
    expect(accepted.code).toBe(0);
    expect(JSON.parse(accepted.stdout)).toMatchObject({ principal: 'alice', attributes: { teams: ['ml'] } });
    const opaque = await run(['validate', '--config', config, '--token', OPAQUE, '--json']);
    expect(JSON.parse(opaque.stdout)).toMatchObject({ principal: 'bob' });
  });

  it('refuses what is no question', async () => {
    const { url } = await serve(['--config', world.config, '--provider', 'jwt']);
    const post = (body: string, type = 'application/json'): Promise<Answer> =>
      send(`${url}/validate`, { method: 'POST', headers: { 'content-type': type }, body });
    expect((await post('{"api_key":"x"}', 'text/plain')).status).toBe(415);
    expect((await post('{"api_key":1}')).status).toBe(400);
    expect((await post('{"api_key":"a","api_key":"b"}')).status).toBe(400);
    expect((await post(`{"api_key":"${'x'.repeat(600_000)}"}`)).status).toBe(413);
    expect((await send(`${url}/validate`)).status).toBe(405);
    expect((await send(`${url}/nothing`)).status).toBe(404);
    expect((await validate(url, 'garbage')).status).toBe(401);
  });
});

describe('operation', () => {
  it('is ready when the keys are there, and counts', async () => {
    const { url } = await serve(['--config', world.config, '--provider', 'jwt']);
    expect((await send(`${url}/healthz`)).status).toBe(200);
    expect((await send(`${url}/readyz`)).status).toBe(200);
    await send(`${url}/auth`, { headers: bearer(token) });
    await send(`${url}/auth`);
    const { body } = await send(`${url}/metrics`);
    expect(body).toContain('authcheck_verdicts_total{provider="jwt",outcome="accepted",reason=""} 1');
    expect(body).toContain('authcheck_verdicts_total{provider="jwt",outcome="rejected",reason="header_missing"} 1');
    expect(body).toMatch(/authcheck_key_set_age_seconds\{provider="jwt"\} \d/);
    expect(body).toContain('authcheck_request_duration_seconds_count{route="/auth",status="200"} 1');
  });

  it('is not ready without keys', async () => {
    const config = world.file('down.yaml', 'type: oauth2_token\nissuer: x\njwks: {uri: "http://127.0.0.1:1/"}\n');
    const { url } = await serve(['--config', config]);
    const answer = await send(`${url}/readyz`);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      503,
      { status: 'waiting for key sets', providers: ['default'] },
    ]);
  });

  it('logs a reason for every provider, and never a token or a secret', async () => {
    const { url, log, logged } = await serve(['--config', world.config]);
    const headers = { ...bearer(token), 'x-request-id': 'gateway-42' };
    const answer = await send(`${url}/auth?access_token=${OPAQUE}`, { headers });
    expect(answer.headers['x-request-id']).toBe('gateway-42');
    await validate(url, OPAQUE);
    await validate(url, 'MARKED-unknown');
    await logged('request ', 3);
    const lines = log()
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines).toContainEqual(
      expect.objectContaining({ id: 'gateway-42', principal: 'alice', outcome: 'accepted' }),
    );
    expect(log()).toContain('"reason":"token_opaque"');
    for (const secret of [token, OPAQUE, CLIENT_SECRET, JWKS_TOKEN, 'MARKED']) expect(log()).not.toContain(secret);
  });

  it('reads the config again on SIGHUP, and keeps the old one when the new one is bad', async () => {
    const { url, child, logged } = await serve(['--config', world.config, '--provider', 'jwt']);
    const statusOf = async (): Promise<number> => (await send(`${url}/auth`, { headers: bearer(token) })).status;
    expect(await statusOf()).toBe(200);
    writeFileSync(world.config, 'type: nonsense\n');
    child.kill('SIGHUP');
    await logged('the old one stays in force');
    expect(await statusOf()).toBe(200);
    const other = `providers:\n  jwt: {type: oauth2_token, issuer: "${world.origin}", audience: other, jwks: {uri: "${world.origin}/jwks"}}\n`;
    writeFileSync(world.config, other);
    child.kill('SIGHUP');
    await logged('the new config is in force');
    expect(await statusOf()).toBe(401);
  });

  it('goes on with the keys that it knows when the config is read again while the issuer is away', async () => {
    let isAway = false;
    const issuer = await serveLoopback((request, response) => {
      if (isAway) response.destroy();
      else json({ keys: [world.signer.jwk] })(request, response);
    });
    const configFor = (audience: string): string =>
      `type: oauth2_token\nissuer: ${world.origin}\naudience: ${audience}\njwks: {uri: "${issuer.origin}/jwks"}\n`;
    const config = world.file('away.yaml', configFor('api'));
    const { url, child, logged } = await serve(['--config', config]);
    const statusOf = async (): Promise<number> => (await send(`${url}/auth`, { headers: bearer(token) })).status;
    expect(await statusOf()).toBe(200);
    isAway = true;
    child.kill('SIGHUP');
    await logged('the new config is in force');
    expect(await statusOf()).toBe(200);
    // And the new config decides, with the old keys.
    writeFileSync(config, configFor('other'));
    await logged('the new config is in force', 2);
    expect(await statusOf()).toBe(401);
  });

  it('sees a file that changed without being told', async () => {
    const { url, logged } = await serve(['--config', world.config, '--provider', 'jwt']);
    const other = `providers:\n  jwt: {type: oauth2_token, issuer: "${world.origin}", audience: other, jwks: {uri: "${world.origin}/jwks"}}\n`;
    writeFileSync(world.config, other);
    await logged('the new config is in force');
    expect((await send(`${url}/auth`, { headers: bearer(token) })).status).toBe(401);
  });

  it('answers what has begun when it is told to stop, and what still comes on open connections', async () => {
    const { url, child, logged } = await serve(['--config', world.config, '--provider', 'jwt']);
    const agent = new Agent({ keepAlive: true });
    await send(`${url}/auth`, { headers: bearer(token), agent });
    const begun = Array.from({ length: 50 }, () => send(`${url}/auth`, { headers: bearer(token) }));
    await Promise.all(begun.slice(0, 1));
    child.kill('SIGTERM');
    await logged('stopping');
    const late = await send(`${url}/auth`, { headers: bearer(token), agent });
    expect([late.status, late.headers.connection]).toEqual([200, 'close']);
    expect((await send(`${url}/readyz`)).status).toBe(503);
    expect((await Promise.all(begun)).every(({ status }) => status === 200)).toBe(true);
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('shares a port with others as docs/scale.md says, and ends when it is told to', async () => {
    const guide = readFileSync(new URL('../../docs/scale.md', import.meta.url), 'utf8');
    const documented = /```js\n([\s\S]*?)```/.exec(guide)?.[1] ?? '';
    const port = String(20_000 + (process.pid % 10_000));
    const script = documented
      .replace('node_modules/authcheck/bin/authcheck.js', BIN)
      .replace("'run.yaml'", `'${world.config}', '--provider', 'jwt', '--port', '${port}'`)
      .replace('availableParallelism()', '2');
    const end = `process.on('SIGTERM', () => Object.values(cluster.workers).forEach((worker) => worker.process.kill()));`;
    const file = world.file('cluster.mjs', `${script}\n${end}`);
    const primary = start([], { bin: file });
    onTestFinished(() => void primary.kill('SIGKILL'));
    let said = '';
    primary.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    while (said.split('authcheck listens on').length < 3) await once(primary.stdout, 'data');
    expect((await send(`http://127.0.0.1:${port}/auth`, { headers: bearer(token) })).status).toBe(200);
    primary.kill('SIGTERM');
    expect(await once(primary, 'exit')).toEqual([0, null]);
  });

  it('asks all issuers at a time before it is ready', async () => {
    const waiting: (() => void)[] = [];
    const issuer = await serveLoopback((request, response) => {
      waiting.push(() => json({ keys: [world.signer.jwk] })(request, response));
      // Who asked one after the other would wait for ever here.
      if (waiting.length === 3) for (const answer of waiting) answer();
    });
    const provider = (name: string): string =>
      `  ${name}: {type: oauth2_token, issuer: "${world.origin}", audience: api, jwks: {uri: "${issuer.origin}/${name}"}}\n`;
    const config = world.file('three.yaml', `providers:\n${['a', 'b', 'c'].map(provider).join('')}`);
    const { url, log } = await serve(['--config', config]);
    expect((await send(`${url}/readyz`)).status).toBe(200);
    expect(log()).not.toContain('could not be fetched');
  });

  it('says why it cannot start', async () => {
    const { url } = await serve(['--config', world.config]);
    const port = new URL(url).port;
    const taken = await run(['serve', '--config', world.config, '--port', port]);
    expect([taken.code, taken.stdout]).toEqual([2, '']);
    expect(taken.stderr).toContain('the port is in use');
    expect((await run(['serve', '--config', world.config, '--public', 'health'])).code).toBe(2);
    expect((await run(['serve', '--config', world.config, '--tls-cert', 'x.pem'])).code).toBe(2);
  });
});

describe('a service whose issuer does not answer', () => {
  it('hears signals before it is ready', async () => {
    const hanging = createServer(() => undefined);
    await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => hanging.close().closeAllConnections());
    const { port } = hanging.address() as AddressInfo;
    const config = world.file('hanging.yaml', `type: oauth2_token\njwks: {uri: "http://127.0.0.1:${port}/jwks"}\n`);
    const asked = once(hanging, 'request');
    const child = start(['serve', '--port', '0', '--config', config]);
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
    await asked;
    child.kill('SIGHUP');
    while (!log.includes('the new config is in force')) await once(child.stderr, 'data');
    child.kill('SIGINT');
    expect((await once(child, 'exit'))[0]).toBe(0);
  });
});

describe('a file in the place of a key set', () => {
  it('is read again with the config: a key that left it works no more', async () => {
    const other = await createSigner({ kid: 'k2', algorithm: 'ES256' });
    const file = world.file('stand-in.json', JSON.stringify({ keys: [world.signer.jwk, other.jwk] }));
    const args = ['--config', world.config, '--provider', 'jwt', '--jwks', file];
    const { url, child, logged } = await serve(args);
    const ask = async (): Promise<number> => (await send(`${url}/auth`, { headers: bearer(token) })).status;
    expect(await ask()).toBe(200);
    world.file('stand-in.json', JSON.stringify({ keys: [other.jwk] }));
    child.kill('SIGHUP');
    await logged('the new config is in force');
    expect(await ask()).toBe(401);
  });
});

describe('an address', () => {
  it('may be written as URLs have it', async () => {
    const { url } = await serve(['--config', world.config, '--provider', 'jwt', '--host', '[::1]']);
    expect(url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  });
});

describe('a client that takes its time', () => {
  it('takes nobody else’s place, and delays no end', async () => {
    const { url, child, log } = await serve(['--config', world.config, '--provider', 'jwt', '--max-concurrency', '1']);
    const { port } = new URL(url);
    const slow = connect(Number(port), '127.0.0.1');
    slow.write('POST /validate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{');
    const silent = connect(Number(port), '127.0.0.1');
    await Promise.all([once(slow, 'connect'), once(silent, 'connect')]);
    silent.on('error', () => undefined);
    expect((await send(`${url}/auth`, { headers: bearer(token) })).status).toBe(200);
    slow.destroy();
    expect((await send(`${url}/auth`, { headers: bearer(token) })).status).toBe(200);
    child.kill('SIGINT');
    expect((await once(child, 'exit'))[0]).toBe(0);
    expect(log()).not.toContain('failed inside');
  });
});
