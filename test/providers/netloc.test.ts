import { expect, test } from 'vitest';
import { netlocOf } from '../../src/providers/netloc.js';

// As Python's urlparse has it, but for user and password.
test.each([
  ['https://Auth.Example:443/v', 'Auth.Example:443'],
  ['HTTPS://auth.example', 'auth.example'],
  ['http://svc:p4ss@AUTH.example:80?x=a@b', 'AUTH.example:80'],
  ['https://a@b@auth.example/', 'auth.example'],
  ['https://[::1]:8443#x', '[::1]:8443'],
])('%s is of %s', (url, host) => {
  expect(netlocOf(url)).toBe(host);
});
