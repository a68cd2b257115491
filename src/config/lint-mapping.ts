/** What surprises in a claims mapping: words that become roles, entries that stand in each other's way. Pure. */

import type { ClaimsMapping } from '../claims.js';
import { nearestName } from '../nearest.js';
import { ATTRIBUTES } from '../policy/conditions.js';
import type { Note } from './lint.js';

/** Claims that say who somebody is, as the issuer assigned it. */
const SUBJECTS = ['sub', 'username'];
/** Claims that say how somebody wants to be called. */
const NAMES = ['name', 'nickname', 'preferred_username', 'given_name', 'family_name', 'display_name'];

/** Finds what its author may not expect; `isDefault` is whether the config leaves the mapping at its default. */
export function findMappingSurprises(mapping: ClaimsMapping, isDefault: boolean): Note[] {
  const entries = Object.entries(mapping);
  const notes = entries.flatMap(([claim, attribute]) => judgeEntry(claim, attribute, mapping));
  // Of a default, one word is enough.
  if (isDefault)
    return notes
      .slice(0, 1)
      .map(({ code, message }) => ({ code, path: ['claims_mapping'], message: `by default, ${message}` }));
  return [...notes, ...findMerged(entries)];
}

function judgeEntry(claim: string, attribute: string, mapping: ClaimsMapping): Note[] {
  const path = ['claims_mapping', claim];
  const notes: Note[] = [];
  if (SUBJECTS.includes(claim)) {
    const message = `${claim} is mapped to ${attribute}: every word in it becomes a value of ${attribute}`;
    notes.push({ code: 'subject_split', path, message });
  }
  if (NAMES.includes(claim)) {
    const message = `${claim} is mapped to ${attribute}: users may choose it, and every word in it becomes a value of ${attribute}`;
    notes.push({ code: 'name_mapped', path, message });
  }
  const parent = findParent(claim, mapping);
  if (parent !== undefined) {
    const message = `${parent} and ${claim} are both mapped; where ${parent} has values, ${claim} finds only a claim of that very name, dots included`;
    notes.push({ code: 'claim_shadowed', path, message });
  }
  const near = nearestName(attribute, ATTRIBUTES);
  if (near !== null && near !== attribute) {
    notes.push({
      code: 'attribute_misspelt',
      path,
      message: `${claim} is mapped to ${attribute}; did you mean ${near}?`,
    });
  }
  return notes;
}

/** The mapped claim in which a dotted one lies. */
function findParent(claim: string, mapping: ClaimsMapping): string | undefined {
  for (let at = claim.indexOf('.'); at !== -1; at = claim.indexOf('.', at + 1))
    if (Object.hasOwn(mapping, claim.slice(0, at))) return claim.slice(0, at);
  return undefined;
}

/** Names of people and names of groups in one attribute. */
function findMerged(entries: readonly (readonly [string, string])[]): Note[] {
  const isPerson = (claim: string): boolean => [...SUBJECTS, ...NAMES, 'email'].includes(claim);
  const people = entries.filter(([claim]) => isPerson(claim));
  return people.flatMap(([claim, attribute]): Note[] => {
    const groups = entries.filter(([other, same]) => same === attribute && !isPerson(other)).map(([other]) => other);
    if (groups.length === 0) return [];
    const more = groups.length > 5 ? ` and ${groups.length - 5} more` : '';
    const message = `${claim} and ${groups.slice(0, 5).join(', ')}${more} are all mapped to ${attribute}: a user called "admin" is as good as one with "admin" in ${groups[0] ?? ''}`;
    return [{ code: 'claims_merged', path: ['claims_mapping', claim], message }];
  });
}
