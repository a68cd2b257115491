import { expect, test } from 'vitest';
import { judgeFailure } from '../src/http-failure.js';

const failure = (code: string): string => judgeFailure(Object.assign(new Error('x'), { code }), false, 1000).code;

test.each([
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'PATH_LENGTH_EXCEEDED',
  'CRL_HAS_EXPIRED',
  'ERROR_IN_CERT_NOT_AFTER_FIELD',
  'INVALID_CA',
  // For whatever OpenSSL says that Node has no name for, such as a name that its issuer may not certify.
  'UNSPECIFIED',
])('%s is of TLS', (code) => {
  expect(failure(code)).toBe('endpoint_tls');
});

test.each(['ECONNREFUSED', 'ENOTFOUND', 'ECONNRESET'])('%s is of the network', (code) => {
  expect(failure(code)).toBe('endpoint_unreachable');
});

test('a connection that ends too early is told alike, whichever client it was', () => {
  const told = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].map((code) =>
    judgeFailure(Object.assign(new Error('x'), { code }), false, 1000),
  );
  expect(new Set(told.map(({ message }) => message))).toEqual(
    new Set(['the connection was closed before the answer was complete']),
  );
});
