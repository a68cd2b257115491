/** JSON as characters: what can be told of a text without reading its values. */

/** Digits of the shortest integer that a double cannot hold. */
const LONG = 16;

/** Counts the members of all objects in a text that may be JSON; null if it is nested deeply or has a long number. */
export function countMembers(text: string, maxDepth: number): number | null {
  let members = 0;
  let depth = 0;
  let digits = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 0x30 && code <= 0x39) {
      if ((digits += 1) === LONG) return null;
      continue;
    }
    digits = 0;
    if (code === QUOTE) {
      at = endOfString(text, at + 1);
      if (at === -1) return null;
    } else if (code === COLON) members += 1;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if ((depth += 1) > maxDepth) return null;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1;
  }
  return members;
}

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Where the string ends that begins here; -1 if it does not. */
function endOfString(text: string, from: number): number {
  for (let end = text.indexOf('"', from); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return -1;
}
