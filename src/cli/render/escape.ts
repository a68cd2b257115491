/** Text from tokens, key sets and servers, made safe for a terminal. */

/** Control characters, bidirectional controls, line separators, what nobody sees, and halves of surrogate pairs. */
const UNSAFE =
  // eslint-disable-next-line no-control-regex, no-misleading-character-class -- these are what must not reach a terminal
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;

/** What nearly all JSON is made of, told much faster than what is unsafe. */
const PLAIN = /^[\n -~]*$/;

/** What CI systems take for a command: `::error …` at the start of a line, `##[error]` and `##vso[…]` everywhere. */
const COMMAND = /(?<!\S)::(?=[a-z])|##(?=[[a-z])/gi;

/** A text without these has nothing unsafe in it; most have none, and need no pattern that is slow to compile. */
const SUSPECT = /[^ -~\u00b7\u2010-\u2027\u2190-\u27ff\u2900-\u2bff]|::|##/;

/** Escapes what could move the cursor, change the colour, reorder the line, or command a CI system: `\u{1b}`. */
export function escapeTerminal(text: string): string {
  if (!SUSPECT.test(text)) return text;
  const escape = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  return text.replace(UNSAFE, escape).replace(COMMAND, (mark) => escape(mark) + mark.slice(1));
}

/** Escapes the same in a JSON text, as JSON does it; there, no line starts with a text from elsewhere. */
export function escapeJson(text: string): string {
  const escape = (character: string): string =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join('');
  const safe = PLAIN.test(text)
    ? text
    : text.replace(UNSAFE, (character) => (character === '\n' ? character : escape(character)));
  return safe.replaceAll(/##(?=[[a-z])/gi, `#${escape('#')}`);
}
