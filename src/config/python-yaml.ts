/**
 * What PyYAML refuses to read and the parser takes: the server reads its config with it.
 *
 * @see https://github.com/yaml/pyyaml/blob/6.0.3/lib/yaml/scanner.py
 */

/** The offset of the first character that the server's reader refuses; null if there is none. */
export function findUnreadable(text: string): number | null {
  const found = /[^\t\n\r -~\u0085\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(text);
  return found?.index ?? null;
}

/** The offset of a line break that PyYAML knows and the parser does not: what stands behind it is read by one of them. */
export function findOddBreak(text: string): number | null {
  const found = /[\u0085\u2028\u2029]|\r(?!\n)/.exec(text);
  return found?.index ?? null;
}

/** What PyYAML refuses to read, and where. */
export interface Refusal {
  readonly offset: number;
  readonly message: string;
}

/**
 * Finds what the parser takes and PyYAML refuses: tabs between things, `?` within brackets, odd names of anchors, and one
 * that stands twice.
 */
export function findRefused(lexemes: Iterable<string>): Refusal | null {
  const anchors = new Set<string>();
  let offset = 0;
  let isPlain = false;
  let isBlock = false;
  let depth = 0;
  for (const lexeme of lexemes) {
    // What stands for no character of the text: before a scalar without quotes, and where documents and lists end.
    if (CONTROLS.includes(lexeme)) {
      isPlain = lexeme === SCALAR;
      continue;
    }
    const tab = (isPlain ? !isBlock : /^[ \t]/.test(lexeme)) ? lexeme.indexOf('\t') : -1;
    if (tab !== -1) return { offset: offset + tab, message: 'the server takes no tab here; use spaces' };
    if (isPlain) {
      const odd = isBlock || depth === 0 ? -1 : lexeme.startsWith(':') ? 0 : lexeme.indexOf('?');
      if (odd !== -1)
        return {
          offset: offset + odd,
          message: 'to the server this character means something else within brackets; quote the value',
        };
      isBlock = false;
    } else if (lexeme === '[' || lexeme === '{') depth += 1;
    else if (lexeme === ']' || lexeme === '}') depth -= 1;
    else if (/^[&*]/.test(lexeme)) {
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
  }
  return null;
}

const SCALAR = '\x1f';
const CONTROLS: readonly string[] = [SCALAR, '\x02', '\x18'];
