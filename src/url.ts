/** URLs as people write them: which are usable, and how they are shown. Pure. */

import { maskUrl } from './redact.js';

/** A text as a URL, or null. Not by `URL.canParse`: in Node 20 it refuses `é` and the like once it has been called often. */
export function parseUrl(text: string, base?: string): URL | null {
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
}

/** Tells an absolute http(s) URL with a host from everything else; a backslash is a slash to some readers, and not to others. */
export function isHttpUrl(value: string): boolean {
  return /^https?:\/\/[^\s/?#]/i.test(value) && !/\s|^[^?#]*\\/.test(value) && parseUrl(value) !== null;
}

/** A URL fit to be shown: without user, password and fragment, the values in its query masked. */
export function showUrl(url: string): string {
  return parseUrl(url) === null ? '(not a URL)' : maskUrl(bareUrl(url));
}

/** Masks what {@link maskUrl} masks, in a URL that may be relative. */
export function maskReference(url: string): string {
  const base = /^[a-z][a-z\d+.-]*:\/\//i.test(url) ? '' : 'http://host/';
  return maskUrl(base + url).slice(base.length);
}

/** A URL without user, password and fragment; what is not a URL stays as it is. */
export function bareUrl(url: string): string {
  const parsed = parseUrl(url);
  if (parsed === null) return url;
  parsed.username = '';
  parsed.password = '';
  parsed.hash = '';
  return parsed.href;
}

/** Tells the host names and addresses that never leave this machine. */
export function isLoopback(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost\.?|127(?:\.\d{1,3}){3}|\[::1\]|\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\])$/i.test(hostname);
}

/** A URL or path without the slashes at its end; a pattern would read those in its middle again and again. */
export function trimSlashes(url: string): string {
  let end = url.length;
  while (url.charAt(end - 1) === '/') end -= 1;
  return url.slice(0, end);
}

/** The authority of an http(s) URL without user and password, as it is written: the server shows it letter by letter. */
export function netlocOf(url: string): string {
  const [, authority = ''] = /^https?:\/\/([^/?#]*)/i.exec(url) ?? [];
  return authority.slice(authority.lastIndexOf('@') + 1);
}

/** Tells the issuer of a realm of Keycloak. */
export function isKeycloakRealm(issuer: string): boolean {
  return /^https?:\/\/[^?#]+\/realms\/[^/?#]+$/.test(issuer);
}
