/** Connections that a server closes while a request is on its way: the request is sent once more, over another one. */

import type { Connections } from './connections.js';
import { codeOf } from './errors.js';

/** An agent, as undici's, that says when it has opened a connection, or has failed to. */
interface Agent extends Connections {
  on(event: 'connect' | 'connectionError', hear: () => void): unknown;
}

/** What a connection says that has been closed by its other end. */
const CLOSED = ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'];
/** As many connections may have been closed at once, by a server that has started again. */
const MOST_STALE = 3;

/**
 * Sends a request once more where the connection had been used before, and was closed before an answer began: a server
 * closes what is idle, and what was sent meanwhile is lost. Over a new connection nothing is sent twice, and what is not
 * idempotent never is.
 *
 * @see [RFC 9112, section 9.3.1](https://www.rfc-editor.org/rfc/rfc9112#section-9.3.1)
 */
export function replaceStale(agent: Agent): Connections {
  let tried = 0;
  for (const event of ['connect', 'connectionError'] as const)
    agent.on(event, () => {
      tried += 1;
    });
  return {
    async request(request) {
      for (let left = request.idempotent ? MOST_STALE : 0; ; left -= 1) {
        const before = tried;
        try {
          return await agent.request(request);
        } catch (error) {
          // While another request opens a connection, nobody knows which one this was sent over.
          if (left === 0 || tried !== before || !CLOSED.includes(codeOf(error))) throw error;
        }
      }
    },
    destroy: () => agent.destroy(),
  };
}
