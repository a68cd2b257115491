/**
 * Tests as JUnit XML, in the shape that GitLab, Jenkins and GitHub's reporters read.
 *
 * @see [XML 1.0, section 2.2](https://www.w3.org/TR/xml/#charsets) for the characters that may stand in it
 */

import type { CaseResult, SuiteResult } from '../../index.js';
import { escapeTerminal } from './escape.js';
import { describeDifference } from './suite.js';

/** Writes the report. */
export function formatJunit(results: readonly SuiteResult[]): string {
  const all = results.flatMap((result) => result.results);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${count('authcheck', all)}>`,
    ...results.map(formatSuite),
    '</testsuites>',
    '',
  ].join('\n');
}

function formatSuite({ suite, results }: SuiteResult): string {
  const cases = results.map((result) => formatCase(result, suite.file));
  return [`  <testsuite${count(suite.file, results)}>`, ...cases, '  </testsuite>'].join('\n');
}

function formatCase({ test, verdict, differences, ms }: CaseResult, file: string): string {
  const [, line = '1'] = /:(\d+):\d+$/.exec(test.position) ?? [];
  const open = `    <testcase${attributes({ name: test.name, classname: file, file, line, time: seconds(ms) })}`;
  const [first] = differences;
  if (first === undefined) return `${open}/>`;
  const reason = verdict.reason === null ? [] : [`${verdict.reason.code}: ${verdict.reason.message}`];
  const text = [...differences.map(describeDifference), ...reason, test.locate(first.path)];
  const failure = `      <failure${attributes({ message: describeDifference(first), type: 'expectation' })}>`;
  return [`${open}>`, `${failure}${text.map(escape).join('\n')}</failure>`, '    </testcase>'].join('\n');
}

function count(name: string, results: readonly CaseResult[]): string {
  const failures = results.filter(({ differences }) => differences.length > 0).length;
  const longest = results.reduce((most, { ms }) => Math.max(most, ms), 0);
  return attributes({
    name,
    tests: String(results.length),
    failures: String(failures),
    errors: '0',
    skipped: '0',
    // All run at once.
    time: seconds(longest),
  });
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escape(value)}"`)
    .join('');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** What may not stand in XML is shown as on a terminal; the two characters that a terminal bears and XML does not, too. */
function escape(text: string): string {
  return escapeTerminal(text)
    .replace(/[\ufffe\uffff]/g, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`)
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
