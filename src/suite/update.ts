/** What was found, written into a file of tests as what is expected from now on. */

import { replaceValues, type Replacement } from '../config/edit.js';
import type { Attributes, Verdict } from '../verdict.js';
import type { SuiteCase } from './case.js';
import { isAllowed, distinctValues } from './expectations.js';
import type { Suite } from './load.js';
import { isUnanswered, type CaseResult, type SuiteResult } from './run.js';
import { listFallible, type Expectations, type WrittenQuestion } from './schema.js';

/** A file with the expectations that hold. */
export interface UpdatedSuite {
  readonly text: string;
  /** How many tests expect something else now. */
  readonly count: number;
}

/**
 * The text of a file with the expectations that hold. Tests that passed stay as they are, and of the others all but
 * what they expect: no comment, no order and no quotes are lost.
 *
 * @throws {AuthcheckError} `input_unreadable` for expectations that cannot be replaced: an alias, an anchor, a merge.
 */
export function updateSuite({ suite, results }: SuiteResult): UpdatedSuite {
  const outdated = results.filter(
    (result) =>
      !isUnanswered(result) && (result.differences.length > 0 || listFallible(result.test.expect).length === 0),
  );
  const replacements = outdated.map((result): Replacement => ({
    path: ['tests', result.test.index, 'expect'],
    value: expectationsOf(result, suite),
  }));
  return { text: replaceValues(suite.text, suite.file, replacements), count: outdated.length };
}

/** What a test expected, as it was found; where one of its expectations can no longer fail, also what matters most. */
function expectationsOf({ test, verdict }: CaseResult, suite: Suite): Expectations {
  const kept = restate(test, verdict, suite);
  const fallible = listFallible(kept);
  // A question is never lost: what is not allowed is denied.
  const lost = listFallible(test.expect).filter((name) => !['allow', 'deny', ...fallible].includes(name));
  if (fallible.length > 0 && lost.length === 0) return kept;
  const left = Object.entries(kept).filter(([name]) => fallible.includes(name));
  return { ...firstExpectations(verdict), ...Object.fromEntries(left) };
}

/** What was found of the things that a test names. */
function restate(test: SuiteCase, verdict: Verdict, suite: Suite): Expectations {
  const { expect } = test;
  const found = {
    outcome: verdict.outcome,
    reason: verdict.reason?.code ?? null,
    principal: verdict.principal,
    attributes: verdict.attributes,
    attributes_contain: keepValues(expect.attributes_contain ?? {}, verdict.attributes, true),
    attributes_absent: keepValues(expect.attributes_absent ?? {}, verdict.attributes, false),
    steps: stepsOf(expect.steps ?? {}, verdict),
    server: serverOf(expect.server ?? {}, verdict),
    ...sortQuestions(test, verdict, suite),
  };
  // Questions may have moved to a list that was not there.
  const names = Object.keys(found).filter(
    (name) =>
      Object.hasOwn(expect, name) ||
      (name === 'allow' && found.allow.length > 0) ||
      (name === 'deny' && found.deny.length > 0),
  );
  return Object.fromEntries(Object.entries(found).filter(([name]) => names.includes(name)));
}

function firstExpectations({ outcome, reason, principal, attributes }: Verdict): Expectations {
  return reason === null ? { outcome, principal, attributes } : { outcome, reason: reason.code };
}

/** The values that are present, or absent, still; an attribute without any is left out, unless it is absent as it should be. */
function keepValues(expected: Attributes, actual: Attributes, present: boolean): Attributes {
  return Object.fromEntries(
    Object.entries(expected).flatMap(([name, values]): [string, readonly string[]][] => {
      const found = distinctValues(actual, name);
      const kept = values.filter((value) => found.includes(value) === present);
      return kept.length > 0 || (!present && found.length === 0) ? [[name, kept]] : [];
    }),
  );
}

function stepsOf(expected: NonNullable<Expectations['steps']>, { steps }: Verdict): Expectations['steps'] {
  return Object.fromEntries(
    Object.keys(expected).flatMap((name) => {
      const step = steps.find((one) => one.name === name);
      return step === undefined ? [] : [[name, step.status]];
    }),
  );
}

function serverOf(expected: NonNullable<Expectations['server']>, { server }: Verdict): Expectations['server'] {
  return {
    ...(expected.status === undefined ? {} : { status: server.status }),
    ...(expected.message === undefined ? {} : { message: server.body?.error.message ?? null }),
  };
}

function sortQuestions(
  { allow, deny }: SuiteCase,
  verdict: Verdict,
  { config }: Suite,
): { readonly allow: readonly WrittenQuestion[]; readonly deny: readonly WrittenQuestion[] } {
  const asked = [...allow, ...deny];
  const those = (wanted: boolean): WrittenQuestion[] =>
    asked.filter((one) => isAllowed(one, verdict, config) === wanted).map(({ written }) => written);
  return { allow: those(true), deny: those(false) };
}
