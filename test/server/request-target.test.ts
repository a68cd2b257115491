import { expect, test } from 'vitest';
import { readQuery, readTarget } from '../../src/server/request-target.js';

test.each([
  ['/a/../b?c=/d', '/a/../b?c=/d'],
  ['//a/b', '//a/b'],
  ['*', '*'],
  ['', ''],
  ['http://api/admin', '/admin'],
  ['HTTPS://api.example:8443/admin/../health?x', '/admin/../health?x'],
  ['http://[::1]:80/a', '/a'],
  ['http://api/assets/%2e%2e\\x', '/assets/%2e%2e\\x'],
  ['http://api', '/'],
  ['ftp://api/a', '/a'],
])('%j is for %j', (target, path) => {
  expect(readTarget(target)).toBe(path);
});

test.each([
  'http://',
  'http:///a',
  'http://u@b/a',
  'http://a\\health',
  'http://a#/b',
  'http://a%2f/b',
  'http://a b/c',
  'http://a?b',
  'http://a?/b',
])('%j is for no path that all agree on', (target) => {
  expect(readTarget(target)).toBeNull();
});

test.each<[string, Record<string, string[]>]>([
  ['/a', {}],
  ['/a?', {}],
  ['/a?b=1&c=&b=2&d', { b: ['1', '2'] }],
  ['/a??b=1', { '?b': ['1'] }],
  ['/a?b=%2B+%25', { b: ['+ %'] }],
])('%j asks for %j', (target, query) => {
  expect(readQuery(target)).toEqual(query);
});
