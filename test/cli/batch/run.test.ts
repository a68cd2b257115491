import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { runBatch } from '../../../src/cli/batch/run.js';
import type { openSession } from '../../../src/cli/session.js';
import { type Session } from '../../../src/cli/session.js';
import { json, serve } from '../../loopback.js';
import { record } from '../recorder.js';

const sessions = vi.hoisted((): Session[] => []);

vi.mock(import('../../../src/cli/session.js'), async (load) => {
  const actual = await load();
  return {
    ...actual,
    openSession: (...given: Parameters<typeof openSession>) => {
      const session = actual.openSession(...given);
      sessions.push(session);
      return session;
    },
  };
});

test('a batch keeps no transcript: that of a million tokens would fill the memory', async () => {
  const server = await serve(json({ active: true, sub: 'alice' }));
  const cwd = mkdtempSync(join(tmpdir(), 'authcheck-'));
  const introspection = { url: `${server.origin}/introspect`, client_id: 'api', client_secret: 'secret-of-api' };
  writeFileSync(join(cwd, 'auth.json'), JSON.stringify({ type: 'oauth2_token', introspection }));
  writeFileSync(join(cwd, 'tokens.txt'), 'one-opaque-token\nanother-opaque-token\n');
  const { io, stderr } = record({ cwd });
  expect(await runBatch({ config: 'auth.json', tokens: 'tokens.txt', verbose: true }, io)).toBe(0);
  expect(server.requests).toHaveLength(2);
  expect(stderr()).toContain('/introspect');
  expect(sessions.map(({ exchanges }) => exchanges.length)).toEqual([0]);
});

test.each(['utf16le', 'utf16be'])('a file in %s is no list of tokens that are rejected', async (encoding) => {
  const cwd = mkdtempSync(join(tmpdir(), 'authcheck-'));
  writeFileSync(join(cwd, 'auth.json'), JSON.stringify({ type: 'upstream_header', principal_header: 'x-user' }));
  const bytes = Buffer.from('\ufeffone-token\r\nanother-token\r\n', 'utf16le');
  writeFileSync(join(cwd, 'tokens.txt'), encoding === 'utf16le' ? bytes : bytes.swap16());
  const { io, stdout } = record({ cwd });
  const batch = runBatch({ config: 'auth.json', tokens: 'tokens.txt' }, io);
  await expect(batch).rejects.toThrow('tokens.txt: this file is UTF-16; save it as UTF-8');
  expect(stdout()).toBe('');
});
