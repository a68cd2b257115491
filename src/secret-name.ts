/** What stands in the place of a name, and may be a secret. Pure. */

import { maskUrl, REDACTED } from './redact.js';

/** How tokens begin, and long numbers in hex. */
const TOKEN = /^(?:bearer\s|eyJ|gh[pousr]_|github_pat_)|^(?:[0-9a-f]-?){24,}$|^(?:[0-9A-F]-?){24,}$/;
/**
 * How tokens begin that have dots, no digits, or no capital letters: Google's, Vault's, Ory's, OpenShift's, Salesforce's.
 * And what only tokens have in them: PASETO, those of Hugging Face and Databricks, and client secrets of Entra.
 */
const OTHER_TOKEN =
  /^(?:ya29\.|hv[sbr]\.|ory_[ar]t_|sha256~|00D\w{9,15}!)\S{16}|v[1-4]\.(?:local|public)\.[\w-]{80}|hf_[A-Za-z]{30}|dapi[0-9a-f]{32}|\dQ~[\w~.-]{24}/;
/** Much of all kinds of letters. */
const MIXED = /^(?=.*[A-Z])(?=.*[a-z])(?=.*\d)[^.\s]{20,}$/;
/** Words and numbers that are joined: `Keycloak-Production-EU1`, `/Users/alice/Work2`. */
const WORDS = /^[~/]{0,2}(?:[A-Za-z]{1,14}\d{0,4}|\d{1,4})(?:[-_/](?:[A-Za-z]{1,14}\d{0,4}|\d{1,4}))+$/;

/** Tells what stands in the place of a name, and is hardly the name of anything. */
export function looksLikeSecret(text: string): boolean {
  // The second pattern begins where such letters begin: from each of many it would look to their end.
  const bare = text.replace(/^[\s"'`]+|(?<![\s"'`])[\s"'`]+$/g, '').replace(/^bearer/i, 'bearer');
  return TOKEN.test(bare) || OTHER_TOKEN.test(bare) || (MIXED.test(bare) && !WORDS.test(bare));
}

/** Words of usual cases, of which the first and the last may be cut: `keycloak-pro`, `loakSecretFor`. */
const CUT_WORDS = /^[a-z]*(?:[A-Z]?[a-z]{3,}|[A-Z]{3,}|[^A-Za-z0-9])*[A-Z]?[a-z]*$/;

/** Tells a piece of a secret that is a word or two: a name or a URL may have them too, and they give nothing away. */
export function isWords(piece: string): boolean {
  return piece.length <= 16 && CUT_WORDS.test(piece);
}

/** A name as it may be shown: whoever puts a token, or a URL with a password, in its place is not to find it in a log. */
export function maskName(name: string): string {
  return looksLikeSecret(name) ? REDACTED : maskUrl(name);
}
