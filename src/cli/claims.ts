/** Claims as people write them: JSON, and assignments to dotted paths. */

import { AuthcheckError, isObject, member, parseJson, type Json, type JsonObject } from '../index.js';

/**
 * Reads claims from JSON.
 *
 * @throws {AuthcheckError} `input_unreadable`.
 */
export function parseClaims(text: string): JsonObject {
  const json = parseJson(text);
  if (!json.ok)
    throw new AuthcheckError(
      'input_unreadable',
      `the claims are not valid JSON: ${json.message} (character ${json.offset + 1})`,
    );
  if (!isObject(json.value)) throw new AuthcheckError('input_unreadable', 'the claims are not a JSON object');
  return json.value;
}

/** A value as a flag gives it: JSON where it is JSON, else the text itself. */
export function parseValue(text: string): Json {
  const json = parseJson(text);
  return json.ok ? json.value : text;
}

/** The claims with one more; a dotted path reaches inside, and a URL is one name. The claims are not changed. */
export function setClaim(claims: JsonObject, path: string, value: Json): JsonObject {
  const names = path.includes('://') ? [path] : path.split('.');
  const [name = '', ...rest] = names;
  const inside = member(claims, name);
  const inner = rest.length === 0 ? value : setClaim(isObject(inside) ? inside : {}, rest.join('.'), value);
  return Object.fromEntries([...Object.entries(claims), [name, inner]]);
}
