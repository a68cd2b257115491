import { describe, expect, it, test } from 'vitest';
import { readSuite, runSuite, updateSuite } from '../../src/index.js';
import { CONFIG } from './suite.js';

/** The text of a file with what was found. */
async function update(text: string): Promise<string> {
  return updateSuite(await runSuite(readSuite(text, 'auth.test.yaml', { cwd: '/', update: true }))).text;
}

/** What the expectations of one test become. */
async function updated(given: string, expected: string, config = CONFIG): Promise<string> {
  const before = `${config}tests:\n  - name: a # stays\n    ${given}\n    expect: ${expected}\n  - {name: b, claims: {sub: b}, expect: {principal: b}}\n`;
  const after = await update(before);
  const written = /expect: ([^]*?)\n  - \{name: b/.exec(after)?.[1] ?? expect.fail(after);
  // All but the expectations is as it was.
  expect(after.replace(written, '')).toBe(before.replace(`expect: ${expected}`, 'expect: '));
  return written.replace(/\s+/g, ' ').replace(/([{[]) | (?=[}\]])/g, '$1');
}

const ALICE = 'claims: {sub: alice, groups: [ml, ops]}';
const POLICY = CONFIG.replace('\n  type', '\n  provider_config:\n    type')
  .replaceAll('\n  issuer', '\n    issuer')
  .replace('\n  audience', '\n    audience')
  .replace('\n  jwks', '\n    jwks')
  .concat('  access_policy: [{permit: {actions: read}}]\n');

const FOUND = '{outcome: accepted, principal: alice, attributes: {roles: [alice], teams: [ml, ops]}}';

describe('updateSuite', () => {
  test.each([
    ['{outcome: rejected}', '{outcome: accepted}'],
    ['{principal: bob, outcome: accepted}', '{outcome: accepted, principal: alice}'],
    ['{reason: token_expired}', '{reason: null}'],
    ['{attributes: {teams: [x]}}', '{attributes: {roles: [alice], teams: [ml, ops]}}'],
    ['{attributes_contain: {teams: [ml, x], roles: [y]}}', '{attributes_contain: {teams: [ml]}}'],
    ['{attributes_contain: {toString: [x], teams: [ml]}}', '{attributes_contain: {teams: [ml]}}'],
    ['{attributes_absent: {toString: []}, principal: x}', '{principal: alice, attributes_absent: {toString: []}}'],
    // Of an attribute that must not be there, and is, nothing can be said any more.
    ['{attributes_absent: {teams: [ml, x], roles: [alice]}}', '{attributes_absent: {teams: [x]}}'],
    ['{attributes_absent: {none: []}, principal: bob}', '{principal: alice, attributes_absent: {none: []}}'],
    ['{steps: {expiry: failed, audience: passed, active: passed}}', '{steps: {expiry: passed, audience: passed}}'],
    ['{server: {status: 401}}', '{server: {status: 200}}'],
    ['{server: {message: no}}', '{server: {message: null}}'],
  ])('expects of %s what was found: %s', async (expected, found) => {
    expect(await updated(ALICE, expected)).toBe(found);
  });

  it('expects what matters where nothing was expected', async () => {
    expect(await updated(ALICE, '{}')).toBe(FOUND);
    expect(await updated('claims: {sub: alice, exp: 1}', '{}')).toBe('{outcome: rejected, reason: token_expired}');
  });

  test.each([
    '{attributes_contain: {none: [x]}}',
    '{attributes_contain: {toString: [x]}}',
    '{attributes_absent: {teams: []}}',
    '{steps: {active: passed}}',
    '{allow: []}',
    '{server: {}, deny: []}',
  ])('expects what matters where of %s nothing would be left that could fail', async (expected) => {
    expect(await updated(ALICE, expected)).toBe(FOUND);
  });

  it('expects what matters too where of one expectation nothing would be left', async () => {
    expect(await updated(ALICE, '{server: {status: 200}, attributes_contain: {teams: [x]}}')).toBe(
      FOUND.replace(/}$/, ', server: {status: 200}}'),
    );
    expect(await updated('claims: {sub: alice, exp: 1}', '{attributes_contain: {teams: [ml]}}')).toBe(
      '{outcome: rejected, reason: token_expired}',
    );
  });

  it('expects the refusal, and what the server says of it', async () => {
    const given = 'claims: {sub: alice, exp: 1}';
    expect(await updated(given, '{reason: null, principal: alice, attributes: {a: [b]}}')).toBe(
      '{reason: token_expired, principal: null, attributes: {}}',
    );
    const written = await updated(given, '{server: {status: 200, message: x}}');
    expect(written).toMatch(/^\{server: \{status: 401, message: .*JWT.*\}\}$/);
  });

  it('moves a question to the list where it belongs, which may not have been there', async () => {
    expect(await updated(ALICE, '{allow: [read model::m, delete model::m]}', POLICY)).toBe(
      '{allow: [read model::m], deny: [delete model::m]}',
    );
    expect(await updated(ALICE, '{deny: [read model::m]}', POLICY)).toBe('{allow: [read model::m], deny: []}');
  });

  it('leaves a file alone whose tests pass', async () => {
    const text = `${CONFIG}tests:\n  - name: 'a'   # as it is\n    ${ALICE}\n    expect: { principal:   alice }\n`;
    expect(await update(text)).toBe(text);
  });
});

