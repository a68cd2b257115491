/** Every code that a step or a verdict can carry. */

/** Codes of a rejection: the token, or the provider that was asked, says no. */
export type RejectedCode =
  | 'token_malformed'
  | 'token_opaque'
  | 'token_encrypted'
  | 'header_invalid'
  | 'critical_header_unsupported'
  | 'algorithm_not_allowed'
  | 'symmetric_key_refused'
  | 'key_id_missing'
  | 'key_not_found'
  | 'key_mismatch'
  | 'key_too_weak'
  | 'signature_invalid'
  | 'issuer_missing'
  | 'issuer_mismatch'
  | 'audience_missing'
  | 'audience_mismatch'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'claim_missing'
  | 'claim_invalid'
  | 'token_inactive'
  | 'token_refused'
  | 'header_missing';

/** The codes of an undecided verdict. */
export const UNDECIDED = [
  'endpoint_unreachable',
  'endpoint_tls',
  'endpoint_timeout',
  'endpoint_rate_limited',
  'endpoint_error',
  'endpoint_redirected',
  'endpoint_too_large',
  'endpoint_invalid_response',
  'client_credentials_rejected',
  'jwks_invalid',
] as const;

/** One of them: nobody could say. */
export type UndecidedCode = (typeof UNDECIDED)[number];

const WARNINGS = [
  'attributes_empty',
  'checksum_wrong',
  'claim_unmapped',
  'expiry_absent',
  'issued_in_future',
  'issuer_unchecked',
  'key_set_stale',
  'nothing_verified',
  'organizations_unreadable',
  'raw_client_credentials',
  'subject_from_username',
] as const;

/** Codes of a step that passed, but that somebody should look at. */
export type WarningCode = (typeof WARNINGS)[number];

/** Codes of a failed step. */
export type ReasonCode = RejectedCode | UndecidedCode;

/** Tells the codes that mean "nobody could say" from those that mean "no". */
export function isUndecided(code: string): code is UndecidedCode {
  return UNDECIDED.some((known) => known === code);
}

/** Tells the codes that end a verdict from warnings. */
export function isReason(code: ReasonCode | WarningCode): code is ReasonCode {
  return !WARNINGS.some((known) => known === code);
}
