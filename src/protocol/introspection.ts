/**
 * OAuth 2.0 token introspection: the request and its answer.
 *
 * @see [RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)
 * @see [RFC 6749, section 2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1) client authentication
 */

import type { IntrospectionConfig } from '../config/provider-config.js';
import { type Answered, type Failure, type HttpAnswer, type HttpClient, type HttpRequest } from '../exchange.js';
import { member, type JsonObject } from '../json.js';
import { REASONS } from '../reasons.js';
import { escapeForm } from '../spellings.js';
import { showUrl } from '../url.js';
import {
  clean,
  judgeUnexpected,
  looksLikeHtml,
  looksLikeJwt,
  quoteMessage,
  readObject,
  through,
  type Asked,
} from '../unexpected-answer.js';

/** What the endpoint said, or why it said nothing. */
export type IntrospectionResult =
  | {
      readonly ok: true;
      readonly active: boolean;
      readonly response: JsonObject;
      readonly skew: number | null;
      readonly raw: boolean;
      readonly ms: number;
    }
  | ({ readonly ok: false; readonly ms: number } & Failure);

/** Asks the endpoint; where the encoded and the raw client credentials differ, the raw form is tried once if the other fails. */
export async function introspect(
  http: HttpClient,
  client: IntrospectionConfig,
  token: string,
): Promise<IntrospectionResult> {
  const encoded = buildRequest(client, token, 'encoded');
  const first = await http.send(encoded);
  const refused = first.ok && (first.status === 401 || first.status === 403);
  if (!refused || !spellingsDiffer(client)) return judgeAnswer(first, client, encoded.secrets, false, first.ms);
  const raw = buildRequest(client, token, 'raw');
  // An endpoint may repeat what it was sent before.
  const secrets = [...encoded.secrets, ...raw.secrets];
  const second = await http.send({ ...raw, secrets });
  return judgeAnswer(second, client, secrets, true, first.ms + second.ms);
}

function spellingsDiffer(client: IntrospectionConfig): boolean {
  const { client_id, client_secret } = client;
  const differ = escapeForm(client_id) !== client_id || escapeForm(client_secret) !== client_secret;
  // A raw id with a colon cannot be told from its secret: RFC 7617 §2.
  return !client.send_secret_in_body && differ && !client_id.includes(':');
}

function buildRequest(client: IntrospectionConfig, token: string, spelling: 'encoded' | 'raw'): HttpRequest {
  const { client_id, client_secret } = client;
  const encode = spelling === 'encoded' ? escapeForm : (text: string): string => text;
  const basic = Buffer.from(`${encode(client_id)}:${encode(client_secret)}`, 'utf8').toString('base64');
  const inBody = client.send_secret_in_body ? { client_id, client_secret } : {};
  return {
    method: 'POST',
    url: client.url,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(client.send_secret_in_body ? {} : { authorization: `Basic ${basic}` }),
    },
    body: new URLSearchParams({ token, ...inBody }).toString(),
    idempotent: true,
    secrets: [token, client_secret, basic],
  };
}

function judgeAnswer(
  answer: HttpAnswer,
  client: IntrospectionConfig,
  secrets: HttpRequest['secrets'],
  raw: boolean,
  ms: number,
): IntrospectionResult {
  const fail = (failure: Failure): IntrospectionResult => ({ ok: false, ...failure, ms });
  if (!answer.ok)
    return fail({ ...answer, message: `the introspection endpoint could not be asked: ${answer.message}` });
  if (answer.status !== 200) return fail(judgeRefusal(answer, client, secrets));
  const failInvalid = (message: string, fix?: string): IntrospectionResult =>
    fail({ code: 'endpoint_invalid_response', message, fix });
  // An endpoint that echoes what it was sent must not put it into a verdict.
  const response = readObject(answer, 'the introspection endpoint', secrets);
  if (typeof response === 'string') return failInvalid(response, looksLikeJwt(answer.body) ? PLAIN_JSON : undefined);
  const active = member(response, 'active');
  if (typeof active !== 'boolean') {
    const what = active === undefined ? 'has no "active"' : 'has an "active" that is not true or false';
    const other = active === undefined ? recognizeOther(response, { url: client.url, secrets }) : null;
    const is = other === null ? '' : `: ${other.is}`;
    return failInvalid(`the introspection answer ${what}${is}${through(answer)}`, other?.fix);
  }
  return { ok: true, active, response, skew: answer.skew, raw, ms };
}

