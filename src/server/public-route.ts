/** Routes that anybody may use without credentials. */

import { usageError } from '../errors.js';

/** Tells whether a request is to a public route. */
export type PublicRoutes = (method: string, path: string) => boolean;

/** Spellings that a router behind may read as another path. */
const AMBIGUOUS = /\/\/|\\|%|(?:^|\/)\.{1,2}(?:\/|$)|[\u0000-\u0020;#]/; // eslint-disable-line no-control-regex

/**
 * Reads routes such as `GET /v1/health` (HEAD included), `* /docs` (any method) or `GET /assets/*` (all below).
 *
 * A path is compared as it was sent: no other spelling of it is public. Below a `*`, a path that another reader may
 * understand differently (`..`, `//`, `%`, `;`, `#`, `\`) is not public either.
 *
 * @throws {AuthcheckError} `usage_invalid` for a route that is none of these.
 */
export function parsePublicRoutes(routes: readonly string[]): PublicRoutes {
  const parsed = routes.map((route) => {
    const [, method = '', path = '', below] = /^([A-Z]+|\*) (\/[^\s*?#]*)(\*)?$/.exec(route) ?? [];
    if (path === '' || (below !== undefined && !path.endsWith('/'))) {
      const shapes = 'expected a method and a path, such as "GET /v1/health" or "GET /assets/*"';
      throw usageError(`this is not a public route: ${JSON.stringify(route)}; ${shapes}`);
    }
    // Routers have parameters; here, "/:id" would be a name that no path has.
    if (path.includes('/:'))
      throw usageError(
        `a public route has no parameters: ${JSON.stringify(route)}; "*" at its end is all that is below`,
      );
    return { method, path, below: below !== undefined };
  });
  return (method, path) =>
    parsed.some(
      (route) =>
        (route.method === '*' || route.method === method || (route.method === 'GET' && method === 'HEAD')) &&
        (route.below ? path.startsWith(route.path) && !AMBIGUOUS.test(path) : path === route.path),
    );
}
