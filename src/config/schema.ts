/** The schema that every value of the server's auth config is held against. Pure. */

import * as v from 'valibot';
import { isHttpUrl, parseUrl } from '../url.js';
import type { ProviderType } from '../verdict.js';
import { cache, findCacheFault } from './cache-schema.js';
import { claimsMapping } from './mapping-schema.js';
import { ALGORITHMS, DEFAULT_AUDIENCE, DEFAULT_CLAIMS_MAPPING, type ProviderConfig } from './provider-config.js';
import { boolean, expected, text, whole } from './scalars.js';
import { isMapping } from './shape.js';

/** The longest key_recheck_period: a year, in seconds. */
const MAX_RECHECK = 365 * 24 * 3600;

const url = v.pipe(
  text('an absolute http(s) URL'),
  v.check(
    isHttpUrl,
    ({ input }) =>
      `expected an absolute http(s) URL${input.includes('\\') ? ' without a backslash' : ''}, such as https://idp.example/jwks`,
  ),
);

/** An issuer is compared with iss, and both are shown; no token has a password in its iss. */
const issuer = v.pipe(
  text('an issuer'),
  v.check((name) => {
    const parsed = parseUrl(name);
    // A slash, # or ? in a password that is not encoded ends the host before it, and this is no URL then.
    return parsed === null ? !/^[^/]*\/\/[^]*@/.test(name) : parsed.username + parsed.password === '';
  }, 'an issuer has no user and no password in it'),
);

const tlsFields = {
  verify_tls: v.optional(boolean, true),
  tls_cafile: v.optional(v.nullable(text('the path of a CA file')), null),
};

/** A secret from a mounted file often ends with a line break, which no header carries. */
const headerText = v.pipe(
  v.string(expected('a string')),
  v.check(
    (value) => /^(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?$/.test(value),
    'must be what a header can carry: visible characters, without a line break',
  ),
);

const jwks = v.object(
  {
    uri: url,
    token: v.optional(v.nullable(headerText), null),
    key_recheck_period: v.optional(whole(1, MAX_RECHECK, 'a positive whole number of seconds, a year at most'), 3600),
    allow_symmetric_keys: v.optional(boolean, false),
  },
  expected('a mapping with uri'),
);

const introspection = v.object(
  {
    url,
    client_id: text('a client id'),
    client_secret: v.string(expected('a string')),
    send_secret_in_body: v.optional(boolean, false),
  },
  expected('a mapping with url, client_id and client_secret'),
);

const oauth2Token = v.object({
  type: v.literal('oauth2_token'),
  audience: v.optional(text('an audience'), DEFAULT_AUDIENCE),
  issuer: v.optional(v.nullable(issuer), null),
  ...tlsFields,
  claims_mapping: v.optional(claimsMapping, () => ({ ...DEFAULT_CLAIMS_MAPPING })),
  jwks: v.optional(v.nullable(jwks), null),
  introspection: v.optional(v.nullable(introspection), null),
  clock_tolerance: v.optional(whole(0, 3600, 'a whole number of seconds, an hour at most'), 0),
  algorithms: v.optional(
    v.nullable(
      v.pipe(
        v.array(v.picklist(ALGORITHMS, `expected one of ${ALGORITHMS.join(', ')}`), expected('a list of algorithms')),
        v.minLength(1, 'an empty list allows no token at all'),
      ),
    ),
    null,
  ),
  cache,
});

const githubToken = v.object({
  type: v.literal('github_token'),
  github_api_base_url: v.optional(
    v.pipe(
      url,
      v.check(
        (s) => !isHttpUrl(s) || new URL(s).search + new URL(s).hash === '',
        'a base URL has no query and no fragment',
      ),
    ),
    'https://api.github.com',
  ),
  claims_mapping: v.optional(claimsMapping, () => ({ login: 'roles', organizations: 'teams' })),
  cache,
});

const custom = v.object({ type: v.literal('custom'), endpoint: url, cache });

const kubernetes = v.object({
  type: v.literal('kubernetes'),
  api_server_url: v.optional(url, 'https://kubernetes.default.svc'),
  ...tlsFields,
  claims_mapping: v.optional(claimsMapping, () => ({ username: 'roles', groups: 'roles' })),
  cache,
});

/** Headers that carry credentials or frame the message can say nothing about who somebody is. */
const UNFIT_HEADERS = [
  ...['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key'],
  ...['host', 'connection', 'content-length', 'transfer-encoding', 'te', 'upgrade', 'user-agent'],
];

const headerName = v.pipe(
  v.string(expected('a header name')),
  v.regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'expected a header name'),
  v.check((name) => !UNFIT_HEADERS.includes(name.toLowerCase()), 'this header cannot say who the user is'),
);

const upstreamHeader = v.object({
  type: v.literal('upstream_header'),
  principal_header: headerName,
  attributes_header: v.optional(v.nullable(headerName), null),
});

/** The schema of each provider type. */
export const PROVIDER_SCHEMAS: Readonly<Record<ProviderType, v.GenericSchema<unknown, ProviderConfig>>> = {
  oauth2_token: oauth2Token,
  github_token: githubToken,
  custom,
  kubernetes,
  upstream_header: upstreamHeader,
};

/** Faults that no single field has. */
export function checkTogether(
  raw: Readonly<Record<string, unknown>>,
): { readonly path: string[]; readonly message: string }[] {
  const faults: { readonly path: string[]; readonly message: string }[] = [];
  const set = (name: string): boolean => raw[name] !== undefined && raw[name] !== null;
  if (raw.type === 'oauth2_token' && set('jwks') === set('introspection')) {
    const message = set('jwks')
      ? 'jwks and introspection are both set; the server needs exactly one of them'
      : 'the server needs one of jwks and introspection';
    faults.push({ path: [], message });
  }
  if (set('tls_cafile') && readBoolean(raw.verify_tls) === false) {
    faults.push({
      path: ['verify_tls'],
      message: 'verify_tls: false makes tls_cafile meaningless; remove one of them',
    });
  }
  if (isMapping(raw.jwks) && isOnlySymmetric(raw.algorithms) && readBoolean(raw.jwks.allow_symmetric_keys) !== true) {
    const message = 'no token is allowed: these algorithms need jwks.allow_symmetric_keys';
    faults.push({ path: ['algorithms'], message });
  }
  const cacheFault = findCacheFault(raw);
  if (cacheFault !== null) faults.push(cacheFault);
  const { principal_header, attributes_header } = raw;
  const isTwice =
    typeof principal_header === 'string' &&
    typeof attributes_header === 'string' &&
    principal_header.toLowerCase() === attributes_header.toLowerCase();
  if (raw.type === 'upstream_header' && isTwice) {
    faults.push({
      path: ['attributes_header'],
      message: 'principal_header and attributes_header name the same header',
    });
  }
  return faults;
}

function isOnlySymmetric(algorithms: unknown): boolean {
  return Array.isArray(algorithms) && algorithms.length > 0 && algorithms.every((name) => /^HS\d+$/.test(String(name)));
}

/** Null for what is neither true nor false. */
function readBoolean(value: unknown): boolean | null {
  const result = v.safeParse(boolean, value);
  return result.success ? result.output : null;
}
