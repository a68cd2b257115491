/** Base URLs of GitHub that are not its API's. Pure. */

import { isLoopback } from './endpoints.js';
import type { Note } from './note.js';
import type { ProviderConfig } from './provider-config.js';

/** Finds the web site in the place of the API, a path that is missing, and a slash that the server doubles. */
export function findMisplacedApi(config: ProviderConfig): Note[] {
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
