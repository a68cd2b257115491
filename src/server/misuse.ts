/** What is handed over by mistake, where no type says so: refused at once, not at the first request. */

import { usageError, type AuthcheckError } from '../errors.js';

/** In seconds the time of this century is less, and every token that expired would be good again. */
const EARLIEST_MS = 1e11;

/**
 * Refuses a clock that does not count milliseconds.
 *
 * @throws {AuthcheckError} `usage_invalid`.
 */
export function checkClock(now: number): void {
  if (now >= EARLIEST_MS) return;
  throw usageError(`now() gave ${String(now)}; expected the milliseconds since 1970, as Date.now() gives them`);
}

/** The error of who hands over something else than an authenticator; null if it is one. */
export function misuseOf(given: unknown, use: string): AuthcheckError | null {
  if (typeof given === 'object' && given !== null && 'authenticate' in given && 'judge' in given) return null;
  return usageError(`${use} needs an authenticator, as createAuthenticator(config) makes it`);
}

/**
 * Refuses what is not an authenticator.
 *
 * @throws {AuthcheckError} `usage_invalid`.
 */
export function checkAuthenticator(given: unknown, use: string): void {
  const misuse = misuseOf(given, use);
  if (misuse !== null) throw misuse;
}
