// The recorded scenarios: what the reference server does to its key set, to TLS and to chains of middleware, told in words.
import express, { type Request, type Response } from 'express';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  ConfigError,
  createAuthenticator,
  createMiddleware,
  decideAccess,
  loadAuthConfig,
  parseAuthConfig,
  type Middleware,
  type Verdict,
} from '../../src/index.js';
import { makeCertificates, type Certificates, type ServerCertificate } from '../certificates.js';
import { mint, newKey, type IssuerKey } from '../forge.js';
import { json, listen, redirect, serve, type Answer, type Loopback } from '../loopback.js';
import { provide, summary } from '../providers/provide.js';
import { readCorpus } from './server.js';

interface Scenario {
  readonly id: string;
  readonly description: string;
  readonly expected: string;
}

const { cases } = readCorpus<Scenario>('scenarios');

const first = newKey('RS256', 'rsa-1');
const second = newKey('RS256', 'rsa-2');
const replacement = newKey('RS256', 'rsa-1');

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});

/** A key server, a provider that asks it, and a clock that moves only when told. */
interface Issuer {
  readonly server: Loopback;
  readonly fetches: () => number;
  readonly publish: (...keys: readonly IssuerKey[]) => void;
  readonly answer: (answer: Answer) => void;
  /** Seconds. */
  readonly wait: (seconds: number) => void;
  readonly ask: (token: string) => Promise<string>;
  readonly judge: (token: string) => Promise<Verdict>;
}

async function openIssuer(period: number, ...keys: readonly IssuerKey[]): Promise<Issuer> {
  const publishing = (published: readonly IssuerKey[]): Answer => json({ keys: published.map(({ jwk }) => jwk) });
  let answer = publishing(keys);
  const server = await serve((request, response) => answer(request, response));
  const started = Date.now();
  let waited = 0;
  const provider = provide(jwksConfig(server.origin, { key_recheck_period: period }), {
    now: () => started + waited * 1000,
  });
  const judge = (token: string): Promise<Verdict> => provider.authenticate({ token });
  return {
    server,
    fetches: () => server.requests.length,
    publish: (...published) => {
      answer = publishing(published);
    },
    answer: (next) => {
      answer = next;
    },
    wait: (seconds) => {
      waited += seconds;
    },
    ask: async (token) => summary(await judge(token)),
    judge,
  };
}

function jwksConfig(uri: string, jwks: object = {}): Readonly<Record<string, unknown>> {
  return { type: 'oauth2_token', issuer: 'https://idp.example', audience: 'my-api', jwks: { uri, ...jwks } };
}

const T1 = mint(first);

/** Forged tokens, each with a key id of its own. */
function unknownKids(count: number): string[] {
  return Array.from({ length: count }, (_, index) => mint(second, {}, { kid: `unknown-${index}` }));
}

const failing: Answer = (_request, response) => response.writeHead(500).end();

/** What each provider asks over TLS, and the answer that makes it accept. */
const TLS_KINDS: Readonly<Record<string, { readonly config: (url: string) => object; readonly answer: Answer }>> = {
  jwks: { config: (url) => jwksConfig(url), answer: json({ keys: [first.jwk] }) },
  introspection: {
    config: (url) => ({ type: 'oauth2_token', introspection: { url, client_id: 'server', client_secret: 'secret' } }),
    answer: json({ active: true, sub: 'alice' }),
  },
  kubernetes: {
    config: (url) => ({ type: 'kubernetes', api_server_url: url }),
    answer: json({ status: { userInfo: { username: 'alice' } } }, 201),
  },
  custom: { config: (url) => ({ type: 'custom', endpoint: url }), answer: json({ principal: 'alice' }) },
  github: {
    config: (url) => ({ type: 'github_token', github_api_base_url: url }),
    answer: (request, response) => json(request.url === '/user' ? { login: 'alice', id: 1 } : [])(request, response),
  },
};

type TlsTest = (config: (url: string) => object, answer: Answer) => Promise<void>;

async function askOverTls(
  config: (url: string) => object,
  answer: Answer,
  tls: ServerCertificate,
  options: object,
): Promise<{ readonly verdict: Verdict; readonly requests: number; readonly warnings: readonly string[] }> {
  const server = await serve(answer, tls);
  const document = { ...config(server.origin), ...options };
  const verdict = await provide(document).authenticate({ token: T1 });
  const warnings = parseAuthConfig(document).warnings.map(({ code }) => code);
  return { verdict, requests: server.requests.length, warnings };
}

const refusesTls =
  (certificate: 'right' | 'wrongHost', why: RegExp, options: () => object = () => ({})): TlsTest =>
  async (config, answer) => {
    const { verdict, requests } = await askOverTls(config, answer, certificates[certificate], options());
    expect(summary(verdict)).toBe('undecided: endpoint_tls');
    expect(verdict.reason?.message).toMatch(why);
    expect(verdict.server.status).toBe(503);
    expect(requests).toBe(0);
  };

