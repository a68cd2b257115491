/** The adapter for node:http, Connect and Express. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Identity } from '../verdict.js';
import type { Authenticator } from './authenticator.js';
import type { HeaderPairs, Refusal } from './bearer.js';
import { checkAuthenticator } from './misuse.js';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- Express's own way to be extended
  namespace Express {
    interface Request {
      /** Who sent the request; absent on public routes. */
      auth?: Identity | undefined;
    }
  }
}

/** A request of node:http, Connect or Express. */
export type NodeRequest = IncomingMessage & {
  readonly originalUrl?: string | undefined;
  auth?: Identity | undefined;
};

/** Lets a request through with `req.auth` set, or answers it; of node:http2, those of its compatibility API. */
export type Middleware = (
  request: NodeRequest | (Http2ServerRequest & Pick<NodeRequest, 'auth' | 'originalUrl'>),
  response: ServerResponse | Http2ServerResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * Makes middleware: `app.use(createMiddleware(authenticator))`. A request that is accepted has `req.auth` with
 * principal and attributes; one that is not is answered and goes no further.
 *
 * @throws {AuthcheckError} `usage_invalid` for what is not an authenticator.
 */
export function createMiddleware(authenticator: Authenticator): Middleware {
  checkAuthenticator(authenticator, 'createMiddleware');
  return (request, response, next) => {
    // What a client sends must never pass for what we found out.
    if ('auth' in request) delete request.auth;
    const id = request.headers['x-request-id'];
    const incoming = {
      method: request.method ?? '',
      // A router that was mounted below a path sees only the rest of it.
      url: request.originalUrl ?? request.url ?? '',
      headers: pairHeaders(request.rawHeaders),
      id: typeof id === 'string' ? id : undefined,
    };
    authenticator.authenticate(incoming).then((answer) => {
      if (answer.outcome === 'accepted') request.auth = answer.identity;
      if (answer.outcome === 'accepted' || answer.outcome === 'public') {
        next();
        return;
      }
      try {
        sendRefusal(response, answer.refusal);
      } catch (error) {
        next(error);
      }
    }, next);
  };
}

/**
 * The headers as they came; `request.headers` has dropped what came twice. Of HTTP/2, `:authority` is the host.
 *
 * @see [RFC 9113, section 8.3.1](https://www.rfc-editor.org/rfc/rfc9113#section-8.3.1)
 */
export function pairHeaders(raw: readonly string[]): HeaderPairs {
  const pairs: [string, string][] = [];
  let hasAuthority = false;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? '';
    const value = raw[at + 1] ?? '';
    if (name === ':authority') {
      hasAuthority = true;
      pairs.push(['host', value]);
    } else if (!name.startsWith(':') && !(hasAuthority && name === 'host')) pairs.push([name, value]);
  }
  return pairs;
}

/** Writes a refusal, unless somebody else has answered. */
function sendRefusal(response: ServerResponse | Http2ServerResponse, { status, headers, body }: Refusal): void {
  if (response.headersSent || response.writableEnded) return;
  response.writeHead(status, headers).end(JSON.stringify(body));
}
