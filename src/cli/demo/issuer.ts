/** An issuer on loopback for the demo: key set, discovery, introspection, a GitHub-shaped API, a custom endpoint. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSigner } from '../../index.js';

/** One token of the demo, and what is to be learnt from it. */
export interface DemoToken {
  /** The name of its variable with `demo --keep`. */
  readonly name: string;
  readonly title: string;
  readonly provider: string;
  readonly token: string;
  readonly outcome: 'accepted' | 'rejected';
}

/** The issuer, while it runs. */
export interface DemoIssuer {
  readonly origin: string;
  readonly tokens: readonly DemoToken[];
  readonly close: () => Promise<void>;
}

/** The client that introspects; its secret is worth nothing beyond this process. */
export const DEMO_CLIENT = { client_id: 'demo-server', client_secret: 'demo-secret' };

const KID = 'demo-2026';
const GITHUB_TOKEN = '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';
const OPAQUE_TOKEN = 'opaque-demo-token-5f1c';
const API_KEY = 'demo-api-key-7d21';

/** Starts the issuer on a free port and mints the tokens; `now` is in milliseconds. */
export async function startDemoIssuer(now: number): Promise<DemoIssuer> {
  const signer = await createSigner({ kid: KID });
  const forger = await createSigner({ kid: KID });
  let origin = '';
  const server = createServer((request, response) => {
    void answer(request, response, () => ({ origin, keys: [signer.jwk], now }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the demo issuer has no address');
  origin = `http://127.0.0.1:${address.port}`;

  const seconds = Math.floor(now / 1000);
  const claims = {
    iss: origin,
    aud: 'demo-api',
    sub: 'alice',
    groups: ['ml', 'ops'],
    iat: seconds - 60,
    exp: seconds + 2520,
  };
  const wrong = { ...claims, aud: 'account', groups: undefined, realm_access: { roles: ['admin'] } };
  const jwt = (name: string, title: string, token: string, outcome: DemoToken['outcome'] = 'rejected'): DemoToken => ({
    name,
    title,
    provider: 'jwt',
    token,
    outcome,
  });
  return {
    origin,
    tokens: [
      jwt('GOOD', 'a good token', await signer.sign(claims), 'accepted'),
      jwt(
        'EXPIRED',
        'an expired token',
        await signer.sign({ ...claims, iat: seconds - 90_000, exp: seconds - 86_400 }),
      ),
      jwt('WRONG', 'a token for another audience', await signer.sign(wrong)),
      jwt('FORGED', 'a forged token: the right kid, another key', await forger.sign({ ...claims, sub: 'root' })),
      {
        name: 'OPAQUE',
        title: 'an opaque token, introspected',
        provider: 'introspection',
        token: OPAQUE_TOKEN,
        outcome: 'accepted',
      },
      { name: 'GITHUB', title: 'a GitHub token', provider: 'github', token: GITHUB_TOKEN, outcome: 'accepted' },
      {
        name: 'API_KEY',
        title: 'an API key for a custom endpoint',
        provider: 'custom',
        token: API_KEY,
        outcome: 'accepted',
      },
    ],
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** The config of the demo, as a server would have it. */
export function demoConfig(origin: string, secret: string): string {
  return `default: jwt
providers:
  jwt:
    type: oauth2_token
    issuer: ${origin}
    audience: demo-api
    jwks:
      uri: ${origin}/jwks
  introspection:
    type: oauth2_token
    introspection:
      url: ${origin}/introspect
      client_id: ${DEMO_CLIENT.client_id}
      client_secret: ${secret}
  github:
    type: github_token
    github_api_base_url: ${origin}/github
  custom:
    type: custom
    endpoint: ${origin}/custom
`;
}

interface World {
  readonly origin: string;
  readonly keys: readonly object[];
  readonly now: number;
}

async function answer(request: IncomingMessage, response: ServerResponse, world: () => World): Promise<void> {
  const { origin, keys, now } = world();
  const body = await readBody(request);
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const send = (status: number, value: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
  const path = (request.url ?? '').replace(/\?.*/, '');
  if (path === '/jwks') return send(200, { keys });
  if (path === '/.well-known/openid-configuration') {
    return send(200, { issuer: origin, jwks_uri: `${origin}/jwks`, introspection_endpoint: `${origin}/introspect` });
  }
  if (path === '/introspect') {
    const { client_id, client_secret } = DEMO_CLIENT;
    const expected = `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`;
    if (request.headers.authorization !== expected) return send(401, { error: 'invalid_client' });
    if (new URLSearchParams(body).get('token') !== OPAQUE_TOKEN) return send(200, { active: false });
    const exp = Math.floor(now / 1000) + 600;
    return send(200, {
      active: true,
      sub: 'bob',
      username: 'bob@example.com',
      groups: ['ml'],
      client_id: 'notebook',
      exp,
    });
  }
  if (path === '/github/user')
    return bearer === GITHUB_TOKEN
      ? send(200, { login: 'octocat', id: 583231 })
      : send(401, { message: 'Bad credentials' });
  if (path === '/github/user/orgs') return send(200, [{ login: 'example-org' }]);
  if (path === '/custom') {
    const known = body.includes(`"${API_KEY}"`);
    return known
      ? send(200, { principal: 'carol', attributes: { roles: ['operator'] } })
      : send(401, { message: 'unknown API key' });
  }
  send(404, { error: 'not_found' });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
