// node:crypto verifies; jose is the witness. The two must agree on every token, or one of them is wrong.
import { createSecretKey, createVerify } from 'node:crypto';
import fc from 'fast-check';
import { compactVerify, importJWK, type JWK } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import { parseJwt } from '../../src/protocol/jwt.js';
import { misfit, readKey, type Key } from '../../src/protocol/keys.js';
import { publicPart } from '../../src/protocol/public-part.js';
import { createSigner } from '../../src/protocol/sign.js';
import { makesKey, signatureLength, signBytes, verifySignature } from '../../src/protocol/signature.js';
import { readCorpus, type ProviderCase } from '../corpus/server.js';

vi.mock('node:crypto', async (original) => {
  const crypto = await original<{ readonly createVerify: typeof createVerify }>();
  return { ...crypto, createVerify: vi.fn(crypto.createVerify) };
});

const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'],
  ...['EdDSA', 'Ed25519', 'HS256', 'HS384', 'HS512'],
];

/** What jose says of a token, a key and an algorithm that the key is fit for. */
async function askJose(token: string, key: Key, algorithm: string): Promise<boolean> {
  try {
    const imported = await importJWK(publicPart(key) as JWK, algorithm);
    await compactVerify(token, imported, { algorithms: [algorithm] });
    return true;
  } catch {
    return false;
  }
}

/** A key set as the corpus writes it. */
function keysOf(jwks: unknown): Key[] {
  const { keys } = jwks as { keys?: unknown };
  return Array.isArray(keys) ? keys.map((jwk) => readKey(jwk)) : [];
}

function verifies(token: string, key: Key, algorithm: string): boolean {
  const { signed } = parseJwt(token);
  return signed !== null && verifySignature(signed.input, signed.signature, key, algorithm);
}

describe('the recorded tokens', () => {
  it('are judged as jose judges them', async () => {
    const { cases, default_jwks } = readCorpus<ProviderCase>('jwt');
    let valid = 0;
    let compared = 0;
    for (const { id, token, jwks = default_jwks } of cases) {
      const jwt = token === null ? null : parseJwt(token);
      if (token === null || jwt === null || jwt.fault !== null) continue;
      for (const key of keysOf(jwks).filter(({ fault }) => fault === null)) {
        for (const algorithm of ALGORITHMS.filter((name) => misfit(key, name) === null)) {
          // Whether the token says this algorithm is not asked here; jose refuses it, and so does the provider.
          if (jwt.header?.alg !== algorithm) continue;
          const ours = verifies(token, key, algorithm);
          expect(ours, `${id} ${algorithm}`).toBe(await askJose(token, key, algorithm));
          compared += 1;
          if (ours) valid += 1;
        }
      }
    }
    expect(valid).toBeGreaterThan(20);
    expect(compared).toBeGreaterThan(valid);
  });
});

const signers = new Map(ALGORITHMS.map((algorithm) => [algorithm, createSigner({ algorithm })]));

describe.each([...signers])('%s', (algorithm, signing) => {
  const token = signing.then(({ sign }) => sign({ sub: 'alice' }));

  it('verifies what is signed, by jose too', async () => {
    const key = readKey((await signing).jwk);
    expect(verifies(await token, key, algorithm)).toBe(true);
    expect(await askJose(await token, key, algorithm)).toBe(true);
  });

  it('verifies nothing that was changed', async () => {
    const key = readKey((await signing).jwk);
    const original = await token;
    const bytes = Buffer.from(original.slice(original.lastIndexOf('.') + 1), 'base64url');
    const input = original.slice(0, original.lastIndexOf('.'));
    const seal = (signature: Uint8Array): string => `${input}.${Buffer.from(signature).toString('base64url')}`;
    const flipped = fc.nat(bytes.length * 8 - 1).map((bit) => {
      const copy = Buffer.from(bytes);
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return seal(copy);
    });
    const resized = fc.oneof(
      fc.nat(bytes.length - 1).map((length) => seal(bytes.subarray(0, length))),
      fc.uint8Array({ minLength: 1, maxLength: 8 }).map((tail) => seal(Buffer.concat([bytes, tail]))),
      fc.constantFrom(seal(Buffer.alloc(bytes.length)), seal(Buffer.alloc(bytes.length, 0xff)), `${input}.`),
    );
    const other = fc.uint8Array({ maxLength: 600 }).map(seal);
    const claims = fc.string().map((sub) => {
      const [header = ''] = original.split('.');
      const part = Buffer.from(JSON.stringify({ sub: `eve ${sub}` })).toString('base64url');
      return `${header}.${part}.${bytes.toString('base64url')}`;
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(flipped, resized, other, claims), async (changed) => {
        expect(verifies(changed, key, algorithm)).toBe(false);
        expect(await askJose(changed, key, algorithm)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('verifies nothing with a key of another kind, nor by another algorithm', async () => {
    const key = readKey((await signing).jwk);
    for (const [name, other] of signers) {
      const same = name === algorithm || [name, algorithm].every((one) => /^Ed/.test(one));
      if (same) continue;
      const stranger = readKey((await other).jwk);
      expect(verifies(await token, stranger, algorithm), name).toBe(false);
      expect(verifies(await token, key, name), name).toBe(false);
    }
  });
});

it('says no where node:crypto breaks: what cannot be computed proves nothing', async () => {
  const { sign, jwk } = await createSigner({ algorithm: 'ES256' });
  const token = await sign({ sub: 'alice' });
  vi.mocked(createVerify).mockImplementationOnce(() => {
    throw new Error('out of order');
  });
  expect(verifies(token, readKey(jwk), 'ES256')).toBe(false);
  expect(verifies(token, readKey(jwk), 'ES256')).toBe(true);
});

it.each([
  ['RS256', 256],
  ['PS512', 256],
  ['ES256', 64],
  ['ES384', 96],
  ['ES512', 132],
  ['EdDSA', 64],
  ['HS256', null],
])('of %s, all signatures have as many bytes: %j', async (algorithm, bytes) => {
  const { jwk, sign } = await createSigner({ algorithm });
  expect(signatureLength(readKey(jwk), algorithm)).toBe(bytes);
  const [, , signature = ''] = (await sign({})).split('.');
  if (bytes !== null) expect(Buffer.from(signature, 'base64url')).toHaveLength(bytes);
  expect(signatureLength(readKey(jwk), algorithm === 'ES384' ? 'RS256' : 'none')).toBeNull();
});

it('knows no algorithm but those', () => {
  const secret = createSecretKey(Buffer.alloc(32, 1));
  expect(() => signBytes(Buffer.from('x'), secret, 'none')).toThrow('nothing signs with none');
});

it('tells numbers that make a key from others', async () => {
  const { jwk } = await createSigner({ algorithm: 'ES256' });
  expect(makesKey(readKey(jwk))).toBe(true);
  expect(makesKey(readKey({ ...jwk, x: Buffer.alloc(32, 1).toString('base64url') }))).toBe(false);
});

it('says no to numbers that make no key', async () => {
  const { sign, jwk } = await createSigner({ algorithm: 'ES256' });
  const token = await sign({ sub: 'alice' });
  const off = readKey({ ...jwk, x: Buffer.alloc(32, 1).toString('base64url') });
  expect(off.fault).toBeNull();
  expect(verifies(token, off, 'ES256')).toBe(false);
  expect(verifies(token, readKey(jwk), 'none')).toBe(false);
});
