// Debian's nginx in front, configured as docs/gateway.md says, `authcheck serve` beside it, and behind it a server that
// believes its headers. TLS on every hop.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createTlsServer, request as ask } from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { createAuthenticator, createMiddleware, parseAuthConfig, type Identity } from '../../src/index.js';
import { makeCertificates, type Certificates } from '../certificates.js';
import { startWorld, type World } from '../e2e/world.js';
import { listen } from '../loopback.js';
import { awaitGateway, freePort, startService } from './gateway.js';

const NGINX = '/usr/sbin/nginx';
const guide = readFileSync(resolve(import.meta.dirname, '../../docs/gateway.md'), 'utf8');
const documented = [...guide.matchAll(/```nginx\n([\s\S]*?)```/g)].map(([, block = '']) => block).join('\n');

interface Answer {
  readonly status: number;
  readonly challenge: string | undefined;
  readonly body: string;
}

let world: World;
let certificates: Certificates;

beforeEach(async () => {
  if (!existsSync(NGINX)) throw new Error('nginx is needed: apt-get install nginx-light');
  certificates = await makeCertificates();
  world = await startWorld();
  onTestFinished(() => world.close());
});

/** Starts the three servers; gives the gateway's port. */
async function startGateway(...flags: readonly string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'authcheck-nginx-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { cert, key } = certificates.right;
  writeFileSync(join(folder, 'cert.pem'), cert);
  writeFileSync(join(folder, 'key.pem'), key);

  const files = ['--tls-cert', join(folder, 'cert.pem'), '--tls-key', join(folder, 'key.pem')];
  const origin = await startService('--config', world.config, ...files, ...flags);

  const behind = await startBehind();
  const port = await freePort();
  const ours = documented
    .replace('http://127.0.0.1:8401', origin)
    .replace('https://127.0.0.1:8443', `https://127.0.0.1:${behind}`);
  expect(ours).toContain(`${origin}/auth`);
  expect(ours).toContain(`127.0.0.1:${behind}`);
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; pid ${folder}/pid; error_log stderr warn; worker_processes 1; user root;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  proxy_ssl_verify on; proxy_ssl_trusted_certificate ${certificates.caFile}; proxy_ssl_name localhost;
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${folder}/cert.pem; ssl_certificate_key ${folder}/key.pem;
    ${ours}
  }
}`,
  );
  const nginx = spawn(NGINX, ['-c', join(folder, 'nginx.conf'), '-p', folder, '-e', 'stderr'], { stdio: 'pipe' });
  await awaitGateway(nginx, () => send(port));
  return port;
}

/** A server with `type: upstream_header`, over TLS: answers whom it sees. */
async function startBehind(): Promise<number> {
  const config = parseAuthConfig({
    type: 'upstream_header',
    principal_header: 'x-auth-principal',
    attributes_header: 'x-auth-attributes',
  });
  const guard = createMiddleware(createAuthenticator(config));
  const server = createTlsServer(certificates.right, (request, response) => {
    guard(request, response, () => {
      const { auth }: { auth?: Identity } = request as { auth?: Identity };
      response.end(JSON.stringify({ ...auth, authorization: request.headers.authorization ?? null }));
    });
  });
  return listen(server);
}

function send(port: number, headers: Readonly<Record<string, string>> = {}, path = '/v1/models'): Promise<Answer> {
  return new Promise((done, fail) => {
    const { ca } = certificates;
    const outgoing = ask({ host: '127.0.0.1', port, path, headers, ca, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () =>
        done({ status: response.statusCode ?? 0, challenge: response.headers['www-authenticate'], body }),
      );
    });
    outgoing.on('error', fail).end();
  });
}

test('the identity of a good token arrives, and nothing else of it', async () => {
  const port = await startGateway('--provider', 'jwt');
  const token = await world.signer.sign({ ...world.claims, sub: 'zoë 魔' });
  const answer = await send(port, { authorization: `Bearer ${token}` });
  expect(answer).toMatchObject({ status: 200 });
  expect(JSON.parse(answer.body)).toEqual({
    principal: 'zoë 魔',
    attributes: { roles: ['zoë', '魔'], teams: ['ml'] },
    authorization: null,
  });
});

test('so does one with many groups, whose token is longer than what nginx takes by itself', async () => {
  const port = await startGateway('--provider', 'jwt');
  const groups = Array.from({ length: 1000 }, (_, index) => `group${index}`);
  const token = await world.signer.sign({ ...world.claims, groups });
  expect(token.length).toBeGreaterThan(8 * 1024);
  const answer = await send(port, { authorization: `Bearer ${token}` });
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.body)).toMatchObject({ attributes: { teams: groups } });
});

test('who is refused gets the challenge', async () => {
  const port = await startGateway('--provider', 'jwt');
  expect(await send(port)).toMatchObject({ status: 401, challenge: 'Bearer realm="api"' });
  const forged = await send(port, { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' });
  expect(forged.status).toBe(401);
  expect(forged.challenge).toContain('error="invalid_token"');
});

test('a client cannot name itself, nor the path that it is judged by', async () => {
  const port = await startGateway('--provider', 'jwt', '--public', 'GET /v1/health');
  const forged = { 'x-auth-principal': 'admin', 'x-auth-attributes': '{"roles":["admin"]}' };
  expect((await send(port, forged)).status).toBe(401);
  const token = await world.signer.sign(world.claims);
  const answer = await send(port, { ...forged, authorization: `Bearer ${token}` });
  expect(JSON.parse(answer.body)).toMatchObject({
    principal: 'alice',
    attributes: { roles: ['alice'], teams: ['ml'] },
  });
  // A public route has no identity: the server behind, which wants one, says so itself.
  expect((await send(port, {}, '/v1/health')).body).toContain('Missing required authentication header');
  for (const name of ['x-forwarded-uri', 'x-original-uri', 'x-forwarded-method', 'x-original-method']) {
    const value = name.endsWith('uri') ? '/v1/health' : 'HEAD';
    expect((await send(port, { [name]: value })).challenge, name).toBe('Bearer realm="api"');
  }
  expect((await send(port, { 'x-original-url': '/v1/health' })).status).toBe(503);
});

test('nobody is let in while nobody can say', async () => {
  const port = await startGateway('--provider', 'down');
  const token = await world.signer.sign(world.claims);
  expect(await send(port, { authorization: `Bearer ${token}` })).toMatchObject({ status: 503 });
});
