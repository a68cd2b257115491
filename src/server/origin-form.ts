/** From the target of a request to its path and query. Pure. */

/**
 * The path and query of a request target; in absolute form it has scheme and authority before them. They are taken away
 * as text: a URL parser resolves dots and back slashes, and what is public then is another path than the one that was
 * asked for.
 *
 * @see [RFC 9112, section 3.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2) request target
 */
export function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const [, rest] = /^https?:\/\/[\w.:[\]-]+(?=[/?]|$)(.*)$/is.exec(target) ?? [];
  return rest === undefined || rest.startsWith('/') ? (rest ?? target) : `/${rest}`;
}
