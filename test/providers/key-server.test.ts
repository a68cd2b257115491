import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { AuthProvider, Exchange, ProviderOptions, Verdict } from '../../src/index.js';
import { makeCertificates } from '../certificates.js';
import { goodClaims, mint, newKey } from '../forge.js';
import { drip, endless, hang, json, redirect, serve, serveRaw, type Answer } from '../loopback.js';
import { provide, stepOf, summary } from './provide.js';

const key = newKey('ES256');
const published = { keys: [key.jwk] };

function asking(uri: string, jwks: object = {}, options: ProviderOptions = {}): AuthProvider {
  return provide(
    { type: 'oauth2_token', issuer: 'https://idp.example', audience: 'my-api', jwks: { uri, ...jwks } },
    options,
  );
}

function ask(uri: string, jwks: object = {}, options: ProviderOptions = {}): Promise<Verdict> {
  return asking(uri, jwks, options).authenticate({ token: mint(key) });
}

const text =
  (body: string, status = 200): Answer =>
  (_request, response) =>
    response.writeHead(status).end(body);

const huge: Answer = (request, response) => {
  response.setHeader('content-length', String(100 * 1024 * 1024));
  endless(request, response);
};

describe('a key server that fails', () => {
  test.each<[string, Answer, string, RegExp]>([
    [
      'sends HTML',
      text('<!doctype html><p>Sign in'),
      'jwks_invalid',
      /no valid JSON: .* \(it looks like a web page\)$/,
    ],
    ['sends half a JSON', text('{"keys":[{"kty":"EC"'), 'jwks_invalid', /no valid JSON: the JSON text ends too early$/],
    ['sends nothing', text(''), 'jwks_invalid', /no valid JSON/],
    ['sends no list', json({ keys: { k1: key.jwk } }), 'jwks_invalid', /no list "keys"/],
    ['sends one key', json(key.jwk), 'jwks_invalid', /no list "keys"/],
    ['sends members twice', text('{"keys":[],"keys":[]}'), 'jwks_invalid', /"keys" occurs twice/],
    ['sends 100 MB', huge, 'endpoint_too_large', /larger than 524288 bytes/],
    ['sends without end', endless, 'endpoint_too_large', /larger than 524288 bytes/],
    ['redirects in a circle', redirect('/'), 'endpoint_redirected', /answered 302, a redirect/],
    ['is overrun', text('', 429), 'endpoint_rate_limited', /answered 429/],
    ['does not know the path', text('', 404), 'endpoint_error', /answered 404/],
    ['wants a token', text('', 401), 'endpoint_error', /answered 401/],
    ['breaks', text('stack trace', 500), 'endpoint_error', /answered 500/],
  ])('%s', async (_name, answer, code, message) => {
    const server = await serve(answer);
    const verdict = await ask(server.origin);
    expect(summary(verdict)).toBe(`undecided: ${code}`);
    expect(verdict.reason?.message).toMatch(message);
    expect(verdict.server).toEqual({
      status: 503,
      body: { error: { message: 'Authentication service unavailable' } },
    });
    expect(stepOf(verdict, 'algorithm')).toMatchObject({ status: 'passed', message: 'ES256 is allowed' });
    expect(stepOf(verdict, 'signature').status).toBe('not_reached');
    expect(stepOf(verdict, 'subject')).toMatchObject({ status: 'passed', unverified: true });
    expect(verdict.principal).toBeNull();
    expect(verdict.attributes).toEqual({});
  });

  test('hangs, or drips', async () => {
    const servers = [await serve(hang), await serve(drip)];
    const verdicts = await Promise.all(servers.map(({ origin }) => ask(origin)));
    expect(verdicts.map(summary)).toEqual(['undecided: endpoint_timeout', 'undecided: endpoint_timeout']);
    expect(verdicts[0]?.reason?.message).toContain('no complete answer within 5 s');
  });

  test('closes the connection', async () => {
    const server = await serveRaw((socket) => socket.destroy());
    expect(summary(await ask(server.origin))).toBe('undecided: endpoint_unreachable');
  });

  test('redirects to another origin: nobody is asked there', async () => {
    const other = await serve(json(published));
    const server = await serve(redirect(other.origin));
    expect(summary(await ask(server.origin))).toBe('undecided: endpoint_redirected');
    expect(other.requests).toHaveLength(0);
  });

  test('never throws into a host whose own code throws', async () => {
    const onEvent = (): never => {
      throw new Error('metrics are down');
    };
    const failing = await serve(text('', 500));
    expect(summary(await ask(failing.origin, {}, { onEvent }))).toBe('undecided: endpoint_error');
    const working = await serve(json(published));
    expect(summary(await ask(working.origin, {}, { onEvent }))).toBe('accepted');
  });
});

