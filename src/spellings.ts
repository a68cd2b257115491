/** How a secret may be spelled: in a URL, a form, JSON, and one of them inside another. Pure. */

/** How long the beginning is by which a secret is looked for, and each piece behind it. In UTF-16 units. */
export const CHUNK = 64;

/** A secret in one spelling, chunk by chunk; null behind its end. */
export type Spelling = (index: number) => string | null;
/** The spellings of a secret by how they begin. */
export type Spellings = ReadonlyMap<string, readonly Spelling[]>;

const escapeJson = (text: string): string => JSON.stringify(text).slice(1, -1);
const escapeUrl = (text: string): string => encodeURIComponent(text.toWellFormed());
/** As `application/x-www-form-urlencoded` spells a value. */
export const escapeForm = (text: string): string => new URLSearchParams({ s: text }).toString().slice(2);
const lowerEscapes = (text: string): string => text.replace(/%../g, (code) => code.toLowerCase());

/** How one character after the other is written. */
const WAYS: readonly ((text: string) => string)[] = [
  (text) => text,
  escapeJson,
  (text) => escapeJson(text).replaceAll('/', '\\/'),
  (text) =>
    escapeJson(text).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  escapeUrl,
  escapeForm,
  (text) => lowerEscapes(escapeUrl(text)),
  (text) => lowerEscapes(escapeForm(text)),
];

/** Spelled the same everywhere. */
const isPlain = (text: string): boolean => /^[\w.-]*$/.test(text);

/** A text in every spelling. */
export function spellOnce(text: string): readonly string[] {
  return isPlain(text) ? [text] : WAYS.map((way) => way(text));
}

/** A secret in every spelling, and each of them spelled again: an answer may quote what it was sent, JSON and all. */
export function spell(secret: string): Spellings {
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
  return byBeginning;
}

/** What every spelling of a secret has in common at its beginning: a text without it need not be searched for them. */
export function coreOf(secret: string): string {
  const [head = ''] = splitChunks(secret, 1);
  const runs = head.match(/[\w.-]+/g) ?? [''];
  return runs.reduce((longest, run) => (run.length > longest.length ? run : longest));
}

/** A text in chunks, none of which ends within a character. */
function splitChunks(text: string, most = Infinity): readonly string[] {
  const chunks: string[] = [];
  for (let at = 0; at < text.length && chunks.length < most;) {
    const end = at + CHUNK;
    const isWithin = /[\ud800-\udbff][\udc00-\udfff]/.test(text.slice(end - 1, end + 1));
    chunks.push(text.slice(at, isWithin ? end + 1 : end));
    at = isWithin ? end + 1 : end;
  }
  return chunks;
}
