/** How a policy decides: its rules in order, the first that covers the question and whose conditions are met. Pure. */

import { parseCondition, type Condition } from './conditions.js';
import type { Rule } from './rules.js';

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

/** What the conditions of a rule look at. */
export interface Circumstances {
  /** Whether a condition holds; null where there is no user, so that no condition can be met. */
  readonly holds: ((condition: Condition) => boolean) | null;
  /** How many conditions of an `unless` must hold to keep the rule out: access rules say all, route rules any. */
  readonly unless: 'all' | 'any';
}

/** What is asked of every rule. */
export interface RuleQuery<Scope> extends Circumstances {
  readonly policy: 'access_policy' | 'route_policy' | 'default_policy';
  /** Why the question is not in this scope; null if it is. */
  readonly misses: (scope: Scope) => string | null;
}

/**
 * The conditions of a rule; null if it has none. The server takes an empty `when` or `unless` for none.
 *
 * @throws {Error} for a rule that the parser of the config would refuse.
 */
export function guardOf(rule: Rule<unknown>): Guard | null {
  const word = isEmpty(rule.when) ? 'unless' : 'when';
  const written = rule[word];
  if (isEmpty(written)) return null;
  const sentences = [written ?? []].flat().map((text) => {
    const condition = parseCondition(text);
    if (condition === null) throw new Error('the rules have not been checked: a condition is not a sentence');
    return { text, condition };
  });
  return { word, sentences };
}

/**
 * What a rule covers, and whether it permits that.
 *
 * @throws {Error} for a rule that the parser of the config would refuse.
 */
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
export function askRules<Scope>(rules: readonly Rule<Scope>[], question: RuleQuery<Scope>): Decision {
  const { policy } = question;
  const name = policy === 'default_policy' ? 'the server’s default policy' : policy;
  const trace: RuleAnswer[] = [];
  for (const [index, rule] of rules.entries()) {
    const { effect, scope } = effectOf(rule);
    const miss = question.misses(scope);
    if (miss !== null) {
      trace.push({ index, effect, outcome: 'not_covered', message: miss });
      continue;
    }
    const guard = guardOf(rule);
    const met = isMet(guard, question);
    const outcome = met ? 'decided' : 'condition_unmet';
    trace.push({ index, effect, outcome, message: explain(guard, question, met) });
    const message = `rule ${index + 1} of ${name} ${effect}s it`;
    if (met) return { allowed: effect === 'permit', policy, rule: index, message, trace };
  }
  const message = `no rule of ${name} matches, and what no rule permits is denied`;
  return { allowed: false, policy, rule: null, message, trace };
}

/** Tells whether the conditions of a rule let it decide. */
export function isMet(guard: Guard | null, { holds, unless }: Circumstances): boolean {
  if (guard === null) return true;
  if (holds === null) return false;
  const so = guard.sentences.filter(({ condition }) => holds(condition)).length;
  if (guard.word === 'when') return so === guard.sentences.length;
  return unless === 'all' ? so < guard.sentences.length : so === 0;
}

function explain(guard: Guard | null, { holds }: Circumstances, met: boolean): string {
  if (guard === null) return 'covers it, without a condition';
  if (holds === null) return 'has a condition, and without a user none is met';
  const named = guard.sentences.filter(({ condition }) => holds(condition) === ((guard.word === 'when') === met));
  const what = guard.word === 'when' ? 'condition' : 'exception';
  const so = (guard.word === 'when') === met ? 'holds' : 'does not hold';
  const quoted = named.map(({ text }) => `"${text}"`).join(' and ');
  return `covers it, ${met ? 'and' : 'but'} its ${what} ${so}: ${quoted}`;
}

function isEmpty(conditions: string | readonly string[] | null | undefined): boolean {
  return (conditions ?? '').length === 0;
}
