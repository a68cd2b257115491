import { expect, test } from 'vitest';
import { formatKeySet } from '../../../src/cli/render/keys.js';
import { createStyle } from '../../../src/cli/render/style.js';
import type { KeySetReport } from '../../../src/index.js';

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
