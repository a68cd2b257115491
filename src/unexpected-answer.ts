/** An answer that does not answer the question: what it says for itself, and the way out. */

import { credentialsInUrl } from './credentials.js';
import { duration } from './duration.js';
import { isRedirect, jsonBody, judgeStatus, type Answered, type Failure, type HttpRequest } from './exchange.js';
import { parseJson, type JsonOptions } from './json-parser.js';
import { isList, isObject, isStringList, member, type Json, type JsonObject } from './json.js';
import { quote } from './listing.js';
import { createRedactor, maskPieces } from './redact.js';
import { hiddenInQuery } from './secret-parameters.js';
import { parseUrl } from './url.js';

/** What an answer is to: where the question was sent, and what with. */
export type Asked = Pick<HttpRequest, 'url' | 'secrets'>;

/** Judges an answer whose status is not that of an answer to the question. */
export function judgeUnexpected(answer: Answered, what: string, asked: Asked): Failure {
  const { status, headers, body } = answer;
  const { code } = judgeStatus(status, what);
  if (isRedirect(status)) return { code, ...describeRedirect(answer, what, asked) };
  const said = readMessage(body, asked);
  const page = looksLikeHtml(body) ? ' with a web page' : '';
  const busy = status === 429 ? ': too many requests' : '';
  const wait = status === 429 || status === 503 ? describeRetryAfter(headers) : '';
  const message = `${what} answered ${status}${page}${busy}${append(said)}${wait}${through(answer)}`;
  if (/plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server/i.test(body.slice(0, 1000))) {
    return { code, message: `${message}; this port speaks TLS`, fix: 'Write https:// in the URL of the config.' };
  }
  return { code, message, fix: adviseOn(answer, said, wait !== '') };
}

function adviseOn({ status, body, proxy }: Answered, said: string, isTold: boolean): string | undefined {
  if (proxy !== undefined && looksLikeHtml(body))
    return 'The proxy may have answered in the place of the endpoint: have it allow that host, or name the host in NO_PROXY.';
  if (/realm does not exist/i.test(said)) return 'Correct the realm in the URL of the config: capital letters count.';
  if (isTold) return 'Wait that long, then try again.';
  if ([502, 503, 504].includes(status))
    return 'Try again later; if it stays so, look at the log of the endpoint and of what stands before it.';
  return undefined;
}

/** Where an answer came through, for the end of a message. */
export function through({ proxy }: Pick<Answered, 'proxy'>): string {
  return proxy === undefined ? '' : `, through ${proxy}`;
}

const MAX_SHOWN = 200;
/** Longer than anything that a server has to say. */
const MAX_TEXT = 500;

/** Cuts a text that would be longer than anything a server has to say. */
export function cutText(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}

function describeRedirect(answer: Answered, what: string, asked: Asked): Pick<Failure, 'message' | 'fix'> {
  const { url, secrets } = asked;
  const { location = '' } = answer.headers;
  const target = location === '' ? null : parseUrl(location, url);
  const isWeb = target !== null && /^https?:$/.test(target.protocol);
  // Without its query, where much may be that is nobody's business.
  const to = isWeb ? ` to ${clean(`${target.origin}${target.pathname}`, asked).slice(0, MAX_SHOWN)}` : '';
  const kept = secrets.some(Boolean) ? '; credentials are not sent after it' : '';
  const message = `${what} answered ${answer.status}, a redirect${to}${kept}${through(answer)}`;
  return { message, fix: isWeb ? adviseOnRedirect(new URL(url), target) : undefined };
}

const OTHER_HOST_FIX =
  'Put that URL into the config only if the issuer itself, or who runs the endpoint, names it: the login page of a network, or somebody on the way, can send a client to any host.';
const DOWNGRADE_FIX =
  'Leave https:// in the config: the endpoint, or what stands before it, sends clients to plain http, often as it does not know that TLS ends before it. Mend that there (X-Forwarded-Proto).';

function adviseOnRedirect(asked: URL, target: URL): string | undefined {
  if (/log-?in|sign[-_]?in|saml|\bsso\b|\/authorize|\/auth$/i.test(target.pathname.slice(0, 1000)))
    return 'People log in there: put the URL that programs ask into the config, or let this one past the login.';
  if (asked.protocol === 'https:' && target.protocol === 'http:') return DOWNGRADE_FIX;
  return asked.hostname === target.hostname ? undefined : OTHER_HOST_FIX;
}

