/** HTTP answers of the endpoints that providers ask: what they should say, spoiled, and what no endpoint should say. */

import fc from 'fast-check';
import type { HttpAnswer } from '../../../src/index.js';
import { NOW } from './claims.js';
import { names, numberTexts, spoil, valueTexts, type Member } from './json.js';

/** Stands for what the endpoint was sent; {@link fillIn} puts it there. */
const ECHO = '@echo';

/** Strings in which an endpoint says back what it was told, in several spellings. */
const echoes = fc.constantFrom(
  `"${ECHO}0"`,
  `"${ECHO}1"`,
  `"x ${ECHO}0 y"`,
  `["${ECHO}0"]`,
  `{"${ECHO}0":1,"${ECHO}0":2}`,
  `{"${ECHO}2":1,"${ECHO}2":2}`,
  `"${ECHO}2"`,
);
const values = fc.oneof({ weight: 4, arbitrary: valueTexts }, { weight: 1, arbitrary: echoes });

const anyMember = fc.tuple(fc.oneof(names, fc.constantFrom(`${ECHO}0`, `${ECHO}1`)), values);
const of = (...members: string[]): fc.Arbitrary<Member> => fc.tuple(fc.constantFrom(...members), values);

const principals = fc.constantFrom(
  '"alice"',
  '""',
  '" "',
  '"\\u200b"',
  '"a\\nb"',
  '"\\ud800"',
  '5',
  'null',
  `"${ECHO}0"`,
);
const attributes = fc.constantFrom(
  '{"roles":["a"]}',
  '{"roles":"a"}',
  '{"__proto__":["a"]}',
  '{"a":[1]}',
  '[]',
  '{"a":null}',
  '{}',
);

const introspection = spoil(
  { active: true, sub: 'alice', iss: 'https://idp.example', aud: 'my-api', exp: NOW + 60, scope: 'a b' },
  fc.oneof(
    fc.tuple(fc.constant('active'), fc.constantFrom('true', 'false', '"true"', '1', 'null', '[true]', '{}')),
    fc.tuple(fc.constantFrom('sub', 'username', 'client_id'), fc.oneof(principals, values)),
    fc.tuple(
      fc.constantFrom('exp', 'nbf', 'iat'),
      fc.oneof(numberTexts, fc.constantFrom(String(NOW), `"${NOW + 9}"`), values),
    ),
    of('iss', 'aud', 'scope', 'groups', 'token_type'),
    anyMember,
  ),
);

const user = spoil(
  { login: 'alice', id: 583231 },
  fc.oneof(
    fc.tuple(fc.constant('login'), fc.oneof(principals, values)),
    fc.tuple(fc.constant('id'), fc.oneof(numberTexts, values)),
    of('organizations', 'name'),
    anyMember,
  ),
);
const organization = spoil({ login: 'ml' }, fc.oneof(of('login', 'id'), anyMember));
const organizations = fc.oneof(
  { weight: 8, arbitrary: fc.array(organization, { maxLength: 3 }).map((list) => `[${list.join(',')}]`) },
  { weight: 1, arbitrary: fc.constant(`[${'{"login":"a"},'.repeat(99)}{"login":"b"}]`) },
  { weight: 1, arbitrary: values },
);

const custom = spoil(
  { principal: 'alice', attributes: { roles: ['admin'] }, message: 'welcome' },
  fc.oneof(
    fc.tuple(fc.constant('principal'), fc.oneof(principals, values)),
    fc.tuple(fc.constant('attributes'), fc.oneof(attributes, values)),
    of('message', 'access_attributes'),
    anyMember,
  ),
);

const userInfo = spoil(
  { username: 'system:serviceaccount:ml:trainer', groups: ['system:authenticated'], uid: 'u' },
  fc.oneof(
    fc.tuple(fc.constant('username'), fc.oneof(principals, values)),
    fc.tuple(fc.constant('groups'), fc.oneof(fc.constantFrom('["a",5]', '"a"', 'null', '{}'), values)),
    of('extra', 'uid'),
    anyMember,
  ),
);
const review = fc.oneof(
  { weight: 6, arbitrary: userInfo.map((info) => `{"kind":"SelfSubjectReview","status":{"userInfo":${info}}}`) },
  {
    weight: 1,
    arbitrary: spoil({ status: { userInfo: { username: 'alice' } } }, fc.oneof(of('status', 'spec'), anyMember)),
  },
);

