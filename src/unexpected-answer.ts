/** An answer that does not answer the question: what it says for itself, and the way out. */

import { duration } from './duration.js';
import { isRedirect, jsonBody, judgeStatus, type Failure, type HttpAnswer, type HttpRequest } from './exchange.js';
import { isObject, member, type Json, type JsonObject } from './json.js';
import { createRedactor, REDACTED } from './redact.js';

type Answered = Pick<HttpAnswer & { readonly ok: true }, 'status' | 'headers' | 'body' | 'proxy'>;

/** What the answer is to: where it was sent, and what with. */
type Asked = Pick<HttpRequest, 'url' | 'secrets'>;

/** Judges an answer whose status is not that of an answer to the question. */
export function judgeUnexpected(answer: Answered, what: string, asked: Asked): Failure {
  const { status, headers, body } = answer;
  const { code } = judgeStatus(status, what);
  if (isRedirect(status)) return { code, ...describeRedirect(answer, what, asked) };
  const said = readMessage(body, asked.secrets);
  const page = looksLikeHtml(body) ? ' with a web page' : '';
  const busy = status === 429 ? ': too many requests' : '';
  const wait = status === 429 || status === 503 ? describeWait(headers['retry-after']) : '';
  const message = `${what} answered ${status}${page}${busy}${wait}${quote(said)}${through(answer)}`;
  if (/plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server/i.test(body.slice(0, 1000))) {
    return { code, message: `${message}; this port speaks TLS`, fix: 'Write https:// in the URL of the config.' };
  }
  return { code, message, fix: adviseOn(answer, said, wait !== '') };
}

function adviseOn({ status, body, proxy }: Answered, said: string, isTold: boolean): string | undefined {
  if (proxy !== undefined && looksLikeHtml(body))
    return 'The proxy may have answered in the place of the endpoint: have it allow that host, or name the host in NO_PROXY.';
  if (/realm does not exist/i.test(said)) return 'Correct the realm in the URL of the config: capital letters count.';
  if (status === 503 && isTold) return 'Wait that long, then try again.';
  if ([502, 503, 504].includes(status))
    return 'Try again later; if it stays so, look at the log of the endpoint and of what stands before it.';
  return undefined;
}

/** Where an answer came through, for the end of a message. */
export function through({ proxy }: Pick<Answered, 'proxy'>): string {
  return proxy === undefined ? '' : `, through ${proxy}`;
}

const MAX_SHOWN = 200;

function describeRedirect(answer: Answered, what: string, { url, secrets }: Asked): Pick<Failure, 'message' | 'fix'> {
  const { location = '' } = answer.headers;
  const target = location !== '' && URL.canParse(location, url) ? new URL(location, url) : null;
  const isWeb = target !== null && /^https?:$/.test(target.protocol);
  // Without its query, where much may be that is nobody's business.
  const to = isWeb ? ` to ${`${target.origin}${target.pathname}`.slice(0, MAX_SHOWN)}` : '';
  const kept = secrets.some(Boolean) ? '; credentials are not sent after it' : '';
  const message = `${what} answered ${answer.status}, a redirect${to}${kept}${through(answer)}`;
  const isLogin = /log-?in|sign[-_]?in|saml|\bsso\b|\/authorize|\/auth$/i.test(target?.pathname.slice(0, 1000) ?? '');
  const fix = 'People log in there: put the URL that programs ask into the config, or let this one past the login.';
  return { message, fix: isLogin ? fix : undefined };
}

/** How long a server asks to wait. */
function describeWait(retryAfter = ''): string {
  if (/^\d{1,9}$/.test(retryAfter)) return `; it asks to wait ${duration(Number(retryAfter))}`;
  const until = retryAfter.length > 40 ? NaN : Date.parse(retryAfter);
  return Number.isNaN(until) ? '' : `; it asks to wait until ${new Date(until).toISOString()}`;
}

/** What an error says for itself, to be put after a message; nothing where it says nothing that can be read. */
export function quoteMessage(body: string, secrets: HttpRequest['secrets']): string {
  return quote(readMessage(body, secrets));
}

function quote(said: string): string {
  return said === '' ? '' : `: ${JSON.stringify(said.length > MAX_SHOWN ? `${said.slice(0, MAX_SHOWN)}…` : said)}`;
}

/** Where errors have their words: OAuth 2.0, Okta, Kubernetes and GitHub, FastAPI and problem details. */
const PLACES = [
  ['error', 'error_description', 'message'],
  ['errorCode', 'errorSummary'],
  ['message'],
  ['detail'],
  ['title'],
] as const;

/** What an error says for itself, without anything of what was sent; empty where it says nothing that can be read. */
function readMessage(body: string, secrets: HttpRequest['secrets']): string {
  const parts = secrets.flatMap((secret) => partsOf(secret ?? ''));
  const json = jsonBody({ body }, parts);
  if (!json.ok || !isObject(json.value)) return '';
  const { value } = json;
  const error = member(value, 'error');
  const texts = [...PLACES.map((names) => textsIn(value, names)), isObject(error) ? textsIn(error, ['message']) : []];
  const said = texts.find(({ length }) => length > 0) ?? [];
  return withoutPieces(createRedactor(secrets)(said.join(': ').slice(0, 5 * MAX_SHOWN)), secrets);
}

function textsIn(object: JsonObject, names: readonly string[]): string[] {
  return names
    .map((name) => member(object, name))
    .filter((text: Json | undefined): text is string => typeof text === 'string' && text !== '');
}

/** A secret, and what it is made of: the parts of a token, cookies, and what follows a scheme. */
function partsOf(secret: string): readonly string[] {
  return [
    secret,
    ...secret.split(/[ ;.]/),
    ...secret.split(';').map((cookie) => cookie.slice(cookie.indexOf('=') + 1)),
  ];
}

/** An error may quote the beginning of what it refuses. */
function withoutPieces(text: string, secrets: HttpRequest['secrets']): string {
  return text.replace(/[\w+/=~-]{8,}/g, (word) => (secrets.some((secret) => secret?.includes(word)) ? REDACTED : word));
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

function looksLikeHtml(body: string): boolean {
  return /^\ufeff?\s*<(?:!doctype|html)/i.test(body);
}
