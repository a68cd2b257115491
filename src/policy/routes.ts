/** `route_policy`: may a user ask for a path? As the server decides it, for HTTP requests. Pure. */

import { usageError } from '../errors.js';
import { listSome } from '../listing.js';
import { trimSlashes } from '../url.js';
import type { Identity } from '../verdict.js';
import { holds } from './conditions.js';
import { askRules, type Decision } from './decision.js';
import { checkAsked } from './misuse.js';
import { matchScope } from './pattern.js';
import type { RouteRule } from './rules.js';

/**
 * Decides about a path, without its query and decoded (`unescapePercent`); the rules are those of a parsed config.
 *
 * @param user null and undefined are nobody, who meets no condition; so is one without a name and without attributes,
 *   to the server as here.
 * @throws {AuthcheckError} `policy_unsupported` where it comes to a pattern that Python alone can evaluate,
 *   `usage_invalid` for what are no rules, or no user, and for a path that is no text.
 */
export function decideRoute(rules: readonly RouteRule[], user: Identity | null | undefined, path: string): Decision {
  checkAsked('decideRoute', rules, user);
  if (typeof path !== 'string') throw usageError('decideRoute needs the path of the request, as text');
  if (rules.length === 0) {
    const message = 'there is no route_policy, so every path is open to whoever is let in';
    return { allowed: true, policy: 'none', rule: null, message, trace: [] };
  }
  const isNobody = !user || (user.principal === '' && Object.keys(user.attributes).length === 0);
  // The server takes the slashes at the end away before it looks at the rules.
  const asked = path === '/' ? path : trimSlashes(path);
  return askRules(rules, {
    policy: 'route_policy',
    misses({ paths }) {
      const written = [paths].flat();
      return written.some((one) => coversPath(one, asked)) ? null : `is about ${listSome(written)}`;
    },
    // A path is not a resource, so nobody owns it.
    holds: isNobody ? null : (condition) => holds(condition, user, null),
    unless: 'any',
  });
}

/** Tells whether a path of a rule means a path of a request. */
export function coversPath(written: string, path: string): boolean {
  if (written === '*') return true;
  return (
    matchScope(written, path) ?? (written.endsWith('*') ? path.startsWith(written.slice(0, -1)) : path === written)
  );
}
