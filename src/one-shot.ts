/** Connections by Node's own client, for a process that makes a request or two: it has started before undici is loaded. */

import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { isClosed, MOST_STALE, type Connections, type TlsOptions } from './connections.js';

/** Opens them. An idempotent request is sent again where a connection that was used before has been closed. */
export function openOneShot(tls: TlsOptions): Connections {
  const http = new HttpAgent({ keepAlive: true });
  const https = new HttpsAgent({ keepAlive: true, ...tls });
  return {
    async request({ origin, path, method, headers, body, idempotent, signal }) {
      const [send, agent] = origin.startsWith('https:') ? [requestHttps, https] : [requestHttp, http];
      const ask = (left: number): Promise<IncomingMessage> =>
        new Promise((resolve, reject) => {
          const outgoing = send(`${origin}${path}`, { method, headers, signal, agent });
          let isAnswered = false;
          outgoing
            .on('response', (answer) => {
              isAnswered = true;
              resolve(answer);
            })
            .on('error', (error) => {
              if (left > 0 && !isAnswered && outgoing.reusedSocket && isClosed(error)) resolve(ask(left - 1));
              else reject(error);
            })
            // Such as when the server switches to another protocol, which raises no error.
            .on('close', () => {
              reject(Object.assign(new Error('closed without an answer'), { code: 'ECONNRESET' }));
            })
            .end(body ?? undefined);
        });
      const answer = await ask(idempotent ? MOST_STALE : 0);
      return { statusCode: answer.statusCode ?? 0, headers: answer.headersDistinct, body: answer };
    },
    destroy() {
      http.destroy();
      https.destroy();
      return Promise.resolve();
    },
  };
}
