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
  const longestFirst = [...long].map((secret) => secret ?? '').sort((a, b) => b.length - a.length);
  const masks = longestFirst.map(createMask);
  return (text) => masks.reduce((result, mask) => mask(result), text);
}

/**
 * Replaces one secret. A client may send a long one that is spelled in many ways, to keep us busy: so it is looked for by
 * its beginning, in each spelling, and from there masked as far as it goes on.
 */
function createMask(secret: string): Redactor {
  const [head = ''] = splitChunks(secret, 1);
  const core = coreOf(head);
  let known: Spellings | null = null;
  return (text) => {
    // No spelling is shorter.
    if (text.length < secret.length || !text.includes(core)) return text;
    known ??= spell(secret);
    return [...known].reduce((result, [beginning, spellings]) => maskFrom(result, beginning, spellings), text);
  };
}

function maskFrom(text: string, beginning: string, spellings: readonly Spelling[]): string {
  let masked = '';
  let from = 0;
  for (let at = text.indexOf(beginning); at !== -1; at = text.indexOf(beginning, from)) {
    const start = at;
    const ends = spellings.map((chunkAt) => findEnd(text, start, chunkAt));
    masked += text.slice(from, at) + REDACTED;
    from = Math.max(...ends);
  }
  return masked + text.slice(from);
}

/** Where a text that begins with a secret goes on as something else. */
function findEnd(text: string, start: number, chunkAt: Spelling): number {
  let end = start;
  let chunk = chunkAt(0);
  for (let index = 1; chunk !== null && text.startsWith(chunk, end); index += 1) {
    end += chunk.length;
    chunk = chunkAt(index);
  }
  for (let index = 0; chunk !== null && text.charAt(end) === chunk.charAt(index); index += 1) end += 1;
  return end;
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
 * In a text that is not a URL, users and passwords of URLs are masked.
 */
export function maskUrl(url: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) return url.replace(/:\/\/[^/?#\s]*@/g, `://${REDACTED}@`);
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

/** In UTF-16 units. */
const CHUNK = 64;

/** A secret in one spelling, chunk by chunk; null behind its end. */
type Spelling = (index: number) => string | null;
/** The spellings of a secret by how they begin, the longest beginning first. */
type Spellings = ReadonlyMap<string, readonly Spelling[]>;

const quote = (text: string): string => JSON.stringify(text).slice(1, -1);
const escapeUrl = (text: string): string => encodeURIComponent(text.toWellFormed());
const escapeForm = (text: string): string => new URLSearchParams({ s: text }).toString().slice(2);
const lowerEscapes = (text: string): string => text.replace(/%../g, (code) => code.toLowerCase());

/** How one character after the other is written. */
const WAYS: readonly ((text: string) => string)[] = [
  (text) => text,
  quote,
  (text) => quote(text).replaceAll('/', '\\/'),
  (text) => quote(text).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  escapeUrl,
  escapeForm,
  (text) => lowerEscapes(escapeUrl(text)),
  (text) => lowerEscapes(escapeForm(text)),
];

/** Spelled the same everywhere. */
const isPlain = (text: string): boolean => /^[\w.-]*$/.test(text);

/** A secret in every spelling, and each of them spelled again: an answer may quote what it was sent, JSON and all. */
function spell(secret: string): Spellings {
  const chunks = splitChunks(secret);
  const twice = isPlain(secret) ? [[]] : WAYS.flatMap((inner) => WAYS.map((outer) => [inner, outer]));
  const byBeginning = new Map<string, Spelling[]>();
  for (const ways of twice) {
    const known: string[] = [];
    const spelling = (index: number): string | null => {
      const chunk = chunks[index];
      if (chunk === undefined) return null;
      return (known[index] ??= isPlain(chunk) ? chunk : ways.reduce((text, way) => way(text), chunk));
    };
    const beginning = spelling(0) ?? '';
    byBeginning.set(beginning, [...(byBeginning.get(beginning) ?? []), spelling]);
  }
  return new Map([...byBeginning].sort(([a], [b]) => b.length - a.length));
}

/** A text in chunks, none of which ends within a character. */
function splitChunks(text: string, most = Infinity): readonly string[] {
  const chunks: string[] = [];
  for (let at = 0; at < text.length && chunks.length < most;) {
    const end = at + CHUNK;
    const isWithin = /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(end - 1, end + 1));
    chunks.push(text.slice(at, isWithin ? end + 1 : end));
    at = isWithin ? end + 1 : end;
  }
  return chunks;
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
