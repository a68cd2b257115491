import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findHeaderTokenFault, findTokenFault, fingerprint, readGithubToken, summarizeToken } from '../src/token.js';

/** A token whose checksum is right, in the two halves in which it may stand in a source file. */
const SAMPLE = 'ghp_' + 'zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17';

describe('readGithubToken', () => {
  test('finds the checksum of the published sample right', () => {
    expect(readGithubToken(SAMPLE)).toEqual({
      prefix: 'ghp_',
      kind: 'personal access token (classic)',
      checksum: true,
    });
  });

  test('finds the checksum wrong when any one character is changed', () => {
    const changed = fc.tuple(fc.integer({ min: 4, max: SAMPLE.length - 1 }), fc.constantFrom(...'0123456789ABCabc'));
    fc.assert(
      fc.property(changed, ([index, character]) => {
        fc.pre(SAMPLE[index] !== character);
        const token = SAMPLE.slice(0, index) + character + SAMPLE.slice(index + 1);
        expect(readGithubToken(token)?.checksum).toBe(false);
      }),
    );
  });

  test.each([
    ['gho_x', 'gho_'],
    ['ghu_x', 'ghu_'],
    ['ghs_x', 'ghs_'],
    ['ghr_x', 'ghr_'],
    ['github_pat_' + '1'.repeat(82), 'github_pat_'],
  ])('knows %s by its prefix, and claims no checksum where it knows of none', (token, prefix) => {
    expect(readGithubToken(token)).toMatchObject({ prefix, checksum: null });
  });

  test('leaves other tokens alone', () => {
    expect(readGithubToken('eyJhbGciOiJSUzI1NiJ9.e30.')).toBeNull();
  });
});

describe('findTokenFault', () => {
  test.each([
    ['', 'empty'],
    ['a\nb', 'control character'],
    [' a', 'around'],
    ['Bearer abc', 'twice'],
    ['abc, Basic def', 'several'],
    ['\ud800', 'well-formed'],
    ['a'.repeat(256 * 1024 + 1), 'characters'],
  ])('refuses what cannot be a token (%#)', (token, why) => {
    expect(findTokenFault(token)).toContain(why);
  });

  test('lets any other string be introspected, but not every one be sent in a header', () => {
    expect(findTokenFault('tök en')).toBeNull();
    expect(findHeaderTokenFault('tök')).toContain('no header can carry');
    expect(findHeaderTokenFault('to ken')).toContain('no header can carry');
    expect(findHeaderTokenFault('token')).toBeNull();
  });
});

describe('summarizeToken', () => {
  test('never shows the token', () => {
    const summary = summarizeToken(SAMPLE, { login: 'octocat' });
    expect(summary).toEqual({
      kind: 'github',
      header: null,
      claims: { login: 'octocat' },
      fingerprint: fingerprint(SAMPLE),
    });
    expect(summary.fingerprint).toMatch(/^sha256:[0-9a-f]{16}$/);
    expect(JSON.stringify(summary)).not.toContain(SAMPLE.slice(4, 16));
  });

  test('tells none, opaque and GitHub apart', () => {
    expect([null, 'opaque', 'gho_x'].map((token) => summarizeToken(token).kind)).toEqual(['none', 'opaque', 'github']);
    expect(summarizeToken(null).fingerprint).toBeNull();
  });
});
