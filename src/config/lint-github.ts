/** What is odd about a provider of the type `github_token`: the URL of its API, the scope of its tokens. Pure. */

import { isLoopback } from '../url.js';
import type { Note } from './note.js';
import type { GithubTokenConfig } from './provider-config.js';

/** Finds a mapping that needs a scope of which the file says nothing, and a URL that is not that of the API. */
export function findGithubSurprises(config: GithubTokenConfig, text: string): Note[] {
  const notes = findMisplacedApi(config);
  if (!('organizations' in config.claims_mapping) || text.includes('read:org')) return notes;
  const message = 'organizations are mapped, and the file says nothing of the scope read:org that tokens need for it';
  return [{ code: 'github_scope_unsaid', path: ['claims_mapping', 'organizations'], message }, ...notes];
}

/** Finds the web site in the place of the API, a path that is missing, and a slash that the server doubles. */
function findMisplacedApi({ github_api_base_url: url }: GithubTokenConfig): Note[] {
  const path = ['github_api_base_url'];
  const { host, hostname, pathname } = new URL(url);
  if (hostname === 'github.com' || hostname === 'www.github.com') {
    const message = 'github_api_base_url is GitHub’s web site, not its API';
    return [{ code: 'url_path', path, message, fix: 'Set it to https://api.github.com.' }];
  }
  // A server of one's own has its API below a path; what runs on this machine is a stand-in.
  if (pathname === '/' && !hostname.startsWith('api.') && !isLoopback(hostname)) {
    const message = 'github_api_base_url has no path, and a GitHub Enterprise Server has its API at /api/v3';
    return [{ code: 'url_path', path, message, fix: `Set it to https://${host}/api/v3.` }];
  }
  if (!url.endsWith('/')) return [];
  const message = 'github_api_base_url ends with "/": the server asks for //user, where authcheck asks for /user';
  return [{ code: 'url_path', path, message, fix: 'Remove the slash at its end.' }];
}