describe('a key server that works', () => {
  test('redirects within itself', async () => {
    const server = await serve((request, response) =>
      (request.url === '/keys' ? json(published) : redirect('/keys', 301))(request, response),
    );
    expect(summary(await ask(server.origin))).toBe('accepted');
  });

  test('is not asked again by a provider that is made anew, unless it is asked in another way', async () => {
    const server = await serve(json(published));
    const keySets: ProviderOptions['keySets'] = new Map();
    const made = (jwks: object = {}): Promise<Verdict> => ask(server.origin, jwks, { keySets });
    expect(summary(await made())).toBe('accepted');
    expect(summary(await made())).toBe('accepted');
    expect(server.requests).toHaveLength(1);
    await made({ token: 'another' });
    expect(server.requests).toHaveLength(2);
    // The map is the host's, who may print it.
    expect([...keySets.keys()].join(' ')).not.toMatch(/another|127\.0\.0\.1/);
    // Without a place to keep them, each has its own.
    expect(summary(await ask(server.origin))).toBe('accepted');
    expect(server.requests).toHaveLength(3);
  });

  test('is asked again where it is another one, or must prove who it is since', async () => {
    const server = await serve(json(published), (await makeCertificates()).right);
    const keySets: ProviderOptions['keySets'] = new Map();
    const config = { type: 'oauth2_token', issuer: 'https://idp.example', audience: 'my-api' };
    const made = async (path: string, verify_tls: boolean): Promise<string> => {
      const provider = provide({ ...config, jwks: { uri: server.origin + path }, verify_tls }, { keySets });
      return summary(await provider.authenticate({ token: mint(key) }));
    };
    expect([await made('/one', false), await made('/other', false)]).toEqual(['accepted', 'accepted']);
    expect(server.requests.map(({ url }) => url)).toEqual(['/one', '/other']);
    expect(await made('/one', true)).toBe('undecided: endpoint_tls');
  });

  test('is kept for a hundred ways to ask, and those that were used last', () => {
    const keySets: NonNullable<ProviderOptions['keySets']> = new Map();
    const made = (token: string): AuthProvider =>
      provide({ type: 'oauth2_token', jwks: { uri: 'https://idp.example/jwks', token } }, { keySets });
    made('kept');
    const [kept] = keySets.keys();
    for (let hour = 0; hour < 150; hour += 1) {
      made(`token-${hour}`);
      made('kept');
    }
    expect(keySets.size).toBe(100);
    expect([...keySets.keys()].at(-1)).toBe(kept);
  });

  test('is asked again where the file of the authorities holds others since', async () => {
    const [mine, other] = [await makeCertificates(), await makeCertificates()];
    const server = await serve(json(published), mine.right);
    const keySets: ProviderOptions['keySets'] = new Map();
    const config = { type: 'oauth2_token', issuer: 'https://idp.example', audience: 'my-api' };
    const made = (): AuthProvider =>
      provide({ ...config, jwks: { uri: server.origin }, tls_cafile: mine.caFile }, { keySets });
    expect(summary(await made().authenticate({ token: mint(key) }))).toBe('accepted');
    writeFileSync(mine.caFile, other.ca);
    expect(summary(await made().authenticate({ token: mint(key) }))).toBe('undecided: endpoint_tls');
  });

  test('that repeats a secret of its URL as the name of a key is not believed', async () => {
    const [key] = published.keys;
    const server = await serve(json({ keys: [{ ...key, kid: 'production-2024' }] }));
    const verdict = await ask(`${server.origin}/?key=production`);
    expect(summary(verdict)).toBe('undecided: endpoint_invalid_response');
    expect(stepOf(verdict, 'issuer').unverified).toBe(true);
  });

  test('is given the token of the config, which follows no redirect and is not shown', async () => {
    const exchanges: Exchange[] = [];
    const options = { onExchange: (exchange: Exchange) => exchanges.push(exchange) };
    const server = await serve((request, response) =>
      (request.url === '/keys' ? json({ ...published, echo: request.headers }) : redirect('/keys'))(request, response),
    );
    const jwks = { token: 'secret-of-the-server' };
    expect(summary(await ask(`${server.origin}/keys`, jwks, options))).toBe('accepted');
    expect(summary(await ask(server.origin, jwks, options))).toBe('undecided: endpoint_redirected');
    expect(server.requests.map(({ url }) => url)).toEqual(['/keys', '/']);
    expect(server.requests[0]?.headers.authorization).toBe('Bearer secret-of-the-server');
    expect(exchanges).toHaveLength(2);
    expect(JSON.stringify(exchanges)).not.toContain('secret-of-the-server');
  });

  test.each<[string, object, number, RegExp]>([
    ['wants credentials', {}, 401, /^Set jwks\.token/],
    ['refuses those that it got', { token: 'secret-of-the-server' }, 401, /^Check jwks\.token/],
    ['refuses those that it got', { token: 'secret-of-the-server' }, 403, /^Check jwks\.token/],
    ['is not to be seen from here', {}, 403, /^Check the URL/],
  ])('%s (%j, %i)', async (_what, jwks, status, fix) => {
    const server = await serve(json({ error: 'no' }, status));
    const { reason } = await ask(server.origin, jwks);
    expect(reason).toMatchObject({
      message: `the JWKS endpoint answered ${status}: "no"`,
      fix: expect.stringMatching(fix),
    });
  });

  test('is a cluster that knows whoever sends no token as somebody, and forbids it to them', async () => {
    const message = 'forbidden: User "system:anonymous" cannot get path "/openid/v1/jwks"';
    const server = await serve(json({ kind: 'Status', message }, 403));
    const { reason } = await ask(server.origin, {});
    expect(reason?.fix).toMatch(/^Set jwks\.token/);
  });

  test('sends the metadata of the issuer: its key set is named, and not fetched', async () => {
    const other = await serve(json(published));
    const server = await serve(json({ issuer: 'x', jwks_uri: `${other.origin}/keys` }));
    const { reason } = await ask(server.origin);
    expect(reason).toMatchObject({
      code: 'jwks_invalid',
      fix: `Put its jwks_uri into the config, as jwks.uri: "${other.origin}/keys".`,
    });
    expect(other.requests).toHaveLength(0);
  });

  test('publishes a private key: that is not our problem to hide, and the token still verifies', async () => {
    const rsa = newKey('RS256', 'rsa');
    const server = await serve(json({ keys: [key.privateJwk, rsa.privateJwk] }));
    const provider = asking(server.origin);
    expect(summary(await provider.authenticate({ token: mint(key) }))).toBe('accepted');
    const verdict = await provider.authenticate({ token: mint(rsa) });
    expect(summary(verdict)).toBe('accepted');
    expect(JSON.stringify(verdict)).not.toContain(String(rsa.privateJwk.d));
  });

  test('has odd keys beside the right one', async () => {
    const odd = [
      null,
      5,
      'key',
      [],
      {},
      { kid: 'k1' },
      { kty: 'RSA', kid: 'k1', n: '!', e: 'AQAB' },
      { kty: 'x', kid: 7 },
    ];
    const server = await serve(json({ keys: [...odd, key.jwk], extra: true }));
    expect(summary(await ask(server.origin))).toBe('accepted');
  });

  test('is asked once for many tokens at a time', async () => {
    const server = await serve(json(published));
    const provider = asking(server.origin);
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => provider.authenticate({ token: mint(key) })));
    expect(verdicts.map(summary)).toEqual(Array.from({ length: 20 }, () => 'accepted'));
    expect(server.requests).toHaveLength(1);
  });

  test('is not asked for garbage', async () => {
    const server = await serve(json(published));
    const provider = asking(server.origin);
    for (const token of ['', 'opaque', 'a.b.c', `${mint(key)}=`, mint(key, {}, { alg: 'none' }), 'x'.repeat(300_000)]) {
      expect((await provider.authenticate({ token })).outcome).toBe('rejected');
    }
    expect(server.requests).toHaveLength(0);
  });

  test('is asked again for an unknown key only once in a while', async () => {
    const server = await serve(json(published));
    const provider = asking(server.origin);
    for (let i = 0; i < 10; i += 1) {
      const verdict = await provider.authenticate({ token: mint(key, {}, { kid: `unknown-${i}` }) });
      expect(summary(verdict)).toBe('rejected: key_not_found');
    }
    expect(server.requests.length).toBeLessThanOrEqual(2);
  });
});

