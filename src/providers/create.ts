/** From a provider's config to the provider: one exhaustive switch. */

import { hash } from 'node:crypto';
import type { ConfiguredProvider } from '../config/parse.js';
import { jwksOf, type ProviderConfig } from '../config/provider-config.js';
import type { HttpClient } from '../exchange.js';
import { createHttpClient, preloadClient, type HttpOptions } from '../http.js';
import { parseUrl } from '../url.js';
import { proxyFor, showProxy } from '../proxy.js';
import type { KeySetResult } from '../protocol/jwks.js';
import type { KeySetSlot } from '../protocol/key-set-cache.js';
import { checkClock } from '../time-checks.js';
import { ignoreFailure } from '../ignore-failure.js';
import type { ProviderRef } from '../verdict.js';
import { cacheVerdicts } from './cache.js';
import { createCustomProvider } from './custom.js';
import { createGithubTokenProvider } from './github-token.js';
import { createKubernetesProvider } from './kubernetes.js';
import { createOAuth2IntrospectionProvider } from './oauth2-introspection.js';
import { createOAuth2JwksProvider } from './oauth2-jwks.js';
import { checkProviderGiven } from './misuse.js';
import type { AuthProvider, InnerEvent, ProviderContext, ProviderEvent } from './provider.js';
import { createUpstreamHeaderProvider } from './upstream-header.js';

/** What a host may say about its providers' requests; whom they trust is the config's. */
type ClientOptions = Pick<HttpOptions, 'env' | 'onExchange' | 'oneShot'>;

/** What a host may give to its providers. */
export interface ProviderOptions extends ClientOptions {
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
  /** A key set to use instead of fetching one, for `oauth2_token` with `jwks`. */
  readonly keySet?: KeySetResult | undefined;
  /** What requests are sent with. Default: a client of the provider’s own, by its TLS settings. */
  readonly http?: HttpClient;
  /** Whether the config's cache is used. Default true; false for who wants to know what the provider says now. */
  readonly cache?: boolean;
  /**
   * Where fetched key sets are kept, for a host that makes its providers anew: those go on with them. The last hundred
   * stay. Default: nowhere.
   */
  readonly keySets?: Map<string, KeySetSlot>;
  /** Hears what a host may want to count. What it throws, or rejects with, is dropped. */
  readonly onEvent?: (event: ProviderEvent) => unknown;
}

/**
 * Makes a provider.
 *
 * @throws {AuthcheckError} `config_invalid` for a CA file that cannot be read, `usage_invalid` for a clock of seconds, and for
 * what is no provider of a config that was read, and options of another kind.
 */
export function createAuthProvider(provider: ConfiguredProvider, options: ProviderOptions = {}): AuthProvider {
  checkProviderGiven(provider, options);
  if (options.now !== undefined) checkClock(options.now());
  const onEvent = quietly(options.onEvent, provider.name);
  const context: ProviderContext = {
    ref: referTo(provider),
    http: options.http ?? createProviderClient(provider, options),
    now: options.now ?? Date.now,
    locate: provider.locate,
    sets: provider.sets,
    slotFor: (question) => (options.keySets === undefined ? { held: null } : findSlot(options.keySets, question())),
    keySet: options.keySet,
    onEvent,
  };
  const asking = addProxy(createFor(provider.config, context), options);
  if (asking.destination !== null && options.http === undefined) preloadClient(options);
  const created = options.cache === false ? asking : addCache(asking, provider, context);
  if (onEvent === undefined) return created;
  return {
    ...created,
    async authenticate(request) {
      const verdict = await created.authenticate(request);
      if (verdict.outcome === 'undecided') onEvent({ type: 'provider.undecided', verdict });
      return verdict;
    },
  };
}

/** A config that is read again with a new token each hour is not to keep the key sets of a year. */
const MAX_SLOTS = 100;

function findSlot(slots: Map<string, KeySetSlot>, question: readonly unknown[]): KeySetSlot {
  // The question holds secrets, and the map is the host's.
  const name = hash('sha256', JSON.stringify(question), 'base64url');
  const slot = slots.get(name) ?? { held: null };
  // The last one used is the last one dropped; who holds a slot that was dropped goes on with it.
  slots.delete(name);
  slots.set(name, slot);
  for (const oldest of slots.keys()) {
    if (slots.size <= MAX_SLOTS) break;
    slots.delete(oldest);
  }
  return slot;
}

function createFor(config: ProviderConfig, context: ProviderContext): AuthProvider {
  switch (config.type) {
    case 'oauth2_token':
      if (config.jwks !== null) return createOAuth2JwksProvider(config, config.jwks, context);
      if (config.introspection !== null)
        return createOAuth2IntrospectionProvider(config, config.introspection, context);
      throw new Error('an oauth2_token provider has jwks or introspection');
    case 'github_token':
      return createGithubTokenProvider(config, context);
    case 'custom':
      return createCustomProvider(config, context);
    case 'kubernetes':
      return createKubernetesProvider(config, context);
    case 'upstream_header':
      return createUpstreamHeaderProvider(config, context);
  }
}

/** Adds the cache that the config asks for. */
function addCache(asking: AuthProvider, { config, sets }: ConfiguredProvider, context: ProviderContext): AuthProvider {
  if (config.type === 'upstream_header' || config.cache === null) return asking;
  const { max_entries, ttl, redis_url, secret } = config.cache;
  // What must be the same for two replicas to share verdicts: all that a verdict depends on, and the secrets.
  const scope = JSON.stringify(['authcheck', 1, { ...config, cache: secret }, sets('audience')]);
  const fail = (code: string): void => context.onEvent?.({ type: 'cache.unavailable', code });
  return cacheVerdicts(asking, {
    max_entries,
    ttl,
    now: context.now,
    wholeRequest: config.type === 'custom',
    shared:
      redis_url === null || jwksOf(config) !== null
        ? null
        : import('./shared-cache.js').then(
            ({ shareThroughRedis }) => shareThroughRedis(redis_url, scope, fail),
            () => {
              fail('BROKEN');
              return null;
            },
          ),
    onEvent: context.onEvent,
  });
}

/** Adds the proxy that the environment puts on the way. */
function addProxy(provider: AuthProvider, { env = {} }: ProviderOptions): AuthProvider {
  const { destination } = provider;
  // As it is shown, a URL may be none.
  const url = destination === null ? null : parseUrl(destination.url);
  const proxy = url === null ? null : proxyFor(url, env);
  return destination === null || proxy === null
    ? provider
    : { ...provider, destination: { ...destination, proxy: showProxy(proxy) } };
}

/**
 * Makes the HTTP client that a provider's config asks for: its CA file, its TLS verification.
 *
 * @throws {AuthcheckError} `config_invalid` for a CA file that cannot be read.
 */
export function createProviderClient(
  { config }: Pick<ConfiguredProvider, 'config'>,
  options: ClientOptions = {},
): HttpClient {
  const tls = 'verify_tls' in config ? { verifyTls: config.verify_tls, caFile: config.tls_cafile } : {};
  return createHttpClient({ ...options, ...tls });
}

function referTo({ name, config, source }: ConfiguredProvider): ProviderRef {
  const mode = config.type !== 'oauth2_token' ? null : config.jwks === null ? 'introspection' : 'jwks';
  return { name, type: config.type, mode, source };
}

/** A host's counting must never decide about a request. */
function quietly(
  onEvent: ((event: ProviderEvent) => unknown) | undefined,
  provider: string,
): ((event: InnerEvent) => void) | undefined {
  if (onEvent === undefined) return undefined;
  return (event) => ignoreFailure(() => onEvent({ provider, ...event }));
}
