/** The adapter for everything that speaks Fetch: Hono, Next, Bun, Deno, service workers. */

import type { Identity } from '../verdict.js';
import type { Authenticator } from './authenticator.js';
import { checkAuthenticator } from './misuse.js';

/** Who sent a request; the answer to send instead; or null on a public route. */
export type Guard = (request: Request) => Promise<Identity | Response | null>;

/**
 * Makes a guard: `const who = await guard(request); if (who instanceof Response) return who;`
 *
 * @throws {AuthcheckError} `usage_invalid` for what is not an authenticator.
 */
export function createGuard(authenticator: Authenticator): Guard {
  checkAuthenticator(authenticator, 'createGuard');
  return async (request) => {
    const { pathname, search } = new URL(request.url);
    const answer = await authenticator.authenticate({
      method: request.method,
      url: `${pathname}${search}`,
      headers: [...request.headers],
      headerCount: countHeaders(request.headers),
      id: request.headers.get('x-request-id') ?? undefined,
    });
    if (answer.outcome === 'public') return null;
    if (answer.outcome === 'accepted') return answer.identity;
    const { status, headers, body } = answer.refusal;
    return new Response(JSON.stringify(body), { status, headers });
  };
}

/** No fewer than were sent: Fetch joins those of one name with a comma, or a semicolon, and a space; clients may, too. */
function countHeaders(headers: Headers): number {
  return [...headers].reduce((count, [, value]) => count + value.split(/[,;] /).length, 0);
}
