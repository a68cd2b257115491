/**
 * JSON Web Tokens in compact form: strict parsing, and the rules for headers.
 *
 * @see [RFC 7515](https://www.rfc-editor.org/rfc/rfc7515) JSON Web Signature
 * @see [RFC 7519](https://www.rfc-editor.org/rfc/rfc7519) JSON Web Token
 * @see [RFC 8725](https://www.rfc-editor.org/rfc/rfc8725) Best current practices
 */

import { isUtf8 } from 'node:buffer';
import { parseJson } from '../json-parser.js';
import { deepFreeze, isObject, member, stringMember, type JsonObject } from '../json.js';
import type { RejectedCode } from '../reason-codes.js';
import { MAX_TOKEN_LENGTH } from '../token.js';
import { decodeBase64url, pointAt } from './base64url.js';

/** Why a part of a token cannot be read. */
export interface TokenFault {
  readonly code: RejectedCode;
  readonly message: string;
}

/** What could be read of a token. */
export interface ParsedJwt {
  /** Null if the header is unreadable. */
  readonly header: JsonObject | null;
  /** Null if the claims are unreadable. */
  readonly claims: JsonObject | null;
  /** What was signed, all before the last dot, and the signature; null for what is no JWS, or has none that can be read. */
  readonly signed: { readonly input: string; readonly signature: Buffer } | null;
  /** The first thing wrong with the form of the token; null for a well-formed JWS. */
  readonly fault: TokenFault | null;
}

/** Reads a JWT as far as it can be read, and says where it broke. Verifies nothing. */
export function parseJwt(token: string): ParsedJwt {
  const nothing = { header: null, claims: null, signed: null };
  if (token.length > MAX_TOKEN_LENGTH) {
    return {
      ...nothing,
      fault: malformed(`the token has ${token.length} characters; the limit is ${MAX_TOKEN_LENGTH}`),
    };
  }
  const parts = splitToken(token);
  const header = parts.length < 2 ? null : readHeader(parts[0] ?? '');
  if (header === null) {
    return { ...nothing, fault: { code: 'token_opaque', message: 'this is not a JWT: it has no dots' } };
  }
  if (parts.length === 5 && header.object !== null && member(header.object, 'enc') !== undefined) {
    return {
      header: header.object,
      claims: null,
      signed: null,
      fault: { code: 'token_encrypted', message: 'the token is encrypted (JWE, five parts)' },
    };
  }
  const claims = readPart(parts[1] ?? '', 'claims');
  const signature = parts.length === 3 ? decodeBase64url(parts[2] ?? '') : null;
  // A token with line breaks is broken in its claims and in its signature: the first place is reported.
  const broken = parts.length === 3 && claims.text === null ? claims.fault : null;
  const form = signature === null ? (broken ?? describeForm(parts)) : null;
  return {
    header: header.object,
    claims: claims.object,
    signed: signature === null ? null : { input: token.slice(0, -1 - (parts[2] ?? '').length), signature },
    fault: header.fault ?? form ?? findNesting(header.object, claims) ?? claims.fault ?? header.flaw,
  };
}

/** The parts between the dots, seven at the most; nearly every token has three, which are found fastest one by one. */
function splitToken(token: string): readonly string[] {
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  return first === -1 || second === -1 || token.includes('.', second + 1)
    ? token.split('.', 7)
    : [token.slice(0, first), token.slice(first + 1, second), token.slice(second + 1)];
}

/** Header parameters by which a token names or brings a key, and which must decide nothing. */
export const KEY_PARAMETERS: readonly string[] = ['jku', 'jwk', 'x5u', 'x5c'];

/** Tells an alg by which a token says that it is not signed. */
export function isUnsigned(alg: string): boolean {
  return alg.trim().toLowerCase() === 'none';
}