const connects =
  (certificate: 'right' | 'wrongHost', warned: boolean, options: () => object): TlsTest =>
  async (config, answer) => {
    const { verdict, requests, warnings } = await askOverTls(config, answer, certificates[certificate], options());
    expect(summary(verdict)).toBe('accepted');
    expect(verdict.principal).toBe('alice');
    expect(requests).toBeGreaterThan(0);
    expect(warnings.includes('tls_unverified')).toBe(warned);
  };

/** The config is refused when it is loaded, so no server ever starts with it. */
const refusesToLoad =
  (field: string, options: () => object): TlsTest =>
  async (config, answer) => {
    const server = await serve(answer, certificates.right);
    const folder = mkdtempSync(join(tmpdir(), 'authcheck-scenarios-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'auth.json'), JSON.stringify({ ...config(server.origin), ...options() }));
    const loading = loadAuthConfig({ file: 'auth.json', env: {}, cwd: folder });
    const error: unknown = await loading.catch((thrown: unknown) => thrown);
    const faults = error instanceof ConfigError ? error.findings.filter(({ severity }) => severity === 'error') : [];
    expect(faults.map(({ path }) => path)).toEqual([field]);
    expect(server.requests).toHaveLength(0);
  };

const withCa = (): object => ({ tls_cafile: certificates.caFile });
const unverified = (): object => ({ verify_tls: false });

const TLS_TESTS: Readonly<Record<string, TlsTest>> = {
  default: refusesTls('right', /UNABLE_TO_VERIFY_LEAF_SIGNATURE/),
  'verify-false': connects('right', true, unverified),
  cafile: connects('right', false, withCa),
  'cafile-and-verify-false': refusesToLoad('verify_tls', () => ({ ...withCa(), ...unverified() })),
  'cafile-missing': refusesToLoad('tls_cafile', () => ({ tls_cafile: '/nonexistent/ca.pem' })),
  'cafile-empty-string': refusesToLoad('tls_cafile', () => ({ tls_cafile: '' })),
  'wronghost-cafile': refusesTls('wrongHost', /ERR_TLS_CERT_ALTNAME_INVALID/, withCa),
  'wronghost-verify-false': connects('wrongHost', true, unverified),
};

function tlsTests(
  kind: string,
  names: readonly string[] = Object.keys(TLS_TESTS),
): Record<string, () => Promise<void>> {
  const asked = TLS_KINDS[kind];
  return Object.fromEntries(
    names.map((name) => [
      `tls/${kind}/${name}`,
      async () => {
        const run = TLS_TESTS[name];
        if (asked === undefined || run === undefined) return expect.unreachable(`nothing runs tls/${kind}/${name}`);
        await run(asked.config, asked.answer);
      },
    ]),
  );
}

/** Answers 429 after so many requests of one principal, or of one address. */
function createQuota(
  anonymous: number,
  authenticated: number,
): (request: Request, response: Response, next: () => void) => void {
  const counts = new Map<string, number>();
  return (request, response, next) => {
    const principal = request.auth?.principal;
    const client = principal === undefined ? `ip ${request.ip ?? ''}` : `principal ${principal}`;
    const count = (counts.get(client) ?? 0) + 1;
    counts.set(client, count);
    if (count > (principal === undefined ? anonymous : authenticated)) response.sendStatus(429);
    else next();
  };
}

/** An application that authenticates, and then counts. */
async function startApp(middleware: Middleware): Promise<string> {
  const app = express()
    .use(middleware)
    .use(createQuota(2, 1000))
    .use((request, response) => response.json({ principal: request.auth?.principal ?? null }));
  return `http://127.0.0.1:${await listen(createServer(app))}`;
}

const SCENARIOS: Readonly<Record<string, () => Promise<void>>> = {
  async 'cache/second-token-uses-cache'() {
    const issuer = await openIssuer(3600, first);
    expect(await issuer.ask(T1)).toBe('accepted');
    expect(await issuer.ask(mint(first, { sub: 'bob' }))).toBe('accepted');
    expect(issuer.fetches()).toBe(1);
  },

  async 'cache/rotation-new-key-within-period'() {
    const issuer = await openIssuer(3600, first);
    expect(await issuer.ask(T1)).toBe('accepted');
    issuer.publish(first, second);
    expect(await issuer.ask(mint(second))).toBe('accepted');
    expect(issuer.fetches()).toBe(2);
    for (const forged of unknownKids(20)) expect(await issuer.ask(forged)).toBe('rejected: key_not_found');
    expect(issuer.fetches()).toBe(2);
  },

  async 'cache/revoked-key-after-period'() {
    const issuer = await openIssuer(1, first, second);
    expect(await issuer.ask(T1)).toBe('accepted');
    issuer.publish(second);
    issuer.wait(1.3);
    expect(await issuer.ask(T1)).toBe('rejected: key_not_found');
  },

  async 'cache/replaced-key-same-kid'() {
    const issuer = await openIssuer(1, first);
    expect(await issuer.ask(T1)).toBe('accepted');
    issuer.publish(replacement);
    issuer.wait(1.3);
    expect(await issuer.ask(mint(replacement))).toBe('accepted');
    expect(await issuer.ask(T1)).toBe('rejected: signature_invalid');
  },

  async 'cache/unknown-kid-flood'() {
    const issuer = await openIssuer(3600, first);
    expect(await issuer.ask(T1)).toBe('accepted');
    for (const forged of unknownKids(20)) expect(await issuer.ask(forged)).toBe('rejected: key_not_found');
    expect(issuer.fetches()).toBe(2);
  },

  async 'cache/unauthenticated-flood-cold'() {
    const issuer = await openIssuer(3600, first);
    for (const forged of unknownKids(20)) expect(await issuer.ask(forged)).toBe('rejected: key_not_found');
    expect(issuer.fetches()).toBe(2);
    const crowded = await openIssuer(3600, first);
    await Promise.all(unknownKids(20).map((forged) => crowded.ask(forged)));
    expect(crowded.fetches()).toBe(1);
  },

  async 'cache/garbage-token-flood'() {
    const issuer = await openIssuer(3600, first);
    const garbage = Array.from({ length: 18 }, (_, index) => `garbage-${index}`);
    for (const token of [...garbage, 'a.b.c', `${T1}.${T1}`])
      expect(await issuer.ask(token)).toMatch(/^rejected: token_/);
    expect(issuer.fetches()).toBe(0);
  },

  async 'cache/concurrent-cold'() {
    const issuer = await openIssuer(3600, first);
    const release: (() => void)[] = [];
    issuer.answer((request, response) => release.push(() => json({ keys: [first.jwk] })(request, response)));
    const asked = Array.from({ length: 20 }, () => issuer.ask(T1));
    await expect.poll(() => release.length).toBe(1);
    release[0]?.();
    expect(await Promise.all(asked)).toEqual(Array(20).fill('accepted'));
    expect(issuer.fetches()).toBe(1);
  },

  async 'cache/endpoint-down-after-success'() {
    const issuer = await openIssuer(1, first);
    expect(await issuer.ask(T1)).toBe('accepted');
    issuer.answer(failing);
    issuer.wait(1.3);
    const stale = await issuer.judge(T1);
    expect(summary(stale)).toBe('accepted');
    expect(stale.steps).toContainEqual(
      expect.objectContaining({ name: 'key', status: 'warned', code: 'key_set_stale' }),
    );
    issuer.wait(0.7);
    const verdict = await issuer.judge(T1);
    expect(summary(verdict)).toBe('undecided: endpoint_error');
    expect(verdict.server.status).toBe(503);
  },

  async 'cache/failure-not-cached'() {
    const issuer = await openIssuer(3600, first);
    issuer.answer(failing);
    const verdict = await issuer.judge(T1);
    expect(summary(verdict)).toBe('undecided: endpoint_error');
    expect(verdict.server.status).toBe(503);
    issuer.publish(first);
    expect(await issuer.ask(T1)).toBe('accepted');
    expect(issuer.fetches()).toBe(2);
  },

  async 'cache/empty-jwks-then-key'() {
    const issuer = await openIssuer(3600);
    expect(await issuer.ask(T1)).toBe('rejected: key_not_found');
    issuer.publish(first);
    expect(await issuer.ask(T1)).toBe('accepted');
    expect(issuer.fetches()).toBe(2);
  },

  async 'jwks/redirect-leaks-token'() {
    const other = await serve(json({ keys: [first.jwk] }));
    for (const status of [301, 302, 303, 307, 308]) {
      const server = await serve(redirect(`${other.origin}/jwks`, status));
      const provider = provide(jwksConfig(server.origin, { token: 'secret-of-the-server' }));
      expect(summary(await provider.authenticate({ token: T1 }))).toBe('undecided: endpoint_redirected');
      expect(server.requests[0]?.headers.authorization).toBe('Bearer secret-of-the-server');
    }
    expect(other.requests).toHaveLength(0);
  },

  async 'jwks/file-uri'() {
    for (const uri of ['file:///etc/jwks.json', 'FILE://localhost/etc/jwks.json', 'file:jwks.json']) {
      expect(() => parseAuthConfig(jwksConfig(uri))).toThrow(/jwks\.uri: .*http\(s\) URL/);
    }
  },

  async 'introspection/not-cached'() {
    let active = true;
    const server = await serve((request, response) => json({ active, sub: 'alice' })(request, response));
    const provider = provide({
      type: 'oauth2_token',
      introspection: { url: server.origin, client_id: 'server', client_secret: 'secret' },
    });
    expect(summary(await provider.authenticate({ token: 'opaque' }))).toBe('accepted');
    active = false;
    expect(summary(await provider.authenticate({ token: 'opaque' }))).toBe('rejected: token_inactive');
    expect(server.requests).toHaveLength(2);
  },

  ...tlsTests('jwks'),
  ...tlsTests('introspection'),
  ...tlsTests('kubernetes'),
  ...tlsTests('custom', ['default']),
  ...tlsTests('github', ['default']),

  async 'chain/quota-before-auth'() {
    const issuer = await serve(json({ keys: [first.jwk] }));
    const config = parseAuthConfig(jwksConfig(issuer.origin));
    const authenticator = createAuthenticator(config, { public: ['GET /health'] });
    onTestFinished(() => authenticator.close());
    const app = await startApp(createMiddleware(authenticator));
    const get = async (path: string, token: string | null): Promise<unknown> => {
      const headers = token === null ? {} : { authorization: `Bearer ${token}` };
      const response = await fetch(`${app}${path}`, { headers });
      return response.status === 200 ? response.json() : response.status;
    };
    const asked: unknown[] = [];
    for (const sub of ['a', 'b', 'c', 'd']) asked.push(await get('/v1/models', mint(first, { sub })));
    expect(asked).toEqual(['a', 'b', 'c', 'd'].map((principal) => ({ principal })));
    // Whoever is not authenticated is refused before anything is counted, and counted where no authentication is needed.
    for (let time = 0; time < 4; time += 1) expect(await get('/v1/models', null)).toBe(401);
    const anonymous: unknown[] = [];
    for (let time = 0; time < 3; time += 1) anonymous.push(await get('/health', null));
    expect(anonymous).toEqual([{ principal: null }, { principal: null }, 429]);
  },

  async 'chain/empty-principal-disables-access-control'() {
    const forbidAll = [{ forbid: { actions: ['read'] } }] as const;
    const resource = { type: 'model', identifier: 'm', owner: null };
    // This is what an empty principal would come to.
    expect(decideAccess(forbidAll, null, 'read', resource).allowed).toBe(true);
    for (const blank of ['', ' ', '\t\n', '\u00a0']) {
      for (const [config, token] of await blankPrincipals(blank)) {
        const verdict = await provide(config).authenticate({ token, headers: [['x-principal', blank]] });
        expect(verdict, JSON.stringify(config)).toMatchObject({ outcome: 'rejected', principal: null, attributes: {} });
        expect(verdict.server.status).toBe(401);
      }
      // An endpoint that names nobody did not answer the question: that is nobody's word about the token.
      for (const { config, answer } of namelessEndpoints(blank)) {
        const server = await serve(answer);
        const verdict = await provide({ ...config(server.origin) }).authenticate({ token: 'opaque' });
        expect(verdict, JSON.stringify(verdict.steps)).toMatchObject({ outcome: 'undecided', principal: null });
        expect(verdict.server.status).toBe(503);
      }
    }
  },
};

/** Tokens and headers that name an empty principal. */
async function blankPrincipals(blank: string): Promise<(readonly [Readonly<Record<string, unknown>>, string])[]> {
  const issuer = await serve(json({ keys: [first.jwk] }));
  const endpoint = await serve(json({ active: true, sub: blank, username: blank }));
  const client = { url: endpoint.origin, client_id: 'server', client_secret: 'secret' };
  return [
    [jwksConfig(issuer.origin), mint(first, { sub: blank })],
    [{ type: 'oauth2_token', introspection: client }, 'opaque'],
    [{ type: 'upstream_header', principal_header: 'x-principal' }, 'opaque'],
  ];
}

function namelessEndpoints(blank: string): { readonly config: (url: string) => object; readonly answer: Answer }[] {
  const { custom, kubernetes, github } = TLS_KINDS;
  if (custom === undefined || kubernetes === undefined || github === undefined) return expect.unreachable();
  return [
    { ...custom, answer: json({ principal: blank }) },
    { ...kubernetes, answer: json({ status: { userInfo: { username: blank } } }, 201) },
    { ...github, answer: json({ login: blank, id: 1 }) },
  ];
}

describe('the scenarios', () => {
  test('are all of the file, and no others', () => {
    expect(cases).toHaveLength(42);
    expect(Object.keys(SCENARIOS).sort()).toEqual(cases.map(({ id }) => id).sort());
  });

  test.each(cases)('$id: $expected', async ({ id }) => {
    const run = SCENARIOS[id];
    if (run === undefined) return expect.unreachable(`nothing runs ${id}`);
    await run();
  });
});
