import fc from 'fast-check';
import { compactVerify, importJWK, type JWK } from 'jose';
import { describe, expect, test } from 'vitest';
import { ALGORITHMS } from '../../src/config/provider-config.js';
import { parseJson } from '../../src/json-parser.js';
import { parseJwt } from '../../src/protocol/jwt.js';
import { readKey } from '../../src/protocol/keys.js';
import { generatePrivateKey, readPrivateKey } from '../../src/protocol/private-keys.js';
import { createSigner } from '../../src/protocol/sign.js';
import { newKey } from '../forge.js';

async function verifies(token: string, jwk: object, algorithm: string): Promise<boolean> {
  const key = await importJWK(jwk as JWK, algorithm);
  return compactVerify(token, key, { algorithms: [algorithm] }).then(
    () => true,
    () => false,
  );
}

describe('createSigner', () => {
  test('signs with what a key that names no algorithm is good for', async () => {
    for (const algorithm of ['RS256', 'ES384', 'EdDSA']) {
      const { jwk } = await generatePrivateKey({ algorithm });
      expect((await createSigner({ key: readKey({ ...jwk, alg: null }) })).algorithm).toBe(algorithm);
    }
  });

  test.each(ALGORITHMS)(
    'signs %s so that jose verifies it, with a throwaway key and with a given one',
    async (algorithm) => {
      const throwaway = await createSigner({ algorithm, kid: 'k1' });
      const given = await createSigner({ key: await generatePrivateKey({ algorithm, kid: 'k1' }) });
      for (const signer of [throwaway, given]) {
        expect(signer).toMatchObject({ algorithm, kid: 'k1', jwk: { kid: 'k1', alg: algorithm, use: 'sig' } });
        const token = await signer.sign({ sub: 'alice' });
        expect(await verifies(token, signer.jwk, algorithm)).toBe(true);
        expect(await verifies(token.slice(0, -8) + 'AAAAAAAA', signer.jwk, algorithm)).toBe(false);
        expect(parseJwt(token)).toMatchObject({
          header: { alg: algorithm, typ: 'JWT', kid: 'k1' },
          claims: { sub: 'alice' },
          fault: null,
        });
      }
      expect(await verifies(await throwaway.sign({}), given.jwk, algorithm)).toBe(false);
    },
  );

  test('never hands out a private member', async () => {
    for (const algorithm of ['RS256', 'ES256', 'EdDSA']) {
      const key = await generatePrivateKey({ algorithm });
      const { jwk } = await createSigner({ key });
      for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(jwk).not.toHaveProperty(name);
      expect(JSON.stringify(jwk)).not.toContain(key.jwk.d);
    }
  });

  test('takes algorithm and kid from the key, else the first that fits and the thumbprint', async () => {
    const { privateJwk } = newKey('ES384', 'mine');
    expect(await createSigner({ key: readKey(JSON.parse(JSON.stringify(privateJwk))) })).toMatchObject({
      algorithm: 'ES384',
      kid: 'mine',
    });
    const bare = readPrivateKey(newKey('RS256').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    const signer = await createSigner({ key: bare });
    expect(signer.algorithm).toBe('RS256');
    expect(signer.kid).toBe(signer.thumbprint);
    expect((await createSigner({ key: bare, algorithm: 'PS512', kid: 'named' })).kid).toBe('named');
    expect((await createSigner()).algorithm).toBe('RS256');
  });

  test.each([
    ['ES256', newKey('RS256').privateJwk, 'needs a key of type EC'],
    ['ES256', newKey('ES384').privateJwk, 'needs the curve P-256'],
    ['PS256', newKey('RS256').privateJwk, 'for another algorithm'],
    ['HS256', { kty: 'oct', k: 'c2hvcnQ' }, 'needs a secret of 256 bits'],
    ['RS256', newKey('RS256').jwk, 'no private members'],
    ['ES256', { ...newKey('ES256').privateJwk, d: newKey('ES256').privateJwk.d }, 'do not belong together'],
    ['none', newKey('ES256').privateJwk, 'no key fits none'],
    ['RS256', { ...newKey('RS256').privateJwk, use: 'enc' }, 'not for signatures'],
  ])('refuses to sign %s with a key that does not fit', async (algorithm, jwk, why) => {
    await expect(createSigner({ algorithm, key: readKey(JSON.parse(JSON.stringify(jwk))) })).rejects.toThrow(why);
  });

  test('replaces and leaves out members of the header', async () => {
    const signer = await createSigner({ algorithm: 'ES256', kid: 'k1' });
    const token = await signer.sign({ a: undefined, b: 1 }, { typ: undefined, kid: 'k2', more: [1] });
    expect(parseJwt(token)).toMatchObject({ header: { alg: 'ES256', kid: 'k2', more: [1] }, claims: { b: 1 } });
    const texts = token.split('.').map((part) => Buffer.from(part, 'base64url').toString());
    expect(texts.slice(0, 2)).toEqual(['{"alg":"ES256","kid":"k2","more":[1]}', '{"b":1}']);
  });

  test('loses nothing of any claims: digits, odd names, lone surrogates', async () => {
    const signer = await createSigner({ algorithm: 'EdDSA' });
    const texts = fc.oneof(
      fc.json().map((text) => `{"x":${text}}`),
      fc.bigInt().map((number) => `{"id":[${number}],"__proto__":{"a":"\\ud800"}}`),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const claims = parseJson(text);
        if (!claims.ok) return;
        const signed = parseJwt(await signer.sign(claims.value as Record<string, unknown>));
        expect(signed.fault).toBeNull();
        expect(signed.claims).toEqual(claims.value);
      }),
      { numRuns: 60 },
    );
  });
});
