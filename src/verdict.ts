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

/** What a server with this config answers: its status, and the exact JSON body of a refusal. */
export interface ServerAnswer {
  readonly status: 200 | 401 | 503;
  readonly body: { readonly error: { readonly message: string } } | null;
}

/** Which provider judged. */
export interface ProviderRef {
  readonly name: string;
  readonly type: ProviderType;
  readonly mode: ProviderMode;
  /** Where the provider stands in the config, as `run.yaml:317:5`; null without a file. */
  readonly source: string | null;
}

/** The whole answer about one token. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly provider: ProviderRef;
  readonly principal: string | null;
  readonly attributes: Attributes;
  readonly reason: Reason | null;
  readonly steps: readonly Step[];
  readonly mapping: readonly MappingRow[];
  readonly token: TokenSummary;
  readonly server: ServerAnswer;
  /** Milliseconds. */
  readonly timing: { readonly total_ms: number; readonly network_ms: number };
}

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
export const UNAVAILABLE: ServerAnswer & { readonly body: object } = {
  status: 503,
  body: { error: { message: 'Authentication service unavailable' } },
};

/** Concludes a trace: the first failed step decides, and no failure means accepted. */
export function conclude(findings: Evidence): Verdict {
  const { provider, trace, identity, mapping } = findings;
  const { kind, header, claims, fingerprint } = findings.token;
  const failure = trace.failure();
  if (failure === null && identity === null) throw new Error('a verdict needs an identity or a failed step');
  const accepted = failure === null ? identity : null;
  return {
    outcome: failure === null ? 'accepted' : isUndecided(failure.code) ? 'undecided' : 'rejected',
    principal: accepted === null ? null : accepted.principal,
    attributes: accepted === null ? {} : accepted.attributes,
    reason: failure === null ? null : { code: failure.code, message: failure.message, fix: fixOf(failure) },
    server: failure === null ? { status: 200, body: null } : answer(failure.code, findings.refusal),
    provider,
    steps: trace.steps,
    mapping,
    token: {
      kind,
      header: header === null ? null : roundMembers(header),
      claims: claims === null ? null : roundMembers(claims),
      fingerprint,
    },
    timing: { total_ms: round(findings.total_ms), network_ms: round(findings.network_ms) },
  };
}

/** What the server answers after a failure. */
function answer(code: ReasonCode, refusal: string): ServerAnswer {
  return isUndecided(code) ? UNAVAILABLE : { status: 401, body: { error: { message: refusal } } };
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
