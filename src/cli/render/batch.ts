/** The rows of a batch, how far it is, and the sum of it. */

import { REASONS, writeJson, type ReasonCode } from '../../index.js';
import { escapeJson } from './escape.js';
import { formatTable, type Style } from './style.js';

/** What a batch came to. */
export interface BatchSum {
  readonly accepted: number;
  /** How many were rejected or undecided, by reason. */
  readonly rejected: ReadonlyMap<ReasonCode, number>;
  readonly undecided: ReadonlyMap<ReasonCode, number>;
  /** Lines that hold no token. */
  readonly unreadable: number;
  /** Milliseconds that one token took. */
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds that all took. */
  readonly ms: number;
  /** The last line that was answered; 0 before the first. */
  readonly last: number;
}

/** Writes a row as JSON on one line, safe on a terminal. Only an id that somebody gave may hold a bigint. */
export function formatRow(row: { readonly id: unknown }): string {
  return escapeJson(row.id === undefined ? JSON.stringify(row) : writeJson(row));
}

/** Writes the sum. */
export function formatBatch(sum: BatchSum, style: Style): string {
  const total = (counts: ReadonlyMap<ReasonCode, number>): number =>
    [...counts.values()].reduce((all, one) => all + one, 0);
  const [rejected, undecided] = [total(sum.rejected), total(sum.undecided)];
  const all = sum.accepted + rejected + undecided + sum.unreadable;
  const rate = sum.ms === 0 ? 0 : Math.round((all / sum.ms) * 1000);
  const reasons = (counts: ReadonlyMap<ReasonCode, number>): string[][] =>
    [...counts]
      .sort(([, a], [, b]) => b - a)
      .map(([code, count]) => [count.toLocaleString('en'), `· ${code}: ${REASONS[code].message}`]);
  const rows = [
    [sum.accepted.toLocaleString('en'), 'accepted'],
    ...(rejected === 0 ? [] : [[rejected.toLocaleString('en'), 'rejected'], ...reasons(sum.rejected)]),
    ...(undecided === 0 ? [] : [[undecided.toLocaleString('en'), 'undecided'], ...reasons(sum.undecided)]),
    ...(sum.unreadable === 0 ? [] : [[sum.unreadable.toLocaleString('en'), 'lines without a token']]),
  ];
  const times = `${all.toLocaleString('en')} ${all === 1 ? 'line' : 'lines'} in ${time(sum.ms)}, ${rate.toLocaleString('en')} a second; half within ${time(sum.p50)}, 99 % within ${time(sum.p99)}`;
  return `${formatTable(rows, style, { paint: [style.strong] })}${style.dim(times)}\n`;
}

function time(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 10 ? `${ms.toFixed(2)} ms` : `${Math.round(ms)} ms`;
}

/** Takes the line of the progress away. */
export const CLEAR_PROGRESS = '\r\u001b[K';
const BAR = 24;

/** Writes the line that is written over again and again; `share` is between 0 and 1, null if nobody knows. */
export function formatProgress(lines: number, share: number | null, style: Style): string {
  const count = `${lines.toLocaleString('en')} lines`;
  if (share === null) return `${CLEAR_PROGRESS}${style.dim(count)}`;
  const done = Math.round(Math.min(share, 1) * BAR);
  return `${CLEAR_PROGRESS}${style.good('━'.repeat(done))}${style.dim('━'.repeat(BAR - done))} ${Math.floor(share * 100)} %  ${style.dim(count)}`;
}
