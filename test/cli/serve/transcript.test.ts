// In a process that serves, nobody reads a transcript: to mask each answer for one would hold all other requests up.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Signal } from '../../../src/cli/io.js';
import { main } from '../../../src/cli/main.js';
import { describeExchange } from '../../../src/redacted-exchange.js';
import { json, serve } from '../../loopback.js';
import { record } from '../recorder.js';

vi.mock(import('../../../src/redacted-exchange.js'), { spy: true });

test('serve makes no transcript of what it asks, and validate does', async () => {
  const server = await serve(json({ principal: 'alice' }));
  const cwd = mkdtempSync(join(tmpdir(), 'authcheck-transcript-'));
  writeFileSync(join(cwd, 'auth.json'), JSON.stringify({ type: 'custom', endpoint: `${server.origin}/auth` }));
  const { io, stdout } = record({ cwd });
  expect(await main(['validate', 'api-key-of-alice', '--config', 'auth.json'], io)).toBe(0);
  expect(describeExchange).toHaveBeenCalledTimes(1);
  let signal: (name: Signal) => void = () => undefined;
  const hosted = { ...io, takeSignals: (handle: typeof signal) => void (signal = handle) };
  const served = main(['serve', '--config', 'auth.json', '--port', '0'], hosted);
  const url = await vi.waitFor(() => {
    const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(stdout().replaceAll(server.origin, '')) ?? [];
    if (found === undefined) throw new Error('it does not say where it listens');
    return found;
  });
  const answer = await fetch(`${url}/auth`, { headers: { authorization: 'Bearer api-key-of-alice' } });
  expect(answer.status).toBe(200);
  expect(server.requests).toHaveLength(2);
  expect(describeExchange).toHaveBeenCalledTimes(1);
  signal('SIGINT');
  expect(await served).toBe(0);
});
