/** What is legal in a config but unwise, or silently ignored by the server. */

import { isHttpUrl } from '../exchange.js';
import { nearestName } from '../nearest.js';
import type { AccessRule, AccessScope, RouteRule, RouteScope } from '../policy/rules.js';
import { secretsInQuery } from '../redact.js';
import type { ProviderType } from '../verdict.js';
import type { FindingCode } from './finding-codes.js';
import type { CacheConfig, IntrospectionConfig, JwksConfig, ProviderConfig } from './provider-config.js';
import type { Path } from './shape.js';

/** A finding before its place in the file is known; the path is below the value that was looked at. */
export interface Note {
  readonly code: FindingCode;
  readonly path: Path;
  readonly message: string;
  /** Where it stands, if the path shows less of a name than is written: the rest may be a secret. */
  readonly place?: Path;
  /** A better fix than that of the code, where there is one. */
  readonly fix?: string;
}

type Fields = { readonly [name: string]: Fields | null };

type Section = JwksConfig | IntrospectionConfig | CacheConfig | AccessScope | RouteScope;
/** All the fields of a type: one that is added to it does not compile until it stands here. */
type FieldsOf<Type> = {
  readonly [Name in keyof Type]-?: NonNullable<Type[Name]> extends Section ? FieldsOf<NonNullable<Type[Name]>> : null;
};

const RULE = { when: null, unless: null, description: null };
const TLS = { verify_tls: null, tls_cafile: null };
const CACHE = { cache: { max_entries: null, ttl: null, redis_url: null, secret: null } };

const PROVIDER_FIELDS: {
  readonly [Type in ProviderType]: FieldsOf<Extract<ProviderConfig, { readonly type: Type }>>;
} = {
  oauth2_token: {
    type: null,
    audience: null,
    issuer: null,
    ...TLS,
    claims_mapping: null,
    clock_tolerance: null,
    algorithms: null,
    jwks: { uri: null, token: null, key_recheck_period: null, allow_symmetric_keys: null },
    introspection: { url: null, client_id: null, client_secret: null, send_secret_in_body: null },
    ...CACHE,
  },
  github_token: { type: null, github_api_base_url: null, claims_mapping: null, ...CACHE },
  custom: { type: null, endpoint: null, ...CACHE },
  kubernetes: { type: null, api_server_url: null, ...TLS, claims_mapping: null, ...CACHE },
  upstream_header: { type: null, principal_header: null, attributes_header: null },
};

const ACCESS_RULE: FieldsOf<AccessRule> = {
  permit: { principal: null, actions: null, resource: null },
  forbid: { principal: null, actions: null, resource: null },
  ...RULE,
};
const ROUTE_RULE: FieldsOf<RouteRule> = { permit: { paths: null }, forbid: { paths: null }, ...RULE };
const AUTH: Fields = { provider_config: null, access_policy: null, route_policy: null };
const NAMED_AUTH: Fields = { ...AUTH, providers: null, default: null };

/** Fields of a provider that the server ignores, each with the name that was probably meant. */
export function findUnknownFields(type: ProviderType, provider: unknown): Note[] {
  return unknownFields(provider, PROVIDER_FIELDS[type], []);
}

/**
 * Fields of the auth section, and of its rules, that the server ignores; `provider` is where the first provider stands.
 * A section that is a provider itself is judged as one.
 */
export function findUnknownAuthFields(auth: Readonly<Record<string, unknown>>, provider: Note['path']): Note[] {
  const rules = (name: string, fields: Fields): Note[] => {
    const list = auth[name];
    return Array.isArray(list)
      ? list.flatMap((rule: unknown, index) => unknownFields(rule, fields, [name, index], name))
      : [];
  };
  return [
    ...(provider.length === 0 ? [] : unknownFields(auth, provider[0] === 'providers' ? NAMED_AUTH : AUTH, [])),
    ...rules('access_policy', ACCESS_RULE),
    ...rules('route_policy', ROUTE_RULE),
  ];
}

/** `owner` is what messages call the value at the top, whose fields are those of `root`. */
function unknownFields(value: unknown, fields: Fields, path: Path, owner = 'provider_config', root = fields): Note[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    const below = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (below !== undefined) return below === null ? [] : unknownFields(inner, below, [...path, name], owner, root);
    // What stands behind the name was to be a value, and may be a secret.
    const [shown = '', mark = ''] = name.split(/([:=\s])/, 2);
    const missing = mark === ':' ? 'a space is missing after the colon' : 'a colon is missing after the name';
    const typo = mark === '' ? '' : `; ${missing}`;
    const message = `${[...path.filter((part) => typeof part === 'string'), shown].join('.')} is ignored by the server${typo || suggest(name, fields, owner, root)}`;
    return [{ code: 'field_unknown', path: [...path, shown], place: [...path, name], message }];
  });
}

