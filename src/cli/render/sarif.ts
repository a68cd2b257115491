/**
 * Findings as SARIF, as code scanning reads it: rules with their help, results with their places.
 *
 * @see [SARIF 2.1.0](https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html)
 * @see https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning
 */

import { isAbsolute } from 'node:path';
import { FINDINGS, type Finding, type FindingCode, type Severity } from '../../index.js';
import { escapeTerminal } from './escape.js';
import { describeFinding } from './findings.js';
import { readPlace, type Base } from './place.js';

const LEVELS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', hint: 'note' };

/** What a log of findings says beside them. */
export interface SarifContext extends Base {
  /** Of authcheck. */
  readonly version: string;
  /** The file that was looked at, for a finding that stands nowhere in it. */
  readonly file: string;
}

/** Makes the log, as a JSON value. */
export function buildSarif(findings: readonly Finding[], context: SarifContext): object {
  const codes = [...new Set(findings.map(({ code }) => code))];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'authcheck',
            semanticVersion: context.version,
            rules: codes.map(describeRule),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => ({
          ruleId: finding.code,
          ruleIndex: codes.indexOf(finding.code),
          level: LEVELS[finding.severity],
          message: { text: plain(describeFinding(finding)) },
          locations: [{ physicalLocation: locate(finding, context) }],
        })),
      },
    ],
  };
}

/** A message in which nothing is taken for a link. */
function plain(text: string): string {
  return escapeTerminal(text).replaceAll('](', '] (');
}

function describeRule(code: FindingCode): object {
  const { severity, why, fix } = FINDINGS[code];
  return {
    id: code,
    shortDescription: { text: code.replaceAll('_', ' ') },
    fullDescription: { text: why },
    help: { text: `${why}\n\n${fix}`, markdown: `${why}\n\n**Fix.** ${fix}` },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { tags: ['security', 'authentication'] },
  };
}

function locate(finding: Finding, context: SarifContext): object {
  const { file, line, column } = readPlace(finding.position ?? context.file, context);
  const uri = file.split('/').map(encodePart).join('/');
  return {
    artifactLocation: isAbsolute(file)
      ? { uri: `file://${uri.startsWith('/') ? '' : '/'}${uri}` }
      : { uri, uriBaseId: '%SRCROOT%' },
    region: { startLine: line, startColumn: column },
  };
}

function encodePart(part: string): string {
  return encodeURIComponent(part.toWellFormed());
}
