/** A value to YAML that says the same to readers of 1.1 and of 1.2, and to the server's own. */

import { Document, Scalar, visit } from 'yaml';

/** Writes a value on lines of its own. */
export function formatYaml(value: unknown): string {
  return write(value, 'block', /^=$/);
}

/** Writes a value on one line, for a place between brackets: there, PyYAML reads `?` for a key wherever it stands. */
export function formatFlow(value: unknown): string {
  return write(value, 'flow', /^[=:]|\?/).trim();
}

/**
 * What a reader takes for a line break, a fault or nothing at all: the server's gives up at some, and at tabs. And what
 * shows a line to people otherwise than it is: an issuer publishes what it likes.
 */
const UNSAFE =
  /[^\n -~\u00a0-\u00ac\u00ae-\u061b\u061d-\u200a\u2010-\u2027\u202f-\u205f\u2070-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Writes a text between double quotes, as JSON and every reader of YAML read it. */
export function formatString(text: string): string {
  return escapeUnsafe(JSON.stringify(text));
}

function escapeUnsafe(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function write(value: unknown, collectionStyle: 'block' | 'flow', special: RegExp): string {
  // `yes`, `1:30` and `2026-01-01` are quoted; what occurs twice is written twice.
  const document = new Document(value, { compat: 'yaml-1.1', aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value !== 'string') return;
      const isSafe = !node.value.includes('\n') && node.value.search(UNSAFE) === -1 && !special.test(node.value);
      if (!isSafe) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  // No line is folded: no indentation is inside of a string, wherever the text is put.
  const text = document.toString({ collectionStyle, lineWidth: 0, doubleQuotedMinMultiLineLength: Infinity });
  // All of them stand between double quotes by now, where they have a spelling.
  return escapeUnsafe(text);
}
