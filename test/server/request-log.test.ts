import { expect, onTestFinished, test, vi } from 'vitest';
import { createAuthenticator, parseAuthConfig } from '../../src/index.js';
import type { HeaderPairs } from '../../src/server/bearer.js';

const SECRET = 'sk-live-SECRET+SECRET42';

test.each<[string, readonly string[]]>([
  ['well formed', [`Bearer ${SECRET}`]],
  ['without its scheme', [SECRET]],
  ['quoted', [`Bearer "${SECRET}"`]],
  ['in two headers', [`Bearer ${SECRET}`, `Bearer ${SECRET}`]],
  ['with another scheme', [`Token ${SECRET}`]],
  ['with more behind it', [`Bearer ${SECRET}, ${SECRET}`]],
  ['as a parameter', [`Token token=${SECRET}`]],
  ['right behind its scheme', [`Bearer:${SECRET};`]],
  ['behind other long words', [`Digest username="somebody", ${SECRET}`]],
])('a token %s is masked wherever else it stands', async (_how, values) => {
  const lines: string[] = [];
  const info = vi.fn((details: object, message: string) => lines.push(JSON.stringify([details, message])));
  const config = parseAuthConfig({ type: 'upstream_header', principal_header: 'x-user' });
  const authenticator = createAuthenticator(config, { logger: { info, warn: info, error: info } });
  onTestFinished(() => authenticator.close());
  const headers = values.map((value) => ['Authorization', value] as const);
  await authenticator.authenticate({ method: 'GET', url: `/bot${SECRET}/getMe`, id: SECRET, headers });
  expect(lines.join()).toContain('/bot[redacted]/getMe');
  expect(lines.join()).not.toContain('SECRET');
});

test.each<[string, readonly string[], string]>([
  ['that is longer than what is logged', [`Bearer: ${'eyJSECRET'.repeat(100)}`], 'eyJSECRET'.repeat(100)],
  ['behind many words', [`Bearer ${'a '.repeat(30)}${SECRET}`], SECRET],
  ['behind another header of many words', [`Digest ${'name="value", '.repeat(20)}`, `Bearer ${SECRET}`], SECRET],
  ['of eight characters', ['SECRET42'], 'SECRET42'],
  ['longer than what is looked through', [`Bearer ${'SECRET42'.repeat(700)}`], 'SECRET42'.repeat(700)],
  ['longer than what is looked through, without its scheme', ['SECRET42'.repeat(700)], 'SECRET42'.repeat(700)],
  ['at the end of what is logged', [SECRET], `${'a'.repeat(480)}${SECRET}`],
])('a token %s is masked too', async (_how, values, path) => {
  const lines: string[] = [];
  const info = vi.fn((details: object) => lines.push(JSON.stringify(details)));
  const config = parseAuthConfig({ type: 'upstream_header', principal_header: 'x-user' });
  const authenticator = createAuthenticator(config, { logger: { info, warn: info, error: info } });
  onTestFinished(() => authenticator.close());
  const headers = values.map((value) => ['Authorization', value] as const);
  await authenticator.authenticate({ method: 'GET', url: `/cb/${path}`, headers });
  expect(lines).toHaveLength(1);
  expect(lines.join()).not.toContain('SECRET');
});

test('a token that was read masks itself, and nothing that only resembles it', async () => {
  const info = vi.fn();
  const config = parseAuthConfig({ type: 'upstream_header', principal_header: 'x-user' });
  const authenticator = createAuthenticator(config, { logger: { info, warn: info, error: info } });
  onTestFinished(() => authenticator.close());
  const headers = [['Authorization', 'Bearer llama-stack-dev-key'] as const, ['x-user', 'svc-llama-stack'] as const];
  await authenticator.authenticate({ method: 'GET', url: '/apis/llama-stack/llama-stack-dev-key', headers });
  expect(info).toHaveBeenCalledWith(
    expect.objectContaining({
      path: '/apis/llama-stack/[redacted]',
      principal: 'svc-llama-stack',
      token: 'sha256:8a856d383f5f10e9',
    }),
    'request accepted',
  );
  const digest = 'Digest username="alice", realm="health", uri="/health"';
  await authenticator.authenticate({
    method: 'GET',
    url: '/health/healthchecker',
    headers: [
      ['Authorization', digest],
      ['User-Agent', 'healthchecker'],
      ['x-user', 'alice'],
    ],
  });
  expect(info).toHaveBeenLastCalledWith(
    expect.objectContaining({ path: '/health/healthchecker', principal: 'alice' }),
    'request accepted',
  );
});

