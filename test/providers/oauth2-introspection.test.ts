import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { AuthProvider, Exchange, Verdict } from '../../src/index.js';
import { REASONS } from '../../src/reasons.js';
import { closeAtSecond, json, redirect, serve, type Answer, type SeenRequest } from '../loopback.js';
import { provide, stepOf, summary } from './provide.js';

const TOKEN = 'opaque-token-of-alice';
const PLAIN = { client_id: 'llama', client_secret: 'plain-secret' };
const ODD = { client_id: 'llama stack', client_secret: 's&=+ %/:' };
const ACTIVE = { active: true, sub: 'alice', groups: ['ml'] };

function asking(url: string, more: object = {}, top: object = {}, exchanges: Exchange[] = []): AuthProvider {
  return provide(
    { type: 'oauth2_token', introspection: { url: `${url}/introspect`, ...PLAIN, ...more }, ...top },
    { onExchange: (exchange) => exchanges.push(exchange) },
  );
}

async function ask(answer: Answer, more: object = {}, top: object = {}): Promise<Verdict> {
  const server = await serve(answer);
  return asking(server.origin, more, top).authenticate({ token: TOKEN });
}

function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
}

/** An endpoint that knows one spelling of the client credentials. */
function knowing(authorization: string, otherwise: number = 401): Answer {
  return (request, response) => {
    const known = request.headers.authorization === authorization;
    json(known ? ACTIVE : { error: 'invalid_client' }, known ? 200 : otherwise)(request, response);
  };
}

function form(request: SeenRequest | undefined): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(request?.body));
}

describe('the request', () => {
  test('is a form, with the client credentials in the header', async () => {
    const server = await serve(json(ACTIVE));
    const verdict = await asking(server.origin).authenticate({ token: TOKEN });
    expect(verdict).toMatchObject({
      outcome: 'accepted',
      principal: 'alice',
      attributes: { roles: ['alice'], teams: ['ml'] },
    });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({ method: 'POST', url: '/introspect' });
    expect(server.requests[0]?.headers).toMatchObject({
      'content-type': 'application/x-www-form-urlencoded',
      authorization: basic('llama', 'plain-secret'),
    });
    expect(form(server.requests[0])).toEqual({ token: TOKEN });
  });

  test('has the client credentials in the body where the config says so', async () => {
    const server = await serve(json(ACTIVE));
    const provider = asking(server.origin, { ...ODD, send_secret_in_body: true });
    expect(summary(await provider.authenticate({ token: 'a&b=c+d %' }))).toBe('accepted');
    expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(form(server.requests[0])).toEqual({ token: 'a&b=c+d %', ...ODD });
  });

  test.each([301, 302, 303, 307, 308])('never follows a redirect (%s)', async (status) => {
    const other = await serve(json(ACTIVE));
    const elsewhere = await serve(redirect(`${other.origin}/introspect`, status));
    const within = await serve(redirect('/other', status));
    for (const server of [elsewhere, within]) {
      const verdict = await asking(server.origin).authenticate({ token: TOKEN });
      expect(summary(verdict)).toBe('undecided: endpoint_redirected');
      expect(server.requests).toHaveLength(1);
    }
    expect(other.requests).toHaveLength(0);
  });

  test.each<[string | null, string]>([
    [null, 'header_missing'],
    ['', 'header_missing'],
    ['a\nb', 'token_malformed'],
    [' a', 'token_malformed'],
    ['Bearer a', 'token_malformed'],
    ['a, Bearer b', 'token_malformed'],
    ['\ud800', 'token_malformed'],
    ['x'.repeat(300_000), 'token_malformed'],
  ])('is not sent for the token %.20j', async (token, code) => {
    const server = await serve(json(ACTIVE));
    expect(summary(await asking(server.origin).authenticate({ token }))).toBe(`rejected: ${code}`);
    expect(server.requests).toHaveLength(0);
  });
});

test.each([
  [{}, /^Authentication required\. .* \(?validated by 127\.0\.0\.1:\d+\)?$/],
  [{ issuer: 'https://idp.example' }, /^Authentication required\. .* from https:\/\/idp\.example$/],
])('a client without a token is told where it gets one: %j', async (top, message) => {
  const server = await serve(json(ACTIVE));
  const { body } = (await asking(server.origin, {}, top).authenticate({ token: null })).server;
  expect(body?.error.message).toMatch(message);
});