/** How long an answer asks to wait, to be put after a message. */
export function describeRetryAfter(headers: Answered['headers']): string {
  const { 'retry-after': retryAfter = '' } = headers;
  if (/^0*[1-9]\d{0,8}$/.test(retryAfter)) return `; it asks to wait ${duration(Number(retryAfter))}`;
  const until = /^[a-z][\w ,:-]{1,40}$/i.test(retryAfter) ? Date.parse(retryAfter) : NaN;
  return Number.isNaN(until) ? '' : `; it asks to wait until ${new Date(until).toISOString()}`;
}

/** What an error says for itself, to be put after a message; nothing where it says nothing that can be read. */
export function quoteMessage(body: string, asked: Asked): string {
  return append(readMessage(body, asked));
}

function append(said: string): string {
  return said === '' ? '' : `: ${quote(said)}`;
}

/** Where errors have their words: OAuth 2.0, Okta, Kubernetes and GitHub, FastAPI, problem details, and Vault. */
const PLACES = [
  ['error', 'error_description', 'message'],
  ['errorCode', 'errorSummary'],
  ['message'],
  ['detail'],
  ['title'],
] as const;

/** What is looked through for secrets of an error's words, of which few are shown. */
const MAX_READ = 4096;

/** What an error says for itself, without anything of what was sent; empty where it says nothing that can be read. */
export function readMessage(body: string, asked: Asked): string {
  // Of many secrets, none is looked for in what is not shown: an endpoint may repeat a thousand parameters.
  const json = parseJson(body.replace(/^\ufeff/, ''));
  if (!json.ok || !isObject(json.value)) return '';
  const { value } = json;
  const error = member(value, 'error');
  const errors = member(value, 'errors');
  const texts = [
    ...PLACES.map((names) => textsIn(value, names)),
    isObject(error) ? textsIn(error, ['message']) : [],
    isStringList(errors) ? errors : [],
    faultsIn(member(value, 'detail')),
  ];
  const said = texts.find(({ length }) => length > 0) ?? [];
  return clean(said.join(': ').slice(0, MAX_READ), asked);
}

/** A server's words without what was sent to it: an error may quote the beginning of what it refuses, and its own URL. */
export function clean(text: string, { url, secrets }: Asked): string {
  const target = parseUrl(url);
  const all = [...secrets, ...(target === null ? [] : [...credentialsInUrl(target), ...hiddenInQuery(target)])];
  return maskPieces(cutText(createRedactor(all)(text)), all);
}

function textsIn(object: JsonObject, names: readonly string[]): string[] {
  return names
    .map((name) => member(object, name))
    .filter((text: Json | undefined): text is string => typeof text === 'string' && text !== '');
}

/** What FastAPI finds wrong with a body: each place with its words, and nothing of what stood there. */
function faultsIn(detail: Json | undefined): string[] {
  const faults = !isList(detail)
    ? []
    : detail.slice(0, 3).flatMap((fault) => {
        const [loc, msg] = isObject(fault) ? [member(fault, 'loc'), member(fault, 'msg')] : [];
        if (typeof msg !== 'string' || msg === '') return [];
        return isStringList(loc) ? `${loc.join('.')}: ${msg}` : msg;
      });
  return faults.length === 0 ? [] : [faults.join('; ')];
}

/** Reads the JSON object that an answer should hold, or says why there is none. */
export function readObject(
  answer: Answered,
  what: string,
  secrets: HttpRequest['secrets'],
  options?: JsonOptions,
): JsonObject | string {
  const json = jsonBody(answer, secrets, options);
  if (!json.ok) return `${what} sent no valid JSON: ${json.message}${describeText(answer.body)}${through(answer)}`;
  return isObject(json.value) ? json.value : `${what} sent JSON that is not an object${through(answer)}`;
}

/** What a text that is no JSON looks like, to be put after a message. */
export function describeText(body: string): string {
  if (body.trim() === '') return ' (it is empty)';
  if (looksLikeHtml(body)) return ' (it looks like a web page)';
  return looksLikeJwt(body) ? ' (it looks like a JWT)' : '';
}

/** Tells three parts joined by dots, the first an object in base64url. */
export function looksLikeJwt(body: string): boolean {
  return /^\s*eyJ[\w-]*\.[\w-]+\.[\w-]*\s*$/.test(body);
}

/** Tells a web page from what programs are answered with. */
export function looksLikeHtml(body: string): boolean {
  return /^\ufeff?\s*<(?:!doctype|html)/i.test(body);
}

/** Tells the beginning of a JSON object: a web application answers every path with its page. */
export function looksLikeJson(body: string): boolean {
  return /^\ufeff?\s*\{/.test(body);
}
