/** An exchange without its secrets: for whoever reads the answer, and for a transcript. */

import { credentialsInUrl, listBase64, SECRET_HEADERS } from './credentials.js';
import type { Exchange, HttpAnswer, HttpRequest } from './exchange.js';
import { showProxy } from './proxy.js';
import { createRedactor, maskPieces, MIN_LENGTH_IN_CLAIMS, REDACTED, type Redactor } from './redact.js';
import { isWords, looksLikeSecret } from './secret-name.js';
import { hiddenInQuery, secretsInQuery } from './secret-parameters.js';
import { maskReference, showUrl } from './url.js';

/** Everything secret that a request sends: what its sender names, and what stands in its URL and in that of its proxy. */
function secretsOf(input: HttpRequest, url: URL, proxy: string | null): (string | null)[] {
  const credentials = [url, ...(proxy === null ? [] : [new URL(proxy)])].flatMap(credentialsInUrl);
  return [...input.secrets, ...credentials, ...secretsInQuery(url)];
}

/** The same, and as base64 has them: some gateways hand on a request in it, and repeat it so where it fails. */
function withBase64(secrets: readonly (string | null)[]): (string | null)[] {
  return [...secrets, ...secrets.flatMap((secret) => listBase64(secret ?? ''))];
}

/** An answer without the secrets that the server echoes: masked here, once, for all who read it. */
export function redactAnswer(input: HttpRequest, url: URL, proxy: string | null, answer: HttpAnswer): HttpAnswer {
  if (!answer.ok) return answer;
  const secrets = secretsOf(input, url, proxy);
  const redact = createRedactor(withBase64(secrets), MIN_LENGTH_IN_CLAIMS);
  // The names of headers arrive in lower case, and a server may have left the dots of a JWT out of them.
  const lowered = secrets.flatMap((secret) =>
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
  const secrets = [...withBase64(secretsOf(input, url, proxy)), ...(input.hidden ?? []), ...inQuery];
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
        : redact(/location$/i.test(name) ? maskReference(value) : value),
    ]),
  );
}

/** Shows at most the scheme of credentials. */
function maskHeader(name: string, value: string): string {
  const scheme = /^(?:proxy-)?authorization$/i.test(name) ? /^(?:bearer|basic) /i.exec(value) : null;
  return `${scheme?.[0] ?? ''}${REDACTED}`;
}
