/** How a policy decides: its rules in order, the first that covers the question and whose conditions are met. Pure. */

import type { Rule } from '../config/policy-schema.js';
import { parseCondition, type Condition } from './conditions.js';

/** What one rule says to a question. */
export interface RuleAnswer {
  /** The rule, counted from 0. */
  readonly index: number;
  readonly effect: 'permit' | 'forbid';
  /** decided: the answer. not_covered: about something else. condition_unmet: its when or unless keeps it out. */
  readonly outcome: 'decided' | 'not_covered' | 'condition_unmet';
  readonly message: string;
}

/** The answer to a question, and how it came about. */
export interface Decision {
  readonly allowed: boolean;
  /** default_policy: the server's own, where the config has no access rules. none: no policy was asked. */
  readonly policy: 'access_policy' | 'route_policy' | 'default_policy' | 'none';
  /** The rule that decided, counted from 0; null if none did. */
  readonly rule: number | null;
  readonly message: string;
  /** The rules that were asked, the one that decided last. */
  readonly trace: readonly RuleAnswer[];
}

/** The conditions of a rule. */
export interface Guard {
  readonly word: 'when' | 'unless';
  readonly sentences: readonly { readonly text: string; readonly condition: Condition }[];
}

/** What is asked of every rule. */
export interface Question<Scope> {
  /** Why the question is not in this scope; null if it is. */
  readonly misses: (scope: Scope) => string | null;
  /** Whether a condition holds; null where there is no user, so that no condition can be met. */
  readonly holds: ((condition: Condition) => boolean) | null;
  /** How many conditions of an `unless` must hold to keep the rule out: access rules say all, route rules any. */
  readonly unless: 'all' | 'any';
}

/** The conditions of a rule; null if it has none. The server takes an empty `when` or `unless` for none. */
export function guardOf(rule: Rule<unknown>): Guard | null {
  const word = isEmpty(rule.when) ? 'unless' : 'when';
  const written = rule[word];
  if (isEmpty(written)) return null;
  const sentences = [written ?? []].flat().map((text) => {
    const condition = parseCondition(text);
    if (condition === null) throw new Error('the rules have not been checked: a condition is no sentence');
    return { text, condition };
  });
  return { word, sentences };
}

/** What a rule covers, and whether it permits that. */
export function effectOf<Scope>({ permit, forbid }: Rule<Scope>): { effect: RuleAnswer['effect']; scope: Scope } {
  const scope = permit ?? forbid ?? null;
  if (scope === null) throw new Error('the rules have not been checked: one has neither permit nor forbid');
  return { effect: (permit ?? null) === null ? 'forbid' : 'permit', scope };
}

/**
 * Asks the rules in order, until one decides. What none permits is denied.
 *
 * @throws {Error} for rules that the parser of the config would refuse.
 */
export function askRules<Scope>(rules: readonly Rule<Scope>[], question: Question<Scope>): Omit<Decision, 'policy'> {
  const trace: RuleAnswer[] = [];
  for (const [index, rule] of rules.entries()) {
    const { effect, scope } = effectOf(rule);
    const miss = question.misses(scope);
    const { met, why } = miss === null ? judge(guardOf(rule), question) : { met: false, why: miss };
    const outcome = met ? 'decided' : miss === null ? 'condition_unmet' : 'not_covered';
    trace.push({ index, effect, outcome, message: why });
    if (met) return { allowed: effect === 'permit', rule: index, message: `rule ${index + 1} ${effect}s it`, trace };
  }
  return { allowed: false, rule: null, message: 'no rule matches, and what no rule permits is denied', trace };
}

function judge(guard: Guard | null, { holds, unless }: Question<never>): { met: boolean; why: string } {
  if (guard === null) return { met: true, why: 'covers it, without a condition' };
  const { word, sentences } = guard;
  if (holds === null) return { met: false, why: 'has a condition, and without a user no condition is met' };
  const quote = (chosen: Guard['sentences']): string => chosen.map(({ text }) => `"${text}"`).join(' and ');
  const so = sentences.filter(({ condition }) => holds(condition));
  const not = sentences.filter((sentence) => !so.includes(sentence));
  if (word === 'when') {
    return not.length === 0
      ? { met: true, why: `covers it, and its condition holds: ${quote(so)}` }
      : { met: false, why: `covers it, but its condition does not hold: ${quote(not)}` };
  }
  const met = unless === 'all' ? not.length > 0 : so.length === 0;
  return met
    ? { met, why: `covers it, and its exception does not hold: ${quote(not)}` }
    : { met, why: `covers it, but its exception holds: ${quote(so)}` };
}

function isEmpty(conditions: string | readonly string[] | null | undefined): boolean {
  return (conditions ?? '').length === 0;
}
