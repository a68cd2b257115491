/** Base URLs that are not those of the API that the server asks. Pure. */

import { isLoopback, type Note } from './lint.js';
import type { ProviderConfig } from './provider-config.js';

/** Finds a path that the server drops, doubles the slash of, or misses. */
export function findMisplacedApi(config: ProviderConfig): Note[] {
  if (config.type === 'kubernetes') {
    const path = ['api_server_url'];
    const { origin, pathname } = new URL(config.api_server_url);
    if (pathname === '/') return [];
    const message =
      'api_server_url has a path, which the server drops: it asks the root of that host, where authcheck asks below the path';
    return [{ code: 'url_path', path, message, fix: `Name the API server itself, without a path: ${origin}.` }];
  }
  if (config.type !== 'github_token') return [];
  const path = ['github_api_base_url'];
  const { host, hostname, pathname } = new URL(config.github_api_base_url);
  if (hostname === 'github.com' || hostname === 'www.github.com') {
    const message = 'github_api_base_url is GitHub’s web site, not its API';
    return [{ code: 'url_path', path, message, fix: 'Set it to https://api.github.com.' }];
  }
  // A server of one's own has its API below a path; what runs on this machine is a stand-in.
  if (pathname === '/' && !hostname.startsWith('api.') && !isLoopback(hostname)) {
    const message = 'github_api_base_url has no path, and a GitHub Enterprise Server has its API at /api/v3';
    return [{ code: 'url_path', path, message, fix: `Set it to https://${host}/api/v3.` }];
  }
  if (!config.github_api_base_url.endsWith('/')) return [];
  const message = 'github_api_base_url ends with "/": the server asks for //user, where authcheck asks for /user';
  return [{ code: 'url_path', path, message, fix: 'Remove the slash at its end.' }];
}
