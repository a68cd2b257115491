// Where a provider says that it sends the token: whoever reads that is told no credentials.
import { expect, test } from 'vitest';
import { provide } from './provide.js';

const url = (path: string): string => `https://user:swordfish@idp.example/${path}?code=swordfish`;
const CLIENT = { client_id: 'api', client_secret: 'client-secret' };

test.each([
  { type: 'oauth2_token', jwks: { uri: url('jwks') } },
  { type: 'oauth2_token', introspection: { url: url('introspect'), ...CLIENT } },
  { type: 'github_token', github_api_base_url: 'https://user:swordfish@idp.example/api' },
  { type: 'custom', endpoint: url('validate') },
  { type: 'kubernetes', api_server_url: 'https://user:swordfish@idp.example' },
])('%j', (config) => {
  const { destination } = provide(config);
  expect(destination?.url).toMatch(/^https:\/\/idp\.example\//);
  expect(destination?.url).not.toContain('swordfish');
});

test('a proxy in between, too', () => {
  const env = { https_proxy: 'http://user:swordfish@proxy.example:3128' };
  const { destination } = provide({ type: 'custom', endpoint: 'https://idp.example/validate' }, { env });
  expect(destination?.proxy).toBe('http://proxy.example:3128/');
});
