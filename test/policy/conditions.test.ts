import { describe, expect, it, test } from 'vitest';
import { excludes, parseCondition, suggestCondition, type Condition } from '../../src/policy/conditions.js';

describe('parseCondition', () => {
  test.each([
    ['user in owners teams', { kind: 'user_in_owners', attribute: 'teams' }],
    ['user not in owners teams', { kind: 'user_not_in_owners', attribute: 'teams' }],
    ['user with not in not', { kind: 'user_with', value: 'not', attribute: 'not' }],
    ['user with a not in b', { kind: 'user_with_not', value: 'a', attribute: 'b' }],
    [' user\tis\u00a0owner\u001c', { kind: 'user_is_owner' }],
    ['user is not owner', { kind: 'user_is_not_owner' }],
    ['resource is unowned', { kind: 'resource_is_unowned' }],
  ])('reads %j', (text, condition) => {
    expect(parseCondition(text)).toEqual(condition);
  });

  // White space is what Python takes for it: U+FEFF is a letter.
  test.each(['', 'User is owner', 'user is owner;', 'user with a in b and c', 'user\ufeffis owner'])(
    'refuses %j',
    (text) => {
      expect(parseCondition(text)).toBeNull();
    },
  );
});

describe('suggestCondition', () => {
  test.each([
    ['user in owner teams', 'user in owners teams'],
    ['user not in owner teams', 'user not in owners teams'],
    ['user in owner region', 'user in owners region'],
    ['user with admin role in roles', 'user with admin in roles'],
    ['user is the owner', 'user is owner'],
    ['is unowned', 'resource is unowned'],
  ])('%s → %s', (text, suggestion) => {
    expect(suggestCondition(text)).toBe(suggestion);
    expect(parseCondition(suggestion)).not.toBeNull();
  });
});

describe('excludes', () => {
  const read = (text: string): Condition => parseCondition(text) ?? expect.fail(text);

  it('knows a condition and its opposite', () => {
    expect(excludes(read('user with a in b'), read('user with a not in b'))).toBe(true);
    expect(excludes(read('user with a in b'), read('user with c not in b'))).toBe(false);
    expect(excludes(read('user is owner'), read('user is not owner'))).toBe(true);
  });

  it('knows that who owns what nobody owns', () => {
    expect(excludes(read('user in owners teams'), read('resource is unowned'))).toBe(true);
    expect(excludes(read('user not in owners teams'), read('resource is unowned'))).toBe(false);
  });
});
