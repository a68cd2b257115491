/** The steps on the way to a verdict, as they are made. */

import { roundIntegers, type Json } from './json.js';
import { REASONS } from './reasons.js';
import type { ReasonCode, WarningCode } from './reason-codes.js';

/** The names of steps, in the order in which they are reported. */
export const STEP_NAMES = [
  'cache',
  'format',
  'request',
  'key',
  'algorithm',
  'signature',
  'active',
  'organizations',
  'issuer',
  'audience',
  'expiry',
  'not_before',
  'subject',
  'mapping',
] as const;

/** The name of a step. */
export type StepName = (typeof STEP_NAMES)[number];

/** passed, failed, warned: made. skipped: not asked for. not_reached: an earlier failure made it impossible. */
export const STEP_STATUSES = ['passed', 'failed', 'warned', 'skipped', 'not_reached'] as const;

/** What became of a step. */
export type StepStatus = (typeof STEP_STATUSES)[number];

/** One check on the way to a verdict. */
export interface Step {
  readonly name: StepName;
  readonly status: StepStatus;
  readonly code: ReasonCode | WarningCode | null;
  readonly message: string;
  readonly expected?: Json;
  readonly actual?: Json;
  /** True for a check made on claims whose signature did not verify. */
  readonly unverified: boolean;
  /** Where the config set what was expected, as `run.yaml:321:17`. */
  readonly position?: string;
}

/** What a step may say beside its message. */
export interface StepDetail {
  readonly expected?: Json | undefined;
  readonly actual?: Json | undefined;
  /** The config field that the step compares with, below the provider's config. */
  readonly field?: readonly string[];
  /** A better way out than that of the code, where there is one. */
  readonly fix?: string | undefined;
}

/** In the JSON of a verdict only its reason has a fix, so those of the steps are kept beside them. */
const fixes = new WeakMap<Step, string>();

/** What to do about a step; "" for one that has no code. */
export function fixOf(step: Step): string {
  return fixes.get(step) ?? (step.code === null ? '' : REASONS[step.code].fix);
}

/** Collects the steps of one verdict. */
export interface Trace {
  readonly steps: Step[];
  pass(name: StepName, message: string, detail?: StepDetail): void;
  warn(name: StepName, code: WarningCode, message: string, detail?: StepDetail): void;
  fail(name: StepName, code: ReasonCode, message: string, detail?: StepDetail): void;
  skip(name: StepName, message: string): void;
  notReached(...names: readonly StepName[]): void;
  /** From here on, checks are made on claims that nobody vouches for. */
  distrust(): void;
  /** The first failure so far. */
  failure(): (Step & { readonly code: ReasonCode }) | null;
}

const NOTHING: StepDetail = {};

type Writable<T> = { -readonly [Field in keyof T]: T[Field] };

/** Starts a trace; `locate` gives the position of a config field. */
export function createTrace(locate: (field: readonly string[]) => string | null): Trace {
  const steps: Step[] = [];
  let failure: (Step & { readonly code: ReasonCode }) | null = null;
  let unverified = false;

  function add<Code extends Step['code']>(
    name: StepName,
    status: StepStatus,
    code: Code,
    message: string,
    { expected, actual, field, fix }: StepDetail = NOTHING,
  ): Step & { readonly code: Code } {
    const position = field === undefined ? null : locate(field);
    const step: Writable<Step> & { readonly code: Code } = { name, status, code, message, unverified };
    if (expected !== undefined) step.expected = roundIntegers(expected);
    if (actual !== undefined) step.actual = roundIntegers(actual);
    if (position !== null) step.position = position;
    if (fix !== undefined) fixes.set(step, fix);
    steps.push(step);
    return step;
  }

  return {
    steps,
    pass: (name, message, detail) => void add(name, 'passed', null, message, detail),
    warn: (name, code, message, detail) => void add(name, 'warned', code, message, detail),
    fail(name, code, message, detail) {
      const step = add(name, 'failed', code, message, detail);
      failure ??= step;
    },
    skip: (name, message) => void add(name, 'skipped', null, message),
    notReached(...names) {
      for (const name of names) add(name, 'not_reached', null, 'not reached');
    },
    distrust() {
      unverified = true;
    },
    failure: () => failure,
  };
}
