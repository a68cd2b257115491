import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mapClaims, splitWords, unusedClaims } from '../src/claims.js';

const PROTO = '__proto__';

describe('mapClaims', () => {
  test('shows the claim that may have been meant', () => {
    const claims = { sub: 'alice', realm_access: { roles: ['admin'] } };
    const { attributes, mapping } = mapClaims(claims, { groups: 'teams' });
    expect(attributes).toEqual({});
    expect(mapping).toEqual([
      { claim: 'groups', attribute: 'teams', status: 'absent', values: [], near_misses: ['realm_access.roles'] },
    ]);
  });

  test('says that a string was split into words', () => {
    expect(mapClaims({ team: 'ML Platform' }, { team: 'teams' }).mapping).toEqual([
      {
        claim: 'team',
        attribute: 'teams',
        status: 'mapped',
        values: ['ML', 'Platform'],
        note: 'one string, split at white space into 2 values',
      },
    ]);
  });

  test('says nothing about a string of one word', () => {
    expect(mapClaims({ team: 'ml' }, { team: 'teams' }).mapping[0]).not.toHaveProperty('note');
  });

  test.each([
    ['ml,ops', 'one value: commas do not separate, white space does'],
    ['ml, ops', 'one string, split at white space into 2 values; commas do not separate'],
    ['CN=ml,OU=groups', undefined],
  ])('says of %j what commas do', (groups, note) => {
    expect(mapClaims({ groups }, { groups: 'teams' }).mapping[0]?.note).toBe(note);
  });

  const JSON_NOTE =
    'a string that holds JSON, which is not read; have the issuer send it as JSON itself (in Keycloak: Claim JSON Type)';

  test.each([
    ['["admin"]', ['["admin"]']],
    ['["admin", "dev"]', ['["admin",', '"dev"]']],
    [' {} ', ['{}']],
    ['[1,2]', ['[1,2]']],
  ])('says of %j that it is JSON in a string', (roles, values) => {
    expect(mapClaims({ roles }, { roles: 'roles' }).mapping[0]).toMatchObject({ values, note: JSON_NOTE });
  });

  test.each([
    ['[ext] eve admin [x]', 'one string, split at white space into 4 values'],
    ['[admin, dev]', 'one string, split at white space into 2 values; commas do not separate'],
    ['x ["a"]', 'one string, split at white space into 2 values'],
    ['"a"', undefined],
    ['{3F2504E0-4F89-11D3-9A0C-0305E82C3301}', undefined],
  ])('does not take %j for JSON', (sub, note) => {
    expect(mapClaims({ sub }, { sub: 'roles' }).mapping[0]?.note).toBe(note);
  });

  test.each([
    ['realm_access', 'realm_access.roles'],
    ['https://acme.example/claims', 'https://acme.example/claims.roles'],
    ['a.b', 'a.b.c.d'],
  ])('says of what is inside of %s that this is a string', (name, path) => {
    const { mapping } = mapClaims({ [name]: '{"roles":["admin"]}' }, { [path]: 'roles' });
    expect(mapping[0]).toMatchObject({ status: 'absent', note: `${name} is ${JSON_NOTE}` });
    expect(mapClaims({ [name]: 'admin' }, { [path]: 'roles' }).mapping[0]).not.toHaveProperty('note');
  });

  test('says of an absent claim why it cannot be reached', () => {
    const [row] = mapClaims({ groups: [{ name: 'ml' }] }, { 'groups.name': 'teams' }).mapping;
    expect(row).toStrictEqual({
      claim: 'groups.name',
      attribute: 'teams',
      status: 'absent',
      values: [],
      note: 'groups is a list of objects, which no path reaches; have the issuer send a list of strings',
    });
  });

  test.each([
    { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://graph.example' } } },
    { hasgroups: true },
  ])('says that Entra left out the groups: %j', (overage) => {
    const note =
      'too many groups, so Entra left them out of the token; use app roles, or "Groups assigned to the application"';
    const rows = mapClaims({ ...overage, roles: ['a'] }, { groups: 'teams', team: 'teams' }).mapping;
    expect(rows.map((row) => [row.note, row.near_misses])).toEqual([
      [note, ['roles']],
      [undefined, ['roles']],
    ]);
  });

  test.each([{ _claim_names: { other: 'src1' } }, { _claim_names: 'groups' }, { hasgroups: false }])(
    'says nothing of groups that nobody left out: %j',
    (claims) => {
      expect(mapClaims(claims, { groups: 'teams' }).mapping[0]).not.toHaveProperty('note');
    },
  );

  test('turns numbers and booleans of a list into strings, and names what it skips', () => {
    const { attributes, mapping } = mapClaims({ groups: ['a', 1, true, null, ['b'], {}] }, { groups: 'teams' });
    expect(attributes).toEqual({ teams: ['a', '1', 'true'] });
    expect(mapping[0]?.note).toBe('skipped item 3 (null), item 4 (a list), item 5 (an object)');
  });

  test('skips a number that is too large to be one', () => {
    const { attributes, mapping } = mapClaims({ groups: ['a', 1e308 * 10, -1e308 * 10] }, { groups: 'teams' });
    expect(attributes).toEqual({ teams: ['a'] });
    expect(mapping[0]?.note).toBe('skipped item 1 (a number), item 2 (a number)');
  });

  test.each([
    [[null], 'no item can be mapped: item 0 (null)'],
    [{ a: 1 }, 'the claim is an object; only a string or a list can be mapped'],
    [5, 'the claim is a number; only a string or a list can be mapped'],
    [false, 'the claim is a boolean; only a string or a list can be mapped'],
  ])('finds %j unusable, and says why', (groups, note) => {
    const { attributes, mapping } = mapClaims({ groups }, { groups: 'teams' });
    expect(attributes).toEqual({});
    expect(mapping).toEqual([{ claim: 'groups', attribute: 'teams', status: 'unusable', values: [], note }]);
  });

  test('tells what an object that is named has inside, unless that is mapped too', () => {
    const claims = { realm_access: { roles: ['admin'] }, resource_access: { api: { roles: ['x'] }, id: 5 } };
    const inside = (mapping: Record<string, string>): unknown[] =>
      mapClaims(claims, mapping).mapping.map(({ status, near_misses }) => [status, near_misses]);
    expect(inside({ realm_access: 'roles' })).toEqual([['unusable', ['realm_access.roles']]]);
    expect(inside({ resource_access: 'roles', 'realm_access.roles': 'roles' })).toEqual([
      ['unusable', ['resource_access.api.roles']],
      ['mapped', undefined],
    ]);
    expect(inside({ realm_access: 'roles', 'realm_access.roles': 'teams' })[0]).toEqual(['unusable', undefined]);
  });

  test('adds nothing to a row about which there is nothing to say', () => {
    const { mapping } = mapClaims({ groups: ['a'] }, { groups: 'teams', favourite: 'teams' });
    expect(mapping).toStrictEqual([
      { claim: 'groups', attribute: 'teams', status: 'mapped', values: ['a'] },
      { claim: 'favourite', attribute: 'teams', status: 'absent', values: [] },
    ]);
  });

  test('keeps every digit of a number in a list, and knows it for a number', () => {
    expect(mapClaims({ groups: [2n ** 60n] }, { groups: 'teams' }).attributes).toEqual({
      teams: ['1152921504606846976'],
    });
    expect(mapClaims({ groups: 2n ** 60n }, { groups: 'teams' }).mapping[0]?.note).toBe(
      'the claim is a number; only a string or a list can be mapped',
    );
  });

  test('names five of what it skips', () => {
    const skipped = (count: number): string | undefined =>
      mapClaims({ groups: ['a', ...Array<null>(count).fill(null)] }, { groups: 'teams' }).mapping[0]?.note;
    const five = 'skipped item 1 (null), item 2 (null), item 3 (null), item 4 (null), item 5 (null)';
    expect(skipped(5)).toBe(five);
    expect(skipped(7)).toBe(`${five} and 2 more`);
  });

  test('joins two claims of one attribute, first seen first, without duplicates', () => {
    const claims = { a: ['x', 'y'], b: 'y z' };
    expect(mapClaims(claims, { a: 't', b: 't' }).attributes).toEqual({ t: ['x', 'y', 'z'] });
    expect(claims).toEqual({ a: ['x', 'y'], b: 'y z' });
  });

  test('treats __proto__ and its like as plain keys', () => {
    const claims = Object.fromEntries([[PROTO, { groups: ['admin'] }]]);
    expect(mapClaims(claims, { groups: 'teams', constructor: 'teams', 'sub.length': 'teams' }).attributes).toEqual({});
    const { attributes } = mapClaims({ sub: 'alice' }, { sub: PROTO });
    expect(Object.entries(attributes)).toEqual([[PROTO, ['alice']]]);
    expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype);
    expect(Object.hasOwn(Object.prototype, 'groups')).toBe(false);
  });

  test('gives strings only, and changes no claim, whatever the claims', () => {
    const claims = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue());
    fc.assert(
      fc.property(claims, (given) => {
        const before = JSON.stringify(given);
        const read = JSON.parse(before);
        const { attributes, mapping } = mapClaims(read, { a: 'x', b: 'x', c: 'y', 'a.b': 'z' });
        expect(mapping).toHaveLength(4);
        for (const values of Object.values(attributes)) {
          expect(values.every((value) => typeof value === 'string')).toBe(true);
          expect(new Set(values).size).toBe(values.length);
        }
        expect(JSON.stringify(read)).toBe(before);
      }),
    );
  });
});

describe('splitWords', () => {
  test('splits where Python splits', () => {
    expect(splitWords('a\u001cb\u0085c\ufeffd\u00a0e  ')).toEqual(['a', 'b', 'c\ufeffd', 'e']);
    expect(splitWords(' \t ')).toEqual([]);
  });
});

describe('unusedClaims', () => {
  test('lists what no entry reads, a dotted path by its first part', () => {
    const claims = { sub: 'a', realm_access: { roles: [] }, email: 'e', team: null };
    expect(unusedClaims(claims, { sub: 'roles', 'realm_access.roles': 'roles', team: 'teams' })).toEqual(['email']);
  });

  test('lists the claims in which a dotted path finds nothing', () => {
    const claims = {
      resource_access: { 'a.b': { roles: ['x'] } },
      groups: [{ name: 'ml' }],
      'c.d': 'e',
      c: { d: null },
    };
    const mapping = { 'resource_access.a.b.roles': 'roles', 'groups.name': 'teams', 'c.d': 'teams' };
    expect(unusedClaims(claims, mapping)).toEqual(['resource_access', 'groups', 'c']);
  });
});
