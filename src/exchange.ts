/** A request, its answer, and how an answer is judged. */

import { parseJson, type JsonOptions, type JsonResult } from './json-parser.js';
import { member, writeJson, type Json, type JsonObject } from './json.js';
import type { UndecidedCode } from './reason-codes.js';
import { createRedactor, maskPieces, MIN_LENGTH_IN_CLAIMS, REDACTED, redactJson } from './redact.js';

/** A request. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether it may be sent again where a used connection was closed before an answer. Default: a GET may. */
  readonly idempotent?: boolean;
  /** What must not be shown in the transcript, in whatever spelling. */
  readonly secrets: readonly (string | null)[];
  /** What the transcript does not show either, and what an answer may hold for other reasons. Default none. */
  readonly hidden?: readonly string[];
  /** Milliseconds until the whole answer must be there. Default 10,000. */
  readonly timeout?: number;
  /** Largest answer in bytes, decompressed. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Whether a redirect to the same origin may be followed; only for a GET without credentials. Default false. */
  readonly followSameOrigin?: boolean;
}

/** Why nobody can say. */
export interface Failure {
  readonly code: UndecidedCode;
  readonly message: string;
  /** A better way out than that of the code, where there is one. */
  readonly fix?: string | undefined;
}

/** An answer, or why there is none. */
export type HttpAnswer =
  | {
      readonly ok: true;
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      /** Whether there was a body that cannot be read; here it is empty. */
      readonly unread?: true;
      /** Seconds by which the server's clock is ahead of ours; null without a Date header. */
      readonly skew: number | null;
      /** The proxy that it came through, as messages name it. */
      readonly proxy?: string;
      /** How long it took, in milliseconds. */
      readonly ms: number;
    }
  | ({ readonly ok: false; readonly ms: number } & Failure);

/** One exchange for a transcript; secrets are already replaced. */
export interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly proxy: string | null;
  readonly request_headers: Readonly<Record<string, string>>;
  readonly request_body: string | null;
  readonly status: number | null;
  readonly response_headers: Readonly<Record<string, string>>;
  /** Null without an answer, and for a body that cannot be read. */
  readonly response_body: string | null;
  readonly failure: string | null;
  /** How long it took, in milliseconds. */
  readonly ms: number;
}

/** Sends requests; never throws for what a server does. */
export interface HttpClient {
  readonly send: (request: HttpRequest) => Promise<HttpAnswer>;
  readonly close: () => Promise<void>;
}

/** Parses the body of an answer as strict JSON; of the secrets that were sent, nothing comes back. */
export function jsonBody(
  answer: { readonly body: string },
  secrets: HttpRequest['secrets'],
  options?: JsonOptions,
): JsonResult {
  // The parser cuts a name to 64 characters afterwards; to mask 200 is enough.
  const show = (name: string): string => maskPieces(createRedactor(secrets)(name).slice(0, 200), secrets);
  const json = parseJson(answer.body.replace(/^\ufeff/, ''), { ...options, show });
  return json.ok ? { ok: true, value: redactJson(json.value, secrets) } : json;
}

/**
 * The first of these members of an answer that has lost its value, as a secret in it was masked; null if there is none.
 *
 * A client may choose the name of a team as its token: once masked, the team is gone from the answer, and a rule that
 * forbids it no longer matches. The same goes for a member whose own name is the token.
 */
export function findMasked(
  answer: JsonObject,
  names: readonly string[],
  secrets: HttpRequest['secrets'],
): string | null {
  const isMasked = (value: Json | undefined): boolean => value !== undefined && writeJson(value).includes(REDACTED);
  const redact = createRedactor(secrets, MIN_LENGTH_IN_CLAIMS);
  const isNamed = names.some((name) => redact(name) !== name);
  // A secret with a quote and JSON punctuation in it may match across members, and its mask then hides them whole.
  const coversMembers = secrets.some((secret) => /"\s*[\]},:]/.test(secret ?? ''));
  const isHidden = isNamed || (coversMembers && isMasked(answer));
  return names.find((name) => isMasked(member(answer, name))) ?? (isHidden ? 'members' : null);
}

/** An answer that came. */
export type Answered = HttpAnswer & { readonly ok: true };

/** Says why an answer with an unexpected status is no answer to the question. */
export function judgeStatus(status: number, what: string): Failure {
  if (status === 429) return { code: 'endpoint_rate_limited', message: `${what} answered 429: too many requests` };
  if (isRedirect(status))
    return {
      code: 'endpoint_redirected',
      message: `${what} answered ${status}, a redirect; credentials are not sent after it`,
    };
  return { code: 'endpoint_error', message: `${what} answered ${status}` };
}

/** Tells the statuses that send a client elsewhere. */
export function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}
