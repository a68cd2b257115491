/** Keeps secrets out of whatever is shown: they are replaced before a text leaves the core. */

import { isObject, type Json, type JsonObject } from './json.js';

/** What stands in the place of a secret. */
export const REDACTED = '[redacted]';

/** Replaces the secrets in a text. */
export type Redactor = (text: string) => string;

/** Secrets shorter than this would redact ordinary words. */
const MIN_LENGTH = 4;

/** Makes a redactor for secrets as they are, and as URLs, forms and JSON spell them, in lower case or upper. */
export function createRedactor(secrets: readonly (string | null | undefined)[]): Redactor {
  const spellings = new Set<string>();
  for (const secret of secrets) {
    if (secret === null || secret === undefined || secret.length < MIN_LENGTH) continue;
    const json = JSON.stringify(secret).slice(1, -1);
    const encoded = secret.isWellFormed()
      ? [encodeURIComponent(secret), new URLSearchParams({ s: secret }).toString().slice(2)]
      : [];
    const lowered = encoded.map((text) => text.replace(/%../g, (code) => code.toLowerCase()));
    for (const spelling of [secret, json, json.replaceAll('/', '\\/'), ...encoded, ...lowered]) spellings.add(spelling);
  }
  const longestFirst = [...spellings].sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((result, secret) => result.replaceAll(secret, REDACTED), text);
}

/** Replaces the secrets in every string of a JSON object, names of members included. */
export function redactClaims(claims: JsonObject, secrets: readonly (string | null)[]): JsonObject {
  const redact = createRedactor(secrets);
  const visit = (value: Json): Json => {
    if (typeof value === 'string') return redact(value);
    if (isList(value)) return value.map(visit);
    return isObject(value) ? visitObject(value) : value;
  };
  const visitObject = (object: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(object).map(([name, value]) => [redact(name), visit(value)]));
  return visitObject(claims);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
