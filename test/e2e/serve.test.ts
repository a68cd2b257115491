// The service as a process: what it answers, what it logs, how it reloads and stops.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { cpSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { Agent, request as ask } from 'node:http';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createSigner } from '../../src/index.js';
import { makeCertificates } from '../certificates.js';
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
    // What stands between may keep no answer that is about one token.
    for (const { headers } of [answer, await validate(url, token), await send(`${url}/auth`)])
      expect(headers['cache-control']).toBe('no-store');
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
    const methods = { ...health, 'x-original-method': 'POST' };
    expect((await send(`${url}/auth`, { headers: methods })).status).toBe(400);
    // Envoy's path, and what a client says beside it.
    for (const path of ['/v1/models', '/', '/v1/health/'])
      expect((await send(`${url}/auth${path}`, { headers: health })).status).toBe(400);
    expect((await send(`${url}/auth/v1/health`, { headers: health })).status).toBe(200);
  });

  it('says of a public route that nobody asks, so that gateways overwrite what a client has sent', async () => {
    const { url } = await serve(['--config', world.config, '--provider', 'jwt', '--public', 'GET /v1/health']);
    const answer = await send(`${url}/auth/v1/health`, { headers: bearer(token) });
    expect(answer).toMatchObject({ status: 200, headers: { 'x-auth-principal': '', 'x-auth-attributes': '' } });
  });

  it('lets no header of a client name another method than the one that it asks with', async () => {
    const { url } = await serve(['--config', world.config, '--provider', 'jwt', '--public', 'GET /v1/items']);
    for (const name of ['x-original-method', 'x-forwarded-method']) {
      const asked = { method: 'POST', headers: { [name]: 'GET' } };
      expect((await send(`${url}/auth/v1/items`, asked)).status).toBe(400);
      expect((await send(`${url}/auth/v1/items`, { headers: { [name]: 'GET' } })).status).toBe(200);
    }
  });

  it('logs, though its files were replaced since it started', async () => {
    const folder = join(world.folder, 'installed');
    const root = fileURLToPath(new URL('../../', import.meta.url));
    for (const part of ['bin', 'dist/cli', 'package.json'])
      cpSync(join(root, part), join(folder, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const bin = join(folder, 'bin/authcheck.js');
    const { url, logged } = await serve(['--config', world.config, '--provider', 'jwt'], { bin });
    rmSync(join(folder, 'dist/cli'), { recursive: true });
    expect((await send(`${url}/auth`, { headers: bearer('a.b.c') })).status).toBe(401);
    await logged('request rejected');
  });

  it.each([
    ['disagree', { 'x-original-uri': '/v1/health', 'x-forwarded-uri': '/v1/other' }, 'name different requests'],
    ['are no URL', { 'x-original-uri': 'http://u@host/a' }, 'the URL of the original request cannot be read'],
  ])('logs that the headers of a gateway %s: nobody sees the body of its answer', async (_how, headers, why) => {
    const { url, logged, log } = await serve(['--config', world.config, '--provider', 'jwt']);
    expect((await send(`${url}/auth`, { headers: { ...bearer(token), ...headers } })).status).toBe(400);
    await logged(why);
    expect(log()).toContain('"level":"warn"');
  });

  it('logs that an identity fits into no headers', async () => {
    const { url, logged, log } = await serve(['--config', world.config, '--provider', 'jwt']);
    const groups = Array.from({ length: 700 }, (_, index) => `group-number-${index}-xxxxxxxx`);
    const headers = bearer(await world.signer.sign({ ...world.claims, groups }));
    expect((await send(`${url}/auth`, { headers })).status).toBe(503);
    await logged('the identity does not fit into headers');
    expect(log()).toContain('"status":503');
  });

  it.each([' alice', 'alice '])('names nobody in a header that loses the spaces around %j', async (sub) => {
    const { url } = await serve(['--config', world.config, '--provider', 'jwt']);
    const answer = await send(`${url}/auth`, { headers: bearer(await world.signer.sign({ ...world.claims, sub })) });
    expect(answer.status).toBe(503);
    expect(answer.headers).not.toHaveProperty('x-auth-principal');
  });

  it('writes nothing into its log that a terminal obeys', async () => {
    const { url, logged, log } = await serve(['--config', world.config, '--provider', 'jwt']);
    const head = Buffer.from(JSON.stringify({ alg: 'ES256', kid: '\u009b31mEVIL\u202e' })).toString('base64url');
    await send(`${url}/auth`, { headers: bearer(`${head}.e30.AAAA`) });
    await logged('key_not_found');
    expect(log()).toContain('\\u009b31mEVIL\\u202e');
    expect(log()).not.toMatch(/[\u0080-\u009f\u202e]/);
  });

  it('judges by the last of many headers too', async () => {
    const { url } = await serve(['--config', world.config, '--provider', 'jwt', '--public', 'GET /']);
    const named = { 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/' };
    const many = { a: Array.from({ length: 1500 }, () => '1') };
    expect((await send(`${url}/auth`, { headers: { ...named, ...many } })).status).toBe(200);
    const disagree = { ...named, ...many, 'x-original-uri': '/admin' };
    expect((await send(`${url}/auth`, { headers: disagree })).status).toBe(400);
    const other = { ...named, ...many, 'x-forwarded-uri': '/admin' };
    expect(await send(`${url}/auth`, { headers: other })).toMatchObject({
      status: 400,
      body: '{"error":{"message":"Too many headers"}}',
    });
  });

  it('takes nothing for public that the gateway does not name', async () => {
    const routes = ['--public', 'GET /', 'GET /v1/health', '* /docs'];
    const { url } = await serve(['--config', world.config, '--provider', 'jwt', ...routes]);
    const statusOf = async (path: string, headers: Record<string, string>, method = 'GET'): Promise<number> =>
      (await send(`${url}${path}`, { headers, method })).status;
    expect(await statusOf('/auth', {})).toBe(401);
    expect(await statusOf('/auth?x=1', {})).toBe(401);
    expect(await statusOf('/auth', { 'x-original-method': 'GET' })).toBe(401);
    // nginx asks with GET about a POST.
    expect(await statusOf('/auth', { 'x-original-uri': '/v1/health' })).toBe(401);
    expect(await statusOf('/auth', { 'x-original-uri': '/docs' })).toBe(200);
    expect(await statusOf('/auth', { 'x-original-uri': '/v1/health', 'x-original-method': 'GET' })).toBe(200);
    // Envoy asks with the method of the client.
    expect(await statusOf('/auth/', {})).toBe(200);
    expect(await statusOf('/auth/', {}, 'POST')).toBe(401);
    // Not named, it is not refused either.
    expect(await statusOf('/auth', bearer(token))).toBe(200);
  });

  it('reads the path of a whole URL as it was sent', async () => {
    const routes = ['--public', 'GET /v1/health', 'GET /assets/*'];
    const { url } = await serve(['--config', world.config, '--provider', 'jwt', ...routes]);
    const statusOf = async (original: string): Promise<number> =>
      (await send(`${url}/auth`, { headers: { 'x-original-url': original, 'x-original-method': 'GET' } })).status;
    expect(await statusOf('https://api.example:8443/v1/health?x=1')).toBe(200);
    expect(await statusOf('http://[::1]/assets/a.js')).toBe(200);
    for (const path of ['/admin/../v1/health', '/admin/%2e%2e/v1/health', '/v1\\health', '/assets/%2e/x'])
      expect(await statusOf(`http://api.example${path}`)).toBe(401);
    for (const host of ['a\\v1\\health#', 'u@b/v1/health', 'a\\v1\\health?', 'a?', ''])
      expect(await statusOf(`http://${host}/admin`)).toBe(400);
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

  it('passes on what it is told of the request', async () => {
    const endpoint = await serveLoopback(json({ principal: 'carol' }));
    const config = world.file('custom.yaml', `type: custom\nendpoint: ${endpoint.origin}\n`);
    const { url } = await serve(['--config', config]);
    const request = { path: '/v1', headers: { 'x-team': 'ml' }, params: { page: '1', tag: ['a', 'b'] } };
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ api_key: OPAQUE, request });
    expect((await send(`${url}/validate`, { method: 'POST', headers, body })).status).toBe(200);
    const told = { ...request, params: { page: ['1'], tag: ['a', 'b'] } };
    expect(JSON.parse(endpoint.requests[0]?.body ?? '')).toEqual({ api_key: OPAQUE, request: told });
  });

  it('refuses what is no question', async () => {
    const { url } = await serve(['--config', world.config, '--provider', 'jwt']);
    const post = (body: string, type = 'application/json'): Promise<Answer> =>
      send(`${url}/validate`, { method: 'POST', headers: { 'content-type': type }, body });
    // The second is text to a browser, which sends it without asking.
    for (const type of ['text/plain', 'text/plain; application/json', 'application/jsonp'])
      expect((await post('{"api_key":"x"}', type)).status, type).toBe(415);
    expect((await post('{"api_key":1}')).status).toBe(400);
    expect((await post('{"api_key":"a","api_key":"b"}')).status).toBe(400);
    for (const body of ['null', '[]', '"a"']) expect((await post(body)).status, body).toBe(400);
    for (const request of [
      'a',
      { headers: 'a' },
      { headers: ['a'] },
      { headers: { a: 1 } },
      { params: 'a' },
      { params: ['a'] },
      { params: { a: 1 } },
    ]) {
      const body = JSON.stringify({ api_key: 'a', request });
      expect((await post(body)).status, body).toBe(400);
    }
    expect((await post(`{"api_key":"${'x'.repeat(600_000)}"}`)).status).toBe(413);
    expect((await send(`${url}/validate`)).status).toBe(405);
    expect((await send(`${url}/nothing`)).status).toBe(404);
    expect((await validate(url, 'garbage')).status).toBe(401);
  });
});

/** Begins to ask `/validate`: the service waits for the rest of the body. */
async function beginToAsk(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const head = 'Host: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n';
  socket.write(`POST /validate HTTP/1.1\r\n${head}`);
  await once(socket, 'data');
  socket.write('{');
  return socket;
}

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
    expect(body).toContain('authcheck_events_total{provider="jwt",event="jwks.refreshed"} 1');
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

  it('takes a client that leaves while it asks for no failure', async () => {
    const { url, log, logged } = await serve(['--config', world.config, '--provider', 'jwt']);
    const socket = await beginToAsk(url);
    socket.destroy();
    await logged('the client disconnected before sending its request');
    expect(log()).not.toContain('a request failed');
    expect((await send(`${url}/metrics`)).body).not.toContain('route="/validate"');
  });

  it('turns away who is too many, but nobody for bodies that never end', async () => {
    const asked = new EventEmitter();
    const endpoint = await serveLoopback((request, response) => {
      asked.emit('asked', () => json({ principal: 'bob' })(request, response));
    });
    const config = world.file('slow.yaml', `type: custom\nendpoint: ${endpoint.origin}\n`);
    const { url } = await serve(['--config', config, '--max-concurrency', '1']);
    await beginToAsk(url);
    const arrived = once(asked, 'asked');
    const first = send(`${url}/auth`, { headers: bearer(OPAQUE) });
    const turnedAway = first.then(({ status }) => Promise.reject(new Error(`it is answered ${status}`)));
    const [answer] = (await Promise.race([arrived, turnedAway])) as [() => void];
    const second = await send(`${url}/auth`, { headers: bearer(OPAQUE) });
    expect([second.status, second.headers['retry-after']]).toEqual([503, '1']);
    turnedAway.catch(() => undefined);
    answer();
    expect((await first).status).toBe(200);
  });

  it('reads the config again on SIGHUP, and keeps the old one when the new one is bad', async () => {
    const { url, child, logged } = await serve(['--config', world.config, '--provider', 'jwt']);
    const statusOf = async (): Promise<number> => (await send(`${url}/auth`, { headers: bearer(token) })).status;
    expect(await statusOf()).toBe(200);
    // Of the same file only the signal makes it read: who watches the file sees each of the changes below too.
    child.kill('SIGHUP');
    await logged('the new config is in force');
    writeFileSync(world.config, 'type: nonsense\n');
    child.kill('SIGHUP');
    await logged('the old one stays in force');
    expect(await statusOf()).toBe(200);
    const other = `providers:\n  jwt: {type: oauth2_token, issuer: "${world.origin}", audience: other, jwks: {uri: "${world.origin}/jwks"}}\n`;
    writeFileSync(world.config, other);
    child.kill('SIGHUP');
    await logged('the new config is in force', 2);
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

  it('no longer trusts a key that has left the file of the key set', async () => {
    const other = await createSigner({ algorithm: 'ES256', kid: 'other' });
    const file = world.file('keys.json', JSON.stringify({ keys: [world.signer.jwk] }));
    const { url, logged } = await serve(['--jwks', file, '--audience', 'api']);
    expect((await send(`${url}/auth`, { headers: bearer(token) })).status).toBe(200);
    writeFileSync(file, JSON.stringify({ keys: [other.jwk] }));
    await logged('the new config is in force');
    expect((await send(`${url}/auth`, { headers: bearer(token) })).status).toBe(401);
    expect((await send(`${url}/auth`, { headers: bearer(await other.sign(world.claims)) })).status).toBe(200);
  });

  it('sees a file that changed without being told', async () => {
    const { url, logged } = await serve(['--config', world.config, '--provider', 'jwt']);
    const other = `providers:\n  jwt: {type: oauth2_token, issuer: "${world.origin}", audience: other, jwks: {uri: "${world.origin}/jwks"}}\n`;
    writeFileSync(world.config, other);
    await logged('the new config is in force');
    expect((await send(`${url}/auth`, { headers: bearer(token) })).status).toBe(401);
  });

  it('goes on with the old config while the file cannot be looked at, and reads it when it can be again', async () => {
    const { url, logged } = await serve(['--config', world.config, '--provider', 'jwt']);
    const text = readFileSync(world.config, 'utf8');
    rmSync(world.config);
    symlinkSync(world.config, world.config);
    await logged('the new config is refused; the old one stays in force');
    expect((await send(`${url}/auth`, { headers: bearer(token) })).status).toBe(200);
    rmSync(world.config);
    writeFileSync(world.config, text.replace('audience: api', 'audience: other'));
    await logged('the new config is in force');
    expect((await send(`${url}/auth`, { headers: bearer(token) })).status).toBe(401);
  });

  it('warns of policies that are not for it, once for each config that it reads', async () => {
    const policies = {
      access_policy: 'access_policy: [{permit: {actions: [read]}}]\n',
      route_policy: 'route_policy: [{permit: {paths: "*"}}]\n',
    };
    const provider = readFileSync(world.config, 'utf8');
    const config = world.file('policies.yaml', provider + policies.access_policy + policies.route_policy);
    const { child, log, logged } = await serve(['--config', config, '--provider', 'jwt']);
    const rest = 'for the server itself: this service only says who a token is';
    await logged('"ready"');
    expect(log().split(`access_policy and route_policy are ${rest}`)).toHaveLength(2);
    writeFileSync(config, provider + policies.route_policy);
    await logged(`"route_policy is ${rest}`);
    writeFileSync(config, provider);
    await logged('the new config is in force', 2);
    child.kill('SIGHUP');
    await logged('the new config is in force', 3);
    expect(log().split(rest)).toHaveLength(3);
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

  // Below the 15 s after which whatever is left is given up.
  it.each(['http', 'https'])('does not wait for who only connects (%s)', { timeout: 12_000 }, async (scheme) => {
    const { cert, key } = (await makeCertificates()).right;
    const files = ['--tls-cert', world.file('cert.pem', cert), '--tls-key', world.file('key.pem', key)];
    const tls = scheme === 'https' ? files : [];
    const { url, child } = await serve(['--config', world.config, '--provider', 'jwt', ...tls]);
    const silent = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
    onTestFinished(() => void silent.destroy());
    await once(silent, 'connect');
    const ended = Promise.all([once(child, 'exit'), once(silent, 'close')]);
    child.kill('SIGINT');
    expect((await ended)[0]).toEqual([0, null]);
  });

  it(
    'takes over a certificate that is renewed, and keeps the old one while it cannot',
    { timeout: 30_000 },
    async () => {
      const { right, selfSigned } = await makeCertificates();
      const [cert, key] = [world.file('renewed.pem', right.cert), world.file('renewed-key.pem', right.key)];
      const tls = ['--tls-cert', cert, '--tls-key', key];
      const { url, child, logged, log } = await serve(['--config', world.config, '--provider', 'jwt', ...tls]);
      const presented = async (): Promise<string> => {
        const socket = connectTls({ port: Number(new URL(url).port), host: '127.0.0.1', rejectUnauthorized: false });
        await once(socket, 'secureConnect');
        const { raw } = socket.getPeerCertificate();
        socket.destroy();
        return new X509Certificate(raw).toString();
      };
      const shown = (pem: string): string => new X509Certificate(pem).toString();
      expect(await presented()).toBe(shown(right.cert));
      // A signal that changes nothing says nothing.
      child.kill('SIGHUP');
      await logged('the new config is in force');
      expect(log()).not.toContain('the new certificate');
      // Whoever replaces them is seen between the two.
      writeFileSync(cert, selfSigned.cert);
      await logged('the new certificate cannot be used');
      expect(log()).toContain('KEY_VALUES_MISMATCH');
      expect(await presented()).toBe(shown(right.cert));
      writeFileSync(key, selfSigned.key);
      await logged('the new certificate is in use');
      expect(await presented()).toBe(shown(selfSigned.cert));
      expect(log()).not.toContain('PRIVATE KEY');
      rmSync(key);
      child.kill('SIGHUP');
      await logged('there is no such file');
      expect(await presented()).toBe(shown(selfSigned.cert));
    },
  );

  describe('with others that share its port, as docs/scale.md says', () => {
    const port = String(20_000 + (process.pid % 10_000));

    /** Starts the documented script with two workers. */
    function startPrimary(config: string, ...flags: readonly string[]): ChildProcessWithoutNullStreams {
      const guide = readFileSync(new URL('../../docs/scale.md', import.meta.url), 'utf8');
      const documented = /```js\n([\s\S]*?)```/.exec(guide)?.[1] ?? '';
      const args = [config, ...flags, '--port', port].map((arg) => `'${arg}'`).join(', ');
      const script = documented
        .replace('node_modules/authcheck/bin/authcheck.js', BIN)
        .replace("'run.yaml'", args)
        .replace('availableParallelism()', '2');
      const primary = start([], { bin: world.file('cluster.mjs', script) });
      onTestFinished(() => void primary.kill('SIGKILL'));
      return primary;
    }

    /** Waits until both listen. */
    async function startCluster(...args: Parameters<typeof startPrimary>): Promise<ChildProcessWithoutNullStreams> {
      const primary = startPrimary(...args);
      let said = '';
      primary.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
      while (said.split('authcheck listens on').length < 3) await once(primary.stdout, 'data');
      return primary;
    }

    it('answers, reads its config again, and ends when it is told to', async () => {
      const primary = await startCluster(world.config, '--provider', 'jwt');
      let log = '';
      primary.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
      primary.kill('SIGHUP');
      while (log.split('the new config is in force').length < 3) await once(primary.stderr, 'data');
      expect((await send(`http://127.0.0.1:${port}/auth`, { headers: bearer(token) })).status).toBe(200);
      primary.kill('SIGTERM');
      expect(await once(primary, 'exit')).toEqual([0, null]);
    });

    it('answers what has begun before it ends', async () => {
      const arrivals = new EventEmitter();
      const endpoint = await serveLoopback((request, response) => {
        arrivals.emit('asked');
        setTimeout(() => json({ principal: 'bob' })(request, response), 1500);
      });
      const primary = await startCluster(world.file('slow.yaml', `type: custom\nendpoint: ${endpoint.origin}\n`));
      const asked = once(arrivals, 'asked');
      const answered = send(`http://127.0.0.1:${port}/auth`, { headers: bearer('opaque') });
      await asked;
      primary.kill('SIGTERM');
      expect((await answered).status).toBe(200);
      expect(await once(primary, 'exit')).toEqual([0, null]);
    });

    it('ends with their exit code when they cannot start', async () => {
      const primary = startPrimary(`${world.config}.missing`);
      expect(await once(primary, 'exit')).toEqual([2, null]);
    });

    it.runIf(process.platform === 'linux')('ends with a fault when one of them dies', async () => {
      const primary = await startCluster(world.config, '--provider', 'jwt');
      const [worker = ''] = readFileSync(`/proc/${primary.pid}/task/${primary.pid}/children`, 'utf8').split(' ');
      process.kill(Number(worker), 'SIGKILL');
      expect(await once(primary, 'exit')).toEqual([1, null]);
    });
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
    const { url, log, logged } = await serve(['--config', config]);
    expect((await send(`${url}/readyz`)).status).toBe(200);
    await logged('"ready"');
    expect(log()).not.toContain('could not be fetched');
  });

  it.runIf(process.platform === 'linux')('goes on where its log cannot be written', async () => {
    const child = spawn(
      process.execPath,
      [BIN, 'serve', '--config', world.config, '--provider', 'jwt', '--port', '0'],
      {
        stdio: ['ignore', 'pipe', openSync('/dev/full', 'w')],
      },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    if (child.stdout === null) throw new Error('stdout is a pipe');
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    const url = /http:\S+/.exec(said.toString())?.[0] ?? '';
    expect((await send(`${url}/auth`, { headers: bearer(token) })).status).toBe(200);
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  describe('that waits for its first keys', () => {
    /** A service whose issuer answers when it is told to; both end with the test. */
    async function startWaiting(): Promise<{
      child: ChildProcessWithoutNullStreams;
      answer: () => void;
      asked: () => Promise<unknown>;
    }> {
      const waiting: (() => void)[] = [];
      const arrivals = new EventEmitter();
      const issuer = await serveLoopback((request, response) => {
        waiting.push(() => json({ keys: [world.signer.jwk] })(request, response));
        arrivals.emit('asked');
      });
      const text = `type: oauth2_token\nissuer: ${world.origin}\naudience: api\njwks: {uri: "${issuer.origin}/jwks"}\n`;
      const asked = once(arrivals, 'asked');
      const child = start(['serve', '--config', world.file('waiting.yaml', text), '--port', '0']);
      onTestFinished(() => void child.kill('SIGKILL'));
      await asked;
      return {
        child,
        answer: () => waiting.forEach((answer) => answer()),
        asked: () => Promise.race([once(arrivals, 'asked'), once(child, 'exit')]),
      };
    }

    it('reads the config again when it is told to', async () => {
      const { child, answer, asked } = await startWaiting();
      const again = asked();
      child.kill('SIGHUP');
      await again;
      expect([child.exitCode, child.signalCode]).toEqual([null, null]);
      answer();
      const [said] = (await once(child.stdout, 'data')) as [Buffer];
      expect(said.toString()).toContain('authcheck listens on');
    });

    it('ends when it is told to', async () => {
      const { child } = await startWaiting();
      child.kill('SIGTERM');
      expect(await once(child, 'exit')).toEqual([0, null]);
    });
  });

  const hasIPv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));
  it.runIf(hasIPv6)('takes the address as it prints it', async () => {
    const { url, log, logged } = await serve(['--config', world.config, '--provider', 'jwt', '--host', '[::1]']);
    expect(url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await send(`${url}/healthz`)).status).toBe(200);
    await logged('"ready"');
    expect(log()).not.toContain('tokens reach this service in the clear');
  });

  it('warns of an address where tokens reach it in the clear', async () => {
    const { logged } = await serve(['--config', world.config, '--provider', 'jwt', '--host', '0.0.0.0']);
    await logged('tokens reach this service in the clear');
  });

  it('warns of what every provider does that it asks, and of no other', async () => {
    const provider = (name: string): string =>
      `  ${name}: {type: oauth2_token, audience: api, issuer: "https://${name}.example", jwks: {uri: "https://${name}.example/jwks"}, verify_tls: false}\n`;
    const config = world.file('two.yaml', `default: one\nproviders:\n${provider('one')}${provider('two')}`);
    const all = await serve(['--config', config]);
    await all.logged('listening, and ready once the key sets are there');
    expect(all.log()).toContain('providers.one.verify_tls');
    expect(all.log()).toContain('providers.two.verify_tls');
    const one = await serve(['--config', config, '--provider', 'one']);
    await one.logged('listening, and ready once the key sets are there');
    expect(one.log()).toContain('providers.one.verify_tls');
    expect(one.log()).not.toContain('providers.two.verify_tls');
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

describe('a file in the place of a key set', () => {
  it('is read again with the config: a key that left it works no more', async () => {
    const other = await createSigner({ kid: 'k2', algorithm: 'ES256' });
    const file = world.file('stand-in.json', JSON.stringify({ keys: [world.signer.jwk, other.jwk] }));
    const args = ['--config', world.config, '--provider', 'jwt', '--jwks', file];
    const { url, child, logged } = await serve(args);
    const statusOf = async (): Promise<number> => (await send(`${url}/auth`, { headers: bearer(token) })).status;
    expect(await statusOf()).toBe(200);
    world.file('stand-in.json', JSON.stringify({ keys: [other.jwk] }));
    child.kill('SIGHUP');
    await logged('the new config is in force');
    expect(await statusOf()).toBe(401);
  });
});
