/** Why a token is not accepted, and what deserves a warning: every code with its sentence and its way out. */

import { isReason, type ReasonCode, type WarningCode } from './reason-codes.js';

/** What a code means in one sentence, and what to do about it. */
export interface ReasonText {
  readonly message: string;
  readonly fix: string;
}

/** The prose of every code: a code without a text does not compile. */
export const REASONS: Readonly<Record<ReasonCode | WarningCode, ReasonText>> = {
  token_malformed: {
    message: 'This is not a well-formed token.',
    fix: 'Copy the token again, whole, without spaces, quotes or line breaks; if it is whole, ask its issuer for a plain JWT: three parts joined by dots.',
  },
  token_opaque: {
    message: 'The token is opaque; this provider needs a JWT.',
    fix: 'Ask the issuer for a JWT access token, or configure introspection instead of jwks.',
  },
  token_encrypted: {
    message: 'The token is encrypted (JWE); only signed tokens can be checked against a key set.',
    fix: 'Ask the issuer for signed, unencrypted access tokens for this audience.',
  },
  header_invalid: {
    message: 'The token header breaks the rules for JWTs.',
    fix: 'Ask the issuer for an access token (typ JWT or at+jwt), not another kind of JWT.',
  },
  critical_header_unsupported: {
    message: 'The token header demands an extension that is not understood.',
    fix: 'Ask the issuer for tokens without "crit": a server must refuse what it does not understand.',
  },
  algorithm_not_allowed: {
    message: 'The signature algorithm is not allowed.',
    fix: 'Have the issuer sign with RS256, PS256, ES256 or EdDSA (or the 384 and 512 variants).',
  },
  symmetric_key_refused: {
    message: 'Symmetric signatures (HS*) are refused: whoever can verify them can forge them.',
    fix: 'Have the issuer sign with an asymmetric key; jwks.allow_symmetric_keys exists for private key sets only.',
  },
  key_id_missing: {
    message: 'The token header has no kid, so the server cannot pick a key.',
    fix: 'Have the issuer put the key id into the header of its tokens.',
  },
  key_not_found: {
    message: 'The key set has no key with the token’s kid.',
    fix: 'Check that the token and the key set come from the same issuer (and realm). If they do, one of the two is out of date, as keys are rotated: get a new token, or, where the key set is a file, a new file.',
  },
  key_mismatch: {
    message: 'The key with the token’s kid cannot verify this token.',
    fix: 'Compare the key’s kty, crv, alg, use and key_ops (authcheck jwks) with the alg in the token header.',
  },
  key_too_weak: {
    message: 'The key is too weak to prove anything.',
    fix: 'Have the issuer use RSA keys of 2048 bits or more with exponent 65537, or EC keys.',
  },
  signature_invalid: {
    message: 'The signature does not match: the token was changed, or another key signed it.',
    fix: 'Get a new token from the issuer that this key set belongs to; check that nothing rewrites the token on its way.',
  },
  issuer_missing: {
    message: 'The token has no iss claim, but the config names an issuer.',
    fix: 'Have the issuer add iss to its access tokens. Do not remove issuer from the config for it: that would let in the tokens of every issuer that shares the key set.',
  },
  issuer_mismatch: {
    message: 'The token comes from another issuer than the config names.',
    fix: 'Get a token from the issuer that the config names. If the token’s own is to be trusted instead, set issuer to its iss, and the URL of the config to its key set or introspection endpoint.',
  },
  audience_missing: {
    message: 'The token has no aud claim: it does not say whom it is for.',
    fix: 'Have the issuer add the configured audience to aud (an audience mapper, a resource or an API identifier).',
  },
  audience_mismatch: {
    message: 'The token was made for another audience.',
    fix: 'Ask your issuer for the configured audience; set audience to one that the token has only if it names this server and no other.',
  },
  token_expired: {
    message: 'The token has expired.',
    fix: 'Get a new token; if it is new, compare the clocks of this machine and the issuer.',
  },
  token_not_yet_valid: {
    message: 'The token is not valid yet.',
    fix: 'Wait, or compare the clocks of this machine and the issuer; --clock-tolerance shows what would pass.',
  },
  claim_missing: {
    message: 'A claim that the server needs is missing.',
    fix: 'Have the issuer put the claim into its access tokens.',
  },
  claim_invalid: {
    message: 'A claim, or a header in its place, has a value of the wrong kind.',
    fix: 'Have the issuer send the claim as its standard defines it.',
  },
  token_inactive: {
    message: 'The issuer says that the token is not active: expired, revoked, or not its own.',
    fix: 'Get a new token from the issuer whose introspection endpoint the config names.',
  },
  token_refused: {
    message: 'The provider that was asked refuses the token.',
    fix: 'Get a new token from that provider, with the permissions that it asks for.',
  },
  header_missing: {
    message: 'The request carries no credentials.',
    fix: 'Send what the config asks for: Authorization: Bearer TOKEN, or the header that it names.',
  },
  endpoint_unreachable: {
    message: 'The endpoint could not be reached.',
    fix: 'Check the host name, the port and the network path from this machine (DNS, firewall, proxy).',
  },
  endpoint_tls: {
    message: 'The TLS connection to the endpoint failed.',
    fix: 'Name the CA that signed its certificate in tls_cafile, and check the host name and the expiry of the certificate.',
  },
  endpoint_timeout: {
    message: 'The endpoint did not answer in time.',
    fix: 'Check that the endpoint is up and reachable from this machine.',
  },
  endpoint_rate_limited: {
    message: 'The endpoint refuses to answer because of its rate limit.',
    fix: 'Wait until the limit resets, then try again.',
  },
  endpoint_error: {
    message: 'The endpoint answered with an error.',
    fix: 'Check the URL, and the endpoint’s own log.',
  },
  endpoint_redirected: {
    message: 'The endpoint redirects elsewhere.',
    fix: 'Put the URL at which the redirects end into the config; if they never end, the endpoint itself is set up wrongly.',
  },
  endpoint_too_large: {
    message: 'The endpoint’s answer is larger than any such answer should be.',
    fix: 'Check that the URL in the config is the right one.',
  },
  endpoint_invalid_response: {
    message: 'The endpoint’s answer is not what its protocol defines.',
    fix: 'Check that the URL in the config is the right one, and what the endpoint sends (--verbose shows it).',
  },
  client_credentials_rejected: {
    message: 'The introspection endpoint refuses the server’s own client_id and client_secret.',
    fix: 'Check client_id and client_secret, whether that client may introspect, and send_secret_in_body.',
  },
  jwks_invalid: {
    message: 'What the JWKS endpoint sent is not a key set.',
    fix: 'Check jwks.uri: it must answer {"keys": [...]} (authcheck jwks --verbose shows what it sends).',
  },
  attributes_empty: {
    message: 'The claims mapping found nothing: the principal has no attributes.',
    fix: 'Compare the claims with claims_mapping: authcheck map shows what each entry finds.',
  },
  checksum_wrong: {
    message: 'The checksum in the token is wrong: GitHub never issued it, or a character changed.',
    fix: 'If GitHub refuses it, copy the token again, whole.',
  },
  claim_unmapped: {
    message: 'A claim that the mapping names gave no value.',
    fix: 'Compare the claims with claims_mapping: authcheck map shows what each entry finds.',
  },
  expiry_absent: {
    message: 'The token has no exp: it never expires.',
    fix: 'Have the issuer give its access tokens an expiry.',
  },
  issued_in_future: {
    message: 'According to its iat, the token was issued in the future.',
    fix: 'Compare the clocks of this machine and the issuer.',
  },
  issuer_unchecked: {
    message: 'No issuer is configured, so iss is not checked.',
    fix: 'Set issuer in the config: any token that the key set signs is accepted now, for every realm that shares it.',
  },
  key_set_stale: {
    message: 'The key set could not be refreshed; an older copy was used.',
    fix: 'Check that jwks.uri answers.',
  },
  nothing_verified: {
    message: 'Nothing was verified: the headers are taken at their word.',
    fix: 'Let only the trusted proxy reach the server, and let it strip these headers from what clients send.',
  },
  organizations_unreadable: {
    message: 'The organizations of the user could not be read, so they map to nothing.',
    fix: 'Give the token the scope read:org.',
  },
  raw_client_credentials: {
    message: 'The endpoint accepts the client credentials only unencoded, against RFC 6749 section 2.3.1.',
    fix: 'Use a client_id and client_secret of letters, digits, "-", "." and "_" only, or send_secret_in_body.',
  },
  subject_from_username: {
    message: 'The answer names the principal by its username alone.',
    fix: 'Have the issuer put sub into its introspection answers.',
  },
};

/** The reason code of this name; null if there is none. */
export function findReasonCode(name: string): ReasonCode | null {
  return isCode(name) && isReason(name) ? name : null;
}

function isCode(name: string): name is ReasonCode | WarningCode {
  return Object.hasOwn(REASONS, name);
}
