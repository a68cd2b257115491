// What JavaScript would hand over in the place of a user or of rules is permitted nothing.
import { describe, expect, test } from 'vitest';
import { createAuthProvider, createAuthenticator, createGuard, parseAuthConfig } from '../../src/index.js';
import { decideAccess } from '../../src/policy/access.js';
import { decideRoute } from '../../src/policy/routes.js';

const config = parseAuthConfig({ type: 'upstream_header', principal_header: 'x-user' });
const authenticator = createAuthenticator(config);
const alice = { principal: 'alice', attributes: {} };
const model = { type: 'model', identifier: 'llama-3', owner: null };

describe.each<[string, () => unknown]>([
  ['the refusal of a guard', () => createGuard(authenticator)(new Request('http://127.0.0.1/'))],
  ['the answer about a request', () => authenticator.authenticate({ method: 'GET', url: '/', headers: [] })],
  ['a verdict that rejects', () => createAuthProvider(config.providers[0]!).authenticate({ token: null })],
  ['a name', () => 'alice'],
  ['a user without attributes', () => ({ principal: 'alice' })],
  ['what is still under way', () => ({ then: undefined })],
])('%s for a user', (_name, give) => {
  test('is refused by both policies', async () => {
    const given = (await give()) as never;
    expect(() => decideAccess([], given, 'delete', model)).toThrow('decideAccess needs a user');
    expect(() => decideRoute([{ permit: { paths: '*' } }], given, '/')).toThrow('decideRoute needs a user');
  });
});

test.each([undefined, null, '', config])('%s for rules is refused', (given) => {
  expect(() => decideAccess(given as never, alice, 'read', model)).toThrow('config.access_policy');
  expect(() => decideRoute(given as never, alice, '/')).toThrow('config.route_policy');
});

test.each([undefined, new Request('http://127.0.0.1/')])('%s for a path is refused', (given) => {
  expect(() => decideRoute([], alice, given as never)).toThrow('needs the path of the request');
});
