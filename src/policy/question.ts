/** Questions to the policies, as people write them: `read model::llama-3`, `/v1/files`. Pure. */

import { usageError } from '../errors.js';
import { nearestName } from '../nearest.js';
import { unescapePercent } from '../percent.js';
import type { Identity } from '../verdict.js';
import { decideAccess, type Resource } from './access.js';
import type { Decision } from './decision.js';
import { decideRoute } from './routes.js';
import { ACTIONS, type Action, type Policies } from './rules.js';

/** May a user ask for a path, or do something with a resource? */
export type Question = { readonly path: string } | { readonly action: Action; readonly resource: Resource };

/**
 * Reads a question: the path of a request, or an action and the TYPE::ID of a resource that nobody owns.
 *
 * @throws {AuthcheckError} `usage_invalid`, saying how it is written.
 */
export function parseQuestion(text: string): Question {
  if (text.startsWith('/')) return { path: readPath(text) };
  const [, verb = '', object = ''] = /^(\S*)\s*([^]*)$/.exec(text) ?? [];
  const action = ACTIONS.find((known) => known === verb);
  if (action === undefined) {
    const near = nearestName(verb, ACTIONS);
    const hint = near === null ? `one of ${ACTIONS.join(', ')}, or a path such as /v1/files` : `did you mean ${near}?`;
    throw usageError(`there is no such action; ${hint}`);
  }
  if (object === '') throw usageError(`${action} what? name a resource, such as model::llama-3`);
  const [, type, identifier] = /^([^]+?)::([^]+)$/.exec(object) ?? [];
  if (type === undefined || identifier === undefined)
    throw usageError('a resource is written as TYPE::ID: model::llama-3');
  if (identifier === '*') throw usageError('name one resource: the star is for rules');
  return { action, resource: { type, identifier, owner: null } };
}

/**
 * Asks the policy that the question is for: {@link decideRoute} about a path, {@link decideAccess} about a resource.
 *
 * @param user null where authentication is off, and then every action is permitted; undefined for a request without
 *   a user, to which no action is.
 * @throws {AuthcheckError} `policy_unsupported` where it comes to a pattern that Python alone can evaluate.
 */
export function decide(policies: Policies, user: Identity | null | undefined, question: Question): Decision {
  return 'path' in question
    ? decideRoute(policies.route_policy, user, question.path)
    : decideAccess(policies.access_policy, user, question.action, question.resource);
}

/** The path as the server's rules see it: decoded. */
function readPath(path: string): string {
  if (/[?#]/.test(path)) throw usageError('rules see the path alone; leave the query out');
  return unescapePercent(path);
}
