import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { mapClaims } from '../../src/claims.js';
import { claimsMapping } from '../../src/config/mapping-schema.js';

/** Where a mapping is wrong, and why. */
function faults(mapping: unknown): string[] {
  return (v.safeParse(claimsMapping, mapping).issues ?? []).map(
    ({ path, message }) => `${(path ?? []).map(({ key }) => String(key)).join('.')}: ${message}`,
  );
}

describe('claimsMapping', () => {
  test('takes constructor and prototype for names as any other, and leaves the language alone', () => {
    const written = { constructor: 'prototype', prototype: 'constructor', sub: 'constructor' };
    const mapping = v.parse(claimsMapping, written);
    expect(Object.entries(mapping)).toEqual(Object.entries(written));
    const { attributes } = mapClaims({ sub: 'alice', constructor: 'a', prototype: ['b'] }, mapping);
    expect(Object.entries(attributes)).toEqual([
      ['prototype', ['a']],
      ['constructor', ['b', 'alice']],
    ]);
    expect(Object.entries(mapClaims({}, mapping).attributes)).toEqual([]);
    expect(Object.hasOwn(Object.prototype, 'prototype')).toBe(false);
    expect({}.constructor).toBe(Object);
  });

  test('refuses __proto__ on either side', () => {
    expect(faults(JSON.parse('{"__proto__": "roles"}'))).toEqual([
      ': a key reaches the prototype of JavaScript objects',
    ]);
    expect(faults({ sub: '__proto__' })).toEqual(['sub: this name reaches the prototype of JavaScript objects']);
  });

  test('finds every fault', () => {
    expect(faults({ ' ': 'roles', a: ' ', b: 5, c: null, d: ['roles'], e: 'roles' })).toEqual([
      ' : expected a claim name, got a blank one',
      'a: expected an attribute name, got a blank one',
      'b: expected an attribute name, got a number',
      'c: expected an attribute name, got null',
      'd: expected an attribute name, got a list',
    ]);
    expect(faults(new Date(0))).toEqual([': expected a mapping of claims to attribute names, got a date']);
  });

  test('gives the dotted path of a claim that is written as it is nested', () => {
    const hint = (realm_access: unknown): string => faults({ realm_access }).join();
    const got = 'realm_access: expected an attribute name, got a mapping';
    const write = `${got}; write the path with dots: realm_access`;
    expect(hint({ roles: 'roles', other: 'x' })).toBe(`${write}.roles: roles`);
    expect(hint({ app: { roles: 'MARKED' } })).toBe(`${write}.app.roles: ATTRIBUTE`);
    const endless: Record<string, unknown> = {};
    endless.roles = endless;
    for (const none of [{}, endless, { ['x'.repeat(100)]: 'roles' }]) expect(hint(none)).toBe(got);
  });
});
