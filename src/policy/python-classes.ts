/** Characters and the classes of Python's regular expressions, as RE2 writes them inside brackets. Pure. */

/** The flags that say what a character or a class stands for. */
export interface Folding {
  /** Letters stand for themselves in upper and lower case. */
  readonly i: boolean;
  /** Classes and cases are those of ASCII. */
  readonly a: boolean;
}

/** The classes of Unicode; `\W` is every category but letters and numbers, without the underscore among the Pc. */
const UNICODE: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  s: '\\t-\\r\\x{1c}-\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}',
  S:
    '\\x{0}-\\x{8}\\x{e}-\\x{1b}\\x{21}-\\x{84}\\x{86}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}' +
    '\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{10ffff}',
  w: '\\p{L}\\p{N}_',
  W:
    '\\p{M}\\p{S}\\p{Z}\\p{C}\\p{Pd}\\p{Ps}\\p{Pe}\\p{Pi}\\p{Pf}\\p{Po}\\x{203f}\\x{2040}\\x{2054}\\x{fe33}\\x{fe34}' +
    '\\x{fe4d}-\\x{fe4f}\\x{ff3f}',
};

const ASCII: Readonly<Record<string, string>> = {
  d: '0-9',
  D: '\\x{0}-\\x{2f}\\x{3a}-\\x{10ffff}',
  s: '\\t-\\r\\x{20}',
  S: '\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{10ffff}',
  w: '0-9A-Za-z_',
  W: '\\x{0}-\\x{2f}\\x{3a}-\\x{40}\\x{5b}-\\x{5e}\\x{60}\\x{7b}-\\x{10ffff}',
};

/** I, i, İ and ı: one letter to Python where case is ignored, and two to RE2. */
const LETTERS_I: readonly number[] = [0x49, 0x69, 0x130, 0x131];

/** The first and the last letter of each case of ASCII, and the way to the other one. */
const CASES = [
  [0x41, 0x5a, 0x20],
  [0x61, 0x7a, -0x20],
] as const;

/** The class that a letter names after a backslash; null if it names none. */
export function classOf(letter: string, { a }: Folding): string | null {
  const classes = a ? ASCII : UNICODE;
  return Object.hasOwn(classes, letter) ? (classes[letter] ?? null) : null;
}

/** Writes a range of characters, and those that are other cases of them to Python, but not to RE2. */
export function span(low: number, high: number, { i, a }: Folding): string {
  const text = write(low, high);
  if (!i) return text;
  if (!a) return LETTERS_I.some((code) => code >= low && code <= high) ? text + LETTERS_I.map(literal).join('') : text;
  const others = CASES.map(([first, last, way]) => {
    const [from, to] = [Math.max(first, low), Math.min(last, high)];
    return from > to ? '' : write(from + way, to + way);
  });
  return text + others.join('');
}

/** Tells a character that has no other case. */
export function isCaseless(code: number): boolean {
  const text = String.fromCodePoint(code);
  return text.toLowerCase() === text.toUpperCase();
}

function write(low: number, high: number): string {
  return low === high ? literal(low) : `${literal(low)}-${literal(high)}`;
}

function literal(code: number): string {
  const character = String.fromCodePoint(code);
  return /[\w/]/.test(character) ? character : `\\x{${code.toString(16)}}`;
}
