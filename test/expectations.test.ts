import { describe, expect, it, test } from 'vitest';
import { checkExpectations, type ExpectationResult, type Verdict, type VerdictExpectations } from '../src/index.js';

const accepted: Verdict = {
  outcome: 'accepted',
  provider: { name: 'default', type: 'oauth2_token', mode: 'jwks', source: null },
  principal: 'alice',
  attributes: { roles: ['alice'], teams: ['ml', 'ops'], projects: [] },
  reason: null,
  steps: [],
  mapping: [],
  token: { kind: 'jwt', header: {}, claims: { sub: 'alice', exp: 1000 }, fingerprint: null },
  server: { status: 200, body: null },
  timing: { total_ms: 0, network_ms: 0 },
};
const refused: Verdict = {
  ...accepted,
  outcome: 'rejected',
  principal: null,
  attributes: {},
  reason: { code: 'token_expired', message: '', fix: '' },
  token: { ...accepted.token, claims: null },
  server: { status: 401, body: { error: { message: '' } } },
};

/** What is said of the last expectation; that of the outcome stands before it. */
function last(verdict: Verdict, expected: VerdictExpectations, now = 0): ExpectationResult | undefined {
  return checkExpectations(verdict, expected, now).at(-1);
}

describe('checkExpectations', () => {
  test.each([
    [accepted, {}, { name: 'outcome', ok: true, expected: 'accepted', actual: 'accepted' }],
    [refused, {}, { name: 'outcome', ok: false, expected: 'accepted', actual: 'rejected: token_expired' }],
    [
      refused,
      { reason: 'token_expired' },
      { name: 'reason', ok: true, expected: 'token_expired', actual: 'rejected: token_expired' },
    ],
    [
      refused,
      { reason: 'token_opaque' },
      { name: 'reason', ok: false, expected: 'token_opaque', actual: 'rejected: token_expired' },
    ],
    [
      accepted,
      { reason: 'token_expired' },
      { name: 'reason', ok: false, expected: 'token_expired', actual: 'accepted' },
    ],
  ] as const)('holds the outcome against what is expected: %#', (verdict, expected, result) => {
    expect(checkExpectations(verdict, expected, 0)).toEqual([result]);
  });

  it('holds everything that is expected, in one order', () => {
    const results = checkExpectations(
      accepted,
      {
        principal: 'bob',
        attributes: [
          ['teams', 'ml'],
          ['roles', 'bob'],
        ],
        minTtl: 60,
      },
      900,
    );
    expect(results.map(({ name, ok }) => [name, ok])).toEqual([
      ['outcome', true],
      ['principal', false],
      ['attribute', true],
      ['attribute', false],
      ['min_ttl', true],
    ]);
  });

  it('names whom it found', () => {
    expect(last(accepted, { principal: 'alice' })).toMatchObject({ ok: true, actual: 'alice' });
    expect(last(refused, { principal: 'alice' })).toMatchObject({ ok: false, actual: 'nobody' });
  });

  test.each([
    ['teams', 'ops', true, 'teams=ml,ops'],
    ['teams', 'op', false, 'teams=ml,ops'],
    ['projects', 'x', false, 'no projects'],
    ['namespaces', 'x', false, 'no namespaces'],
    ['constructor', 'x', false, 'no constructor'],
  ])('looks for a value among others: %s=%s', (name, value, ok, actual) => {
    expect(last(accepted, { attributes: [[name, value]] })).toEqual({
      name: 'attribute',
      ok,
      expected: `${name}=${value}`,
      actual,
    });
  });

  describe('how long a token lives', () => {
    const of = (claims: Verdict['token']['claims'], now: number): ExpectationResult | undefined =>
      last({ ...accepted, token: { ...accepted.token, claims } }, { minTtl: 60 }, now);

    test.each([
      [{ exp: 1000 }, 940, true, '1 minute'],
      [{ exp: 1000 }, 940.9, true, '1 minute'],
      [{ exp: 1000 }, 941, false, '59 seconds'],
      [{ exp: 1000 }, 1000, false, 'expired 0 seconds ago'],
      [{ exp: 1000 }, 1030, false, 'expired 30 seconds ago'],
      [{}, 0, true, 'it never expires: it has no exp'],
      [{ exp: '1000' }, 0, false, 'nobody can tell: its exp is not a number'],
      [{ exp: null }, 0, false, 'nobody can tell: its exp is not a number'],
      [null, 0, false, 'nobody says when it ends'],
    ])('%j at %d', (claims, now, ok, actual) => {
      expect(of(claims, now)).toMatchObject({ name: 'min_ttl', ok, actual });
    });

    test.each([
      ['github_token', null, { login: 'alice' }, false, 'nobody says when it ends'],
      ['kubernetes', null, { username: 'alice' }, false, 'nobody says when it ends'],
      ['custom', null, {}, false, 'nobody says when it ends'],
      ['oauth2_token', 'introspection', { active: true, sub: 'alice' }, false, 'nobody says when it ends'],
      ['oauth2_token', 'introspection', { active: true, exp: 1000 }, true, '16 minutes 40 seconds'],
    ] as const)('is not known from an answer of %s, %s, without exp: %j', (type, mode, claims, ok, actual) => {
      const provider = { ...accepted.provider, type, mode };
      // The token that was asked about may be a JWT: it is the answer that counts.
      const answered = { ...accepted, provider, token: { ...accepted.token, claims } };
      expect(last(answered, { minTtl: 60 })).toMatchObject({ name: 'min_ttl', ok, actual });
    });

    it('is not looked at unless it is asked for', () => {
      expect(checkExpectations(accepted, {}, 2000)).toHaveLength(1);
    });
  });
});
