import { describe, expect, test } from 'vitest';
import { isStringList, member, writeJson } from '../src/json.js';

describe('isStringList', () => {
  test('tells a list of strings from everything else', () => {
    expect([['a'], [], ['a', 1], 'a', null, {}, undefined].map((value) => isStringList(value))).toEqual([
      ...[true, true, false, false, false, false, false],
    ]);
  });
});

describe('member', () => {
  test('is what the object itself has, and nothing of its prototype', () => {
    const object = JSON.parse('{"a":null,"__proto__":1,"hasOwnProperty":2}') as Record<string, number | null>;
    const names = ['a', '__proto__', 'hasOwnProperty', 'constructor', 'toString', 'b'];
    expect(names.map((name) => member(object, name))).toEqual([null, 1, 2, undefined, undefined, undefined]);
  });
});

describe('writeJson', () => {
  test('keeps the digits of a bigint, and leaves out what is undefined', () => {
    const value = { a: [12345678901234567890n, null, 'é"'], b: undefined, c: { d: 1.5 } };
    expect(writeJson(value)).toBe('{"a":[12345678901234567890,null,"é\\""],"c":{"d":1.5}}');
  });
});
