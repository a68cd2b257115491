import { describe, expect, it, test } from 'vitest';
import { reportKeySet, type KeySetReport } from '../../src/report/key-report.js';
import { readKeySet } from '../../src/protocol/jwks.js';
import { makeCertificates } from '../certificates.js';
import { newKey } from '../forge.js';

describe('a key with a certificate', () => {
  test.each(['right', 'expired'] as const)('says until when it is valid: %s', async (which) => {
    const pem = (await makeCertificates())[which].cert;
    const x5c = [pem.replace(/-----[^-]+-----|\s/g, '')];
    const keySet = readKeySet(JSON.stringify({ keys: [{ ...newKey('ES256').jwk, x5c }] }));
    if (!keySet.ok) throw new Error(keySet.message);
    const [key] = (await reportKeySet(keySet.keySet, Date.now(), null)).keys;
    expect(key?.certificate_expires).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(key?.warnings.some((warning) => warning.includes('certificate expired'))).toBe(which === 'expired');
  });
});

describe('a key set', () => {
  const ec = newKey('ES256', 'a');
  const read = (
    keys: readonly unknown[],
    wanted: { readonly kid: string | null; readonly alg: string } | null = null,
  ): Promise<KeySetReport> => {
    const result = readKeySet(JSON.stringify({ keys }));
    if (!result.ok) throw new Error(result.message);
    return reportKeySet(result.keySet, 0, wanted);
  };

  it('is described key by key', async () => {
    expect(await read([ec.jwk])).toEqual({
      keys: [
        {
          kid: 'a',
          kty: 'EC',
          alg: 'ES256',
          use: 'sig',
          bits: null,
          crv: 'P-256',
          thumbprint: expect.stringMatching(/^[\w-]{43}$/) as unknown,
          certificate_expires: null,
          used: null,
          warnings: [],
        },
      ],
      warnings: [],
    });
  });

  test.each([
    ['two of one name', [ec.jwk, newKey('ES256', 'a').jwk], 'several keys have this kid'],
    ['no name', [{ ...ec.jwk, kid: undefined }], 'no kid: the server never picks this key'],
    ['a private key', [ec.privateJwk], 'a PRIVATE key: if this key set is published, replace it at once'],
    [
      'a secret',
      [{ kty: 'oct', kid: 'a', k: 'A'.repeat(43) }],
      'a symmetric key: whoever reads this key set can forge tokens',
    ],
    ['no point of its curve', [{ ...ec.jwk, y: ec.jwk.x }], 'unusable: its parameters do not form a valid key'],
    ['a weak key', [newKey('RS256', 'a', 1024).jwk], /^unusable: it has 1024 bits/],
  ])('is warned about: %s', async (_, keys, warning) => {
    const report = await read(keys);
    for (const { warnings } of report.keys) {
      expect(warnings).toContainEqual(typeof warning === 'string' ? warning : expect.stringMatching(warning));
    }
  });

  test.each([[['not a certificate']], [[]], ['text'], [[5]]])('has no use for the chain %j', async (x5c) => {
    expect((await read([{ ...ec.jwk, x5c }])).keys[0]?.certificate_expires).toBeNull();
  });

  it('says which key a token names, if its algorithm fits', async () => {
    const keys = [ec.jwk, newKey('ES256', 'b').jwk, newKey('RS256', 'c', 1024).jwk];
    const used = async (kid: string | null, alg: string): Promise<unknown> => {
      const report = await read(keys, { kid, alg });
      return [report.keys.map((key) => key.used), report.warnings];
    };
    expect(await used('a', 'ES256')).toEqual([[true, false, false], []]);
    const none = [false, false, false];
    expect(await used('a', 'ES384')).toEqual([none, ['the token names "a", which cannot verify its "ES384"']]);
    expect(await used('c', 'RS256')).toEqual([none, ['the token names "c", which cannot verify its "RS256"']]);
    expect(await used('x', 'ES256')).toEqual([none, ['the token names "x", and no key here has this kid']]);
    expect(await used(null, 'ES256')).toEqual([
      [false, false, false],
      ['the token has no kid: the server cannot pick a key'],
    ]);
  });

  it('has no key for a token without a key id, not even one without', async () => {
    const report = await read([{ ...ec.jwk, kid: undefined }, ec.jwk], { kid: null, alg: 'ES256' });
    expect(report.keys.map((key) => key.used)).toEqual([false, false]);
    expect(report.warnings).toEqual(['the token has no kid: the server cannot pick a key']);
  });

  it('without a name for any key is warned about as a whole', async () => {
    const report = await read([{ ...ec.jwk, kid: undefined }]);
    expect(report.warnings).toEqual(['no key of the key set has a kid: the server never picks one']);
  });

  it('may be empty', async () => {
    expect(await read([])).toEqual({ keys: [], warnings: ['the key set is empty: no token can be verified'] });
  });
});
