/** What a test expects, held against what was found. Pure. */

import type { Path } from '../config/shape.js';
import type { Json } from '../json.js';
import { decide } from '../policy/question.js';
import type { Policies } from '../policy/rules.js';
import { valuesOf, type Attributes, type Verdict } from '../verdict.js';
import type { AskedQuestion, SuiteCase } from './case.js';

/** One thing that is not as expected. */
export interface Difference {
  /** Where in the test it stands, such as `['expect', 'outcome']`. */
  readonly path: Path;
  readonly expected: Json;
  /** Null for what is not there. */
  readonly actual: Json;
}

/** Lists what is not as a test expects it; nothing for a test that passes. */
export function compare(
  test: Pick<SuiteCase, 'expect' | 'allow' | 'deny'>,
  verdict: Verdict,
  config: Policies,
): Difference[] {
  const { expect } = test;
  const same = (name: 'outcome' | 'reason' | 'principal', actual: Json): Difference[] => {
    const expected = expect[name];
    return expected === undefined || expected === actual ? [] : [{ path: ['expect', name], expected, actual }];
  };
  return [
    ...same('outcome', verdict.outcome),
    ...same('reason', verdict.reason?.code ?? null),
    ...same('principal', verdict.principal),
    ...compareAttributes(expect.attributes, verdict.attributes),
    ...findMissing(expect.attributes_contain, verdict.attributes),
    ...findForbidden(expect.attributes_absent, verdict.attributes),
    ...compareSteps(expect.steps, verdict),
    ...compareServer(expect.server, verdict),
    ...askAll('allow', test.allow, verdict, config),
    ...askAll('deny', test.deny, verdict, config),
  ];
}

/** Whether a question is answered yes; whoever is not accepted may nothing. */
export function isAllowed(
  { question }: Pick<AskedQuestion, 'question'>,
  { principal, attributes }: Pick<Verdict, 'principal' | 'attributes'>,
  config: Policies,
): boolean {
  return principal !== null && decide(config, { principal, attributes }, question).allowed;
}

/** All attributes, whatever their order. */
function compareAttributes(expected: Attributes | undefined, actual: Attributes): Difference[] {
  if (expected === undefined) return [];
  const names = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  return names.flatMap((name) => {
    const [wanted, found] = [distinctValues(expected, name), distinctValues(actual, name)];
    const isSame = wanted.length === new Set([...wanted, ...found]).size && found.length === wanted.length;
    return isSame ? [] : [{ path: ['expect', 'attributes', name], expected: wanted, actual: found }];
  });
}

function findMissing(expected: Attributes = {}, actual: Attributes): Difference[] {
  return Object.keys(expected).flatMap((name) => {
    const found = distinctValues(actual, name);
    const missing = distinctValues(expected, name).filter((value) => !found.includes(value));
    return missing.length === 0
      ? []
      : [{ path: ['expect', 'attributes_contain', name], expected: missing, actual: found }];
  });
}

/** An empty list means that the attribute itself must not be there. */
function findForbidden(expected: Attributes = {}, actual: Attributes): Difference[] {
  return Object.keys(expected).flatMap((name) => {
    const forbidden = distinctValues(expected, name);
    const found = distinctValues(actual, name).filter((value) => forbidden.length === 0 || forbidden.includes(value));
    return found.length === 0 ? [] : [{ path: ['expect', 'attributes_absent', name], expected: [], actual: found }];
  });
}

/** The values of an attribute, each once: a test compares sets. */
export function distinctValues(attributes: Attributes, name: string): readonly string[] {
  return [...new Set(valuesOf(attributes, name))];
}

function compareSteps(expected: SuiteCase['expect']['steps'] = {}, { steps }: Verdict): Difference[] {
  return Object.entries(expected).flatMap(([name, status]) => {
    const actual = steps.find((step) => step.name === name)?.status ?? null;
    return actual === status ? [] : [{ path: ['expect', 'steps', name], expected: status, actual }];
  });
}

function compareServer(expected: SuiteCase['expect']['server'] = {}, { server }: Verdict): Difference[] {
  const facts = { status: server.status, message: server.body?.error.message ?? null };
  return (['status', 'message'] as const).flatMap((name) => {
    const wanted = expected[name];
    const actual = facts[name];
    return wanted === undefined || wanted === actual
      ? []
      : [{ path: ['expect', 'server', name], expected: wanted, actual }];
  });
}

function askAll(
  which: 'allow' | 'deny',
  questions: readonly AskedQuestion[],
  verdict: Verdict,
  config: Policies,
): Difference[] {
  return questions.flatMap((asked, index) => {
    const allowed = isAllowed(asked, verdict, config);
    if (allowed === (which === 'allow')) return [];
    const text = typeof asked.written === 'string' ? asked.written : `${asked.written.ask} (of ${asked.written.owner})`;
    const [expected, actual] = which === 'allow' ? ['allowed', 'denied'] : ['denied', 'allowed'];
    return [{ path: ['expect', which, index], expected: `${text}: ${expected}`, actual: `${text}: ${actual}` }];
  });
}
