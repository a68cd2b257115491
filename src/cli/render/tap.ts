/**
 * Tests in the Test Anything Protocol.
 *
 * @see https://testanything.org/tap-version-14-specification.html
 */

import type { CaseResult, SuiteResult } from '../../index.js';
import { escapeJson, escapeTerminal } from './escape.js';
import { describeDifference } from './suite.js';

/** Writes the report. */
export function formatTap(results: readonly SuiteResult[]): string {
  const all = results.flatMap(({ suite, results: cases }) => cases.map((one) => ({ ...one, file: suite.file })));
  const points = all.map((result, index) => formatPoint(result, index + 1));
  return `TAP version 14\n1..${all.length}\n${points.join('')}`;
}

function formatPoint({ test, verdict, differences, file }: CaseResult & { readonly file: string }, id: number): string {
  const line = `ok ${id} - ${escapeName(file)}: ${escapeName(test.name)}\n`;
  const [first] = differences;
  if (first === undefined) return line;
  const details = {
    at: test.locate(first.path),
    ...(verdict.reason === null ? {} : { reason: `${verdict.reason.code}: ${verdict.reason.message}` }),
    differences: differences.map(describeDifference),
  };
  // JSON is YAML, and of strings nothing can break out.
  const lines = Object.entries(details).map(([name, value]) => `  ${name}: ${escapeJson(JSON.stringify(value))}\n`);
  return `not ${line}  ---\n${lines.join('')}  ...\n`;
}

/** `#` begins a directive, such as SKIP. */
function escapeName(name: string): string {
  return escapeTerminal(name).replace(/[\\#]/g, (character) => `\\${character}`);
}
