/** What is handed over by mistake, where no type says so: refused at once, not at the first request. */

import { usageError, type AuthcheckError } from '../errors.js';

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

/**
 * Refuses what is not a config, such as one that is still being read.
 *
 * @throws {AuthcheckError} `usage_invalid`.
 */
export function checkConfigGiven(given: unknown): void {
  if (typeof given === 'object' && given !== null && 'providers' in given && Array.isArray(given.providers)) return;
  throw usageError('createAuthenticator needs a config, as await loadAuthConfig() and parseAuthConfig() give it');
}
