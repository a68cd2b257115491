import { generateKeyPairSync } from 'node:crypto';
import type { JWK } from 'jose';
import { describe, expect, test } from 'vitest';
import { algorithmsFor, findWeakness, misfit, readKey } from '../../src/protocol/keys.js';
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

/** As many bytes in base64url. */
const bytes = (count: number, fill = 0xff): string => Buffer.alloc(count, fill).toString('base64url');
const RSA = { kty: 'RSA', n: bytes(256), e: 'AQAB' };
const EC = { kty: 'EC', crv: 'P-256', x: bytes(32), y: bytes(32) };
const OKP = { kty: 'OKP', crv: 'Ed25519', x: bytes(32, 0x11) };

describe('what is wrong with a key', () => {
  test.each([
    [RSA, null],
    [EC, null],
    [{ ...EC, crv: 'P-384', x: bytes(48), y: bytes(48) }, null],
    [{ ...EC, crv: 'P-521', x: bytes(66), y: bytes(66) }, null],
    [OKP, null],
    [{ kty: 'oct', k: bytes(32) }, null],
    [{ ...RSA, alg: null }, null],
    [{ ...RSA, alg: '' }, 'its alg is not a string'],
    [{ ...RSA, alg: 5 }, 'its alg is not a string'],
    [{ ...RSA, e: '' }, 'its n or e is missing or not base64url'],
    [{ ...RSA, e: 'A QAB' }, 'its n or e is missing or not base64url'],
    [{ ...RSA, n: 5 }, 'its n or e is missing or not base64url'],
    // A number has no zeros before it, however many bytes it is written with.
    [
      { ...RSA, n: Buffer.concat([Buffer.alloc(4), Buffer.alloc(255, 0xff)]).toString('base64url') },
      /^it has 2040 bits/,
    ],
    [{ ...RSA, n: bytes(256, 0) }, 'it has 0 bits; at least 2048 are required'],
    [{ ...RSA, n: Buffer.alloc(256, 0xff).fill(0xfe, 255).toString('base64url') }, 'its modulus is even'],
    [{ ...RSA, e: 'AA' }, 'its exponent is 0'],
    [{ ...RSA, e: 'AQ' }, 'its exponent is 1'],
    [{ ...RSA, e: 'Ag' }, 'its exponent is 2'],
    [{ ...RSA, e: 'Aw' }, null],
    [{ ...RSA, e: 'BA' }, 'its exponent is even'],
    [{ ...EC, crv: undefined }, 'its curve is missing'],
    [{ ...EC, crv: 'secp256k1' }, 'its curve is not supported'],
    [{ ...OKP, crv: undefined }, 'its curve is missing'],
    [{ ...OKP, crv: 'X25519' }, 'its curve is not supported'],
    [{ ...EC, x: bytes(31) }, 'its coordinates are missing or of the wrong size'],
    [{ ...EC, y: bytes(33) }, 'its coordinates are missing or of the wrong size'],
    [{ ...EC, y: undefined }, 'its coordinates are missing or of the wrong size'],
    [{ ...OKP, x: undefined }, 'its coordinates are missing or of the wrong size'],
    [{ ...OKP, x: bytes(31) }, 'its coordinates are missing or of the wrong size'],
    [{ kty: 'oct', k: '' }, 'its k is missing or not base64url'],
    [{ kty: 'oct' }, 'its k is missing or not base64url'],
    [{ kty: 'oct', k: '+/' }, 'its k is missing or not base64url'],
    [{ n: RSA.n, e: RSA.e }, 'its kty is missing'],
    [{ kty: 'AKP' }, 'its kty is not supported'],
  ])('%j: %s', (jwk, fault) => {
    const said = readKey(JSON.parse(JSON.stringify(jwk))).fault;
    if (fault instanceof RegExp) expect(said?.message).toMatch(fault);
    else expect(said?.message ?? null).toBe(fault);
    if (said !== null)
      expect(said.code).toBe(/bits|exponent is \d/.test(said.message) ? 'key_too_weak' : 'key_mismatch');
  });

  test.each([null, 'x', 5, ['a']])('%j is no key', (value) => {
    expect(readKey(value).fault).toEqual({ code: 'key_mismatch', message: 'it is not a JSON object' });
  });

  // Of each, the sign bit may be set; a signature for it can be written without a private key.
  test.each([
    '00'.repeat(32),
    `01${'00'.repeat(31)}`,
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    `ec${'ff'.repeat(30)}7f`,
    `ed${'ff'.repeat(30)}7f`,
    `ee${'ff'.repeat(30)}7f`,
  ])('the point %s is of small order', (hex) => {
    for (const sign of [0, 0x80]) {
      const point = Buffer.from(hex, 'hex');
      point[31] = (point[31] ?? 0) | sign;
      expect(readKey({ ...OKP, x: point.toString('base64url') }).fault).toEqual({
        code: 'key_too_weak',
        message: 'anybody can sign for it (a point of small order)',
      });
    }
  });
});

