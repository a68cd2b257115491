/**
 * OAuth 2.0 token introspection: the request and its answer.
 *
 * @see [RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)
 * @see [RFC 6749, section 2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1) client authentication
 */

import { jsonBody, judgeStatus, type HttpAnswer, type HttpClient, type HttpRequest } from '../exchange.js';
import { isObject, member, type JsonObject } from '../json.js';
import type { UndecidedCode } from '../reason-codes.js';

/** The endpoint, and the credentials of the server that asks. */
export interface IntrospectionClient {
  readonly url: string;
  readonly client_id: string;
  readonly client_secret: string;
  readonly send_secret_in_body: boolean;
}

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
  | { readonly ok: false; readonly code: UndecidedCode; readonly message: string; readonly ms: number };

/** Asks the endpoint; where the encoded and the raw client credentials differ, the raw form is tried once if the other fails. */
export async function introspect(
  http: HttpClient,
  client: IntrospectionClient,
  token: string,
): Promise<IntrospectionResult> {
  const encoded = buildRequest(client, token, 'encoded');
  const first = await http.send(encoded);
  const refused = first.ok && (first.status === 401 || first.status === 403);
  if (!refused || !spellingsDiffer(client)) return judgeAnswer(first, encoded.secrets, false, first.ms);
  const raw = buildRequest(client, token, 'raw');
  const second = await http.send(raw);
  return judgeAnswer(second, [...encoded.secrets, ...raw.secrets], true, first.ms + second.ms);
}

function spellingsDiffer(client: IntrospectionClient): boolean {
  const { client_id, client_secret } = client;
  const differ = formEncode(client_id) !== client_id || formEncode(client_secret) !== client_secret;
  // A raw id with a colon cannot be told from its secret: RFC 7617 §2.
  return !client.send_secret_in_body && differ && !client_id.includes(':');
}

function buildRequest(client: IntrospectionClient, token: string, spelling: 'encoded' | 'raw'): HttpRequest {
  const { client_id, client_secret } = client;
  const encode = spelling === 'encoded' ? formEncode : (text: string): string => text;
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
    secrets: [token, client_secret, basic],
  };
}

function judgeAnswer(
  answer: HttpAnswer,
  secrets: HttpRequest['secrets'],
  raw: boolean,
  ms: number,
): IntrospectionResult {
  const fail = (code: UndecidedCode, message: string): IntrospectionResult => ({ ok: false, code, message, ms });
  if (!answer.ok) return fail(answer.code, `the introspection endpoint could not be asked: ${answer.message}`);
  if (answer.status === 401 || answer.status === 403) {
    return fail(
      'client_credentials_rejected',
      `the introspection endpoint answered ${answer.status} to the server’s own client_id and client_secret`,
    );
  }
  if (answer.status !== 200) {
    const { code, message } = judgeStatus(answer.status, 'the introspection endpoint');
    return fail(code, message);
  }
  // An endpoint that echoes what it was sent must not put it into a verdict.
  const json = jsonBody(answer, secrets);
  if (!json.ok)
    return fail('endpoint_invalid_response', `the introspection endpoint sent no valid JSON: ${json.message}`);
  if (!isObject(json.value))
    return fail('endpoint_invalid_response', 'the introspection endpoint sent JSON that is not an object');
  const active = member(json.value, 'active');
  if (typeof active !== 'boolean') {
    const what = active === undefined ? 'has no "active"' : 'has an "active" that is not true or false';
    return fail('endpoint_invalid_response', `the introspection answer ${what}`);
  }
  return { ok: true, active, response: json.value, skew: answer.skew, raw, ms };
}

function formEncode(text: string): string {
  return new URLSearchParams({ x: text }).toString().slice(2);
}
