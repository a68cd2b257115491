// Every provider against every way in which a server can break or lie: nobody is accepted, and no secret comes back.
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  createAuthProvider,
  createProviderClient,
  parseAuthConfig,
  type AuthProvider,
  type Exchange,
  type HttpClient,
  type Verdict,
} from '../../src/index.js';
import { makeCertificates, type Certificates } from '../certificates.js';
import { FAULTS, whole, type Fault, type GoodAnswer } from '../fault-server.js';
import { mint, newKey } from '../forge.js';
import { json, serve } from '../loopback.js';
import { stepOf, summary } from './provide.js';

const KEY = newKey('ES256');
const JWT = mint(KEY);
const OPAQUE = 'MARKED-opaque-token-0123456789';
const CLIENT_SECRET = 'MARKED-client-secret+/=';
const JWKS_TOKEN = 'MARKED-jwks-token';
const SIGNATURE = JWT.split('.')[2] ?? '';

/** What must never come back, as it is and as it travels. */
const SECRETS = [OPAQUE, CLIENT_SECRET, JWKS_TOKEN, SIGNATURE].flatMap((secret) => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64'),
  Buffer.from(`server:${secret}`).toString('base64'),
  Buffer.from(`server:${encodeURIComponent(secret)}`).toString('base64'),
]);

/** One way to ask a server, and what it must answer to be believed. */
interface Asking {
  readonly config: (origin: string, caFile: string) => Readonly<Record<string, unknown>>;
  readonly token: string;
  readonly good: GoodAnswer;
  /** The step that fails. */
  readonly step: string;
  /** The reason for an answer that says nothing. */
  readonly content: string;
}

const keySet = JSON.stringify({ keys: [KEY.jwk] });
const oauth2 = { type: 'oauth2_token', issuer: 'https://idp.example', audience: 'my-api' };

const PROVIDERS: Readonly<Record<string, Asking>> = {
  jwks: {
    config: (origin, tls_cafile) => ({ ...oauth2, tls_cafile, jwks: { uri: `${origin}/jwks` } }),
    token: JWT,
    good: { status: 200, body: keySet },
    step: 'key',
    content: 'jwks_invalid',
  },
  'jwks with a token': {
    config: (origin, tls_cafile) => ({ ...oauth2, tls_cafile, jwks: { uri: `${origin}/jwks`, token: JWKS_TOKEN } }),
    token: JWT,
    good: { status: 200, body: keySet },
    step: 'key',
    content: 'jwks_invalid',
  },
  introspection: {
    config: (origin, tls_cafile) => ({
      ...oauth2,
      tls_cafile,
      introspection: { url: `${origin}/introspect`, client_id: 'server', client_secret: CLIENT_SECRET },
    }),
    token: OPAQUE,
    good: { status: 200, body: '{"active":true,"sub":"mallory"}' },
    step: 'request',
    content: 'endpoint_invalid_response',
  },
  github_token: {
    config: (github_api_base_url) => ({ type: 'github_token', github_api_base_url }),
    token: OPAQUE,
    good: { status: 200, body: '{"login":"mallory","id":1}' },
    step: 'request',
    content: 'endpoint_invalid_response',
  },
  custom: {
    config: (origin) => ({ type: 'custom', endpoint: `${origin}/validate` }),
    token: OPAQUE,
    good: { status: 200, body: '{"principal":"mallory"}' },
    step: 'request',
    content: 'endpoint_invalid_response',
  },
  kubernetes: {
    config: (api_server_url, tls_cafile) => ({ type: 'kubernetes', api_server_url, tls_cafile }),
    token: OPAQUE,
    good: { status: 201, body: '{"status":{"userInfo":{"username":"mallory"}}}' },
    step: 'request',
    content: 'endpoint_invalid_response',
  },
};

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});
afterAll(() => rmSync(dirname(certificates.caFile), { recursive: true }));

/** Makes the provider; of a server that hangs, it has enough after a moment. */
function open(
  asking: Asking,
  origin: string,
  waits: boolean,
  exchanges: Exchange[],
  detour: (url: string) => string = (url) => url,
): AuthProvider {
  const [configured] = parseAuthConfig(asking.config(origin, certificates.caFile)).providers;
  if (configured === undefined) return expect.unreachable('the config has no provider');
  const client = createProviderClient(configured, { onExchange: (exchange) => exchanges.push(exchange) });
  const http: HttpClient = {
    ...client,
    send: (request) => client.send({ ...request, url: detour(request.url), ...(waits ? { timeout: 250 } : {}) }),
  };
  const provider = createAuthProvider(configured, { http });
  onTestFinished(() => provider.close());
  return provider;
}

