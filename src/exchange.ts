/** A request, its answer, and how both are judged and shown. */

import { credentialsInUrl, listBase64, SECRET_HEADERS } from './credentials.js';
import { parseJson, type JsonOptions, type JsonResult } from './json-parser.js';
import { member, writeJson, type Json, type JsonObject } from './json.js';
import type { UndecidedCode } from './reason-codes.js';
import { createRedactor, maskPieces, MIN_LENGTH_IN_CLAIMS, REDACTED, redactJson, type Redactor } from './redact.js';
import { isWords, looksLikeSecret } from './secret-name.js';
import { hiddenInQuery, secretsInQuery } from './secret-parameters.js';
import { maskReference, showProxy, showUrl } from './url.js';

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

/** Everything secret that a request sends: what its sender names, and what stands in its URL and in that of its proxy. */
function plainSecretsOf(input: HttpRequest, url: URL, proxy: string | null): (string | null)[] {
  const credentials = [url, ...(proxy === null ? [] : [new URL(proxy)])].flatMap(credentialsInUrl);
  return [...input.secrets, ...credentials, ...secretsInQuery(url)];
}

/** The same, and as base64 has them. */
function secretsOf(input: HttpRequest, url: URL, proxy: string | null): (string | null)[] {
  const secrets = plainSecretsOf(input, url, proxy);
  // What runs functions, and some gateways, hand on a request in base64, and repeat it so where it fails.
  return [...secrets, ...secrets.flatMap((secret) => listBase64(secret ?? ''))];
}

/** An answer without the secrets that the server echoes: masked here, once, for all who read it. */
export function redactAnswer(input: HttpRequest, url: URL, proxy: string | null, answer: HttpAnswer): HttpAnswer {
  if (!answer.ok) return answer;
  const secrets = secretsOf(input, url, proxy);
  const redact = createRedactor(secrets, MIN_LENGTH_IN_CLAIMS);
  // The names of headers arrive in lower case, and a server may have left the dots of a JWT out of them.
  const lowered = plainSecretsOf(input, url, proxy).flatMap((secret) =>
    [secret ?? '', ...(secret ?? '').split('.')].map((part) => part.toLowerCase()),
  );
  const redactName = createRedactor(lowered, MIN_LENGTH_IN_CLAIMS);
  const headers = Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [redactName(name), redact(value)]),
  );
  const body = redact(answer.body);
  const plain = undoEscapes(body);
  // Nothing is looked for twice in what has no escapes, as nearly every answer.
  const masked = plain === body ? plain : redact(plain);
  return { ...answer, headers, body: masked === plain ? body : masked };
}

/** A string of JSON, to its end or to that of the text. */
const STRING = /"[^"\\]*(?:\\[^][^"\\]*)*"?/g;

/** The same JSON without the escapes that it does not need: they would hide a secret until the text is parsed. */
function undoEscapes(body: string): string {
  if (!body.includes('\\')) return body;
  // Elsewhere an escape is an error, and stays one.
  return body.replace(STRING, (string) =>
    string.replace(/\\(?:u([\da-fA-F]{4})|[^])/g, (escape, code?: string) => {
      if (code === undefined) return escape === '\\/' ? '/' : escape;
      const letter = String.fromCharCode(Number.parseInt(code, 16));
      if (letter < ' ') return escape;
      return letter === '"' || letter === '\\' ? `\\${letter}` : letter;
    }),
  );
}

/** Describes an exchange for a transcript. */
export function describeExchange(input: HttpRequest, url: URL, proxy: string | null, answer: HttpAnswer): Exchange {
  // A server that redirects repeats the query; that of one word, as in `realm=production`, stands elsewhere too.
  const inQuery = hiddenInQuery(url).filter((value) => !isWords(value));
  const secrets = [...secretsOf(input, url, proxy), ...(input.hidden ?? []), ...inQuery];
  // What is sent is spelled in ways that are known.
  const redact = createRedactor(secrets);
  // Servers quote the beginning of a token, and escape what they quote in ways of their own, such as `&amp;`. The words of
  // a secret, as on a developer's machine, stand in audiences and URLs too.
  const random = secrets.filter((secret) => looksLikeSecret(secret ?? ''));
  const redactPieces = (text: string): string => maskPieces(redact(text), random, isWords);
  return {
    method: input.method,
    url: redact(showUrl(url.href)),
    proxy: proxy === null ? null : showProxy(proxy),
    request_headers: cleanHeaders(input.headers ?? {}, redact),
    request_body: input.body === undefined ? null : redact(input.body),
    status: answer.ok ? answer.status : null,
    response_headers: answer.ok ? cleanHeaders(answer.headers, redactPieces) : {},
    response_body: answer.ok && answer.unread !== true ? redactPieces(answer.body) : null,
    failure: answer.ok ? null : answer.message,
    ms: answer.ms,
  };
}

function cleanHeaders(headers: Readonly<Record<string, string>>, redact: Redactor): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      redact(name),
      SECRET_HEADERS.test(name)
        ? maskHeader(name, value)
        : redact(/^location$/i.test(name) ? maskReference(value) : value),
    ]),
  );
}

/** Shows at most the scheme of credentials. */
function maskHeader(name: string, value: string): string {
  const scheme = /^(?:proxy-)?authorization$/i.test(name) ? /^(?:bearer|basic) /i.exec(value) : null;
  return `${scheme?.[0] ?? ''}${REDACTED}`;
}
