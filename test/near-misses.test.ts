import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../src/json.js';
import { createNearMisses } from '../src/near-misses.js';

const near = (claims: JsonObject, claim: string): readonly string[] =>
  createNearMisses([claim])(claims).get(claim) ?? [];

describe('createNearMisses', () => {
  test('prefers the same name deeper over names that mean the same', () => {
    const claims = { roles: ['a'], resource_access: { app: { groups: ['b'] } } };
    expect(near(claims, 'groups')).toEqual(['resource_access.app.groups', 'roles']);
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
    'groups group roles role teams team memberOf wids cognito:groups organizations',
    'username preferred_username upn unique_name user_name login email name cognito:username',
    'scope scp scopes permissions',
    'tenant tid tenant_id org_id organization',
    'project project_id projects',
    'namespace namespaces',
  ].map((family) => family.split(' '));

  test.each(FAMILIES.flatMap((family) => family.map((name) => [name, family] as const)))(
    'knows what issuers also call %s',
    (name, family) => {
      const everything = FAMILIES.flat();
      const found = everything.filter((other) => near({ [other]: 'x' }, name).includes(other));
      expect(found).toEqual(family.filter((other) => other !== name));
    },
  );

  test('knows a dotted path by its last name, and a synonym in its own case only', () => {
    expect(near({ roles: ['a'] }, 'realm_access.groups')).toEqual(['roles']);
    expect(near({ Roles: ['a'] }, 'groups')).toEqual([]);
    expect(near({ MEMBEROF: ['a'] }, 'memberof')).toEqual(['MEMBEROF']);
    // A claim that is named otherwise has nothing that could be meant.
    expect(near({ groups: ['a'], sub: 'b' }, 'favourite_colour')).toEqual([]);
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
    expect(find({ team: 'a', other: 'b' }).get('groups')).toEqual(['team']);
    expect(find({ team: 'a', other: 'b' }).get('groups')).toEqual(['team']);
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
        expect(find(claims).get('groups'), `${round} ${JSON.stringify(claims).slice(0, 60)}`).toEqual(expected);
  });

  test('finds the same whether or not it has seen such claims', () => {
    const names = fc.constantFrom('groups', 'Groups', 'team', 'realm', 'a.groups', 'x'.repeat(200), 'constructor');
    const { claims } = fc.letrec<{ claims: JsonObject; value: Json }>((tie) => ({
      claims: fc.dictionary(names, tie('value'), { maxKeys: 5 }),
      value: fc.oneof({ depthSize: 'small' }, fc.constantFrom('a', 1, null), fc.constant(['a']), tie('claims')),
    }));
    const find = createNearMisses(['groups', 'realm.team']);
    fc.assert(
      fc.property(claims, (some) => {
        expect(find(some)).toEqual(createNearMisses(['groups', 'realm.team'])(some));
      }),
      { numRuns: 500 },
    );
  });

  test('answers for a name that is not of the mapping with nothing', () => {
    expect(createNearMisses(['groups'])({ scp: 'a' }).get('scope')).toBeUndefined();
  });
});