/** The part of the media type that says which kind of JWT this is; `application/` may be left out. */
export function mediaType(typ: string): string {
  return typ.toLowerCase().replace(/^application\//, '');
}

function malformed(message: string): TokenFault {
  return { code: 'token_malformed', message };
}

/** Says what is wrong with a token whose signature cannot be read. */
function describeForm(parts: readonly string[]): TokenFault {
  if (parts.some((part) => part.includes('~')))
    return malformed('this is an SD-JWT, a JWT with disclosures joined by "~"; servers take plain JWTs');
  if (parts.length === 3) return malformed(`the signature is not base64url${pointAt(parts[2] ?? '')}`);
  const count = parts.length > 6 ? 'more than six' : String(parts.length);
  return malformed(`a signed JWT has three parts joined by dots; this has ${count}`);
}

/** A token whose claims are another token says so: RFC 7519 §5.2. */
function findNesting(header: JsonObject | null, { fault }: Part): TokenFault | null {
  const cty = header === null ? null : stringMember(header, 'cty');
  if (fault === null || cty === null || mediaType(cty) !== 'jwt') return null;
  return malformed('this is a nested JWT: where its claims should be is another token; servers take plain JWTs');
}

interface Part {
  readonly object: JsonObject | null;
  readonly text: string | null;
  readonly fault: TokenFault | null;
}

interface Header extends Part {
  /** Which rule for headers a readable one breaks. */
  readonly flaw: TokenFault | null;
}

/** Headers that were read; tokens of one issuer and one key have the same. */
const headers = new Map<string, Header>();
const MAX_HEADERS = 100;
const MAX_HEADER_KEPT = 1024;

function readHeader(encoded: string): Header {
  const known = headers.get(encoded);
  if (known !== undefined) return known;
  const part = readPart(encoded, 'header');
  const header = { ...part, flaw: part.object === null ? null : checkHeader(part.object) };
  if (encoded.length <= MAX_HEADER_KEPT && part.object !== null) {
    if (headers.size === MAX_HEADERS) headers.clear();
    headers.set(encoded, { ...header, object: deepFreeze(part.object) });
  }
  return header;
}

function readPart(encoded: string, name: 'header' | 'claims'): Part {
  const fail = (message: string, text: string | null = null): Part => ({
    object: null,
    text,
    fault: malformed(message),
  });
  const noun = name === 'header' ? 'the header' : 'the claims part';
  if (encoded === '') return fail(`${noun} is empty`);
  const bytes = decodeBase64url(encoded);
  if (bytes === null) return fail(`${noun} is not base64url${pointAt(encoded)}`);
  if (!isUtf8(bytes)) return fail(`${noun} is not UTF-8 text`);
  const text = bytes.toString();
  const json = parseJson(text);
  if (!json.ok) return fail(`${noun} is not valid JSON: ${json.message} (character ${json.offset + 1})`, text);
  if (!isObject(json.value)) return fail(`${noun} is not a JSON object`, text);
  return { object: json.value, text, fault: null };
}

/** Other kinds of JWT must not pass as access tokens: RFC 8725 §3.11. */
const ACCEPTED_TYPES = ['jwt', 'at+jwt'];

function checkHeader(header: JsonObject): TokenFault | null {
  const alg = member(header, 'alg');
  if (typeof alg !== 'string') return { code: 'header_invalid', message: 'the header has no alg that is a string' };
  const kid = member(header, 'kid');
  if (kid !== undefined && typeof kid !== 'string') {
    return { code: 'header_invalid', message: 'the kid in the header is not a string' };
  }
  if (member(header, 'crit') !== undefined) {
    return { code: 'critical_header_unsupported', message: 'the header has crit: it demands extensions' };
  }
  if (member(header, 'b64') === false) {
    return { code: 'critical_header_unsupported', message: 'the header has b64: false (unencoded payload, RFC 7797)' };
  }
  const typ = member(header, 'typ');
  if (typ === undefined) return null;
  if (typeof typ !== 'string') return { code: 'header_invalid', message: 'the typ in the header is not a string' };
  if (!ACCEPTED_TYPES.includes(mediaType(typ))) {
    return {
      code: 'header_invalid',
      message: `the typ says ${JSON.stringify(typ.slice(0, 64))}: this is not an access token`,
    };
  }
  return null;
}
