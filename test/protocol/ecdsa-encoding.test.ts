// node:crypto can read both ways to write a signature, and judges each alike.
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeDer } from '../../src/protocol/ecdsa-encoding.js';

/** A signature of two numbers in hex; each becomes `size` bytes. */
function joined(size: number, ...numbers: readonly string[]): Buffer {
  return Buffer.concat(numbers.map((hex) => Buffer.from(hex.padStart(size * 2, '0'), 'hex')));
}

describe('DER', () => {
  it.each([
    ['zero', 32, '0', '0', '3006020100020100'],
    ['one byte', 32, '1', '7f', '300602010102017f'],
    ['a zero before a first bit that is set', 32, '80', 'ff', '300802020080020200ff'],
    ['no zeros but that', 32, '0080', '0100', '30080202008002020100'],
    ['all bits', 32, 'ff'.repeat(32), '7f'.repeat(32), `3045022100${'ff'.repeat(32)}0220${'7f'.repeat(32)}`],
    ['length of two bytes', 66, 'ff'.repeat(66), '1', `3048024300${'ff'.repeat(66)}020101`],
    [
      'everything of 128 bytes',
      66,
      '7f'.repeat(62),
      '7f'.repeat(62),
      `308180023e${'7f'.repeat(62)}023e${'7f'.repeat(62)}`,
    ],
    [
      'everything of more than 127 bytes',
      66,
      'ff'.repeat(66),
      '80'.repeat(66),
      `30818a024300${'ff'.repeat(66)}024300${'80'.repeat(66)}`,
    ],
  ])('writes %s', (_, size, r, s, der) => {
    expect(encodeDer(joined(size, r, s)).toString('hex')).toBe(der);
  });

  it('holds what any signature holds', () => {
    fc.assert(
      fc.property(fc.constantFrom(32, 48, 66), fc.infiniteStream(fc.nat(255)), fc.nat(66), (size, bytes, zeros) => {
        const signature = Buffer.from([...bytes.take(size * 2)]);
        signature.fill(0, 0, Math.min(zeros, size));
        signature.fill(0, size, size + Math.min(zeros, size));
        expect(decode(encodeDer(signature), size)).toEqual(signature);
      }),
    );
  });

  it.each([
    ['P-256', 'sha256'],
    ['P-384', 'sha384'],
    ['P-521', 'sha512'],
  ])('is judged as the JWS is, on %s', (namedCurve, hash) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
    let valid = 0;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.option(fc.tuple(fc.nat(131), fc.nat(255))), (data, change) => {
        const signature = sign(hash, data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
        if (change !== null) signature[change[0] % signature.length] = change[1];
        const expected = verify(hash, data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature);
        expect(verify(hash, data, publicKey, encodeDer(signature))).toBe(expected);
        if (expected) valid += 1;
      }),
    );
    expect(valid).toBeGreaterThan(5);
  });
});

/** Reads strict DER: what has two forms in BER makes this throw. */
function decode(der: Buffer, size: number): Buffer {
  let at = 0;
  const take = (count: number): Buffer => der.subarray(at, (at += count));
  const length = (): number => {
    const [first = 0] = take(1);
    if (first < 0x80) return first;
    expect(first).toBe(0x81);
    const [second = 0] = take(1);
    expect(second).toBeGreaterThan(0x7f);
    return second;
  };
  expect(take(1)).toEqual(Buffer.from([0x30]));
  expect(length()).toBe(der.length - at);
  const numbers = ['r', 's'].map(() => {
    expect(take(1)).toEqual(Buffer.from([0x02]));
    const digits = take(length());
    expect(digits[0]).toBeLessThan(0x80);
    if (digits[0] === 0 && digits.length > 1) expect(digits[1]).toBeGreaterThan(0x7f);
    return joined(size, digits.subarray(digits.length > size ? 1 : 0).toString('hex'));
  });
  expect(at).toBe(der.length);
  return Buffer.concat(numbers);
}
