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
/** Answers that are remembered, and their longest question: anybody may send a token, and name claims at will. */
const MAX_KEPT = 1000;
const MAX_KEPT_LENGTH = 512;

/** For each name that is asked for, the claims that may have been meant; a name for which there are none is left out. */
export type NearNames = ReadonlyMap<string, readonly string[]>;

/** Looks through the claims of a token. */
export type NearMisses = (claims: JsonObject) => NearNames;

/** What the last name of a claim is to the names that are asked for. */
interface Relation {
  /** The names that end in it, in any case. */
  readonly same: readonly string[];
  /** The names that issuers use for the same thing. */
  readonly similar: readonly string[];
}

interface Hit {
  readonly path: string;
  readonly relation: Relation;
}

/**
 * Finds claims that may have been meant by these names: the same name deeper or in another case, then names that mean
 * the same. What one of the names finds itself is left out.
 */
export function createNearMisses(names: readonly string[]): NearMisses {
  const asked = new Set(names);
  const meanings = names.map((name) => ({ name, ...meaningOf(name) }));
  const relations = new Map<string, Relation | null>();
  /** Nearly all claims are of no interest, and tokens of one issuer have the same names: one look tells. */
  const relate = (name: string): Relation | null => {
    const known = relations.get(name);
    if (known !== undefined) return known;
    const last = lastName(name);
    const lower = last.toLowerCase();
    const same = meanings.filter(({ wanted }) => wanted === lower).map((meaning) => meaning.name);
    const similar = meanings
      .filter(({ wanted, synonyms }) => wanted !== lower && synonyms.includes(last))
      .map((meaning) => meaning.name);
    return keep(relations, name, same.length + similar.length === 0 ? null : { same, similar });
  };
  const assigned = new Map<string, NearNames>();
  return (claims) => {
    const hits = search(claims, asked, relate);
    // With the length of each, no two lists of paths are written alike.
    let paths = '';
    for (const { path } of hits) paths += `${path.length} ${path}`;
    return assigned.get(paths) ?? keep(assigned, paths, assign(hits, names));
  };
}

function keep<Answer>(known: Map<string, Answer>, question: string, answer: Answer): Answer {
  if (known.size < MAX_KEPT && question.length <= MAX_KEPT_LENGTH) known.set(question, answer);
  return answer;
}

/** To each name its hits, the same name first. */
function assign(hits: readonly Hit[], names: readonly string[]): NearNames {
  const found = names.map((name): readonly [string, readonly string[]] => {
    const same = hits.filter(({ relation }) => relation.same.includes(name));
    const similar = hits.filter(({ relation }) => relation.similar.includes(name));
    return [name, Object.freeze([...same, ...similar].slice(0, MAX_NEAR_MISSES).map(({ path }) => path))];
  });
  return new Map(found.filter(([, near]) => near.length > 0));
}

function meaningOf(claim: string): { readonly wanted: string; readonly synonyms: readonly string[] } {
  const wanted = claim.slice(claim.lastIndexOf('.') + 1).toLowerCase();
  const synonyms = SYNONYMS.filter((names) => names.some((name) => name.toLowerCase() === wanted)).flat();
  return { wanted, synonyms };
}

/** The claims of interest among those that a mapping could use: strings and lists, outermost first. */
function search(claims: JsonObject, asked: ReadonlySet<string>, relate: (name: string) => Relation | null): Hit[] {
  const hits: Hit[] = [];
  const containers = [claims];
  const prefixes = [''];
  let seen = 0;
  for (let index = 0; index < containers.length; index += 1) {
    const container = containers[index] ?? {};
    const prefix = prefixes[index] ?? '';
    const names = Object.keys(container);
    const values = Object.values(container);
    for (let at = 0; at < names.length; at += 1) {
      if ((seen += 1) > MAX_CLAIMS_SEARCHED) return hits;
      const name = names[at] ?? '';
      const value = values[at];
      if (typeof value === 'string' || Array.isArray(value)) {
        const relation = relate(name);
        if (relation === null) continue;
        const path = prefix + name;
        if (!asked.has(path)) hits.push({ path, relation });
      } else if (isObject(value)) {
        containers.push(value);
        prefixes.push(`${prefix}${name}.`);
      }
    }
  }
  return hits;
}

/** The name of a claim inside its container: the end of a dotted path, or of a URL used as a claim name. */
function lastName(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('.'), name.lastIndexOf('/')) + 1);
}
