/** A loopback issuer with a config on disk: what the end-to-end tests ask. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSigner, type Signer } from '../../src/index.js';

export interface World {
  readonly origin: string;
  readonly folder: string;
  /** A config with the providers jwt, introspection, custom, down and proxy. */
  readonly config: string;
  readonly signer: Signer;
  /** Claims that the provider jwt accepts. */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly requests: readonly string[];
  /** Writes a file into the folder and returns its path. */
  readonly file: (name: string, text: string) => string;
  readonly close: () => Promise<void>;
}

/** Secrets that must never be seen. */
export const CLIENT_SECRET = 'MARKED-client-secret+/=';
export const JWKS_TOKEN = 'MARKED-jwks-token';
export const OPAQUE = 'MARKED-opaque-token';

export async function startWorld(): Promise<World> {
  const signer = await createSigner({ kid: 'k1', algorithm: 'ES256' });
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    respond(request, response, signer, () => origin);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const folder = mkdtempSync(join(tmpdir(), 'authcheck-e2e-'));
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const now = Math.floor(Date.now() / 1000);
  return {
    origin,
    folder,
    config: file('run.yaml', configOf(origin)),
    signer,
    claims: { iss: origin, aud: 'api', sub: 'alice', groups: ['ml'], iat: now - 60, exp: now + 3600 },
    requests,
    file,
    close: async () => {
      rmSync(folder, { recursive: true, force: true });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function configOf(origin: string): string {
  return `default: jwt
providers:
  jwt:
    type: oauth2_token
    issuer: ${origin}
    audience: api
    jwks:
      uri: ${origin}/jwks
      token: ${JWKS_TOKEN}
  introspection:
    type: oauth2_token
    introspection:
      url: ${origin}/introspect
      client_id: server
      client_secret: "\${env.CLIENT_SECRET:=${CLIENT_SECRET}}"
  custom:
    type: custom
    endpoint: ${origin}/custom
  down:
    type: custom
    endpoint: http://127.0.0.1:1/
  proxy:
    type: upstream_header
    principal_header: x-auth-principal
    attributes_header: x-auth-attributes
`;
}

function respond(request: IncomingMessage, response: ServerResponse, signer: Signer, origin: () => string): void {
  const send = (status: number, value: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => (body += text));
  request.on('end', () => {
    const path = (request.url ?? '').replace(/\?.*/, '');
    // Servers that echo what they were sent are the ones that make secrets leak.
    const echo = { headers: request.headers, body };
    if (path === '/jwks') send(200, { keys: [signer.jwk], echo });
    else if (path === '/.well-known/openid-configuration')
      send(200, { issuer: origin(), jwks_uri: `${origin()}/jwks` });
    else if (path === '/introspect')
      send(200, { active: body.includes(OPAQUE), sub: 'bob', groups: ['ops'], echo, evil: '\u001b[2J\u202e\u0007' });
    else if (path === '/custom') send(401, { message: `no: ${body}` });
    else if (path === '/bare') send(200, { principal: 'alice' });
    else if (path === '/hang') request.socket.setTimeout(60_000);
    else send(404, {});
  });
}
