/** What became of tests, for people, for programs and for GitHub. */

import {
  formatPath,
  isOutstanding,
  type CaseResult,
  type Difference,
  type Finding,
  type SuiteResult,
} from '../../index.js';
import { formatAnnotation } from './annotations.js';
import { formatChange } from './diff.js';
import { formatJsonLine } from './json.js';
import { readPlace, type Base } from './place.js';
import { formatSteps } from './steps.js';
import { wrap, type Style } from './style.js';

/** How tests are told of. */
export interface SuiteReportOptions {
  /** Milliseconds that all took. */
  readonly ms: number;
  /** The files that --update wrote, and how many tests it changed; null without it. */
  readonly updated: { readonly files: readonly string[]; readonly tests: number } | null;
  /** Whether the steps of failed tests are shown. */
  readonly verbose: boolean;
}

const INDENT = 4;

/** Writes the tests file by file, and the sum. */
export function formatSuites(results: readonly SuiteResult[], telling: SuiteReportOptions, style: Style): string {
  const files = results
    .filter((result) => result.results.length > 0)
    .map(({ suite, results: cases }) => {
      const lines = cases.map((one) => formatCase(one, telling, style));
      return `${style.strong(suite.file)}\n${lines.join('')}\n`;
    });
  const written = (telling.updated?.files ?? []).map((file) => `${style.warn('updated')}  ${style.plain(file)}\n`);
  const sum = telling.updated === null ? sumUp(results, style) : sumUpdate(results, telling.updated.tests, style);
  return `${files.join('')}${written.join('')}${sum}${style.dim(`  ${Math.round(telling.ms)} ms`)}\n`;
}

function sumUp(results: readonly SuiteResult[], style: Style): string {
  const { passed, failed } = countTests(results);
  if (failed === 0) return style.good(`✓ ${passed} passed`);
  return `${style.bad(`✗ ${failed} failed`)}${passed === 0 ? '' : `, ${passed} passed`}`;
}

/** Sums up an update; for tests whose provider could not be asked, nothing was written. */
function sumUpdate(results: readonly SuiteResult[], updated: number, style: Style): string {
  const all = results.flatMap(({ results: cases }) => cases);
  const unanswered = all.filter(isOutstanding).length;
  const sum = style.good(`✓ ${updated === 0 ? '' : `${updated} updated, `}${all.length - updated - unanswered} passed`);
  return unanswered === 0 ? sum : `${style.bad(`✗ ${unanswered} not answered`)}, ${sum}`;
}

function formatCase(result: CaseResult, { verbose }: SuiteReportOptions, style: Style): string {
  const { test, verdict, differences } = result;
  const name = wrap(test.name, style.width, INDENT).join('\n    ');
  if (differences.length === 0 && !isOutstanding(result)) return `  ${style.good('✓')} ${name}\n`;
  const inner = { ...style, width: style.width - INDENT };
  const width = differences.reduce((most, { path }) => Math.max(most, nameOf(path).length), 0);
  const changes = differences.map(({ path, expected, actual }) =>
    formatChange({ path: nameOf(path), before: expected, after: actual }, Math.min(width, 30), inner),
  );
  const reason =
    verdict.reason === null ? [] : wrap(`${verdict.reason.code}: ${verdict.reason.message}`, inner.width, 2);
  const why = reason.map((line) => `  ${style.dim(line)}\n`);
  const steps = verbose ? `\n${formatSteps(verdict.steps, inner)}` : '';
  const below = [...changes, ...why, steps].join('').replace(/^(?=.)/gm, ' '.repeat(INDENT - 2));
  return `  ${style.bad('✗')} ${name}  ${style.dim(test.locate(differences[0]?.path ?? []))}\n${below}`;
}

/** The tests as data. */
export function describeSuites(results: readonly SuiteResult[]): object {
  return {
    ...countTests(results),
    files: results.map(({ suite, results: cases }) => ({
      file: suite.file,
      tests: cases.map(({ test, verdict, differences }) => ({
        name: test.name,
        position: test.position,
        passed: differences.length === 0,
        differences: differences.map(({ path, expected, actual }) => ({
          path: nameOf(path),
          position: test.locate(path),
          expected,
          actual,
        })),
        verdict,
      })),
    })),
  };
}

/** Annotates the expectations that do not hold, where they stand. */
export function annotateSuites(results: readonly SuiteResult[], base: Base): string {
  const failed = results.flatMap(({ results: cases }) => cases).filter(({ differences }) => differences.length > 0);
  return failed
    .map(({ test, verdict, differences }) =>
      formatAnnotation({
        level: 'error',
        title: `authcheck: ${test.name}`,
        place: readPlace(test.locate(differences[0]?.path ?? []), base),
        lines: [
          ...differences.map(describeDifference),
          ...(verdict.reason === null ? [] : [`${verdict.reason.code}: ${verdict.reason.message}`]),
        ],
      }),
    )
    .join('');
}

/** Annotates what is wrong with files of tests, or with the configs that they name. */
export function annotateFaults(findings: readonly Pick<Finding, 'position' | 'message'>[], base: Base): string {
  return findings
    .map(({ position, message }) =>
      formatAnnotation({
        level: 'error',
        title: 'authcheck: the tests cannot be run',
        place: position === null ? null : readPlace(position, base),
        lines: [message],
      }),
    )
    .join('');
}

/** One difference on one line. */
export function describeDifference({ path, expected, actual }: Difference): string {
  return `${nameOf(path)}: expected ${formatJsonLine(expected)}, found ${formatJsonLine(actual)}`;
}

function nameOf(path: Difference['path']): string {
  return formatPath(path.slice(1));
}

function countTests(results: readonly SuiteResult[]): { readonly passed: number; readonly failed: number } {
  const all = results.flatMap(({ results: cases }) => cases);
  const passed = all.filter(({ differences }) => differences.length === 0).length;
  return { passed, failed: all.length - passed };
}
