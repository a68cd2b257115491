/** Faults and warnings of a config, and the errors that end a command. */

import { ConfigError, type AuthcheckError, type Finding } from '../../index.js';
import { wrap, type Style } from './style.js';

/** Writes warnings, one a paragraph: where, and what. */
export function formatWarnings(findings: readonly Finding[], style: Style): string {
  return findings.map((finding) => formatFinding(finding, style)).join('');
}

/** Writes an error for people: every fault of a config, or one sentence. */
export function formatError(error: AuthcheckError, style: Style): string {
  if (error instanceof ConfigError) return error.findings.map((finding) => formatFinding(finding, style)).join('');
  const where = error.position === null ? '' : `${error.position}: `;
  return paragraph(style.bad('error'), 7, `${where}${error.message}`, style);
}

function formatFinding(finding: Finding, style: Style): string {
  const isError = finding.severity === 'error';
  const label = isError ? style.bad('error') : style.warn('warning');
  const path = finding.path.replace(/^(?:server\.)?auth\./, '');
  const field = path.split('.').at(-1) ?? '';
  const subject = path === '' || finding.message.includes(field) ? '' : `${path}: `;
  const place = finding.position === null ? '' : `${finding.position}  `;
  return paragraph(label, isError ? 7 : 9, `${place}${subject}${finding.message}`, style);
}

function paragraph(label: string, indent: number, text: string, style: Style): string {
  const lines = wrap(text, style.width, indent);
  return `${label}  ${lines.join(`\n${' '.repeat(indent)}`)}\n`;
}
