/** Bodies of requests: how large one may be, and how much is held of all those that are still being read. */

import type { IncomingMessage } from 'node:http';
import { replyError, type Reply } from './routes.js';

/** Largest body, in bytes: a token of 256 KiB and the headers around it. */
const MAX_BODY = 512 * 1024;
/** What is held of all bodies that have not ended, in bytes. */
const MAX_HELD = 64 * 1024 * 1024;
/** Bytes of each body that are not counted: clients that send large bodies slowly must not keep out the usual ones. */
const UNCOUNTED = 16 * 1024;

const TOO_LARGE = replyError(413, `expected at most ${MAX_BODY} bytes`, { connection: 'close' });
const NO_ROOM = replyError(503, 'too many large bodies at a time', { 'retry-after': '1', connection: 'close' });

/** Reads a body; for one that is refused it gives the answer. */
export type BodyReader = (incoming: IncomingMessage) => Promise<string | Reply>;

/** Makes the reader of all bodies of a service. */
export function openBodies(): BodyReader {
  let held = 0;
  return async (incoming) => {
    let bytes = Buffer.alloc(0);
    let size = 0;
    try {
      for await (const chunk of incoming) {
        if (!(chunk instanceof Uint8Array)) throw new TypeError('a body is bytes');
        const needed = size + chunk.length;
        if (needed > MAX_BODY) return TOO_LARGE;
        const capacity = capacityFor(needed, bytes.length);
        const more = countedOf(capacity) - countedOf(bytes.length);
        if (held + more > MAX_HELD) return NO_ROOM;
        held += more;
        if (capacity > bytes.length) bytes = Buffer.concat([bytes], capacity);
        bytes.set(chunk, size);
        size = needed;
      }
      return bytes.toString('utf8', 0, size);
    } finally {
      held -= countedOf(bytes.length);
    }
  };
}

/** One buffer that doubles: of a body that comes byte by byte, a list would take many times its size. */
function capacityFor(needed: number, capacity: number): number {
  return needed <= capacity ? capacity : Math.max(needed, Math.min(2 * capacity, MAX_BODY));
}

function countedOf(capacity: number): number {
  return Math.max(0, capacity - UNCOUNTED);
}