describe('a file stays what it is', () => {
  const JSON_CONFIG = { type: 'oauth2_token', audience: 'api', jwks: { uri: 'https://idp.example/jwks' } };

  it('JSON', async () => {
    const test = (name: string, expected?: object): object => ({ name, claims: { sub: 'alice' }, ...expected });
    const tests = [test('a', { expect: { principal: 'bob' } }), test('b'), test('c', { expect: {} })];
    for (const indent of [undefined, 2]) {
      const after = await update(JSON.stringify({ config: JSON_CONFIG, tests }, null, indent));
      const written = JSON.parse(after) as { tests: { expect: { principal: string } }[] };
      expect(written.tests.map(({ expect: { principal } }) => principal)).toEqual(['alice', 'alice', 'alice']);
    }
  });

  it('a file with the line ends of Windows', async () => {
    const text = `${CONFIG}tests:\n  - name: a\n    claims: {sub: alice}\n    expect:\n      principal: bob\n  - name: b\n    claims: {sub: b} # last\n`;
    const [plain, windows] = [await update(text), await update(text.replaceAll('\n', '\r\n'))];
    expect(windows.replaceAll('\r\n', '\n')).toBe(plain);
    expect(windows.split('\r\n').join('')).not.toContain('\n');
  });
});

it('says how many tests expect something else now', async () => {
  const tests = ['{principal: alice}', '{principal: bob}', '{}'].map(
    (expected, index) => `- {name: "${index}", claims: {sub: alice}, expect: ${expected}}\n`,
  );
  const suite = readSuite(`${CONFIG}tests:\n${tests.join('')}`, 'a.yaml', { cwd: '/', update: true });
  expect(updateSuite(await runSuite(suite)).count).toBe(2);
});

it('writes into the tests that were run, and into no other', async () => {
  const tests = ['a', 'b', 'c'].map((name) => `- {name: ${name}, claims: {sub: ${name}}, expect: {principal: x}}\n`);
  const text = `${CONFIG}tests:\n${tests.join('')}`;
  const { text: after, count } = updateSuite(
    await runSuite(readSuite(text, 'a.yaml', { cwd: '/', update: true }), { only: /b/ }),
  );
  expect(after).toBe(text.replace('sub: b}, expect: {principal: x}', 'sub: b}, expect: { principal: b }'));
  expect(count).toBe(1);
});

describe('a test with an anchor', () => {
  const base = '- &base {name: a, claims: {sub: alice}, expect: {principal: bob}}\n';

  it('is updated where nobody gets its expectations', async () => {
    expect(await update(`${CONFIG}tests:\n${base}`)).toContain('expect: { principal: alice }');
    const heir = '- {<<: *base, name: b, claims: {sub: carol}, expect: {principal: carol}}\n';
    expect(await update(`${CONFIG}tests:\n${base}${heir}`)).toContain('expect: { principal: alice }');
    expect(await update(`${CONFIG}tests: &all\n${base}`)).toContain('expect: { principal: alice }');
  });

  it('is not where another test would expect something else then', async () => {
    const heir = '- {<<: *base, name: b, claims: {sub: bob}}\n';
    await expect(update(`${CONFIG}tests:\n${base}${heir}`)).rejects.toThrow('tests[0].expect cannot be replaced');
  });
});
