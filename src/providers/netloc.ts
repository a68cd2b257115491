/** The host of a URL as its author wrote it: the server shows it to clients letter by letter. */

/** The authority of an http(s) URL, in its own case and with any port, but without user and password. */
export function netlocOf(url: string): string {
  const [, authority = ''] = /^https?:\/\/([^/?#]*)/i.exec(url) ?? [];
  return authority.slice(authority.lastIndexOf('@') + 1);
}
