import { describe, expect, test, vi } from 'vitest';
import { isObjectList, rememberByShape } from '../src/claim-shapes.js';
import type { JsonObject } from '../src/json.js';

describe('rememberByShape', () => {
  test.each<[string, JsonObject, JsonObject]>([
    ['texts', { sub: 'alice', groups: ['a'] }, { sub: 'bob', groups: ['b', 'c'] }],
    ['numbers, which nobody looks for', { sub: 'a', exp: 1 }, { sub: 'b', exp: 2, nbf: 3 }],
    ['claims further in', { realm_access: { roles: ['a'] } }, { realm_access: { roles: [] } }],
    ['lists of objects', { groups: [{ name: 'a' }] }, { groups: [{ id: 'b' }, { id: 'c' }] }],
  ])('looks once where only values differ: %s', (_what, one, other) => {
    const look = vi.fn(() => ({}));
    const find = rememberByShape(look);
    expect(find(one)).toBe(find(other));
    expect(look).toHaveBeenCalledTimes(1);
  });

  test.each<[string, JsonObject, JsonObject]>([
    ['a name', { sub: 'a' }, { name: 'a' }],
    ['one name more', { sub: 'a' }, { sub: 'a', name: 'b' }],
    ['where a name stands', { a: { b: 'c' } }, { a: {}, b: 'c' }],
    ['how deep it stands', { a: { b: { c: 'd' } } }, { a: { b: {}, c: 'd' } }],
    ['what is in a list', { groups: ['a'] }, { groups: [{ name: 'a' }] }],
    ['an object in the place of a text', { a: 'b' }, { a: {} }],
  ])('looks again where %s differs', (_what, one, other) => {
    const find = rememberByShape((claims) => ({ claims }));
    expect(find(one)).toEqual({ claims: one });
    expect(find(other)).toEqual({ claims: other });
  });

  test('is right about tokens of many shapes, and about very long names', () => {
    const find = rememberByShape((claims) => ({ claims }));
    for (let round = 0; round < 2; round += 1)
      for (let index = 0; index < 3000; index += 1)
        expect(Object.keys(find({ [`claim-${index}`]: 'a' }).claims)).toEqual([`claim-${index}`]);
    for (const last of ['a', 'b']) {
      const long = { ['x'.repeat(5000)]: 'a', [last]: 'a' };
      expect(find(long)).toEqual({ claims: long });
    }
  });
});

test.each([
  [[{}], true],
  [[{}, { a: 1 }], true],
  [[{}, 'a'], false],
  [['a', {}], false],
  [[], false],
  [{}, false],
  [undefined, false],
])('of %j it is %s that it is a list of objects', (value, expected) => {
  expect(isObjectList(value)).toBe(expected);
});
