/** Which parameters of a request are secrets, by their names and values. Pure. */

import { MIN_LENGTH_IN_CLAIMS, PLAIN_PARAMETERS } from './redact.js';

const SECRET = /(?:key|token|secret|code|sig|signature|password|passwd|pwd|auth|id_token_hint)$/i;
/** These name a secret, or say what to do about one: `session=required`, `ticket=optional`. */
const MAYBE = /(?:authorization|jwt|assertion|session|session[_-]?id|ticket|credentials?|SAMLResponse)$/i;
const WORDS = /^[a-z]+(?:[-_][a-z]+)*$/;

/**
 * Tells a parameter that can hold nothing but a secret. What is taken for one may be in no answer, so the verdict
 * depends on it.
 */
export function isSecretParameter(name: string, value: string): boolean {
  return SECRET.test(name) || (MAYBE.test(name) && !WORDS.test(value));
}

/** The values in the query of a URL that can be nothing but secrets. */
export function secretsInQuery(url: URL): string[] {
  return [...url.searchParams].flatMap(([name, value]) => (isSecretParameter(name, value) ? [value] : []));
}

/** What in the query of a URL may be a secret: what is named so, and what is long and not known to be none. */
export function hiddenInQuery(url: URL): string[] {
  const others = [...url.searchParams]
    .filter(([name]) => !PLAIN_PARAMETERS.includes(name.toLowerCase()))
    .map(([name, value]) => (value === '' ? name : value));
  return [...secretsInQuery(url), ...others.filter(({ length }) => length >= MIN_LENGTH_IN_CLAIMS)];
}
