/** Claims through a mapping to attributes, with the provenance of every value. Pure. */

import { parseJson } from './json-parser.js';
import { describeKind, isObject, member, type Json, type JsonObject } from './json.js';
import { listSome } from './listing.js';
import { createNearMisses, type Miss, type Misses, type NearMisses } from './near-misses.js';
import { describeOverage } from './overage.js';
import { valuesOf, type Attributes, type MappingRow } from './verdict.js';

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
  const { entries, nearMisses } = prepare(mapping);
  const attributes: Record<string, readonly string[]> = {};
  const rows: MappingRow[] = [];
  let misses: Misses | null = null;
  for (const entry of entries) {
    const value = findClaim(claims, entry);
    if (value === undefined) rows.push(describeAbsent(claims, entry, (misses ??= nearMisses(claims)).get(entry.claim)));
    else if (isObject(value)) rows.push(describeObject(entry, (misses ??= nearMisses(claims)).get(entry.claim)));
    else {
      const row = mapValue(entry, value);
      rows.push(row);
      if (row.status === 'mapped') addValues(attributes, row);
    }
  }
  return { attributes, mapping: rows };
}

/** First seen first, without duplicates. */
function addValues(attributes: Record<string, readonly string[]>, { attribute, values }: MappingRow): void {
  const value = join(valuesOf(attributes, attribute), values);
  if (attribute !== '__proto__') attributes[attribute] = value;
  // Assigning would set the prototype, and add no attribute.
  else Object.defineProperty(attributes, attribute, { value, writable: true, enumerable: true, configurable: true });
}

/** Up to here, to look through a list is faster than to make a set. */
const FEW = 16;

function join(before: readonly string[], values: readonly string[]): readonly string[] {
  if (before.length + values.length > FEW) return [...new Set([...before, ...values])];
  const joined = [...before];
  for (const value of values) if (!joined.includes(value)) joined.push(value);
  return joined;
}

/** One entry of a mapping, taken apart. */
interface Entry {
  readonly claim: string;
  readonly attribute: string;
  /** Null for a name without dots. */
  readonly path: readonly string[] | null;
  /** The names before each dot: of `a.b.c`, `a` and `a.b`. */
  readonly parents: readonly string[];
}

interface Prepared {
  readonly entries: readonly Entry[];
  readonly nearMisses: NearMisses;
}

const prepared = new WeakMap<ClaimsMapping, Prepared>();

/** Takes a mapping apart, once. */
function prepare(mapping: ClaimsMapping): Prepared {
  const known = prepared.get(mapping);
  if (known !== undefined) return known;
  const entries = Object.entries(mapping).map(([claim, attribute]) => {
    const path = claim.split('.');
    const parents = [...claim.matchAll(/\./g)].map(({ index }) => claim.slice(0, index));
    return { claim, attribute, path: path.length === 1 ? null : path, parents };
  });
  const fresh = { entries, nearMisses: createNearMisses(Object.keys(mapping)) };
  prepared.set(mapping, fresh);
  return fresh;
}

/** Lists the top-level claims in which no entry of the mapping finds anything. */
export function unusedClaims(claims: JsonObject, mapping: ClaimsMapping): string[] {
  const read = prepare(mapping).entries.map(({ claim, path }) =>
    path !== null && (walk(claims, path) ?? null) !== null ? path[0] : claim,
  );
  return Object.keys(claims).filter((claim) => !read.includes(claim));
}

/** Finds a claim: the dotted path is walked first, then the literal key. A null claim is an absent one. */
function findClaim(claims: JsonObject, { claim, path }: Entry): Json | undefined {
  return (path === null ? undefined : walk(claims, path)) ?? member(claims, claim) ?? undefined;
}

/** Follows a path of names; undefined where it ends. */
export function walk(claims: JsonObject, path: readonly string[]): Json | undefined {
  let value: Json | undefined = claims;
  for (const name of path) value = isObject(value) ? member(value, name) : undefined;
  return value;
}

