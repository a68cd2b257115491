/** Faults and warnings of a config, and the errors that end a command. */

import { ConfigError, type AuthcheckError, type Finding, type Severity } from '../../index.js';
import { wrap, type Style } from './style.js';

/** Writes warnings, one a paragraph: where, and what. */
export function formatWarnings(findings: readonly Finding[], style: Style): string {
  return findings.map((finding) => formatFinding(finding, style)).join('');
}

/** Writes an error for people: every fault of a config, or one sentence. */
export function formatError(error: AuthcheckError, style: Style): string {
  if (error instanceof ConfigError) {
    const { findings } = error;
    return formatWarnings(
      findings.filter(({ severity }) => severity !== 'hint'),
      style,
    );
  }
  const where = error.position === null ? '' : `${error.position}: `;
  return paragraph(style.bad('error'), 7, `${where}${error.message}`, style);
}

/** Writes why nobody could say, and the way out below it. */
export function formatUndecided(message: string, fix: string, style: Style): string {
  return paragraph(style.warn('undecided'), 11, message, style) + paragraph(' '.repeat(9), 11, fix, style);
}

/** Names the field that a finding is about, and says what it is. */
export function describeFinding({ path, message }: Finding): string {
  const short = path.replace(/^(?:server\.)?auth\./, '');
  const field = short.split('.').at(-1) ?? '';
  return short === '' || message.includes(field) ? message : `${short}: ${message}`;
}

/** The name of a severity in its colour. */
export function paintSeverity(severity: Severity, style: Style): string {
  const paint = { error: style.bad, warning: style.warn, hint: style.dim }[severity];
  return paint(severity);
}

function formatFinding(finding: Finding, style: Style): string {
  const place = finding.position === null ? '' : `${finding.position}  `;
  const label = paintSeverity(finding.severity, style);
  return paragraph(label, finding.severity.length + 2, `${place}${describeFinding(finding)}`, style);
}

/** Writes a label and a text beside it, wrapped; `indent` is where the text begins. */
export function paragraph(label: string, indent: number, text: string, style: Style): string {
  const lines = wrap(text, style.width, indent);
  return `${label}  ${lines.join(`\n${' '.repeat(indent)}`)}\n`;
}
