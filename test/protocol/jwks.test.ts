import { describe, expect, test } from 'vitest';
import { readKeySet } from '../../src/protocol/jwks.js';

describe('readKeySet', () => {
  test.each([
    ['', 'not valid JSON'],
    ['{"keys": [], "keys": []}', 'occurs twice'],
    ['[]', 'no list "keys"'],
    ['{"keys": {}}', 'no list "keys"'],
  ])('refuses %j', (text, why) => {
    expect(readKeySet(text)).toMatchObject({
      ok: false,
      code: 'jwks_invalid',
      message: expect.stringContaining(why) as unknown,
    });
  });

  test('keeps several keys under one kid, and drops no set for one bad key', () => {
    const result = readKeySet('\ufeff{"keys": [5, {"kty": "oct", "k": "AA", "kid": "a"}, {"kty": "x", "kid": "a"}]}');
    const set = result.ok ? result.keySet : null;
    expect(set?.keys).toHaveLength(3);
    expect(set?.byKid.get('a')?.map((key) => key.fault === null)).toEqual([true, false]);
    expect([...(set?.byKid.keys() ?? [])]).toEqual(['a']);
  });

  test('refuses more keys under one kid than can be tried for each token', () => {
    const many = (count: number): string => JSON.stringify({ keys: Array(count).fill({ kty: 'oct', kid: 'a' }) });
    expect(readKeySet(many(32)).ok).toBe(true);
    expect(readKeySet(many(33))).toMatchObject({
      code: 'jwks_invalid',
      message: 'the key set has more than 32 keys with the kid "a"',
    });
  });
});

test('a text that is no JSON is told the place, counted from 1 and behind a byte order mark', () => {
  for (const text of ['{"keys":x}', '\ufeff{"keys":x}'])
    expect(readKeySet(text)).toMatchObject({
      code: 'jwks_invalid',
      message: expect.stringMatching(/^the key set is not valid JSON: .* \(character 9\)$/) as unknown,
    });
});
