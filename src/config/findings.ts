/** Why each finding about a config matters, and what to do about it. */

import type { FindingCode, FindingText } from './finding-codes.js';
import { DOCUMENT_FINDINGS } from './findings-document.js';
import { POLICY_FINDINGS } from './findings-policy.js';
import { PROBE_FINDINGS } from './findings-probe.js';

/** The prose of every code: a code without a text does not compile. */
export const FINDINGS: Readonly<Record<FindingCode, FindingText>> = {
  ...DOCUMENT_FINDINGS,
  audience_default: {
    severity: 'warning',
    why: 'A token made for any other server that kept the default is accepted here, and the default changes between versions: "llama-stack" in llama-stack, "ogx" in its successor.',
    fix: 'Set audience to a name of this server alone, and have the issuer put it into aud.',
  },
  audience_unchecked: {
    severity: 'hint',
    why: 'With introspection, aud is compared only if audience is set: a token made for another service is accepted.',
    fix: 'Set audience, if the introspection answers have aud.',
  },
  audience_shared: {
    severity: 'warning',
    why: 'A token that was made for any other service of the same issuer is accepted here.',
    fix: 'Set audience to a name of this server alone; in Keycloak, an Audience mapper puts it into the tokens.',
  },
  issuer_unmatched: {
    severity: 'warning',
    why: 'The server compares it with iss letter by letter, and refuses every token.',
    fix: 'Set issuer to the iss of your tokens, letter by letter.',
  },
  jwks_uri_unfit: {
    severity: 'warning',
    why: 'Without a key set the server can verify no token.',
    fix: 'Use the jwks_uri that the issuer’s metadata names.',
  },
  issuer_unset: {
    severity: 'warning',
    why: 'Issuers that share a key set (realms, tenants) can then make tokens for one another.',
    fix: 'Set issuer to the iss of your tokens, letter by letter.',
  },
  key_recheck_long: {
    severity: 'warning',
    why: 'A key that the issuer withdraws, because it leaked, is trusted until the key set is fetched again.',
    fix: 'Set key_recheck_period to an hour (3600), or a day at most.',
  },
  symmetric_keys_allowed: {
    severity: 'warning',
    why: 'With a symmetric key, whoever can check a token can also make one.',
    fix: 'Have the issuer sign with an asymmetric key, and remove allow_symmetric_keys.',
  },
  github_scope_unsaid: {
    severity: 'hint',
    why: 'GitHub names the organizations only to tokens with the scope read:org; others have none here, silently.',
    fix: 'Tell the users, in a comment above the mapping too: "tokens need the scope read:org".',
  },
  field_own: {
    severity: 'hint',
    why: 'A token that passes or fails by this field alone is judged otherwise by llama-stack.',
    fix: 'Use it where authcheck itself guards the server; for llama-stack, leave it out, and correct the clocks or the issuer.',
  },
  attributes_no_json: {
    severity: 'warning',
    why: 'The server refuses every request with such a header: 401, invalid JSON.',
    fix: 'Leave attributes_header out, or name a header into which a proxy of yours writes JSON, as authcheck serve does.',
  },
  tls_unverified: {
    severity: 'warning',
    why: 'Whoever is on the network path can serve keys of their own, and so make tokens that are accepted.',
    fix: 'Remove verify_tls: false; for a private CA, name its certificate in tls_cafile.',
  },
  http_insecure: {
    severity: 'warning',
    why: 'Whoever is on the network path can read tokens and secrets, and change the answers.',
    fix: 'Use https.',
  },
  http_loopback: {
    severity: 'hint',
    why: 'Harmless on a developer’s machine; elsewhere, other programs of the same machine can listen on that port first.',
    fix: 'Use https outside of development.',
  },
  url_query: {
    severity: 'warning',
    why: 'The server builds its own URL from this one, and drops the query.',
    fix: 'Remove the query.',
  },
  url_path: {
    severity: 'warning',
    why: 'The server does not ask below this URL as it is written.',
    fix: 'Name the URL of the API.',
  },
  ca_unreadable: {
    severity: 'error',
    why: 'Without its CA file the server cannot reach the provider, and refuses every token.',
    fix: 'Name a PEM file with certificates that the server’s user can read.',
  },
  ca_expired: {
    severity: 'warning',
    why: 'What an expired authority signed is not trusted, so the provider cannot be reached.',
    fix: 'Replace the expired certificate in the CA file.',
  },
  ca_expires_soon: {
    severity: 'hint',
    why: 'From that day on, the provider cannot be reached.',
    fix: 'Add the successor of the certificate to the CA file.',
  },
  home_unexpanded: {
    severity: 'error',
    why: 'The server expands ~ only where a variable was substituted; here it names a folder called "~".',
    fix: 'Write the whole path, or ${env.HOME}/….',
  },
  secret_written: {
    severity: 'warning',
    why: 'Whoever can read the file, its history or its backups has the secret.',
    fix: 'Write ${env.NAME}, set the variable where the server runs, and replace the secret: it is known now.',
  },
  client_secret_empty: {
    severity: 'warning',
    why: 'An endpoint that takes an empty secret lets anybody introspect; any other refuses the server.',
    fix: 'Give the client a secret, and name it as ${env.NAME}.',
  },
  url_credentials: {
    severity: 'warning',
    why: 'URLs are written to logs and error messages, by the server and by every proxy on the way.',
    fix: 'Move the credentials out of the URL: jwks.token, client_id and client_secret exist for them. Where an endpoint knows no other way, write the URL with ${env.NAME}.',
  },
  cache_unshared: {
    severity: 'warning',
    why: 'A signature is verified faster than Redis answers, so verdicts are kept in each process alone.',
    fix: 'Remove redis_url.',
  },
  redis_insecure: {
    severity: 'warning',
    why: 'Whoever is on the network path can read the password and delete what is kept. Verdicts are sealed: they can be neither read nor forged.',
    fix: 'Use rediss://, and TLS in Redis.',
  },
  subject_split: {
    severity: 'hint',
    why: 'A string is split at white space: a user named "eve admin" has the role admin.',
    fix: 'Have the issuer forbid white space in such names, or leave the entry out of claims_mapping.',
  },
  name_mapped: {
    severity: 'warning',
    why: 'Users of most issuers can choose this name themselves, and every word of it becomes an attribute.',
    fix: 'Map a claim that only the issuer’s administrators can set, such as groups or roles.',
  },
  claims_merged: {
    severity: 'warning',
    why: 'Anybody who can take the name of a group or role as a user name gets what it is permitted to do.',
    fix: 'Map names and groups to two attributes.',
  },
  claim_escaped: {
    severity: 'warning',
    why: 'The entry finds something in one server and nothing in the other.',
    fix: 'If the server is OGX, ask it about what depends on this entry: authcheck parity. Else have the issuer put the value into a claim whose path has no dots in its names.',
  },
  claim_shadowed: {
    severity: 'warning',
    why: 'A claim is either a value or a mapping of others, so both entries find something only where the dot is part of a name.',
    fix: 'Keep the entry that your tokens have; authcheck map shows what each of them finds.',
  },
  attribute_misspelt: {
    severity: 'hint',
    why: 'Policies and ownership look at roles, teams, projects and namespaces; other attributes count only where a rule names them.',
    fix: 'Correct the name of the attribute, or ask for it in a rule.',
  },
  ...POLICY_FINDINGS,
  ...PROBE_FINDINGS,
};
