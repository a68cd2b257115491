/**
 * What PyYAML refuses to read and the parser takes: the server reads its config with it.
 *
 * @see https://github.com/yaml/pyyaml/blob/6.0.3/lib/yaml/scanner.py
 */

/** What PyYAML refuses to read, or reads otherwise, and where. */
export interface Refusal {
  readonly offset: number;
  readonly message: string;
}

/** What the server’s reader refuses. */
const UNREADABLE = /[^\t\n\r -~\u0085\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
/** Line breaks to PyYAML and not to the parser: what follows one in a comment is read by PyYAML alone. */
const ODD_BREAK = /[\u0085\u2028\u2029]|\r(?!\n)/;

/** Finds a character that the server's reader refuses, or takes for the end of a line where the parser does not. */
export function findOddCharacter(text: string): Refusal | null {
  const offset = text.search(UNREADABLE);
  if (offset !== -1) return { offset, message: 'the server cannot read this character' };
  const line = text.search(ODD_BREAK);
  return line === -1
    ? null
    : { offset: line, message: 'to the server a new line begins here; end lines with LF or CRLF' };
}

/** Finds a quoted text that is never closed, as its last quote is escaped; the parser takes it for closed. */
export function findUnclosed(lexemes: Iterable<string>): Refusal | null {
  let offset = 0;
  let isPlain = false;
  for (const lexeme of lexemes) {
    if (CONTROLS.includes(lexeme)) {
      isPlain = lexeme === SCALAR;
      continue;
    }
    if (!isPlain && /^['"]/.test(lexeme) && !isClosed(lexeme)) return { offset, message: UNCLOSED };
    isPlain = false;
    offset += lexeme.length;
  }
  return null;
}

const UNCLOSED = `this quote is never closed: the last one is part of the text, as '' and \\" are`;

/** Tells whether the last quote closes the text: not if an odd number of escaping characters stands before it. */
function isClosed(quoted: string): boolean {
  const escape = quoted.startsWith("'") ? "'" : '\\';
  let at = quoted.length - 2;
  while (at > 0 && quoted.charAt(at) === escape) at -= 1;
  return (quoted.length - at) % 2 === 0;
}

/**
 * Finds what the parser takes and PyYAML refuses: tabs between things, `?` and keys of several lines within brackets,
 * odd names of anchors, and one that stands twice.
 */
export function findRefused(lexemes: Iterable<string>): Refusal | null {
  const anchors = new Set<string>();
  let offset = 0;
  let line = 0;
  let size = 0;
  let isPlain = false;
  let isBlock = false;
  /** The entry that is read, of each open bracket. */
  const entries: Entry[] = [];
  for (const lexeme of lexemes) {
    // What stands for no character of the text: before a scalar without quotes, and where documents and lists end.
    if (CONTROLS.includes(lexeme)) {
      isPlain = lexeme === SCALAR;
      continue;
    }
    const entry = entries.at(-1);
    const key = entry === undefined ? null : findLongKey(entry, isPlain ? SCALAR : lexeme, { offset, line, size });
    if (key !== null) return key;
    const tab = (isPlain ? !isBlock : /^[ \t]/.test(lexeme)) ? lexeme.indexOf('\t') : -1;
    if (tab !== -1) return { offset: offset + tab, message: 'the server takes no tab here; use spaces' };
    if (isPlain) {
      const odd = isBlock || entry === undefined ? -1 : lexeme.startsWith(':') ? 0 : lexeme.indexOf('?');
      if (odd !== -1)
        return {
          offset: offset + odd,
          message: 'to the server this character means something else within brackets; quote the value',
        };
      isBlock = false;
    } else if (lexeme === '[' || lexeme === '{') {
      entries.push({ start: null, isDone: false });
    } else if (lexeme === ']' || lexeme === '}') {
      entries.pop();
    } else if (/^[&*]/.test(lexeme)) {
      if (!/^.[\w-]+$/.test(lexeme))
        return {
          offset,
          message: 'to the server, the name of an anchor has only letters, digits, "-" and "_"; rename it',
        };
      if (anchors.has(lexeme)) return { offset, message: 'the server refuses an anchor that stands twice; rename one' };
      if (lexeme.startsWith('&')) anchors.add(lexeme);
    } else if (/^[|>]/.test(lexeme)) isBlock = true;
    isPlain = false;
    offset += lexeme.length;
    line += lexeme.split('\n').length - 1;
    size += lexeme.length - (lexeme.match(/[\ud800-\udbff]/g)?.length ?? 0);
  }
  return null;
}

/** Finds a key outside of brackets whose colon is on another line: the parser refuses only the first of a mapping. */
export function findBrokenKey(lexemes: Iterable<string>): Refusal | null {
  /** Where in their lines keys are written with `?`: their colons stand there too. */
  const written = new Set<number>();
  let offset = 0;
  let start = 0;
  let depth = 0;
  let isFirst = true;
  let isPlain = false;
  for (const lexeme of lexemes) {
    if (CONTROLS.includes(lexeme)) {
      isPlain = lexeme === SCALAR;
      continue;
    }
    if (!isPlain && (lexeme === '[' || lexeme === '{')) depth += 1;
    else if (!isPlain && (lexeme === ']' || lexeme === '}')) depth -= 1;
    else if (!isPlain && depth === 0 && lexeme === '?') written.add(offset - start);
    else if (!isPlain && depth === 0 && lexeme === ':' && isFirst && !written.has(offset - start))
      return { offset, message: 'to the server, a key ends on the line on which it begins; write the ":" behind it' };
    isPlain = false;
    // A byte order mark takes no room in its line.
    const end = lexeme === '\ufeff' ? 1 : lexeme.lastIndexOf('\n') + 1;
    if (end > 0) start = offset + end;
    isFirst = (end > 0 || isFirst) && /^[ \r]*$/.test(lexeme.slice(end));
    offset += lexeme.length;
  }
  return null;
}

/** What may be a key within brackets, until a colon says that it is one. */
interface Entry {
  /** Where it begins; null before it does. */
  start: Place | null;
  /** After `?` and `:`, nothing here is such a key. */
  isDone: boolean;
}

interface Place {
  readonly offset: number;
  readonly line: number;
  /** The offset in code points, as Python counts. */
  readonly size: number;
}

/** The longest key that is written without `?`. */
const MAX_KEY = 1024;
const BROKEN_KEY =
  'to the server, a key within brackets ends on the line on which it begins; a comma may be missing before';
const LONG_KEY = 'the server reads no key within brackets that is longer than 1,024 characters; write "? " before it';

/** Goes on with an entry; refuses its key where a colon ends one that is longer than a line, or than the server reads. */
function findLongKey(entry: Entry, lexeme: string, { offset, line, size }: Place): Refusal | null {
  const { start, isDone } = entry;
  if (lexeme === ',') {
    entry.start = null;
    entry.isDone = false;
  } else if (lexeme === '?' || lexeme === ':') {
    entry.isDone = true;
    if (lexeme === '?' || isDone || start === null) return null;
    if (start.line !== line) return { offset: start.offset, message: BROKEN_KEY };
    if (size - start.size > MAX_KEY) return { offset: start.offset, message: LONG_KEY };
  } else if (!/^(?:\s*|#.*)$/.test(lexeme)) entry.start ??= { offset, line, size };
  return null;
}

const SCALAR = '\x1f';
const CONTROLS: readonly string[] = [SCALAR, '\x02', '\x18'];
