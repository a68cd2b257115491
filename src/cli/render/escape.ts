/** Text from tokens, key sets and servers, made safe for a terminal. */

/** Control characters, bidirectional controls, line separators, invisible tags, and halves of surrogate pairs. */
const UNSAFE =
  // eslint-disable-next-line no-control-regex -- these are what must not reach a terminal
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\u{e0000}-\u{e007f}]/gu;

/** Escapes what could move the cursor, change the colour, or reorder the line: `\u{1b}`. */
export function escapeTerminal(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The same inside a JSON text, where it has an escape of its own. */
export function escapeJson(text: string): string {
  return text.replace(UNSAFE, (character) =>
    character === '\n'
      ? character
      : character
          .split('')
          .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
          .join(''),
  );
}
