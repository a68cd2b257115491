/** What requests are carried over, and the connections of a process that makes but one or two. */

import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';

/** What is trusted. */
export interface TlsOptions {
  readonly rejectUnauthorized: boolean;
  readonly ca?: string;
}

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

/** Opens connections of Node's own client, which has started before undici is loaded. */
export function openOneShot(tls: TlsOptions): Connections {
  const http = new HttpAgent({ keepAlive: true });
  const https = new HttpsAgent({ keepAlive: true, ...tls });
  return {
    async request({ origin, path, method, headers, body, signal }) {
      const [send, agent] = origin.startsWith('https:') ? [requestHttps, https] : [requestHttp, http];
      const length = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        send(`${origin}${path}`, { method, headers: { ...headers, ...length }, signal, agent })
          .on('response', resolve)
          .on('error', reject)
          // As for an answer that switches to another protocol: an error is not made of it.
          .on('close', () => {
            reject(Object.assign(new Error('closed without an answer'), { code: 'ECONNRESET' }));
          })
          .end(body ?? undefined);
      });
      return { statusCode: answer.statusCode ?? 0, headers: answer.headersDistinct, body: answer };
    },
    destroy() {
      http.destroy();
      https.destroy();
      return Promise.resolve();
    },
  };
}
