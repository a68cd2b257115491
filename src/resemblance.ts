/** In what two names of an issuer or an audience differ that were probably meant to be the same. Pure. */

/** How far two names are alike. */
export interface Resemblance {
  /** Such as "only the trailing slash differs". */
  readonly how: string;
  /** What to do, where that depends on the difference. */
  readonly fix?: string;
}

interface Feature {
  readonly name: string;
  /** The name without the feature. */
  readonly drop: (name: string) => string;
  readonly fix?: string;
  /** Audiences that differ in it are not the same: a service on another host is another service. */
  readonly ofIssuers?: boolean;
}

const METADATA = /\/\.well-known\/(?:openid-configuration|oauth-authorization-server)$/i;

/** Tells the URL of an issuer's metadata from the issuer. */
export function isMetadataUrl(url: string): boolean {
  return METADATA.test(url);
}

const ONE_SERVER = 'If both names are the same server’s';
const SET_ISSUER = 'set issuer in the config to that which the token has.';
const GUID = '[\\da-f]{8}(?:-[\\da-f]{4}){3}-[\\da-f]{12}';

/** What names that mean the same differ in; each is dropped from what the ones before it left. */
const FEATURES: readonly Feature[] = [
  { name: 'the white space around it', drop: (name) => name.trim() },
  {
    name: 'the pair of quotes around it',
    drop: (name) => name.replace(/^(["'])(.*)\1$/s, '$2'),
    fix: 'Remove the quotes where they are written: docker run --env-file takes those of its file for a part of the value.',
  },
  { name: 'the case', drop: (name) => name.toLowerCase() },
  {
    name: 'the suffix "/.well-known/…"',
    drop: (name) => name.replace(METADATA, ''),
    fix: 'An issuer is not the URL of its metadata: write it in the config as the token has it, without /.well-known/….',
    ofIssuers: true,
  },
  {
    name: 'the scope at its end',
    // Those that Entra and its documents suggest; api://TENANT/other may be another API.
    drop: (name) => name.replace(/\/(?:\.default|access_as_user|user_impersonation)$/i, ''),
    fix: 'What clients request is a scope, and what tokens are for is an audience: set audience to that which the token has.',
  },
  { name: 'the trailing slash', drop: (name) => name.replace(/\/$/, '') },
  {
    name: 'the "/auth" before "/realms"',
    drop: (name) => name.replace('/auth/realms/', '/realms/'),
    fix: 'Keycloak before version 17 has /auth in its URLs, later ones only if told so: write issuer in the config as the token has it.',
    ofIssuers: true,
  },
  { name: 'the port', drop: (name) => name.replace(/^(https?:\/\/[^/:]+):\d+(?=\/|$)/i, '$1') },
  {
    name: 'the host',
    drop: (name) => name.replace(/^(https?:\/\/)[^/:]+(?=(?::\d+)?\/realms\/)/i, '$1'),
    fix: `${ONE_SERVER}, give it one name for all (in Keycloak: hostname), or ${SET_ISSUER}`,
    ofIssuers: true,
  },
  {
    name: 'the host',
    // Two hosts without a path have nothing in common.
    drop: (name) => name.replace(/^(https?:\/\/)[^/:]+(?=(?::\d+)?\/(?!realms\/)[^/])/i, '$1'),
    fix: `${ONE_SERVER}, ${SET_ISSUER}`,
    ofIssuers: true,
  },
  { name: 'the scheme', drop: (name) => name.replace(/^https?:\/\//i, '') },
  { name: 'the prefix "api://"', drop: (name) => name.replace(new RegExp(`^api://(?!${GUID}$)`, 'i'), '') },
  {
    name: 'the prefix "api://"',
    drop: (name) => name.replace(new RegExp(`^api://(?=${GUID}$)`, 'i'), ''),
    fix: 'Entra writes the bare application id into tokens of version 2.0, and api://… into those of version 1.0: set audience to the form that the token has.',
  },
];

/** Longer names are not compared. */
const MAX_LENGTH = 2048;

/** Says in what two names differ that are the same otherwise; null if they are not. */
export function findResemblance(
  expected: string,
  actual: string,
  kind: 'issuer' | 'audience' = 'issuer',
): Resemblance | null {
  if (expected.length > MAX_LENGTH || actual.length > MAX_LENGTH) return null;
  const all = kind === 'issuer' ? FEATURES : FEATURES.filter(({ ofIssuers }) => ofIssuers !== true);
  const agree = (features: readonly Feature[]): boolean => dropAll(expected, features) === dropAll(actual, features);
  const tenants = compareTenants(expected, actual);
  if (tenants !== null) return tenants;
  if (!agree(all)) return kind === 'issuer' ? compareRealms(expected, actual) : null;
  // What they still differ in when all the others are dropped.
  const differing = all.filter((feature) => !agree(all.filter((other) => other !== feature)));
  const names = differing.map(({ name }) => name).reverse();
  const last = names.pop();
  if (last === undefined) return null;
  const how = names.length === 0 ? `only ${last} differs` : `only ${names.join(', ')} and ${last} differ`;
  const losesTls = kind === 'issuer' && /^\s*https:/i.test(expected) && /^\s*http:/i.test(actual);
  const fix = differing.find((feature) => feature.fix !== undefined)?.fix ?? (losesTls ? TLS_FIX : undefined);
  return fix === undefined ? { how } : { how, fix };
}

const TLS_FIX = `If it is wrong in the token, the issuer does not know that a proxy ends TLS before it (in Keycloak: proxy-headers, hostname); else ${SET_ISSUER}`;

function dropAll(name: string, features: readonly Feature[]): string {
  return features.reduce((rest, { drop }) => drop(rest), name);
}

/** Entra's issuers: `sts.windows.net/TENANT/` in tokens of version 1.0, `login.microsoftonline.com/TENANT/v2.0` in 2.0. */
const ENTRA =
  /^https:\/\/(?:(sts\.windows\.net)|login\.microsoftonline\.(?:com|us)|login\.partner\.microsoftonline\.cn)\/([^/]+)/i;

/** What Microsoft's documents have in the place of a tenant, or what follows one that is left out. */
const ANY_TENANT = /^(?:common|organizations|consumers|v2\.0|\{.*\}|<.*>)$/i;

/** @see https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference#payload-claims tid */
const PERSONAL = '9188040d-6c67-4c5b-b112-36a304b66dad';

/** Tells an issuer of Entra that stands for any tenant. */
export function namesNoTenant(issuer: string): boolean {
  return ANY_TENANT.test(ENTRA.exec(issuer)?.[2] ?? '');
}

/** Tells an issuer of Entra that names a tenant by its domain. */
export function namesDomain(issuer: string): boolean {
  return /\.[a-z]{2,}$/i.test(ENTRA.exec(issuer)?.[2] ?? '');
}

/** Tells what is an issuer of Entra but for the version that each of them ends with. */
export function lacksVersion(issuer: string): boolean {
  return new RegExp(`^https://login\\.microsoftonline\\.(?:com|us)/${GUID}/?$`, 'i').test(issuer);
}

function compareTenants(expected: string, actual: string): Resemblance | null {
  const [isEntra, oldConfig, wanted = ''] = ENTRA.exec(expected) ?? [];
  const [isEntraToo, oldToken, tenant = ''] = ENTRA.exec(actual) ?? [];
  if (isEntra === undefined || isEntraToo === undefined) return null;
  if (namesNoTenant(expected))
    return {
      how: 'the config names no tenant, the token does',
      fix: 'Put the id of your own tenant into issuer: no token has "common", a placeholder or nothing in its place.',
    };
  if (namesDomain(expected))
    return {
      how: 'the config names the tenant by its domain, tokens by its id',
      fix: 'Put the id of your own tenant into issuer, in the place of its domain.',
    };
  if (wanted.toLowerCase() !== tenant.toLowerCase())
    return {
      how:
        tenant.toLowerCase() === PERSONAL ? 'the tenant of all personal Microsoft accounts' : 'another tenant of Entra',
      fix: 'Have the client log in at the tenant of the config: with its id, rather than "common", in the URL. Another tenant in issuer would let in all of its users.',
    };
  if (lacksVersion(expected))
    return {
      how: 'the same tenant, but the issuer of the config lacks the version',
      fix: 'Set issuer in the config to that which the token has.',
    };
  if ((oldToken === undefined) === (oldConfig === undefined)) return null;
  return oldToken === undefined
    ? {
        how: 'the same tenant, but the config expects tokens of version 1.0',
        fix: 'Set issuer in the config to that which the token has.',
      }
    : {
        how: 'the same tenant, but a token of version 1.0',
        fix: 'Set requestedAccessTokenVersion: 2 (api) in the app registration’s manifest and get a new token, or set issuer in the config to that which the token has.',
      };
}

/** The server of an issuer of Keycloak, and its realm. */
const REALM = /^(https?:\/\/[^/?#]+(?:\/auth)?)\/realms\/([^/?#]+)$/i;

function compareRealms(expected: string, actual: string): Resemblance | null {
  const [, server = '', wanted = ''] = REALM.exec(expected) ?? [];
  const [, sameServer, realm = ''] = REALM.exec(actual) ?? [];
  if (server !== sameServer || wanted === realm) return null;
  return {
    how: 'another realm of the same server',
    fix: 'Have the client log in at the realm of the config. Another realm in issuer would let in all of its users.',
  };
}
