/** The schema of `claims_mapping`. Pure. */

import * as v from 'valibot';
import type { ClaimsMapping } from '../claims.js';
import { ATTRIBUTES } from '../policy/conditions.js';
import { expected, kindOfValue } from './scalars.js';
import { isMapping, type Mapping } from './shape.js';

/** To assign this name would set the prototype of an object, and add no member; no issuer has such a claim. */
const PROTOTYPE = '__proto__';

/** Most names in a path that is suggested: an alias may hold itself. */
const MAX_DEPTH = 8;

/** Claims to attributes. Not `v.record`, which leaves out `constructor` and `prototype`: they are names as any other. */
export const claimsMapping: v.GenericSchema<unknown, ClaimsMapping> = v.pipe(
  v.custom<Mapping>(isMapping, expected('a mapping of claims to attribute names')),
  v.check((mapping) => !Object.hasOwn(mapping, PROTOTYPE), 'a key reaches the prototype of JavaScript objects'),
  v.rawTransform(({ dataset: { value: input }, addIssue }) => {
    const entries = Object.entries(input);
    for (const [key, value] of entries) {
      const message = findFault(key, value);
      if (message !== null) addIssue({ message, path: [{ type: 'object', origin: 'value', input, key, value }] });
    }
    return Object.fromEntries(entries.filter(isPair));
  }),
);

function isPair(entry: [string, unknown]): entry is [string, string] {
  return typeof entry[1] === 'string';
}

function findFault(claim: string, attribute: unknown): string | null {
  if (claim.trim() === '') return 'expected a claim name, got a blank one';
  if (typeof attribute !== 'string')
    return `expected an attribute name, got ${kindOfValue(attribute)}${suggestPath(claim, attribute)}`;
  if (attribute === PROTOTYPE) return 'this name reaches the prototype of JavaScript objects';
  return attribute.trim() === '' ? 'expected an attribute name, got a blank one' : null;
}

/** The dotted path, for a claim that was written as it is nested in the token. */
function suggestPath(claim: string, value: unknown): string {
  const names = [claim];
  let leaf = value;
  while (isMapping(leaf) && names.length < MAX_DEPTH) {
    const [first] = Object.entries(leaf);
    if (first === undefined) break;
    names.push(first[0]);
    leaf = first[1];
  }
  const path = names.join('.');
  if (names.length === 1 || isMapping(leaf) || path.length > 100) return '';
  const attribute = typeof leaf === 'string' && ATTRIBUTES.includes(leaf) ? leaf : 'ATTRIBUTE';
  return `; write the path with dots: ${path}: ${attribute}`;
}
