/** Whether a file of tests is one, and what is wrong with it. Pure. */

import * as v from 'valibot';
import { issuePath } from '../config/draft.js';
import { kindOfValue } from '../config/scalars.js';
import { formatPath, isMapping, isSequence, type Locate, type Mapping, type Path } from '../config/shape.js';
import { ConfigError, sortFindings, type Finding } from '../errors.js';
import { nearestName } from '../nearest.js';
import { maskName } from '../secret-name.js';
import { FIELDS, suiteSchema, type SuiteFile } from './schema.js';

/**
 * Checks what a file of tests says.
 *
 * @throws {ConfigError} with every fault.
 */
export function checkSuite(value: unknown, locate: Locate): SuiteFile {
  if (!isMapping(value)) {
    const message = `expected a mapping with config and tests, got ${kindOfValue(value)}`;
    throw new ConfigError([faultAt([], message, locate([]))]);
  }
  const result = v.safeParse(suiteSchema, value, { message: describeMismatch });
  if (result.success) return result.output;
  const findings = listIssues(value, result.issues).map((issue): Finding => {
    const path = issuePath(issue);
    const position = locate(path, isUnknown(issue) ? 'key' : 'value');
    const name = maskName(String(path.at(-1) ?? ''));
    if (!isUnknown(issue)) {
      const isMissing = issue.input === undefined && path.length > 0;
      return faultAt(path, isMissing ? `${name} is missing` : describeIssue(issue), position);
    }
    return { ...faultAt(path, `there is no field ${name}${hintAt(name)}`, position), code: 'field_unknown' };
  });
  throw new ConfigError(sortFindings(findings));
}

/** A strict object says `never` of a member that it does not know. */
function isUnknown({ expected }: v.BaseIssue<unknown>): boolean {
  return expected === 'never';
}

/** Rounds in which unknown members are looked for: who has more has more to mend than is read at once. */
const MAX_ROUNDS = 20;

/** All issues: of several unknown members of an object, only the first is told at a time. */
function listIssues(
  value: Mapping,
  issues: readonly v.BaseIssue<unknown>[],
  rounds = MAX_ROUNDS,
): readonly v.BaseIssue<unknown>[] {
  const unknown = issues.filter(isUnknown);
  if (unknown.length === 0 || rounds === 0) return issues;
  const rest = unknown.reduce<unknown>((left, issue) => without(left, issuePath(issue)), value);
  const result = v.safeParse(suiteSchema, rest, { message: describeMismatch });
  return result.success || !isMapping(rest) ? unknown : [...unknown, ...listIssues(rest, result.issues, rounds - 1)];
}

/** A value without what stands at a path. */
function without(value: unknown, [part, ...path]: Path): unknown {
  if (isSequence(value)) return value.map((item, index) => (index === part ? without(item, path) : item));
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => {
      if (name !== String(part)) return [[name, item]];
      return path.length === 0 ? [] : [[name, without(item, path)]];
    }),
  );
}

function hintAt(name: string): string {
  const owners = Object.entries(FIELDS).flatMap(([owner, fields]) => (fields.includes(name) ? [owner] : []));
  if (owners.length > 0) return ` here; it belongs to ${owners.join(' or ')}`;
  const near = nearestName(name, Object.values(FIELDS).flat());
  return near === null ? '' : `; did you mean ${near}?`;
}

/** What is said where the schema says nothing; never the value, which may be a token. */
function describeMismatch({ expected, input }: v.BaseIssue<unknown>): string {
  const what = { Object: 'a mapping', Array: 'a list' }[expected ?? ''] ?? listChoices(choicesOf(expected));
  return `expected ${what}, got ${kindOfValue(input)}`;
}

/** Of a choice: what was probably meant, or what there is. */
function describeIssue({ expected, input, message }: v.BaseIssue<unknown>): string {
  const choices = choicesOf(expected);
  if (choices.length < 2 || typeof input !== 'string') return message;
  const near = nearestName(input, choices);
  return near === null ? `expected ${listChoices(choices)}` : `there is no such word; did you mean ${near}?`;
}

/** The values that may stand in a place, of what valibot calls `("a" | "b")`. */
function choicesOf(expected: string | null): string[] {
  return (expected ?? '').replace(/[()"]/g, '').split(' | ');
}

/** Words of a choice that are named. */
const MAX_CHOICES = 8;

function listChoices(choices: readonly string[]): string {
  const more = choices.length - MAX_CHOICES;
  const rest = more > 0 ? ` and ${more} more; authcheck schema test has them all` : '';
  return choices.slice(0, MAX_CHOICES).join(', ') + rest;
}

/** Something wrong with a file of tests. */
export function faultAt(at: Path, message: string, position: string): Finding {
  return {
    severity: 'error',
    code: 'field_invalid',
    path: formatPath(at.map((part) => (typeof part === 'string' ? maskName(part) : part))),
    position,
    message,
  };
}
