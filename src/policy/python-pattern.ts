/**
 * A regular expression of Python's dialect → the same one in RE2's, or why there is none. Pure.
 *
 * @see https://docs.python.org/3/library/re.html#regular-expression-syntax
 */

import { giveUp, UntranslatableError, readPattern, refuse } from './pattern-reader.js';
import { readElement, readSet } from './python-brackets.js';
import { span } from './python-classes.js';
import { changeFlags, readFlags, skip, withFlags, type Flags } from './python-flags.js';

/** The pattern in the dialect of RE2, or why there is none. */
export type Translation =
  | {
      readonly ok: true;
      readonly source: string;
      /** Whether each way to match it ends with `$`, `\Z`, `.*` or the like, and so says whether the text may go on. */
      readonly isEnded: boolean;
    }
  | Untranslatable;

/** Why a pattern has no equal. */
export interface Untranslatable {
  readonly ok: false;
  readonly message: string;
  /** Whether Python can use it, as far as can be told. */
  readonly isPython: boolean;
}

/** What a part of a pattern becomes. */
interface Part {
  readonly source: string;
  /** No less than the instructions that it needs. */
  readonly size: number;
  /** Anchors match no character, and cannot be repeated. */
  readonly isAnchor: boolean;
  /** Holds a `$`, which takes the line break at the end along, so that nothing may follow. */
  readonly isLast: boolean;
  readonly isEnded: boolean;
}

/** The longest pattern, in characters. */
const MAX_LENGTH = 16_000;
/** More than any pattern without braces needs; what is larger takes too long to compile, only to be refused. */
const MAX_SIZE = 20_000;
/** The most categories (`\p{…}`) of a pattern: each takes long to compile, as there are letters in every script. */
const MAX_CATEGORIES = 4000;
/** How deep groups may stand in one another. */
const MAX_DEPTH = 500;
/** The highest count in braces: that of RE2, and the first that Python refuses. */
const MAX_REPEAT = 1000;
const PYTHON_MAX_REPEAT = 2 ** 32 - 1;

