import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Exchange, JsonObject, Verdict } from '../../src/index.js';
import { makeCertificates } from '../certificates.js';
import { closeAtSecond, json, redirect, serve, type Answer } from '../loopback.js';
import { explainRefusal } from '../../src/providers/kubernetes-refusals.js';
import { provide, stepOf, summary } from './provide.js';

const TOKEN = 'service-account-token';
const NAME = 'system:serviceaccount:ml:trainer';

const review = (userInfo: unknown, status = 201): Answer =>
  json({ kind: 'SelfSubjectReview', status: { userInfo } }, status);

async function ask(answer: Answer, exchanges: Exchange[] = []): Promise<Verdict> {
  const server = await serve(answer);
  const config = { type: 'kubernetes', api_server_url: server.origin };
  const provider = provide(config, { onExchange: (exchange) => exchanges.push(exchange) });
  return provider.authenticate({ token: TOKEN });
}

test('a connection that the server closes when it is used again is not missed', async () => {
  const { answer, closed } = closeAtSecond(review({ username: NAME }));
  const server = await serve(answer);
  const provider = provide({ type: 'kubernetes', api_server_url: server.origin });
  for (let count = 0; count < 2; count += 1) {
    expect(summary(await provider.authenticate({ token: TOKEN }))).toBe('accepted');
    // The client frees a connection only after it has given the answer.
    await setImmediate();
  }
  expect(closed()).toBe(1);
});

describe('a token that the API server knows', () => {
  test('is asked for with itself, over TLS with the configured CA', async () => {
    const certificates = await makeCertificates();
    const server = await serve(review({ username: NAME, groups: ['system:authenticated', 'ml'] }), certificates.right);
    const config = {
      type: 'kubernetes',
      api_server_url: `${server.origin}/cluster/?x=1#y`,
      tls_cafile: certificates.caFile,
    };
    const verdict = await provide(config).authenticate({ token: TOKEN });
    expect(verdict).toMatchObject({
      outcome: 'accepted',
      principal: NAME,
      attributes: { roles: [NAME, 'system:authenticated', 'ml'] },
    });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      url: '/cluster/apis/authentication.k8s.io/v1/selfsubjectreviews',
      body: '{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}',
    });
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });

  test('is not sent to a server whose certificate nobody vouches for', async () => {
    const certificates = await makeCertificates();
    const server = await serve(review({ username: NAME }), certificates.right);
    const verdict = await provide({ type: 'kubernetes', api_server_url: server.origin }).authenticate({ token: TOKEN });
    expect(summary(verdict)).toBe('undecided: endpoint_tls');
    expect(server.requests).toHaveLength(0);
    const careless = provide({ type: 'kubernetes', api_server_url: server.origin, verify_tls: false });
    expect(summary(await careless.authenticate({ token: TOKEN }))).toBe('accepted');
  });
});

test('an answer for nobody says that the token was not seen', async () => {
  const verdict = await ask(review({ username: 'system:anonymous', groups: ['system:unauthenticated'] }));
  expect(summary(verdict)).toBe('undecided: endpoint_invalid_response');
  expect(verdict.reason?.message).toBe('the API server answered for system:anonymous: it has not seen the token');
  expect(verdict.reason?.fix).toContain('pass the Authorization header on');
});