/** The nearest field here, else the same field elsewhere in its owner. */
function suggest(name: string, here: Fields, owner: string, root: Fields): string {
  const near = nearestName(name, Object.keys(here));
  if (near !== null) return `; did you mean ${near}?`;
  if (here !== root && Object.hasOwn(root, name)) return `; did you mean ${owner}.${name}?`;
  for (const [section, fields] of Object.entries(root)) {
    if (fields === null || fields === here) continue;
    const inner = Object.hasOwn(fields, name) ? name : nearestName(name, Object.keys(fields));
    if (inner !== null) return `; did you mean ${owner}.${section}.${inner}?`;
  }
  return '';
}

/** What works, but not as safely as its author may think. */
export function findUnwise(config: ProviderConfig): Note[] {
  const notes = urlsOf(config).flatMap(({ path, url }) => checkUrl(path, url));
  const warn = (code: FindingCode, path: readonly string[], message: string): void => {
    notes.push({ code, path, message });
  };

  if ('verify_tls' in config && !config.verify_tls) {
    warn(
      'tls_unverified',
      ['verify_tls'],
      'TLS certificates are not verified: anybody on the network path can answer for the provider',
    );
  }
  notes.push(...findUnwiseSharing(config));
  if (config.type !== 'oauth2_token') return notes;
  if (config.jwks !== null && config.issuer === null) {
    warn(
      'issuer_unset',
      ['issuer'],
      'no issuer is set: iss is not checked, and every issuer that shares the key set is trusted',
    );
  }
  if (config.introspection?.client_secret === '') {
    warn('client_secret_empty', ['introspection', 'client_secret'], 'the client secret is empty');
  }
  if (config.jwks?.allow_symmetric_keys === true) {
    warn('symmetric_keys_allowed', ['jwks', 'allow_symmetric_keys'], 'whoever can read the key set can forge tokens');
  }
  return notes;
}

function findUnwiseSharing(config: ProviderConfig): Note[] {
  const url = 'cache' in config ? (config.cache?.redis_url ?? null) : null;
  if (url === null) return [];
  const path = ['cache', 'redis_url'];
  if ('jwks' in config && config.jwks !== null) {
    const message = 'redis_url is not used with jwks: signatures are verified here, and there is nobody to ask';
    return [{ code: 'cache_unshared', path, message }];
  }
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'redis:' || isLoopback(hostname)) return [];
  const message = 'redis_url is not encrypted: the password of Redis crosses the network in the clear';
  return [{ code: 'redis_insecure', path, message }];
}

/** The endpoints that a provider asks, with the fields that name them. */
export function urlsOf(config: ProviderConfig): { readonly path: readonly string[]; readonly url: string }[] {
  switch (config.type) {
    case 'oauth2_token':
      return [
        ...(config.jwks === null ? [] : [{ path: ['jwks', 'uri'], url: config.jwks.uri }]),
        ...(config.introspection === null ? [] : [{ path: ['introspection', 'url'], url: config.introspection.url }]),
      ];
    case 'github_token':
      return [{ path: ['github_api_base_url'], url: config.github_api_base_url }];
    case 'custom':
      return [{ path: ['endpoint'], url: config.endpoint }];
    case 'kubernetes':
      return [{ path: ['api_server_url'], url: config.api_server_url }];
    case 'upstream_header':
      return [];
  }
}

/** Tells the host names and addresses that never leave this machine. */
export function isLoopback(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost\.?|127(?:\.\d{1,3}){3}|\[::1\]|\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\])$/i.test(hostname);
}

function checkUrl(path: readonly string[], url: string): Note[] {
  if (!isHttpUrl(url)) return [];
  const parsed = new URL(url);
  const { protocol, hostname, host, origin, username, password, search, pathname } = parsed;
  const name = path.join('.');
  const notes: Note[] = [];
  if (protocol === 'http:') {
    const message = isLoopback(hostname)
      ? `${name} is plain http, to this machine`
      : `${name} is plain http: tokens, keys and secrets cross the network in the clear and can be changed on the way`;
    notes.push({ code: isLoopback(hostname) ? 'http_loopback' : 'http_insecure', path, message });
  }
  if (username !== '' || password !== '' || secretsInQuery(parsed).length > 0) {
    notes.push({ code: 'url_credentials', path, message: `${name} has credentials in its URL; URLs end up in logs` });
  }
  if (path[0] !== 'api_server_url') return notes;
  if (search !== '') notes.push({ code: 'url_query', path, message: `${name} has a query, which is not sent` });
  if (pathname !== '/') {
    const message = `${name} has a path: the server drops it and asks the root of ${host}, where authcheck asks below the path`;
    notes.push({ code: 'url_path', path, message, fix: `Name the API server itself, without a path: ${origin}.` });
  }
  return notes;
}
