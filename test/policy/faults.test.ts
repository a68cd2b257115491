import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  ACTIONS,
  decideAccess,
  decideRoute,
  findPolicyFaults,
  parseAuthConfig,
  type AccessRule,
  type Identity,
  type PolicyFault,
  type RouteRule,
} from '../../src/index.js';

function ofAccess(...access_policy: readonly unknown[]): PolicyFault[] {
  return findPolicyFaults(parseAuthConfig({ access_policy }));
}

function ofRoutes(...route_policy: readonly unknown[]): PolicyFault[] {
  return findPolicyFaults(parseAuthConfig({ route_policy }));
}

function codes(faults: readonly PolicyFault[]): string[] {
  return faults.map(({ index, code }) => `${index} ${code}`);
}

const read = { actions: ['read'] };
const admin = 'user with admin in roles';

describe('findPolicyFaults', () => {
  it('says which policy, which rule, what is wrong and what to do', () => {
    expect(ofAccess({ permit: read }, { forbid: read, when: admin })).toEqual([
      {
        policy: 'access_policy',
        index: 1,
        code: 'rule_shadowed',
        message: 'rule 1 above decides all that this one covers, so it never forbids anything',
        fix: 'move the rule above rule 1',
      },
    ]);
  });

  it('finds nothing wrong with the examples of the server’s documentation', () => {
    const access = ofAccess(
      { permit: { principal: 'user-1', actions: ['create', 'read', 'delete'], resource: 'model::*' } },
      { permit: { principal: 'user-2', actions: ['read'], resource: 'model::model-1' } },
      { permit: read, when: 'user in owners teams' },
      { forbid: { actions: ['create', 'read', 'delete'], resource: 'vector_db::*' }, unless: admin },
    );
    const routes = ofRoutes(
      { permit: { paths: '/v1/chat/completions' }, when: 'user with developer in roles' },
      { permit: { paths: ['/v1/files*', '/v1/models*'] }, when: 'user with user in roles' },
      { permit: { paths: '*' }, when: admin },
    );
    expect([...access, ...routes]).toEqual([]);
    expect(findPolicyFaults({ access_policy: [], route_policy: [] })).toEqual([]);
  });

  test.each<[string, PolicyFault[], string[]]>([
    ['a user named *', ofAccess({ permit: { ...read, principal: '*' } }), ['0 rule_wildcard_literal']],
    ['a star within a name', ofAccess({ permit: { ...read, resource: 'model::org/*' } }), ['0 rule_wildcard_literal']],
    ['two stars', ofAccess({ permit: { ...read, resource: 'model::a*::*' } }), ['0 rule_wildcard_literal']],
    ['everything', ofAccess({ permit: { actions: ACTIONS } }), ['0 rule_permits_everything']],
    [
      'everything, as a pattern',
      ofAccess({ permit: { actions: ACTIONS, resource: 'regex:.*' } }),
      ['0 rule_permits_everything'],
    ],
    ['everything, forbidden', ofAccess({ forbid: { actions: ACTIONS } }), ['0 policy_permits_nothing']],
    ['an empty principal', ofAccess({ permit: { ...read, principal: null } }), ['0 rule_field_empty']],
    ['an empty resource', ofAccess({ permit: { ...read, resource: null } }), ['0 rule_field_empty']],
    ['an empty condition', ofAccess({ permit: read, when: null }), ['0 rule_field_empty']],
    ['a pattern without an end', ofAccess({ permit: { ...read, resource: 'regex:model::m1' } }), ['0 rule_regex_open']],
    ['a pattern with an end', ofAccess({ permit: { ...read, resource: 'regex:(model::m1$)' } }), []],
    ['a pattern that goes on', ofAccess({ permit: { ...read, resource: 'regex:model::m1.*' } }), []],
    [
      'opposite conditions',
      ofAccess({ permit: read, when: ['user is owner', 'user is not owner'] }),
      ['0 rule_never_matches'],
    ],
    ['a mistyped attribute', ofAccess({ permit: read, when: 'user with admin in role' }), ['0 rule_attribute_unusual']],
    ['an attribute of one’s own', ofAccess({ permit: read, when: 'user with eu in region' }), []],
    [
      'whoever lacks a role',
      ofAccess({ permit: read, when: 'user with guest not in roles' }),
      ['0 rule_permits_absent'],
    ],
    [
      'whoever lacks a role, otherwise said',
      ofAccess({ permit: read, unless: 'user with guest in roles' }),
      ['0 rule_permits_absent'],
    ],
    [
      'whoever lacks one of two',
      ofAccess({ permit: read, unless: [admin, 'user is owner'] }),
      ['0 rule_permits_absent'],
    ],
    ['who is an admin, and no guest', ofAccess({ permit: read, when: [admin, 'user with guest not in roles'] }), []],
    [
      'only prohibitions',
      ofRoutes({ forbid: { paths: '/a' } }, { forbid: { paths: '/b' } }),
      ['0 policy_permits_nothing'],
    ],
    ['no slash', ofRoutes({ permit: { paths: 'v1*' } }), ['0 rule_never_matches']],
    ['the path //, which is none', ofRoutes({ permit: { paths: '' } }), []],
    ['a slash at the end', ofRoutes({ permit: { paths: ['/v1/', '/'] } }), ['0 rule_never_matches']],
    ['a query', ofRoutes({ permit: { paths: '/v1?x=1' } }), ['0 rule_never_matches']],
    ['an encoded path', ofRoutes({ permit: { paths: '/v1%2Fx' } }), ['0 rule_never_matches']],
    ['a star within a path', ofRoutes({ permit: { paths: '/v1/*/x' } }), ['0 rule_wildcard_literal']],
    ['two stars at the end', ofRoutes({ permit: { paths: '/v1/**' } }), ['0 rule_wildcard_literal']],
    ['a pattern from the middle', ofRoutes({ permit: { paths: 'regex:chat$' } }), ['0 rule_never_matches']],
    ['a pattern that may start otherwise', ofRoutes({ permit: { paths: ['regex:a*/x$', 'regex:a|/b$'] } }), []],
    ['all paths', ofRoutes({ forbid: { paths: '/a' } }, { permit: { paths: '*' } }), ['1 rule_permits_everything']],
    [
      'a prohibition that nobody meets',
      ofRoutes({ forbid: { paths: '/a*' }, unless: admin }, { permit: { paths: '/*' } }),
      ['0 rule_needs_user', '1 rule_permits_everything'],
    ],
    ['the owner of a path', ofRoutes({ permit: { paths: '/a' }, when: 'user is owner' }), ['0 rule_never_matches']],
    ['all but the owner', ofRoutes({ permit: { paths: '/a' }, unless: 'user is owner' }), ['0 rule_condition_idle']],
    ['no owner', ofRoutes({ permit: { paths: '/a' }, unless: 'resource is unowned' }), ['0 rule_never_matches']],
  ])('%s', (_, faults, expected) => {
    expect(codes(faults)).toEqual(expected);
    for (const { message, fix } of faults) expect(`${message}${fix}`).not.toContain('undefined');
  });

  test.each<[string, PolicyFault[], string]>([
    ['equal', ofAccess({ permit: read }, { permit: read }), '1 rule_shadowed'],
    [
      'a wider resource',
      ofAccess({ permit: { ...read, resource: 'model::*' } }, { permit: { ...read, resource: 'model::a::*' } }),
      '1 rule_shadowed',
    ],
    [
      'a pattern that matches',
      ofAccess({ permit: { ...read, resource: 'regex:model::a$' } }, { permit: { ...read, resource: 'model::a' } }),
      '1 rule_shadowed',
    ],
    [
      'two that share the actions',
      ofAccess({ permit: read }, { permit: { actions: 'delete' } }, { forbid: { actions: ['delete', 'read'] } }),
      '2 rule_shadowed',
    ],
    [
      'fewer conditions',
      ofAccess({ permit: read, when: admin }, { permit: read, when: ['user is owner', admin] }),
      '1 rule_shadowed',
    ],
    [
      'a wider path',
      ofRoutes({ permit: { paths: '/a*' }, when: admin }, { permit: { paths: ['/ab*', '/ac'] }, when: admin }),
      '1 rule_shadowed',
    ],
  ])('shadowed: %s', (_, faults, expected) => {
    expect(codes(faults)).toContain(expected);
  });

  it('does not compare what would take forever', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => `/${index}`);
    expect(ofRoutes({ permit: { paths: many } }, { permit: { paths: many } })).toEqual([]);
    const slow = Array.from({ length: 900 }, (_, index) => `regex:/(a|aa)*${index}$`);
    expect(ofRoutes({ permit: { paths: slow } }, { permit: { paths: '/b' } })).toEqual([]);
  });

  test.each<[string, PolicyFault[]]>([
    ['a narrower resource', ofAccess({ permit: { ...read, resource: 'model::*' } }, { permit: read })],
    [
      'another principal',
      ofAccess({ permit: { ...read, principal: 'a' } }, { permit: { ...read, principal: 'b' } }, { permit: read }),
    ],
    ['another condition', ofAccess({ permit: read, when: admin }, { permit: read, when: 'user is owner' })],
    ['more conditions', ofAccess({ permit: read, when: [admin, 'user is owner'] }, { permit: read, when: admin })],
    ['one of two paths', ofRoutes({ permit: { paths: '/a' } }, { permit: { paths: ['/a', '/b'] } })],
    ['a prefix of a literal star', ofRoutes({ permit: { paths: '/a' } }, { permit: { paths: '/a*' } })],
  ])('not shadowed: %s', (_, faults) => {
    expect(codes(faults)).toEqual([]);
  });
});