const REPEAT = /[*+?]|\{(?!\})(\d*)(?:(,)(\d*))?\}/y;
/** How a group opens: with flags, as something that RE2 lacks, with a name, or plainly. */
const GROUP =
  /\((?:\?([aimsux]*)(?:-([imsx]+))?:|\?(<?[=!]|>|\((\w+)\))|\?P<([\p{ID_Start}_]\p{ID_Continue}*)>|(?!\?))/uy;

/** Translates a pattern; what Python refuses is refused as well. */
export function translatePattern(pattern: string): Translation {
  try {
    return { ok: true, ...translate(pattern) };
  } catch (error) {
    if (!(error instanceof UntranslatableError)) throw error;
    return { ok: false, message: error.message, isPython: error.isPython };
  }
}

function translate(pattern: string): Pick<Part, 'source' | 'isEnded'> {
  if (pattern.length > MAX_LENGTH) return giveUp(`it has more than ${MAX_LENGTH} characters`);
  const names = new Set<string>();
  /** The groups that can be referred to, by number and name. */
  const closed = new Set<string>();
  const conditions: string[] = [];
  let [depth, groups] = [0, 0];
  const reader = readPattern(pattern);
  const { take, eat, lacks } = reader;

  function alternatives(flags: Flags): Part {
    const branches = [sequence(flags)];
    while (eat('|')) branches.push(sequence(flags));
    return {
      source: branches.map(({ source }) => source).join('|'),
      size: branches.reduce((sum, { size }) => sum + size + 1, 0),
      isAnchor: false,
      isLast: branches.some(({ isLast }) => isLast),
      isEnded: branches.every(({ isEnded }) => isEnded),
    };
  }

  function sequence(flags: Flags): Part {
    let all: Part = { source: '', size: 0, isAnchor: false, isLast: false, isEnded: false };
    for (;;) {
      skip(reader, flags.x);
      if (reader.isAtEnd() || reader.startsWith('|') || reader.startsWith(')')) return all;
      const next = repeated(flags);
      if (all.isLast) lacks('"$" before the end');
      all = { ...next, source: all.source + next.source, size: all.size + next.size, isAnchor: false };
    }
  }

  function repeated(flags: Flags): Part {
    const isDot = reader.startsWith('.');
    const part = atom(flags);
    skip(reader, flags.x);
    const found = take(REPEAT);
    if (found === null) return part;
    if (part.isAnchor) refuse('an anchor is repeated');
    if (part.isLast) lacks('a repeated "$"');
    const [low, high] = countsOf(found);
    if (eat('+')) lacks('possessive repetition ("++", "*+")');
    // Whether as much or as little as possible is taken changes no answer.
    else eat('?');
    skip(reader, flags.x);
    if (take(REPEAT) !== null) refuse('a repetition is repeated');
    const count = Math.max(low, high ?? 1);
    if (count >= PYTHON_MAX_REPEAT) refuse('a count is too large');
    if (count > MAX_REPEAT) lacks(`more than ${MAX_REPEAT} repetitions`);
    if (high !== null && high < low) refuse('the lower count of a repetition is above the upper');
    const isEnded = (isDot && high === null) || (part.isEnded && low > 0);
    const source = part.source + (found[0].startsWith('{') ? `{${low},${high ?? ''}}` : found[0]);
    return { ...part, source, size: (part.size + 1) * count, isEnded };
  }

  function atom(flags: Flags): Part {
    const [reference, number, name] = take(/\\(?![1-3][0-7]{2})([1-9]\d?)|\(\?P=(\w+)\)/y) ?? [];
    if (reference !== undefined) {
      if (!closed.has(number ?? name ?? '')) refuse(`${reference} refers to no group before it`);
      lacks('references to groups');
      return part('');
    }
    if (reader.startsWith('(')) return group(flags);
    if (eat('.')) return part(flags.s ? '(?s:.)' : '[^\\n]');
    if (eat('^')) return { ...part(flags.m ? '(?m:^)' : '\\A'), isAnchor: true };
    if (eat('$')) return { ...part(flags.m ? '(?m:$)' : '\\n?\\z'), isAnchor: true, isLast: !flags.m, isEnded: true };
    if (eat('[')) return part(readSet(reader, flags));
    if (eat('\\A')) return { ...part('\\A'), isAnchor: true };
    if (eat('\\Z')) return { ...part('\\z'), isAnchor: true, isEnded: true };
    if (take(/\\[bB]/y) !== null) {
      lacks('\\b and \\B');
      return { ...part(''), isAnchor: true };
    }
    if (take(REPEAT) !== null) refuse('there is nothing to repeat');
    const found = readElement(reader, flags);
    return part(typeof found === 'number' ? `[${span(found, found, flags)}]` : `(?-i:[${found}])`);
  }

  function group(flags: Flags): Part {
    const found = take(GROUP) ?? refuse(`"${take(/\(\?.?/y)?.[0] ?? ''}" means nothing here`);
    const [, on, off, special, condition, name] = found;
    const isPlain = on === undefined && special === undefined;
    const number = isPlain ? String((groups += 1)) : null;
    if (special !== undefined) lacks(describe(special));
    if (condition !== undefined) conditions.push(condition);
    if (name !== undefined && names.has(name)) refuse('two groups have one name');
    if (name !== undefined) names.add(name);
    if ((depth += 1) > MAX_DEPTH) giveUp(`more than ${MAX_DEPTH} groups stand in one another`);
    const inner = changeFlags(flags, on, off);
    const body = alternatives(inner);
    depth -= 1;
    if (!eat(')')) refuse('a parenthesis is not closed');
    for (const key of [number, name ?? null]) if (key !== null) closed.add(key);
    return { ...body, source: withFlags(body.source, inner) };
  }

  const flags = readFlags(reader);
  const { source, size, isEnded } = alternatives(flags);
  if (!reader.isAtEnd()) refuse('a parenthesis is closed that was never opened');
  for (const name of conditions) if (!closed.has(name)) refuse(`there is no group ${name}`);
  reader.finish();
  if (size > MAX_SIZE || source.split('\\p{').length > MAX_CATEGORIES) giveUp('it is too large');
  return { source: withFlags(source, flags), isEnded };
}

function part(source: string): Part {
  return { source, size: 1, isAnchor: false, isLast: false, isEnded: false };
}

/** The least and the most of a repetition; null for as many as there are. */
function countsOf([sign, least = '', comma, most = '']: RegExpExecArray): readonly [number, number | null] {
  if (sign === '*') return [0, null];
  if (sign === '+') return [1, null];
  if (sign === '?') return [0, 1];
  return [Number(least), comma === undefined ? Number(least) : most === '' ? null : Number(most)];
}

function describe(special: string): string {
  if (/[=!]/.test(special)) return 'looking ahead or behind ("(?=", "(?!", "(?<=", "(?<!")';
  return `"(?${special.charAt(0)}"`;
}
