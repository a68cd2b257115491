/** Characters, and what stands in brackets, of Python's regular expressions → the same in RE2's. Pure. */

import { giveUp, refuse, type PatternReader } from './pattern-reader.js';
import { classOf, isCaseless, span, type Folding } from './python-classes.js';

const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };

/** A class in brackets, after the bracket. */
export function readSet(reader: PatternReader, flags: Folding): string {
  const { eat, lacks } = reader;
  const negated = eat('^') ? '^' : '';
  let source = '';
  let hasCase = false;
  do {
    if (reader.isAtEnd()) refuse('a bracket is not closed');
    const low = eat('\\b') ? 8 : readElement(reader, flags);
    const isRange = reader.startsWith('-') && !reader.startsWith('-]');
    if (isRange) eat('-');
    const high = !isRange ? low : eat('\\b') ? 8 : readElement(reader, flags);
    if (typeof low === 'number' && typeof high === 'number' && low <= high) {
      source += span(low, high, flags);
      hasCase ||= low < high || !isCaseless(low);
    } else if (!isRange) source += String(low);
    else refuse('a range in brackets is bad');
  } while (!eat(']'));
  if (!flags.i || !hasCase) return `(?-i:[${negated}${source}])`;
  // Letters have other cases outside of this class.
  if (source.includes(classOf('W', flags) ?? '')) lacks('\\W beside letters, where case is ignored');
  return `[${negated}${source}]`;
}

/** One character, or the inside of a class such as `\d`. */
export function readElement(reader: PatternReader, flags: Folding): number | string {
  const { take, eat, next } = reader;
  if (!eat('\\')) return existing(next());
  const code = take(/(?:x|u(?:[\da-fA-F]{2})|U(?:[\da-fA-F]{6}))[\da-fA-F]{2}/y);
  if (code !== null) return existing(Number.parseInt(code[0].slice(1), 16));
  const octal = take(/[0-7]{1,3}/y);
  if (octal !== null) {
    const value = Number.parseInt(octal[0], 8);
    return value > 0o377 ? refuse(`\\${octal[0]} means nothing here`) : value;
  }
  if (take(/N\{[^}]+\}/y) !== null) giveUp('it uses characters by their names');
  const name = take(/[A-Za-z\d]/y)?.[0];
  if (name === undefined) return existing(next());
  return CONTROLS[name] ?? classOf(name, flags) ?? refuse(`\\${name} means nothing here`);
}

function existing(code: number): number {
  if (code > 0x10ffff) refuse('it names a character that does not exist');
  if (code >= 0xd800 && code <= 0xdfff) giveUp('it names half a character');
  return code;
}
