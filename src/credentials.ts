/** Where credentials stand in a request (its headers, parameters, URL), and how they may come back. Pure. */

import { unescapePercent } from './percent.js';
import { MIN_LENGTH_IN_CLAIMS } from './redact.js';
import { isSecretParameter } from './secret-parameters.js';

const CREDENTIALS = /^(?:authorization|proxy-authorization|cookie|set-cookie|x-api-key)$/i;

/**
 * Headers whose values are credentials, or may be by their names. Proxies hand on a token, an ID token or a cookie under
 * names of their own: X-Forwarded-Authorization, Cf-Access-Jwt-Assertion, X-Goog-Iap-Jwt-Assertion, X-Amzn-Oidc-Data.
 */
export const SECRET_HEADERS: RegExp = new RegExp(
  `${CREDENTIALS.source}|(?:key|token|secret|session|session-id|password|passwd|pwd|credentials?|signature|auth` +
    '|authorization|cookie|jwt|assertion|oidc-data|dpop|bearer|ticket)$',
  'i',
);

/** The credentials among the headers of a request. */
export function credentialsIn(headers: readonly (readonly [string, string])[]): string[] {
  return headers.filter(([name]) => CREDENTIALS.test(name)).map(([, value]) => value);
}

/** What among the headers and parameters of a request may be a credential, by its name. */
export function credentialsByName(
  headers: readonly (readonly [string, string])[],
  params: Readonly<Record<string, readonly string[]>>,
): string[] {
  return [
    ...headers.filter(([name]) => SECRET_HEADERS.test(name)).map(([, value]) => value),
    ...Object.entries(params).flatMap(([name, values]) => values.filter((value) => isSecretParameter(name, value))),
  ];
}

/** The credentials in a URL, as they stand there and as they are sent; a key may stand as the user. */
export function credentialsInUrl(url: URL): (string | null)[] {
  const mayBeKey = url.password === '' || url.username.length >= MIN_LENGTH_IN_CLAIMS;
  return [mayBeKey ? unescapePercent(url.username) : null, unescapePercent(url.password), basicOf(url)];
}

/** User and password of a URL as the credentials of Basic, in base64; null without them. */
export function basicOf(url: URL): string | null {
  if (url.username === '' && url.password === '') return null;
  return Buffer.from(`${unescapePercent(url.username)}:${unescapePercent(url.password)}`).toString('base64');
}

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
