/** What is handed over by mistake, where no type says so: refused at once, not at the first request. */

import { usageError, type AuthcheckError } from '../errors.js';

/** The error for what is not an authenticator; null if it is one. */
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

/**
 * Refuses options that would be believed to work: a log of which nothing is ever written, routes that are one text.
 *
 * @throws {AuthcheckError} `usage_invalid`.
 */
export function checkOptionsGiven(given: unknown): void {
  if (typeof given !== 'object' || given === null) throw usageError('the options of createAuthenticator are an object');
  const { public: routes, realm, logger }: Readonly<Record<string, unknown>> = { ...given };
  if (routes !== undefined && !Array.isArray(routes))
    throw usageError('the option public is a list of routes, such as ["GET /v1/health"]');
  if (realm !== undefined && typeof realm !== 'string') throw usageError('the option realm is a text');
  if (logger !== undefined && !isLogger(logger))
    throw usageError('the option logger has the methods info, warn and error, as pino and console have them');
}

/** Also where a logger has its methods from its class. */
function isLogger(given: unknown): boolean {
  if ((typeof given !== 'object' && typeof given !== 'function') || given === null) return false;
  return ['info', 'warn', 'error'].every((level) => typeof Reflect.get(given, level) === 'function');
}
