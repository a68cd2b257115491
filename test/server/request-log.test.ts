import { expect, onTestFinished, test, vi } from 'vitest';
import { createAuthenticator, parseAuthConfig } from '../../src/index.js';

const SECRET = 'sk-live-SECRET+SECRET42';

test.each<[string, readonly string[]]>([
  ['well formed', [`Bearer ${SECRET}`]],
  ['without its scheme', [SECRET]],
  ['quoted', [`Bearer "${SECRET}"`]],
  ['in two headers', [`Bearer ${SECRET}`, `Bearer ${SECRET}`]],
  ['with another scheme', [`Token ${SECRET}`]],
  ['with more behind it', [`Bearer ${SECRET}, ${SECRET}`]],
])('a token %s is masked wherever else it stands', async (_how, values) => {
  const lines: string[] = [];
  const info = vi.fn((details: object, message: string) => lines.push(JSON.stringify([details, message])));
  const config = parseAuthConfig({ type: 'upstream_header', principal_header: 'x-user' });
  const authenticator = createAuthenticator(config, { logger: { info, warn: info, error: info } });
  onTestFinished(() => authenticator.close());
  const headers = values.map((value) => ['Authorization', value] as const);
  await authenticator.authenticate({ method: 'GET', url: `/bot${SECRET}/getMe`, id: SECRET, headers });
  expect(lines.join()).toContain('/bot[redacted]/getMe');
  expect(lines.join()).not.toContain('SECRET');
});
