/** What the service answers: one function a route. */

import {
  isObject,
  isStringList,
  member,
  parseJson,
  readTarget,
  stringMember,
  type Authentication,
  type Authenticator,
  type AuthRequest,
  type HeaderPairs,
  type Identity,
  type JsonObject,
} from '../../index.js';

/** An answer of the service. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request to the service, its body read. */
export interface ServiceRequest {
  readonly id: string;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: HeaderPairs;
  readonly body: string;
}

/** Answers with JSON. */
export function replyJson(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(value),
  };
}

/** Answers with an error in the shape of the server's own. */
export function replyError(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return replyJson(status, { error: { message } }, headers);
}

/** What a route answers, and what it found out about a token. */
export interface Answered {
  readonly reply: Reply;
  readonly answer: Authentication | null;
  /** What the log is told, where no token was looked at: gateways show nobody the body of such an answer. */
  readonly complaint?: string;
}

/** Refuses what cannot be asked. */
function refuse(status: number, message: string): Answered {
  return { reply: replyError(status, message), answer: null, complaint: message };
}

/** `POST /validate`: what a server with `type: custom` asks. */
export async function validate(request: ServiceRequest, authenticator: Authenticator): Promise<Answered> {
  // A page in a browser may post text to the loopback, but not JSON.
  const [, type = ''] = request.headers.find(([name]) => name.toLowerCase() === 'content-type') ?? [];
  if (!/^application\/json(?:\s*;|$)/i.test(type)) return refuse(415, 'expected application/json');
  const json = parseJson(request.body);
  if (!json.ok || !isObject(json.value)) return refuse(400, 'expected a JSON object {api_key, request}');
  const asked = readQuestion(json.value);
  if (asked === null) return refuse(400, 'expected {api_key: string, request: {path, headers, params}}');
  const answer = await authenticator.judge(asked, { id: request.id });
  if (answer.outcome === 'accepted') {
    return { reply: replyJson(200, { ...answer.identity, message: 'Authentication successful' }), answer };
  }
  const { status, headers, body } = answer.refusal;
  return { reply: replyJson(status, { message: body.error.message, ...body }, headers), answer };
}

function readQuestion(value: JsonObject): AuthRequest | null {
  const token = stringMember(value, 'api_key');
  const about = member(value, 'request') ?? {};
  if (token === null || !isObject(about)) return null;
  const headers = member(about, 'headers') ?? {};
  const params = member(about, 'params') ?? {};
  if (!isObject(headers) || !isObject(params)) return null;
  const lists = Object.entries(params).map(([name, list]): [string, readonly string[] | null] => [
    name,
    typeof list === 'string' ? [list] : isStringList(list) ? list : null,
  ]);
  const pairs = Object.entries(headers).map(([name, text]): [string, string] | null =>
    typeof text === 'string' ? [name, text] : null,
  );
  if (lists.some(([, list]) => list === null) || pairs.includes(null)) return null;
  return {
    token,
    path: stringMember(about, 'path') ?? '',
    headers: pairs.filter((pair) => pair !== null),
    params: Object.fromEntries(lists.map(([name, list]) => [name, list ?? []])),
  };
}

/** Headers by which gateways name the request that they ask about; the first two are a method's, the others a URL's. */
const METHOD_HEADERS = ['x-forwarded-method', 'x-original-method'];
const URL_HEADERS = ['x-forwarded-uri', 'x-original-uri', 'x-original-url'];

/** A client may have sent one of them, to be judged by another path than the one it gets. */
const DISAGREEMENT =
  'the headers, or they and the path behind /auth, name different requests: the gateway must set one and clear the others';

/** `/auth`: what nginx, Traefik, Envoy and Caddy ask before they let a request through. */
export async function forwardAuth(request: ServiceRequest, authenticator: Authenticator): Promise<Answered> {
  const method = agree(request.headers, METHOD_HEADERS);
  const url = agree(request.headers, URL_HEADERS);
  if (method === false || url === false) return refuse(400, DISAGREEMENT);
  // Envoy appends the original path to ours, and asks with the original method.
  const appended = request.url.replace(/^\/auth(?=[/?]|$)/, '');
  const isAppended = appended.startsWith('/');
  const target = readTarget(url ?? appended);
  if (target === null) return refuse(400, 'the URL of the original request cannot be read');
  const isOther = (url !== null && appended !== target) || (method !== null && method !== request.method);
  if (isAppended && isOther) return refuse(400, DISAGREEMENT);
  const answer = await authenticator.authenticate({
    id: request.id,
    // Unless the gateway names it, it is empty, which fits no public route: our own method may not be the client's.
    method: method ?? (isAppended ? request.method : ''),
    url: target,
    headers: request.headers,
  });
  if (answer.outcome === 'public') return { reply: replyJson(200, {}, NOBODY), answer };
  if (answer.outcome !== 'accepted') {
    const { status, headers, body } = answer.refusal;
    return { reply: { status, headers: { ...headers }, body: JSON.stringify(body) }, answer };
  }
  const headers = identityHeaders(answer.identity);
  if (headers !== null) return { reply: replyJson(200, {}, headers), answer };
  const message = 'the identity does not fit into headers';
  return { reply: replyError(503, message), answer, complaint: message };
}

/** Sent although they are empty: gateways put them over what a client has sent; without them, Caddy up to 2.8 puts a placeholder. */
const NOBODY = { 'x-auth-principal': '', 'x-auth-attributes': '' };

/** Most gateways take no more than this for all headers of an answer. In bytes. */
const MAX_IDENTITY = 12 * 1024;

/** The headers that an `upstream_header` provider reads; null for an identity that they cannot carry unchanged. */
function identityHeaders({ principal, attributes }: Identity): Readonly<Record<string, string>> | null {
  // A header loses the spaces around it, and then names somebody else.
  if (principal.trim() !== principal) return null;
  const name = Buffer.from(principal, 'utf8').toString('latin1');
  const json = JSON.stringify(attributes).replace(
    /[\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return name.length + json.length > MAX_IDENTITY ? null : { 'x-auth-principal': name, 'x-auth-attributes': json };
}

/** The value that all of these headers agree on; null if there is none, false if they disagree. */
function agree(headers: HeaderPairs, names: readonly string[]): string | null | false {
  const values = new Set(headers.filter(([name]) => names.includes(name.toLowerCase())).map(([, value]) => value));
  const [value = null] = values;
  return values.size > 1 ? false : value;
}
