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
        fix: 'Move the rule above rule 1.',
      },
    ]);
  });

  test.each<[() => PolicyFault[], string, string]>([
    [
      () => ofAccess({ permit: { ...read, principal: null } }),
      'principal is empty, so the rule is about every user',
      'Give principal a value, or remove it.',
    ],
    [
      () => ofAccess({ permit: { ...read, resource: null } }),
      'resource is empty, so the rule is about every resource',
      'Give resource a value, or remove it.',
    ],
    [
      () => ofAccess({ permit: read, unless: null }),
      'unless is empty, so the rule has no condition',
      'Give unless a condition, or remove it.',
    ],
    [
      () => ofAccess({ permit: { ...read, principal: '*' } }),
      '* means a user of that name, and nothing else',
      'To cover every user, leave principal out.',
    ],
    [
      () => ofAccess({ permit: { ...read, resource: 'model::a*::*' } }),
      'model::a*::* means a resource of that name, and nothing else',
      'Write TYPE::* or regex:PATTERN.',
    ],
    [
      () => ofAccess({ permit: { actions: ACTIONS } }),
      'every user may do everything with every resource that no rule above forbids',
      'Name a principal, a resource or a condition.',
    ],
    [
      () => ofAccess({ permit: { ...read, resource: 'regex:model::m1' } }),
      'regex:model::m1 matches anything that starts like this',
      'End the pattern with "$", or with ".*" if this is meant.',
    ],
    [
      () => ofAccess({ permit: read, when: ['user is owner', 'user is not owner'] }),
      'its conditions never hold together',
      'Remove one of them.',
    ],
    [
      () => ofAccess({ permit: read, when: 'user with admin in role' }),
      '"user with admin in role" asks for the attribute role, which no mapping makes unless told to',
      'Write roles, if that is meant; else map a claim to role.',
    ],
    [
      () => ofAccess({ permit: read, unless: admin }),
      'users of whom only the name is known are permitted too',
      'Say whom the rule is for, such as when: user with VALUE in ATTRIBUTE.',
    ],
    [
      () => ofAccess({ forbid: read }),
      'no rule permits anything, and what no rule permits is denied',
      'Add rules with permit after those that forbid.',
    ],
    [
      () => ofRoutes({ permit: { paths: '*' } }),
      'every path that no rule above forbids is open, in other spellings too: //v1/x is not /v1/x to the rules',
      'Permit the paths that are needed, rather than forbid the others.',
    ],
    [
      () => ofRoutes({ permit: { paths: 'regex:chat$' } }),
      'no request has the path regex:chat$: a path starts with "/", and a pattern is compared from its start',
      'Write regex:/….',
    ],
    [
      () => ofRoutes({ permit: { paths: 'v1*' } }),
      'no request has the path v1*: a path starts with "/"',
      'Write /v1*.',
    ],
    ...[
      ['GET /v1/models', 'Write /v1/models: rules are about paths, whatever the method.'],
      ['* /v1/models', 'Write /v1/models: rules are about paths, whatever the method.'],
      ['https://api.example:8321/v1/models', 'Write /v1/models: rules are about paths, whatever the host.'],
      [' /v1/models', 'Write /v1/models, without white space before it.'],
      ['Regex:/v1/.*$', 'Write regex:/v1/.*$, with its prefix in small letters.'],
      ['^/v1/.*$', 'Write regex:^/v1/.*$.'],
    ].map(([paths, fix]): [() => PolicyFault[], string, string] => [
      () => ofRoutes({ permit: { paths } }),
      `no request has the path ${paths}: a path starts with "/"`,
      fix ?? '',
    ]),
    [
      () => ofRoutes({ permit: { paths: '/v1?x' } }),
      '/v1?x is compared with the path, decoded and without its query: only a request that encodes its %, ? or # has it',
      'Write the path decoded, and without a query.',
    ],
    [
      () => ofRoutes({ permit: { paths: '/v1/a/' } }),
      'no request has the path /v1/a/: slashes at the end are taken away before it is compared',
      'Write /v1/a.',
    ],
    [
      () => ofRoutes({ permit: { paths: '/v1/*/x' } }),
      '/v1/*/x means a path with that character, and nothing else',
      'A star at the end alone stands for anything; use regex:PATTERN.',
    ],
    [
      () => ofRoutes({ forbid: { paths: '/a' }, unless: admin }, { permit: { paths: '/a' } }).slice(0, 1),
      'where a request has no user, no condition is met: this rule is passed over, and one below permits the path',
      'Permit the path to those who may have it, then forbid it without a condition.',
    ],
    [
      () => ofRoutes({ permit: { paths: '/a' }, when: 'user is owner' }),
      'a path has no owner, so "user is owner" never holds',
      'Use "user with VALUE in ATTRIBUTE" in route_policy.',
    ],
    [
      () => ofRoutes({ permit: { paths: '/a' }, when: ['resource is unowned', admin] }),
      'a path has no owner, so "resource is unowned" always holds',
      'Use "user with VALUE in ATTRIBUTE" in route_policy.',
    ],
    [
      () => ofAccess({ permit: read }, { permit: read }),
      'rule 1 above decides all that this one covers, and to the same effect',
      'Remove the rule.',
    ],
    [
      () =>
        ofAccess(
          { permit: { actions: 'delete' } },
          { permit: read },
          { forbid: { actions: ['read', 'delete', 'read'] } },
        ),
      'rules 1 and 2 above decide all that this one covers, so it never forbids anything',
      'Move the rule above rules 1 and 2.',
    ],
    [
      () => ofAccess({ forbid: { actions: 'delete' } }, { permit: read }, { permit: { actions: ['delete', 'read'] } }),
      'rules 1 and 2 above decide all that this one covers, so it never permits anything',
      'Move the rule above rules 1 and 2.',
    ],
  ])('says what is wrong in words: %#', (find, message, fix) => {
    expect(find().map((fault) => [fault.message, fault.fix])).toEqual([[message, fix]]);
  });

  it('says of both policies which is meant, access first', () => {
    const wrong = { access_policy: [{ forbid: read }], route_policy: [{ forbid: { paths: '/a' } }] };
    expect(findPolicyFaults(parseAuthConfig(wrong)).map(({ policy, code }) => [policy, code])).toEqual([
      ['access_policy', 'policy_permits_nothing'],
      ['route_policy', 'policy_permits_nothing'],
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

  test.each<[string, () => PolicyFault[], string[]]>([
    ['a user named *', () => ofAccess({ permit: { ...read, principal: '*' } }), ['0 rule_wildcard_literal']],
    [
      'a star within a name',
      () => ofAccess({ permit: { ...read, resource: 'model::org/*' } }),
      ['0 rule_wildcard_literal'],
    ],
    ['two stars', () => ofAccess({ permit: { ...read, resource: 'model::a*::*' } }), ['0 rule_wildcard_literal']],
    ['everything', () => ofAccess({ permit: { actions: ACTIONS } }), ['0 rule_permits_everything']],
    [
      'everything, as a pattern',
      () => ofAccess({ permit: { actions: ACTIONS, resource: 'regex:.*' } }),
      ['0 rule_permits_everything'],
    ],
    ['everything, forbidden', () => ofAccess({ forbid: { actions: ACTIONS } }), ['0 policy_permits_nothing']],
    ['an empty principal', () => ofAccess({ permit: { ...read, principal: null } }), ['0 rule_field_empty']],
    ['an empty resource', () => ofAccess({ permit: { ...read, resource: null } }), ['0 rule_field_empty']],
    ['an empty condition', () => ofAccess({ permit: read, when: null }), ['0 rule_field_empty']],
    [
      'a pattern without an end',
      () => ofAccess({ permit: { ...read, resource: 'regex:model::m1' } }),
      ['0 rule_regex_open'],
    ],
    ['a pattern with an end', () => ofAccess({ permit: { ...read, resource: 'regex:(model::m1$)' } }), []],
    ['a pattern that goes on', () => ofAccess({ permit: { ...read, resource: 'regex:model::m1.*' } }), []],
    [
      'opposite conditions',
      () => ofAccess({ permit: read, when: ['user is owner', 'user is not owner'] }),
      ['0 rule_never_matches'],
    ],
    [
      'a mistyped attribute',
      () => ofAccess({ permit: read, when: 'user with admin in role' }),
      ['0 rule_attribute_unusual'],
    ],
    ['an attribute of one’s own', () => ofAccess({ permit: read, when: 'user with eu in region' }), []],
    [
      'whoever lacks a role',
      () => ofAccess({ permit: read, when: 'user with guest not in roles' }),
      ['0 rule_permits_absent'],
    ],
    [
      'whoever lacks a role, otherwise said',
      () => ofAccess({ permit: read, unless: 'user with guest in roles' }),
      ['0 rule_permits_absent'],
    ],
    [
      'whoever lacks one of two',
      () => ofAccess({ permit: read, unless: [admin, 'user is owner'] }),
      ['0 rule_permits_absent'],
    ],
    [
      'who is an admin, and no guest',
      () => ofAccess({ permit: read, when: [admin, 'user with guest not in roles'] }),
      [],
    ],
    [
      'only prohibitions',
      () => ofRoutes({ forbid: { paths: '/a' } }, { forbid: { paths: '/b' } }),
      ['0 policy_permits_nothing'],
    ],
    ['no slash', () => ofRoutes({ permit: { paths: 'v1*' } }), ['0 rule_never_matches']],
    ['the path //, which is none', () => ofRoutes({ permit: { paths: '' } }), []],
    ['a slash at the end', () => ofRoutes({ permit: { paths: ['/v1/', '/'] } }), ['0 rule_never_matches']],
    ['a query', () => ofRoutes({ permit: { paths: '/v1?x=1' } }), ['0 rule_never_matches']],
    ['an encoded path', () => ofRoutes({ permit: { paths: '/v1%2Fx' } }), ['0 rule_never_matches']],
    ['a star within a path', () => ofRoutes({ permit: { paths: '/v1/*/x' } }), ['0 rule_wildcard_literal']],
    ['two stars at the end', () => ofRoutes({ permit: { paths: '/v1/**' } }), ['0 rule_wildcard_literal']],
    ['a pattern from the middle', () => ofRoutes({ permit: { paths: 'regex:chat$' } }), ['0 rule_never_matches']],
    ['a pattern that may start otherwise', () => ofRoutes({ permit: { paths: ['regex:a*/x$', 'regex:a$|/b$'] } }), []],
    [
      'all paths',
      () => ofRoutes({ forbid: { paths: '/a' } }, { permit: { paths: '*' } }),
      ['1 rule_permits_everything'],
    ],
    [
      'a prohibition that nobody meets',
      () => ofRoutes({ forbid: { paths: '/a*' }, unless: admin }, { permit: { paths: '/*' } }),
      ['0 rule_needs_user', '1 rule_permits_everything'],
    ],
    [
      'a prohibition of one star, below which only two stars are open',
      () => ofRoutes({ forbid: { paths: '/a/*' }, unless: admin }, { permit: { paths: '/a/**' } }),
      ['1 rule_wildcard_literal'],
    ],
    [
      'the owner of a path',
      () => ofRoutes({ permit: { paths: '/a' }, when: 'user is owner' }),
      ['0 rule_never_matches'],
    ],
    [
      'all but the owner',
      () => ofRoutes({ permit: { paths: '/a' }, unless: 'user is owner' }),
      ['0 rule_condition_idle'],
    ],
    ['no owner', () => ofRoutes({ permit: { paths: '/a' }, unless: 'resource is unowned' }), ['0 rule_never_matches']],
    [
      'a shared owner',
      () => ofRoutes({ permit: { paths: '/a' }, when: 'user in owners teams' }),
      ['0 rule_never_matches'],
    ],
    [
      'no shared owner',
      () => ofRoutes({ permit: { paths: '/a' }, when: ['user not in owners teams', admin] }),
      ['0 rule_condition_idle'],
    ],
    [
      'somebody else’s path',
      () => ofRoutes({ permit: { paths: '/a' }, unless: 'user is not owner' }),
      ['0 rule_never_matches'],
    ],
    ['a name', () => ofAccess({ permit: { actions: ACTIONS, principal: 'root' } }), []],
    ['everything of one kind', () => ofAccess({ permit: { actions: ACTIONS, resource: 'model::*' } }), []],
    ['everything for some', () => ofAccess({ permit: { actions: ACTIONS }, when: admin }), []],
    ['much', () => ofAccess({ permit: { actions: ['create', 'read', 'update'] } }), []],
    [
      'everything, with empty fields',
      () => ofAccess({ permit: { actions: ACTIONS, principal: null, resource: null } }),
      ['0 rule_field_empty', '0 rule_field_empty', '0 rule_permits_everything'],
    ],
    ['a star in a pattern', () => ofAccess({ permit: { ...read, resource: 'regex:model::a*$' } }), []],
    ['a star that is no end', () => ofAccess({ permit: { ...read, resource: 'a::*b' } }), ['0 rule_wildcard_literal']],
    ['a star of a type', () => ofAccess({ permit: { ...read, resource: 'a::b::*' } }), []],
    [
      'an open pattern, forbidden',
      () => ofAccess({ forbid: { ...read, resource: 'regex:model' } }, { permit: read }),
      [],
    ],
    ['an end of the text', () => ofRoutes({ permit: { paths: ['regex:/a\\Z', 'regex:/a.+', 'regex:(/a.*?)'] } }), []],
    ['an end in the middle', () => ofRoutes({ permit: { paths: 'regex:/a.*b' } }), ['0 rule_regex_open']],
    ...['/a|/b$', '/a\\$', '/a\\.*', '/a(b$|c)', '/a(b\\Z)?', '/a$|', '/[a|b$]', '/a[$]', '/a.*b?', '/a(?#$)'].map(
      (pattern): [string, () => PolicyFault[], string[]] => [
        `the pattern ${pattern}, which is open`,
        () => ofRoutes({ permit: { paths: `regex:${pattern}` } }),
        ['0 rule_regex_open'],
      ],
    ),
    [
      'patterns each of whose branches has an end',
      () =>
        ofRoutes({
          permit: {
            paths: ['/a$|/b$', '/a\\\\$', '/(a|b)$', '/(a$|b\\Z)', '/a(b\\Z)+', '/a\\\\.*', '(?x)/a $ # end'].map(
              (pattern) => `regex:${pattern}`,
            ),
          },
        }),
      [],
    ],
    ['a repetition of one letter', () => ofRoutes({ permit: { paths: 'regex:/a*' } }), ['0 rule_regex_open']],
    [
      'all paths, as a prefix',
      () => ofRoutes({ forbid: { paths: '/a' } }, { permit: { paths: ['/b', '/*'] } }),
      ['1 rule_permits_everything'],
    ],
    ['all paths, for some', () => ofRoutes({ permit: { paths: '*' }, when: admin }), []],
    ['all paths, by a start alone', () => ofRoutes({ permit: { paths: 'regex:^' } }), ['0 rule_permits_everything']],
    ['all paths, as a pattern', () => ofRoutes({ permit: { paths: 'regex:.*' } }), ['0 rule_permits_everything']],
    ['a fragment', () => ofRoutes({ permit: { paths: '/v1#x' } }), ['0 rule_never_matches']],
    ['a percent sign that encodes nothing', () => ofRoutes({ permit: { paths: ['/100%', '/5%a', '/%zz'] } }), []],
    [
      'a star in a path that is forbidden',
      () => ofRoutes({ forbid: { paths: '/*/x' } }, { permit: { paths: '/y' } }),
      ['0 rule_wildcard_literal'],
    ],
    ['a pattern with a slash in it', () => ofRoutes({ permit: { paths: 'regex:v1/x$' } }), ['0 rule_never_matches']],
    [
      'a pattern that need not start with its letter',
      () => ofRoutes({ permit: { paths: ['regex:v?/x$', 'regex:v{0}/x$', 'regex:\\W$', 'regex:(v|/)x$'] } }),
      [],
    ],
    ['the word regex within a path', () => ofRoutes({ permit: { paths: '/regex:a' } }), []],
    [
      'a prohibition below which nothing is open',
      () => ofRoutes({ forbid: { paths: '/a' }, unless: admin }, { permit: { paths: '/b' } }),
      [],
    ],
    [
      'a prohibition below which some may',
      () => ofRoutes({ forbid: { paths: '/a' }, unless: admin }, { permit: { paths: '/a' }, when: admin }),
      [],
    ],
    [
      'a prohibition below which it is forbidden again',
      () =>
        ofRoutes({ forbid: { paths: '/a' }, unless: admin }, { forbid: { paths: '/a' } }, { permit: { paths: '/b' } }),
      [],
    ],
    [
      'a prohibition of two paths, one of which is open',
      () =>
        ofRoutes(
          { forbid: { paths: ['/a', '/b'] }, unless: admin },
          { permit: { paths: '/b' } },
          { permit: { paths: '/c' } },
        ),
      ['0 rule_needs_user'],
    ],
    [
      'a prohibition above which the path is open',
      () => ofRoutes({ permit: { paths: '/a' } }, { forbid: { paths: '/a*' }, unless: admin }),
      [],
    ],
    [
      'only a name is known, and forbidden',
      () => ofAccess({ forbid: read, unless: admin }, { permit: { actions: 'update' } }),
      [],
    ],
    [
      'who shares nothing with the owner',
      () => ofAccess({ permit: read, when: 'user not in owners teams' }),
      ['0 rule_permits_absent'],
    ],
    ['who is not the owner', () => ofAccess({ permit: read, when: 'user is not owner' }), []],
    [
      'whoever lacks both of two, on a path',
      () => ofRoutes({ permit: { paths: '/a' }, unless: [admin, 'user with x in teams'] }),
      ['0 rule_permits_absent'],
    ],
    [
      'whoever lacks one of two, while the other is so',
      () => ofAccess({ permit: read, unless: [admin, 'user not in owners teams'] }),
      ['0 rule_permits_absent'],
    ],
    [
      'whoever lacks a role, where nobody owns it',
      () => ofAccess({ permit: read, when: ['user with guest not in roles', 'resource is unowned'] }),
      ['0 rule_permits_absent'],
    ],
    [
      'a prohibition above which its path is open',
      () => ofRoutes({ permit: { paths: '/a' } }, { forbid: { paths: '/a' }, unless: admin }),
      ['1 rule_shadowed'],
    ],
    ['a pattern that says regex twice', () => ofRoutes({ permit: { paths: 'regex:/regex:b$' } }), []],
    ['a pattern of two, one of which has its slash', () => ofRoutes({ permit: { paths: 'regex:ab$|/c$' } }), []],
    ['an exception that is empty', () => ofAccess({ permit: read, unless: null }), ['0 rule_field_empty']],
    [
      'opposites to be left out',
      () => ofAccess({ forbid: read, unless: ['user is owner', 'user is not owner'] }, { permit: read }),
      [],
    ],
  ])('%s', (_, find, expected) => {
    expect(codes(find())).toEqual(expected);
  });

  test.each<[string, () => PolicyFault[], string]>([
    ['equal', () => ofAccess({ permit: read }, { permit: read }), '1 rule_shadowed'],
    [
      'a wider resource',
      () => ofAccess({ permit: { ...read, resource: 'model::*' } }, { permit: { ...read, resource: 'model::a::*' } }),
      '1 rule_shadowed',
    ],
    [
      'a pattern that matches',
      () =>
        ofAccess({ permit: { ...read, resource: 'regex:model::a$' } }, { permit: { ...read, resource: 'model::a' } }),
      '1 rule_shadowed',
    ],
    [
      'two that share the actions',
      () => ofAccess({ permit: read }, { permit: { actions: 'delete' } }, { forbid: { actions: ['delete', 'read'] } }),
      '2 rule_shadowed',
    ],
    [
      'fewer conditions',
      () => ofAccess({ permit: read, when: admin }, { permit: read, when: ['user is owner', admin] }),
      '1 rule_shadowed',
    ],
    [
      'a wider path',
      () => ofRoutes({ permit: { paths: '/a*' }, when: admin }, { permit: { paths: ['/ab*', '/ac'] }, when: admin }),
      '1 rule_shadowed',
    ],
    [
      'a named rule by one for everybody',
      () => ofAccess({ permit: read }, { permit: { ...read, principal: 'a' } }),
      '1 rule_shadowed',
    ],
    [
      'the same name',
      () => ofAccess({ permit: { ...read, principal: 'a' } }, { permit: { ...read, principal: 'a' } }),
      '1 rule_shadowed',
    ],
    [
      'two stars by one',
      () => ofRoutes({ permit: { paths: '/a/*' } }, { permit: { paths: '/a/**' } }),
      '1 rule_shadowed',
    ],
    ['a condition by none', () => ofAccess({ permit: read }, { permit: read, when: admin }), '1 rule_shadowed'],
    [
      'every resource by an open pattern',
      () => ofAccess({ permit: { ...read, resource: 'regex:^.*' } }, { permit: read }),
      '1 rule_shadowed',
    ],
    [
      'below an open pattern',
      () => ofAccess({ permit: { ...read, resource: 'regex:' } }, { permit: { ...read, resource: 'regex:m' } }),
      '1 rule_shadowed',
    ],
    [
      'by every path',
      () => ofRoutes({ permit: { paths: '*' } }, { permit: { paths: 'regex:/a$' } }),
      '1 rule_shadowed',
    ],
    [
      'by less that must not be',
      () => ofAccess({ forbid: read, unless: [admin, 'user is owner'] }, { forbid: read, unless: admin }),
      '1 rule_shadowed',
    ],
    [
      'by fewer that must not be',
      () =>
        ofRoutes(
          { forbid: { paths: '/a' }, unless: admin },
          { forbid: { paths: '/a' }, unless: [admin, 'user is owner'] },
        ),
      '1 rule_shadowed',
    ],
  ])('shadowed: %s', (_, find, expected) => {
    expect(codes(find())).toContain(expected);
  });

  it('compares a thousand parts, and no more', () => {
    const paths = (count: number): string[] => Array.from({ length: count }, (_, index) => `/${index}`);
    const shadowed = ['1 rule_shadowed'];
    expect(codes(ofRoutes({ permit: { paths: paths(500) } }, { permit: { paths: paths(500) } }))).toEqual(shadowed);
    expect(codes(ofRoutes({ permit: { paths: paths(501) } }, { permit: { paths: paths(500) } }))).toEqual([]);
  });

  it('counts conditions among the parts', () => {
    const when = Array.from({ length: 500 }, (_, index) => `user with v${index} in roles`);
    const twice = { permit: { paths: '/a' }, when };
    expect(codes(ofRoutes(twice, { permit: { paths: '/a' }, when: when.slice(2) }))).toEqual([]);
    expect(codes(ofRoutes({ ...twice, when: when.slice(2) }, twice))).toEqual(['1 rule_shadowed']);
    expect(codes(ofRoutes(twice, twice))).toEqual([]);
  });

  it('does not compare what would take forever', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => `/${index}`);
    expect(ofRoutes({ permit: { paths: many } }, { permit: { paths: many } })).toEqual([]);
    const slow = Array.from({ length: 900 }, (_, index) => `regex:/(a|aa)*${index}$`);
    expect(ofRoutes({ permit: { paths: slow } }, { permit: { paths: '/b' } })).toEqual([]);
  });

  test.each<[string, () => PolicyFault[]]>([
    ['a narrower resource', () => ofAccess({ permit: { ...read, resource: 'model::*' } }, { permit: read })],
    [
      'another principal',
      () =>
        ofAccess({ permit: { ...read, principal: 'a' } }, { permit: { ...read, principal: 'b' } }, { permit: read }),
    ],
    ['another condition', () => ofAccess({ permit: read, when: admin }, { permit: read, when: 'user is owner' })],
    [
      'more conditions',
      () => ofAccess({ permit: read, when: [admin, 'user is owner'] }, { permit: read, when: admin }),
    ],
    ['one of two paths', () => ofRoutes({ permit: { paths: '/a' } }, { permit: { paths: ['/a', '/b'] } })],
    ['some of the actions', () => ofAccess({ permit: read }, { permit: { actions: ['read', 'update'] } })],
    [
      'a name inside another',
      () => ofAccess({ permit: { ...read, resource: 'model::a' } }, { permit: { ...read, resource: 'model::ab' } }),
    ],
    [
      'two patterns',
      () =>
        ofAccess(
          { permit: { ...read, resource: 'regex:model::.*' } },
          { permit: { ...read, resource: 'regex:model::a$' } },
        ),
    ],
    [
      'what Python alone can tell',
      () => ofAccess({ permit: { ...read, resource: 'regex:(?=m)' } }, { permit: { ...read, resource: 'm::a' } }),
    ],
    [
      'a pattern that another matches as it is written',
      () =>
        ofAccess({ permit: { ...read, resource: 'regex:r.*' } }, { permit: { ...read, resource: 'regex:model::a$' } }),
    ],
    ['a pattern below a prefix', () => ofRoutes({ permit: { paths: 'regex:/a.*' } }, { permit: { paths: '/a*' } })],
    ['a wider prefix', () => ofRoutes({ permit: { paths: '/ab*' } }, { permit: { paths: '/a*' } })],
    [
      'a prefix that begins with a star of its own',
      () =>
        ofRoutes({ forbid: { paths: '/v1/**' } }, { permit: { paths: '/v1/*' } }).filter(
          ({ code }) => code === 'rule_shadowed',
        ),
    ],
    [
      'every path by two stars',
      () =>
        ofRoutes({ forbid: { paths: '**' } }, { permit: { paths: '*' } }).filter(
          ({ code }) => code === 'rule_shadowed',
        ),
    ],
    [
      'a prefix by two that go on',
      () =>
        ofRoutes({ forbid: { paths: ['/v1/admin/**', '/v1/admin/*'] } }, { permit: { paths: '/v1/*' } }).filter(
          ({ code }) => code === 'rule_shadowed',
        ),
    ],
    ['a prefix below a path', () => ofRoutes({ permit: { paths: '/a' } }, { permit: { paths: '/a/b' } })],
    ['a condition below none', () => ofAccess({ permit: read, when: admin }, { permit: read })],
    [
      'when and unless',
      () =>
        ofAccess({ permit: read, when: admin }, { permit: read, unless: [admin, 'user is owner'], when: null }).filter(
          ({ code }) => code === 'rule_shadowed',
        ),
    ],
    [
      'all that must not be',
      () =>
        ofAccess({ forbid: read, unless: admin }, { forbid: read, unless: [admin, 'user is owner'] }, { permit: read }),
    ],
    [
      'any that must not be',
      () =>
        ofRoutes(
          { forbid: { paths: '/a' }, unless: [admin, 'user with x in teams'] },
          { forbid: { paths: '/a' }, unless: admin },
          { permit: { paths: '/b' } },
        ),
    ],
    ['a prefix of a literal star', () => ofRoutes({ permit: { paths: '/a' } }, { permit: { paths: '/a*' } })],
  ])('not shadowed: %s', (_, find) => {
    expect(codes(find())).toEqual([]);
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
      '/a**',
      '/**',
      '**',
      'regex:/a',
      'regex:/a$',
      'regex:a',
      '/',
    );
    const policy = fc.array(ruleOf(fc.record({ paths: path })), { minLength: 2, maxLength: 5 });
    let dead = 0;
    const asked = fc.constantFrom('/', '/a', '/a/', '/ab', '/ac', '/b', '/a*', '/a*b', '/a**', '/*', '//', '//a');
    fc.assert(
      fc.property(policy, fc.option(identity), asked, (written, user, path) => {
        const rules = written as RouteRule[];
        const never = deadRules(findPolicyFaults({ access_policy: [], route_policy: rules }));
        dead += never.length;
        expect(never).not.toContain(decideRoute(rules, user, path).rule);
      }),
      { numRuns: 1000 },
    );
    expect(dead).toBeGreaterThan(100);
  });
});
