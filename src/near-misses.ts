/** Claims that may have been meant by a mapping that finds nothing. */

import { isObject, type JsonObject } from './json.js';

/** Names that issuers use for the same thing. */
const SYNONYMS: readonly (readonly string[])[] = [
  ['groups', 'group', 'roles', 'role', 'teams', 'team', 'memberOf', 'wids', 'cognito:groups', 'organizations'],
  ['username', 'preferred_username', 'upn', 'unique_name', 'user_name', 'login', 'email', 'name', 'cognito:username'],
  ['scope', 'scp', 'scopes', 'permissions'],
  ['tenant', 'tid', 'tenant_id', 'org_id', 'organization'],
  ['project', 'project_id', 'projects'],
  ['namespace', 'namespaces'],
];

const MAX_NEAR_MISSES = 3;
const MAX_CLAIMS_SEARCHED = 2000;
/** Names that are remembered. */
const MAX_KEPT = 1000;

/** Looks through the claims of a token, the first time that it is asked for a name. */
export type NearMisses = (claims: JsonObject) => (claim: string) => readonly string[];

interface Hit {
  readonly path: string;
  readonly last: string;
}

/**
 * Finds claims that may have been meant by these names: the same name deeper or in another case, then names that mean
 * the same. What one of the names finds itself is left out.
 */
export function createNearMisses(names: readonly string[]): NearMisses {
  const meant = new Map(names.map((name) => [name, meaningOf(name)]));
  // Nearly all claims are of no interest, and one look tells.
  const interesting = new Set([...meant.values()].flatMap(({ wanted, synonyms }) => [wanted, ...synonyms]));
  const lastNames = new Map<string, string | null>();
  /** The last name of a claim if it is of interest; tokens of one issuer have the same names. */
  const lookAt = (name: string): string | null => {
    const known = lastNames.get(name);
    if (known !== undefined) return known;
    const last = lastName(name);
    const found = interesting.has(last) || interesting.has(last.toLowerCase()) ? last : null;
    if (lastNames.size < MAX_KEPT) lastNames.set(name, found);
    return found;
  };
  return (claims) => {
    let hits: readonly Hit[] | null = null;
    return (claim) => {
      hits ??= search(claims, lookAt);
      const { wanted, synonyms } = meant.get(claim) ?? meaningOf(claim);
      const same = hits.filter(({ last }) => last.toLowerCase() === wanted);
      const similar = hits.filter(({ last }) => last.toLowerCase() !== wanted && synonyms.includes(last));
      const near = [...same, ...similar].slice(0, MAX_NEAR_MISSES).map(({ path }) => path);
      return near.filter((path) => !meant.has(path));
    };
  };
}

function meaningOf(claim: string): { readonly wanted: string; readonly synonyms: readonly string[] } {
  const wanted = claim.slice(claim.lastIndexOf('.') + 1).toLowerCase();
  const synonyms = SYNONYMS.filter((names) => names.some((name) => name.toLowerCase() === wanted)).flat();
  return { wanted, synonyms };
}

/** The claims of interest among those that a mapping could use: strings and lists, outermost first. */
function search(claims: JsonObject, lookAt: (name: string) => string | null): Hit[] {
  const hits: Hit[] = [];
  const queue: [string, JsonObject][] = [['', claims]];
  let seen = 0;
  for (const [prefix, container] of queue) {
    for (const name of Object.keys(container)) {
      if ((seen += 1) > MAX_CLAIMS_SEARCHED) return hits;
      const value = container[name];
      if (isObject(value)) queue.push([`${prefix}${name}.`, value]);
      else if (typeof value === 'string' || Array.isArray(value)) {
        const last = lookAt(name);
        if (last !== null) hits.push({ path: prefix + name, last });
      }
    }
  }
  return hits;
}

/** The name of a claim inside its container: the end of a dotted path, or of a URL used as a claim name. */
function lastName(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('.'), name.lastIndexOf('/')) + 1);
}
