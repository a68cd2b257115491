/** A mapping for people: one row an entry, then the attributes, then what was left unused. */

import { formatYaml, type Attributes, type ClaimsMapping, type MappingRow } from '../../index.js';
import { dimLines, formatTable, listValues, type Style } from './style.js';

/** What `map` found. */
export interface MappingReport {
  readonly origin: string;
  readonly attributes: Attributes;
  readonly rows: readonly MappingRow[];
  readonly unused: readonly string[];
  /** The mapping that was tried with --map; null for the config's own. */
  readonly tried: ClaimsMapping | null;
}

/** Writes the report. */
export function formatMapping(report: MappingReport, style: Style): string {
  const rows = report.rows.map((row) => [row.claim, `→ ${row.attribute}`, describeRow(row)]);
  const attributes = Object.entries(report.attributes).map(([name, values]) => [name, listValues(values) || '(none)']);
  const found = report.rows.some(({ status }) => status === 'mapped');
  return [
    `${style.dim(report.origin)}\n\n`,
    rows.length === 0
      ? `  ${style.warn('the mapping is empty')}\n`
      : formatTable(rows, style, { paint: [style.strong, style.dim] }),
    `\n${style.strong('attributes')}\n`,
    attributes.length === 0
      ? `  ${style.warn('none: the user would have no roles')}\n`
      : formatTable(attributes, style, { paint: [style.dim] }),
    report.unused.length === 0 ? '' : `\n${dimLines(`unused claims: ${report.unused.join(', ')}`, style)}`,
    report.tried === null || !found
      ? ''
      : `\n${style.dim('to keep it, paste into provider_config:')}\n${escapeLines(formatYaml({ claims_mapping: report.tried }), style)}`,
  ].join('');
}

function describeRow({ status, values, note, near_misses }: MappingRow): string {
  if (status !== 'mapped') {
    const why = note === undefined ? '' : `: ${note}`;
    return `${status}${why}${near_misses === undefined ? '' : `; the token has ${near_misses.join(', ')}`}`;
  }
  const shown = values.length === 0 ? '(no values)' : listValues(values);
  return note === undefined ? shown : `${shown}  (${note})`;
}

function escapeLines(text: string, style: Style): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `${style.plain(line)}\n`)
    .join('');
}