describe('what a key fits', () => {
  test.each([
    [RSA, ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']],
    [EC, ['ES256']],
    [{ ...EC, crv: 'P-384' }, ['ES384']],
    [{ ...EC, crv: 'P-521' }, ['ES512']],
    [OKP, ['EdDSA', 'Ed25519']],
    [{ kty: 'oct', k: bytes(64) }, ['HS256', 'HS384', 'HS512']],
    [{ kty: 'AKP' }, []],
  ])('%j: %j', (jwk, algorithms) => {
    expect(algorithmsFor(readKey(jwk))).toEqual(algorithms);
  });

  test.each([
    [RSA, 'ES256', 'ES256 needs a key of type EC, the key is RSA'],
    [RSA, 'constructor', 'no key fits constructor'],
    [EC, 'ES384', 'ES384 needs the curve P-384, the key has P-256'],
    [{ kty: 'EC' }, 'ES256', 'ES256 needs the curve P-256, the key has none'],
    [{ ...RSA, alg: 'PS256' }, 'RS256', 'the key is for another algorithm (alg)'],
    [{ ...OKP, alg: 'ES256' }, 'EdDSA', 'the key is for another algorithm (alg)'],
    [{ ...RSA, alg: 'EdDSA' }, 'RS256', 'the key is for another algorithm (alg)'],
    [{ ...RSA, key_ops: ['sign'] }, 'RS256', 'the key is not for verifying (key_ops)'],
    [{ ...RSA, key_ops: 'verify' }, 'RS256', 'the key is not for verifying (key_ops)'],
    [{ ...RSA, key_ops: ['sign', 'verify'] }, 'RS256', null],
    [{ ...RSA, n: bytes(128) }, 'RS256', 'it has 1024 bits; at least 2048 are required'],
    [{ kty: 'oct' }, 'HS256', 'HS256 needs a secret of 256 bits, the key has 0'],
  ])('%j and %s: %s', (jwk, algorithm, why) => {
    expect(misfit(readKey(jwk), algorithm)).toBe(why);
  });

  test('only a secret is measured by the hash, and only for HMAC', () => {
    expect(findWeakness(readKey({ kty: 'oct', k: bytes(8) }), 'RS256')).toBeNull();
    expect(findWeakness(readKey(EC), 'HS256')).toBeNull();
  });
});

test('all members that are bytes may have padding, and those that are names are kept', () => {
  for (const jwk of [
    { ...RSA, e: 'Aw==' },
    { ...EC, x: `${EC.x}=`, y: `${EC.y}=` },
    { ...OKP, x: `${OKP.x}=` },
  ])
    expect(readKey(jwk).fault).toBeNull();
  expect(readKey({ kty: 'oct', k: `${bytes(32)}=`, alg: 'HS256', use: 'sig', kid: 'a' })).toMatchObject({
    ...{ bits: 256, alg: 'HS256', use: 'sig', kid: 'a', crv: null, fault: null },
  });
  expect(readKey(EC)).toMatchObject({ bits: null, crv: 'P-256', alg: null, use: null, kid: null });
});