test('a connection that the server closes when it is used again is not missed', async () => {
  const { answer, closed } = closeAtSecond(json(ACTIVE));
  const server = await serve(answer);
  const provider = asking(server.origin);
  for (let count = 0; count < 2; count += 1) {
    expect(summary(await provider.authenticate({ token: TOKEN }))).toBe('accepted');
    // The client frees a connection only after it has given the answer.
    await setImmediate();
  }
  expect(closed()).toBe(1);
});

describe('client credentials with special characters', () => {
  const encoded = basic('llama+stack', 's%26%3D%2B+%25%2F%3A');
  const raw = basic(ODD.client_id, ODD.client_secret);

  test('are form-encoded, as RFC 6749 says', async () => {
    const server = await serve(knowing(encoded));
    const verdict = await asking(server.origin, ODD).authenticate({ token: TOKEN });
    expect(summary(verdict)).toBe('accepted');
    expect(stepOf(verdict, 'request').status).toBe('passed');
    expect(server.requests).toHaveLength(1);
  });

  test.each([401, 403])('are tried raw, once, after a %s; a warning says that it worked', async (refusal) => {
    const server = await serve(knowing(raw, refusal));
    const verdict = await asking(server.origin, ODD).authenticate({ token: TOKEN });
    expect(summary(verdict)).toBe('accepted');
    expect(stepOf(verdict, 'request')).toMatchObject({ status: 'warned', code: 'raw_client_credentials' });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([encoded, raw]);
  });

  test('that are wrong are tried no more than twice', async () => {
    const server = await serve(knowing('never'));
    const verdict = await asking(server.origin, ODD).authenticate({ token: TOKEN });
    expect(summary(verdict)).toBe('undecided: client_credentials_rejected');
    expect(server.requests).toHaveLength(2);
  });

  test('are told in neither spelling by an endpoint that repeats both', async () => {
    const exchanges: Exchange[] = [];
    const seen: (string | undefined)[] = [];
    const server = await serve((request, response) => {
      seen.push(request.headers.authorization);
      json({ error: `no client ${seen.join(', ')}` }, 401)(request, response);
    });
    const verdict = await asking(server.origin, ODD, {}, exchanges).authenticate({ token: TOKEN });
    expect(summary(verdict)).toBe('undecided: client_credentials_rejected');
    expect(exchanges).toHaveLength(2);
    for (const sent of seen) expect(JSON.stringify([verdict, exchanges])).not.toContain(sent?.slice(-12));
  });

  test('are tried raw only after a refusal', async () => {
    const server = await serve(json({}, 500));
    expect(summary(await asking(server.origin, ODD).authenticate({ token: TOKEN }))).toBe('undecided: endpoint_error');
    expect(server.requests).toHaveLength(1);
  });

  test('are tried once where both spellings are one, or the id has a colon, or the body has them', async () => {
    for (const more of [PLAIN, { ...ODD, client_id: 'a:b' }, { ...ODD, send_secret_in_body: true }]) {
      const server = await serve(knowing('never'));
      const verdict = await asking(server.origin, more).authenticate({ token: TOKEN });
      expect(summary(verdict)).toBe('undecided: client_credentials_rejected');
      expect(server.requests).toHaveLength(1);
    }
  });
});

