/**
 * A regular expression of Python's dialect → the same one in RE2's, or why there is none. Pure.
 *
 * @see https://docs.python.org/3/library/re.html#regular-expression-syntax
 */

/** The pattern in the dialect of RE2, or what in it has no equal there. */
export type Translation =
  { readonly ok: true; readonly source: string } | { readonly ok: false; readonly message: string };

/** What a part of a pattern becomes. */
interface Part {
  readonly source: string;
  /** Anchors match no character, and cannot be repeated. */
  readonly isAnchor: boolean;
  /** Holds a `$`, which takes the line break at the end along, so that nothing may follow. */
  readonly isLast: boolean;
}

interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
}

/** The longest pattern, in characters. */
const MAX_LENGTH = 1000;
/** The highest count in braces; RE2 has the same limit. */
const MAX_REPEAT = 1000;

/** Python's `\s`, which is more than RE2's. */
const SPACE =
  '\\t-\\r\\x{1c}-\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}';
const NO_SPACE =
  '\\x{0}-\\x{8}\\x{e}-\\x{1b}\\x{21}-\\x{84}\\x{86}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}' +
  '\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{10ffff}';

/** What may stand in a class for each of Python's; `\W` has no such form. */
const CLASSES: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  s: SPACE,
  S: NO_SPACE,
  w: '\\p{L}\\p{N}_',
};

const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };

/** I, i, İ and ı: one letter to Python where case is ignored, and two to RE2. */
const EYES: readonly number[] = [0x49, 0x69, 0x130, 0x131];

