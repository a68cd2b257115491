/** Keeps secrets out of whatever is shown: they are replaced before a text leaves the core. */

import { isList, isObject, type Json } from './json.js';

/** What stands in the place of a secret. */
export const REDACTED = '[redacted]';

/** Replaces the secrets in a text. */
export type Redactor = (text: string) => string;

/** Shorter secrets would redact ordinary words. */
const MIN_LENGTH = 4;
/** In claims a redacted word is another role or group, so only what can be nothing but a secret is replaced. */
export const MIN_LENGTH_IN_CLAIMS = 8;

/** Makes a redactor for secrets as they are, and as URLs, forms and JSON spell them, in lower case or upper. */
export function createRedactor(
  secrets: readonly (string | null | undefined)[],
  minLength: number = MIN_LENGTH,
): Redactor {
  const long = new Set(secrets.filter((secret) => typeof secret === 'string' && secret.length >= minLength));
  const known = [...long].map((secret) => ({ secret: secret ?? '', core: coreOf(secret ?? '') }));
  return (text) => {
    const present = known.filter(({ core }) => text.includes(core));
    if (present.length === 0) return text;
    const spellings = new Set(present.flatMap(({ secret }) => spell(secret)));
    const longestFirst = [...spellings].sort((a, b) => b.length - a.length);
    return longestFirst.reduce((result, spelling) => result.replaceAll(spelling, REDACTED), text);
  };
}

/** What every spelling of a secret has in common, so that a text without it need not be searched for all of them. */
function coreOf(secret: string): string {
  const runs = secret.match(/[\w.-]+/g) ?? [''];
  return runs.reduce((longest, run) => (run.length > longest.length ? run : longest));
}

/** What a query says without giving anything away: the page of a list, the version of an API, an application, a policy. */
const PLAIN_PARAMETERS = ['page', 'per_page', 'api-version', 'appid', 'p'];
const PARAMETER = /([?&])([^&#]+)/g;

/**
 * Masks user and password of a URL, and what its query says: to many endpoints a parameter is as good as a password.
 * What is no URL stays as it is.
 */
export function maskUrl(url: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) return url;
  return url
    .replace(/^([^:]*:\/\/)[^/?#]*@/, `$1${REDACTED}@`)
    .replace(PARAMETER, (_whole, before: string, parameter: string) => {
      const [name = '', value] = parameter.split(/=+(?=[^=])/, 2);
      if (PLAIN_PARAMETERS.includes(name.toLowerCase())) return before + parameter;
      // What has no value may be one.
      return before + (value === undefined ? REDACTED : `${name}=${REDACTED}`);
    });
}

const SECRET_PARAMETER = /(?:key|token|secret|code|sig|signature|password|passwd|pwd|auth)$/i;

/** The values in the query of a URL that can be nothing but secrets, by their names. */
export function secretsInQuery(url: URL): string[] {
  return [...url.searchParams].flatMap(([name, value]) => (SECRET_PARAMETER.test(name) ? [value] : []));
}

/** A secret in every spelling, and each of them spelled again: an answer may quote what it was sent, JSON and all. */
function spell(secret: string): readonly string[] {
  // As most are: spelled the same everywhere.
  if (/^[\w.-]*$/.test(secret)) return [secret];
  const once = spellOnce(secret);
  return [...once, ...once.flatMap(spellOnce)];
}

function spellOnce(text: string): readonly string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const ascii = json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const encoded = text.isWellFormed()
    ? [encodeURIComponent(text), new URLSearchParams({ s: text }).toString().slice(2)]
    : [];
  const lowered = encoded.map((spelling) => spelling.replace(/%../g, (code) => code.toLowerCase()));
  return [text, json, json.replaceAll('/', '\\/'), ascii, ...encoded, ...lowered];
}

/** Replaces the secrets in every string of a JSON value, names of members included. */
export function redactJson(value: Json, secrets: readonly (string | null)[]): Json {
  const redact = createRedactor(secrets, MIN_LENGTH_IN_CLAIMS);
  const visit = (at: Json): Json => {
    if (typeof at === 'string') return redact(at);
    if (isList(at)) return at.map(visit);
    if (!isObject(at)) return at;
    return Object.fromEntries(Object.entries(at).map(([name, inner]) => [redact(name), visit(inner)]));
  };
  return visit(value);
}
