/** What a token looks like, without what is its own: a pattern for tokens that test a config. */

import { ASYMMETRIC_ALGORITHMS } from '../config/provider-config.js';
import { AuthcheckError } from '../errors.js';
import { isObject, isStringList, member, stringMember, type Json, type JsonObject } from '../json.js';
import { parseJwt } from '../protocol/jwt.js';
import { shiftTimes, timesOf } from '../time-claims.js';
import { readGithubToken } from '../token.js';

/** A pattern for tokens. */
export interface TokenPattern {
  /** As they stand in the token, the times moved to now. */
  readonly claims: JsonObject;
  /** Without alg, and without what names or brings a key. */
  readonly header: JsonObject;
  /** The algorithm of the token, if others may sign with it too; null for HS* and what is not supported. */
  readonly algorithm: string | null;
  /** What was left out beside alg and kid, which every token has of its own: such as `jti` and `header.jku`. */
  readonly dropped: readonly string[];
}

/** Claims that bind a token to itself, to a session, to another token, or to somebody's key. */
const OWN_CLAIMS = ['jti', 'nonce', 'sid', 'session_state', 'cnf', 'at_hash', 'c_hash', 's_hash', '_sd', '_sd_alg'];
/** Header parameters that name or bring a key, or change what is signed. */
const OWN_PARAMETERS = ['kid', 'jku', 'jwk', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'crit', 'b64', 'enc', 'zip'];

/** Seconds that a token of which only the end is known is taken to live. */
const LIFETIME = 3600;

/**
 * Takes the likeness of a token, valid or not; `now` is in seconds since 1970.
 *
 * The times move together, so that the token is issued now; tokens inside of it are not carried over.
 *
 * @throws {AuthcheckError} `input_unreadable` for a token whose header and claims cannot be read.
 */
export function readTokenPattern(token: string, now: number): TokenPattern {
  const { header, claims, fault } = parseJwt(token);
  if (header === null || claims === null) {
    const why = fault?.message ?? 'it has no claims';
    throw new AuthcheckError('input_unreadable', `the token to be like cannot be read: ${why}`);
  }
  const critical = member(header, 'crit');
  const ownParameters = [...OWN_PARAMETERS, ...(isStringList(critical) ? critical : [])];
  const keptHeader = leaveOut(header, ['alg', ...ownParameters]);
  const keptClaims = leaveOut(claims, OWN_CLAIMS);
  const { iat, nbf, exp } = timesOf(claims);
  const issued = iat ?? nbf ?? (exp === null ? now : exp - LIFETIME);
  const algorithm = stringMember(header, 'alg') ?? '';
  const missing = (from: JsonObject, kept: JsonObject): string[] =>
    Object.keys(from).filter((name) => !Object.hasOwn(kept, name) && !['alg', 'kid'].includes(name));
  return {
    claims: shiftTimes(keptClaims, now - Math.ceil(issued)),
    header: keptHeader,
    algorithm: ASYMMETRIC_ALGORITHMS.includes(algorithm) ? algorithm : null,
    dropped: [...missing(claims, keptClaims), ...missing(header, keptHeader).map((name) => `header.${name}`)],
  };
}

function leaveOut(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(object).filter(([name, value]) => !names.includes(name) && !holdsToken(value)),
  );
}

function holdsToken(value: Json): boolean {
  if (typeof value === 'string') {
    const { header } = parseJwt(value);
    return readGithubToken(value) !== null || (header !== null && member(header, 'alg') !== undefined);
  }
  if (Array.isArray(value)) return value.some((item: Json) => holdsToken(item));
  return isObject(value) && Object.values(value).some(holdsToken);
}
