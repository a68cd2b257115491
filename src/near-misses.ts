/** Claims that may have been meant by a mapping that finds nothing, or why no mapping reaches them. */

import { isObjectList, rememberByShape } from './claim-shapes.js';
import { isObject, member, type Json, type JsonObject } from './json.js';

/** Names that issuers use for the same thing. */
const SYNONYMS: readonly (readonly string[])[] = [
  [
    ...['groups', 'group', 'groups_direct', 'roles', 'role', 'teams', 'team', 'memberof', 'wids', 'organizations'],
    ...['entitlements', 'entitlement', 'permissions', 'permission'],
  ],
  [
    'username',
    'preferred_username',
    'upn',
    'unique_name',
    'user_name',
    'user_login',
    'login',
    'actor',
    'email',
    'name',
  ],
  ['scope', 'scp', 'scopes', 'permissions'],
  ['tenant', 'tid', 'tenant_id', 'org_id', 'organization', 'repository_owner'],
  ['project', 'project_id', 'projects', 'project_path', 'repository'],
  ['namespace', 'namespaces', 'namespace_path'],
];

const MAX_NEAR_MISSES = 3;
const MAX_CLAIMS_SEARCHED = 2000;
/** Letters of a path; nobody maps a longer one. */
const MAX_PATH = 256;

/** They say where claims are that are not in the token (OpenID Connect Core 1.0 §5.6.2). */
const ELSEWHERE = ['_claim_names', '_claim_sources'];

/** What is to be said of a name that finds nothing. */
export interface Miss {
  readonly near_misses?: readonly string[];
  readonly note?: string;
}

/** What is to be said of each name if it finds nothing; names of which nothing is to be said are left out. */
export type Misses = ReadonlyMap<string, Miss>;

/** Looks through the claims of a token. */
export type NearMisses = (claims: JsonObject) => Misses;

/**
 * Finds claims that may have been meant by these names: those inside of the one that is named, the same path in other
 * letters, the same name elsewhere, its plural, then names that mean the same. What one of the names finds itself is left
 * out.
 */
export function createNearMisses(names: readonly string[]): NearMisses {
  const meanings = names.map((name) => ({ path: name, ...takeApart(name) }));
  return rememberByShape((claims) => {
    const candidates = search(claims);
    const misses = meanings.map((meaning) => [meaning.path, explain(meaning, candidates, names)] as const);
    return new Map(misses.flatMap(([name, miss]) => (miss === null ? [] : [[name, miss] as const])));
  });
}

/** A path in its words, which may be separated in many ways. */
interface Words {
  readonly path: string;
  /** In lower case, with a dot between them. */
  readonly words: string;
  readonly last: string;
}

/** A string, a list, or an object whose names are meant, somewhere in a token. */
interface Candidate extends Words {
  /** `dotted`: a name on its path contains dots; `objects`: a list of objects; `names`: an object whose names say it. */
  readonly kind: 'usable' | 'dotted' | 'objects' | 'names';
}