const SENTENCES = [
  ...['user with a in roles', 'user with a not in roles', 'user with b in roles', 'user is owner', 'user is not owner'],
  ...['user in owners roles', 'user not in owners roles', 'resource is unowned'],
];
const conditions = fc.oneof(
  fc.constant({}),
  fc.record({ when: fc.uniqueArray(fc.constantFrom(...SENTENCES), { minLength: 1, maxLength: 2 }) }),
  fc.record({ unless: fc.uniqueArray(fc.constantFrom(...SENTENCES), { minLength: 1, maxLength: 2 }) }),
);
const roles = fc.subarray(['a', 'b']);
const identity: fc.Arbitrary<Identity> = fc.record({
  principal: fc.constantFrom('x', 'y'),
  attributes: fc.oneof(fc.constant({}), fc.record({ roles })),
});

function ruleOf<Scope>(scope: fc.Arbitrary<Scope>): fc.Arbitrary<object> {
  return fc
    .tuple(fc.constantFrom('permit', 'forbid'), scope, conditions)
    .map(([effect, written, rest]) => ({ [effect]: written, ...rest }));
}

/** Rules that are said never to decide. */
function deadRules(faults: readonly PolicyFault[]): number[] {
  return faults
    .filter(({ code }) => code === 'rule_shadowed' || code === 'rule_never_matches')
    .map(({ index }) => index);
}

