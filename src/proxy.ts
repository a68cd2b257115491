/** Which proxy a request goes through, as HTTPS_PROXY, HTTP_PROXY and NO_PROXY say. Pure. */

import { isIPv4, isIPv6 } from 'node:net';
import type { Environment } from './config/env.js';

/** Stands for a proxy that is set but is no http(s) URL: nothing may be sent past it. */
export const UNUSABLE_PROXY = 'unusable://proxy';

/** The URL of the proxy for a request, or null. Lower-case names win, as in curl; HTTP_PROXY counts in lower case only. */
export function proxyFor(url: URL, env: Environment): string | null {
  const proxy = url.protocol === 'https:' ? env.https_proxy || env.HTTPS_PROXY : env.http_proxy;
  if (proxy === undefined || proxy === '' || isExempt(url, env.no_proxy || env.NO_PROXY || '')) return null;
  const absolute = proxy.includes('://') ? proxy : `http://${proxy}`;
  return /^https?:\/\//i.test(absolute) && URL.canParse(absolute) ? absolute : UNUSABLE_PROXY;
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
