import { expect, test } from 'vitest';
import { formatKeySet } from '../../../src/cli/render/keys.js';
import { createStyle } from '../../../src/cli/render/style.js';
import type { KeyReport, KeySetReport } from '../../../src/index.js';

const THUMBPRINT = 'RHsLBwEWi1pc2vN9jgZ0B7rEzCKNqush0JmgGl4oOQc';

function lines(kids: readonly string[], columns: number): string[] {
  const keys = kids.map((kid) => {
    const key = { kid, kty: 'EC', crv: 'P-256', bits: null, alg: 'ES256', use: 'sig', thumbprint: THUMBPRINT };
    return { ...key, certificate_expires: null, used: null, warnings: [] };
  });
  const report: KeySetReport = { keys, warnings: [] };
  return formatKeySet('keys.json', report, createStyle({ isTTY: false, columns }, {}, false)).split('\n');
}

test('thumbprints stand beside the keys where there is room, else below them', () => {
  expect(lines(['k1', 'k2'], 80).filter((line) => line.includes(THUMBPRINT))).toEqual([
    `  k1   EC    P-256  ES256  sig  ${THUMBPRINT}`,
    `  k2   EC    P-256  ES256  sig  ${THUMBPRINT}`,
  ]);
  const long = lines([THUMBPRINT, 'k2'], 80);
  expect(long.slice(2)).toEqual([
    expect.stringMatching(/^ {2}kid +type {2}size {3}alg {4}use$/),
    `  ${THUMBPRINT}  EC    P-256  ES256  sig`,
    expect.stringMatching(/^ {2}k2 +EC/),
    '',
    '  thumbprints, in the same order',
    `  ${THUMBPRINT}`,
    `  ${THUMBPRINT}`,
    '',
  ]);
  expect(lines([THUMBPRINT], 120).filter((line) => line.includes('thumbprints'))).toEqual([]);
});

/** A key as it is reported. */
function keyOf(changes: Partial<KeyReport>): KeyReport {
  const key = { kid: 'k1', kty: 'RSA', crv: null, bits: 2048, alg: 'RS256', use: 'sig', thumbprint: null };
  return { ...key, certificate_expires: null, used: null, warnings: [], ...changes };
}

function show(keys: readonly KeyReport[], warnings: readonly string[] = []): string {
  return formatKeySet('keys.json', { keys, warnings }, createStyle({ isTTY: false, columns: 120 }, {}, false));
}

test('of the keys, only those that a token is checked with are marked', () => {
  const said = show([keyOf({ used: false }), keyOf({ kid: 'k2', used: true })]);
  expect(said).toMatch(/^ {5}k1 .*\n {2}→ {2}k2 /m);
  expect(said).toContain('\n→ the token is checked with k2\n');
  expect(show([keyOf({ used: false })])).not.toContain('→');
});

test('a key without a name, or with a certificate, is told as that', () => {
  expect(show([keyOf({ kid: null, alg: null, use: null })])).toContain('  (none)  RSA   2048  –    –    –\n');
  const said = show([keyOf({ certificate_expires: '2026-01-31T12:00:00Z' }), keyOf({ kid: 'k2' })]);
  expect(said).toMatch(/use {2}certificate until {2}thumbprint\n.*sig {2}2026-01-31 +–\n.*sig {2}– +–\n/);
});

test('what is wrong with the set, and with each key, stands below it', () => {
  const said = show([keyOf({ warnings: ['too short'] }), keyOf({ kid: null, warnings: ['odd'] })], ['two keys']);
  expect(said).toMatch(/\n\n! two keys\n! k1: too short\n! \(no kid\): odd\n$/);
});

test('more keys than anybody reads are counted, not shown; what is wrong with one of them is said', () => {
  const keys = Array.from({ length: 201 }, (_, index) => keyOf({ kid: `kid-${index + 1}` }));
  const said = show([...keys, keyOf({ kid: 'last', warnings: ['PRIVATE key'] })]);
  expect(said).toContain('keys.json · 202 keys\n');
  expect(said).toContain('kid-200 ');
  expect(said).not.toContain('kid-201');
  expect(said).toContain('! last: PRIVATE key\n');
  expect(said).toContain('! only the first 200 keys are shown\n');
});
