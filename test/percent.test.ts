import { expect, test } from 'vitest';
import { unescapePercent } from '../src/percent.js';

// Recorded from Python's urllib.parse.unquote, by which the server's HTTP library decodes paths.
test.each([
  ['/%61dmin/x%ff', '/admin/x\ufffd'],
  ['/%61dmin/x%zz', '/admin/x%zz'],
  ['/v1/%', '/v1/%'],
  ['/v1/%e2%82', '/v1/\ufffd'],
  ['/v1/%e2%82x%ac', '/v1/\ufffdx\ufffd'],
  ['/%E2%82%AC', '/€'],
  ['/%2541', '/%41'],
  ['/a%2', '/a%2'],
  ['/%f0%9f%98%80%', '/😀%'],
  ['/%c3%28', '/\ufffd('],
  ['/%ed%a0%80', '/\ufffd\ufffd\ufffd'],
  ['/%f5%80', '/\ufffd\ufffd'],
  ['/%e2%82%e2%82%ac', '/\ufffd€'],
  ['/é%20', '/é '],
])('%j is %j', (text, plain) => {
  expect(unescapePercent(text)).toBe(plain);
});
