// What the providers say, however odd: nobody is let in whom none of them accepted.
import { expect, test, vi } from 'vitest';
import type { AcceptedVerdict, AuthProvider, RefusedVerdict } from '../../src/index.js';
import { buildAuthenticator, type Authenticator } from '../../src/server/authenticator.js';

const REF = { name: 'stub', type: 'custom', mode: null, source: null } as const;
const TOKEN = 'the-token-of-somebody';
const REQUEST = { method: 'GET', url: '/', headers: [['Authorization', `Bearer ${TOKEN}`]] } as const;

function provide(authenticate: AuthProvider['authenticate']): AuthProvider {
  return { ref: REF, keySet: null, destination: null, authenticate, close: () => Promise.resolve() };
}

type Said = Pick<RefusedVerdict, 'outcome' | 'server'> & Partial<Pick<RefusedVerdict, 'reason'>>;

const FINDING = {
  provider: REF,
  attributes: { roles: ['admin'] },
  steps: [],
  mapping: [],
  token: { kind: 'opaque', header: null, claims: null, fingerprint: null },
  timing: { total_ms: 0, network_ms: 0 },
} as const;

function refuse(said: Said): AuthProvider {
  const reason = { code: 'token_refused', message: 'no', fix: '' } as const;
  return provide(() => Promise.resolve({ ...FINDING, principal: null, reason, ...said }));
}

const ALICE: AcceptedVerdict = {
  ...FINDING,
  outcome: 'accepted',
  principal: 'alice',
  reason: null,
  server: { status: 200, body: null },
};

function build(providers: readonly AuthProvider[], log: () => void = () => undefined): Authenticator {
  const logger = { info: log, warn: log, error: log };
  return buildAuthenticator(providers, { isPublic: () => false, realm: 'api', logger });
}

const REFUSED = { status: 401, body: { error: { message: 'no' } } } as const;

test.each<Said>([
  { outcome: 'rejected', server: REFUSED },
  { outcome: 'undecided', server: { status: 503, body: REFUSED.body } },
])('$outcome lets nobody in, whatever attributes it has', async (verdict) => {
  const answer = await build([refuse(verdict)]).authenticate(REQUEST);
  expect(['rejected', 'undecided']).toContain(answer.outcome);
  expect(answer).not.toHaveProperty('identity');
});

test('a provider that throws is unavailable, and the log hears the kind of its error', async () => {
  const log = vi.fn();
  const broken = provide(() => Promise.reject(new TypeError(`cannot read ${TOKEN}`)));
  const refused = refuse({ outcome: 'rejected', server: REFUSED });
  for (const providers of [[broken], [broken, refused], [refused, broken]]) {
    const answer = await build(providers, log).authenticate(REQUEST);
    expect(answer).toMatchObject({ outcome: 'undecided', refusal: { status: 503 } });
    expect(log).toHaveBeenCalledWith({ method: 'GET', provider: 'stub', error: 'TypeError' }, 'a provider failed');
    expect(JSON.stringify(log.mock.calls)).not.toContain(TOKEN);
    log.mockClear();
  }
  const accepted = provide(() => Promise.resolve(ALICE));
  expect(await build([broken, accepted]).authenticate(REQUEST)).toMatchObject({ identity: { principal: 'alice' } });
});

test.each<[Said, string]>([
  [{ outcome: 'rejected', server: REFUSED }, 'info'],
  [{ outcome: 'undecided', server: { status: 503, body: REFUSED.body } }, 'warn'],
])('the log hears of $0.outcome as $1', async (said, level) => {
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const options = { isPublic: () => false, realm: 'api', logger };
  await buildAuthenticator([refuse(said)], options).authenticate(REQUEST);
  const heard = Object.entries(logger).flatMap(([name, log]) => (log.mock.calls.length > 0 ? [name] : []));
  expect(heard).toEqual([level]);
});

test.each<[string, AuthProvider, object]>([
  ['accepts', provide(() => Promise.resolve({ ...ALICE, principal: `of ${TOKEN}` })), { principal: 'of [redacted]' }],
  [
    'refuses',
    refuse({
      outcome: 'rejected',
      server: REFUSED,
      reason: { code: 'token_refused', message: `no ${TOKEN}`, fix: '' },
    }),
    { providers: [{ name: 'stub', outcome: 'rejected', reason: 'token_refused', why: 'no [redacted]' }] },
  ],
])('the log is not told a token that a provider repeats which %s it', async (_does, provider, told) => {
  const log = vi.fn();
  await build([provider], log).authenticate({ ...REQUEST, method: TOKEN });
  expect(log).toHaveBeenCalledWith(expect.objectContaining({ method: '[redacted]', ...told }), expect.any(String));
  expect(JSON.stringify(log.mock.calls)).not.toContain(TOKEN);
});

test('a request that comes after the end asks all providers in turn, as any other', async () => {
  const authenticator = build([
    refuse({ outcome: 'rejected', server: REFUSED }),
    provide(() => Promise.resolve(ALICE)),
  ]);
  await authenticator.close();
  expect(await authenticator.authenticate(REQUEST)).toMatchObject({
    outcome: 'accepted',
    verdicts: [{ outcome: 'rejected' }, { outcome: 'accepted' }],
  });
});

test('a request that was under way at the end asks nobody else, and is undecided', async () => {
  const asked = vi.fn(() => Promise.resolve(ALICE));
  let refused: (verdict: RefusedVerdict) => void = () => undefined;
  const slow = provide(() => new Promise((resolve) => (refused = resolve)));
  const authenticator = build([slow, provide(asked)]);
  const answer = authenticator.authenticate(REQUEST);
  await authenticator.close();
  refused({
    ...FINDING,
    outcome: 'rejected',
    principal: null,
    reason: { code: 'token_refused', message: 'no', fix: '' },
    server: REFUSED,
  });
  expect(await answer).toMatchObject({ outcome: 'undecided', refusal: { status: 503 } });
  expect(asked).not.toHaveBeenCalled();
});

test('of several providers, the log hears which one has thrown', async () => {
  const log = vi.fn();
  const broken = { ...provide(() => Promise.reject(new TypeError('a bug'))), ref: { ...REF, name: 'broken' } };
  await build([refuse({ outcome: 'rejected', server: REFUSED }), broken], log).authenticate(REQUEST);
  expect(log).toHaveBeenCalledWith({ method: 'GET', provider: 'broken', error: 'TypeError' }, 'a provider failed');
});

test.each<[string, Said, Partial<AuthProvider['ref']>, number, string]>([
  ['of who reads tokens', { outcome: 'rejected', server: REFUSED }, {}, 401, 'Invalid Authorization header format'],
  ['of who reads none', { outcome: 'rejected', server: REFUSED }, { type: 'upstream_header' }, 401, 'no'],
  ['of who cannot say', { outcome: 'undecided', server: { ...REFUSED, status: 503 } }, {}, 503, 'no'],
])('a header that is no bearer token, and the refusal %s', async (_who, said, ref, status, message) => {
  const refusing = refuse(said);
  const asked: AuthProvider = {
    ...refusing,
    authenticate: async (request) => ({ ...(await refusing.authenticate(request)), provider: { ...REF, ...ref } }),
  };
  const headers = [['Authorization', 'Basic dTpw']] as const;
  const answer = await build([asked]).authenticate({ ...REQUEST, headers });
  expect(answer).toMatchObject({ refusal: { status, body: { error: { message } } } });
});
