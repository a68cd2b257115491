/** JSON values: what they are, and how they are looked into and written. */

/** A JSON value. An integer that a double cannot hold is a bigint, so that no digit is lost. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonObject;

/** A JSON object. Members are own properties, `__proto__` included. */
export interface JsonObject {
  readonly [member: string]: Json;
}

/** Tells a JSON object from the other JSON values. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Tells a JSON array from the other JSON values. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The same value as `JSON.parse` would have it: large integers are rounded, so that anybody can stringify it. */
export function roundIntegers(value: Json): Json {
  if (typeof value === 'bigint') return Number(value);
  if (!holdsBigint(value)) return value;
  if (Array.isArray(value)) return value.map((item: Json) => roundIntegers(item));
  return isObject(value) ? roundMembers(value) : value;
}

/** As {@link roundIntegers}, for an object. */
export function roundMembers(object: JsonObject): JsonObject {
  if (!holdsBigint(object)) return object;
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, roundIntegers(value)]));
}

function holdsBigint(value: Json): boolean {
  if (typeof value === 'bigint') return true;
  if (typeof value !== 'object' || value === null) return false;
  if (isList(value)) return value.some(holdsBigint);
  for (const name in value) if (holdsBigint(value[name] ?? null)) return true;
  return false;
}

/** Writes a value as JSON on one line; a bigint keeps its digits, and members that are undefined are left out. */
export function writeJson(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map((item: unknown) => writeJson(item)).join(',')}]`;
  const members = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{${members.map(([name, item]) => `${JSON.stringify(name)}:${writeJson(item)}`).join(',')}}`;
}

/** Whether JSON has all the numbers in a value: it would write null for the others, such as 1e400. */
export function hasFiniteNumbers(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(hasFiniteNumbers);
}

/** Freezes a value and all that is in it: what many verdicts hold, none of them may change. */
export function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
  return value;
}

/** Returns an own member of a JSON object; what `Object.prototype` holds is not a member. */
export function member(object: JsonObject, name: string): Json | undefined {
  const value = object[name];
  // An undefined value is no member either way: hasOwn, which is slow, is asked of the others only.
  return value !== undefined && Object.hasOwn(object, name) ? value : undefined;
}

/** Returns an own member that is a string; null otherwise. */
export function stringMember(object: JsonObject, name: string): string | null {
  const value = member(object, name);
  return typeof value === 'string' ? value : null;
}

/** Tells a list whose items are all strings. */
export function isStringList(value: Json | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** What a value is, as a noun with its article: "a list". */
export function describeKind(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value === 'bigint' ? 'number' : typeof value}`;
}
