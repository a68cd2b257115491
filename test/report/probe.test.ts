import { describe, expect, test } from 'vitest';
import { findingOf, parseAuthConfig, probeProvider, type Environment, type Probe } from '../../src/index.js';
import { makeCertificates } from '../certificates.js';
import { newKey } from '../forge.js';
import { json, serve, serveRaw, type Answer, type Loopback } from '../loopback.js';

const key = newKey('ES256');
const KEY_SET = { keys: [key.jwk] };

async function probe(config: object, env: Environment = {}): Promise<Probe[]> {
  const { providers } = parseAuthConfig(config, { env: { S: 'MARKED-secret' } });
  return probeProvider(providers[0]!, { env, now: Date.now() });
}

/** The rows after those of the way there. */
function answers(probes: readonly Probe[]): string[] {
  return probes
    .filter(({ name }) => !['dns', 'tcp', 'tls'].includes(name))
    .map(({ name, status, message }) => `${name} ${status}: ${message}`);
}

/** Answers each path in its own way, and others with 404. */
function byPath(paths: Readonly<Record<string, Answer>>): Promise<Loopback> {
  return serve((request, response) => (paths[request.url] ?? json({}, 404))(request, response));
}

/** An issuer with a key set, which publishes itself as asked. */
async function startIssuer(metadata: (origin: string) => object, keys: Answer = json(KEY_SET)): Promise<string> {
  const server: Loopback = await byPath({
    '/jwks': keys,
    '/.well-known/openid-configuration': (request, response) => json(metadata(server.origin))(request, response),
  });
  return server.origin;
}

describe('a key set', () => {
  const ask = (origin: string, more: object = {}): Promise<Probe[]> =>
    probe({ type: 'oauth2_token', jwks: { uri: `${origin}/jwks` }, ...more });

  test('passes every question', async () => {
    const origin = await startIssuer((issuer) => ({ issuer, jwks_uri: `${issuer}/jwks` }));
    const probes = await ask(origin, { issuer: origin });
    expect(probes.map(({ name, status, field }) => `${name} ${status} ${field}`)).toEqual([
      'dns passed jwks.uri',
      'tcp passed jwks.uri',
      'http passed jwks.uri',
      'content_type passed jwks.uri',
      'key_set passed jwks.uri',
      'discovery passed issuer',
    ]);
    expect(probes.map(findingOf)).toEqual(probes.map(() => null));
  });

  test.each([
    ['empty', { keys: [] }, 'failed', '0 usable keys; the key set is empty'],
    ['whose only key no token can name', { keys: [{ ...key.jwk, kid: undefined }] }, 'failed', '0 usable keys'],
    ['of private keys', { keys: [key.privateJwk] }, 'failed', 'a PRIVATE key'],
    ['with a key that no token can name', { keys: [key.jwk, { ...key.jwk, kid: undefined }] }, 'warned', 'no kid'],
    ['that is none', { nokeys: 1 }, 'failed', 'this is not a key set'],
  ])('%s is said to be so', async (_name, value, status, message) => {
    const { origin } = await byPath({ '/jwks': json(value) });
    expect((await ask(origin)).at(-1)).toMatchObject({
      name: 'key_set',
      status,
      message: expect.stringContaining(message),
    });
  });

  test.each([
    [404, 'failed'],
    [302, 'failed'],
    [429, 'undecided'],
    [503, 'undecided'],
  ])('behind a %i is %s', async (code, status) => {
    const { origin } = await byPath({ '/jwks': json({}, code) });
    expect(answers(await ask(origin))).toEqual([`http ${status}: answered ${code}`]);
  });

  test('under another content type is used, and warned about', async () => {
    const { origin } = await byPath({ '/jwks': json(KEY_SET, 200, { 'content-type': 'text/plain' }) });
    expect(answers(await ask(origin))).toEqual([
      'http passed: answered 200',
      'content_type warned: text/plain rather than application/json',
      'key_set passed: 1 usable key',
    ]);
  });

  test('is not asked for where nobody listens', async () => {
    const probes = await ask('http://127.0.0.1:1');
    expect(answers(probes)).toEqual(['http skipped: not reached']);
    expect(findingOf(probes[1]!)).toMatchObject({ severity: 'warning', code: 'probe_tcp', path: 'jwks.uri' });
  });

  test('is fetched with the CA of the config; without it, the certificate is what fails', async () => {
    const certificates = await makeCertificates();
    const { origin } = await serve(json(KEY_SET), certificates.right);
    expect(answers(await ask(origin, { tls_cafile: certificates.caFile })).at(-1)).toContain('key_set passed');
    const probes = await ask(origin);
    expect(probes.find(({ name }) => name === 'tls')).toMatchObject({ status: 'failed' });
    expect(answers(probes)).toEqual(['http skipped: not reached']);
  });
});

