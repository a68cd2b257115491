/** What is asked of a policy by mistake, where no type says so: refused, for it might be permitted. */

import { usageError } from '../errors.js';

/**
 * Refuses rules that are no list, and a user who is none: a refusal, a promise, or a verdict that accepts nobody.
 *
 * @throws {AuthcheckError} `usage_invalid`.
 */
export function checkAsked(use: keyof typeof POLICIES, rules: unknown, user: unknown): void {
  if (!Array.isArray(rules)) throw usageError(`${use} needs the rules of a config: config.${POLICIES[use]}`);
  if (user === undefined || user === null || isIdentity(user)) return;
  throw usageError(`${use} needs a user as an authenticator names one: {principal, attributes}, or nobody`);
}

const POLICIES = { decideAccess: 'access_policy', decideRoute: 'route_policy' } as const;

function isIdentity(user: unknown): boolean {
  if (typeof user !== 'object' || user === null || !('principal' in user) || !('attributes' in user)) return false;
  return typeof user.principal === 'string' && typeof user.attributes === 'object' && user.attributes !== null;
}
