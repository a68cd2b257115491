/** The words of a command line as a shell has them, and values as it must be given them. Pure. */

/** The shells that can complete. */
export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;

/** One of the shells that can complete. */
export type Shell = (typeof SHELLS)[number];

/** A command line up to the cursor. */
export interface TypedLine {
  /** Without the name of the program and without quotes. */
  readonly words: readonly string[];
  /** The word at the cursor, without quotes. */
  readonly current: string;
  /** Writes a value for the place of the word at the cursor; null where that cannot be done safely. */
  readonly write: (value: string) => string | null;
}

/**
 * Reads the words that a shell knows, the last of them at the cursor; `breaks` is the `COMP_WORDBREAKS` of bash, which
 * takes words apart at some characters, and replaces only what follows the last of them.
 */
export function readLine(shell: Shell, typed: readonly string[], breaks = ''): TypedLine {
  const splitters = ['=', ':', '@'].filter((character) => breaks.includes(character));
  const [, ...words] = joinBroken(typed, splitters);
  const raw = words.pop() ?? '';
  const fixed = raw.slice(0, Math.max(...splitters.map((character) => raw.lastIndexOf(character))) + 1);
  return {
    words: words.map((word) => dequote(shell, word)),
    current: dequote(shell, raw),
    write(value) {
      const isQuoted = shell === 'bash' && /["'`$]/.test(raw.replace(/\\./gs, ''));
      if (isQuoted || !isOfferable(shell, value)) return null;
      const written = quote(shell, value);
      return written.startsWith(fixed) ? written.slice(fixed.length) : null;
    },
  };
}

function joinBroken(typed: readonly string[], splitters: readonly string[]): string[] {
  const joined: string[] = [];
  let isOpen = false;
  for (const word of typed) {
    const splits = word !== '' && splitters.reduce((rest, character) => rest.replaceAll(character, ''), word) === '';
    if (joined.length > 1 && word !== '' && (splits || isOpen)) joined.push((joined.pop() ?? '') + word);
    else joined.push(word);
    isOpen = splits;
  }
  return joined;
}

function dequote(shell: Shell, word: string): string {
  if (shell !== 'powershell') return word.replace(/\\(.)|["']/gs, '$1');
  const [, mark = '', inner = word] = /^(["'])(.*?)\1?$/s.exec(word) ?? [];
  return inner.replaceAll(mark + mark, mark);
}

/** Longer values are not offered. */
const MAX_LENGTH = 200;

/**
 * Letters, digits and what is printable in ASCII: nothing that is invisible, or that a shell may take for a quote. For
 * PowerShell, ASCII alone: it reads our output in an encoding of its choice, and knows quotes beyond ASCII.
 */
function isOfferable(shell: Shell, value: string): boolean {
  const known = shell === 'powershell' ? /^[\x20-\x7e]+$/ : /^[\x20-\x7e\p{L}\p{M}\p{N}]+$/u;
  return known.test(value) && value.length <= MAX_LENGTH;
}

/** zsh and fish quote what they are offered; bash and PowerShell put it on the command line as it is. */
function quote(shell: Shell, value: string): string {
  if (shell === 'bash') return value.replace(/[^\p{L}\p{M}\p{N}_@%+=:,./-]/gu, '\\$&');
  if (shell === 'powershell' && !/^[\w./:=-]+$/.test(value)) return `'${value.replaceAll("'", "''")}'`;
  return value;
}
