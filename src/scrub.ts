/** Claims without what is personal in them: the same value is replaced by the same replacement everywhere. Pure. */

import { isObject, type Json, type JsonObject } from './json.js';
import { assignReplacements, formsOf, HOST, isCommon, type Form } from './replacements.js';
import { TIME_CLAIMS } from './time-claims.js';

/** What stays as it is. */
export interface ScrubOptions {
  /** Claims whose values stay, there and wherever else they are; each as a name or a dotted path. Default none. */
  readonly claims?: readonly string[];
  /** Values, and names, that stay wherever they are: those that a config compares with. Default none. */
  readonly values?: readonly string[];
}

/** Claims that may be shown. */
export interface ScrubbedClaims {
  readonly claims: JsonObject;
  /** Where something was replaced, as names or dotted paths. */
  readonly replaced: readonly string[];
}

/**
 * Replaces the values of claims.
 *
 * Every word of every string is replaced, and every number; times, truth values and the names of claims stay. Of a URL
 * the scheme and the slashes stay, of a text its white space, so that what was equal, blank, split or almost equal is so
 * afterwards. A name that holds a replaced value is replaced too, unless everybody has it; of one that is a URL, the
 * host. The same claims and options give the same result.
 */
export function scrubClaims(claims: JsonObject, options: ScrubOptions = {}): ScrubbedClaims {
  const { claims: keptClaims = [], values = [] } = options;
  const stays = (path: Path): boolean =>
    keptClaims.length > 0 && path.some((_, index) => keptClaims.includes(path.slice(0, index + 1).join('.')));
  // The host of a URL that stays is no secret.
  const kept = new Set(values.flatMap((value) => [value, URL_PARTS.exec(value)?.[2] ?? value]));
  const names = new Set<string>();
  const fixed = new Set(values);
  rewrite(claims, {
    text(text, path) {
      if (stays(path)) for (const word of [text, ...(text.match(WORDS) ?? [])]) kept.add(word);
      return text;
    },
    name(name, path) {
      names.add(name);
      if (stays(path)) fixed.add(name);
      return name;
    },
  });

  const found = new Map<string, readonly Form[]>();
  const note = (part: string, forms: readonly Form[]): string => {
    if (!found.has(part)) found.set(part, forms);
    return part;
  };
  rewrite(claims, { text: (text, path) => swapWords(text, path.at(-1), kept, note), name: String });
  const strange = [...names].filter((name) => !fixed.has(name) && !isCommon(name));
  // The host in the name of a claim is that of whoever named it.
  for (const name of strange) swapHost(name, kept, note);
  const holdsSecret = createFinder([...found.keys()]);
  const unfit = new Set(
    strange.filter((name) => name.length > MAX_NAME || holdsSecret(swapHost(name, kept, () => ''))),
  );
  for (const name of unfit) note(name, [['name-', '']]);

  const taken = new Set([...found.keys(), ...kept, ...names]);
  const take = (part: string): string => {
    taken.add(part);
    return part;
  };
  for (const value of kept) swapWords(value, undefined, new Set(), take);
  const replacements = assignReplacements(found, taken, holdsSecret);
  const swap = (part: string): string => replacements.get(part) ?? part;
  const renamed = new Map(strange.map((name) => [name, unfit.has(name) ? swap(name) : swapHost(name, kept, swap)]));
  const name = (original: string): string => renamed.get(original) ?? original;

  const replaced = new Set<string>();
  const scrubbed = rewrite(claims, {
    text(text, path) {
      const fresh = swapWords(text, path.at(-1), kept, swap);
      if (fresh !== text) replaced.add(path.map(name).join('.'));
      return fresh;
    },
    name,
  });
  return { claims: isObject(scrubbed) ? scrubbed : {}, replaced: [...replaced] };
}

/** Names of claims; items of a list have that of the list. */
type Path = readonly string[];

interface Rewriting {
  readonly text: (text: string, path: Path) => string;
  /** The path ends with the name. */
  readonly name: (name: string, path: Path) => string;
}

function rewrite(value: Json, rewriting: Rewriting, path: Path = []): Json {
  if (typeof value === 'string') return rewriting.text(value, path);
  if (typeof value === 'number' || typeof value === 'bigint') {
    if (TIME_CLAIMS.includes(path.at(-1) ?? '') || value === Infinity || value === -Infinity) return value;
    const text = String(value);
    const fresh = rewriting.text(text, path);
    if (fresh === text) return value;
    return typeof value === 'bigint' && /^-?\d+$/.test(fresh) ? BigInt(fresh) : Number(fresh);
  }
  if (Array.isArray(value)) return value.map((item: Json) => rewrite(item, rewriting, path));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const inside = [...path, name];
      return [rewriting.name(name, inside), rewrite(inner, rewriting, inside)];
    }),
  );
}

/** White space splits a text into values; what cannot be seen, or is no character, can be why a token is refused. */
const WORDS = /[^\s\p{Cc}\p{Cs}]+/gu;
const VISIBLE = /[^\p{Cf}\u115f\u1160\u3164\uffa0]/u;
const URL_PARTS = /^(https?:\/\/)([^/?#]+)(.*)$/i;

function swapWords(
  text: string,
  claim: string | undefined,
  kept: ReadonlySet<string>,
  swap: (part: string, forms: readonly Form[]) => string,
): string {
  if (kept.has(text)) return text;
  const swapPart = (part: string, forms: readonly Form[]): string => (kept.has(part) ? part : swap(part, forms));
  return text.replace(WORDS, (word) => {
    if (!VISIBLE.test(word)) return '\u200b';
    const [, scheme, host = '', rest = ''] = kept.has(word) ? [] : (URL_PARTS.exec(word) ?? []);
    if (scheme === undefined) return swapPart(word, formsOf(word, claim));
    const origin = `${scheme}${swapPart(host, HOST)}`;
    return origin + rest.replace(/[^/?#&=]+/g, (part) => swapPart(part, formsOf(part, 'path')));
  });
}

/** Swaps the host in a name that is a URL. */
function swapHost(
  name: string,
  kept: ReadonlySet<string>,
  swap: (part: string, forms: readonly Form[]) => string,
): string {
  const [, scheme, host = '', rest = ''] = URL_PARTS.exec(name) ?? [];
  return scheme === undefined || kept.has(host) ? name : `${scheme}${swap(host, HOST)}${rest}`;
}

/** Shorter values are too ordinary to be looked for inside of others. */
const MIN_LENGTH = 4;

/** Longer names of claims are replaced, whatever is in them: to look takes a time that grows with the third power. */
const MAX_NAME = 256;

/** Tells whether a text holds one of these, in time that does not grow with their number. */
function createFinder(secrets: readonly string[]): (text: string) => boolean {
  const known = new Set(secrets.filter((secret) => secret.length >= MIN_LENGTH));
  const lengths = [...new Set([...known].map((secret) => secret.length))];
  return (text) =>
    lengths.some((length) => {
      for (let start = 0; start + length <= text.length; start += 1)
        if (known.has(text.slice(start, start + length))) return true;
      return false;
    });
}