describe('an issuer', () => {
  const ask = async (metadata: (origin: string) => object): Promise<Probe> => {
    const origin = await startIssuer(metadata);
    const probes = await probe({ type: 'oauth2_token', issuer: origin, jwks: { uri: `${origin}/jwks` } });
    return probes.at(-1)!;
  };

  test('that calls itself otherwise than the config fails', async () => {
    expect(await ask((issuer) => ({ issuer: `${issuer}/`, jwks_uri: `${issuer}/jwks` }))).toMatchObject({
      name: 'discovery',
      status: 'failed',
      field: 'issuer',
      message: expect.stringContaining('names "http://127.0.0.1'),
    });
  });

  test('that publishes another key set is warned about', async () => {
    expect(await ask((issuer) => ({ issuer, jwks_uri: `${issuer}/other` }))).toMatchObject({
      name: 'discovery',
      status: 'warned',
      field: 'jwks.uri',
      message: expect.stringContaining('/other, the config has http://127.0.0.1'),
    });
  });

  test('is compared with what the config asks, of which no credentials are shown', async () => {
    const discovery = async (published: string): Promise<Probe> => {
      const origin = await startIssuer((issuer) => ({ issuer, jwks_uri: issuer + published }));
      const uri = `${origin.replace('//', '//u:MARKED@')}/jwks?code=MARKED`;
      const probes = await probe({ type: 'oauth2_token', issuer: origin, jwks: { uri } });
      expect(JSON.stringify(probes)).not.toContain('MARKED');
      return probes.at(-1)!;
    };
    expect(await discovery('/jwks?code=MARKED')).toMatchObject({ name: 'discovery', status: 'passed' });
    expect(await discovery('/other?key=MARKED')).toMatchObject({ name: 'discovery', status: 'warned' });
  });

  test('is shown without what its query holds', async () => {
    const issuer = 'http://127.0.0.1:1/?client_secret=MARKED';
    const probes = await probe({ type: 'oauth2_token', issuer, jwks: { uri: 'http://127.0.0.1:1/jwks' } });
    expect(probes.at(-1)).toMatchObject({ name: 'discovery', status: 'undecided' });
    expect(JSON.stringify(probes)).not.toContain('MARKED');
  });

  test('that publishes nothing is warned about; one that fails is undecided; a name is not asked', async () => {
    const discovery = async (issuer: string): Promise<Probe> => {
      const { origin } = await byPath({ '/jwks': json(KEY_SET) });
      return (await probe({ type: 'oauth2_token', issuer, jwks: { uri: `${origin}/jwks` } })).at(-1)!;
    };
    const page = json('a page', 200, { 'content-type': 'text/html' });
    expect(await discovery((await serve(page)).origin)).toMatchObject({ name: 'discovery', status: 'warned' });
    expect(await discovery((await serve(json({}, 500))).origin)).toMatchObject({ status: 'undecided' });
    expect(await discovery('http://127.0.0.1:1')).toMatchObject({ status: 'undecided' });
    expect(await discovery('my-issuer')).toMatchObject({ name: 'discovery', status: 'skipped' });
  });
});

