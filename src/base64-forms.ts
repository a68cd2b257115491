/** How a secret looks in base64. Pure. */

import { MIN_LENGTH_IN_CLAIMS } from './redact.js';

/** What stands of a secret in the base64 of a longer text, such as a request, wherever in it the secret begins. */
export function listBase64(secret: string): string[] {
  if (secret.length < MIN_LENGTH_IN_CLAIMS) return [];
  return [0, 1, 2].flatMap((shift) => {
    const bytes = Buffer.from('\0'.repeat(shift) + secret);
    // The letters at both ends say something of the neighbours too.
    const [start, end] = [Math.ceil((shift * 8) / 6), Math.floor((bytes.length * 8) / 6)];
    return [bytes.toString('base64'), bytes.toString('base64url')].map((text) => text.slice(start, end));
  });
}
