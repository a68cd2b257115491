import { expect, test } from 'vitest';
import { listSome, plural } from '../src/listing.js';

test.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b', 'c', 'd', 'e'], 'a, b, c, d, e'],
  [['a', 'b', 'c', 'd', 'e', 'f'], 'a, b, c, d, e and 1 more'],
])('%j is listed as %j', (items, text) => {
  expect(listSome(items)).toBe(text);
});

test('items are shown, and joined, as the sentence needs them', () => {
  expect(listSome(['a', 'b'], (item) => `<${item}>`, ' and ')).toBe('<a> and <b>');
});

test.each([
  [0, '0 keys'],
  [1, '1 key'],
  [2, '2 keys'],
])('%i is %s', (number, text) => {
  expect(plural(number, 'key')).toBe(text);
});
