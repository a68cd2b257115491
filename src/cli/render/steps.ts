/** The steps of a verdict for people: each with what was found, where the fault is, and the way out. */

import { fixOf, isReason, isUndecided, type Step } from '../../index.js';
import { pad, wrap, type Paint, type Style } from './style.js';

const MARKS: Readonly<Record<Step['status'], string>> = {
  passed: '✓',
  failed: '✗',
  warned: '!',
  skipped: '–',
  not_reached: '·',
};
const NAME_WIDTH = 14;

/** Writes steps, one a paragraph. */
export function formatSteps(steps: readonly Step[], style: Style): string {
  // Several steps may have one way out, which is told once.
  const told = new Set<string>();
  return steps.map((step) => formatStep(step, style, told)).join('');
}

/** Writes steps, and of several that were not reached at the end how many there are. */
export function formatReached(steps: readonly Step[], style: Style): string {
  const end = steps.findLastIndex(({ status }) => status !== 'not_reached') + 1;
  const rest = steps.length - end;
  if (rest < 2) return formatSteps(steps, style);
  return `${formatSteps(steps.slice(0, end), style)}${style.dim(`${MARKS.not_reached} ${rest} further steps not reached`)}\n`;
}

function formatStep(step: Step, style: Style, told: Set<string>): string {
  const paints: Readonly<Record<Step['status'], Paint>> = {
    passed: style.good,
    failed: step.code !== null && isReason(step.code) && isUndecided(step.code) ? style.warn : style.bad,
    warned: style.warn,
    skipped: style.dim,
    not_reached: style.dim,
  };
  const quiet = step.status === 'skipped' || step.status === 'not_reached';
  const paint = quiet ? style.dim : style.plain;
  const doubt = step.unverified && !quiet ? ' (unverified)' : '';
  const indent = NAME_WIDTH + 2;
  const head = `${paints[step.status](MARKS[step.status])} ${(quiet ? style.dim : style.strong)(pad(step.name, NAME_WIDTH))}`;
  const body = wrap(step.message + doubt, style.width, indent).map(paint);
  const advice = step.code === null || step.status === 'passed' ? '' : adviceOf(step, told);
  const lines = advice === '' ? body : [...body, ...wrap(advice, style.width, indent)];
  return `${head}${lines.join(`\n${' '.repeat(indent)}`)}\n`;
}

/** Where the fault is, and the way out unless it was told before. */
function adviceOf(step: Step, told: Set<string>): string {
  const fix = fixOf(step);
  const isNew = !told.has(fix);
  told.add(fix);
  return [step.position, isNew ? fix : undefined].filter((part) => part !== undefined).join('  ·  ');
}
