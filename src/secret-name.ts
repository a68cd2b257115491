/** What stands in the place of a name, and may be a secret. Pure. */

import { REDACTED } from './redact.js';

/** What is hardly the name of anything: a token or its start, much of all kinds of letters, or a long number in hex. */
const SECRET =
  /^(?:bearer |eyJ|gh[a-z]_|github_pat_)|^(?=.*[A-Z])(?=.*[a-z])(?=.*\d)[^.\s]{20,}$|^(?:[0-9a-f]-?){24,}$/;

/** Tells what stands in the place of a name, and is hardly one. */
export function looksLikeSecret(text: string): boolean {
  return SECRET.test(text);
}

/** A name as it may be shown: whoever puts a token in its place is not to find it in a log. */
export function maskName(name: string): string {
  return looksLikeSecret(name) ? REDACTED : name;
}
