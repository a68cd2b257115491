/** A token seen from outside: its kind, its fingerprint, and whether it can be sent at all. */

import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { JsonObject } from './json.js';
import type { TokenKind, TokenSummary } from './verdict.js';

/** What the prefixes of GitHub's tokens say. */
const GITHUB_PREFIXES: Readonly<Record<string, string>> = {
  ghp_: 'personal access token (classic)',
  gho_: 'OAuth access token',
  ghu_: 'user access token of a GitHub App',
  ghs_: 'installation access token of a GitHub App',
  ghr_: 'refresh token of a GitHub App',
  github_pat_: 'fine-grained personal access token',
};

/** What a GitHub token says about itself. */
export interface GithubToken {
  readonly prefix: string;
  readonly kind: string;
  /** Whether the checksum is right; null where the format has none. */
  readonly checksum: boolean | null;
}

/**
 * Recognizes a GitHub token by its prefix and checks its checksum: CRC-32 in base 62, the last six of 36 characters.
 *
 * @see https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/
 */
export function readGithubToken(token: string): GithubToken | null {
  const prefix = Object.keys(GITHUB_PREFIXES).find((known) => token.startsWith(known));
  if (prefix === undefined) return null;
  const body = token.slice(prefix.length);
  const classic = prefix !== 'github_pat_' && /^[0-9A-Za-z]{36}$/.test(body);
  const checksum = classic ? base62(crc32(body.slice(0, 30))) === body.slice(30) : null;
  return { prefix, kind: GITHUB_PREFIXES[prefix] ?? '', checksum };
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function base62(number: number): string {
  let text = '';
  for (let rest = number; rest > 0; rest = Math.floor(rest / 62)) text = (BASE62[rest % 62] ?? '') + text;
  return text.padStart(6, '0');
}

/** The name under which a token can be talked about: the start of its SHA-256. */
export function fingerprint(token: string): string {
  return `sha256:${hash('sha256', token, 'hex').slice(0, 16)}`;
}

/** Summarizes a token that is not decoded here. */
export function summarizeToken(token: string | null, claims: JsonObject | null = null): TokenSummary {
  const kind: TokenKind = token === null ? 'none' : readGithubToken(token) === null ? 'opaque' : 'github';
  return { kind, header: null, claims, fingerprint: token === null ? null : fingerprint(token) };
}

/** Longest token that is looked at, or sent anywhere. In UTF-16 units. */
export const MAX_TOKEN_LENGTH: number = 256 * 1024;

/**
 * Says why a string cannot be a bearer token; null if it can.
 *
 * White space inside is left to the caller: RFC 7662 lets any string be introspected, while a header or an API key
 * cannot hold it.
 */
export function findTokenFault(token: string): string | null {
  if (token === '') return 'the token is empty';
  if (token.length > MAX_TOKEN_LENGTH) return `the token has ${token.length} characters`;
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f]/.test(token)) return 'the token holds a control character or a line break';
  if (token.trim() !== token) return 'there is white space around the token';
  if (/^bearer\s/i.test(token)) return 'the token starts with "Bearer": the header has the scheme twice';
  if (/,\s*(?:bearer|basic|dpop)\s/i.test(token)) return 'these are several credentials joined by a comma';
  if (!token.isWellFormed()) return 'the token is not well-formed Unicode';
  return null;
}

/** As {@link findTokenFault}, for a token that must travel in a header: visible ASCII only. */
export function findHeaderTokenFault(token: string): string | null {
  return (
    findTokenFault(token) ??
    (/^[\x21-\x7e]+$/.test(token) ? null : 'the token holds characters that no header can carry')
  );
}

/** HTTP libraries hand out the bytes of a header as Latin-1; what was meant is UTF-8. Null for what is not. */
export function decodeHeader(value: string): string | null {
  // eslint-disable-next-line no-control-regex -- Latin-1, all of it
  if (!/^[\u0000-\u00ff]*$/.test(value)) return value;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return null;
  }
}
