/** Texts read as numbers by Python's `int()` and `float()`: the server is written in Python. Pure. */

/** Reads a string as Python's `int()`: white space around, a sign, `_` between digits, digits of any script. */
export function parsePythonInt(text: string): number | bigint | null {
  const digits = asciiDigits(trim(text));
  if (!/^[+-]?\d+(?:_\d+)*$/.test(digits)) return null;
  const value = BigInt(digits.replace(/[+_]/g, '').replace(/^-(?=\d)/, ''));
  const signed = digits.startsWith('-') ? -value : value;
  return signed >= Number.MIN_SAFE_INTEGER && signed <= Number.MAX_SAFE_INTEGER ? Number(signed) : signed;
}

/** Reads a string as Python's `float()`: also `.5`, `5.`, `inf`, `nan`. */
export function parsePythonFloat(text: string): number | null {
  const digits = asciiDigits(trim(text));
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(digits);
  if (special !== null) {
    if (special[2]?.toLowerCase() === 'nan') return NaN;
    return special[1] === '-' ? -Infinity : Infinity;
  }
  const pattern = /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i;
  return pattern.test(digits) ? Number(digits.replaceAll('_', '')) : null;
}

/** What Python takes away around a number; between words it splits at U+001C to U+001F too. */
const SPACE = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

function trim(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && SPACE.test(text.charAt(start))) start += 1;
  while (end > start && SPACE.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function asciiDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    const codePoint = digit.codePointAt(0) ?? 0;
    let zero = codePoint;
    while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
    return String((codePoint - zero) % 10);
  });
}