describe('the answer', () => {
  test.each([401, 403])('%i is about our own credentials, not about the token', async (status) => {
    const verdict = await ask(json({ error: 'invalid_client' }, status));
    expect(summary(verdict)).toBe('undecided: client_credentials_rejected');
    expect(verdict.server.status).toBe(503);
  });

  test('active: false is a refusal', async () => {
    const verdict = await ask(json({ active: false, sub: 'alice', exp: 1 }));
    expect(summary(verdict)).toBe('rejected: token_inactive');
    expect(verdict.server).toEqual({ status: 401, body: { error: { message: 'Token not active' } } });
    expect(stepOf(verdict, 'subject').status).toBe('not_reached');
    expect(verdict.principal).toBeNull();
  });

  test.each<[unknown]>([['true'], ['false'], [1], [0], [null], [[true]], [{}], ['']])(
    'active: %j is neither yes nor no',
    async (active) => {
      expect(summary(await ask(json({ ...ACTIVE, active })))).toBe('undecided: endpoint_invalid_response');
    },
  );

  test.each<[string]>([
    [''],
    ['active'],
    ['[]'],
    ['[{"active":true,"sub":"root"}]'],
    ['"active"'],
    ['null'],
    ['{}'],
    ['{"active":true'],
    ['{"active":false,"active":true,"sub":"root"}'],
    ['{"__proto__":{"active":true},"sub":"root"}'],
    ['<html>{"active":true}</html>'],
  ])('%s is no answer', async (body) => {
    expect(summary(await ask((_request, response) => response.end(body)))).toBe('undecided: endpoint_invalid_response');
  });

  test.each([
    [201, 'endpoint_error'],
    [204, 'endpoint_error'],
    [400, 'endpoint_error'],
    [404, 'endpoint_error'],
    [429, 'endpoint_rate_limited'],
    [500, 'endpoint_error'],
    [503, 'endpoint_error'],
  ])('%s says nothing about the token', async (status, code) => {
    expect(summary(await ask(json(ACTIVE, status)))).toBe(`undecided: ${code}`);
  });

  test.each<[object, string | null, string]>([
    [{ sub: 'alice', username: 'al' }, 'alice', 'accepted'],
    [{ username: 'al' }, 'al', 'accepted'],
    [{ sub: null, username: 'al' }, 'al', 'accepted'],
    [{ sub: '', username: 'al' }, 'al', 'accepted'],
    [{ client_id: 'machine' }, null, 'rejected: claim_missing'],
    [{ sub: 5, username: 'al' }, null, 'rejected: claim_invalid'],
    [{ sub: ' ' }, null, 'rejected: claim_invalid'],
    [{ sub: 'alice\nroot' }, null, 'rejected: claim_invalid'],
    [{ sub: ['alice'] }, null, 'rejected: claim_invalid'],
  ])('%j names %j', async (claims, principal, outcome) => {
    const verdict = await ask(json({ active: true, ...claims }));
    expect([verdict.principal, summary(verdict)]).toEqual([principal, outcome]);
  });

  test('with a username in the place of sub warns that llama-stack refuses it', async () => {
    const subject = stepOf(await ask(json({ active: true, username: 'al' })), 'subject');
    expect(subject).toMatchObject({ status: 'warned', code: 'subject_from_username' });
    expect(stepOf(await ask(json({ active: true, sub: null, username: 'al' })), 'subject').status).toBe('passed');
  });

  test.each<[object, string]>([
    [{}, 'Token introspection error'],
    [{ sub: null }, 'Token introspection error'],
    [{ sub: '' }, 'Token introspection error'],
    [{ sub: 0 }, 'Token introspection error'],
    [{ sub: [] }, 'Token introspection error'],
    [{ sub: ['a'] }, 'Token not active'],
    [{ sub: '', username: '' }, 'Token not active'],
    [{ sub: 5 }, 'Token not active'],
    [{ exp: 1 }, 'Token introspection error'],
    [{ username: 'al', exp: 1 }, 'Token introspection error'],
    [{ sub: 'alice', exp: 1 }, 'Token not active'],
  ])('%j is refused as the server refuses it', async (claims, message) => {
    const { server } = await ask(json({ active: true, ...claims }));
    expect(server).toEqual({ status: 401, body: { error: { message } } });
  });

  test('with only a client_id says that machine tokens are often so', async () => {
    const verdict = await ask(json({ active: true, client_id: 'machine' }));
    expect(verdict.reason?.message).toMatch(/only client_id, as machine tokens often do/);
  });

  test.each<[object, object, string]>([
    [{ exp: 1 }, {}, 'rejected: token_expired'],
    [{ exp: 'soon' }, {}, 'rejected: claim_invalid'],
    [{ nbf: 99_999_999_999 }, {}, 'rejected: token_not_yet_valid'],
    [{ iss: 'https://b.example' }, { issuer: 'https://a.example' }, 'rejected: issuer_mismatch'],
    [{ iss: 'https://b.example' }, {}, 'accepted'],
    [{}, { issuer: 'https://a.example' }, 'accepted'],
    [{ aud: ['other'] }, { audience: 'my-api' }, 'rejected: audience_mismatch'],
    [{ aud: ['other', 'my-api'] }, { audience: 'my-api' }, 'accepted'],
    [{ aud: 'other' }, {}, 'accepted'],
    [{}, { audience: 'my-api' }, 'accepted'],
    [{ iss: null, aud: null, exp: null, nbf: null }, { issuer: 'https://a.example', audience: 'my-api' }, 'accepted'],
    [{ iat: 'yesterday' }, {}, 'accepted'],
  ])('%j with the config %j', async (claims, top, outcome) => {
    expect(summary(await ask(json({ ...ACTIVE, ...claims }), {}, top))).toBe(outcome);
  });
});

