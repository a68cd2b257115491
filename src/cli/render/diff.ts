/** Two verdicts side by side: a line for each, then what changed. */

import {
  plural,
  isList,
  isObject,
  isStringList,
  member,
  stringMember,
  type Json,
  type Verdict,
  type VerdictChange,
} from '../../index.js';
import { formatJson, formatJsonLine } from './json.js';
import { listItems, pad, wrap, type Paint, type Style } from './style.js';
import { nameProvider } from './verdict.js';

/** One of the two. */
export interface DiffSide {
  /** Where the provider comes from. */
  readonly origin: string;
  readonly verdict: Verdict;
}

const MARK = { before: '−', after: '+' };

/** Writes the comparison. */
export function formatDiff(before: DiffSide, after: DiffSide, changes: readonly VerdictChange[], style: Style): string {
  const undecided = [before, after].some(({ verdict }) => verdict.outcome === 'undecided');
  const count = plural(changes.length, 'change');
  const conclusion = undecided
    ? `${style.warn('? undecided')}  one of the two could not be judged`
    : changes.length === 0
      ? style.good('✓ same')
      : `${style.bad('✗ different')}  ${count}`;
  const width = changes.reduce((most, { path }) => Math.max(most, path.length), 0);
  return [
    formatSide(MARK.before, before, style.bad, style),
    formatSide(MARK.after, after, style.good, style),
    `\n${conclusion}\n`,
    changes.length === 0 ? '' : '\n',
    ...changes.map((change) => formatChange(change, Math.min(width, MAX_PATH), style)),
  ].join('');
}

function formatSide(mark: string, { origin, verdict }: DiffSide, paint: Paint, style: Style): string {
  const provider = nameProvider(verdict.provider);
  const token = verdict.token.fingerprint === null ? [] : [`token ${verdict.token.fingerprint}`];
  const said =
    verdict.outcome === 'accepted'
      ? `accepted as ${verdict.principal}`
      : `${verdict.outcome}: ${verdict.reason.message}`;
  const [first = '', ...rest] = wrap([origin, provider, ...token, said].join(' · '), style.width, 2);
  return [`${paint(mark)} ${first}`, ...rest.map((line) => `  ${line}`)].map((line) => `${line}\n`).join('');
}

/** Longer paths have a line of their own. */
const MAX_PATH = 36;

/** Writes one change: what was, or should be, and what is; `width` is that of the longest path. */
export function formatChange({ path, before, after }: VerdictChange, width: number, style: Style): string {
  const indent = width + 6;
  const isRow = path.startsWith('mapping');
  const [gone, come] = isRow ? [summarizeRow(before), summarizeRow(after)] : difference(before, after);
  const lines = [
    ...describe(MARK.before, gone, style.bad, indent, style),
    ...describe(MARK.after, come, style.good, indent, style),
  ];
  const [first = '', ...rest] = lines;
  const label = wrap(path, style.width, 2).join('\n  ');
  const margin = ' '.repeat(width + 4);
  const head = path.length > width ? `  ${label}\n${margin}${first}` : `  ${pad(label, width)}  ${first}`;
  return [head, ...rest.map((line) => `${margin}${line}`)].map((line) => `${line}\n`).join('');
}

/** Of two lists only what the other does not have. */
function difference(before: Json, after: Json): readonly [Json, Json] {
  if (!isList(before) || !isList(after)) return [before, after];
  const without = (list: readonly Json[], other: readonly Json[]): readonly Json[] | null => {
    const rest = list.filter((item) => !other.some((same) => formatJson(same) === formatJson(item)));
    return rest.length === 0 ? null : rest;
  };
  const [gone, come] = [without(before, after), without(after, before)];
  return gone === null && come === null ? [before, after] : [gone, come];
}

function describe(mark: string, value: Json, paint: Paint, indent: number, style: Style): string[] {
  if (value === null) return [];
  const text = isList(value) ? listItems(value.map(show)) : show(value);
  return wrap(text === '' ? '(none)' : text, style.width, indent).map(
    (line, index) => `${paint(index === 0 ? mark : ' ')} ${line}`,
  );
}

function show(value: Json): string {
  return typeof value === 'string' ? value : formatJsonLine(value);
}

/** A row of the mapping in a few words. */
function summarizeRow(row: Json): string | null {
  if (!isObject(row)) return null;
  const values = member(row, 'values');
  const found = isStringList(values) && values.length > 0 ? listItems(values) : (stringMember(row, 'status') ?? '');
  return `→ ${stringMember(row, 'attribute') ?? ''}: ${found}`;
}
