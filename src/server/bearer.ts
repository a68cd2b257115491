/**
 * The Bearer scheme: from the headers of a request to its token, and from a verdict to what the client is told.
 *
 * @see [RFC 6750](https://www.rfc-editor.org/rfc/rfc6750) Bearer Token Usage
 */

import type { ProviderRef, ServerRefusal } from '../verdict.js';

/** Header names and values in the order in which they came, each as often as it was sent. */
export type HeaderPairs = readonly (readonly [string, string])[];

/**
 * Why no token of a request is looked at: its credentials, a target that two servers may read differently, or more
 * headers than surely arrived.
 */
export type BearerFault = 'missing' | 'malformed' | 'wrong_scheme' | 'duplicate' | 'target' | 'headers';

/** A fault with the status that it is answered with, and what it is to whoever reads the log. */
export interface RequestFault {
  readonly fault: BearerFault;
  readonly status: 400 | 401;
  readonly message: string;
}

/** The token of a request, or why there is none. */
export type BearerResult = { readonly ok: true; readonly token: string } | ({ readonly ok: false } & RequestFault);

/** What a client is told: status, headers, and JSON body. */
export interface Refusal {
  readonly status: 400 | 401 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly error: { readonly message: string } };
}

const NAME = 'authorization';
/** RFC 6750 §2.1, read in one pass; only what does not match is looked at again, to say why. */
const BEARER = /^[Bb][Ee][Aa][Rr][Ee][Rr] +([\w.~+/-]+=*) *$/;
/** RFC 9110 §11.1: a scheme is a token. What follows it starts where the spaces end, so that nothing is read twice. */
const CREDENTIALS = /^([!#$%&'*+.^_`|~\dA-Za-z-]+)(?: +(?! )(.*))?$/;

/**
 * Reads the token of a request: one Authorization header, one credential in it.
 *
 * @see [RFC 6750, section 2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)
 */
export function readBearer(headers: HeaderPairs): BearerResult {
  let value: string | undefined;
  let count = 0;
  for (const [name, sent] of headers) {
    if (name.length !== NAME.length || name.toLowerCase() !== NAME) continue;
    value = sent;
    count += 1;
  }
  if (count > 1) return refuse('duplicate', `the request has ${count} Authorization headers`);
  const sound = value === undefined ? undefined : BEARER.exec(value)?.[1];
  if (sound !== undefined) return { ok: true, token: sound };
  return refuseValue(value);
}

/** Whether a token has the characters of a bearer token alone; with others, {@link readBearer} refuses it. */
export function isBearerToken(token: string): boolean {
  return BEARER.exec(`Bearer ${token}`)?.[1] === token;
}

/** Says what is wrong with a header that carries no bearer token. */
function refuseValue(value: string | undefined): BearerResult & { readonly ok: false } {
  if (value === undefined || value === '') return refuse('missing', 'the request has no Authorization header');
  // eslint-disable-next-line no-control-regex -- what no header may hold (RFC 9110 §5.5)
  if (/[\r\n\u0000]/.test(value)) {
    return { ...refuse('malformed', 'the Authorization header holds a line break'), status: 400 };
  }
  const [, scheme = '', token = ''] = CREDENTIALS.exec(value) ?? [];
  if (scheme === '') return refuse('malformed', 'the Authorization header is not a scheme and its credentials');
  if (scheme.toLowerCase() !== 'bearer') {
    // A token without its scheme, or with a sign after it, was meant to be one.
    const bare = token === '' || /^bearer[^\dA-Za-z]/i.test(scheme);
    return bare
      ? refuse('malformed', 'the Authorization header does not say "Bearer", a space, and the token')
      : refuse('wrong_scheme', 'the Authorization header has another scheme than Bearer');
  }
  return token === ''
    ? refuse('malformed', 'the Authorization header has the scheme Bearer and no token')
    : refuse('malformed', 'the token holds characters that no bearer token has');
}

/** Whether a provider reads the token of a request; one that does not has reasons of its own. */
export function readsToken({ type }: ProviderRef): boolean {
  return type !== 'upstream_header';
}

function refuse(fault: BearerFault, message: string): BearerResult & { readonly ok: false } {
  return { ok: false, fault, status: 401, message };
}

/** Seconds after which a client may ask again when nobody could say. */
const RETRY_AFTER = '5';

/**
 * Says what a client is told about a request that was not accepted.
 *
 * @param answer what the server answers; its status may be made more precise by `fault`.
 * @param fault why no token was looked at; null if one was.
 * @see [RFC 6750, section 3](https://www.rfc-editor.org/rfc/rfc6750#section-3) WWW-Authenticate
 */
export function refuseRequest(
  answer: ServerRefusal,
  fault: Pick<RequestFault, 'fault' | 'status'> | null,
  realm: string,
): Refusal {
  const { message } = answer.body.error;
  const body = { error: { message } };
  const shared = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  if (answer.status === 503) return { status: 503, headers: { ...shared, 'retry-after': RETRY_AFTER }, body };
  const challenge = [`Bearer realm="${dropUnquotable(realm)}"`, ...describeError(fault?.fault ?? null, message)].join(
    ', ',
  );
  return { status: fault?.status ?? 401, headers: { ...shared, 'www-authenticate': challenge }, body };
}

/** A request without bearer credentials is told no error (RFC 6750 §3.1). */
function describeError(fault: BearerFault | null, message: string): string[] {
  switch (fault) {
    case 'missing':
    case 'wrong_scheme':
      return [];
    case 'duplicate':
      return ['error="invalid_request"', 'error_description="More than one credential"'];
    case 'target':
      return ['error="invalid_request"', 'error_description="Invalid request target"'];
    case 'headers':
      return ['error="invalid_request"', 'error_description="Too many headers"'];
    case 'malformed':
      return ['error="invalid_token"', 'error_description="Malformed credentials"'];
    case null:
      return ['error="invalid_token"', `error_description="${dropUnquotable(message)}"`];
  }
}

/** What RFC 6750 §3 allows in a description; the rest is left out. */
function dropUnquotable(text: string): string {
  return text.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '');
}
