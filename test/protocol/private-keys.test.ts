import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ALGORITHMS } from '../../src/config/provider-config.js';
import { AuthcheckError } from '../../src/errors.js';
import { misfit } from '../../src/protocol/keys.js';
import { isPrivate, thumbprint } from '../../src/protocol/public-part.js';
import { formatPem, generatePrivateKey, readPrivateKey } from '../../src/protocol/private-keys.js';
import { newKey } from '../forge.js';

const read = (value: unknown, kid?: string) => readPrivateKey(JSON.stringify(value), kid);

describe('generatePrivateKey', () => {
  test.each(ALGORITHMS)('makes a key that fits %s, named for its thumbprint', async (algorithm) => {
    const key = await generatePrivateKey({ algorithm });
    expect(key.fault).toBeNull();
    expect(misfit(key, algorithm)).toBeNull();
    expect(key).toMatchObject({ alg: algorithm, use: 'sig' });
    if (key.kty === 'oct') expect(key.bits).toBe(Number(algorithm.slice(2)));
    else expect(key.kid).toBe(await thumbprint(key));
    expect(isPrivate(key)).toBe(key.kty !== 'oct');
  });

  test('never names a secret for its hash, and no two keys alike', async () => {
    const [a, b] = await Promise.all([
      generatePrivateKey({ algorithm: 'HS256' }),
      generatePrivateKey({ algorithm: 'HS256' }),
    ]);
    expect([a.kid, b.kid]).toEqual(
      Array(2).fill(expect.stringMatching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)),
    );
    expect(a.kid).not.toBe(b.kid);
    expect(a.jwk.k).not.toBe(b.jwk.k);
  });

  test('has the size that was asked for', async () => {
    expect((await generatePrivateKey({ algorithm: 'RS256', bits: 3072, kid: 'big' })).jwk).toMatchObject({
      kid: 'big',
    });
    expect((await generatePrivateKey({ algorithm: 'RS256', bits: 3072 })).bits).toBe(3072);
    expect((await generatePrivateKey({ algorithm: 'HS256', bits: 512 })).bits).toBe(512);
  });

  test.each([
    ['RS256', 1024, '2048 to 8192'],
    ['PS512', 100_000, '2048 to 8192'],
    ['HS512', 256, '512 to 1024'],
    ['HS256', 257, 'whole bytes'],
    ['HS256', 1032, '256 to 1024'],
    ['ES256', 256, 'but one size'],
    ['none', undefined, 'no such algorithm'],
    ['HS1', undefined, 'no such algorithm'],
    ['Edward', undefined, 'no such algorithm'],
  ])('refuses %s with %s bits', async (algorithm, bits, why) => {
    await expect(generatePrivateKey({ algorithm, ...(bits === undefined ? {} : { bits }) })).rejects.toThrow(why);
  });
});

