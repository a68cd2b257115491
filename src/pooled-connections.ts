/** Connections by undici's pools, for a process that makes many requests, or makes them by a proxy. The only undici import. */

import { Agent, ProxyAgent } from 'undici';
import { isClosed, type Connections, type TlsOptions } from './connections.js';
import { basicOf } from './credentials.js';
import { isTlsFault } from './http-failure.js';
import { PROXY_CLOSED, PROXY_TLS } from './proxy.js';
import { replaceStale } from './stale-connections.js';

/** Opens them to endpoints themselves. */
export function openPools(tls: TlsOptions): Connections {
  return replaceStale(new Agent({ connect: tls }));
}

/** Opens them to a proxy; requests for https go through a tunnel. */
export function openProxy(proxy: string, isHttps: boolean, tls: TlsOptions): Connections {
  // Not left to undici, which sends no user without a password, and fails for a percent sign that stands for itself.
  const basic = basicOf(new URL(proxy));
  return new ProxyAgent({
    uri: proxy,
    ...(basic === null ? {} : { token: `Basic ${basic}` }),
    requestTls: tls,
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says: the proxy is sent a password.
    proxyTls: { rejectUnauthorized: true },
    proxyTunnel: isHttps,
    clientFactory(_origin, options) {
      const agent = new Agent(options);
      const connect = agent.connect.bind(agent);
      return Object.assign(agent, {
        // undici 7 tries again and again where the proxy closes the connection, even after the request was given up.
        // And what goes wrong here is the proxy's fault, whose TLS fails as an endpoint's does.
        connect: (tunnel: Parameters<typeof connect>[0]) =>
          connect(tunnel).catch((error: unknown) => {
            const code = isClosed(error) ? PROXY_CLOSED : PROXY_TLS;
            if (code === PROXY_TLS && !isTlsFault(error)) throw error;
            throw Object.assign(new Error('no tunnel', { cause: error }), { code });
          }),
      });
    },
  });
}
