/** Expectations for people: what holds on one line, what does not with what was found. */

import type { ExpectationResult } from '../../index.js';
import { formatTable, pad, type Style } from './style.js';

/** Writes them below a verdict. */
export function formatExpectations(results: readonly ExpectationResult[], style: Style): string {
  const held = results.filter(({ ok }) => ok);
  const failed = results.filter(({ ok }) => !ok);
  const width = Math.max(...results.map(({ name }) => name.length)) + 2;
  const write = (mark: string, rows: readonly ExpectationResult[]): string =>
    formatTable(
      rows.map(({ name, ok, expected, actual }) => [
        pad(`${mark} ${name}`, width),
        ok ? actual : `expected ${expected}; found ${actual}`,
      ]),
      style,
      { indent: 0, paint: [mark === '✓' ? style.good : style.bad] },
    );
  return `\nexpectations\n${held.length === 0 ? '' : write('✓', held)}${failed.length === 0 ? '' : write('✗', failed)}`;
}
