/**
 * What is legal in a config, but unwise. Pure.
 *
 * Every command that reads a config says this, and what lint-fields.ts and lint-policy.ts find. What the others find is
 * for `config check` (check.ts).
 */

import { secretsInQuery } from '../secret-parameters.js';
import { isLoopback } from '../url.js';
import type { Note } from './note.js';
import { jwksOf, urlsOf, type OAuth2TokenConfig, type ProviderConfig } from './provider-config.js';

/** What works, but not as safely as its author may think. */
export function findUnwise(config: ProviderConfig): Note[] {
  return [
    ...urlsOf(config).flatMap(({ path, url }) => checkUrl(path, url)),
    ...('verify_tls' in config && !config.verify_tls ? [TLS_UNVERIFIED] : []),
    ...findUnwiseSharing(config),
    ...(config.type === 'oauth2_token' ? findUnwiseTrust(config) : []),
  ];
}

const TLS_UNVERIFIED: Note = {
  code: 'tls_unverified',
  path: ['verify_tls'],
  message: 'TLS certificates are not verified: anybody on the network path can answer for the provider',
};

function findUnwiseTrust({ issuer, jwks, introspection }: OAuth2TokenConfig): Note[] {
  const notes: Note[] = [];
  if (jwks !== null && issuer === null) {
    const message = 'no issuer is set: iss is not checked, and every issuer that shares the key set is trusted';
    notes.push({ code: 'issuer_unset', path: ['issuer'], message });
  }
  if (introspection?.client_secret === '') {
    const path = ['introspection', 'client_secret'];
    notes.push({ code: 'client_secret_empty', path, message: 'the client secret is empty' });
  }
  if (jwks?.allow_symmetric_keys === true) {
    const path = ['jwks', 'allow_symmetric_keys'];
    notes.push({ code: 'symmetric_keys_allowed', path, message: 'whoever can read the key set can forge tokens' });
  }
  return notes;
}

function findUnwiseSharing(config: ProviderConfig): Note[] {
  const url = 'cache' in config ? (config.cache?.redis_url ?? null) : null;
  if (url === null) return [];
  const path = ['cache', 'redis_url'];
  if (jwksOf(config) !== null) {
    const message = 'redis_url is not used with jwks: signatures are verified here, and there is nobody to ask';
    return [{ code: 'cache_unshared', path, message }];
  }
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'redis:' || isLoopback(hostname)) return [];
  const message = 'redis_url is not encrypted: the password of Redis crosses the network in the clear';
  return [{ code: 'redis_insecure', path, message }];
}

function checkUrl(path: readonly string[], url: string): Note[] {
  const parsed = new URL(url);
  const { protocol, hostname, host, origin, username, password, search, pathname } = parsed;
  const name = path.join('.');
  const notes: Note[] = [];
  if (protocol === 'http:') {
    const message = isLoopback(hostname)
      ? `${name} is plain http, to this machine`
      : `${name} is plain http: tokens, keys and secrets cross the network in the clear and can be changed on the way`;
    notes.push({ code: isLoopback(hostname) ? 'http_loopback' : 'http_insecure', path, message });
  }
  if (username !== '' || password !== '' || secretsInQuery(parsed).length > 0) {
    notes.push({ code: 'url_credentials', path, message: `${name} has credentials in its URL; URLs end up in logs` });
  }
  if (path[0] !== 'api_server_url') return notes;
  if (search !== '') notes.push({ code: 'url_query', path, message: `${name} has a query, which is not sent` });
  if (pathname !== '/') {
    const message = `${name} has a path: the server drops it and asks the root of ${host}, where authcheck asks below the path`;
    notes.push({ code: 'url_path', path, message, fix: `Name the API server itself, without a path: ${origin}.` });
  }
  return notes;
}
