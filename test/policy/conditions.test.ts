import { describe, expect, it, test } from 'vitest';
import { CONDITION_FORMS, areExclusive, parseCondition, suggestCondition } from '../../src/policy/conditions.js';

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

  // Each of the sentences with one word too many, too few, or another one.
  test.each([
    ...['user in owners', 'user in owners a b', 'user on owners a', 'user in owner a', 'group in owners a'],
    ...['user not in owners', 'user not in owners a b', 'user no in owners a', 'user not on owners a'],
    ...['user not in owner a', 'group not in owners a', 'user with', 'user with a', 'user with a in'],
    ...['user with a on b', 'user has a in b', 'group with a in b', 'user with a in b c', 'user with a not in'],
    ...['user with a not in b c', 'user with a no in b', 'user with a not on b', 'user has a not in b'],
    ...[
      'group with a not in b',
      'resource is owned',
      'resource is unowned now',
      'user is',
      'user is not',
      'in owners a',
    ],
  ])('does not guess at %j', (text) => {
    expect(parseCondition(text)).toBeNull();
  });

  it('reads every sentence that is offered, and what is not a keyword as a name', () => {
    expect(CONDITION_FORMS.map((form) => parseCondition(form))).toEqual([
      { kind: 'user_in_owners', attribute: 'ATTRIBUTE' },
      { kind: 'user_not_in_owners', attribute: 'ATTRIBUTE' },
      { kind: 'user_with', value: 'VALUE', attribute: 'ATTRIBUTE' },
      { kind: 'user_with_not', value: 'VALUE', attribute: 'ATTRIBUTE' },
      { kind: 'user_is_owner' },
      { kind: 'user_is_not_owner' },
      { kind: 'resource_is_unowned' },
    ]);
  });
});

describe('suggestCondition', () => {
  test.each([
    ['user in owner teams', 'user in owners teams'],
    ['user not in owner teams', 'user not in owners teams'],
    ['user in owner region', 'user in owners region'],
    ['user with admin role in roles', 'user with admin in roles'],
    ['user is the owner', 'user is owner'],
    ['is unowned', 'resource is unowned'],
    ['user is really not owner', 'user is not owner'],
    ['user with admin', 'user with admin in admin'],
    ['user with', 'user with VALUE in ATTRIBUTE'],
    ['user not with a role in teams', 'user with a not in teams'],
    ['in', 'user in owners ATTRIBUTE'],
    ['user in owners of the region', 'user in owners region'],
    ['resource with x is unowned', 'resource is unowned'],
    // A known attribute is meant, wherever it stands; else the last word that is no keyword.
    ...['roles', 'teams', 'projects', 'namespaces'].map((name) => [`in ${name} of x`, `user in owners ${name}`]),
    ...['user', 'resource', 'is', 'with', 'not', 'owner', 'owners'].map((word) => [
      `user with a in region ${word}`,
      `user with a ${word === 'not' ? 'not ' : ''}in region`,
    ]),
    ['user in unowned region unowned', 'resource is unowned'],
  ])('%s → %s', (text, suggestion) => {
    expect(suggestCondition(text)).toBe(suggestion);
    expect(parseCondition(suggestion)).not.toBeNull();
  });
});

it('suggests nothing where nothing is near', () => {
  expect(suggestCondition('everybody')).toBeNull();
});

describe('areExclusive', () => {
  const exclusive = (...texts: readonly string[]): boolean =>
    areExclusive(texts.map((text) => parseCondition(text) ?? expect.fail(text)));

  it('knows a condition and its opposite, in any order', () => {
    expect(exclusive('user with a in b', 'user with a not in b')).toBe(true);
    expect(exclusive('user with a in b', 'user with c not in b')).toBe(false);
    expect(exclusive('user is owner', 'user with a in b', 'user is not owner')).toBe(true);
    expect(exclusive('user is not owner', 'user is owner')).toBe(true);
    expect(exclusive('user in owners a', 'user not in owners a')).toBe(true);
    expect(exclusive('user in owners a', 'user not in owners b')).toBe(false);
    expect(exclusive('user with a in b', 'user with a not in c')).toBe(false);
    expect(exclusive('user is owner', 'user is owner')).toBe(false);
    expect(exclusive('resource is unowned', 'resource is unowned')).toBe(false);
  });

  it('knows that nobody owns what is unowned', () => {
    expect(exclusive('user in owners teams', 'resource is unowned')).toBe(true);
    expect(exclusive('resource is unowned', 'user is owner')).toBe(true);
    expect(exclusive('user not in owners teams', 'resource is unowned')).toBe(false);
    expect(exclusive('user is not owner', 'resource is unowned')).toBe(false);
    expect(exclusive('user with a in b', 'resource is unowned')).toBe(false);
    expect(exclusive('user is owner', 'user with a in b')).toBe(false);
  });

  it('looks at each condition once: a hundred thousand of them', () => {
    expect(exclusive(...Array.from({ length: 100_000 }, (_, index) => `user with v${index} in roles`))).toBe(false);
  });
});
