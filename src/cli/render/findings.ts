/** Faults and warnings of a config, and the errors that end a command. */

import { ConfigError, type AuthcheckError, type Finding, type Severity } from '../../index.js';
import { paragraph, type Paint, type Style } from './style.js';

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
  return paragraph('error', style.bad, `${where}${error.message}`, style);
}

/** Names the field that a finding is about, and says what it is. */
export function describeFinding({ path, message }: Finding): string {
  const short = path.replace(/^(?:server\.)?auth\./, '');
  const field = short.split('.').at(-1) ?? '';
  return short === '' || message.includes(field) ? message : `${short}: ${message}`;
}

/** The colour of a severity. */
export function paintOf(severity: Severity, style: Style): Paint {
  return { error: style.bad, warning: style.warn, hint: style.dim }[severity];
}

function formatFinding(finding: Finding, style: Style): string {
  const place = finding.position === null ? '' : `${finding.position}  `;
  const { severity } = finding;
  return paragraph(severity, paintOf(severity, style), `${place}${describeFinding(finding)}`, style);
}
