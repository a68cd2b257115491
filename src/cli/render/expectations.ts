/** Expectations for people: what holds on one line, what does not with what was found. */

import type { ExpectationResult } from '../../index.js';
import { formatTable, type Style } from './style.js';

/** Writes them below a verdict. */
export function formatExpectations(results: readonly ExpectationResult[], style: Style): string {
  const held = results.filter(({ ok }) => ok);
  const failed = results.filter(({ ok }) => !ok);
  const write = (mark: string, rows: readonly ExpectationResult[]): string =>
    formatTable(
      rows.map(({ name, ok, expected, actual }) => [
        `${mark} ${name}`,
        ok ? actual : `expected ${expected}; found ${actual}`,
      ]),
      style,
      { indent: 0, paint: [mark === '✓' ? style.good : style.bad] },
    );
  return `\nexpectations\n${held.length === 0 ? '' : write('✓', held)}${failed.length === 0 ? '' : write('✗', failed)}`;
}
