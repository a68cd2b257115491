import { expect, onTestFinished, test } from 'vitest';
import { createMetrics } from '../../../src/cli/serve/metrics.js';
import { startService } from '../../../src/cli/serve/service.js';

test('of a request that fails inside, the log is told the kind of the error and no more', async () => {
  const told: unknown[] = [];
  const log = (...line: unknown[]): void => void told.push(line);
  const service = await startService({
    ...{ host: '127.0.0.1', port: 0, tls: null, maxConcurrency: 1, metrics: createMetrics(() => []) },
    logger: { info: log, warn: log, error: log },
    config: {
      use: () => Promise.reject(new TypeError('what the token of somebody was')),
      current: () => expect.unreachable(),
      reload: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
  });
  onTestFinished(() => service.close(0, 0));
  for (let count = 0; count < 2; count += 1) {
    const answer = await fetch(`${service.url}/auth`);
    expect([answer.status, await answer.json()]).toEqual([
      503,
      { error: { message: 'Authentication service unavailable' } },
    ]);
  }
  expect(told).toMatchObject([
    [{ error: 'TypeError' }, 'a request failed inside the service'],
    [{ error: 'TypeError' }, expect.anything()],
  ]);
  expect(JSON.stringify(told)).not.toContain('token');
});