test('of a JWT that is not active, another host in its iss is told: Keycloak knows no token of its other names', async () => {
  const server = await serve(json({ active: false }));
  const reasonFor = async (iss: unknown, top: object = {}): Promise<Verdict['reason']> => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${part({ alg: 'RS256' })}.${part({ iss, sub: 'alice' })}.c2ln`;
    return (await asking(server.origin, {}, top).authenticate({ token })).reason;
  };
  const other = await reasonFor('http://keycloak:8080/realms/ml');
  expect(other?.message).toMatch(/; the token itself says that it is from "http:\/\/keycloak:8080\/realms\/ml"$/);
  expect(other?.fix).toMatch(/^Get a token from the issuer whose .*in Keycloak: hostname/);
  // The issuer of the config is the right one, under whatever name its endpoint is asked.
  const ours = await reasonFor('https://sso.example', { issuer: 'https://sso.example' });
  expect(ours?.fix).toMatch(/^Get a new token from the issuer\. .*in Keycloak: hostname/);
  for (const iss of [`${server.origin}/realms/ml`, 'P2abc', 5, undefined])
    expect(await reasonFor(iss)).toMatchObject({
      message: 'the issuer says "active": false, and never why',
      fix: REASONS.token_inactive.fix,
    });
});

test.each([
  [
    { iss: '/realms/dev' },
    /from "http:.*\/realms\/dev"$/,
    /^Get a token from the issuer whose introspection endpoint the config names\.$/,
  ],
  [{ iss: '/realms/ml' }, /never why$/, /^Get a new token/],
  [{ iss: 'https' }, /from "https:.*\/realms\/ml"$/, /in Keycloak: hostname/],
  [{ iss: '/realms/ml', nbf: Date.now() / 1000 + 110 }, /not valid for another 1 minute \d+ seconds$/, /^Wait/],
  [{ iss: '/realms/ml', nbf: Date.now() }, /; nbf looks like milliseconds/, /in seconds since 1970, not milliseconds/],
])('that is not active in the realm that was asked says so: %j', async ({ iss, ...more }, message, fix) => {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const server = await serve(json({ active: false }));
  const issuer = iss === 'https' ? `${server.origin.replace('http:', 'https:')}/realms/ml` : server.origin + iss;
  const token = `${encode({ alg: 'RS256', kid: 'k' })}.${encode({ iss: issuer, ...more })}.c2ln`;
  const url = `${server.origin}/realms/ml/protocol/openid-connect/token/introspect`;
  const { reason } = await provide({ type: 'oauth2_token', introspection: { url, ...PLAIN } }).authenticate({ token });
  expect(reason?.message).toMatch(message);
  expect(reason?.fix).toMatch(fix);
});

describe('an endpoint that echoes', () => {
  const secrets = [TOKEN, PLAIN.client_secret, basic(PLAIN.client_id, PLAIN.client_secret).slice(6)];

  test.each(secrets)('%s puts it neither into the verdict nor into the transcript', async (secret) => {
    const exchanges: Exchange[] = [];
    const echo = {
      token: secret,
      scope: `<${secret}>`,
      deep: { [secret]: [secret] },
      url: encodeURIComponent(secret),
    };
    const server = await serve(json({ ...ACTIVE, ...echo }, 200, { 'x-echo': secret }));
    const verdict = await asking(server.origin, {}, {}, exchanges).authenticate({ token: TOKEN });
    expect(summary(verdict)).toBe('accepted');
    expect(verdict.token.claims?.scope).toBe('<[redacted]>');
    for (const hidden of secrets) expect(JSON.stringify([verdict, exchanges])).not.toContain(hidden);
  });

  test.each([
    ['sub', { sub: TOKEN }],
    ['iss', { ...ACTIVE, iss: `https://${PLAIN.client_secret}.example` }],
    ['aud', { ...ACTIVE, aud: [PLAIN.client_secret] }],
    ['groups', { ...ACTIVE, groups: ['ml', PLAIN.client_secret] }],
  ])('as %s makes it undecided: what the issuer meant is gone', async (name, answer) => {
    const server = await serve(json({ active: true, ...answer }));
    const verdict = await asking(server.origin, PLAIN).authenticate({ token: TOKEN });
    expect(summary(verdict)).toBe('undecided: endpoint_invalid_response');
    expect(verdict.reason?.message).toBe(`the answer repeats a secret in its ${name}`);
    expect(stepOf(verdict, 'active').status).toBe('not_reached');
    for (const hidden of secrets) expect(JSON.stringify(verdict)).not.toContain(hidden);
  });

  test.each([
    ['realm_access', { 'realm_access.roles': 'roles' }, {}, { realm_access: { roles: ['ml', TOKEN] } }],
    ['sub', { groups: 'teams' }, {}, { sub: TOKEN }],
    ['username', { groups: 'teams' }, {}, { sub: '', username: TOKEN }],
    ['members', { realm_groups: 'teams' }, { client_secret: 'realm_groups' }, { realm_groups: ['ml'] }],
  ])('in %s makes it undecided, whatever the mapping %j reads', async (name, claims_mapping, client, answer) => {
    const verdict = await ask(json({ ...ACTIVE, ...answer }), client, { claims_mapping });
    expect(summary(verdict)).toBe('undecided: endpoint_invalid_response');
    expect(verdict.reason?.message).toBe(`the answer repeats a secret in its ${name}`);
  });

  test('what it was sent about a token that is not active is no matter', async () => {
    expect(summary(await ask(json({ active: false, sub: TOKEN })))).toBe('rejected: token_inactive');
  });

  test('the token twice as the name of a member', async () => {
    const body = `{"active":true,"sub":"alice","${TOKEN}":1,"${TOKEN}":2}`;
    const verdict = await ask((_request, response) => response.end(body));
    expect(summary(verdict)).toBe('undecided: endpoint_invalid_response');
    expect(JSON.stringify(verdict)).not.toContain(TOKEN);
  });
});