describe('readPrivateKey', () => {
  test.each(['RS256', 'ES256', 'ES512', 'EdDSA'])('reads what formatPem writes: %s', async (algorithm) => {
    const key = await generatePrivateKey({ algorithm });
    const again = readPrivateKey(formatPem(key) ?? '');
    expect(again.jwk.d).toBe(key.jwk.d);
    expect(await thumbprint(again)).toBe(await thumbprint(key));
  });

  test('reads the older forms of PEM, also behind other blocks', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    expect(readPrivateKey(rsa.export({ type: 'pkcs1', format: 'pem' }).toString()).kty).toBe('RSA');
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const sec1 = ec.export({ type: 'sec1', format: 'pem' }).toString();
    const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';
    expect(readPrivateKey(parameters + sec1).crv).toBe('P-256');
  });

  test('picks one of a key set by its kid', async () => {
    const [a, b] = [newKey('ES256', 'a'), newKey('ES256', 'b')];
    const keys = [a.privateJwk, b.privateJwk];
    expect(read({ keys }, 'b').jwk.d).toBe(b.privateJwk.d);
    expect(read({ keys: [a.jwk, b.privateJwk] }, 'b').jwk.d).toBe(b.privateJwk.d);
    expect(read({ keys: [a.privateJwk] }, 'other').jwk.d).toBe(a.privateJwk.d);
    expect(() => read({ keys })).toThrow('has 2 keys; pick one by its key id: "a", "b"');
    expect(() => read({ keys }, 'c')).toThrow('pick one');
    expect(() => read({ keys: [a.privateJwk, a.privateJwk] }, 'a')).toThrow('pick one');
    expect(() => read({ keys: [] })).toThrow('no keys');
  });

  test('keeps what signs and names a key, and nothing else', () => {
    const { privateJwk } = newKey('ES256', 'a');
    expect(Object.keys(read({ ...privateJwk, x5c: ['AAAA'], x5u: 'https://x', key_ops: ['sign'] }).jwk).sort()).toEqual(
      Object.keys(privateJwk).sort(),
    );
  });

  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const other = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey;
  const rsa = newKey('RS256');
  const pem = { type: 'pkcs8', format: 'pem' } as const;
  const cases: readonly (readonly [string, string, string])[] = [
    ['a public JWK', JSON.stringify(rsa.jwk), 'public key'],
    ['a public key set', JSON.stringify({ keys: [rsa.jwk] }), 'public key'],
    ['a public PEM', rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'public key'],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', 'public key'],
    ['a weak PEM', weak.export(pem).toString(), '1024 bits'],
    ['a weak JWK', JSON.stringify(weak.export({ format: 'jwk' })), '1024 bits'],
    ['another curve', other.export(pem).toString(), 'curve is not supported'],
    ['an Ed448 key', generateKeyPairSync('ed448').privateKey.export(pem).toString(), 'curve is not supported'],
    [
      'an RSA-PSS key',
      generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey.export(pem).toString(),
      'no private key',
    ],
    [
      'an encrypted PEM',
      rsa.privateKey.export({ ...pem, cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
      'encrypted',
    ],
    [
      'an old encrypted PEM',
      rsa.privateKey.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' }).toString(),
      'encrypted',
    ],
    ['two PEM keys', rsa.privateKey.export(pem).toString().repeat(2), '2 private keys'],
    ['junk in PEM', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----', 'no private key'],
    ['an encryption key', JSON.stringify({ ...rsa.privateJwk, key_ops: ['decrypt'] }), 'not for signing'],
    ['a key for what is no list', JSON.stringify({ ...rsa.privateJwk, key_ops: 'verify' }), 'not for signing'],
    ['an RSA key without primes', JSON.stringify({ ...rsa.privateJwk, p: undefined }), 'make no key'],
    ['an empty secret', JSON.stringify({ kty: 'oct', k: '' }), 'its k is missing'],
    ['no JSON', '{"kty":', 'not valid JSON (character 8)'],
    ['a token', 'eyJhbGciOiJub25lIn0.e30.', 'neither a JWK nor'],
  ];

  test.each(cases)('refuses %s, and quotes no key material', (_, text, why) => {
    const read = (): unknown => readPrivateKey(text);
    expect(read).toThrow(why);
    for (const part of text.match(/[\w-]{20,}/g) ?? []) expect(read).not.toThrow(part);
  });

  test('refuses whatever else, never with what was read', () => {
    const secret = 'MARKED';
    // No text but the secret, which is no base64url: another could happen to make a key.
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 0 }).filter((one) => typeof one !== 'string'),
      fc.constant(secret),
    );
    const kty = fc.constantFrom('oct', 'RSA', 'EC', 'OKP', secret);
    const members = fc.dictionary(fc.constantFrom('d', 'k', 'x', 'n', 'key_ops', 'keys', secret), value);
    fc.assert(
      fc.property(kty, members, (kty, jwk) => {
        const read = (): unknown => readPrivateKey(JSON.stringify({ kty, ...jwk }));
        expect(read).toThrow(AuthcheckError);
        expect(read).not.toThrow(secret);
      }),
    );
    expect(() => readPrivateKey('-----BEGIN PRIVATE KEY-----MARKED')).toThrow(/^(?!.*MARKED)/);
  });
});
