/** What is legal in a policy but surely not meant: rules that never match, never get their turn, or let everybody in. */

import { nearestName } from '../nearest.js';
import type { Identity } from '../verdict.js';
import { areExclusive, ATTRIBUTES, holds, type Condition } from './conditions.js';
import { ACCESS_COMPARISON, findShadow, ROUTE_COMPARISON, type Comparison } from './coverage.js';
import { effectOf, guardOf, isMet, type Guard } from './decision.js';
import type { Flaw } from './flaw.js';
import type { Policies, Rule } from './rules.js';
import { findAccessFlaws, findRouteFlaws } from './scope-flaws.js';

/** One thing wrong with one rule. */
export interface PolicyFault extends Flaw {
  readonly policy: keyof Policies;
  /** The rule, counted from 0. */
  readonly index: number;
}

/** As many actions, paths and conditions as can be compared with one another in a second. */
const MAX_PARTS = 1000;

/**
 * Finds the faults of both policies, in the order of their rules; the rules are those of a parsed config. Pure.
 *
 * The rules of a policy that lists more than a thousand actions, paths and conditions are looked at, but not compared.
 */
export function findPolicyFaults({ access_policy, route_policy }: Policies): PolicyFault[] {
  const accessRules = comparable(access_policy, ACCESS_COMPARISON);
  const routeRules = comparable(route_policy, ROUTE_COMPARISON);
  const ofAccess = access_policy.map((rule, index) => [
    ...findAccessFlaws(rule),
    ...findConditionFlaws(rule, 'all'),
    ...findShadowFlaw(rule, accessRules.slice(0, index), ACCESS_COMPARISON),
  ]);
  const ofRoutes = route_policy.map((rule, index) => [
    ...findRouteFlaws(rule, routeRules.slice(index + 1)),
    ...findOwnerFlaws(guardOf(rule)),
    ...findConditionFlaws(rule, 'any'),
    ...findShadowFlaw(rule, routeRules.slice(0, index), ROUTE_COMPARISON),
  ]);
  return [
    ...placeFlaws('access_policy', [findDeadPolicy(access_policy), ...ofAccess]),
    ...placeFlaws('route_policy', [findDeadPolicy(route_policy), ...ofRoutes]),
  ];
}

/** The rules, if they are few enough to be compared. */
function comparable<Scope>(rules: readonly Rule<Scope>[], { split }: Comparison<Scope>): readonly Rule<Scope>[] {
  const parts = rules.map((rule) => split(effectOf(rule).scope).length + (guardOf(rule)?.sentences.length ?? 0));
  return parts.reduce((sum, count) => sum + count, 0) > MAX_PARTS ? [] : rules;
}

/** Gives flaws their rules; the first list is about the whole policy, and stands at its first rule. */
function placeFlaws(policy: keyof Policies, lists: readonly (readonly Flaw[])[]): PolicyFault[] {
  return lists.flatMap((flaws, at) => flaws.map((flaw) => ({ policy, index: Math.max(at - 1, 0), ...flaw })));
}

function findDeadPolicy(rules: readonly Rule<unknown>[]): Flaw[] {
  if (rules.length === 0 || rules.some((rule) => effectOf(rule).effect === 'permit')) return [];
  return [
    {
      code: 'policy_permits_nothing',
      message: 'no rule permits anything, and what no rule permits is denied',
      fix: 'Add rules with permit after those that forbid.',
    },
  ];
}

function findShadowFlaw<Scope>(rule: Rule<Scope>, earlier: readonly Rule<Scope>[], how: Comparison<Scope>): Flaw[] {
  const takers = findShadow(rule, earlier, how);
  if (takers === null) return [];
  const { effect } = effectOf(rule);
  const isSame = takers.every((index) => earlier[index] !== undefined && effectOf(earlier[index]).effect === effect);
  const names = `rule${takers.length === 1 ? '' : 's'} ${takers.map((index) => index + 1).join(' and ')}`;
  return [
    {
      code: 'rule_shadowed',
      message: `${names} above decide${takers.length === 1 ? 's' : ''} all that this one covers, ${isSame ? 'and to the same effect' : `so it never ${effect}s anything`}`,
      fix: isSame ? 'Remove the rule.' : `Move the rule above ${names}.`,
    },
  ];
}

function findConditionFlaws(rule: Rule<unknown>, unless: 'all' | 'any'): Flaw[] {
  const guard = guardOf(rule);
  const conditions = (guard?.sentences ?? []).map(({ condition }) => condition);
  const flaws: Flaw[] = (['when', 'unless'] as const)
    .filter((word) => rule[word] === null)
    .map((word) => ({
      code: 'rule_field_empty',
      message: `${word} is empty, so the rule has no condition`,
      fix: `Give ${word} a condition, or remove it.`,
    }));
  if (guard?.word === 'when' && areExclusive(conditions)) {
    flaws.push({
      code: 'rule_never_matches',
      message: 'its conditions never hold together',
      fix: 'Remove one of them.',
    });
  }
  for (const { text, condition } of guard?.sentences ?? []) {
    const attribute = 'attribute' in condition ? condition.attribute : '';
    const near = ATTRIBUTES.includes(attribute) ? null : nearestName(attribute, ATTRIBUTES);
    if (near === null) continue;
    flaws.push({
      code: 'rule_attribute_unusual',
      message: `"${text}" asks for the attribute ${attribute}, which no mapping makes unless told to`,
      fix: `Write ${near}, if that is meant; else map a claim to ${attribute}.`,
    });
  }
  if (effectOf(rule).effect === 'permit' && guard !== null && admitsStranger(guard, unless)) {
    flaws.push({
      code: 'rule_permits_absent',
      message: 'users of whom only the name is known are permitted too',
      fix: 'Say whom the rule is for, such as when: user with VALUE in ATTRIBUTE.',
    });
  }
  return flaws;
}

const STRANGER: Identity = { principal: 'stranger', attributes: {} };
const OWNER: Identity = { principal: 'owner', attributes: {} };

/** Whether conditions that ask for attributes are met by somebody who has none, where the owner has none either. */
function admitsStranger(guard: Guard, unless: 'all' | 'any'): boolean {
  const asks = guard.sentences.some(({ condition }) => 'attribute' in condition);
  return asks && [null, OWNER].some((owner) => isMet(guard, { holds: (it) => holds(it, STRANGER, owner), unless }));
}

/** A path is not a resource, and has no owner: conditions about the owner always hold, or never. */
function findOwnerFlaws(guard: Guard | null): Flaw[] {
  return (guard?.sentences ?? []).flatMap(({ text, condition }): Flaw[] => {
    const always = OWNERLESS[condition.kind];
    if (always === undefined) return [];
    const fix = 'Use "user with VALUE in ATTRIBUTE" in route_policy.';
    const isDead = always === (guard?.word === 'unless');
    return [
      {
        code: isDead ? 'rule_never_matches' : 'rule_condition_idle',
        message: `a path has no owner, so "${text}" ${always ? 'always' : 'never'} holds`,
        fix,
      },
    ];
  });
}

/** What holds of everybody where there is no owner. */
const OWNERLESS: Readonly<Partial<Record<Condition['kind'], boolean>>> = {
  user_in_owners: false,
  user_not_in_owners: true,
  user_is_owner: false,
  user_is_not_owner: true,
  resource_is_unowned: true,
};
