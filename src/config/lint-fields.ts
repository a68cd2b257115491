/** Fields that the server silently ignores, each with the one that was probably meant. Pure. */

import { nearestName } from '../nearest.js';
import type { AccessRule, AccessScope, RouteRule, RouteScope } from '../policy/rules.js';
import { maskName } from '../secret-name.js';
import type { ProviderType } from '../verdict.js';
import type { Note } from './note.js';
import type { CacheConfig, IntrospectionConfig, JwksConfig, ProviderConfig } from './provider-config.js';
import { isMapping, type Path } from './shape.js';

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

/** What OGX, the server's successor, reads beside them; nothing of it is done here. */
const OGX_FIELDS: { readonly [Type in ProviderType]: readonly string[] } = {
  oauth2_token: ['tenant_claim'],
  github_token: [],
  custom: ['tenant_field'],
  kubernetes: ['tenant_claim'],
  upstream_header: ['attribute_headers', 'tenant_header'],
};

/** Fields of a provider that the server ignores, each with the name that was probably meant. */
export function findUnknownFields(type: ProviderType, provider: unknown): Note[] {
  return unknownFields(provider, PROVIDER_FIELDS[type], []).map((note) => {
    const [name] = note.path;
    if (note.path.length > 1 || typeof name !== 'string' || !OGX_FIELDS[type].includes(name)) return note;
    const message = `${name} is ignored by llama-stack; OGX, its successor, reads it, and authcheck does not`;
    return {
      ...note,
      message,
      fix: 'If the server is OGX, ask it about what depends on this field: authcheck parity.',
    };
  });
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
  if (!isMapping(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const below = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (below !== undefined) return below === null ? [] : unknownFields(inner, below, [...path, name], owner, root);
    // What follows a missing colon or space was meant as the value, and may be a secret.
    const [start = '', mark = ''] = name.split(/([:=\s])/, 2);
    const shown = maskName(start);
    const missing = mark === ':' ? 'a space is missing after the colon' : 'a colon is missing after the name';
    const typo = mark === '' ? '' : `; ${missing}`;
    const named = [...path.filter((part) => typeof part === 'string'), shown === '' ? '""' : shown].join('.');
    const message = `${named} is ignored by the server${typo || suggest(name, fields, owner, root)}`;
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
