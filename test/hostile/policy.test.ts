// What is made of claims, and who may do what: held against a second reading of the rules.
import fc from 'fast-check';
import { afterAll, describe, expect } from 'vitest';
import {
  ConfigError,
  decideAccess,
  decideRoute,
  findPolicyFaults,
  isObject,
  mapClaims,
  parseAuthConfig,
  parseJson,
  unusedClaims,
  type AuthConfig,
  type Decision,
  type Identity,
  type Json,
  type Resource,
} from '../../src/index.js';
import { holds } from './cases.js';
import { claims } from './grammar/claims.js';
import { names } from './grammar/json.js';
import { accessRules, identities, paths, resources, routeRules } from './grammar/policy.js';
import { expectBounded } from './oracle.js';

/** White space as Python's `str.split()` has it. */
const SPACE = [
  9, 10, 11, 12, 13, 28, 29, 30, 31, 32, 133, 160, 5760, 8192, 8193, 8194, 8195, 8196, 8197, 8198, 8199, 8200, 8201,
  8202, 8232, 8233, 8239, 8287, 12288,
];

function split(text: string): string[] {
  const words = [''];
  for (const unit of text.split('')) {
    if (SPACE.includes(unit.charCodeAt(0))) words.push('');
    else words.push((words.pop() ?? '') + unit);
  }
  return words.filter((word) => word !== '');
}

describe('claims', () => {
  const read = (claim: string, from: Json): Json | undefined => {
    const own = (value: Json | undefined, name: string): Json | undefined =>
      isObject(value) ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;
    const walked = claim.split('.').reduce<Json | undefined>(own, from);
    return walked ?? own(from, claim) ?? undefined;
  };
  const valuesOf = (value: Json | undefined): string[] => {
    if (typeof value === 'string') return split(value);
    if (!Array.isArray(value)) return [];
    // What no double holds has another spelling for each reader, and so none.
    return value
      .filter((item: unknown) => typeof item !== 'object' && item !== Infinity && item !== -Infinity)
      .map(String);
  };
  const path = fc.oneof(fc.constantFrom('sub', 'groups', 'aud', 'a', 'a.a.a', 'realm_access.a', 'exp', '.', ''), names);
  const mappings = fc.uniqueArray(fc.tuple(path, fc.oneof(fc.constantFrom('roles', 'teams'), names)), {
    maxLength: 5,
    selector: ([claim]) => claim,
  });

  holds(
    'are mapped as the reference maps them, and not changed',
    500,
    fc.tuple(claims, mappings),
    ([text, entries]) => {
      const json = parseJson(text);
      if (!json.ok || !isObject(json.value)) return;
      const before = JSON.stringify(json.value, (_name, value: unknown) =>
        typeof value === 'bigint' ? `${value}n` : value,
      );
      const mapping = Object.fromEntries(entries);
      const { attributes, mapping: rows } = mapClaims(json.value, mapping);
      const expected = new Map<string, Set<string>>();
      for (const [claim, attribute] of Object.entries(mapping)) {
        const found = read(claim, json.value);
        const values = valuesOf(found);
        // A list of nothing that can be mapped is no attribute; an empty list is an empty one.
        if (typeof found !== 'string' && (!Array.isArray(found) || (found.length > 0 && values.length === 0))) continue;
        expected.set(attribute, new Set([...(expected.get(attribute) ?? []), ...values]));
      }
      // An object has names that are numbers before all others, whatever was first.
      const ordered = Object.fromEntries([...expected].map(([name, values]) => [name, [...values]]));
      expect(Object.entries(attributes)).toEqual(Object.entries(ordered));
      expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype);
      expect(rows.map(({ claim }) => claim)).toEqual(Object.keys(mapping));
      expect(unusedClaims(json.value, mapping).every((name) => !Object.hasOwn(mapping, name))).toBe(true);
      expect(
        JSON.stringify(json.value, (_name, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)),
      ).toBe(before);
      expectBounded(JSON.stringify([attributes, rows]), text.length);
    },
  );
});

/** A sentence of a condition, read once more. */
function isSo(sentence: string, user: Identity, owner: Identity | null): boolean {
  const of = (who: Identity | null, name: string): readonly string[] =>
    Object.entries(who?.attributes ?? {}).find(([key]) => key === name)?.[1] ?? [];
  const [, verb = '', ...rest] = split(sentence);
  const name = rest.at(-1) ?? '';
  const isNegated = rest.at(-2) === 'not' || rest.at(-3) === 'not' || verb === 'not';
  if (verb === 'with') return of(user, name).includes(rest[0] ?? '') !== (rest.length === 4);
  if (name === 'unowned') return owner === null;
  if (name === 'owner') return (owner?.principal === user.principal) !== isNegated;
  return of(user, name).some((value) => of(owner, name).includes(value)) !== isNegated;
}

