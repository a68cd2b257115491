/** The claims that hold times. Pure. */

import type { JsonObject } from './json.js';

/** Claims that hold seconds since 1970. */
export const TIME_CLAIMS: readonly string[] = ['exp', 'nbf', 'iat', 'auth_time', 'updated_at'];

/** Whether a time is so late that it can only be meant in milliseconds: after the year 5138, or else after 1973. */
export function looksLikeMilliseconds(time: number): boolean {
  return time > 1e11 && time < 1e14;
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
