/**
 * JSON as a security check must read it: strict, duplicate members refused, nesting bounded, no digit lost.
 *
 * `JSON.parse` keeps the last of two members with one name and rounds large integers; both let two readers of one token
 * see two different tokens.
 *
 * @see [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)
 * @see [RFC 7515, section 4](https://www.rfc-editor.org/rfc/rfc7515#section-4) on duplicate header parameters
 */

import { countColons, countMembers } from './json-text.js';
import { isList, type Json, type JsonObject } from './json.js';

/** What {@link parseJson} found: the value, or what is wrong and at which character. */
export type JsonResult =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly message: string; readonly offset: number };

/** How {@link parseJson} reads. */
export interface JsonOptions {
  /** Turns the text of a number into its value. Default: a number, or a bigint for an integer beyond 2⁵³. */
  readonly number?: (text: string) => number | bigint;
  /** How the name of a member is shown in a message, before it is cut short. Default: as it is. */
  readonly show?: (name: string) => string;
}

/** Deepest nesting accepted. */
const MAX_DEPTH = 128;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// eslint-disable-next-line no-control-regex -- RFC 8259 §7 bars the control characters from strings
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WHITE_SPACE = /[ \t\n\r]*/y;
const LITERAL = /true|false|null/y;
const LITERALS: Readonly<Record<string, Json>> = { true: true, false: false, null: null };

interface Reader {
  readonly text: string;
  readonly number: (text: string) => number | bigint;
  readonly show: (name: string) => string;
  offset: number;
  depth: number;
}

class JsonFault extends Error {}

/** Parses one JSON text; never throws. */
export function parseJson(text: string, options: JsonOptions = {}): JsonResult {
  const value = options.number === undefined ? parseNatively(text) : undefined;
  return value === undefined ? readJson(text, options) : { ok: true, value };
}

/**
 * Parses with `JSON.parse`, which is many times faster than reading here; undefined for a text in which the two could
 * differ: wrong, nested deeply, a member twice, or an integer that a double may not hold.
 */
function parseNatively(text: string): Json | undefined {
  try {
    const value = parseLoosely(text);
    const size = sizeOf(value, MAX_DEPTH);
    // Of two members with one name, the last is kept: then there are fewer than the text has.
    return size === countColons(text) || size === countMembers(text) ? value : undefined;
  } catch {
    return undefined;
  }
}

function parseLoosely(text: string): Json {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-return -- JSON.parse gives what Json describes
  return JSON.parse(text);
}

/** How many members all objects in a value have; NaN if it is nested deeper, or if an integer may have lost digits. */
function sizeOf(value: Json, depth: number): number {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value) ? NaN : 0;
  if (typeof value !== 'object' || value === null) return 0;
  if (depth === 0) return NaN;
  let size = 0;
  if (isList(value)) for (const item of value) size += sizeOf(item, depth - 1);
  // Faster than to list them: no list is made.
  else for (const name in value) size += 1 + sizeOf(value[name] ?? null, depth - 1);
  return size;
}

/** Reads character by character, where `JSON.parse` is not enough, or to say what is wrong and where. */
function readJson(text: string, options: JsonOptions): JsonResult {
  const reader: Reader = {
    text,
    number: options.number ?? exactNumber,
    show: options.show ?? ((name) => name),
    offset: 0,
    depth: MAX_DEPTH,
  };
  try {
    const value = readValue(reader);
    take(reader, WHITE_SPACE);
    if (reader.offset < text.length) throw new JsonFault('something follows the JSON value');
    return { ok: true, value };
  } catch (error) {
    // A string of many megabytes exhausts the stack of the regular expression that reads it.
    if (error instanceof RangeError) return { ok: false, message: 'the JSON text is too large', offset: reader.offset };
    if (!(error instanceof JsonFault)) throw error;
    return { ok: false, message: error.message, offset: reader.offset };
  }
}

function exactNumber(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) || !/^-?\d+$/.test(text) ? value : BigInt(text);
}

function readValue(reader: Reader): Json {
  take(reader, WHITE_SPACE);
  const first = reader.text[reader.offset];
  if (first === '{') return nested(reader, readObject);
  if (first === '[') return nested(reader, readArray);
  if (first === '"') return readString(reader);
  const literal = take(reader, LITERAL);
  if (literal !== null) return LITERALS[literal] ?? null;
  const number = take(reader, NUMBER);
  if (number !== null) return reader.number(number);
  throw new JsonFault(first === undefined ? 'the JSON text ends too early' : 'this is not JSON');
}

function nested(reader: Reader, read: (reader: Reader) => Json): Json {
  if (reader.depth === 0) throw new JsonFault('the JSON text is nested too deeply');
  reader.depth -= 1;
  reader.offset += 1;
  const value = read(reader);
  reader.depth += 1;
  return value;
}

function readObject(reader: Reader): JsonObject {
  const members = new Map<string, Json>();
  if (closes(reader, '}')) return {};
  do {
    take(reader, WHITE_SPACE);
    const start = reader.offset;
    const name = readString(reader);
    if (members.has(name)) {
      reader.offset = start;
      throw new JsonFault(`the member ${JSON.stringify(reader.show(name).slice(0, 64))} occurs twice`);
    }
    expectCharacter(reader, ':');
    members.set(name, readValue(reader));
  } while (continues(reader, '}'));
  return Object.fromEntries(members);
}

function readArray(reader: Reader): readonly Json[] {
  const items: Json[] = [];
  if (closes(reader, ']')) return items;
  do items.push(readValue(reader));
  while (continues(reader, ']'));
  return items;
}

function readString(reader: Reader): string {
  const literal = take(reader, STRING);
  if (literal === null) throw new JsonFault('a JSON string was expected');
  return literal.includes('\\') ? String(JSON.parse(literal)) : literal.slice(1, -1);
}

function closes(reader: Reader, bracket: string): boolean {
  take(reader, WHITE_SPACE);
  if (reader.text[reader.offset] !== bracket) return false;
  reader.offset += 1;
  return true;
}

function continues(reader: Reader, bracket: string): boolean {
  if (closes(reader, bracket)) return false;
  expectCharacter(reader, ',');
  return true;
}

function expectCharacter(reader: Reader, character: string): void {
  take(reader, WHITE_SPACE);
  if (reader.text[reader.offset] !== character) {
    const ends = reader.offset >= reader.text.length;
    throw new JsonFault(ends ? 'the JSON text ends too early' : `"${character}" was expected`);
  }
  reader.offset += 1;
}

function take(reader: Reader, pattern: RegExp): string | null {
  pattern.lastIndex = reader.offset;
  const match = pattern.exec(reader.text);
  if (match === null) return null;
  reader.offset = pattern.lastIndex;
  return match[0];
}