type Rule = AuthConfig['access_policy'][number] | AuthConfig['route_policy'][number];

/** The effect of the first rule that covers a question and whose conditions let it. */
function decideAgain(
  rules: readonly Rule[],
  covers: (scope: object) => boolean,
  so: (sentence: string) => boolean,
  unless: 'all' | 'any',
): boolean {
  const first = rules.find((rule) => {
    if (!covers(rule.permit ?? rule.forbid ?? {})) return false;
    if (rule.when !== undefined) return [rule.when ?? []].flat().every(so);
    const exceptions = [rule.unless ?? []].flat();
    return exceptions.length === 0 || !(unless === 'all' ? exceptions.every(so) : exceptions.some(so));
  });
  return first?.permit !== undefined;
}

/** Decisions that were compared, by what came of the conditions that were asked. */
const seen: Record<string, number> = {
  access_policy_met: 0,
  access_policy_unmet: 0,
  route_policy_met: 0,
  route_policy_unmet: 0,
};
afterAll(() => {
  expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(30);
});

function count({ policy, rule, trace }: Decision, rules: readonly Rule[]): void {
  const { when, unless } = rules[rule ?? -1] ?? {};
  if ((when ?? unless ?? []).length > 0) seen[`${policy}_met`] = (seen[`${policy}_met`] ?? 0) + 1;
  if (trace.some(({ outcome }) => outcome === 'condition_unmet'))
    seen[`${policy}_unmet`] = (seen[`${policy}_unmet`] ?? 0) + 1;
}

/** Reads rules; null for rules that nobody may write, which is said so. */
function readPolicies(policies: object): AuthConfig | null {
  try {
    const config = parseAuthConfig({ provider_config: { type: 'custom', endpoint: 'https://h' }, ...policies });
    expect(findPolicyFaults(config)).toEqual(findPolicyFaults(config));
    return config;
  } catch (error) {
    if (error instanceof ConfigError) return null;
    throw error;
  }
}

describe('a policy', () => {
  holds(
    'for resources decides as the reference does',
    600,
    fc.tuple(accessRules, identities, resources, fc.constantFrom('create', 'read', 'update', 'delete')),
    ([rules, user, resource, action]) => {
      const config = readPolicies({ access_policy: rules });
      if (config === null || config.access_policy.length === 0) return;
      const decision = decideAccess(config.access_policy, user, action, resource);
      const covers = (scope: { actions?: unknown; principal?: string; resource?: string }): boolean =>
        [scope.actions].flat().includes(action) &&
        (scope.principal === undefined || scope.principal === user.principal) &&
        (scope.resource === undefined || isMeant(scope.resource, resource));
      const expected = decideAgain(
        config.access_policy,
        covers,
        (sentence) => isSo(sentence, user, resource.owner),
        'all',
      );
      expect(decision.allowed).toBe(expected);
      expect(decideAccess(config.access_policy, user, action, resource)).toEqual(decision);
      count(decision, config.access_policy);
    },
  );

  holds(
    'for paths decides as the reference does',
    600,
    fc.tuple(routeRules, identities, paths),
    ([rules, user, path]) => {
      const config = readPolicies({ route_policy: rules });
      if (config === null || config.route_policy.length === 0) return;
      const decision = decideRoute(config.route_policy, user, path);
      expect(decideRoute(config.route_policy, user, path)).toEqual(decision);
      expectBounded(JSON.stringify(decision), JSON.stringify(rules).length);
      // Patterns are Python's; others hold them against Python.
      if (JSON.stringify(rules).includes('regex:')) return;
      const asked = path === '/' ? path : path.replace(/\/+$/, '');
      const covers = (scope: { paths?: unknown }): boolean =>
        [scope.paths]
          .flat()
          .some((one) => one === asked || (String(one).endsWith('*') && asked.startsWith(String(one).slice(0, -1))));
      const isNobody = user.principal === '' && Object.keys(user.attributes).length === 0;
      const expected = isNobody
        ? decideAgain(
            config.route_policy.filter(({ when, unless }) => when === undefined && unless === undefined),
            covers,
            () => false,
            'any',
          )
        : decideAgain(config.route_policy, covers, (sentence) => isSo(sentence, user, null), 'any');
      expect(decision.allowed).toBe(expected);
      count(decision, config.route_policy);
    },
  );
});

function isMeant(written: string, { type, identifier }: Resource): boolean {
  const name = `${type}::${identifier}`;
  return written === name || (written.endsWith('::*') && name.startsWith(written.slice(0, -1)));
}
