/** What can be wrong with a rule that can be read. */

/** Stable codes. */
export type PolicyFaultCode =
  | 'rule_never_matches'
  | 'rule_shadowed'
  | 'rule_permits_everything'
  | 'rule_permits_absent'
  | 'rule_field_empty'
  | 'rule_wildcard_literal'
  | 'rule_regex_open'
  | 'rule_needs_user'
  | 'rule_condition_idle'
  | 'rule_attribute_unusual'
  | 'policy_permits_nothing';

/** One thing wrong with a rule. */
export interface Flaw {
  readonly code: PolicyFaultCode;
  readonly message: string;
  readonly fix: string;
}
