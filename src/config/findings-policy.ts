/** Why each fault of a policy matters, and what to do about it. */

import type { PolicyFaultCode } from '../policy/flaw.js';
import type { FindingText } from './finding-codes.js';

/** The prose of every code: a code without a text does not compile. */
export const POLICY_FINDINGS: Readonly<Record<PolicyFaultCode, FindingText>> = {
  rule_never_matches: {
    severity: 'warning',
    why: 'A rule that never matches permits nothing and forbids nothing, whatever it says.',
    fix: 'Correct the rule, or remove it.',
  },
  rule_shadowed: {
    severity: 'warning',
    why: 'The first rule that matches decides, so this one never gets its turn.',
    fix: 'Move the rule above the one that takes its cases, or remove it.',
  },
  rule_permits_everything: {
    severity: 'warning',
    why: 'Everybody who is authenticated may do everything, and the rules after it count for nothing.',
    fix: 'Name a principal, a resource or a condition.',
  },
  rule_permits_absent: {
    severity: 'warning',
    why: 'Users without the attribute are let in too: a mapping that finds nothing opens the door.',
    fix: 'Name the users that are let in, rather than those that are not.',
  },
  rule_field_empty: {
    severity: 'warning',
    why: 'An empty value covers nothing, or everything, but hardly what was meant.',
    fix: 'Fill in the field, or remove it.',
  },
  rule_wildcard_literal: {
    severity: 'warning',
    why: 'The server takes this star as a character, not as "anything".',
    fix: 'Write TYPE::*, or a pattern after "regex:".',
  },
  rule_regex_open: {
    severity: 'warning',
    why: 'A pattern without an end matches everything that starts like it.',
    fix: 'End the pattern with "$".',
  },
  rule_needs_user: {
    severity: 'warning',
    why: 'Where nobody is authenticated there is no user for the condition to look at.',
    fix: 'Add provider_config, or remove the condition.',
  },
  rule_condition_idle: {
    severity: 'warning',
    why: 'A condition that is always met, or never, changes nothing: the rule is for everybody.',
    fix: 'Write the condition that was meant, or remove it.',
  },
  rule_attribute_unusual: {
    severity: 'hint',
    why: 'No user has an attribute that no claim is mapped to.',
    fix: 'Correct the name of the attribute, or map a claim to it.',
  },
  policy_permits_nothing: {
    severity: 'warning',
    why: 'Without a rule that permits, every request is refused.',
    fix: 'Add a rule with permit.',
  },
};