describe('the clock', () => {
  const ahead = (seconds: number): Answer =>
    json(published, 200, { date: new Date(Date.now() + seconds * 1000).toUTCString() });
  const now = (): number => Math.floor(Date.now() / 1000);

  async function judge(seconds: number, claims: Record<string, unknown>): Promise<Verdict> {
    const server = await serve(ahead(seconds));
    return asking(server.origin).authenticate({ token: mint(key, claims) });
  }

  test('behind the issuer’s makes a new token look premature, and the trace says so', async () => {
    const verdict = await judge(120, { nbf: now() + 100 });
    expect(summary(verdict)).toBe('rejected: token_not_yet_valid');
    expect(verdict.reason?.message).toMatch(
      /your clock is 1(?:19|20) s behind the provider’s: it would pass with --clock-tolerance (?:99|100)$/,
    );
  });

  test('ahead of the issuer’s makes a token look expired, and the trace says so', async () => {
    const verdict = await judge(-120, { exp: now() - 60 });
    expect(summary(verdict)).toBe('rejected: token_expired');
    expect(verdict.reason?.message).toMatch(/your clock is 12[01] s ahead of the provider’s/);
  });

  test('that is right is not to blame', async () => {
    expect((await judge(0, { exp: now() - 60 })).reason?.message).not.toContain('clock');
    expect((await judge(120, { exp: now() - 60 })).reason?.message).not.toContain('clock');
    expect((await judge(0, { nbf: now() + 60 })).reason?.message).not.toContain('clock');
  });

  test('that somebody set is not compared', async () => {
    const server = await serve(ahead(120));
    const provider = asking(server.origin, {}, { now: () => Date.now() - 3_600_000 });
    const verdict = await provider.authenticate({ token: mint(key, { nbf: now() }) });
    expect(summary(verdict)).toBe('rejected: token_not_yet_valid');
    expect(verdict.reason?.message).not.toContain('clock');
  });
});

describe('a key server that echoes what it was sent', () => {
  test('puts neither the token nor the credentials of its URL into a verdict', async () => {
    const secret = 'MARKED-jwks-token';
    const server = await serve((request, response) => {
      const sent = String(request.headers.authorization);
      response.end(JSON.stringify({ keys: [{ kty: 'RSA', kid: `echo ${sent}` }], [sent]: sent }));
    });
    const withUser = server.origin.replace('http://', 'http://user:MARKED-password@');
    for (const jwks of [{ uri: `${server.origin}/jwks`, token: secret }, { uri: `${withUser}/jwks` }]) {
      const provider = provide({ type: 'oauth2_token', audience: 'my-api', jwks });
      const verdict = await provider.authenticate({ token: mint(newKey('ES256', 'k1'), goodClaims()) });
      const said = JSON.stringify(verdict);
      expect(summary(verdict)).toBe('undecided: endpoint_invalid_response');
      for (const marked of [secret, 'MARKED-password', Buffer.from('user:MARKED-password').toString('base64')]) {
        expect(said).not.toContain(marked);
      }
    }
  });
});
