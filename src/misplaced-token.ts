/** Tokens that are as their issuer wants them, but were not made for this server: what they are, and what to send. Pure. */

import { isStringList, member, stringMember, type JsonObject } from './json.js';

/** What a token is, going by its claims, which may be unverified. */
export interface Misplaced {
  readonly kind: 'graph' | 'azure' | 'refresh' | 'id' | 'okta' | 'keycloak' | 'cluster' | 'job' | 'supabase';
  readonly what: string;
  readonly fix: string;
}

/** The audiences of Microsoft Graph. */
export const GRAPH: readonly string[] = [
  '00000003-0000-0000-c000-000000000000',
  'https://graph.microsoft.com',
  'https://graph.microsoft.com/',
];

/** The audiences of other services of Microsoft's; the first two are what az gets a token for unless told otherwise. */
const AZURE: readonly string[] = [
  'https://management.core.windows.net',
  'https://management.azure.com',
  'https://graph.windows.net',
  'https://vault.azure.net',
  'https://storage.azure.com',
  'https://database.windows.net',
  'https://cognitiveservices.azure.com',
  'https://ml.azure.com',
  'https://ai.azure.com',
];

/** The audience that Keycloak puts into the token of nearly every user of a realm. */
export const ACCOUNT = 'account';

const OKTA = {
  what: 'this is a token of Okta’s org authorization server, which only Okta can verify',
  fix: 'Request the token from a custom authorization server (such as /oauth2/default) that has this server’s audience, and set issuer and jwks.uri to it.',
};

const KINDS: readonly (Misplaced & { readonly is: (claims: JsonObject) => boolean })[] = [
  {
    kind: 'graph',
    is: (claims) => audiencesOf(claims).some((audience) => GRAPH.includes(audience)),
    what: 'this is an access token for Microsoft Graph, which only Graph can verify',
    fix: 'Request a token with the scope api://APPLICATION-ID/.default of this server’s app registration, rather than one of Graph’s scopes.',
  },
  {
    kind: 'azure',
    is: (claims) => audiencesOf(claims).some((audience) => AZURE.includes(audience.replace(/\/$/, ''))),
    what: 'this is an access token for a service of Microsoft’s own, such as az gets for Azure itself',
    fix: 'Request a token for this server’s app registration: az account get-access-token --scope api://APPLICATION-ID/.default, or the same scope elsewhere.',
  },
  {
    kind: 'refresh',
    is: (claims) => ['Refresh', 'Offline'].includes(stringMember(claims, 'typ') ?? ''),
    what: 'this is Keycloak’s refresh token, which only Keycloak can check',
    fix: 'Send the access_token of the token response, not its refresh_token.',
  },
  {
    kind: 'id',
    is: (claims) =>
      isIdToken(claims) && /^(?:https:\/\/)?accounts\.google\.com$/.test(stringMember(claims, 'iss') ?? ''),
    what: 'this is Google’s ID token for another client',
    fix: 'Request the ID token for this server’s audience (of a service account: gcloud auth print-identity-token --audiences=AUDIENCE), or set audience to the client that the token is for. Google’s access tokens are no JWTs.',
  },
  {
    kind: 'id',
    is: isMarkedAsIdToken,
    what: 'this is an ID token, which tells a client who signed in',
    fix: 'Send the access token, not the ID token, and request it with this server’s scope or audience.',
  },
  {
    kind: 'id',
    is: isIdToken,
    what: 'this looks like an ID token, which tells a client who signed in',
    fix: 'Send the access token, and request it with this server’s scope or audience. If this is the access token, its issuer makes it for the client, as Dex and Authentik do: then set audience to that client.',
  },
  {
    kind: 'okta',
    is: (claims) =>
      /^https:\/\/[\w-]{1,63}\.(?:okta|oktapreview|okta-emea)\.com\/?$/.test(stringMember(claims, 'iss') ?? ''),
    ...OKTA,
  },
  {
    kind: 'keycloak',
    is: (claims) => audiencesOf(claims).includes(ACCOUNT),
    what: 'this audience is Keycloak’s own, and nearly every token of the realm has it',
    fix: 'In Keycloak, add a mapper of the type Audience, with the configured audience, to a client scope of the client that gets the token. Do not set audience to "account": it would let all of the realm in.',
  },
  {
    kind: 'cluster',
    is: (claims) => (stringMember(claims, 'sub') ?? '').startsWith('system:serviceaccount:'),
    what: 'this is the token of a service account of Kubernetes',
    fix: 'Use a provider of the type kubernetes, which asks the cluster; or project the token into the pod with this server’s audience, and set issuer and jwks.uri to those of the cluster.',
  },
  {
    kind: 'job',
    is: (claims) => member(claims, 'iss') === 'https://token.actions.githubusercontent.com',
    what: 'this is the ID token of a job of GitHub Actions, which is for the audience that the job asks for',
    fix: 'Have the job ask for this server’s audience: core.getIDToken("AUDIENCE"), or &audience=AUDIENCE after ACTIONS_ID_TOKEN_REQUEST_URL.',
  },
  {
    kind: 'job',
    is: (claims) => ['project_path', 'pipeline_id', 'job_id'].every((name) => member(claims, name) !== undefined),
    what: 'this is the ID token of a job of GitLab, which is for the audience that the job asks for',
    fix: 'Set aud, below id_tokens in .gitlab-ci.yml, to this server’s audience.',
  },
  {
    kind: 'supabase',
    is: (claims) =>
      member(claims, 'iss') === 'supabase' && ['anon', 'service_role'].includes(stringMember(claims, 'role') ?? ''),
    what: 'this is an API key of Supabase, which names a project and no user',
    fix: 'Send the access token of the user’s session (session.access_token). Have the project sign with an asymmetric key, as HS256 is refused.',
  },
];

