/** The endpoints that providers ask. Pure. */

import type { ProviderConfig } from './provider-config.js';

/** The endpoints that a provider asks, with the fields that name them. */
export function urlsOf(config: ProviderConfig): { readonly path: readonly string[]; readonly url: string }[] {
  switch (config.type) {
    case 'oauth2_token':
      return [
        ...(config.jwks === null ? [] : [{ path: ['jwks', 'uri'], url: config.jwks.uri }]),
        ...(config.introspection === null ? [] : [{ path: ['introspection', 'url'], url: config.introspection.url }]),
      ];
    case 'github_token':
      return [{ path: ['github_api_base_url'], url: config.github_api_base_url }];
    case 'custom':
      return [{ path: ['endpoint'], url: config.endpoint }];
    case 'kubernetes':
      return [{ path: ['api_server_url'], url: config.api_server_url }];
    case 'upstream_header':
      return [];
  }
}

/** Tells the host names and addresses that never leave this machine. */
export function isLoopback(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost\.?|127(?:\.\d{1,3}){3}|\[::1\]|\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\])$/i.test(hostname);
}
