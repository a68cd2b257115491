/** The stable codes of what can be said about a config. Never renamed, never used for anything else. */

import type { PolicyFaultCode } from '../policy/flaw.js';

/** How bad a finding is. error: the server refuses it, or nothing works. warning: it is not safe. hint: worth a look. */
export type Severity = 'error' | 'warning' | 'hint';

/** What is the same for every finding of a code. */
export interface FindingText {
  /** How bad it is; `field_unknown` is an error where unknown fields are not allowed. */
  readonly severity: Severity;
  readonly why: string;
  /** What to do; a finding may have a better one of its own. */
  readonly fix: string;
}

/** The questions that are asked of an endpoint, in their order. */
export type ProbeName =
  'dns' | 'tcp' | 'tls' | 'http' | 'content_type' | 'key_set' | 'credentials' | 'refusal' | 'discovery';

/** What is wrong with a document, whatever its providers are. */
export type DocumentFaultCode =
  | 'config_syntax'
  | 'key_repeated'
  | 'config_shape'
  | 'auth_off'
  | 'env_unset'
  | 'env_unreplaced'
  | 'field_invalid'
  | 'field_unknown'
  | 'rule_invalid'
  | 'rule_regex_unsupported'
  | 'default_unknown'
  | 'provider_absent'
  | 'type_conditional';

/** What a finding is about. */
export type FindingCode =
  // the document
  | DocumentFaultCode
  // whom a provider trusts
  | 'audience_default'
  | 'audience_unchecked'
  | 'audience_shared'
  | 'issuer_unset'
  | 'issuer_unmatched'
  | 'jwks_uri_unfit'
  | 'key_recheck_long'
  | 'symmetric_keys_allowed'
  | 'github_scope_unsaid'
  | 'field_own'
  | 'attributes_no_json'
  // the way to it
  | 'tls_unverified'
  | 'http_insecure'
  | 'http_loopback'
  | 'url_query'
  | 'url_path'
  | 'ca_unreadable'
  | 'ca_expired'
  | 'ca_expires_soon'
  | 'home_unexpanded'
  // secrets
  | 'secret_written'
  | 'client_secret_empty'
  | 'url_credentials'
  // the cache
  | 'cache_unshared'
  | 'redis_insecure'
  // the claims mapping
  | 'subject_split'
  | 'name_mapped'
  | 'claims_merged'
  | 'claim_escaped'
  | 'claim_shadowed'
  | 'attribute_misspelt'
  // the policies
  | PolicyFaultCode
  // what the endpoints say
  | `probe_${ProbeName}`;
