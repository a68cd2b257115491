/** What requests are carried over, and when a connection was closed by its other end. */

import { codeOf } from './errors.js';

/** What carries a request: undici's dispatchers do. */
export interface Connections {
  request(request: {
    readonly origin: string;
    readonly path: string;
    readonly method: 'GET' | 'POST';
    readonly headers: Record<string, string>;
    readonly body: string | null;
    /** Whether it may be sent again when no answer came. */
    readonly idempotent: boolean;
    readonly signal: AbortSignal;
    readonly headersTimeout: number;
    readonly bodyTimeout: number;
  }): Promise<{
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
    readonly body: AsyncIterable<Uint8Array> & { destroy(): unknown };
  }>;
  destroy(): Promise<void>;
}

/** What is trusted. */
export interface TlsOptions {
  readonly rejectUnauthorized: boolean;
  /** In PEM; default: what Node trusts. */
  readonly ca?: string;
}

/** The codes of a connection that was closed by its other end: each client has its own for it. */
export const CLOSED: readonly string[] = ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'];

/** Whether an error says that the other end has closed the connection. */
export function isClosed(error: unknown): boolean {
  return CLOSED.includes(codeOf(error));
}

/** Most times that a request is sent again: a server that restarts closes all its idle connections at once. */
export const MOST_STALE = 3;
