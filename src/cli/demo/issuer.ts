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

/** The client that introspects; its secret is worth nothing beyond this program. */
export const DEMO_CLIENT = { client_id: 'demo-server', client_secret: 'demo-secret' };

const KID = 'demo-2026';
const GITHUB_TOKEN = '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';
const OPAQUE_TOKEN = 'opaque-demo-token-5f1c';
const API_KEY = 'demo-api-key-7d21';

/** Starts the issuer on a free port and mints the tokens; `now` tells milliseconds. */
export async function startDemoIssuer(now: () => number): Promise<DemoIssuer> {
  const signer = await createSigner({ kid: KID });
  const forger = await createSigner({ kid: KID });
  let origin = '';
  const server = createServer((request, response) => {
    // A client that goes away in the middle is its own affair.
    answer(request, response, () => ({ origin, keys: [signer.jwk], now: now() })).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the demo issuer has no address');
  origin = `http://127.0.0.1:${address.port}`;

  const seconds = Math.floor(now() / 1000);
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
  const { status, value } = respond(request, await readBody(request), world());
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

interface Answer {
  readonly status: number;
  readonly value: unknown;
}

function respond(request: IncomingMessage, body: string, { origin, keys, now }: World): Answer {
  const ok = (value: unknown): Answer => ({ status: 200, value });
  switch ((request.url ?? '').replace(/\?.*/, '')) {
    case '/jwks':
      return ok({ keys });
    case '/.well-known/openid-configuration':
      return ok({ issuer: origin, jwks_uri: `${origin}/jwks`, introspection_endpoint: `${origin}/introspect` });
    case '/introspect':
      return introspection(request, body, now);
    case '/github/user':
      if (request.headers.authorization === `Bearer ${GITHUB_TOKEN}`) return ok({ login: 'octocat', id: 583231 });
      return { status: 401, value: { message: 'Bad credentials' } };
    case '/github/user/orgs':
      return ok([{ login: 'example-org' }]);
    case '/custom':
      if (body.includes(`"${API_KEY}"`)) return ok({ principal: 'carol', attributes: { roles: ['operator'] } });
      return { status: 401, value: { message: 'unknown API key' } };
    default:
      return { status: 404, value: { error: 'not_found' } };
  }
}

function introspection(request: IncomingMessage, body: string, now: number): Answer {
  const { client_id, client_secret } = DEMO_CLIENT;
  const expected = `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`;
  if (request.headers.authorization !== expected) return { status: 401, value: { error: 'invalid_client' } };
  if (new URLSearchParams(body).get('token') !== OPAQUE_TOKEN) return { status: 200, value: { active: false } };
  const exp = Math.floor(now / 1000) + 600;
  const value = { active: true, sub: 'bob', username: 'bob@example.com', groups: ['ml'], client_id: 'notebook', exp };
  return { status: 200, value };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
  return body;
}
