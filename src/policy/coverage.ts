/** Whether one rule leaves anything for another, going by what both say, whoever asks for what. Pure. */

import { coversResource } from './access.js';
import { effectOf, guardOf, type Guard, type RuleQuery } from './decision.js';
import { compileScope } from './pattern.js';
import { coversPath } from './routes.js';
import type { AccessScope, RouteScope, Rule } from './rules.js';

/** How the rules of one policy are compared. */
export interface Comparison<Scope> {
  readonly unless: RuleQuery<Scope>['unless'];
  /** The parts that a scope lists: actions, or paths. */
  readonly split: (scope: Scope) => readonly Scope[];
  /** Whether everything in one part of the inner scope is in the outer scope as well; false where nobody can tell. */
  readonly contains: (outer: Scope, inner: Scope) => boolean;
}

/** How access rules are compared. */
export const ACCESS_COMPARISON: Comparison<AccessScope> = {
  unless: 'all',
  split: (scope) => [scope.actions].flat().map((actions) => ({ ...scope, actions })),
  contains(outer, inner) {
    const { principal = null, resource = null } = outer;
    return (
      [inner.actions].flat().every((action) => [outer.actions].flat().includes(action)) &&
      (principal === null || principal === inner.principal) &&
      (resource === null || includesText(resource, inner.resource ?? null, '::*', coversResource))
    );
  },
};

/** How route rules are compared. */
export const ROUTE_COMPARISON: Comparison<RouteScope> = {
  unless: 'any',
  split: ({ paths }) => [paths].flat().map((path) => ({ paths: path })),
  contains: (outer, inner) =>
    [inner.paths].flat().every((path) => [outer.paths].flat().some((one) => includesText(one, path, '*', coversPath))),
};

/** The first rules, in order, that together decide everything that a later rule covers; null if they leave something. */
export function findShadow<Scope>(
  rule: Rule<Scope>,
  earlier: readonly Rule<Scope>[],
  { split, contains, unless }: Comparison<Scope>,
): readonly number[] | null {
  const takers = split(effectOf(rule).scope).map((part) =>
    earlier.findIndex(
      (other) => contains(effectOf(other).scope, part) && appliesWherever(guardOf(other), guardOf(rule), unless),
    ),
  );
  return takers.length === 0 || takers.includes(-1) ? null : [...new Set(takers)].sort((a, b) => a - b);
}

/** Tells a resource or path that is none in particular. */
export function isOpen(written: string): boolean {
  return ['*', 'regex:', 'regex:.*', 'regex:^', 'regex:^.*'].includes(written);
}

function includesText(
  outer: string,
  inner: string | null,
  wildcard: string,
  covers: (written: string, text: string) => boolean,
): boolean {
  if (outer === inner || isOpen(outer)) return true;
  if (inner === null) return false;
  if (inner.startsWith('regex:')) return false;
  if (!inner.endsWith(wildcard)) return compileScope(outer)?.ok !== false && covers(outer, inner);
  const isWildcard = outer.endsWith(wildcard) && !outer.startsWith('regex:');
  return isWildcard && inner.slice(0, -1).startsWith(outer.slice(0, -1));
}

/** Whether the first conditions are met wherever the second are. */
function appliesWherever(first: Guard | null, second: Guard | null, unless: 'all' | 'any'): boolean {
  if (first === null) return true;
  if (first.word !== second?.word) return false;
  const [one, other] = [first, second].map(({ sentences }) =>
    sentences.map(({ condition }) => JSON.stringify(condition)),
  );
  const isWithin = (inner: readonly string[] = [], outer: readonly string[] = []): boolean =>
    inner.every((condition) => outer.includes(condition));
  return first.word === 'unless' && unless === 'all' ? isWithin(other, one) : isWithin(one, other);
}
