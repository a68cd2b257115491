/** Claims through a mapping to attributes, with the provenance of every value. Pure. */

import { isObject, member, type Json, type JsonObject } from './json.js';
import type { Attributes, MappingRow } from './verdict.js';

/** Claim (dotted path or literal key) to attribute name, in the order of the config. */
export type ClaimsMapping = Readonly<Record<string, string>>;

/** The attributes, and one row per entry of the mapping. */
export interface MappedClaims {
  readonly attributes: Attributes;
  readonly mapping: readonly MappingRow[];
}

/**
 * Maps claims to attributes.
 *
 * A list gives its items, a string its words; two claims to one attribute are joined, first seen first, without
 * duplicates. The claims are not changed.
 */
export function mapClaims(claims: JsonObject, mapping: ClaimsMapping): MappedClaims {
  const attributes = new Map<string, Set<string>>();
  const rows: MappingRow[] = [];
  for (const [claim, attribute] of Object.entries(mapping)) {
    const row = mapEntry(claims, claim, attribute, mapping);
    rows.push(row);
    if (row.status !== 'mapped') continue;
    const values = attributes.get(attribute) ?? new Set<string>();
    for (const value of row.values) values.add(value);
    attributes.set(attribute, values);
  }
  return {
    attributes: Object.fromEntries([...attributes].map(([name, values]) => [name, [...values]])),
    mapping: rows,
  };
}

/** Lists the top-level claims that no entry of the mapping reads. */
export function unusedClaims(claims: JsonObject, mapping: ClaimsMapping): string[] {
  const read = Object.keys(mapping).flatMap((claim) => [claim, claim.split('.')[0]]);
  return Object.keys(claims).filter((claim) => !read.includes(claim));
}

/** Finds a claim: the dotted path is walked first, then the literal key. A null claim is an absent one. */
export function findClaim(claims: JsonObject, claim: string): Json | undefined {
  let value: Json | undefined = claims;
  for (const name of claim.split('.')) {
    value = isObject(value) ? member(value, name) : undefined;
  }
  return value ?? member(claims, claim) ?? undefined;
}

function mapEntry(claims: JsonObject, claim: string, attribute: string, mapping: ClaimsMapping): MappingRow {
  const value = findClaim(claims, claim);
  if (value === undefined) {
    const near_misses = nearMisses(claims, claim).filter((near) => !Object.hasOwn(mapping, near));
    return { claim, attribute, status: 'absent', values: [], ...(near_misses.length === 0 ? {} : { near_misses }) };
  }
  if (typeof value === 'string') return mapWords(claim, attribute, value);
  if (Array.isArray(value)) return mapItems(claim, attribute, value);
  const note = `the claim is ${kindOf(value)}; only a string or a list can be mapped`;
  return { claim, attribute, status: 'unusable', values: [], note };
}

function mapWords(claim: string, attribute: string, text: string): MappingRow {
  const values = splitWords(text);
  const note = values.length > 1 ? `one string, split at white space into ${values.length} values` : null;
  return { claim, attribute, status: 'mapped', values, ...(note === null ? {} : { note }) };
}

function mapItems(claim: string, attribute: string, items: readonly Json[]): MappingRow {
  const values: string[] = [];
  const skipped: string[] = [];
  items.forEach((item, index) => {
    if (typeof item === 'string') values.push(item);
    else if (typeof item === 'object') skipped.push(`item ${index} (${kindOf(item)})`);
    else values.push(String(item));
  });
  if (items.length > 0 && values.length === 0) {
    return { claim, attribute, status: 'unusable', values, note: `no item can be mapped: ${listSome(skipped)}` };
  }
  const note = skipped.length === 0 ? null : `skipped ${listSome(skipped)}`;
  return { claim, attribute, status: 'mapped', values, ...(note === null ? {} : { note }) };
}

/** White space as Python's `str.split()` has it: U+001C–1F and U+0085 split, U+FEFF does not. */
// eslint-disable-next-line no-control-regex -- the server splits at these
const PYTHON_SPACE = /[\t-\r\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/** Splits a string into words exactly as the server does. */
export function splitWords(text: string): string[] {
  return text.split(PYTHON_SPACE).filter((word) => word !== '');
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return `a ${typeof value === 'bigint' ? 'number' : typeof value}`;
}

function listSome(entries: readonly string[]): string {
  const shown = entries.slice(0, 5).join(', ');
  return entries.length > 5 ? `${shown} and ${entries.length - 5} more` : shown;
}

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

/** Finds claims that may have been meant: the same name deeper or in another case, then names that mean the same. */
export function nearMisses(claims: JsonObject, claim: string): string[] {
  const wanted = (claim.split('.').at(-1) ?? claim).toLowerCase();
  const synonyms = SYNONYMS.filter((names) => names.some((name) => name.toLowerCase() === wanted)).flat();
  const same: string[] = [];
  const similar: string[] = [];
  for (const path of claimPaths(claims)) {
    const last = lastName(path);
    if (last.toLowerCase() === wanted) same.push(path);
    else if (synonyms.includes(last)) similar.push(path);
  }
  return [...same, ...similar].slice(0, MAX_NEAR_MISSES);
}

/** The name of a claim inside its container: the end of a dotted path, or of a URL used as a claim name. */
function lastName(path: string): string {
  return path.split(/[./]/).at(-1) ?? path;
}

/** Lists the paths of all claims that a mapping could use: strings and lists, outermost first. */
function claimPaths(claims: JsonObject): string[] {
  const paths: string[] = [];
  const queue: [string, JsonObject][] = [['', claims]];
  for (let index = 0, seen = 0; index < queue.length; index += 1) {
    const [prefix, container] = queue[index] ?? ['', {}];
    for (const [name, value] of Object.entries(container)) {
      if ((seen += 1) > MAX_CLAIMS_SEARCHED) return paths;
      if (isObject(value)) queue.push([`${prefix}${name}.`, value]);
      else if (typeof value === 'string' || Array.isArray(value)) paths.push(prefix + name);
    }
  }
  return paths;
}