const token = ({ token: given }: Asking): { readonly token: string } => ({ token: given });

function failures({ steps }: Verdict): string[] {
  return steps.filter(({ status }) => status === 'failed').map(({ name, code }) => `${name}: ${code ?? ''}`);
}

test.each(Object.entries(PROVIDERS))('%s accepts from a server without a fault', async (_name, asking) => {
  const server = await serve(whole(asking.good));
  expect(summary(await open(asking, server.origin, false, []).authenticate(token(asking)))).toBe('accepted');
  expect(server.requests.length).toBeGreaterThan(0);
});

describe('nobody is accepted, and it is said why, by a server that', () => {
  test.each(Object.entries(FAULTS))('%s', async (_name, fault) => {
    const exchanges: Exchange[] = [];
    const judge = async ([name, asking]: [string, Asking]): Promise<[string, Asked]> => [
      name,
      await askTwice(asking, fault, exchanges),
    ];
    const asked = Object.fromEntries(await Promise.all(Object.entries(PROVIDERS).map(judge)));
    const expected = Object.entries(PROVIDERS).map(([name, { step, content }]) => {
      const code = fault.code === 'content' ? content : fault.code;
      return [name, { said: Array(2).fill(`undecided: ${code}`), failed: [`${step}: ${code}`] }];
    });
    expect(asked).toEqual(Object.fromEntries(expected));
    const said = JSON.stringify([asked, exchanges]);
    expect(exchanges.length).toBeGreaterThanOrEqual(Object.keys(PROVIDERS).length);
    for (const secret of SECRETS) expect(said.toLowerCase()).not.toContain(secret.toLowerCase());
  });
});

/** One time-out is like another here. */
const QUICK = Object.entries(FAULTS).filter(([name, { waits }]) => !waits || name === 'hangs after the headers');

test.each(QUICK)('GitHub, for the organizations only: %s', async (_name, fault) => {
  const github = await serve(json({ login: 'octocat', id: 1 }));
  const broken = await fault.start({ status: 200, body: '[{"login":"admins"}]' }, certificates);
  const exchanges: Exchange[] = [];
  const detour = (url: string): string =>
    url.includes('/user/orgs') ? url.replace(github.origin, broken.origin) : url;
  const provider = open(PROVIDERS.github_token!, github.origin, fault.waits, exchanges, detour);
  const verdict = await provider.authenticate({ token: OPAQUE });
  const step = stepOf(verdict, 'organizations');
  // The corpus wants a connection that breaks to be a warning, and an error of the server to leave the question open.
  const isOpen = ['endpoint_error', 'endpoint_rate_limited'].includes(fault.code);
  expect([verdict.outcome, step.status]).toEqual(isOpen ? ['undecided', 'failed'] : ['accepted', 'warned']);
  expect(step.code).toBe(isOpen ? fault.code : 'organizations_unreadable');
  expect(verdict.attributes).toEqual(isOpen ? {} : { roles: ['octocat'], teams: [] });
  expect(broken.elsewhere).toEqual([]);
  const said = JSON.stringify([verdict, exchanges]);
  for (const secret of SECRETS) expect(said.toLowerCase()).not.toContain(secret.toLowerCase());
});

interface Asked {
  readonly said: readonly string[];
  readonly failed: readonly string[];
}

/** Twice, because what a server sends unasked could be taken for the answer to the next question. */
async function askTwice(asking: Asking, fault: Fault, exchanges: Exchange[]): Promise<Asked> {
  const server = await fault.start(asking.good, certificates);
  const provider = open(asking, server.origin, fault.waits, exchanges);
  const first = await provider.authenticate(token(asking));
  const second = fault.waits ? first : await provider.authenticate(token(asking));
  for (const { principal, attributes, server: answer } of [first, second]) {
    expect(principal).toBeNull();
    expect(attributes).toEqual({});
    expect(answer).toEqual({ status: 503, body: { error: { message: 'Authentication service unavailable' } } });
  }
  expect(server.elsewhere).toEqual([]);
  if (fault.code === 'endpoint_tls') expect(server.requests).toEqual([]);
  const said = JSON.stringify([first, second]);
  for (const secret of SECRETS) expect(said).not.toContain(secret);
  return { said: [summary(first), summary(second)], failed: failures(first) };
}