/** Takes `realm_access.roles` apart as `realm_access/roles`, `$.realm_access.roles` and `realm_access['roles']`. */
function takeApart(path: string): Pick<Words, 'words' | 'last'> {
  const words = path
    .toLowerCase()
    .split(/[./:$*[\]"']+/)
    .filter((word) => word !== '');
  return { words: words.join('.'), last: words.at(-1) ?? '' };
}

function explain(meaning: Words, candidates: readonly Candidate[], asked: readonly string[]): Miss | null {
  if (meaning.path.includes('\\.')) return { note: ESCAPED };
  const dotted = candidates.filter(({ kind }) => kind === 'dotted');
  if (dotted.some(({ path }) => path === meaning.path)) return { note: describeDotted(meaning.path, 'this path') };
  const list = candidates.find(({ kind, words }) => kind === 'objects' && meaning.words.startsWith(`${words}.`));
  if (list !== undefined)
    return { note: `${list.path} is a list of objects, which no path reaches; have the issuer send a list of strings` };
  const ranked = rank(meaning, candidates).filter(({ kind, path }) => kind === 'names' || !asked.includes(path));
  const named = ranked.find(({ kind }) => kind === 'names');
  if (named?.path === meaning.path) return { note: describeNames('the claim') };
  const near = ranked.filter(({ kind }) => kind === 'usable');
  if (near.length > 0) return { near_misses: Object.freeze(near.slice(0, MAX_NEAR_MISSES).map(({ path }) => path)) };
  if (named !== undefined) return { note: describeNames(named.path) };
  const [unreachable] = rank(meaning, dotted);
  return unreachable === undefined ? null : { note: describeDotted(unreachable.path) };
}

const ESCAPED =
  'the backslash before a dot is part of a name here, as in llama-stack; OGX, its successor, reads the two as a dot in a name, and may find this claim';

function describeNames(which: string): string {
  return `${which} is an object whose names may be what is meant, and no path reads names; have the issuer send a list of strings`;
}

function describeDotted(path: string, which: string = `the path ${path}`): string {
  const said = `a name on ${which} contains dots, so no path reaches it`;
  return path.startsWith('kubernetes.io.')
    ? `${said}; Kubernetes has no other place for it, but sub names the namespace and the service account`
    : `${said}; have the issuer put it in a flat claim (token mapper)`;
}

/** What may be meant, the likeliest first. */
function rank(meaning: Words, candidates: readonly Candidate[]): readonly Candidate[] {
  const synonyms = SYNONYMS.filter((family) => family.includes(meaning.last)).flat();
  const degrees: readonly ((candidate: Words) => boolean)[] = [
    // What is inside, where the claim itself is an object.
    ({ words }) => words.startsWith(`${meaning.words}.`),
    ({ words }) => singular(words) === singular(meaning.words),
    ({ last }) => last === meaning.last,
    ({ last }) => singular(last) === singular(meaning.last),
    ({ last }) => synonyms.includes(last),
  ];
  return [...new Set(degrees.flatMap((isNear) => candidates.filter(isNear)))];
}

function singular(word: string): string {
  return word.endsWith('s') ? word.slice(0, -1) : word;
}

/**
 * As Zitadel has roles: `{"admin": {"1600": "acme.example"}}`, each with the numbers of organizations that gave it. Looks at
 * nothing but what the shape of claims tells: not at numbers and the like, and not whether a value is a text or a list.
 */
function isKeyed(value: JsonObject): boolean {
  let isFound = false;
  for (const name in value) {
    const inner = value[name] ?? null;
    if (isListOrText(inner)) return false;
    if (!isObject(inner)) continue;
    if (!isNumbered(inner)) return false;
    isFound = true;
  }
  return isFound;
}

function isNumbered(object: JsonObject): boolean {
  let isFound = false;
  for (const name in object) {
    const inner = object[name] ?? null;
    if (isObject(inner) || (isListOrText(inner) && !/^\d+$/.test(name))) return false;
    isFound ||= isListOrText(inner);
  }
  return isFound;
}

function isListOrText(value: Json): boolean {
  return typeof value === 'string' || Array.isArray(value);
}

/** The strings and lists that a mapping could use if it reached them, outermost first. */
function search(claims: JsonObject): Candidate[] {
  const found: Candidate[] = [];
  const containers = [{ prefix: '', container: claims, isDotted: false }];
  let seen = 0;
  for (const { prefix, container, isDotted } of containers) {
    for (const [name, value] of Object.entries(container)) {
      if ((seen += 1) > MAX_CLAIMS_SEARCHED) return found;
      const path = prefix + name;
      if (path.length > MAX_PATH || (prefix === '' && ELSEWHERE.includes(name))) continue;
      const hasDot = isDotted || name.includes('.');
      if (isObject(value) && isKeyed(value)) found.push({ path, kind: 'names', ...takeApart(path) });
      else if (isObject(value)) containers.push({ prefix: `${path}.`, container: value, isDotted: hasDot });
      else if (isListOrText(value)) {
        const kind = hasDot && prefix !== '' ? 'dotted' : isObjectList(value) ? 'objects' : 'usable';
        // A name with dots is found at the top, unless it is a path too.
        if (prefix !== '' || !isObject(member(claims, name.replace(/\..*/s, ''))))
          found.push({ path, kind, ...takeApart(path) });
      }
    }
  }
  return found;
}
