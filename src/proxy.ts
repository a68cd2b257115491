/** Which proxy a request goes through, as the environment says. Pure. */

import { isIPv4, isIPv6 } from 'node:net';
import type { Environment } from './config/env.js';
import { parseUrl, showUrl } from './url.js';

/** Stands for a proxy that is set but is no http(s) URL: nothing may be sent past it. */
export const UNUSABLE_PROXY = 'unusable://proxy';

/** The code of a proxy that closed the connection instead of opening a tunnel, as later versions of undici have it. */
export const PROXY_CLOSED = 'UND_ERR_PRX_CONN';

/** The code of a proxy to which no TLS connection could be opened, as undici has it. */
export const PROXY_TLS = 'UND_ERR_PRX_TLS';

/**
 * The URL of the proxy for a request, or null.
 *
 * The server's client reads the environment as Python's urllib does: a name in lower case wins, even empty, and
 * ALL_PROXY stands in where HTTPS_PROXY or HTTP_PROXY names none.
 */
export function proxyFor(url: URL, env: Environment): string | null {
  const isHttps = url.protocol === 'https:';
  // A CGI script sees a client's header `Proxy:` as HTTP_PROXY: httpoxy.
  const httpProxy = env.REQUEST_METHOD === undefined ? env.HTTP_PROXY : undefined;
  const own = isHttps ? (env.https_proxy ?? env.HTTPS_PROXY) : (env.http_proxy ?? httpProxy);
  const proxy = own || (env.all_proxy ?? env.ALL_PROXY);
  if (proxy === undefined || proxy === '' || isExempt(url, env.no_proxy ?? env.NO_PROXY ?? '')) return null;
  const absolute = proxy.includes('://') ? proxy : `http://${proxy}`;
  return /^https?:\/\//i.test(absolute) && parseUrl(absolute) !== null ? absolute : UNUSABLE_PROXY;
}

/** A proxy as messages name it: host and port, without credentials. */
export function nameProxy(proxy: string): string {
  const { host, port, protocol } = new URL(proxy);
  return `the proxy ${port === '' ? `${host}:${protocol === 'https:' ? '443' : '80'}` : host}`;
}

/** A proxy fit to be shown. */
export function showProxy(proxy: string): string {
  return proxy === UNUSABLE_PROXY ? '(no http:// or https:// URL)' : showUrl(proxy);
}

/** NO_PROXY: names with all their subdomains, a port where one is given, `*` for everything. */
function isExempt(url: URL, list: string): boolean {
  const host = url.hostname.toLowerCase().replace(/\.$/, '');
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .map((entry) => (isIPv6(entry) ? `[${entry}]` : entry.toLowerCase()))
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = '', ownPort] = /^\*?\.?(.*?)\.?(?::(\d+))?$/.exec(entry) ?? [];
      return (
        (ownPort === undefined || ownPort === port) && (host === name || (!isIPv4(host) && host.endsWith(`.${name}`)))
      );
    });
}
