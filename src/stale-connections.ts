/** Connections that a server closes while a request is on its way: it is sent again, over another one. */

import { isClosed, MOST_STALE, type Connections } from './connections.js';

/** An agent, as undici's, that says when it has opened a connection to an origin, or has failed to. */
interface Agent extends Connections {
  on(event: 'connect' | 'connectionError', hear: (origin: string | URL) => void): unknown;
}

/** Counts of what has happened at one origin. */
interface Tally {
  opened: number;
  begun: number;
  underway: number;
}

/**
 * Sends an idempotent request again where the connection may have been used before, and was closed before the headers of
 * an answer were there: a server closes what is idle, and what was sent meanwhile is lost. What surely was a new
 * connection is not replaced.
 *
 * @see [RFC 9112, section 9.3.1](https://www.rfc-editor.org/rfc/rfc9112#section-9.3.1)
 */
export function replaceStale(agent: Agent): Connections {
  const tallies = new Map<string, Tally>();
  const tallyOf = (origin: string): Tally => {
    const tally = tallies.get(origin) ?? { opened: 0, begun: 0, underway: 0 };
    tallies.set(origin, tally);
    return tally;
  };
  for (const event of ['connect', 'connectionError'] as const)
    agent.on(event, (origin) => {
      tallyOf(new URL(origin).origin).opened += 1;
    });
  return {
    async request(request) {
      const tally = tallyOf(request.origin);
      for (let left = request.idempotent ? MOST_STALE : 0; ; left -= 1) {
        const before = { ...tally };
        tally.begun += 1;
        tally.underway += 1;
        try {
          return await agent.request(request);
        } catch (error) {
          const hasOpened = tally.opened !== before.opened;
          const wasAlone = before.underway === 0 && tally.begun === before.begun + 1;
          if (left === 0 || (hasOpened && wasAlone) || !isClosed(error)) throw error;
          // Another request may have opened it: one more try decides.
          if (hasOpened) left = 1;
        } finally {
          tally.underway -= 1;
        }
      }
    },
    destroy: () => agent.destroy(),
  };
}