/** Recognizes a token of one of these kinds; null for any other. */
export function recognizeMisplaced(claims: JsonObject | null, kinds: readonly Misplaced['kind'][]): Misplaced | null {
  if (claims === null) return null;
  return KINDS.find(({ kind, is }) => kinds.includes(kind) && is(claims)) ?? null;
}

/** As Keycloak, Cognito and Okta mark them, and Entra and Auth0 do not. */
function isMarkedAsIdToken(claims: JsonObject): boolean {
  return (
    stringMember(claims, 'typ') === 'ID' ||
    member(claims, 'token_use') === 'id' ||
    (stringMember(claims, 'jti') ?? '').startsWith('ID.') ||
    namesNoClient(claims)
  );
}

/** Entra and Auth0 say in every access token, and in no ID token, which client it was made for. */
const NAMES_CLIENT =
  /^https:\/\/(?:sts\.windows\.net\/|login\.microsoftonline\.(?:com|us)\/|[\w-]{1,63}\.(?:b2clogin|ciamlogin)\.com\/|[\w-]{1,63}(?:\.[a-z]{2})?\.auth0\.com\/$)/;

function namesNoClient(claims: JsonObject): boolean {
  if (!NAMES_CLIENT.test(stringMember(claims, 'iss') ?? '')) return false;
  return ['azp', 'appid', 'client_id', 'scp', 'scope'].every((name) => member(claims, name) === undefined);
}

/** By the claims that only ID tokens need, or that some issuers put into all that they make. */
function isIdToken(claims: JsonObject): boolean {
  if (isMarkedAsIdToken(claims)) return true;
  // Access tokens are for doing something, and old ones of Keycloak have a nonce.
  const isForDoing = ['scope', 'scp'].some((name) => member(claims, name) !== undefined);
  if (isForDoing || stringMember(claims, 'typ') === 'Bearer') return false;
  const azp = member(claims, 'azp');
  const isForItsClient = azp !== undefined && azp === member(claims, 'aud');
  return isForItsClient || ['nonce', 'at_hash', 'c_hash'].some((name) => member(claims, name) !== undefined);
}

/** Says what a token with a refused header is: Auth0 encrypts, and Okta marks, tokens that are for nobody but them. */
export function explainHeader(header: JsonObject | null): Omit<Misplaced, 'kind'> | null {
  if (header === null) return null;
  if (/^(?:application\/)?okta-internal-at\+jwt$/i.test(stringMember(header, 'typ') ?? '')) return OKTA;
  const isEncrypted = member(header, 'enc') !== undefined && member(header, 'alg') === 'dir';
  return isEncrypted && stringMember(header, 'iss') !== null ? AUTH0 : null;
}

const AUTH0 = {
  what: 'the token is encrypted (JWE, five parts), as those of Auth0 are that were requested for no API',
  fix: 'If it is from Auth0, have the client send audience=AUDIENCE, the identifier of this server’s API, when it asks for the token; else ask the issuer for signed, unencrypted access tokens.',
};

/** The audiences of a token; none where its aud is neither a string nor a list of strings. */
export function audiencesOf(claims: JsonObject): readonly string[] {
  const aud = member(claims, 'aud');
  return typeof aud === 'string' ? [aud] : isStringList(aud) ? aud : [];
}
