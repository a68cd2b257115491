/** A comparison for people: whether server and config agree, what each said, and what usually explains it. */

import { REASONS, type ParityReport, type ParityRow, type ParityRowName } from '../../index.js';
import { dimLines, pad, paragraph, wrap, type Style } from './style.js';
import { nameProvider } from './verdict.js';

const LABELS: Readonly<Record<ParityRowName, string>> = {
  outcome: 'outcome',
  status: 'status',
  message: 'message',
  without_token: 'without a token',
  without_token_message: '… its message',
  with_garbage: 'forged token',
};
/** The same for a sentence, where "its" would mean nothing. */
const NAMES: typeof LABELS = { ...LABELS, without_token_message: 'message without a token' };
const LABEL_WIDTH = 17;
const SIDE_WIDTH = 8;
const INDENT = 2 + LABEL_WIDTH + SIDE_WIDTH;

/** Writes the comparison; `origins` is where the config and the answers come from. */
export function formatParity(
  report: ParityReport,
  hints: readonly string[],
  origins: readonly string[],
  style: Style,
): string {
  const [origin = '', ...destinations] = origins;
  return [
    dimLines([origin, nameProvider(report.verdict.provider), ...destinations].join(' · '), style),
    '\n',
    formatConclusion(report, style),
    '\n',
    ...report.rows
      .filter(({ ours, server }) => ours !== null || server !== null)
      .map((row) => formatRow(row, report, style)),
    formatChallenge(report, style),
    hints.length === 0 ? '' : '\n',
    ...hints.map((hint) => `${style.warn('→')} ${wrap(hint, style.width, 2).join('\n  ')}\n`),
  ].join('');
}

function formatConclusion(report: ParityReport, style: Style): string {
  const [label, paint] =
    report.same === null
      ? (['? undecided', style.warn] as const)
      : report.same
        ? (['✓ same', style.good] as const)
        : (['✗ different', style.bad] as const);
  return paragraph(label, paint, conclude(report), style);
}

function conclude({ same, server, verdict, without_token, with_garbage, rows }: ParityReport): string {
  const ours = verdict.outcome;
  const theirs = server.outcome;
  if (without_token.outcome === 'accepted') return 'the server lets everybody in here, with a token or without';
  if (same === null && ours === 'undecided') return 'the provider could not say, so there is nothing to compare';
  if (same === null) return 'the server did not say anything about the token';
  if (same) return ours === 'accepted' ? 'both accept the token' : 'both refuse the token';
  if (ours === 'accepted' && theirs === 'rejected') return 'the server refuses a token that this config accepts';
  if (ours === 'rejected' && theirs === 'accepted') return 'the server accepts a token that this config refuses';
  if (with_garbage.outcome === 'accepted') return 'the server accepts a token that cannot be valid';
  const differing = rows.filter((row) => row.same === false).map(({ name }) => NAMES[name]);
  return `${ours === 'accepted' ? 'both accept' : 'both refuse'} the token, but not all is the same: ${differing.join(', ')}`;
}

function formatRow(row: ParityRow, report: ParityReport, style: Style): string {
  const mark = row.same === null ? style.dim('·') : row.same ? style.good('✓') : style.bad('✗');
  const label = pad(LABELS[row.name], LABEL_WIDTH);
  const line = (start: string, side: string, text: string): string =>
    `${start}${style.dim(pad(side, SIDE_WIDTH))}${wrap(text, style.width, INDENT).join(`\n${' '.repeat(INDENT)}`)}\n`;
  const head = `${mark} ${style.strong(label)}`;
  const ours = `${row.ours ?? '–'}${whyOurs(row, report)}`;
  const server = `${row.server ?? '–'}${whyServer(row, report)}`;
  if (row.same === true) return line(head, 'both', ours);
  return line(head, 'config', ours) + line(' '.repeat(2 + LABEL_WIDTH), 'server', server);
}

function whyOurs({ name }: ParityRow, { verdict: { reason } }: ParityReport): string {
  return name === 'outcome' && reason !== null ? `: ${REASONS[reason.code].message} (${reason.code})` : '';
}

function whyServer({ name }: ParityRow, report: ParityReport): string {
  const replies = { outcome: report.server, without_token: report.without_token, with_garbage: report.with_garbage };
  if (name !== 'outcome' && name !== 'without_token' && name !== 'with_garbage') return '';
  const { failure, status } = replies[name];
  return failure === null ? ` (${status ?? ''})` : `: ${failure.message}`;
}

function formatChallenge({ server }: ParityReport, style: Style): string {
  if (server.www_authenticate === null) return '';
  return `\n${dimLines(`the server’s WWW-Authenticate: ${server.www_authenticate}`, style)}`;
}