test('who sends many words for a token keeps nobody waiting', async () => {
  const warn = vi.fn();
  const config = parseAuthConfig({ type: 'upstream_header', principal_header: 'x-user' });
  const authenticator = createAuthenticator(config, { logger: { info: warn, warn, error: warn } });
  onTestFinished(() => authenticator.close());
  const words = Array.from({ length: 100_000 }, (_, index) => `a!#$${index}`).join(' ');
  const headers = [['Authorization', words]] as const;
  await authenticator.authenticate({ method: 'GET', url: `/${'a'.repeat(500_000)}`, headers });
  expect(warn).toHaveBeenCalledOnce();
});

test.each(['/v1?access_token=SECRET', '/v1#access_token=SECRET', '/v1?SECRET', '/v1?a\n=SECRET'])(
  'a path is told without the query that a server left on it: %s',
  async (path) => {
    const info = vi.fn();
    const config = parseAuthConfig({ type: 'upstream_header', principal_header: 'x-user' });
    const authenticator = createAuthenticator(config, { logger: { info, warn: info, error: info } });
    onTestFinished(() => authenticator.close());
    await authenticator.judge({ token: 'another-token', path, headers: [['x-user', 'alice']] }, {});
    expect(info).toHaveBeenCalledWith(expect.objectContaining({ path: '/v1' }), 'request accepted');
  },
);

test.each<[string, HeaderPairs, string, string]>([
  ['occurs twice', [['x-user', 'mallory']], 'claim_invalid', 'the header x-user occurs 2 times'],
  ['cannot be read', [['x-roles', '{bad']], 'claim_invalid', 'the header x-roles is not valid JSON'],
  [
    'occurs twice, beside another scheme',
    [
      ['x-user', 'b'],
      ['authorization', 'Basic x'],
    ],
    'claim_invalid',
    'occurs 2',
  ],
  [
    'occurs twice, beside no token',
    [
      ['x-user', 'b'],
      ['authorization', 'Bearer a b'],
    ],
    'claim_invalid',
    'occurs 2',
  ],
])('a header of the gateway that %s is what is told, rather than Authorization', async (_how, more, code, why) => {
  const info = vi.fn();
  const config = parseAuthConfig({ type: 'upstream_header', principal_header: 'x-user', attributes_header: 'x-roles' });
  const authenticator = createAuthenticator(config, { logger: { info, warn: info, error: info } });
  onTestFinished(() => authenticator.close());
  const headers = [['x-user', 'alice'] as const, ...more];
  const answer = await authenticator.authenticate({ method: 'GET', url: '/x', headers });
  const providers = [{ name: 'default', outcome: 'rejected', reason: code, why: expect.stringContaining(why) }];
  const logged = { method: 'GET', path: '/x', outcome: 'rejected', status: 401, providers };
  expect(info).toHaveBeenCalledWith(logged, 'request rejected');
  expect(answer).toMatchObject({ refusal: { headers: { 'www-authenticate': 'Bearer realm="api"' } } });
});

test.each<[string, HeaderPairs, number, string]>([
  ['is no token', [['authorization', 'Bearer sk-0123456789']], 401, 'error="invalid_token"'],
  ['is two', [1, 2].map((at) => ['authorization', `Bearer sk-${at}`]), 401, 'error="invalid_request"'],
  ['holds a line break', [['authorization', 'Bearer a\nb']], 400, 'error="invalid_token"'],
])(
  'beside a gateway that names no user, a client hears that what it sent %s',
  async (_what, headers, status, error) => {
    const jwt = { type: 'oauth2_token', audience: 'my-api', jwks: { uri: 'http://127.0.0.1:1/' } };
    const gateway = { type: 'upstream_header', principal_header: 'x-user' };
    const authenticator = createAuthenticator(parseAuthConfig({ providers: { gateway, jwt } }));
    onTestFinished(() => authenticator.close());
    const answer = await authenticator.authenticate({ method: 'GET', url: '/x', headers });
    const challenge = expect.stringContaining(error);
    expect(answer).toMatchObject({ refusal: { status, headers: { 'www-authenticate': challenge } } });
  },
);

test('of a request that is accepted, no fault is told', async () => {
  const jwt = { type: 'oauth2_token', audience: 'my-api', jwks: { uri: 'http://127.0.0.1:1/' } };
  const gateway = { type: 'upstream_header', principal_header: 'x-user' };
  const info = vi.fn();
  const authenticator = createAuthenticator(parseAuthConfig({ providers: { jwt, gateway } }), {
    logger: { info, warn: info, error: info },
  });
  onTestFinished(() => authenticator.close());
  await authenticator.authenticate({ method: 'GET', url: '/x', headers: [['x-user', 'alice']] });
  const providers = [
    { name: 'jwt', outcome: 'rejected' },
    { name: 'gateway', outcome: 'accepted' },
  ];
  const logged = { method: 'GET', path: '/x', outcome: 'accepted', principal: 'alice', providers };
  expect(info).toHaveBeenLastCalledWith(logged, 'request accepted');
});
