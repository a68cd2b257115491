/**
 * A token taken apart, verifying nothing: what kind it is, what can be read, and where it broke.
 *
 * @see [RFC 7519, section 5.2](https://www.rfc-editor.org/rfc/rfc7519#section-5.2) nested JWTs
 * @see [RFC 9901](https://www.rfc-editor.org/rfc/rfc9901) SD-JWT
 */

import { parseJson } from '../json-parser.js';
import { member, type Json, type JsonObject } from '../json.js';
import { plural } from '../listing.js';
import { isPartOfJwt, recognizeLookalike } from '../lookalike.js';
import { explainHeader } from '../misplaced-token.js';
import { recognizeOtherToken } from '../other-tokens.js';
import { decodeBase64url } from '../protocol/base64url.js';
import { isUnsigned, KEY_PARAMETERS, parseJwt, type ParsedJwt, type TokenFault } from '../protocol/jwt.js';
import { readGithubToken } from '../token.js';
import type { TokenKind } from '../verdict.js';

/** What could be read of a token. */
export interface DecodedToken {
  readonly kind: Exclude<TokenKind, 'none'>;
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
export function decodeToken(token: string): DecodedToken {
  return decodeNested(token, 0);
}

function decodeNested(token: string, depth: number): DecodedToken {
  const nothing = { header: null, claims: null, verified: false, fault: null } as const;
  const github = readGithubToken(token);
  if (github !== null) {
    const notes = [`a GitHub ${github.kind} (${github.prefix})${CHECKSUMS[`${github.checksum}`]}`];
    return { ...nothing, kind: 'github', notes };
  }
  const [first = '', ...rest] = token.split('~');
  const isSdJwt = rest.length > 0 && first.split('.').length === 3;
  const jwt = parseJwt(isSdJwt ? first : token);
  const { header, claims, fault } = jwt;
  if (header === null && claims === null && fault?.code === 'token_opaque') {
    const notes = [
      recognizeLookalike(token)?.what ?? 'an opaque token: only its issuer can say what it means (introspection)',
    ];
    const broken = isPartOfJwt(token) ? PART : null;
    return { ...nothing, kind: 'opaque', notes, fault: token === '' ? EMPTY : broken };
  }
  // A token of another kind may have dots, and what is between them is no broken header.
  const other = header === null && claims === null ? recognizeOtherToken(token) : null;
  if (other !== null) return { ...nothing, kind: 'opaque', notes: [other.what] };
  const nested = depth < MAX_NESTED ? readNested(token, jwt) : null;
  const inner = nested === null ? {} : { inner: decodeNested(nested, depth + 1) };
  const known = { ...nothing, header, claims, ...inner };
  const about = noteHeader(header);
  if (fault?.code === 'token_encrypted') {
    const what = explainHeader(header)?.what ?? 'an encrypted token (JWE)';
    return { ...known, kind: 'jwe', notes: [`${what}: only the header can be read`, ...about] };
  }
  if (isSdJwt) {
    const count = rest.filter((part) => part !== '' && !part.includes('.')).length;
    const notes = [`an SD-JWT with ${plural(count, 'disclosure')}`, ...about];
    return { ...known, kind: 'sd-jwt', notes, fault: breakOf(jwt), disclosures: readDisclosures(rest) };
  }
  const broken = nested === null ? breakOf(jwt) : null;
  const said = nested === null ? [] : ['a nested JWT: the payload is another token'];
  const look = broken === null ? null : recognizeLookalike(token);
  const looks = look === null ? [] : [look.what];
  return { ...known, kind: 'jwt', notes: [...said, ...looks, ...about], fault: broken };
}

const CHECKSUMS = {
  true: ', its checksum is right',
  false: ', its checksum is WRONG: GitHub never issued it, or a character changed',
  null: '',
};
const EMPTY: TokenFault = { code: 'token_malformed', message: 'the token is empty' };
const PART: TokenFault = { code: 'token_malformed', message: 'the parts that belong to it are missing' };

/** A header that a server would refuse is still a token that can be read. */
function breakOf({ fault }: ParsedJwt): TokenFault | null {
  return fault !== null && (fault.code === 'token_malformed' || fault.code === 'token_opaque') ? fault : null;
}

function readNested(token: string, jwt: ParsedJwt): string | null {
  const [, payload = ''] = token.split('.');
  if (jwt.header === null || jwt.claims !== null || token.split('.').length !== 3) return null;
  const text = (decodeBase64url(payload) ?? '').toString();
  return /^[\w-]+\.[\w-]+\.[\w-]*(?:\.[\w-]+\.[\w-]+)?$/.test(text) ? text : null;
}

function noteHeader(header: JsonObject | null): string[] {
  if (header === null) return [];
  const notes: string[] = [];
  const alg = member(header, 'alg');
  if (typeof alg === 'string' && isUnsigned(alg))
    notes.push('alg says the token is not signed: every server must refuse it');
  for (const name of KEY_PARAMETERS) {
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
    const json = bytes === null || part === '' ? null : parseJson(bytes.toString());
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
