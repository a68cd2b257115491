import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { decideAccess, type AccessRule, type Identity } from '../../src/index.js';

const bob: Identity = { principal: 'bob', attributes: { teams: ['ml'] } };
const model = { type: 'model', identifier: 'llama-3', owner: null };
const permit = { actions: ['read'] } as const;

describe('decideAccess', () => {
  it('names the rule that decides, and says why the rules before it did not', () => {
    const rules: AccessRule[] = [
      { permit: { actions: ['create', 'delete'] } },
      { forbid: { actions: 'read', principal: 'alice' } },
      { forbid: { actions: 'read', resource: 'shield::*' } },
      { permit, when: ['user with ml in teams', 'user is owner', 'user with x in roles'] },
      { forbid: permit, unless: 'user with ml in teams' },
      { permit, unless: ['user with ml in teams', 'user with ops in teams'] },
      { forbid: permit },
    ];
    expect(decideAccess(rules, bob, 'read', model)).toEqual({
      allowed: true,
      policy: 'access_policy',
      rule: 5,
      message: 'rule 6 of access_policy permits it',
      trace: [
        { index: 0, effect: 'permit', outcome: 'not_covered', message: 'is about create and delete' },
        { index: 1, effect: 'forbid', outcome: 'not_covered', message: 'is about the principal alice' },
        { index: 2, effect: 'forbid', outcome: 'not_covered', message: 'is about shield::*' },
        {
          index: 3,
          effect: 'permit',
          outcome: 'condition_unmet',
          message: 'covers it, but its condition does not hold: "user is owner" and "user with x in roles"',
        },
        {
          index: 4,
          effect: 'forbid',
          outcome: 'condition_unmet',
          message: 'covers it, but its exception holds: "user with ml in teams"',
        },
        {
          index: 5,
          effect: 'permit',
          outcome: 'decided',
          message: 'covers it, and its exception does not hold: "user with ops in teams"',
        },
      ],
    });
  });

  it('denies what no rule matches', () => {
    const { allowed, rule, message } = decideAccess([{ permit: { actions: ['create'] } }], bob, 'read', model);
    expect({ allowed, rule, message }).toEqual({
      allowed: false,
      rule: null,
      message: 'no rule of access_policy matches, and what no rule permits is denied',
    });
  });

  it('falls back on the server’s default where there are no rules', () => {
    const owned = { ...model, owner: { principal: 'alice', attributes: { teams: ['ml', 'ops'] } } };
    expect(decideAccess([], bob, 'delete', owned)).toMatchObject({ allowed: true, policy: 'default_policy', rule: 1 });
    const foreign = { ...model, owner: { principal: 'alice', attributes: {} } };
    expect(decideAccess([], bob, 'delete', foreign)).toMatchObject({ allowed: false, rule: null });
    expect(decideAccess([], bob, 'delete', model)).toMatchObject({ allowed: true, rule: 5 });
  });

  it('says of the server’s default that it is one', () => {
    const foreign = { ...model, owner: { principal: 'alice', attributes: {} } };
    expect(decideAccess([], bob, 'delete', foreign).message).toBe(
      'no rule of the server’s default policy matches, and what no rule permits is denied',
    );
    const { message, trace } = decideAccess([], bob, 'delete', model);
    expect(message).toBe('rule 6 of the server’s default policy permits it');
    expect(trace.map((answer) => answer.message)).toEqual([
      ...['roles', 'teams', 'projects', 'namespaces'].map(
        (name) => `covers it, but its condition does not hold: "user in owners ${name}"`,
      ),
      'covers it, but its condition does not hold: "user is owner"',
      'covers it, and its condition holds: "resource is unowned"',
    ]);
  });

  test.each(['roles', 'teams', 'projects', 'namespaces'])('shares what one of the %s owns by default', (name) => {
    const user: Identity = { principal: 'bob', attributes: { [name]: ['a', 'b'] } };
    const of = (values: readonly string[]): boolean =>
      decideAccess([], user, 'update', { ...model, owner: { principal: 'al', attributes: { [name]: values } } })
        .allowed;
    expect([of(['b', 'c']), of(['c']), of([])]).toEqual([true, false, false]);
  });

  it('permits nothing to a request without a user, which is not a server without users', () => {
    expect(decideAccess([{ permit }], undefined, 'read', model)).toEqual({
      allowed: false,
      policy: 'none',
      rule: null,
      message: 'the request has no user; only null says that authentication is off',
      trace: [],
    });
  });

  it('permits everything where there is no user, as the server does', () => {
    expect(decideAccess([{ forbid: permit }], null, 'read', model)).toEqual({
      allowed: true,
      policy: 'none',
      rule: null,
      message: 'without a user the server takes authentication to be off, and permits everything',
      trace: [],
    });
  });

  it('takes an empty principal or resource for everybody and everything', () => {
    expect(decideAccess([{ permit: { ...permit, principal: null, resource: null } }], bob, 'read', model).rule).toBe(0);
    expect(decideAccess([{ permit: { ...permit, principal: 'bob' } }], bob, 'read', model).rule).toBe(0);
  });

  test.each([
    ['model::llama-3', true],
    ['model::*', true],
    ['model::llama*', false],
    ['model::llama-3::*', false],
    ['*', false],
    ['regex:model::l', true],
    ['regex:llama', false],
  ])('means by %s what the server means', (resource, allowed) => {
    expect(decideAccess([{ permit: { ...permit, resource } }], bob, 'read', model).allowed).toBe(allowed);
  });

  it('means a resource whose name holds a star by exactly that name', () => {
    const star = { ...model, identifier: 'a*' };
    expect(decideAccess([{ permit: { ...permit, resource: 'model::a*' } }], bob, 'read', star).allowed).toBe(true);
  });

  // The parser of the config refuses these; the server takes them for rules without a condition.
  test.each(['', []])('takes an empty condition for none: %j', (when) => {
    expect(decideAccess([{ permit, when }], bob, 'read', model).allowed).toBe(true);
  });

  it('does not find attributes in the prototype', () => {
    const rules: AccessRule[] = [{ permit, when: 'user with x in constructor' }];
    expect(decideAccess(rules, bob, 'read', model).allowed).toBe(false);
    const polluted: Identity = { principal: 'x', attributes: Object.fromEntries([['__proto__', ['x']]]) };
    expect(decideAccess([{ permit, when: 'user with x in __proto__' }], polluted, 'read', model).allowed).toBe(true);
  });

  it('refuses rules that nobody checked', () => {
    expect(() => decideAccess([{}], bob, 'read', model)).toThrow(
      'the rules have not been checked: one has neither permit nor forbid',
    );
    expect(() => decideAccess([{ permit, when: 'bad' }], bob, 'read', model)).toThrow(
      'the rules have not been checked: a condition is not a sentence',
    );
  });

  it('never throws, whatever the user and the resource are called', () => {
    const text = fc.string({ unit: 'binary' });
    const identity = fc.record({ principal: text, attributes: fc.dictionary(text, fc.array(text)) });
    const rules: AccessRule[] = [
      { forbid: { actions: 'read', resource: 'regex:(.*)*::(a|aa)+$' }, unless: 'user in owners teams' },
      { permit, when: 'user not in owners teams' },
    ];
    fc.assert(
      fc.property(identity, fc.option(identity), text, text, (user, owner, type, identifier) => {
        const decision = decideAccess(rules, user, 'read', { type, identifier, owner });
        expect(decision.allowed).toBe(decision.rule === 1);
      }),
    );
  });
});
