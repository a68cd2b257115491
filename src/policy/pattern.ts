/** `regex:` patterns are written for Python; this compiles those that mean the same here. The only re2js import. */

import { RE2JS, RE2JSException } from 're2js';
import { AuthcheckError } from '../errors.js';
import { translatePattern, type Untranslatable } from './python-pattern.js';

/** A pattern that can be used, or why it cannot. */
export type CompiledPattern =
  { readonly ok: true; readonly size: number; readonly matches: (text: string) => boolean } | Untranslatable;

/** What marks a pattern in a rule. */
const PREFIX = 'regex:';

/** Rules are asked again and again, so their patterns are kept, up to this many instructions: less than 100 MB. */
const kept = new Map<string, CompiledPattern>();
const MAX_KEPT = 500_000;
/** What a pattern takes beside its instructions, in instructions. */
const OVERHEAD = 100;
let keptSize = 0;

/** The largest program, in instructions: with the length of the text, it bounds the time. */
const MAX_INSTRUCTIONS = 5000;

/**
 * Compiles a Python pattern.
 *
 * As with Python's `re.match`, a match starts where the text starts, and may end before its end. The time that matching
 * takes grows with the text, and never faster.
 */
export function compilePythonPattern(pattern: string): CompiledPattern {
  const translation = translatePattern(pattern);
  if (!translation.ok) return translation;
  try {
    const compiled = RE2JS.compile(`\\A${translation.source}`);
    const size = compiled.programSize();
    if (size > MAX_INSTRUCTIONS) return { ok: false, message: 'it is too large', isPython: true };
    return { ok: true, size: size + OVERHEAD, matches: (text) => compiled.test(text) };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return { ok: false, message: 'it is too large', isPython: true };
  }
}

/** Compiles what a rule covers if it is written as `regex:PATTERN`; null if it is not. */
export function compileScope(written: string): CompiledPattern | null {
  if (!written.startsWith(PREFIX)) return null;
  const known = kept.get(written);
  if (known !== undefined) return known;
  const pattern = compilePythonPattern(written.slice(PREFIX.length));
  if (!pattern.ok) return pattern;
  keptSize += pattern.size;
  if (keptSize > MAX_KEPT) {
    kept.clear();
    keptSize = pattern.size;
  }
  kept.set(written, pattern);
  return pattern;
}

/**
 * Tells whether a text matches what a rule covers, written as `regex:PATTERN`; null if it is not written so.
 *
 * @throws {AuthcheckError} `policy_unsupported` for a pattern that Python alone can evaluate: passed over, a prohibition
 * would be none.
 * @throws {Error} for a pattern that the parser of the config would refuse.
 */
export function matchScope(written: string, text: string): boolean | null {
  const pattern = compileScope(written);
  if (pattern === null) return null;
  if (pattern.ok) return pattern.matches(text);
  if (pattern.isPython)
    throw new AuthcheckError(
      'policy_unsupported',
      `authcheck cannot evaluate ${written}, but the server can: ${pattern.message}`,
    );
  throw new Error('the rules have not been checked: a regular expression cannot be used');
}
