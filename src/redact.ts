/** Keeps secrets out of whatever is shown: they are replaced before a text leaves the core. */

import { isList, isObject, type Json } from './json.js';
import { CHUNK, coreOf, spell, spellOnce, type Spelling, type Spellings } from './spellings.js';

/** What stands in the place of a secret. */
export const REDACTED = '[redacted]';

/** Replaces the secrets in a text. */
export type Redactor = (text: string) => string;

type Secrets = readonly (string | null | undefined)[];

/** Shorter secrets would redact ordinary words. */
const MIN_LENGTH = 4;
/** In claims a redacted word is another role or group, so only what can be nothing but a secret is replaced. */
export const MIN_LENGTH_IN_CLAIMS = 8;

/** Makes a redactor for secrets as they are, and as URLs, forms and JSON spell them, in lower case or upper. */
export function createRedactor(secrets: Secrets, minLength: number = MIN_LENGTH): Redactor {
  const finders = [...new Set(longOf(secrets, minLength))].map(createFinder);
  return (text) =>
    replaceSpans(
      text,
      finders.flatMap((find) => find(text)),
    );
}

/** The secrets that there are, and that are long enough to be looked for. */
function longOf(secrets: Secrets, minLength: number): readonly string[] {
  return secrets.filter((secret) => typeof secret === 'string').filter(({ length }) => length >= minLength);
}

/** Where a secret stands in a text: its first character, and the first behind it. */
type Span = readonly [start: number, end: number];

/**
 * Finds one secret. A client may send a long one that is spelled in many ways, to keep us busy: so it is looked for by its
 * beginning, in each spelling, and counts from there as far as it goes on.
 */
function createFinder(secret: string): (text: string) => readonly Span[] {
  const core = coreOf(secret);
  let known: Spellings | null = null;
  // For all texts together: that of one alone would be spent anew on each string of a long answer.
  const patience = { left: 32 * 4096 };
  return (text) => {
    // No spelling begins shorter; the whole secret may be longer than a text that quotes its beginning.
    if (text.length < Math.min(secret.length, CHUNK) || !text.includes(core)) return [];
    known ??= spell(secret);
    patience.left = Math.max(0, patience.left) + 32 * text.length;
    return [...known].flatMap(([beginning, spellings]) => findSpans(text, beginning, spellings, patience));
  };
}

/** Beginnings that overlap are each followed, as long as patience lasts: then the rest of the text is masked. */
function findSpans(
  text: string,
  beginning: string,
  spellings: readonly Spelling[],
  patience: { left: number },
): readonly Span[] {
  const spans: Span[] = [];
  let reached = 0;
  for (let at = text.indexOf(beginning); at !== -1;) {
    const start = at;
    const found = spellings.map((chunkAt) => findEnd(text, start, chunkAt));
    const end = Math.max(...found.map((one) => one.end));
    spans.push([start, end]);
    const isWhole = found.some((one) => one.isWhole && one.end === end);
    if (!isWhole && start < reached) patience.left -= (end - start) * spellings.length;
    reached = Math.max(reached, end);
    if (patience.left < 0) return [...spans, [start, text.length]];
    at = text.indexOf(beginning, isWhole ? end : start + 1);
  }
  return spans;
}

/** Where a text that begins with a secret goes on as something else, and whether all of the secret stood there. */
function findEnd(text: string, start: number, chunkAt: Spelling): { readonly end: number; readonly isWhole: boolean } {
  let end = start;
  let chunk = chunkAt(0);
  for (let index = 1; chunk !== null && text.startsWith(chunk, end); index += 1) {
    end += chunk.length;
    chunk = chunkAt(index);
  }
  for (let index = 0; chunk !== null && text.charAt(end) === chunk.charAt(index); index += 1) end += 1;
  return { end, isWhole: chunk === null };
}

const PIECE = 8;

/** Replaces what a text has of secrets in pieces of eight characters and more, in lower case or upper. */
export function maskPieces(text: string, secrets: Secrets, isHarmless?: (piece: string) => boolean): string {
  const known = longOf(secrets, PIECE).flatMap(spellOnce);
  const folded = foldCase(text);
  const spellings = [...new Set(known.map(foldCase))];
  // Only the pieces of the shorter of the two are remembered: secrets, and what servers say, may be long.
  const written = spellings.join('').length > folded.length ? new Set(listPieces(folded)) : null;
  const found = new Set<string>();
  for (const spelling of spellings)
    for (const piece of listPieces(spelling)) if (written?.has(piece) ?? true) found.add(piece);
  if (found.size === 0) return text;
  const spans: [number, number][] = [];
  let at = -1;
  for (const piece of listPieces(folded)) {
    at += 1;
    if (!found.has(piece)) continue;
    const last = spans.at(-1);
    if (last !== undefined && at <= last[1]) last[1] = at + PIECE;
    else spans.push([at, at + PIECE]);
  }
  // White space around a piece is the sentence's.
  return replaceSpans(
    text,
    spans.flatMap(([start, end]): Span[] => {
      const found = text.slice(start, end);
      if (isHarmless?.(found) === true || found.trim() === '') return [];
      return [[end - found.trimStart().length, start + found.trimEnd().length]];
    }),
  );
}

/** Every piece of a text, one by one rather than as a list: a secret may be long. */
function* listPieces(text: string): Generator<string> {
  for (let at = 0; at + PIECE <= text.length; at += 1) yield text.slice(at, at + PIECE);
}

/** Lower case, of ASCII alone: other letters may change their length with their case. */
function foldCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function replaceSpans(text: string, spans: readonly Span[]): string {
  let result = '';
  let done = 0;
  for (const [start, end] of [...spans].sort(([one], [other]) => one - other)) {
    if (start >= done) result += text.slice(done, start) + REDACTED;
    done = Math.max(done, end);
  }
  return result + text.slice(done);
}

/** What a query says without giving anything away: the page of a list, the version of an API, an application, a policy. */
export const PLAIN_PARAMETERS: readonly string[] = ['page', 'per_page', 'api-version', 'appid', 'p'];
const PARAMETER = /([?&]|#(?=[^&#]*=))([^&#]+)/g;

/** Masks user and password of every URL in a text. */
export function maskUserInfo(text: string): string {
  return text.replace(/\/\/[^/?#\s]*@/g, `//${REDACTED}@`);
}

/**
 * Masks user and password of a URL, and what its query says: to many endpoints a parameter is as good as a password.
 * A fragment says the same where it has names and values: there, issuers put the token (`#access_token=…`).
 * Of URLs further on in a text, and of those in a text that is not one, users and passwords are masked.
 */
export function maskUrl(url: string): string {
  const masked = maskUserInfo(url);
  // An ampersand in the name of a host begins no parameter.
  const [authority] = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(masked) ?? [];
  if (authority === undefined) return masked;
  const query = masked.slice(authority.length).replace(PARAMETER, (_whole, before: string, parameter: string) => {
    const [, name] = /^([^=]*)=+[^=]/.exec(parameter) ?? [];
    // A parameter without a value (?TOKEN) may itself be the secret.
    if (name === undefined) return before + (PLAIN_PARAMETERS.includes(parameter.toLowerCase()) ? parameter : REDACTED);
    return before + (PLAIN_PARAMETERS.includes(name.toLowerCase()) ? parameter : `${name}=${REDACTED}`);
  });
  return authority.replace(/\/\/[^]*@/, `//${REDACTED}@`) + query;
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