/** What answers in the place of the introspection endpoint, told by its answer. */
function recognizeOther(response: JsonObject, asked: Asked): { readonly is: string; readonly fix: string } | null {
  const uri = member(response, 'introspection_endpoint');
  if (typeof uri === 'string') {
    // Read as a URL, what was sent may stand in it again: in lower case, or without its line breaks.
    const shown = JSON.stringify(clean(showUrl(uri.slice(0, MAX_READ)), asked).slice(0, MAX_SHOWN));
    return {
      is: 'this is the issuer’s metadata',
      fix: `Put its introspection_endpoint into introspection.url: ${shown}.`,
    };
  }
  if (member(response, 'sub') === undefined || member(response, 'exp') !== undefined) return null;
  return { is: 'userinfo endpoints answer so', fix: ENDPOINT_FIX };
}

const ENDPOINT_FIX =
  'Put the introspection_endpoint that the issuer’s metadata names into introspection.url; where it names none, the issuer has none.';
/** Longer URLs are not read to their end. */
const MAX_READ = 2048;
const MAX_SHOWN = 200;

const PLAIN_JSON =
  'Have the issuer answer this client with plain JSON (application/json) rather than a JWT (RFC 9701): the server reads no other.';

function judgeRefusal(answer: Answered, client: IntrospectionConfig, secrets: HttpRequest['secrets']): Failure {
  const { status, body } = answer;
  const asked = { url: client.url, secrets };
  const said = quoteMessage(body, asked);
  const isPage = looksLikeHtml(body);
  // Some endpoints refuse credentials with a page of their web server; that something is forbidden, others say more often.
  if (status === 401 || (status === 403 && !isPage)) {
    const page = isPage ? ' with a web page' : '';
    const message = `the introspection endpoint answered ${status}${page} to the server’s own client_id and client_secret${said}`;
    const fix = isPage ? PAGE_FIX : adviseOn(said, client);
    return { code: 'client_credentials_rejected', message: message + through(answer), fix };
  }
  const failure = judgeUnexpected(answer, 'the introspection endpoint', asked);
  if (status === 403) return { ...failure, fix: failure.fix ?? PAGE_FIX };
  return status === 400 ? { ...failure, fix: failure.fix ?? adviseOn(said, client) ?? adviseOnRequest(said) } : failure;
}

const PAGE_FIX =
  'A firewall, a login or a proxy may have answered in the place of the endpoint: have it let this server through. If it was the endpoint, check client_id and client_secret, and whether that client may introspect.';

/** Where an endpoint names the way in which it wants the credentials, that is the way out. */
function adviseOn(said: string, { send_secret_in_body: inBody }: IntrospectionConfig): string | undefined {
  if (!inBody && said.includes('client_secret_post'))
    return 'Set introspection.send_secret_in_body: true, which is client_secret_post.';
  if (inBody && said.includes('client_secret_basic'))
    return 'Remove introspection.send_secret_in_body: without it, the server uses client_secret_basic.';
  if (/client_assertion|(?:private_key|client_secret)_jwt|tls_client_auth|client certificate/i.test(said))
    return 'Have the issuer let this client authenticate with its client_secret (client_secret_basic or client_secret_post), or give the server another client that may: it can send neither a signed JWT nor a certificate.';
  return undefined;
}

function adviseOnRequest(said: string): string | undefined {
  if (/(?:invalid|unauthorized)_client/.test(said)) return REASONS.client_credentials_rejected.fix;
  // What only the token endpoint asks for.
  if (/grant_type/.test(said)) return ENDPOINT_FIX;
  return /\bJWTs?\b/.test(said)
    ? 'Check JWTs against the issuer’s key set, with jwks in the place of introspection, or have the issuer make opaque tokens.'
    : undefined;
}
