import { generateKeyPairSync } from 'node:crypto';
import type { JWK } from 'jose';
import { describe, expect, test } from 'vitest';
import { misfit, readKey } from '../../src/protocol/keys.js';
import { publicPart, thumbprint } from '../../src/protocol/public-part.js';

const oct = (bytes: number): ReturnType<typeof readKey> =>
  readKey({ kty: 'oct', k: Buffer.alloc(bytes).toString('base64url') });

describe('symmetric keys', () => {
  test.each([
    ['HS256', 32],
    ['HS384', 48],
    ['HS512', 64],
  ])('for %s have as many bits as its hash', (algorithm, bytes) => {
    expect(misfit(oct(bytes), algorithm)).toBeNull();
    expect(misfit(oct(bytes - 1), algorithm)).toContain('needs a secret of');
  });

  test('fit no asymmetric algorithm', () => {
    expect(misfit(oct(64), 'RS256')).toContain('needs a key of type RSA');
  });
});

test.each(['enc', 'tls', '', 5, null, ['sig']])(
  'a key with the use %j is for signatures only if that says nothing',
  (use) => {
    const key = readKey({ ...oct(32).jwk, use });
    expect(misfit(key, 'HS256')).toBe(use === null ? null : 'the key is not for signatures (use)');
  },
);

test('a key for EdDSA is one for Ed25519, which is its other name', () => {
  const { publicKey } = generateKeyPairSync('ed25519');
  for (const alg of ['EdDSA', 'Ed25519']) {
    const { x = '' }: JWK = publicKey.export({ format: 'jwk' });
    const key = readKey({ kty: 'OKP', crv: 'Ed25519', x, alg });
    expect([misfit(key, 'EdDSA'), misfit(key, 'Ed25519')]).toEqual([null, null]);
  }
});

describe('members with padding', () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk: JWK = publicKey.export({ format: 'jwk' });

  test('are read as those without', async () => {
    const padded = readKey({ kty: 'RSA', n: `${jwk.n}==`, e: `${jwk.e}` });
    const plain = readKey({ kty: 'RSA', n: `${jwk.n}`, e: `${jwk.e}` });
    expect(padded.fault).toBeNull();
    expect([padded.bits, publicPart(padded), await thumbprint(padded)]).toEqual([
      2048,
      publicPart(plain),
      await thumbprint(plain),
    ]);
  });

  test.each(['===', '= ', '=\n', '=='.repeat(50_000)])('are no members with more than that: %#', (end) => {
    expect(readKey({ kty: 'RSA', n: `${jwk.n}${end}`, e: `${jwk.e}` }).fault?.code).toBe('key_mismatch');
  });
});

describe('an RSA key', () => {
  const faultOf = (jwk: object): string | undefined => readKey({ kty: 'RSA', ...jwk }).fault?.message;

  test('that is a certificate alone is told so', () => {
    expect(faultOf({ x5c: ['MIIB'] })).toBe('it has only a certificate (x5c), and the server needs n and e');
    expect(faultOf({ x5c: ['MIIB'], e: 'AQAB' })).toBe('its n or e is missing or not base64url');
    expect(faultOf({})).toBe('its n or e is missing or not base64url');
  });

  test('that is too small is told the least size', () => {
    const n = Buffer.alloc(128, 0xff).toString('base64url');
    expect(faultOf({ n, e: 'AQAB' })).toBe('it has 1024 bits; at least 2048 are required');
  });
});