describe('an answer', () => {
  test.each<[string, Answer, string]>([
    ['401', json({}, 401), 'rejected: token_refused'],
    ['403', json({}, 403), 'rejected: token_refused'],
    ['200 instead of 201', review({ username: NAME }, 200), 'undecided: endpoint_error'],
    ['404, by an old cluster', json({}, 404), 'undecided: endpoint_error'],
    ['429', json({}, 429), 'undecided: endpoint_rate_limited'],
    ['500', json({}, 500), 'undecided: endpoint_error'],
    ['no JSON', (_request, response) => response.writeHead(201).end('ok'), 'undecided: endpoint_invalid_response'],
    ['no status', json({}, 201), 'undecided: endpoint_invalid_response'],
    ['no userInfo', json({ status: {} }, 201), 'undecided: endpoint_invalid_response'],
    ['userInfo null', review(null), 'undecided: endpoint_invalid_response'],
    ['no username', review({ groups: [] }), 'undecided: endpoint_invalid_response'],
    ['an empty username', review({ username: '' }), 'undecided: endpoint_invalid_response'],
    ['groups that are a string', review({ username: NAME, groups: 'ml' }), 'undecided: endpoint_invalid_response'],
    ['groups with a number', review({ username: NAME, groups: [1] }), 'undecided: endpoint_invalid_response'],
    ['groups null', review({ username: NAME, groups: null }), 'accepted'],
  ])('%s', async (_name, answer, outcome) => {
    const verdict = await ask(answer);
    expect(summary(verdict)).toBe(outcome);
    expect(stepOf(verdict, 'mapping').status).toBe(outcome === 'accepted' ? 'passed' : 'not_reached');
  });

  test.each([
    [401, 'Invalid token'],
    [403, 'Token validation failed: 403'],
  ])('%s is told the client as the server tells it', async (status, message) => {
    expect((await ask(json({}, status))).server).toEqual({ status: 401, body: { error: { message } } });
  });

  test('without a token is the server’s plainest', async () => {
    const provider = provide({ type: 'kubernetes', api_server_url: 'https://kubernetes.default.svc' });
    const { body } = (await provider.authenticate({ token: null })).server;
    expect(body).toEqual({ error: { message: 'Authentication required' } });
  });

  test('that redirects takes the token nowhere', async () => {
    const other = await serve(review({ username: 'root' }));
    expect(summary(await ask(redirect(other.origin, 307)))).toBe('undecided: endpoint_redirected');
    expect(other.requests).toHaveLength(0);
  });

  test('that echoes the token does not get it into the verdict', async () => {
    const exchanges: Exchange[] = [];
    const verdict = await ask(review({ username: NAME, extra: { [TOKEN]: [TOKEN] } }), exchanges);
    expect(verdict.attributes.roles).toEqual([NAME]);
    expect(verdict.token.claims).toMatchObject({ extra: { '[redacted]': ['[redacted]'] } });
    const named = await ask(review({ username: TOKEN }), exchanges);
    const grouped = await ask(review({ username: NAME, groups: ['system:authenticated', TOKEN] }), exchanges);
    for (const repeated of [named, grouped]) expect(summary(repeated)).toBe('undecided: endpoint_invalid_response');
    expect(grouped.reason?.message).toBe('the answer repeats the token in its groups');
    expect(exchanges).toHaveLength(3);
    expect(JSON.stringify([verdict, named, grouped, exchanges])).not.toContain(TOKEN);
  });
});

