import { describe, expect, it, test } from 'vitest';
import {
  ConfigError,
  decide,
  findPolicyFaults,
  parseAuthConfig,
  parseConfigText,
  parseQuestion,
} from '../../src/index.js';

/** What is said about a policy that is refused. */
function refusal(document: object): string {
  try {
    parseAuthConfig(document);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.findings
      .filter(({ severity }) => severity === 'error')
      .map(({ path, message }) => `${path}: ${message}`)
      .join('\n');
  }
}

describe('access_policy', () => {
  const read = { actions: ['read'] };

  test.each([
    [{ permit: read, when: 'user in owner teams' }, 'when: no such condition; did you mean "user in owners teams"?'],
    [{ permit: read, unless: ['user is owner', 'user is admin'] }, 'no such condition'],
    [{ permit: read, when: [] }, 'when: an empty list is not a condition: the rule would be for everybody'],
    [{ permit: read, when: '' }, 'when: no such condition'],
    [{ permit: { actions: [] } }, 'permit.actions: an empty list is not an action'],
    [{ permit: { actions: ['list'] } }, 'expected create, read, update or delete'],
    [{ permit: { ...read, principal: '' } }, 'permit.principal: an empty principal is everybody'],
    [{ permit: { ...read, principal: ' ' } }, 'permit.principal: nobody has a name of white space alone'],
    [{ permit: { ...read, resource: '' } }, 'permit.resource: an empty resource is every resource'],
    [{ permit: { ...read, resource: ' ' } }, 'permit.resource: no resource can match this'],
    [{ permit: { ...read, resource: 'model' } }, 'permit.resource: no resource can match this'],
    [
      { forbid: { ...read, resource: 'regex:model::(?!x' } },
      'forbid.resource: this regular expression cannot be used: a parenthesis is not closed',
    ],
  ])('refuses %j', (rule, message) => {
    expect(refusal({ access_policy: [rule] })).toContain(message);
  });
});

test('says one thing about one field', () => {
  for (const scope of [{ principal: '' }, { principal: ' ' }, { resource: '' }, { resource: ' ' }])
    expect(refusal({ access_policy: [{ permit: { actions: ['read'], ...scope } }] })).not.toContain('\n');
});

describe('route_policy', () => {
  test.each([
    [{ permit: { paths: [] } }, 'permit.paths: an empty list is not a path'],
    [{ permit: { paths: 'regex:(' } }, 'this regular expression cannot be used: a parenthesis is not closed'],
    [{ permit: { paths: ['/a', 'regex:a+++'] } }, 'this regular expression cannot be used: a repetition is repeated'],
    [{ permit: { paths: 5 } }, 'expected a path or a list of paths'],
  ])('refuses %j', (rule, message) => {
    expect(refusal({ route_policy: [rule] })).toContain(message);
  });
});

describe('a pattern that only the server can evaluate', () => {
  const text = `route_policy:
  - permit: {paths: /v1/files}
  - forbid: {paths: [/v1/x, 'regex:/v1/(?!models).*']}
  - permit: {paths: /v1/*}
access_policy:
  - forbid: {actions: delete, resource: 'regex:\\bmodel'}
  - permit: {actions: [read, delete], resource: 'model::*'}
`;
  const { value, locate } = parseConfigText(text, 'run.yaml');
  const config = parseAuthConfig(value, { locate });
  const user = { principal: 'alice', attributes: {} };
  const ask = (question: string): boolean => decide(config, user, parseQuestion(question)).allowed;

  it('is a warning where it stands, and keeps no other rule from being used', () => {
    const warnings = config.warnings.filter(({ code }) => code === 'rule_regex_unsupported');
    expect(warnings.map(({ severity, path, position }) => [severity, path, position])).toEqual([
      ['warning', 'access_policy[0].forbid.resource', 'run.yaml:6:41'],
      ['warning', 'route_policy[1].forbid.paths[1]', 'run.yaml:3:29'],
    ]);
    expect(warnings[0]?.message).toBe(
      'authcheck cannot evaluate this pattern, but the server can: it uses \\b and \\B',
    );
  });

  it('is never passed over: a question that comes to it has no answer, others do', () => {
    for (const question of ['/v1/models', 'delete model::m'])
      expect(() => ask(question)).toThrow(expect.objectContaining({ code: 'policy_unsupported' }));
    expect(['/v1/files', '/v1/x', 'read model::m'].map(ask)).toEqual([true, false, true]);
  });

  it('is compared with no other rule', () => {
    expect(findPolicyFaults(config)).toEqual([]);
  });
});

it('knows where every rule stands', () => {
  const text = 'auth:\n  access_policy:\n    - permit: {actions: read}\n    - forbid: {actions: read}\n';
  const { value, locate } = parseConfigText(text, 'run.yaml');
  const { locateRule } = parseAuthConfig(value, { locate });
  expect(locateRule('access_policy', 0)).toBe('run.yaml:3:7');
  expect(locateRule('access_policy', 1)).toBe('run.yaml:4:7');
  expect(parseAuthConfig(value).locateRule('access_policy', 0)).toBeNull();
});
