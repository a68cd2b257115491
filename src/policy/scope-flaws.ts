/** What is wrong with what a rule covers: stars that are none, paths that no request has, patterns without an end. Pure. */

import { isOpen, ROUTE_COMPARISON } from './coverage.js';
import { effectOf, guardOf } from './decision.js';
import type { Flaw } from './flaw.js';
import { translatePattern } from './python-pattern.js';
import { ACTIONS, type AccessRule, type RouteRule } from './rules.js';

/** Finds what is wrong with the scope of an access rule. */
export function findAccessFlaws(rule: AccessRule): Flaw[] {
  const { effect, scope } = effectOf(rule);
  const { principal, resource } = scope;
  const flaws: Flaw[] = [];
  if (principal === null) flaws.push(emptyField('principal', 'every user'));
  if (resource === null) flaws.push(emptyField('resource', 'every resource'));
  if (principal === '*')
    flaws.push(literalStar('*', 'a user of that name', 'To cover every user, leave principal out.'));
  const isText = typeof resource === 'string' && !resource.startsWith('regex:');
  if (isText && resource.replace(/::\*$/, '').includes('*'))
    flaws.push(literalStar(resource, 'a resource of that name', 'Write TYPE::* or regex:PATTERN.'));
  if (effect === 'forbid') return flaws;
  const isWhole = ACTIONS.every((action) => [scope.actions].flat().includes(action));
  if (isWhole && (principal ?? null) === null && isOpen(resource ?? 'regex:') && guardOf(rule) === null) {
    flaws.push({
      code: 'rule_permits_everything',
      message: 'every user may do everything with every resource that no rule above forbids',
      fix: 'Name a principal, a resource or a condition.',
    });
  }
  return typeof resource === 'string' ? [...flaws, ...findOpenEnd(resource)] : flaws;
}

/** Finds what is wrong with the paths of a route rule; `later` are the rules after it. */
export function findRouteFlaws(rule: RouteRule, later: readonly RouteRule[]): Flaw[] {
  const { effect, scope } = effectOf(rule);
  const paths = [scope.paths].flat();
  const flaws = paths.flatMap(findPathFlaw);
  if (effect === 'forbid') return [...flaws, ...findSkippedForbid(rule, later)];
  if (guardOf(rule) === null && paths.some((path) => path === '/*' || isOpen(path))) {
    flaws.push({
      code: 'rule_permits_everything',
      message:
        'every path that no rule above forbids is open, in other spellings too: //v1/x is not /v1/x to the rules',
      fix: 'Permit the paths that are needed, rather than forbid the others.',
    });
  }
  return [...flaws, ...paths.flatMap(findOpenEnd)];
}

function findPathFlaw(path: string): Flaw[] {
  const never = (why: string, fix: string): Flaw[] => [
    { code: 'rule_never_matches', message: `no request has the path ${path}: ${why}`, fix },
  ];
  if (path.startsWith('regex:')) {
    const isBare = /^regex:\w(?![*?{|])[^|]*$/.test(path);
    return isBare ? never('a path starts with "/", and a pattern is compared from its start', 'Write regex:/….') : [];
  }
  // What is left of a path of slashes alone is nothing.
  if (path === '*' || path === '') return [];
  if (!path.startsWith('/')) return never('a path starts with "/"', adviseOn(path));
  if (/[?#]|%[\da-f]{2}/i.test(path)) {
    const message = `${path} is compared with the path, decoded and without its query: only a request that encodes its %, ? or # has it`;
    return [{ code: 'rule_never_matches', message, fix: 'Write the path decoded, and without a query.' }];
  }
  if (path !== '/' && path.endsWith('/'))
    return never('slashes at the end are taken away before it is compared', `Write ${path.replace(/\/$/, '')}.`);
  if (path.slice(0, -1).includes('*'))
    return [
      literalStar(
        path,
        'a path with that character',
        'A star at the end alone stands for anything; use regex:PATTERN.',
      ),
    ];
  return [];
}

/** Before the path may stand a method, white space or an origin; a pattern may lack its prefix, or have it in capitals. */
function adviseOn(path: string): string {
  const [, method, origin, rest] = /^(?:([a-z]+|\*)?\s+|(https?:\/\/[^/]*))(\/.*)/is.exec(path) ?? [];
  if (method !== undefined) return `Write ${rest}: rules are about paths, whatever the method.`;
  if (origin !== undefined) return `Write ${rest}: rules are about paths, whatever the host.`;
  if (rest !== undefined) return `Write ${rest}, without white space before it.`;
  if (/^regex:/i.test(path)) return `Write regex:${path.slice('regex:'.length)}, with its prefix in small letters.`;
  return path.startsWith('^') ? `Write regex:${path}.` : `Write /${path}.`;
}

/** Without a user no condition is met: a prohibition with one is passed over, and a permission after it decides. */
function findSkippedForbid(rule: RouteRule, later: readonly RouteRule[]): Flaw[] {
  if (guardOf(rule) === null) return [];
  const parts = ROUTE_COMPARISON.split(effectOf(rule).scope);
  const isOpened = later.some((other) => {
    const { effect, scope } = effectOf(other);
    return (
      effect === 'permit' && guardOf(other) === null && parts.some((part) => ROUTE_COMPARISON.contains(scope, part))
    );
  });
  if (!isOpened) return [];
  return [
    {
      code: 'rule_needs_user',
      message:
        'where a request has no user, no condition is met: this rule is passed over, and one below permits the path',
      fix: 'Permit the path to those who may have it, then forbid it without a condition.',
    },
  ];
}

/** A permission whose pattern says how a text starts, but neither where it ends nor that it may go on. */
function findOpenEnd(written: string): Flaw[] {
  if (!written.startsWith('regex:') || isOpen(written)) return [];
  const pattern = translatePattern(written.replace('regex:', ''));
  if (!pattern.ok || pattern.isEnded) return [];
  return [
    {
      code: 'rule_regex_open',
      message: `${written} matches anything that starts like this`,
      fix: 'End the pattern with "$", or with ".*" if this is meant.',
    },
  ];
}

function emptyField(name: string, what: string): Flaw {
  return {
    code: 'rule_field_empty',
    message: `${name} is empty, so the rule is about ${what}`,
    fix: `Give ${name} a value, or remove it.`,
  };
}

function literalStar(written: string, what: string, fix: string): Flaw {
  return { code: 'rule_wildcard_literal', message: `${written} means ${what}, and nothing else`, fix };
}