describe('a rule that is said to be shadowed, or never to match', () => {
  it('never decides about access', () => {
    const scope = fc.record({
      actions: fc.subarray([...ACTIONS].slice(0, 2), { minLength: 1 }),
      principal: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
      resource: fc.option(
        fc.constantFrom('m::*', 'm::a', 'm::a::*', 'm::a::b', 'regex:m::a', 'regex:m', 'regex:.*', 'n::*'),
        { nil: undefined },
      ),
    });
    const policy = fc.array(ruleOf(scope), { minLength: 2, maxLength: 5 });
    const resource = fc.record({
      type: fc.constantFrom('m', 'n'),
      identifier: fc.constantFrom('a', 'a::b', 'c', '*'),
      owner: fc.option(identity),
    });
    let dead = 0;
    fc.assert(
      fc.property(policy, identity, fc.constantFrom(...ACTIONS), resource, (written, user, action, resource) => {
        const rules = written as AccessRule[];
        const never = deadRules(findPolicyFaults({ access_policy: rules, route_policy: [] }));
        dead += never.length;
        expect(never).not.toContain(decideAccess(rules, user, action, resource).rule);
      }),
      { numRuns: 1000 },
    );
    expect(dead).toBeGreaterThan(100);
  });

  it('never decides about a path', () => {
    const path = fc.constantFrom(
      '*',
      '/*',
      '/a',
      '/a*',
      '/ab',
      '/a/',
      'a',
      '/a*b',
      'regex:/a',
      'regex:/a$',
      'regex:a',
      '/',
    );
    const policy = fc.array(ruleOf(fc.record({ paths: path })), { minLength: 2, maxLength: 5 });
    const asked = fc.constantFrom('/', '/a', '/a/', '/ab', '/ac', '/b', '/a*', '/a*b', '//', '//a');
    fc.assert(
      fc.property(policy, fc.option(identity), asked, (written, user, path) => {
        const rules = written as RouteRule[];
        const never = deadRules(findPolicyFaults({ access_policy: [], route_policy: rules }));
        expect(never).not.toContain(decideRoute(rules, user, path).rule);
      }),
      { numRuns: 1000 },
    );
  });
});
