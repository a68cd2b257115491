/** What a test judges, from how it is written. */

import type { Mapping } from '../config/shape.js';
import { parseJson } from '../json-parser.js';
import { isObject, type JsonObject } from '../json.js';
import type { WrittenCase } from './schema.js';

/** What is judged: a token, or claims that are signed for the occasion, or a request with neither. */
export type Subject =
  | { readonly kind: 'token'; readonly token: string }
  | {
      readonly kind: 'claims';
      readonly claims: JsonObject;
      readonly header: JsonObject;
      readonly algorithm: string | null;
    }
  | { readonly kind: 'none' };

/**
 * Reads what is judged; `isAnswered` tells whether the test brings what the provider answers.
 *
 * @throws {AuthcheckError} what `read` does.
 */
export function readSubject(test: WrittenCase, isAnswered: boolean, read: (name: string) => string): Subject {
  if (test.token !== undefined) return { kind: 'token', token: test.token.trim() };
  if (test.token_file !== undefined) return { kind: 'token', token: read(test.token_file).trim() };
  if (test.claims !== undefined) {
    return {
      kind: 'claims',
      claims: asJson(test.claims),
      header: asJson(test.header ?? {}),
      algorithm: test.algorithm ?? null,
    };
  }
  // A provider that is to be answered must be asked, and with which token does not matter.
  return isAnswered ? { kind: 'token', token: 'test-token' } : { kind: 'none' };
}

/** What YAML knows and JSON does not (dates) becomes what JSON would have. */
function asJson(value: Mapping): JsonObject {
  const json = parseJson(JSON.stringify(value));
  return json.ok && isObject(json.value) ? json.value : {};
}
