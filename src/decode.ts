/**
 * A token taken apart, verifying nothing: what kind it is, what can be read, and where it broke.
 *
 * @see [RFC 7519, section 5.2](https://www.rfc-editor.org/rfc/rfc7519#section-5.2) nested JWTs
 * @see [RFC 9901](https://www.rfc-editor.org/rfc/rfc9901) SD-JWT
 */

import { parseJson } from './json-parser.js';
import { isObject, member, type Json, type JsonObject } from './json.js';
import { plural } from './listing.js';
import { recognizeLookalike } from './lookalike.js';
import { decodeBase64url, parseJwt, type ParsedJwt, type TokenFault } from './protocol/jwt.js';
import { readGithubToken } from './token.js';
import type { TokenKind } from './verdict.js';

/** What could be read of a token. */
export interface DecodedToken {
  readonly kind: TokenKind;
  readonly header: JsonObject | null;
  readonly claims: JsonObject | null;
  readonly verified: false;
  /** What a reader should know, in sentences. */
  readonly notes: readonly string[];
  /** Where the token broke; null if it did not. */
  readonly fault: TokenFault | null;
  /** The claims that an SD-JWT discloses, as name and value; list items have no name. */
  readonly disclosures?: readonly { readonly name: string | null; readonly value: Json }[];
  /** The token inside a nested JWT. */
  readonly inner?: DecodedToken;
}

const MAX_NESTED = 4;

/** Takes a token apart as far as that goes; never throws. */
export function decodeToken(token: string, depth = 0): DecodedToken {
  const shared = { verified: false as const };
  const github = readGithubToken(token);
  if (github !== null) {
    const checksum = {
      true: ', its checksum is right',
      false: ', its checksum is WRONG: GitHub never issued it, or a character changed',
      null: '',
    };
    const notes = [`a GitHub ${github.kind} (${github.prefix})${checksum[`${github.checksum}`]}`];
    return { ...shared, kind: 'github', header: null, claims: null, notes, fault: null };
  }
  const [first = '', ...rest] = token.split('~');
  const isSdJwt = rest.length > 0 && first.split('.').length === 3;
  const jwt = parseJwt(isSdJwt ? first : token);
  if (jwt.header === null && jwt.claims === null && jwt.fault?.code === 'token_opaque') {
    const look = recognizeLookalike(token);
    const notes = [look?.what ?? 'an opaque token: only its issuer can say what it means (introspection)'];
    return {
      ...shared,
      kind: 'opaque',
      header: null,
      claims: null,
      notes,
      fault: token === '' ? malformedEmpty() : null,
    };
  }
  const { header, claims } = jwt;
  const inner = depth < MAX_NESTED ? readNested(token, jwt) : null;
  const result = { ...shared, header, claims, ...(inner === null ? {} : { inner: decodeToken(inner, depth + 1) }) };
  if (jwt.fault?.code === 'token_encrypted') {
    const notes = ['an encrypted token (JWE): only the header can be read', ...noteHeader(header)];
    return { ...result, kind: 'jwe', notes, fault: null };
  }
  if (isSdJwt) {
    const notes = [
      `an SD-JWT with ${plural(rest.filter((part) => part !== '' && !part.includes('.')).length, 'disclosure')}`,
      ...noteHeader(header),
    ];
    return { ...result, kind: 'sd-jwt', notes, fault: breakOf(jwt), disclosures: readDisclosures(rest) };
  }
  const nested = inner === null ? [] : ['a nested JWT: the payload is another token'];
  const fault = inner === null ? breakOf(jwt) : null;
  const look = fault === null ? null : recognizeLookalike(token);
  return {
    ...result,
    kind: 'jwt',
    notes: [...nested, ...(look === null ? [] : [look.what]), ...noteHeader(header)],
    fault,
  };
}

/** A header that a server would refuse is still a token that can be read. */
function breakOf({ fault }: ParsedJwt): TokenFault | null {
  return fault !== null && (fault.code === 'token_malformed' || fault.code === 'token_opaque') ? fault : null;
}

function malformedEmpty(): TokenFault {
  return { code: 'token_malformed', message: 'the token is empty' };
}

function readNested(token: string, jwt: ParsedJwt): string | null {
  const [, payload = ''] = token.split('.');
  if (jwt.header === null || jwt.claims !== null || token.split('.').length !== 3) return null;
  const text = jwt.raw.claims ?? Buffer.from(decodeBase64url(payload) ?? []).toString('utf8');
  return /^[\w-]+\.[\w-]+\.[\w-]*(?:\.[\w-]+\.[\w-]+)?$/.test(text) ? text : null;
}

function noteHeader(header: JsonObject | null): string[] {
  if (header === null) return [];
  const notes: string[] = [];
  const alg = member(header, 'alg');
  if (typeof alg === 'string' && alg.trim().toLowerCase() === 'none')
    notes.push('alg says the token is not signed: every server must refuse it');
  for (const name of ['jku', 'jwk', 'x5u', 'x5c']) {
    if (member(header, name) !== undefined)
      notes.push(`the header has ${name}: a server must not take keys from a token`);
  }
  if (member(header, 'crit') !== undefined)
    notes.push('the header has crit: a server that does not understand it must refuse the token');
  return notes;
}

/** Disclosures are base64url JSON: [salt, name, value], or [salt, value] for a list item. */
function readDisclosures(parts: readonly string[]): { readonly name: string | null; readonly value: Json }[] {
  return parts.flatMap((part) => {
    const bytes = decodeBase64url(part);
    const json = bytes === null || part === '' ? null : parseJson(Buffer.from(bytes).toString('utf8'));
    if (json === null || !json.ok || !Array.isArray(json.value)) return [];
    const items: readonly Json[] = json.value;
    const [, second = null, third] = items;
    return [
      third === undefined
        ? { name: null, value: second }
        : { name: typeof second === 'string' ? second : null, value: third },
    ];
  });
}

/** The time claims of a token, as numbers; null where there is none. */
export function timesOf(claims: JsonObject | null): Record<'iat' | 'nbf' | 'exp', number | null> {
  const read = (name: string): number | null => {
    const value = isObject(claims ?? undefined) && claims !== null ? member(claims, name) : undefined;
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  };
  return { iat: read('iat'), nbf: read('nbf'), exp: read('exp') };
}