describe('what the endpoint says for itself', () => {
  const post = {
    error: 'invalid_client',
    error_description: 'client_secret_basic not supported, use client_secret_post',
  };
  const basicOnly = { error: 'invalid_client', error_description: 'only client_secret_basic' };

  test.each<[number, object, object, RegExp]>([
    [400, post, {}, /^Set introspection\.send_secret_in_body: true/],
    [401, post, {}, /^Set introspection\.send_secret_in_body: true/],
    [401, basicOnly, { send_secret_in_body: true }, /^Remove introspection\.send_secret_in_body/],
    [
      401,
      { error: 'invalid_client', error_description: 'private_key_jwt only' },
      {},
      /^Have the issuer let this client/,
    ],
    [400, { error_description: 'Missing client_assertion' }, {}, /^Have the issuer let this client/],
    [400, { error: 'invalid_client' }, {}, /^Check client_id and client_secret/],
    [
      400,
      { error_description: 'Structured JWT Tokens cannot be introspected', error: 'x' },
      {},
      /with jwks in the place/,
    ],
    [400, { error: 'invalid_request' }, {}, /^Check the URL/],
    [
      400,
      { error_description: 'Missing form parameter: grant_type', error: 'x' },
      {},
      /^Put the introspection_endpoint/,
    ],
    [400, { error: 'unsupported_grant_type' }, {}, /^Put the introspection_endpoint/],
  ])('%i %j is quoted, and the advice follows it', async (status, body, more, fix) => {
    const { reason } = await ask(json(body, status), more);
    expect(reason?.message).toContain(Object.values(body)[0]);
    expect(reason?.fix).toMatch(fix);
  });

  test.each([
    [401, 'client_credentials_rejected', 'answered 401 with a web page to the server’s own client_id'],
    [403, 'endpoint_error', 'the introspection endpoint answered 403 with a web page'],
  ])('with a web page (%i) may be what stands before it', async (status, code, message) => {
    const { outcome, reason } = await ask((_request, response) =>
      response.writeHead(status).end('<!DOCTYPE html><title>Attention Required!</title>'),
    );
    expect([outcome, reason?.code]).toEqual(['undecided', code]);
    expect(reason?.message).toContain(message);
    expect(reason?.fix).toContain('in the place of the endpoint: have it let this server through');
  });

  test.each<[object, RegExp, RegExp]>([
    [
      { issuer: 'https://a', introspection_endpoint: 'https://a/introspect?k=hidden' },
      /has no "active": this is the issuer’s metadata$/,
      /^Put its introspection_endpoint into introspection\.url: "https:\/\/a\/introspect/,
    ],
    [{ sub: 'alice', email: 'a@b' }, /: userinfo endpoints answer so$/, /^Put the introspection_endpoint/],
    [{ sub: 'alice', exp: 5 }, /has no "active"$/, /^Check that the URL/],
    [{ introspection_endpoint: 5 }, /has no "active"$/, /^Check that the URL/],
    [{ active: 'true', sub: 'alice' }, /an "active" that is not true or false$/, /^Check that the URL/],
  ])('%j tells what answers in its place', async (answer, message, fix) => {
    const { outcome, reason } = await ask(json(answer));
    expect(outcome).toBe('undecided');
    expect(reason?.message).toMatch(message);
    expect(reason?.fix).toMatch(fix);
  });

  test('holds nothing of what it was sent', async () => {
    const echo: Answer = (request, response) => {
      const said = [request.headers.authorization, PLAIN.client_secret, TOKEN, TOKEN.slice(0, 15)].join(' | ');
      json({ error: 'invalid_request', error_description: said }, 400)(request, response);
    };
    const { reason } = await ask(echo);
    expect(reason?.message).toContain('"invalid_request: Basic [redacted] | [redacted] | [redacted] | [redacted]"');
  });

  test.each([
    ['a piece', PLAIN.client_secret.slice(0, 9)],
    ['a line break', `${PLAIN.client_secret.slice(0, 3)}\n${PLAIN.client_secret.slice(3)}`],
    ['capital letters', PLAIN.client_secret.toUpperCase()],
  ])('that is metadata holds nothing of what it was sent, with %s', async (_how, said) => {
    for (const uri of [`https://a/${said}`, `https://${said}/`, `https://a/${TOKEN.slice(0, 5)}\t${TOKEN.slice(5)}`]) {
      const { reason } = await ask(json({ introspection_endpoint: uri }));
      expect(reason?.fix).toMatch(/introspection\.url: "https:\/\/(?:a\/)?\[redacted\]\/?"\.$/);
    }
  });

  test('in a JWT is told as such', async () => {
    const { reason } = await ask((_request, response) =>
      response.end('eyJhbGciOiJSUzI1NiJ9.eyJhY3RpdmUiOnRydWV9.c2ln'),
    );
    expect(reason?.message).toMatch(/\(it looks like a JWT\)$/);
    expect(reason?.fix).toContain('RFC 9701');
  });

  test.each([
    [1_000_000_000, / and never why; the token itself says that it expired \d+ years/],
    [99_999_999_999, / and never why$/],
  ])('of a JWT whose exp is %i leaves that to the JWT', async (exp, message) => {
    const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
    const server = await serve(json({ active: false }));
    const token = `${encode({ alg: 'RS256', kid: 'k' })}.${encode({ exp })}.c2ln`;
    const { reason } = await asking(server.origin).authenticate({ token });
    expect(reason?.message).toMatch(message);
  });
});

