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
