import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../src/json.js';
import { createNearMisses, type Miss } from '../src/near-misses.js';

const miss = (claims: JsonObject, claim: string): Miss | undefined => createNearMisses([claim])(claims).get(claim);
const near = (claims: JsonObject, claim: string): readonly string[] => miss(claims, claim)?.near_misses ?? [];

describe('createNearMisses', () => {
  test('prefers the same name deeper over names that mean the same', () => {
    const claims = { roles: ['a'], resource_access: { app: { groups: ['b'] } } };
    expect(near(claims, 'groups')).toEqual(['resource_access.app.groups', 'roles']);
  });

  test('prefers the same name deeper over its plural', () => {
    expect(near({ a: { teams: 'x' }, b: { team: 'y' } }, 'team')).toEqual(['b.team', 'a.teams']);
  });

  test('never offers a name with dots that is taken for a path', () => {
    expect(near({ 'a.roles': ['x'], a: { b: 'c' } }, 'roles')).toEqual([]);
    expect(near({ 'a.roles': ['x'], b: { a: 'c' } }, 'roles')).toEqual(['a.roles']);
  });

  test('finds another case, and a name inside a URL', () => {
    expect(near({ Groups: ['a'], 'https://example.com/groups': ['b'] }, 'groups')).toEqual([
      'Groups',
      'https://example.com/groups',
    ]);
  });

  test('offers nothing that cannot be mapped', () => {
    expect(near({ role: 5, realm_access: { roles: {} } }, 'groups')).toEqual([]);
  });

  test('leaves out what another entry of the mapping reads', () => {
    expect(createNearMisses(['groups', 'roles'])({ roles: ['a'] }).get('groups')).toBeUndefined();
  });

  test('stops somewhere', () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`claim${index}`, 'x']));
    expect(near({ ...many, group: ['a'] }, 'groups')).toEqual([]);
    expect(near({ group: ['a'], ...many }, 'groups')).toEqual(['group']);
  });

  const FAMILIES = [
    'groups group roles role teams team memberOf wids cognito:groups organizations entitlements entitlement permissions permission',
    'username preferred_username upn unique_name user_name login email name cognito:username',
    'scope scp scopes permissions',
    'tenant tid tenant_id org_id organization',
    'project project_id projects project_path',
    'namespace namespaces namespace_path',
    // One and many.
    'organization organizations',
  ].map((family) => family.split(' '));
  const NAMES = [...new Set(FAMILIES.flat())];

  test.each(NAMES)('knows what issuers also call %s', (name) => {
    const families = FAMILIES.filter((family) => family.includes(name));
    const found = NAMES.filter((other) => near({ [other]: 'x' }, name).includes(other));
    expect(found).toEqual(NAMES.filter((other) => other !== name && families.some((family) => family.includes(other))));
  });

  test('knows a dotted path by its last name, and names in any case', () => {
    expect(near({ roles: ['a'] }, 'realm_access.groups')).toEqual(['roles']);
    expect(near({ Roles: ['a'] }, 'groups')).toEqual(['Roles']);
    expect(near({ MEMBEROF: ['a'] }, 'memberof')).toEqual(['MEMBEROF']);
    // A claim that is named otherwise has nothing that could be meant.
    expect(near({ groups: ['a'], sub: 'b' }, 'favourite_colour')).toEqual([]);
  });

  test.each([
    ['entitlements', { entitlement: ['a'] }, ['entitlement']],
    ['favourite_colour', { favourite_colours: ['a'] }, ['favourite_colours']],
    ['https://acme.example/teams', { 'https://acme.example/team': ['a'] }, ['https://acme.example/team']],
    [
      'https://acme.example/team',
      { team: 'b', 'https://acme.example/teams': ['a'] },
      ['https://acme.example/teams', 'team'],
    ],
    ['realm_access/roles', { groups: ['a'], realm_access: { roles: ['b'] } }, ['realm_access.roles', 'groups']],
    ['realm_access[roles]', { realm_access: { roles: ['b'] } }, ['realm_access.roles']],
    ["$.realm_access['roles']", { realm_access: { roles: ['b'] } }, ['realm_access.roles']],
    ['groups[*]', { groups: ['a'] }, ['groups']],
    [
      'realm_access.role',
      { groups: ['a'], app: { roles: ['c'] }, realm_access: { roles: ['b'] } },
      ['realm_access.roles', 'app.roles', 'groups'],
    ],
  ])('finds for %s what is written in another way, the likeliest first', (claim, claims, expected) => {
    expect(near(claims, claim)).toEqual(expected);
  });

  test('says that a name with dots hides what is below it, and never offers it', () => {
    const client = { 'llama.ui.example.com': { roles: ['a'] } };
    const account = { roles: ['b'] };
    const path = 'resource_access.llama.ui.example.com.roles';
    const note = 'contains dots, so no path reaches it; have the issuer put it in a flat claim (token mapper)';
    expect(miss({ resource_access: { ...client, account } }, path)).toEqual({ note: `a name on this path ${note}` });
    expect(miss({ resource_access: { ...client, account } }, 'groups')).toEqual({
      near_misses: ['resource_access.account.roles'],
    });
    expect(miss({ resource_access: client }, 'groups')).toEqual({ note: `a name on the path ${path} ${note}` });
    expect(miss({ 'a.b': { roles: ['a'] } }, 'roles')?.note).toBe(`a name on the path a.b.roles ${note}`);
    expect(miss({ a: { 'b.roles': ['a'] } }, 'a.b.roles')?.note).toBe(`a name on this path ${note}`);
    // A cluster has no token mappers.
    const pod = { 'kubernetes.io': { namespace: 'ml', serviceaccount: { name: 'app' } } };
    expect(miss(pod, 'namespace')?.note).toMatch(
      /so no path reaches it; Kubernetes has no other place for it, but sub/,
    );
    expect(miss(pod, 'kubernetes.io.namespace')?.note).toMatch(
      /^a name on this path .*; Kubernetes has no other place/,
    );
    // OGX reaches it so, and llama-stack does not.
    expect(miss(pod, String.raw`kubernetes\.io.namespace`)?.note).toMatch(/^the backslash before a dot .*; OGX/);
    // At the top such a name is found as it stands, unless it is a path too.
    expect(near({ 'my.groups': ['a'] }, 'groups')).toEqual(['my.groups']);
    expect(miss({ 'my.groups': ['a'], my: { groups: 5 } }, 'groups')).toBeUndefined();
  });

  test('says that no path leads into a list of objects, and offers none', () => {
    const note = 'groups is a list of objects, which no path reaches; have the issuer send a list of strings';
    const groups = [{ name: 'ml' }, { name: 'ops' }];
    for (const claim of ['groups.name', 'groups[*].name', 'groups.0'])
      expect(miss({ groups, name: 'Ann' }, claim), claim).toEqual({ note });
    expect(miss({ groups }, 'teams')).toBeUndefined();
    expect(near({ groups: ['a', ...groups] }, 'teams')).toEqual(['groups']);
    const find = createNearMisses(['teams']);
    expect(find({ groups: ['a'] }).size).toBe(1);
    expect(find({ groups }).size).toBe(0);
    expect(find({ groups: ['a'] }).size).toBe(1);
  });

  test('says that roles are names where Zitadel has them, and offers nothing of what they hold', () => {
    const path = 'urn:zitadel:iam:org:project:roles';
    const claims = { sub: 'alice', [path]: { admin: { 1600: 'acme.example' }, reader: { 1600: 'acme.example' } } };
    const note =
      'is an object whose names may be what is meant, and no path reads names; have the issuer send a list of strings';
    expect(miss(claims, 'roles')).toEqual({ note: `${path} ${note}` });
    expect(miss(claims, path)).toEqual({ note: `the claim ${note}` });
    expect(miss(claims, 'department')).toBeUndefined();
    // Other objects are looked into, and so are those with a list or a text beside.
    expect(near({ app: { web: { roles: 'a' } } }, 'roles')).toEqual(['app.web.roles']);
    expect(near({ roles: { admin: { 1600: 'a' }, roles: ['b'] } }, 'groups')).toEqual(['roles.roles']);
    expect(near({ roles: { admin: { web: 'a' } } }, 'roles')).toEqual(['roles.admin.web']);
    for (const id of ['o1600', '1600o'])
      expect(near({ roles: { admin: { [id]: 'a' } } }, 'roles')).toEqual([`roles.admin.${id}`]);
    // An object without anything is no names, and neither is one of numbers.
    expect(miss({ roles: { admin: {}, reader: { 1600: 5 } } }, 'roles')).toBeUndefined();
    // What can be mapped is nearer than what only means the same.
    expect(near({ ...claims, group: ['a'] }, 'groups')).toEqual(['group']);
    expect(near({ ...claims, roles: ['a'] }, 'groups')).toEqual(['roles']);
    // Numbers say nothing about the shape of claims, here neither.
    expect(miss({ roles: { admin: { 1600: 'a', 1601: 5 }, since: 5 } }, 'roles')?.note).toContain('whose names');
  });

  test.each([
    ['groups', { groups_direct: ['acme/ml'] }, 'groups_direct'],
    ['username', { user_login: 'alice' }, 'user_login'],
    ['username', { actor: 'alice' }, 'actor'],
    ['project', { repository: 'acme/ml' }, 'repository'],
    ['organization', { repository_owner: 'acme' }, 'repository_owner'],
  ])('knows what CI systems call %s: %j', (claim, claims, expected) => {
    expect(near(claims, claim)).toEqual([expected]);
  });

  test('never looks where an issuer says that claims are elsewhere', () => {
    const claims = { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { team: 'https://idp.example' } } };
    expect(miss(claims, 'groups')).toBeUndefined();
    expect(near({ app: { _claim_names: { groups: 'a' } } }, 'groups')).toEqual(['app._claim_names.groups']);
  });

  test('offers nothing that is too long to be mapped', () => {
    const offered = (letters: number): number => near({ ['x'.repeat(letters)]: { groups: ['a'] } }, 'groups').length;
    expect([offered(249), offered(250)]).toEqual([1, 0]);
  });

  test('offers three at the most, the same name first', () => {
    const claims = { role: 'a', team: 'b', teams: 'c', realm: { groups: ['d'] }, Groups: 'e' };
    expect(near(claims, 'groups')).toEqual(['Groups', 'realm.groups', 'role']);
    expect(near({ role: 'a', team: 'b', teams: 'c' }, 'groups')).toEqual(['role', 'team', 'teams']);
  });

  test('looks at 2000 claims, and at the last of them', () => {
    const fill = (count: number): JsonObject =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`claim${index}`, 'x']));
    expect(near({ ...fill(1999), group: 'a' }, 'groups')).toEqual(['group']);
    expect(near({ ...fill(2000), group: 'a' }, 'groups')).toEqual([]);
  });

  test('finds the same among names that it has not seen before, however many it has', () => {
    const find = createNearMisses(['groups']);
    for (let index = 0; index < 3000; index += 1) find({ [`claim${index}`]: 'x' });
    expect(find({ team: 'a', other: 'b' }).get('groups')?.near_misses).toEqual(['team']);
    expect(find({ team: 'a', other: 'b' }).get('groups')?.near_misses).toEqual(['team']);
  });

  test('tells claims apart that have the same names in the same order', () => {
    const find = createNearMisses(['groups']);
    const numbers = (count: number): JsonObject =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, index]));
    const alike: readonly (readonly [JsonObject, readonly string[] | undefined])[] = [
      [{ realm: { team: 'a' }, roles: 'b' }, ['roles', 'realm.team']],
      [{ realm: { team: 'a', roles: 'b' } }, ['realm.team', 'realm.roles']],
      [{ realm: { team: { roles: 'b' } } }, ['realm.team.roles']],
      [{ realm: 'a', team: 'a', roles: 'b' }, ['team', 'roles']],
      [{ realm: 1, team: 2, roles: 'b' }, ['roles']],
      [{ realm: {}, team: {}, roles: {} }, undefined],
      [{ ...numbers(1999), team: 'a' }, ['team']],
      [{ ...numbers(2000), team: 'a' }, undefined],
      [{ team: 'a' }, ['team']],
    ];
    for (const round of [1, 2])
      for (const [claims, expected] of alike)
        expect(find(claims).get('groups')?.near_misses, `${round} ${JSON.stringify(claims).slice(0, 60)}`).toEqual(
          expected,
        );
  });

  test('finds the same whether or not it has seen such claims', () => {
    const names = fc.constantFrom(
      'groups',
      'Groups',
      'team',
      'realm',
      'a.groups',
      '1600',
      'x'.repeat(200),
      'constructor',
    );
    const { claims } = fc.letrec<{ claims: JsonObject; value: Json }>((tie) => ({
      claims: fc.dictionary(names, tie('value'), { maxKeys: 5 }),
      value: fc.oneof({ depthSize: 'small' }, fc.constantFrom('a', 1, null), fc.constant(['a']), tie('claims')),
    }));
    const find = createNearMisses(['groups', 'realm.team']);
    fc.assert(
      fc.property(claims, (some) => {
        expect(find(some)).toEqual(createNearMisses(['groups', 'realm.team'])(some));
      }),
      { numRuns: 2000 },
    );
  });

  test('answers for a name that is not of the mapping with nothing', () => {
    expect(createNearMisses(['groups'])({ scp: 'a' }).get('scope')).toBeUndefined();
  });
});

test('a list of objects is told to who asks for what is in it, and not to who asks for a longer name', () => {
  const claims = { groups: [{ name: 'a' }] };
  expect(createNearMisses(['groups.name'])(claims).get('groups.name')?.note).toContain('is a list of objects');
  expect(createNearMisses(['groups_of_mine'])(claims).size).toBe(0);
});
