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
/** What is remembered has its bounds: anybody may send a token, and name claims at will. */
const MAX_PLACES = 2000;
const MAX_LETTERS = 2000;

/** For each name that is asked for, the claims that may have been meant; a name for which there are none is left out. */
export type NearNames = ReadonlyMap<string, readonly string[]>;

/** Looks through the claims of a token. */
export type NearMisses = (claims: JsonObject) => NearNames;

/** A name that is asked for. */
interface Meaning {
  readonly name: string;
  /** The last name of its path, in lower case. */
  readonly wanted: string;
  /** The names that issuers use for the same thing. */
  readonly synonyms: readonly string[];
}

/** Where a walk through the names of claims has come to: tokens of one issuer go the same way. */
interface Place {
  readonly next: Map<string | symbol, Place>;
  near: NearNames | null;
}

/** What a walk passes beside the names of texts and lists. */
const OBJECT = Symbol('object');
const END = Symbol('end');

/**
 * Finds claims that may have been meant by these names: the same name deeper or in another case, then names that mean
 * the same. What one of the names finds itself is left out.
 */
export function createNearMisses(names: readonly string[]): NearMisses {
  const meanings = names.map(meaningOf);
  let start = createPlace();
  let places = 0;
  let letters = 0;

  function step(place: Place | null, to: string | symbol): Place | null {
    if (place === null) return null;
    const known = place.next.get(to);
    if (known !== undefined) return known;
    const fresh = createPlace();
    place.next.set(to, fresh);
    places += 1;
    return fresh;
  }

  function walk(container: JsonObject, from: Place | null): Place | null {
    let place = from;
    for (const name in container) {
      // A name without letters counts too.
      if ((letters += 1 + name.length) > MAX_LETTERS) return null;
      const value = container[name];
      if (typeof value === 'string' || Array.isArray(value)) place = step(place, name);
      else if (isObject(value)) place = walk(value, step(step(place, OBJECT), name));
    }
    return step(place, END);
  }

  return (claims) => {
    if (places > MAX_PLACES) {
      start = createPlace();
      places = 0;
    }
    letters = 0;
    const place = walk(claims, start);
    const near = place?.near ?? assign(search(claims, names), meanings);
    if (place !== null) place.near = near;
    return near;
  };
}

function createPlace(): Place {
  return { next: new Map(), near: null };
}

function meaningOf(name: string): Meaning {
  const wanted = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  const synonyms = SYNONYMS.filter((family) => family.some((other) => other.toLowerCase() === wanted)).flat();
  return { name, wanted, synonyms };
}

/** To each name what is near it, the same name first. */
function assign(paths: readonly string[], meanings: readonly Meaning[]): NearNames {
  const candidates = paths.map((path) => ({ path, last: lastName(path) }));
  const found = meanings.map(({ name, wanted, synonyms }): readonly [string, readonly string[]] => {
    const isSame = ({ last }: { readonly last: string }): boolean => last.toLowerCase() === wanted;
    const same = candidates.filter(isSame);
    const similar = candidates.filter((candidate) => !isSame(candidate) && synonyms.includes(candidate.last));
    return [name, Object.freeze([...same, ...similar].slice(0, MAX_NEAR_MISSES).map(({ path }) => path))];
  });
  return new Map(found.filter(([, near]) => near.length > 0));
}

/** The paths of the claims that a mapping could use and that are not asked for: strings and lists, outermost first. */
function search(claims: JsonObject, asked: readonly string[]): string[] {
  const paths: string[] = [];
  const containers = [{ prefix: '', container: claims }];
  let seen = 0;
  for (const { prefix, container } of containers) {
    for (const [name, value] of Object.entries(container)) {
      if ((seen += 1) > MAX_CLAIMS_SEARCHED) return paths;
      const path = prefix + name;
      if (isObject(value)) containers.push({ prefix: `${path}.`, container: value });
      else if ((typeof value === 'string' || Array.isArray(value)) && !asked.includes(path)) paths.push(path);
    }
  }
  return paths;
}

/** The name of a claim inside its container: the end of a dotted path, or of a URL used as a claim name. */
function lastName(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('.'), name.lastIndexOf('/')) + 1);
}
