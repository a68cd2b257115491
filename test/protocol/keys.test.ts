import { describe, expect, test } from 'vitest';
import { misfit, readKey } from '../../src/protocol/keys.js';

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
