/** `access_policy`: may a user do something with a resource? As the server decides it. Pure. */

import type { Identity } from '../verdict.js';
import { holds } from './conditions.js';
import { askRules, type Decision } from './decision.js';
import { checkAsked } from './misuse.js';
import { matchScope } from './pattern.js';
import { ACTIONS, type AccessRule, type AccessScope, type Action } from './rules.js';

/** Something that is owned, by its type and identifier: `model::llama-3`. */
export interface Resource {
  readonly type: string;
  readonly identifier: string;
  /** Who made it; null if nobody did, as with what stands in the server's config. */
  readonly owner: Identity | null;
}

/** The server's own rules where the config has none: a shared attribute, the owner, or no owner. */
const DEFAULT_ACCESS_POLICY: readonly AccessRule[] = [
  'user in owners roles',
  'user in owners teams',
  'user in owners projects',
  'user in owners namespaces',
  'user is owner',
  'resource is unowned',
].map((when) => ({ permit: { actions: ACTIONS }, when }));

/**
 * Decides about an action; the rules are those of a parsed config.
 *
 * @param user null where authentication is off: the server then permits everything. A request without a user in a
 *   server that has users is undefined, and may do nothing.
 * @throws {AuthcheckError} `policy_unsupported` where it comes to a pattern that Python alone can evaluate,
 *   `usage_invalid` for what are no rules, or no user.
 */
export function decideAccess(
  rules: readonly AccessRule[],
  user: Identity | null | undefined,
  action: Action,
  resource: Resource,
): Decision {
  checkAsked('decideAccess', rules, user);
  if (user === undefined) {
    const message = 'the request has no user; only null says that authentication is off';
    return { allowed: false, policy: 'none', rule: null, message, trace: [] };
  }
  if (user === null) {
    const message = 'without a user the server takes authentication to be off, and permits everything';
    return { allowed: true, policy: 'none', rule: null, message, trace: [] };
  }
  const isDefault = rules.length === 0;
  const name = `${resource.type}::${resource.identifier}`;
  return askRules(isDefault ? DEFAULT_ACCESS_POLICY : rules, {
    policy: isDefault ? 'default_policy' : 'access_policy',
    misses: (scope) => missOf(scope, user.principal, action, name),
    holds: (condition) => holds(condition, user, resource.owner),
    unless: 'all',
  });
}

/** Tells whether the resource of a rule means a resource, by its whole name. */
export function coversResource(written: string, name: string): boolean {
  if (written === name) return true;
  return matchScope(written, name) ?? (written.endsWith('::*') && name.startsWith(written.slice(0, -1)));
}

function missOf(scope: AccessScope, principal: string, action: Action, name: string): string | null {
  const actions = [scope.actions].flat();
  if (!actions.includes(action)) return `is about ${actions.join(' and ')}`;
  const { principal: only, resource } = scope;
  if (only !== null && only !== undefined && only !== principal) return `is about the principal ${only}`;
  if (resource !== null && resource !== undefined && !coversResource(resource, name)) return `is about ${resource}`;
  return null;
}
