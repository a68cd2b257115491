/** The sentences of `when` and `unless`, parsed and judged as the server does it. Pure. */

import { splitWords } from '../claims.js';
import { valuesOf, type Identity } from '../verdict.js';

/** A condition of an access or route rule. */
export type Condition =
  | { readonly kind: 'user_in_owners' | 'user_not_in_owners'; readonly attribute: string }
  | { readonly kind: 'user_with' | 'user_with_not'; readonly value: string; readonly attribute: string }
  | { readonly kind: 'user_is_owner' | 'user_is_not_owner' | 'resource_is_unowned' };

/** The sentences that exist, for messages and suggestions. */
export const CONDITION_FORMS: readonly string[] = [
  'user in owners ATTRIBUTE',
  'user not in owners ATTRIBUTE',
  'user with VALUE in ATTRIBUTE',
  'user with VALUE not in ATTRIBUTE',
  'user is owner',
  'user is not owner',
  'resource is unowned',
];

/** The attributes that mappings know by default. */
export const ATTRIBUTES: readonly string[] = ['roles', 'teams', 'projects', 'namespaces'];

const KEYWORDS: readonly string[] = ['user', 'resource', 'is', 'in', 'with', 'not', 'owner', 'owners', 'unowned'];

/** Parses one sentence; null if there is no such sentence. Words may be separated by any white space. */
export function parseCondition(text: string): Condition | null {
  const words = splitWords(text);
  const [first, second, third, fourth, fifth, sixth] = words;
  const sentence = words.join(' ');
  if (sentence === 'user is owner') return { kind: 'user_is_owner' };
  if (sentence === 'user is not owner') return { kind: 'user_is_not_owner' };
  if (sentence === 'resource is unowned') return { kind: 'resource_is_unowned' };
  if (first !== 'user') return null;
  if (words.length === 4 && second === 'in' && third === 'owners' && fourth !== undefined) {
    return { kind: 'user_in_owners', attribute: fourth };
  }
  if (words.length === 5 && second === 'not' && third === 'in' && fourth === 'owners' && fifth !== undefined) {
    return { kind: 'user_not_in_owners', attribute: fifth };
  }
  if (second !== 'with' || third === undefined) return null;
  if (words.length === 5 && fourth === 'in' && fifth !== undefined) {
    return { kind: 'user_with', value: third, attribute: fifth };
  }
  if (words.length === 6 && fourth === 'not' && fifth === 'in' && sixth !== undefined) {
    return { kind: 'user_with_not', value: third, attribute: sixth };
  }
  return null;
}

/** Tells whether a condition holds for a user and the owner of the resource; null where nobody owns it. */
export function holds(condition: Condition, user: Identity, owner: Identity | null): boolean {
  switch (condition.kind) {
    case 'user_in_owners':
      return sharesValue(condition.attribute, user, owner);
    case 'user_not_in_owners':
      return !sharesValue(condition.attribute, user, owner);
    case 'user_with':
      return valuesOf(user.attributes, condition.attribute).includes(condition.value);
    case 'user_with_not':
      return !valuesOf(user.attributes, condition.attribute).includes(condition.value);
    case 'user_is_owner':
      return owner?.principal === user.principal;
    case 'user_is_not_owner':
      return owner?.principal !== user.principal;
    case 'resource_is_unowned':
      return owner === null;
  }
}

/** Tells conditions that never hold together. */
export function areExclusive(conditions: readonly Condition[]): boolean {
  const kinds = new Set(conditions.map(({ kind }) => kind));
  const hasOwner = kinds.has('user_is_owner') || kinds.has('user_in_owners');
  const written = new Set(conditions.map((condition) => JSON.stringify(condition)));
  return (
    (hasOwner && kinds.has('resource_is_unowned')) ||
    conditions.some((one) => written.has(JSON.stringify({ ...one, kind: OPPOSITES[one.kind] ?? null })))
  );
}

const OPPOSITES: Readonly<Partial<Record<Condition['kind'], Condition['kind']>>> = {
  user_in_owners: 'user_not_in_owners',
  user_with: 'user_with_not',
  user_is_owner: 'user_is_not_owner',
};

function sharesValue(attribute: string, user: Identity, owner: Identity | null): boolean {
  const owned = owner === null ? [] : valuesOf(owner.attributes, attribute);
  return valuesOf(user.attributes, attribute).some((value) => owned.includes(value));
}

/** Suggests the valid sentence nearest to an invalid one: `user in owner teams` → `user in owners teams`; null if none is. */
export function suggestCondition(text: string): string | null {
  const words = splitWords(text);
  const last = words.filter((word) => !KEYWORDS.includes(word)).at(-1) ?? 'ATTRIBUTE';
  const attribute = words.find((word) => ATTRIBUTES.includes(word)) ?? last;
  const negated = words.includes('not') ? 'not ' : '';
  const value = words[words.indexOf('with') + 1] ?? 'VALUE';
  if (words.includes('unowned')) return 'resource is unowned';
  if (words.includes('with')) return `user with ${value} ${negated}in ${attribute}`;
  if (words.includes('in')) return `user ${negated}in owners ${attribute}`;
  if (words.includes('owner')) return `user is ${negated}owner`;
  return null;
}
