import { describe, expect, it } from 'vitest';
import { CONFIG, differencesOf } from './suite.js';

const test = (expectations: string, claims = '{sub: alice, groups: [ml, ops]}'): Promise<string[]> =>
  differencesOf(`${CONFIG}tests:
  - name: a test
    claims: ${claims}
    expect: ${expectations}
`);

describe('what holds', () => {
  it.each([
    '{outcome: accepted, reason: null, principal: alice}',
    '{attributes: {teams: [ops, ml], roles: [alice]}}',
    '{attributes: {teams: [ops, ml, ops], roles: [alice]}}',
    '{attributes_contain: {teams: [ml]}}',
    '{attributes_absent: {teams: [root], projects: []}}',
    '{steps: {audience: passed, not_before: skipped}}',
    '{server: {status: 200, message: null}}',
    '{allow: [read model::llama-3, /v1/files]}',
    '{allow: [{ask: read model::llama-3, owner: bob, owner_attributes: {teams: [ml]}}]}',
    '{deny: [{ask: read model::llama-3, owner: bob, owner_attributes: {teams: [hr]}}]}',
  ])('%s', async (expectations) => {
    expect(await test(expectations)).toEqual([]);
  });
});

it('gets no expiry where only the time of issue is written', async () => {
  expect(await test('{steps: {expiry: warned}}', '{sub: alice, iat: 1}')).toEqual([]);
});

describe('an attribute named as what every object has', () => {
  const custom = (expectations: string): Promise<string[]> =>
    differencesOf(`config: {type: custom, endpoint: https://auth.example/}
tests:
  - name: a test
    custom: {principal: alice, attributes: {constructor: [admin], __proto__: [x]}}
    expect: ${expectations}
`);

  it.each(['{attributes: {constructor: [admin], __proto__: [x]}}', '{attributes_contain: {__proto__: [x]}}'])(
    'is looked at: %s',
    async (expectations) => {
      expect(await custom(expectations)).toEqual([]);
    },
  );

  it.each([
    '{attributes: {}}',
    '{attributes_contain: {constructor: [root]}}',
    '{attributes_contain: {prototype: [x]}}',
    '{attributes_contain: {__proto__: [y]}}',
    '{attributes_absent: {constructor: []}}',
  ])('is missed: %s', async (expectations) => {
    expect((await custom(expectations)).length).toBeGreaterThan(0);
  });
});

describe('what does not hold', () => {
  it.each([
    ['{outcome: rejected}', 'expect.outcome: "rejected" / "accepted"'],
    ['{reason: token_expired}', 'expect.reason: "token_expired" / null'],
    ['{principal: bob}', 'expect.principal: "bob" / "alice"'],
    ['{attributes: {roles: [alice]}}', 'expect.attributes.teams: [] / ["ml","ops"]'],
    ['{attributes: {roles: [alice], teams: [ml]}}', 'expect.attributes.teams: ["ml"] / ["ml","ops"]'],
    [
      '{attributes: {roles: [alice], teams: [ml, ops, hr]}}',
      'expect.attributes.teams: ["ml","ops","hr"] / ["ml","ops"]',
    ],
    ['{attributes: {roles: [alice], teams: [ml, hr]}}', 'expect.attributes.teams: ["ml","hr"] / ["ml","ops"]'],
    ['{attributes: {roles: [alice], teams: [ml, ops], projects: [x]}}', 'expect.attributes.projects: ["x"] / []'],
    ['{attributes_contain: {teams: [ml, hr]}}', 'expect.attributes_contain.teams: ["hr"] / ["ml","ops"]'],
    ['{attributes_absent: {teams: []}}', 'expect.attributes_absent.teams: [] / ["ml","ops"]'],
    ['{attributes_absent: {teams: [ops]}}', 'expect.attributes_absent.teams: [] / ["ops"]'],
    ['{steps: {audience: failed}}', 'expect.steps.audience: "failed" / "passed"'],
    ['{steps: {active: passed}}', 'expect.steps.active: "passed" / null'],
    ['{server: {status: 401}}', 'expect.server.status: 401 / 200'],
    ['{server: {message: Invalid JWT token}}', 'expect.server.message: "Invalid JWT token" / null'],
    ['{deny: [/v1/files]}', 'expect.deny.0: "/v1/files: denied" / "/v1/files: allowed"'],
  ])('%s', async (expectations, difference) => {
    expect(await test(expectations)).toContain(difference);
  });

  it('is a message where none is expected', async () => {
    expect(await test('{server: {message: null}}', '{sub: alice, aud: other}')).toEqual([
      'expect.server.message: null / "Invalid JWT token"',
    ]);
  });

  it('lets nobody do anything who is refused', async () => {
    expect(await test('{allow: [/v1/files]}', '{sub: alice, aud: other}')).toEqual([
      'expect.allow.0: "/v1/files: allowed" / "/v1/files: denied"',
    ]);
    expect(await test('{deny: [/v1/files, read model::x]}', '{sub: alice, aud: other}')).toEqual([]);
  });
});

it('asks about a resource with the owner that the question names', async () => {
  const config = CONFIG.replace('\n  type', '\n  provider_config:\n    type')
    .replace('\n  issuer', '\n    issuer')
    .replace('\n  audience', '\n    audience')
    .replace('\n  jwks', '\n    jwks')
    .concat('  access_policy: [{permit: {actions: read}, when: user is owner}]\n');
  const ask = (owner: string): string => `{ask: read model::x, owner: ${owner}}`;
  const expected = `{allow: [${ask('alice')}], deny: [${ask('bob')}, read model::x]}`;
  expect(await differencesOf(`${config}tests: [{name: a, claims: {sub: alice}, expect: ${expected}}]`)).toEqual([]);
});