const BODIES = { introspection, user, organizations, custom, review };

/** The kinds of endpoints. */
export type Endpoint = keyof typeof BODIES;

const strange = fc.oneof(
  fc.constantFrom(
    '',
    'null',
    '<!doctype html><title>Sign in</title>',
    '{}',
    '[]',
    '{"error":"x"}',
    `${ECHO}0`,
    '\ufeff{}',
  ),
  fc.constantFrom(
    `{"message":"${ECHO}0 ${ECHO}1"}`,
    `{"message":5}`,
    ' '.repeat(100_000),
    '['.repeat(100_000),
    '"'.repeat(1000),
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const statuses = fc.oneof(
  fc.constantFrom(200, 201, 202, 204, 301, 302, 307, 400, 401, 403, 404, 418, 429, 500, 503),
  fc.integer({ min: 100, max: 999 }),
);
const headers = fc.dictionary(
  fc.constantFrom(
    'retry-after',
    'x-ratelimit-remaining',
    'x-ratelimit-reset',
    'x-github-sso',
    'link',
    'x-oauth-scopes',
    'x-accepted-oauth-scopes',
    'www-authenticate',
    '__proto__',
  ),
  fc.oneof(
    fc.constantFrom(
      '0',
      '60',
      '99999999999',
      '999999999999',
      '-1',
      '',
      'Wed, 21 Oct 2099 07:28:00 GMT',
      '<x>; rel="next"',
      'rel=next',
      `${ECHO}0`,
    ),
    fc.constantFrom(
      `required; url=https://github.com/${ECHO}0`,
      'read:org',
      'repo, read:org',
      'a'.repeat(20_000),
      '\u001b[31m',
    ),
    fc.string({ maxLength: 12 }),
  ),
  { maxKeys: 3 },
);
const FAILURES = [
  'endpoint_unreachable',
  'endpoint_tls',
  'endpoint_timeout',
  'endpoint_too_large',
  'endpoint_redirected',
] as const;

/** Answers of an endpoint whose good status is `expected`. */
export function answers(endpoint: Endpoint, expected: number): fc.Arbitrary<HttpAnswer> {
  const skew = fc.constantFrom(null, 0, 5, -4000, 1e9);
  const answer = (status: fc.Arbitrary<number>, body: fc.Arbitrary<string>): fc.Arbitrary<HttpAnswer> =>
    fc.record({ ok: fc.constant(true as const), status, headers, body, skew, ms: fc.constant(1) });
  return fc.oneof(
    { weight: 8, arbitrary: answer(fc.constant(expected), BODIES[endpoint]) },
    { weight: 2, arbitrary: answer(statuses, BODIES[endpoint]) },
    { weight: 1, arbitrary: answer(fc.constant(expected), strange) },
    { weight: 1, arbitrary: answer(statuses, strange) },
    {
      weight: 1,
      arbitrary: fc.record({
        ok: fc.constant(false as const),
        code: fc.constantFrom(...FAILURES),
        message: fc.constantFrom('no', 'connect ECONNREFUSED 127.0.0.1:9'),
        ms: fc.constant(1),
      }),
    },
  );
}

/** Puts what the endpoint was sent where it says it back: as it is, upper case in percent signs, and escaped for JSON. */
export function fillIn(answer: HttpAnswer, secrets: readonly [string, string]): HttpAnswer {
  if (!answer.ok) return answer;
  const [first, second] = secrets;
  const escaped = [...first].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
  const fill = (text: string): string =>
    text.replaceAll(`${ECHO}0`, first).replaceAll(`${ECHO}1`, second).replaceAll(`${ECHO}2`, escaped);
  const filled = Object.entries(answer.headers).map(([name, value]) => [name, fill(value)] as const);
  return { ...answer, headers: Object.fromEntries(filled), body: fill(answer.body) };
}
