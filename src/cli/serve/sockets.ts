/** The connections of the service: all that are open, and the answers that each still waits for. */

import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The connections of one service. */
export interface Sockets {
  /** Remembers a connection until it closes. */
  readonly add: (socket: Socket) => void;
  /** Counts an answer that a connection waits for, until the answer is sent or the connection closes. */
  readonly expect: (socket: Socket, response: ServerResponse) => void;
  /** Closes all connections at once. */
  readonly hangUp: () => void;
  /** Closes all connections as soon as none waits for an answer. */
  readonly hangUpWhenAnswered: () => void;
}

/** Starts without any. */
export function trackSockets(): Sockets {
  const open = new Set<Socket>();
  /** By connection: a client that leaves takes its questions with it, and some answers never end by themselves. */
  const unanswered = new Map<Socket, number>();
  let ending = false;

  function hangUp(): void {
    for (const socket of open) socket.destroy();
  }

  /** A client that is connected and has asked nothing delays nobody. */
  function endIfAnswered(): void {
    if (ending && [...unanswered.values()].every((count) => count === 0)) hangUp();
  }

  return {
    add(socket) {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
    },
    expect(socket, response) {
      const forget = (): void => {
        unanswered.delete(socket);
        endIfAnswered();
      };
      if (!unanswered.has(socket)) socket.once('close', forget);
      unanswered.set(socket, (unanswered.get(socket) ?? 0) + 1);
      response.once('close', () => {
        const before = unanswered.get(socket);
        if (before !== undefined) unanswered.set(socket, before - 1);
        endIfAnswered();
      });
    },
    hangUp,
    hangUpWhenAnswered() {
      ending = true;
      endIfAnswered();
    },
  };
}
