/** Base64url without leniency, and where a text is none. Pure. */

/** Decodes base64url as RFC 7515 §2 defines it: no padding, no other characters, no stray bits; null otherwise. */
export function decodeBase64url(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url');
  // The decoder skips padding, foreign characters and stray bits; encoded again, the text then differs.
  return bytes.toString('base64url') === text ? bytes : null;
}

/** Says where a text stops being base64url, as the end of a sentence. */
export function pointAt(encoded: string): string {
  const index = encoded.search(/[^A-Za-z0-9_-]/);
  if (index === -1) return ': it was cut off or changed at its end';
  return `: ${nameCharacter(encoded.codePointAt(index) ?? 0)} at position ${index + 1}`;
}

/** What nobody sees, or knows by its number. */
const CHARACTER_NAMES: ReadonlyMap<number, string> = new Map([
  [0x09, 'a tab'],
  [0x0a, 'a line break'],
  [0x0d, 'a line break'],
  [0x20, 'a space'],
  [0x3d, 'padding "="'],
  [0xa0, 'a no-break space (U+00A0)'],
  [0xad, 'a soft hyphen (U+00AD)'],
  [0x200b, 'a zero-width space (U+200B)'],
  [0x200c, 'a zero-width non-joiner (U+200C)'],
  [0x200d, 'a zero-width joiner (U+200D)'],
  [0x2028, 'a line separator (U+2028)'],
  [0x2060, 'a word joiner (U+2060)'],
  [0xfeff, 'a byte order mark (U+FEFF)'],
]);

function nameCharacter(code: number): string {
  const name = CHARACTER_NAMES.get(code);
  if (name !== undefined) return name;
  const isVisible = code > 0x20 && code < 0x7f;
  return isVisible
    ? JSON.stringify(String.fromCharCode(code))
    : `the character U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
