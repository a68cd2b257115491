/** Why each fault of a document matters, and what to do about it. */

import type { DocumentFaultCode, FindingText } from './finding-codes.js';

/** The prose of every code: a code without a text does not compile. */
export const DOCUMENT_FINDINGS: Readonly<Record<DocumentFaultCode, FindingText>> = {
  config_syntax: {
    severity: 'error',
    why: 'The server most likely cannot read this file, and then does not start.',
    fix: 'Correct the YAML at this place; quote values that start with "*", "!" or "&".',
  },
  key_repeated: {
    severity: 'error',
    why: 'The server takes the last of the two and forgets the other; other readers take the first, or none.',
    fix: 'Keep the one that is meant, and remove the other.',
  },
  config_shape: {
    severity: 'error',
    why: 'Without an auth section that can be read, the server runs without authentication, or not at all.',
    fix: 'Put provider_config under server.auth; authcheck config init writes one.',
  },
  auth_off: {
    severity: 'error',
    why: 'A type that resolves to nothing turns authentication off: every request is served.',
    fix: 'Write the type itself, or set the variable that it depends on.',
  },
  env_unset: {
    severity: 'error',
    why: 'The server refuses to start without the variable.',
    fix: 'Set the variable, or give it a default: ${env.NAME:=default}.',
  },
  env_unreplaced: {
    severity: 'warning',
    why: 'The server knows variables in one spelling alone; of any other, it compares, asks and sends the text itself.',
    fix: 'Write ${env.NAME}, ${env.NAME:=default} or ${env.NAME:+value}, with the name in capital letters; where the file has that, correct the value of the variable.',
  },
  field_invalid: {
    severity: 'error',
    why: 'The server refuses this value, or cannot work with it.',
    fix: 'Correct the value; authcheck schema config describes every field.',
  },
  field_unknown: {
    severity: 'warning',
    why: 'The server ignores fields that it does not know, so what this one was meant to do is not done.',
    fix: 'Correct its name, move it to where it belongs, or remove it.',
  },
  rule_invalid: {
    severity: 'error',
    why: 'The server refuses such a rule, or takes it for something that nobody means.',
    fix: 'Correct the rule; authcheck schema config describes its fields.',
  },
  rule_regex_unsupported: {
    severity: 'warning',
    why: 'The server evaluates this pattern, and authcheck cannot: can and test fail where they come to the rule.',
    fix: 'Write the pattern without what it names, or ask the server itself.',
  },
  default_unknown: {
    severity: 'error',
    why: 'Without a default that exists, nobody knows which provider is meant.',
    fix: 'Name one of the providers in default.',
  },
  provider_absent: {
    severity: 'warning',
    why: 'Policies alone authenticate nobody: every request is anonymous.',
    fix: 'Add provider_config.',
  },
  type_conditional: {
    severity: 'warning',
    why: 'Where the variable is missing, the server starts without authentication, and says nothing.',
    fix: 'Write the type itself, and leave the section out where authentication is not wanted.',
  },
};
