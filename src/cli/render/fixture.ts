/** A fixture for people: what it proves, what was written, and what to look at before it is shared. */

import { join } from 'node:path';
import type { Fixture } from '../../index.js';
import { dimLines, formatTable, type Style } from './style.js';

const FILES: Readonly<Record<string, string>> = {
  'token.jwt': 'the token, signed by a throwaway key',
  'jwks.json': 'the key set to check it with',
  'config.yaml': 'the config, without its secrets and addresses',
  'authcheck.test.yaml': 'the test that gives this verdict',
};

/** Writes the report. */
export function formatFixture(
  { verdict, files, replaced, stayed }: Fixture,
  { origin, folder }: { readonly origin: string; readonly folder: string },
  style: Style,
): string {
  const reason = verdict.reason === null ? '' : `, ${verdict.reason.code}`;
  const names = (list: readonly string[]): string => (list.length === 0 ? '(nothing)' : list.join(', '));
  const claims = [
    ['replaced', names(replaced)],
    ['stayed', names(stayed)],
  ];
  const test = join(folder, 'authcheck.test.yaml');
  return [
    `${dimLines(origin, style)}\n`,
    `${style.good('✓')} ${style.strong(`${verdict.outcome}${reason}`)}  ${style.plain('as with the original')}\n\n`,
    formatTable(
      files.map(({ name }) => [join(folder, name), FILES[name] ?? '']),
      style,
    ),
    '\n',
    formatTable(claims, style, { paint: [style.dim] }),
    `\n${style.dim(`to see it: authcheck test ${test}`)}\n`,
  ].join('');
}
