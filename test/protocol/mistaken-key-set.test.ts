import { expect, test } from 'vitest';
import { recognize } from '../../src/protocol/mistaken-key-set.js';

test('the metadata of an issuer leads to its key set, shown and no more', () => {
  const { is, fix } = recognize({ issuer: 'x', jwks_uri: 'https://user:pass@idp.example/certs?key=s3cret' });
  expect(is).toBe('this is the issuer’s metadata');
  expect(fix).toContain('"https://idp.example/certs?key=[redacted]"');
  expect(recognize({ jwks_uri: `https://idp.example/${'x'.repeat(5000)}` }).fix?.length).toBeLessThan(300);
  expect(recognize({ jwks_uri: '\u001b[31m' }).fix).toContain('(not a URL)');
});

test('certificates by key id lead to where Google has its keys', () => {
  const { is, fix } = recognize({ abc: '-----BEGIN CERTIFICATE-----\nMII…' });
  expect(is).toContain('PEM certificates');
  expect(fix).toContain('/oauth2/v3/certs');
});

test('a single key is told so', () => {
  expect(recognize({ kty: 'RSA', n: 'x', e: 'AQAB' }).is).toBe('this is a single key');
});

test.each([
  [{}],
  [[]],
  [null],
  [{ nokeys: 1 }],
  [{ error: 'not found' }],
  [{ abc: '-----BEGIN CERTIFICATE-----', error: 'x' }],
])('%j is nothing known', (value) => {
  expect(recognize(value)).toEqual({ is: 'this is not a key set' });
});
