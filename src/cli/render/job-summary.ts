/** A verdict as Markdown, for the summary of a CI job. Whatever came from a token or a server stands in code spans. */

import { REASONS, type ExpectationResult, type Verdict } from '../../index.js';
import { escapeTerminal } from './escape.js';

const MARKS = { accepted: '✅', rejected: '❌', undecided: '❔' } as const;
/** Longer values tell no more. */
const MAX_VALUE = 200;

/** Writes the summary of one verdict. */
export function formatJobSummary(verdict: Verdict, expectations: readonly ExpectationResult[]): string {
  const { outcome, principal, attributes, reason, provider, steps, server } = verdict;
  const facts =
    reason === null
      ? [
          `- principal: ${code(principal)}`,
          ...Object.entries(attributes).map(([name, values]) => `- ${code(name)}: ${values.map(code).join(' ')}`),
        ]
      : [
          `- ${REASONS[reason.code].message} (${code(reason.code)})`,
          ...steps.filter(({ status }) => status === 'failed').map((step) => `- ${step.name}: ${code(step.message)}`),
          `- with this provider, the server answers ${server.status}`,
        ];
  const held = expectations.map(
    ({ name, ok, expected, actual }) =>
      `- ${ok ? '✅' : '❌'} ${name}: ${code(expected)}${ok ? '' : `, found ${code(actual)}`}`,
  );
  return [
    `### authcheck: ${MARKS[outcome]} ${outcome}`,
    '',
    `- provider: ${code(provider.name)}`,
    ...facts,
    ...(held.length === 0 ? [] : ['', 'Expected:', '', ...held]),
    '',
    '',
  ].join('\n');
}

/** A code span, in which nothing is markup; its fence is longer than any run of backticks inside. */
function code(text: string): string {
  const safe = escapeTerminal(text);
  const shown = safe.length > MAX_VALUE ? `${safe.slice(0, MAX_VALUE)}…` : safe;
  const longest = (shown.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
  const fence = '`'.repeat(longest + 1);
  return `${fence} ${shown === '' ? '(empty)' : shown} ${fence}`;
}
