/** Each way in which a provider asks a server: its config, its token, and an answer that it believes. */

import { mint, newKey } from '../forge.js';
import type { GoodAnswer } from '../fault-server.js';

const KEY = newKey('ES256');
const JWT = mint(KEY);
const OPAQUE = 'MARKED-opaque-token-0123456789';
const CLIENT_SECRET = 'MARKED-client-secret+/=';
const JWKS_TOKEN = 'MARKED-jwks-token';
const SIGNATURE = JWT.split('.')[2] ?? '';

/** What must never come back, as it is and as it travels. */
export const SECRETS: readonly string[] = [OPAQUE, CLIENT_SECRET, JWKS_TOKEN, SIGNATURE].flatMap((secret) => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64'),
  Buffer.from(`server:${secret}`).toString('base64'),
  Buffer.from(`server:${encodeURIComponent(secret)}`).toString('base64'),
]);

/** One way to ask a server, and what it must answer to be believed. */
export interface Way {
  readonly config: (origin: string, caFile: string) => Readonly<Record<string, unknown>>;
  readonly token: string;
  readonly good: GoodAnswer;
  /** The step that fails. */
  readonly step: string;
  /** The reason for an answer that says nothing. */
  readonly content: string;
}

const keySet = JSON.stringify({ keys: [KEY.jwk] });
const oauth2 = { type: 'oauth2_token', issuer: 'https://idp.example', audience: 'my-api' };

/** Each way by its name. */
export const WAYS: Readonly<Record<string, Way>> = {
  jwks: {
    config: (origin, tls_cafile) => ({ ...oauth2, tls_cafile, jwks: { uri: `${origin}/jwks` } }),
    token: JWT,
    good: { status: 200, body: keySet },
    step: 'key',
    content: 'jwks_invalid',
  },
  'jwks with a token': {
    config: (origin, tls_cafile) => ({ ...oauth2, tls_cafile, jwks: { uri: `${origin}/jwks`, token: JWKS_TOKEN } }),
    token: JWT,
    good: { status: 200, body: keySet },
    step: 'key',
    content: 'jwks_invalid',
  },
  introspection: {
    config: (origin, tls_cafile) => ({
      ...oauth2,
      tls_cafile,
      introspection: { url: `${origin}/introspect`, client_id: 'server', client_secret: CLIENT_SECRET },
    }),
    token: OPAQUE,
    good: { status: 200, body: '{"active":true,"sub":"mallory"}' },
    step: 'request',
    content: 'endpoint_invalid_response',
  },
  github_token: {
    config: (github_api_base_url) => ({ type: 'github_token', github_api_base_url }),
    token: OPAQUE,
    good: { status: 200, body: '{"login":"mallory","id":1}' },
    step: 'request',
    content: 'endpoint_invalid_response',
  },
  custom: {
    config: (origin) => ({ type: 'custom', endpoint: `${origin}/validate` }),
    token: OPAQUE,
    good: { status: 200, body: '{"principal":"mallory"}' },
    step: 'request',
    content: 'endpoint_invalid_response',
  },
  kubernetes: {
    config: (api_server_url, tls_cafile) => ({ type: 'kubernetes', api_server_url, tls_cafile }),
    token: OPAQUE,
    good: { status: 201, body: '{"status":{"userInfo":{"username":"mallory"}}}' },
    step: 'request',
    content: 'endpoint_invalid_response',
  },
};
