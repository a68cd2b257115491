/**
 * What a request is for, as text: never through a URL parser, which would resolve `..`, `%2e` and `\` into other paths.
 *
 * @see [RFC 9112, section 3.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2) Request Target
 */

/** A scheme, and the host behind it if that is one to every reader: a host that ends with `?` may be what a client sent. */
const ORIGIN = /^[a-z][a-z\d+.-]*:\/\/([\w.:[\]-]+(?![^/]))?/i;

/** Path and query of a request target, as they were sent; null where two readers may find two paths in it. */
export function readTarget(target: string): string | null {
  if (target.startsWith('/')) return target;
  const found = ORIGIN.exec(target);
  if (found === null) return target;
  const [origin, host] = found;
  if (host === undefined) return null;
  return target.length === origin.length ? '/' : target.slice(origin.length);
}

/** The query as `custom` endpoints are told of it: as Python reads it, without what has no value. */
export function readQuery(url: string): Record<string, string[]> {
  const at = url.indexOf('?');
  if (at === -1) return {};
  const params = new Map<string, string[]>();
  // URLSearchParams drops the first question mark, and no other.
  for (const [name, value] of new URLSearchParams(url.slice(at))) {
    if (value === '') continue;
    const values = params.get(name);
    if (values === undefined) params.set(name, [value]);
    else values.push(value);
  }
  return Object.fromEntries(params);
}
