/**
 * Keeps from ioredis what it cannot survive: a null that nobody asked for, or a push, brings the process down, and a
 * long answer fills the memory. What we ask is answered by a line or by a short string, and by nothing else.
 *
 * @see [RESP](https://redis.io/docs/latest/develop/reference/protocol-spec/) the protocol of Redis
 */

import type { Socket } from 'node:net';

/** Largest value that is written or read: 64 KiB. */
export const MAX_VALUE_BYTES: number = 64 * 1024;

/** Longest line: an error, or the length of a string. */
const MAX_LINE_BYTES = 1024;

const LINE = /^(?:[+-][^\r\n]*|:-?\d+|\$\d{1,5})\r\n$/;

/** ioredis does not wait for the end of a line: "$-" is a null to it. */
const LINE_SO_FAR = /^(?:[+-][^\r\n]*|:-?\d*|\$\d{0,5})\r?$/;

/** Breaks a connection at the first byte that is no answer to what we ask, before anybody reads it. */
export function guardReplies(socket: Socket): void {
  const isExpected = createReplyReader();
  const push = socket.push.bind(socket);
  socket.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    if (!Buffer.isBuffer(chunk) || isExpected(chunk)) return push(chunk, encoding);
    socket.destroy(Object.assign(new Error('unexpected reply'), { code: 'EPROTO' }));
    return false;
  };
}

/** Reads bytes as they come, and tells whether they may go on. */
export function createReplyReader(): (chunk: Buffer) => boolean {
  /** The start of a line whose end is still to come. */
  let line = '';
  /** Bytes of a string that are still to come, with the line break after it. */
  let rest = 0;
  return (chunk) => {
    for (let at = 0; at < chunk.length;) {
      if (rest > 0) {
        const taken = Math.min(rest, chunk.length - at);
        rest -= taken;
        at += taken;
        continue;
      }
      const end = chunk.indexOf('\n', at) + 1 || chunk.length;
      line += chunk.toString('latin1', at, end);
      at = end;
      if (line.length > MAX_LINE_BYTES) return false;
      if (!line.endsWith('\n')) return LINE_SO_FAR.test(line);
      if (!LINE.test(line)) return false;
      if (line.startsWith('$')) rest = Number.parseInt(line.slice(1)) + 2;
      if (rest > MAX_VALUE_BYTES + 3) return false;
      line = '';
    }
    return true;
  };
}
