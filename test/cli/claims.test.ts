import { describe, expect, test } from 'vitest';
import { parseClaims, parseValue, setClaim } from '../../src/cli/claims.js';

describe('setClaim', () => {
  test('sets, replaces and reaches inside, and changes nothing that it is given', () => {
    const claims = { sub: 'alice', realm_access: { roles: ['a'], more: 1 } };
    expect(setClaim(claims, 'sub', 'bob')).toEqual({ ...claims, sub: 'bob' });
    expect(setClaim(claims, 'realm_access.roles', ['b'])).toEqual({
      sub: 'alice',
      realm_access: { roles: ['b'], more: 1 },
    });
    expect(setClaim(claims, 'a.b.c', null)).toEqual({ ...claims, a: { b: { c: null } } });
    expect(setClaim(claims, 'sub.x', 1)).toEqual({ ...claims, sub: { x: 1 } });
    expect(claims).toEqual({ sub: 'alice', realm_access: { roles: ['a'], more: 1 } });
  });

  test('takes a URL for one name, and a prototype for a plain one', () => {
    expect(setClaim({}, 'https://idp.example/roles', 'x')).toEqual({ 'https://idp.example/roles': 'x' });
    const set = setClaim({}, '__proto__.polluted', true);
    expect(Object.keys(set)).toEqual(['__proto__']);
    expect(Object.prototype).not.toHaveProperty('polluted');
  });
});

test('parseValue takes JSON for JSON, and all else as it is', () => {
  expect(['1', 'true', 'null', '["a"]', '{"a":1}', '"x"'].map(parseValue)).toEqual([
    1,
    true,
    null,
    ['a'],
    { a: 1 },
    'x',
  ]);
  for (const text of ['ml', '', '[a]', '01', '{"a":1,"a":2}', 'a=b']) expect(parseValue(text)).toBe(text);
});

test('parseClaims says what is wrong', () => {
  expect(parseClaims('{"a":12345678901234567890}')).toEqual({ a: 12345678901234567890n });
  expect(() => parseClaims('[]')).toThrow('not a JSON object');
  expect(() => parseClaims('{"a":1,}')).toThrow('not valid JSON');
});
