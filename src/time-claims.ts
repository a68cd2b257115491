/** The claims that hold times. Pure. */

import { member, type JsonObject } from './json.js';

/** Claims that hold seconds since 1970. */
export const TIME_CLAIMS: readonly string[] = ['exp', 'nbf', 'iat', 'auth_time', 'updated_at'];

/** Whether a time must be in milliseconds: then it is after 1973, and in seconds it would be after the year 5138. */
export function looksLikeMilliseconds(time: number): boolean {
  return time > 1e11 && time < 1e14;
}

/** The time claims of a token, as numbers; null where there is none. */
export function timesOf(claims: JsonObject | null): Record<'iat' | 'nbf' | 'exp', number | null> {
  const read = (name: string): number | null => {
    const value = claims === null ? undefined : member(claims, name);
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  };
  return { iat: read('iat'), nbf: read('nbf'), exp: read('exp') };
}

/** Seconds since the `exp` of claims that nobody vouches for; null where it is ahead, or none. `now` is in milliseconds. */
export function expiredFor(claims: JsonObject, now: number): number | null {
  const exp = member(claims, 'exp');
  const age = typeof exp === 'number' && exp > 0 ? now / 1000 - exp : -1;
  return age < 0 ? null : age;
}

/** Moves the times by so many seconds; what is not a number, or too large a one, stays as it is. */
export function shiftTimes(claims: JsonObject, seconds: number): JsonObject {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      TIME_CLAIMS.includes(name) && typeof value === 'number' ? value + seconds : value,
    ]),
  );
}
