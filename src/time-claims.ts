/** The claims that hold times. Pure. */

import type { JsonObject } from './json.js';

/** Claims that hold seconds since 1970. */
export const TIME_CLAIMS: readonly string[] = ['exp', 'nbf', 'iat', 'auth_time', 'updated_at'];

/** Moves the times by so many seconds; what is not a number, or too large a one, stays as it is. */
export function shiftTimes(claims: JsonObject, seconds: number): JsonObject {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      TIME_CLAIMS.includes(name) && typeof value === 'number' ? value + seconds : value,
    ]),
  );
}
