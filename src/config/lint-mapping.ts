/** What surprises in a claims mapping: words that become roles, entries that stand in each other's way. Pure. */

import type { ClaimsMapping } from '../claims.js';
import { listSome } from '../listing.js';
import { nearestName } from '../nearest.js';
import { ATTRIBUTES } from '../policy/conditions.js';
import { guardOf } from '../policy/decision.js';
import type { Rule } from '../policy/rules.js';
import { maskUrl } from '../redact.js';
import type { Note } from './note.js';
import { DEFAULT_CLAIMS_MAPPING } from './provider-config.js';

/** Claims that say who somebody is, as the issuer assigned it. */
const SUBJECTS = ['sub', 'username'];
/** Claims that say how somebody wants to be called. */
const NAMES = ['name', 'nickname', 'preferred_username', 'given_name', 'family_name', 'display_name'];

/** Finds what its author may not expect; `isDefault` is whether the config leaves the mapping at its default. */
export function findMappingSurprises(
  mapping: ClaimsMapping,
  isDefault: boolean,
  rules: readonly Rule<unknown>[],
): Note[] {
  const entries = Object.entries(mapping);
  const notes = entries.flatMap(([claim, attribute]) => judgeEntry(claim, attribute, mapping));
  // About a mapping that nobody wrote, one note is enough.
  if (isDefault)
    return notes
      .slice(0, 1)
      .map(({ code, message }) => ({ code, path: ['claims_mapping'], message: `by default, ${message}` }));
  return [...notes, ...findUnknownAttributes(mapping, rules), ...findMerged(entries)];
}

/** Finds attributes that neither the server nor one of the rules knows. */
export function findUnknownAttributes(mapping: ClaimsMapping, rules: readonly Rule<unknown>[]): Note[] {
  const conditions = rules.flatMap((rule) => guardOf(rule)?.sentences ?? []).map(({ condition }) => condition);
  const named = conditions.flatMap((condition) => ('attribute' in condition ? [condition.attribute] : []));
  return Object.entries(mapping)
    .filter(([, attribute]) => !ATTRIBUTES.includes(attribute) && !named.includes(attribute))
    .map(([claim, attribute]) => ({
      code: 'attribute_misspelt',
      path: ['claims_mapping', claim],
      message: `${maskUrl(claim)} is mapped to ${maskUrl(attribute)}${explainUnknown(claim, attribute)}`,
    }));
}

function explainUnknown(claim: string, attribute: string): string {
  const meant = meantBy(attribute);
  if (ATTRIBUTES.includes(claim)) {
    const other = meant === null ? '' : `, or ${claim}: ${meant}`;
    return `; a mapping is "claim: attribute"; did you mean ${maskUrl(attribute)}: ${claim}${other}?`;
  }
  return meant === null
    ? `; only ${ATTRIBUTES.join(', ')} count unless a rule names others`
    : `; did you mean ${meant}?`;
}

/** The attribute that has nearly this name, or that a claim of this name becomes by default: `groups` become teams. */
function meantBy(name: string): string | null {
  const near = nearestName(name, ATTRIBUTES);
  if (near !== null) return near;
  const lower = name.toLowerCase();
  const usual = Object.entries(DEFAULT_CLAIMS_MAPPING).find(([claim]) =>
    [lower, lower.replace(/s$/, ''), `${lower}s`].includes(claim),
  );
  return usual === undefined || SUBJECTS.includes(usual[0]) ? null : usual[1];
}

function judgeEntry(claim: string, attribute: string, mapping: ClaimsMapping): Note[] {
  const path = ['claims_mapping', claim];
  const notes: Note[] = [];
  const shown = maskUrl(attribute);
  if (SUBJECTS.includes(claim)) {
    const message = `${claim} is mapped to ${shown}: every word in it becomes a value of ${shown}`;
    notes.push({ code: 'subject_split', path, message });
  }
  if (NAMES.includes(claim)) {
    const message = `${claim} is mapped to ${shown}: users may choose it, and every word in it becomes a value of ${shown}`;
    notes.push({ code: 'name_mapped', path, message });
  }
  if (claim.includes('\\.')) {
    const message = `${maskUrl(claim)} has a backslash before a dot: to llama-stack the path is divided at that dot, and the backslash is part of a name; OGX, its successor, reads the two as a dot in a name, and authcheck does not`;
    notes.push({ code: 'claim_escaped', path, message });
  }
  const parent = findParent(claim, mapping);
  if (parent !== undefined) {
    const message = `${maskUrl(parent)} and ${maskUrl(claim)} are both mapped; where ${maskUrl(parent)} has values, ${maskUrl(claim)} finds only a claim of that very name, dots included`;
    notes.push({ code: 'claim_shadowed', path, message });
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
    const message = `${claim} and ${listSome(groups, maskUrl)} are all mapped to ${maskUrl(attribute)}: a user called "admin" is as good as one with "admin" in ${maskUrl(groups[0] ?? '')}`;
    return [{ code: 'claims_merged', path: ['claims_mapping', claim], message }];
  });
}