const REPEAT = /[*+?]|\{(?!\})(\d*)(?:(,)(\d*))?\}/y;
const OPTIONS = /\(\?([imsu]*)(?:-([ims]+))?:/y;
const NAMED = /\(\?P<([\p{ID_Start}_]\p{ID_Continue}*)>/uy;

class NoEqual extends Error {}

/** Translates a pattern; what Python refuses is refused as well. */
export function translatePattern(pattern: string): Translation {
  try {
    return { ok: true, source: translate(pattern) };
  } catch (error) {
    if (!(error instanceof NoEqual)) throw error;
    return { ok: false, message: error.message };
  }
}

function translate(pattern: string): string {
  if (pattern.length > MAX_LENGTH) return refuse(`it has more than ${MAX_LENGTH} characters`);
  const options = /^(?:\(\?[aiLmsux]+\))*/.exec(pattern)?.[0] ?? '';
  if (/[aLx]/.test(options)) return refuse('of the flags, only i, m, s and u have an equal here');
  const names = new Set<string>();
  let at = options.length;

  /** Takes what the expression matches here. */
  function take(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = at;
    const found = expression.exec(pattern);
    if (found !== null) at = expression.lastIndex;
    return found;
  }

  function eat(text: string): boolean {
    const found = pattern.startsWith(text, at);
    if (found) at += text.length;
    return found;
  }

  function alternatives(flags: Flags): Part {
    const branches = [sequence(flags)];
    while (eat('|')) branches.push(sequence(flags));
    return {
      source: branches.map(({ source }) => source).join('|'),
      isAnchor: false,
      isLast: branches.some(({ isLast }) => isLast),
    };
  }

  function sequence(flags: Flags): Part {
    let source = '';
    let isLast = false;
    while (at < pattern.length && !/[|)]/.test(pattern.charAt(at))) {
      if (take(/\(\?#[^)]*\)/y) !== null) continue;
      const part = repeated(atom(flags));
      if (isLast) refuse('"$" stands before the end');
      source += part.source;
      ({ isLast } = part);
    }
    return { source, isAnchor: false, isLast };
  }

  function repeated(part: Part): Part {
    const found = take(REPEAT);
    if (found === null) return part;
    if (part.isAnchor || part.isLast) refuse('an anchor is repeated');
    const [sign, least = '', comma, most = ''] = found;
    if (eat('+')) refuse('possessive repetition ("++", "*+") has no equal here');
    // Whether as much or as little as possible is taken changes no answer.
    eat('?');
    if (take(REPEAT) !== null) refuse('a repetition is repeated');
    if (!sign.startsWith('{')) return { ...part, source: part.source + sign };
    const low = Number(least);
    const high = comma === undefined ? low : most === '' ? null : Number(most);
    if (Math.max(low, high ?? 0) > MAX_REPEAT) refuse(`more than ${MAX_REPEAT} repetitions`);
    if (high !== null && high < low) refuse('the lower count of a repetition is above the upper');
    return { ...part, source: `${part.source}{${low},${high ?? ''}}` };
  }

  function atom(flags: Flags): Part {
    if (pattern.startsWith('(', at)) return group(flags);
    if (eat('.')) return part(flags.s ? '(?s:.)' : '[^\\n]');
    if (eat('^')) return { ...part(flags.m ? '(?m:^)' : '\\A'), isAnchor: true };
    if (eat('$'))
      return flags.m ? { ...part('(?m:$)'), isAnchor: true } : { source: '\\n?\\z', isAnchor: true, isLast: true };
    if (eat('[')) return part(set(flags));
    if (eat('\\A')) return { ...part('\\A'), isAnchor: true };
    if (eat('\\Z')) return { ...part('\\z'), isAnchor: true };
    if (take(/\\[bB]/y) !== null) refuse('\\b and \\B have no equal here');
    if (eat('\\W')) return part(`[^${CLASSES.w ?? ''}]`);
    if (take(REPEAT) !== null) refuse('there is nothing to repeat');
    const found = element();
    return part(`[${typeof found === 'number' ? span(found, found, flags) : found}]`);
  }

  function group(flags: Flags): Part {
    const inner = { ...flags };
    const found = take(OPTIONS);
    const name = found === null ? take(NAMED)?.[1] : undefined;
    if (found !== null) {
      const [, on = '', off = ''] = found;
      if (off.split('').some((flag) => on.includes(flag))) refuse('a flag is turned on and off');
      for (const flag of ['i', 'm', 's'] as const) if ((on + off).includes(flag)) inner[flag] = on.includes(flag);
    } else if (name !== undefined) {
      if (names.has(name)) refuse('two groups have one name');
      names.add(name);
    } else if (pattern.startsWith('(?', at)) refuse(describe(pattern.slice(at, at + 4)));
    else at += 1;
    const body = alternatives(inner);
    if (!eat(')')) refuse('a parenthesis is not closed');
    return { ...body, source: wrap(body.source, inner) };
  }

  /** A class in brackets, after the bracket. */
  function set(flags: Flags): string {
    const negated = eat('^') ? '^' : '';
    let source = '';
    do {
      if (at >= pattern.length) refuse('a bracket is not closed');
      const low = eat('\\b') ? 8 : element();
      const isRange = pattern.startsWith('-', at) && !pattern.startsWith('-]', at);
      if (!isRange) {
        source += typeof low === 'number' ? span(low, low, flags) : low;
        continue;
      }
      at += 1;
      const high = eat('\\b') ? 8 : element();
      if (typeof low !== 'number' || typeof high !== 'number' || high < low)
        return refuse('a range in brackets is bad');
      source += span(low, high, flags);
    } while (!eat(']'));
    return `[${negated}${source}]`;
  }

  /** One character, or the inside of a class such as `\d`. */
  function element(): number | string {
    if (!eat('\\')) return character();
    const code = take(/(?:x|u(?:[\da-fA-F]{2})|U(?:[\da-fA-F]{6}))[\da-fA-F]{2}/y);
    if (code !== null) return Number.parseInt(code[0].slice(1), 16);
    const octal = take(/0[0-7]{0,2}|[1-3][0-7]{2}/y);
    if (octal !== null) return Number.parseInt(octal[0], 8);
    if (take(/[1-9]/y) !== null) return refuse('references to groups have no equal here');
    const letter = take(/[A-Za-z]/y)?.[0];
    if (letter === undefined) return character();
    if (letter === 'W') return refuse('\\W in brackets has no equal here');
    return CONTROLS[letter] ?? CLASSES[letter] ?? refuse(`\\${letter} has no equal here`);
  }

  function character(): number {
    const code = pattern.codePointAt(at);
    if (code === undefined) return refuse('it ends within an escape or a bracket');
    at += code > 0xffff ? 2 : 1;
    return code;
  }

  const flags = { i: options.includes('i'), m: options.includes('m'), s: options.includes('s') };
  const { source } = alternatives(flags);
  if (at < pattern.length) refuse('a parenthesis is closed that was never opened');
  return wrap(source, flags);
}

function part(source: string): Part {
  return { source, isAnchor: false, isLast: false };
}

function wrap(source: string, { i }: Flags): string {
  return `(?${i ? 'i' : '-i'}:${source})`;
}

/** The inside of a class that holds these characters. */
function span(low: number, high: number, { i }: Flags): string {
  const text = low === high ? literal(low) : `${literal(low)}-${literal(high)}`;
  return i && EYES.some((code) => code >= low && code <= high) ? text + EYES.map(literal).join('') : text;
}

function literal(code: number): string {
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return refuse('it names a character that does not exist');
  const character = String.fromCodePoint(code);
  return /[\w/]/.test(character) ? character : `\\x{${code.toString(16)}}`;
}

function describe(start: string): string {
  if (/^\(\?<?[=!]/.test(start)) return 'looking ahead or behind ("(?=", "(?!", "(?<=", "(?<!") has no equal here';
  if (start.startsWith('(?P=')) return 'references to groups have no equal here';
  return `"${start.slice(0, 3)}" has no equal here`;
}

function refuse(message: string): never {
  throw new NoEqual(message);
}
