/** What every provider is, and what it is asked. Types only. */

import type { ConfiguredProvider } from '../config/parse.js';
import type { HttpClient } from '../exchange.js';
import type { KeySetResult } from '../protocol/jwks.js';
import type { KeySetEvent, KeySetSlot } from '../protocol/key-set-cache.js';
import type { ProviderRef, Verdict } from '../verdict.js';

/** One request that carries, or should carry, credentials. */
export interface AuthRequest {
  /** The bearer token, without its scheme; null if the request has none. */
  readonly token: string | null;
  /** The path of the request, for `custom`. Default "". */
  readonly path?: string;
  /** The headers of the request, for `custom` and `upstream_header`. Default none. */
  readonly headers?: readonly (readonly [string, string])[];
  /** The query of the request, for `custom`. Default none. */
  readonly params?: Readonly<Record<string, readonly string[]>>;
}

/** What a provider asks, and what it sends there. */
export interface Destination {
  /** Without credentials. */
  readonly url: string;
  readonly sends: 'token' | 'nothing';
  /** The proxy on the way, without credentials; absent for a direct connection. */
  readonly proxy?: string;
}

/** The key set that a provider holds. */
export interface HeldKeySet {
  /** Fetches it unless a fresh one is held; says why there is none, null if there is one. */
  readonly load: () => Promise<string | null>;
  /** Milliseconds since it was fetched; null before. */
  readonly age: () => number | null;
}

/** Decides who sent a request. */
export interface AuthProvider {
  readonly ref: ProviderRef;
  /** Null for a provider that checks no signature itself. */
  readonly keySet: HeldKeySet | null;
  /** Null if nothing is asked. */
  readonly destination: Destination | null;
  /** Never throws for what a token or a server does: being unable to ask is a verdict too. */
  readonly authenticate: (request: AuthRequest) => Promise<Verdict>;
  /** Closes the connections; afterwards the provider must not be used. */
  readonly close: () => Promise<void>;
}

/** What happens inside a provider, for a host's metrics; `provider` is its name. */
export type ProviderEvent = InnerEvent & { readonly provider: string };

/** What happens inside a provider, which need not name itself. */
export type InnerEvent = KeySetEvent | CacheEvent | { readonly type: 'provider.undecided'; readonly verdict: Verdict };

/** What happens to a cache of verdicts: each request with a token is either a hit or a miss. */
export type CacheEvent =
  /** `shared`: the verdict is another replica's. */
  | { readonly type: 'cache.hit'; readonly shared: boolean }
  | { readonly type: 'cache.miss' }
  /** Redis could not be asked, and is left alone for a second; `code` is a system's or Redis's, such as ETIMEDOUT. */
  | { readonly type: 'cache.unavailable'; readonly code: string };

/** What a provider gets from its host. */
export interface ProviderContext extends Pick<ConfiguredProvider, 'locate' | 'sets'> {
  readonly ref: ProviderRef;
  readonly http: HttpClient;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A key set to use instead of fetching one. */
  readonly keySet?: KeySetResult | undefined;
  readonly onEvent?: ((event: InnerEvent) => void) | undefined;
  /** The slot of the key set with this URI, token and TLS settings; providers with the same share it. */
  readonly slotFor: (question: () => readonly unknown[]) => KeySetSlot;
}
