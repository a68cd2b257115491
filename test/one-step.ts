// The step that a check of a claim reports.
import { expect } from 'vitest';
import { createTrace, type Step, type Trace } from '../src/trace.js';

/** The one step that a check reports. */
export function stepOf(check: (trace: Trace) => unknown): Pick<Step, 'status' | 'code' | 'message'> {
  const trace = createTrace(() => null);
  check(trace);
  expect(trace.steps).toHaveLength(1);
  const [step] = trace.steps;
  if (step === undefined) throw new Error('no step');
  return { status: step.status, code: step.code, message: step.message };
}

/** Its status and code, as `failed token_expired`. */
export function codeOf(check: (trace: Trace) => unknown): string {
  const { status, code } = stepOf(check);
  return `${status} ${code ?? '-'}`;
}