test('a step that is not made says which side has nothing to compare', async () => {
  const without = await ask(json(ACTIVE));
  expect([stepOf(without, 'issuer').message, stepOf(without, 'audience').message]).toEqual([
    'the config sets no issuer',
    'the config sets no audience itself',
  ]);
  const sparse = await ask(json(ACTIVE), {}, { issuer: 'https://idp.example', audience: 'api' });
  expect([stepOf(sparse, 'issuer').message, stepOf(sparse, 'audience').message]).toEqual([
    'the answer has no iss',
    'the answer has no aud',
  ]);
});

test('the times in an answer are judged with the tolerance of the config, and by a clock that may be wrong', async () => {
  const now = Math.floor(Date.now() / 1000);
  const late = json({ ...ACTIVE, exp: now - 10 }, 200, { date: new Date(Date.now() - 600_000).toUTCString() });
  const refused = await ask(late);
  expect(summary(refused)).toBe('rejected: token_expired');
  expect(stepOf(refused, 'expiry').message).toMatch(/clock/);
  expect(summary(await ask(late, {}, { clock_tolerance: 30 }))).toBe('accepted');
  expect(summary(await ask(json({ ...ACTIVE, nbf: now + 20 }), {}, { clock_tolerance: 30 }))).toBe('accepted');
  expect(summary(await ask(json({ ...ACTIVE, nbf: now + 20 })))).toBe('rejected: token_not_yet_valid');
});