describe('the way out', () => {
  const NOW = Date.UTC(2026, 0, 1) / 1000;
  const ISSUER = 'https://kubernetes.default.svc.cluster.local';

  async function refuse(claims: JsonObject | null, status = 401, body: object = {}): Promise<Verdict> {
    const server = await serve(json(body, status));
    const provider = provide({ type: 'kubernetes', api_server_url: server.origin }, { now: () => NOW * 1000 });
    const sub = 'system:serviceaccount:ml:trainer';
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = claims === null ? TOKEN : `${part({ alg: 'RS256' })}.${part({ sub, ...claims })}.c2lnbmF0dXJl`;
    const verdict = await provider.authenticate({ token });
    expect(verdict.token).toMatchObject({ kind: 'opaque', claims: null });
    return verdict;
  }

  test.each<[JsonObject | null, string, RegExp]>([
    [
      { iss: ISSUER, aud: [ISSUER], exp: NOW - 5400 },
      `; the token says (unverified) that it expired 1 hour 30 minutes ago, is for "${ISSUER}", is from "${ISSUER}"`,
      /^Get a fresh token/,
    ],
    [
      { iss: ISSUER, aud: ['vault'], exp: NOW + 60 },
      `; the token says (unverified) that it is for "vault", is from "${ISSUER}"`,
      /^Get a token for the API server itself: .* without --audience\.$/,
    ],
    [
      { iss: ISSUER, aud: ISSUER },
      `; the token says (unverified) that it is for "${ISSUER}", is from "${ISSUER}"`,
      /trusts/,
    ],
    [
      { iss: 'https://eks.example', aud: ['https://kubernetes.default.svc', 'vault'] },
      '; the token says (unverified) that it is for "https://kubernetes.default.svc", "vault", is from "https://eks.example"',
      /trusts/,
    ],
    [
      { iss: 'https://eks.example', aud: 'https://eks.example' },
      '; the token says (unverified) that it is for "https://eks.example", is from "https://eks.example"',
      /trusts/,
    ],
    [
      { sub: 'alice', aud: 'kubectl' },
      '; the token says (unverified) that it is for "kubectl"',
      /whose issuer and audience it trusts/,
    ],
    [{ aud: 5, iss: null, exp: 'soon' }, '', /whose issuer and audience it trusts/],
    [
      { aud: 'x\u001b[2J'.padEnd(300, 'x') },
      expect.stringMatching(/is for "x\\u001b\[2Jx{190,196}…"$/),
      /API server itself/,
    ],
    [null, '', /^Get a new token from that provider/],
  ])('of a 401 is told by the token itself, unverified: %j', async (claims, said, fix) => {
    const { reason } = await refuse(claims, 401, { kind: 'Status', message: 'Unauthorized' });
    expect(reason?.message.replace('the API server answered 401: "Unauthorized"', '')).toEqual(said);
    expect(reason?.fix).toMatch(fix);
  });

  test('of a 403 without words, through a proxy, is not RBAC’s', () => {
    const answer = {
      ok: true,
      status: 403,
      headers: {},
      body: '<html>',
      skew: null,
      ms: 0,
      proxy: 'the proxy p:1',
    } as const;
    const { message, fix } = explainRefusal(answer, 'https://k8s.example/', TOKEN, NOW * 1000);
    expect(message).toBe('the API server answered 403, through the proxy p:1');
    expect(fix).toBeUndefined();
  });

  test('of a 403 by RBAC is a binding, and no new token', async () => {
    const message = 'selfsubjectreviews.authentication.k8s.io is forbidden: User "u" cannot create resource';
    const { reason } = await refuse(null, 403, { kind: 'Status', message });
    expect(reason?.message).toBe(`the API server answered 403: ${JSON.stringify(message)}`);
    expect(reason?.fix).toMatch(/system:basic-user/);
    expect((await refuse(null, 403)).reason?.fix).not.toMatch(/system:basic-user/);
  });

  test('of a 403 to nobody is no binding, which would let everybody in', async () => {
    const message =
      'selfsubjectreviews.authentication.k8s.io is forbidden: User "system:anonymous" cannot create resource';
    const { reason } = await refuse(null, 403, { kind: 'Status', message });
    expect(reason).toMatchObject({
      code: 'token_refused',
      message: `the API server answered 403: ${JSON.stringify(message)}; it has not seen the token`,
      fix: 'Have what stands between here and the API server pass the Authorization header on.',
    });
  });

  test('of a 404 is a newer cluster', async () => {
    expect((await refuse(null, 404)).reason?.fix).toMatch(/^Check api_server_url; .* Kubernetes 1\.28\.$/);
    expect((await refuse(null, 500)).reason?.fix).not.toMatch(/1\.28/);
  });

  test('shows nothing of the token, whatever part of it the API server repeats', async () => {
    const part = Buffer.from('{"sub":"secret"}').toString('base64url');
    const server = await serve((request, response) =>
      json({ message: `bad ${part}: ${request.headers.authorization ?? ''}` }, 401)(request, response),
    );
    const provider = provide({ type: 'kubernetes', api_server_url: server.origin });
    const verdict = await provider.authenticate({ token: `eyJhbGciOiJSUzI1NiJ9.${part}.c2lnbmF0dXJl` });
    expect(verdict.reason?.message).toContain('bad [redacted]');
    expect(JSON.stringify(verdict)).not.toMatch(/c2lnbmF0dXJl|eyJ/);
  });
});

test('a base URL of a million slashes is read once', () => {
  const base = `https://kubernetes.default.svc${'/'.repeat(1_000_000)}x`;
  const { destination } = provide({ type: 'kubernetes', api_server_url: base });
  expect(destination?.url).toBe(`${base}/apis/authentication.k8s.io/v1/selfsubjectreviews`);
});
