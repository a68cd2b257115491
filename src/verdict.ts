/** The answer about a token, as plain data: outcome, identity, and the trace of every step that led there. */

import { roundMembers, type JsonObject } from './json.js';
import { isUndecided, type ReasonCode } from './reason-codes.js';
import { fixOf, type Step, type Trace } from './trace.js';

/** accepted: the identity holds. rejected: token or provider say no. undecided: nobody could say. */
export type Outcome = 'accepted' | 'rejected' | 'undecided';

/** The provider types of the server's config. */
export type ProviderType = 'oauth2_token' | 'github_token' | 'custom' | 'kubernetes' | 'upstream_header';

/** How an `oauth2_token` provider asks; null for the other types. */
export type ProviderMode = 'jwks' | 'introspection' | null;

/** Why a token is not accepted: the first failed step. */
export interface Reason {
  readonly code: ReasonCode;
  readonly message: string;
  readonly fix: string;
}

/** What became of one entry of the claims mapping. */
export interface MappingRow {
  /** The claim, as the config names it: a dotted path or a literal key. */
  readonly claim: string;
  readonly attribute: string;
  readonly status: 'mapped' | 'absent' | 'unusable';
  readonly values: readonly string[];
  /** What a reader should know: words split, items skipped, why a claim cannot be reached. */
  readonly note?: string;
  /** Claims of the token that may have been meant. */
  readonly near_misses?: readonly string[];
}

/** Attribute names to values; `{}` where there are none. */
export type Attributes = Readonly<Record<string, readonly string[]>>;

/** The values of an attribute; none of one that is not there. */
export function valuesOf(attributes: Attributes, name: string): readonly string[] {
  return Object.hasOwn(attributes, name) ? (attributes[name] ?? []) : [];
}

/** Who somebody is. */
export interface Identity {
  readonly principal: string;
  readonly attributes: Attributes;
}

/** What kind of token was looked at. */
export type TokenKind = 'jwt' | 'jwe' | 'sd-jwt' | 'github' | 'opaque' | 'none';

/** The decoded parts of a token, never the token. */
export interface TokenSummary {
  readonly kind: TokenKind;
  readonly header: JsonObject | null;
  /** The claims of the token, or what the provider said of it. */
  readonly claims: JsonObject | null;
  /** The first 16 hex digits of the token's SHA-256, as `sha256:…`; null without a token. */
  readonly fingerprint: string | null;
}

/** How a server with this config lets a request through. */
export interface ServerAcceptance {
  readonly status: 200;
  readonly body: null;
}

/** How a server with this config refuses a request: its status, and the exact JSON body. */
export interface ServerRefusal {
  readonly status: 401 | 503;
  readonly body: { readonly error: { readonly message: string } };
}

/** Which provider judged. */
export interface ProviderRef {
  readonly name: string;
  readonly type: ProviderType;
  readonly mode: ProviderMode;
  /** Where the provider stands in the config, as `run.yaml:317:5`; null without a file. */
  readonly source: string | null;
}

/** What every verdict says, whatever its outcome. */
interface JudgedToken {
  readonly provider: ProviderRef;
  readonly steps: readonly Step[];
  readonly mapping: readonly MappingRow[];
  readonly token: TokenSummary;
  /** Milliseconds. */
  readonly timing: { readonly total_ms: number; readonly network_ms: number };
}

/** The answer about a token whose identity holds. */
export interface AcceptedVerdict extends JudgedToken {
  readonly outcome: 'accepted';
  readonly principal: string;
  readonly attributes: Attributes;
  readonly reason: null;
  readonly server: ServerAcceptance;
}

/** The answer about a token that nobody vouches for: `principal` is null, and `attributes` is `{}`. */
export interface RefusedVerdict extends JudgedToken {
  readonly outcome: 'rejected' | 'undecided';
  readonly principal: null;
  readonly attributes: Attributes;
  readonly reason: Reason;
  readonly server: ServerRefusal;
}

/** The whole answer about one token. */
export type Verdict = AcceptedVerdict | RefusedVerdict;

/** What a provider knows when its last step is made. */
export interface Evidence {
  readonly provider: ProviderRef;
  readonly trace: Trace;
  readonly identity: Identity | null;
  readonly mapping: readonly MappingRow[];
  readonly token: TokenSummary;
  /** What the server tells the client in a 401. */
  readonly refusal: string;
  readonly total_ms: number;
  readonly network_ms: number;
}

/** What the server tells the client when nobody could say. */
export const UNAVAILABLE: ServerRefusal = {
  status: 503,
  body: { error: { message: 'Authentication service unavailable' } },
};

/** Concludes a trace: the first failed step decides, and no failure means accepted. */
export function conclude(evidence: Evidence): Verdict {
  const { provider, trace, identity, mapping, refusal } = evidence;
  const { kind, header, claims, fingerprint } = evidence.token;
  const { steps } = trace;
  const token = {
    kind,
    header: header === null ? null : roundMembers(header),
    claims: claims === null ? null : roundMembers(claims),
    fingerprint,
  };
  const timing = { total_ms: round(evidence.total_ms), network_ms: round(evidence.network_ms) };
  const failure = trace.failure();
  if (failure !== null) {
    const reason = { code: failure.code, message: failure.message, fix: fixOf(failure) };
    const isOpen = isUndecided(failure.code);
    const outcome = isOpen ? 'undecided' : 'rejected';
    const server = isOpen ? UNAVAILABLE : ({ status: 401, body: { error: { message: refusal } } } as const);
    return { outcome, principal: null, attributes: {}, reason, server, provider, steps, mapping, token, timing };
  }
  if (identity === null) throw new Error('a verdict needs an identity or a failed step');
  const { principal, attributes } = identity;
  const server = { status: 200, body: null } as const;
  return { outcome: 'accepted', principal, attributes, reason: null, server, provider, steps, mapping, token, timing };
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