describe('an endpoint that is asked about tokens', () => {
  const introspection = (url: string): object => ({
    type: 'oauth2_token',
    introspection: { url, client_id: 'c', client_secret: '${env.S}' },
  });

  test.each([
    ['passes', json({ active: false }), ['credentials passed', 'refusal passed']],
    ['accepts anything', json({ active: true, sub: 'x' }), ['credentials passed', 'refusal failed']],
    ['accepts anything, without a name', json({ active: true }), ['credentials passed', 'refusal failed']],
    ['refuses the credentials', json({}, 401), ['credentials failed']],
    ['says something else', json({ hello: 1 }), ['refusal failed']],
  ])('by introspection: %s', async (_name, answer, expected) => {
    const { origin, requests } = await serve(answer);
    const rows = answers(await probe(introspection(origin))).filter(
      (row) => !/^(?:http|content_type) passed/.test(row),
    );
    expect(rows.map((row) => row.replace(/:.*/s, ''))).toEqual(expected);
    expect(requests[0]?.body).toContain('token=authcheck-probe-token');
  });

  test('warns where credentials pass only raw, and repeats no secret that is echoed', async () => {
    const { origin } = await serve((request, response) => {
      const raw = Buffer.from('c:MARKED secret').toString('base64');
      const isRaw = request.headers.authorization === `Basic ${raw}`;
      json(isRaw ? { active: false } : { echo: request.headers }, isRaw ? 200 : 401)(request, response);
    });
    const { providers } = parseAuthConfig(introspection(origin), { env: { S: 'MARKED secret' } });
    const probes = await probeProvider(providers[0]!, { now: 1_700_000_000_000 });
    expect(probes.find(({ name }) => name === 'credentials')).toMatchObject({ status: 'warned' });
    expect(JSON.stringify(probes)).not.toMatch(/MARKED|authcheck-probe-token/);
  });

  test.each([
    [
      'custom',
      'endpoint',
      json({ message: 'no' }, 401),
      ['http passed: answered 401', 'refusal passed: a token that cannot be valid is refused'],
    ],
    [
      'custom',
      'endpoint',
      json({ principal: 'x' }),
      ['http passed: answered 200', 'refusal failed: a token that cannot be valid is accepted'],
    ],
    ['custom', 'endpoint', json({}, 404), ['http failed: answered 404']],
    [
      'github_token',
      'github_api_base_url',
      json({}, 401),
      ['http passed: answered 401', 'refusal passed: a token that cannot be valid is refused'],
    ],
    [
      'github_token',
      'github_api_base_url',
      json({}, 403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' }),
      ['http passed: answered 403', expect.stringContaining('refusal undecided')],
    ],
    [
      'kubernetes',
      'api_server_url',
      json({}, 401),
      ['http passed: answered 401', 'refusal passed: a token that cannot be valid is refused'],
    ],
  ])('of type %s', async (type, field, answer, expected) => {
    const { origin } = await serve(answer);
    expect(answers(await probe({ type, [field]: origin }))).toEqual(expected);
  });

  test('is undecided when it breaks off', async () => {
    const { origin } = await serveRaw((socket) => socket.on('data', () => socket.destroy()));
    expect(answers(await probe({ type: 'custom', endpoint: origin }))).toEqual([
      expect.stringContaining('http undecided'),
    ]);
  });
});

test('what asks nobody is asked nothing', async () => {
  expect(await probe({ type: 'upstream_header', principal_header: 'x-user' })).toEqual([]);
});

test('name and connection are left to a proxy, which is named without its password', async () => {
  const proxy = await serve(json(KEY_SET));
  const env = { http_proxy: proxy.origin.replace('://', '://user:MARKED@') };
  const probes = await probe({ type: 'oauth2_token', jwks: { uri: 'http://idp.invalid/jwks' } }, env);
  expect(probes.map(({ name, status, message }) => `${name} ${status}: ${message}`)).toEqual([
    `dns skipped: left to the proxy ${proxy.origin}/`,
    `tcp skipped: left to the proxy ${proxy.origin}/`,
    'http passed: answered 200',
    'content_type passed: application/json',
    'key_set passed: 1 usable key',
  ]);
  expect(proxy.requests.map(({ url }) => url)).toEqual(['http://idp.invalid/jwks']);
});