function describeAbsent(claims: JsonObject, { claim, attribute, parents }: Entry, miss: Miss | undefined): MappingRow {
  const row: { -readonly [Field in keyof MappingRow]: MappingRow[Field] } = {
    claim,
    attribute,
    status: 'absent',
    values: [],
  };
  const text = parents.length === 0 ? undefined : describeText(claims, parents);
  const note = describeOverage(claims, claim) ?? text ?? miss?.note;
  if (note !== undefined) row.note = note;
  if (miss?.near_misses !== undefined) row.near_misses = miss.near_misses;
  return row;
}

/** Some issuers write an object as a text, whose members no path reaches. */
function describeText(claims: JsonObject, parents: readonly string[]): string | undefined {
  const parent = parents.find((name) => holdsJson(member(claims, name)));
  return parent === undefined ? undefined : `${parent} is ${JSON_NOTE}`;
}

const JSON_NOTE =
  'a string that holds JSON, which is not read; have the issuer send it as JSON itself (in Keycloak: Claim JSON Type)';

/** Names have brackets, and identifiers of Windows have braces, so it is parsed. */
function holdsJson(value: Json | undefined): boolean {
  return typeof value === 'string' && /^\s*[[{]/.test(value) && parseJson(value).ok;
}

/** Roles of Keycloak stand in `realm_access.roles`, and people write `realm_access`. */
function describeObject({ claim, attribute }: Entry, miss: Miss | undefined): MappingRow {
  const row = describeUnusable(claim, attribute, {});
  return miss === undefined ? row : { ...row, ...miss };
}

function describeUnusable(claim: string, attribute: string, value: Json): MappingRow {
  const note = `the claim is ${describeKind(value)}; only a string or a list can be mapped`;
  return { claim, attribute, status: 'unusable', values: [], note };
}

function mapValue({ claim, attribute }: Entry, value: Json): MappingRow {
  if (typeof value === 'string') return mapWords(claim, attribute, value);
  return Array.isArray(value) ? mapItems(claim, attribute, value) : describeUnusable(claim, attribute, value);
}

function mapWords(claim: string, attribute: string, text: string): MappingRow {
  const values = splitWords(text);
  const row = { claim, attribute, status: 'mapped', values } as const;
  if (holdsJson(text)) return { ...row, note: JSON_NOTE };
  // A distinguished name (CN=ml,OU=groups) has commas too.
  const commas = text.includes(',') && !text.includes('=');
  if (values.length < 2) return commas ? { ...row, note: 'one value: commas do not separate, white space does' } : row;
  const note = `one string, split at white space into ${values.length} values`;
  return { ...row, note: commas ? `${note}; commas do not separate` : note };
}

function mapItems(claim: string, attribute: string, items: readonly Json[]): MappingRow {
  const values: string[] = [];
  const skipped: string[] = [];
  let index = 0;
  for (const item of items) {
    if (typeof item === 'object' || item === Infinity || item === -Infinity)
      skipped.push(`item ${index} (${describeKind(item)})`);
    else values.push(String(item));
    index += 1;
  }
  if (items.length > 0 && values.length === 0) {
    return { claim, attribute, status: 'unusable', values, note: `no item can be mapped: ${listSome(skipped)}` };
  }
  const row = { claim, attribute, status: 'mapped', values } as const;
  return skipped.length === 0 ? row : { ...row, note: `skipped ${listSome(skipped)}` };
}

/** White space as Python's `str.split()` has it: U+001C–1F and U+0085 split, U+FEFF does not. */
// eslint-disable-next-line no-control-regex -- the server splits at these
const PYTHON_SPACE = /[\t-\r\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/** Splits a string into words exactly as the server does. */
export function splitWords(text: string): string[] {
  const words = text.split(PYTHON_SPACE);
  return words.includes('') ? words.filter((word) => word !== '') : words;
}
