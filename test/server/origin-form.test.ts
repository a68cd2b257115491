import { expect, test } from 'vitest';
import { originForm } from '../../src/index.js';

test.each([
  ['/v1/models?a=b', '/v1/models?a=b'],
  ['http://api/v1/models?a=b', '/v1/models?a=b'],
  ['HTTPS://api.example:8443', '/'],
  ['http://[::1]:80?a', '/?a'],
  // As it was sent: nothing is resolved.
  ['http://api/admin/../health', '/admin/../health'],
  ['http://api/admin/%2e%2e/health', '/admin/%2e%2e/health'],
  ['http://api/admin\\..\\health', '/admin\\..\\health'],
  // No authority that a client could have made up.
  ['http://a\\health#/admin/x', 'http://a\\health#/admin/x'],
  ['http://u@b\\health?/admin', 'http://u@b\\health?/admin'],
  ['http://', 'http://'],
  ['*', '*'],
])('%s is to %s', (target, expected) => {
  expect(originForm(target)).toBe(expected);
});
