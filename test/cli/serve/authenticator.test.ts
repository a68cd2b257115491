// The key sets of a service that starts: each that is missing is told of at once, however long another takes.
import { expect, test, vi } from 'vitest';
import type { Authenticator, AuthProvider } from '../../../src/index.js';
import { loadKeySets } from '../../../src/cli/serve/authenticator.js';

function make(loads: Readonly<Record<string, () => Promise<string | null>>>): Authenticator {
  const providers = Object.entries(loads).map(([name, load]): AuthProvider => ({
    ref: { name, type: 'oauth2_token', mode: 'jwks', source: null },
    keySet: { load, age: () => null },
    destination: null,
    authenticate: () => Promise.reject(new Error('nobody asks')),
    close: () => Promise.resolve(),
  }));
  return {
    providers,
    authenticate: () => Promise.resolve({ outcome: 'public' }),
    judge: () => Promise.reject(new Error('unused')),
    close: () => Promise.resolve(),
  };
}

test('a key set that is missing is told of before the slowest has come', async () => {
  let come: (why: null) => void = () => undefined;
  const slow = new Promise<null>((resolve) => (come = resolve));
  const told = vi.fn();
  const loaded = loadKeySets(make({ away: () => Promise.resolve('refused'), slow: () => slow }), told);
  await vi.waitFor(() => expect(told.mock.calls).toEqual([[{ provider: 'away', why: 'refused' }]]));
  come(null);
  expect(await loaded).toEqual(['away']);
});
