/** A checked config: for people, for programs, and for GitHub. */

import {
  FINDINGS,
  plural,
  type ConfigReport,
  type Finding,
  type Probe,
  type ProbeStatus,
  type Severity,
} from '../../index.js';
import { formatAnnotation, type Annotation } from './annotations.js';
import { describeFinding, paintOf } from './findings.js';
import { readPlace, type Base } from './place.js';
import { pad, wrap, type Paint, type Style } from './style.js';

/** A report, with the probes that were made; null without `--online`. */
export interface CheckedConfig extends Pick<ConfigReport, 'file' | 'findings'> {
  readonly probes: readonly Probe[] | null;
}

/** The report as a JSON value; each finding with why it matters, and its fix. */
export function describeReport({ file, findings, probes }: CheckedConfig): object {
  return {
    file,
    summary: { errors: count(findings, 'error'), warnings: count(findings, 'warning'), hints: count(findings, 'hint') },
    findings: findings.map((finding) => ({ ...finding, ...adviceOn(finding) })),
    ...(probes === null ? {} : { probes }),
  };
}

/** Writes the report for people. */
export function formatReport({ file, findings, probes }: CheckedConfig, style: Style): string {
  const explained = new Set<string>();
  const paragraphs = findings.map((finding) => {
    const isNew = !explained.has(finding.code) || finding.fix !== undefined;
    explained.add(finding.code);
    return `${formatFinding(finding, isNew, style)}\n`;
  });
  return [
    ...paragraphs,
    probes === null ? '' : formatProbes(probes, style),
    summarize(file, findings, probes ?? [], style),
  ].join('');
}

/** Writes annotations, one a line. */
export function formatAnnotations(findings: readonly Finding[], base: Base): string {
  const levels: Readonly<Record<Severity, Annotation['level']>> = {
    error: 'error',
    warning: 'warning',
    hint: 'notice',
  };
  return findings
    .map((finding) => {
      const { why, fix } = adviceOn(finding);
      const place = finding.position === null ? null : readPlace(finding.position, base);
      const lines = [describeFinding(finding), why, fix];
      return formatAnnotation({ level: levels[finding.severity], title: `authcheck ${finding.code}`, place, lines });
    })
    .join('');
}

function adviceOn(finding: Finding): { readonly why: string; readonly fix: string } {
  const { why, fix } = FINDINGS[finding.code];
  return { why, fix: finding.fix ?? fix };
}

function count(findings: readonly Finding[], severity: Severity): number {
  return findings.filter((finding) => finding.severity === severity).length;
}

const LABEL_WIDTH = 9;

/** What is the same for every finding of a code is said once. */
function formatFinding(finding: Finding, isNew: boolean, style: Style): string {
  const { why, fix } = adviceOn(finding);
  const indent = ' '.repeat(LABEL_WIDTH);
  const label = paintOf(finding.severity, style)(finding.severity) + ' '.repeat(LABEL_WIDTH - finding.severity.length);
  const place = finding.position === null ? '' : `${style.plain(finding.position)}  `;
  const lines = [
    ...wrap(describeFinding(finding), style.width, LABEL_WIDTH).map(style.strong),
    ...(isNew ? [`why: ${why}`, `fix: ${fix}`] : []).flatMap((text) => wrap(text, style.width, LABEL_WIDTH)),
  ];
  return [`${label}${place}${style.dim(finding.code)}`, ...lines.map((line) => indent + line), ''].join('\n');
}

const MARKS: Readonly<Record<ProbeStatus, string>> = {
  passed: '✓',
  warned: '!',
  failed: '✗',
  undecided: '?',
  skipped: '–',
};
const NAME_WIDTH = 14;

function formatProbes(probes: readonly Probe[], style: Style): string {
  const providers = [...new Set(probes.map(({ provider }) => provider))];
  if (providers.length === 0) return `${style.dim('online: there is no endpoint to ask')}\n\n`;
  return providers
    .map((name) => {
      const own = probes.filter(({ provider }) => provider === name);
      const title = wrap(`online: provider ${name} · ${own[0]?.url ?? ''}`, style.width, 0).map(style.strong);
      return `${title.join('\n')}\n${own.map((probe) => formatProbe(probe, style)).join('')}\n`;
    })
    .join('');
}

function formatProbe({ name, status, message, fix: own, ms }: Probe, style: Style): string {
  const paints: Readonly<Record<ProbeStatus, Paint>> = {
    passed: style.good,
    warned: style.warn,
    failed: style.bad,
    undecided: style.warn,
    skipped: style.dim,
  };
  const paint = status === 'skipped' ? style.dim : style.plain;
  const indent = NAME_WIDTH + 2;
  const took = ms === null ? '' : ` (${Math.round(ms)} ms)`;
  const text = wrap(message + took, style.width, indent).map(paint);
  const fix = own ?? (status === 'failed' ? FINDINGS[`probe_${name}`].fix : null);
  const lines = [...text, ...(fix === null ? [] : wrap(`fix: ${fix}`, style.width, indent))];
  return `${paints[status](MARKS[status])} ${paint(pad(name, NAME_WIDTH))}${lines.join(`\n${' '.repeat(indent)}`)}\n`;
}

function summarize(file: string, findings: readonly Finding[], probes: readonly Probe[], style: Style): string {
  const found = (['error', 'warning', 'hint'] as const).map((name) => [count(findings, name), name] as const);
  const asked = (['failed', 'undecided', 'warned'] as const).map(
    (status) => [probes.filter((probe) => probe.status === status).length, `${status} probe`] as const,
  );
  const parts = [...found, ...asked].filter(([number]) => number > 0).map(([number, name]) => plural(number, name));
  if (parts.length === 0) return `${style.good('✓')} ${style.plain(`${file}: nothing to complain about`)}\n`;
  return `${style.plain(`${file}: ${parts.join(', ')}`)}\n`;
}
