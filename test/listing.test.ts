import { expect, test } from 'vitest';
import { listSome, plural, quote, quoteName } from '../src/listing.js';

test.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b', 'c', 'd', 'e'], 'a, b, c, d, e'],
  [['a', 'b', 'c', 'd', 'e', 'f'], 'a, b, c, d, e and 1 more'],
])('%j is listed as %j', (items, text) => {
  expect(listSome(items)).toBe(text);
});

test('items are shown as the sentence needs them, and as many', () => {
  expect(listSome(['a', 'b', 'c'], (item) => `<${item}>`, 2)).toBe('<a>, <b> and 1 more');
  expect(listSome(['abcdefgh', 'ij'], quote)).toBe('"abcdefgh", "ij"');
});

test('a quotation is cut where it is long, and escapes what is no letter', () => {
  expect(quote('a"b\u001b')).toBe('"a\\"b\\u001b"');
  expect(quote('x'.repeat(200))).toBe(`"${'x'.repeat(200)}"`);
  expect(quote('x'.repeat(201))).toBe(`"${'x'.repeat(200)}…"`);
  expect(quoteName('x'.repeat(64))).toBe(`"${'x'.repeat(64)}"`);
  expect(['x'.repeat(65)].map(quoteName)).toEqual([`"${'x'.repeat(64)}…"`]);
});

test.each([
  [0, '0 keys'],
  [1, '1 key'],
  [2, '2 keys'],
])('%i is %s', (number, text) => {
  expect(plural(number, 'key')).toBe(text);
});
