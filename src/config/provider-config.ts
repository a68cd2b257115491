/** The server's provider configs: types, endpoints and defaults. Config keys keep the server's spelling. */

import type { ClaimsMapping } from '../claims.js';

/** `oauth2_token.jwks`: a JWT is checked against a key set. */
export interface JwksConfig {
  readonly uri: string;
  /** Sent as bearer token to `uri`. */
  readonly token: string | null;
  /** Seconds. */
  readonly key_recheck_period: number;
  /** Ours: HS* with `oct` keys. */
  readonly allow_symmetric_keys: boolean;
}

/** `oauth2_token.introspection`: the token is sent to an RFC 7662 endpoint. */
export interface IntrospectionConfig {
  readonly url: string;
  readonly client_id: string;
  readonly client_secret: string;
  readonly send_secret_in_body: boolean;
}

/** Ours: how long, and how many, accepted verdicts are kept. */
export interface CacheConfig {
  /** Default 10,000. */
  readonly max_entries: number;
  /** Seconds, an hour at most; a verdict is never kept beyond the `exp` of its token. Default 60. */
  readonly ttl: number;
  /** The Redis that replicas share; null to keep the verdicts in this process alone. */
  readonly redis_url: string | null;
  /** Seals what is in Redis; needed unless the config has a client secret. */
  readonly secret: string | null;
}

/** A provider of type `oauth2_token`; exactly one of `jwks` and `introspection` is set. */
export interface OAuth2TokenConfig {
  readonly type: 'oauth2_token';
  readonly audience: string;
  readonly issuer: string | null;
  readonly verify_tls: boolean;
  readonly tls_cafile: string | null;
  readonly claims_mapping: ClaimsMapping;
  readonly jwks: JwksConfig | null;
  readonly introspection: IntrospectionConfig | null;
  /** Ours. Seconds. */
  readonly clock_tolerance: number;
  /** Ours: the algorithms accepted; null for all that are safe. */
  readonly algorithms: readonly string[] | null;
  /** Ours; null for no cache. */
  readonly cache: CacheConfig | null;
}

/** A provider of type `github_token`. */
export interface GithubTokenConfig {
  readonly type: 'github_token';
  readonly github_api_base_url: string;
  readonly claims_mapping: ClaimsMapping;
  /** Ours; null for no cache. */
  readonly cache: CacheConfig | null;
}

/** A provider of type `custom`. */
export interface CustomConfig {
  readonly type: 'custom';
  readonly endpoint: string;
  /** Ours; null for no cache. */
  readonly cache: CacheConfig | null;
}

/** A provider of type `kubernetes`. */
export interface KubernetesConfig {
  readonly type: 'kubernetes';
  readonly api_server_url: string;
  readonly verify_tls: boolean;
  readonly tls_cafile: string | null;
  readonly claims_mapping: ClaimsMapping;
  /** Ours; null for no cache. */
  readonly cache: CacheConfig | null;
}

/** A provider of type `upstream_header`. */
export interface UpstreamHeaderConfig {
  readonly type: 'upstream_header';
  readonly principal_header: string;
  readonly attributes_header: string | null;
}

/** The server's `provider_config`. */
export type ProviderConfig =
  OAuth2TokenConfig | GithubTokenConfig | CustomConfig | KubernetesConfig | UpstreamHeaderConfig;

/** The key set that a provider checks tokens with; null for one that asks somebody about them, or looks at none. */
export function jwksOf(config: ProviderConfig): JwksConfig | null {
  return config.type === 'oauth2_token' ? config.jwks : null;
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

/** The audience that the server expects unless told otherwise. */
export const DEFAULT_AUDIENCE = 'llama-stack';

/** The claims mapping of `oauth2_token` unless told otherwise. */
export const DEFAULT_CLAIMS_MAPPING: ClaimsMapping = {
  sub: 'roles',
  username: 'roles',
  groups: 'teams',
  team: 'teams',
  project: 'projects',
  tenant: 'namespaces',
  namespace: 'namespaces',
};

/** The algorithms that are accepted unless the config names its own: asymmetric ones. */
export const ASYMMETRIC_ALGORITHMS: readonly string[] = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

/** The algorithms that can be accepted: asymmetric ones, and HMAC where the config allows it. */
export const ALGORITHMS: readonly string[] = [...ASYMMETRIC_ALGORITHMS, 'HS256', 'HS384', 'HS512'];
