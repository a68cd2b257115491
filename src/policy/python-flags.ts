/** The flags of Python's regular expressions, and what they make of a pattern. Pure. */

import { refuse, type PatternReader } from './pattern-reader.js';
import type { Folding } from './python-classes.js';

/** The flags in force. */
export interface Flags extends Folding {
  readonly m: boolean;
  readonly s: boolean;
  /** White space in the pattern means nothing, and "#" begins a comment. */
  readonly x: boolean;
}

const NO_FLAGS: Flags = { i: false, a: false, m: false, s: false, x: false };

/** Passes over what means nothing. */
export function skip({ take }: PatternReader, isVerbose: boolean): void {
  take(isVerbose ? /(?:\(\?#[^)]*\)|[ \t-\r]|#[^\n]*)+/y : /(?:\(\?#[^)]*\))+/y);
}

/** The flags of the whole, which stand at its start. */
export function readFlags(reader: PatternReader): Flags {
  let all = '';
  for (;;) {
    skip(reader, all.includes('x'));
    const found = reader.take(/\(\?([aimsux]+)\)/y);
    if (found === null) return changeFlags(NO_FLAGS, all);
    all += found[1] ?? '';
  }
}

/** The flags in a group that turns some on and off. */
export function changeFlags(flags: Flags, on = '', off = ''): Flags {
  if (off.split('').some((flag) => on.includes(flag))) refuse('a flag is turned on and off');
  if (on.includes('a') && on.includes('u')) refuse('the flags a and u exclude one another');
  const turn = (flag: keyof Flags): boolean => (flags[flag] || on.includes(flag)) && !off.includes(flag);
  return { a: turn('a') && !on.includes('u'), i: turn('i'), m: turn('m'), s: turn('s'), x: turn('x') };
}

/** A part with its flags, for RE2. */
export function withFlags(source: string, { i, a }: Flags): string {
  return `(?${i && !a ? 'i' : '-i'}:${source})`;
}
