import { request } from 'node:https';
import { expect, onTestFinished, test } from 'vitest';
import type { AuthProvider } from '../../../src/index.js';
import { createMetrics, type Metrics } from '../../../src/cli/serve/metrics.js';
import { startService, type Service, type ServiceOptions } from '../../../src/cli/serve/service.js';
import { makeCertificates } from '../../certificates.js';

interface Started {
  readonly service: Service;
  readonly metrics: Metrics;
  /** What the log was told. */
  readonly told: readonly unknown[];
}

/** A service that fails whenever it is asked about a token. */
async function startFailing(
  tls: ServiceOptions['tls'] = null,
  providers: readonly AuthProvider[] = [],
): Promise<Started> {
  const told: unknown[] = [];
  const log = (...line: unknown[]): void => void told.push(line);
  const metrics = createMetrics(() => []);
  const unused = (): Promise<never> => Promise.reject(new Error('unused'));
  const service = await startService({
    ...{ host: '127.0.0.1', port: 0, tls, maxConcurrency: 1, metrics },
    logger: { info: log, warn: log, error: log },
    config: {
      use: () => Promise.reject(new TypeError('what the token of somebody was')),
      current: () => ({ providers, authenticate: unused, judge: unused, close: unused }),
      reload: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
  });
  onTestFinished(() => service.close(0, 0));
  return { service, metrics, told };
}

/** A provider whose key set is so many milliseconds old; null for one that could not be fetched. */
function providerOf(name: string, age: number | null): AuthProvider {
  return {
    ref: { name, type: 'oauth2_token', mode: 'jwks', source: null },
    keySet: { load: () => Promise.resolve(age === null ? 'nobody answers' : null), age: () => age },
    destination: null,
    authenticate: () => Promise.reject(new Error('unused')),
    close: () => Promise.resolve(),
  };
}

test('of a request that fails inside, the log is told the kind of the error and no more', async () => {
  const { service, told } = await startFailing();
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

test('metrics are in seconds, and tell of the providers that are in force and of no others', async () => {
  let inForce = [providerOf('old', 1500), providerOf('without', null)];
  const metrics = createMetrics(() => inForce);
  const ages = async (): Promise<readonly string[]> =>
    (await metrics.print()).split('\n').filter((line) => line.startsWith('authcheck_key_set_age_seconds{'));
  expect(await ages()).toEqual(['authcheck_key_set_age_seconds{provider="old"} 1.5']);
  inForce = [providerOf('new', 0)];
  expect(await ages()).toEqual(['authcheck_key_set_age_seconds{provider="new"} 0']);
});

test('metrics count configs that were taken and those that were refused', async () => {
  const metrics = createMetrics(() => []);
  for (const ok of [true, false, true]) metrics.countReload(ok);
  const text = await metrics.print();
  expect(text).toContain('authcheck_config_reloads_total{result="ok"} 2\n');
  expect(text).toContain('authcheck_config_reloads_total{result="refused"} 1\n');
});

test('the time of a request is counted in seconds', async () => {
  const { service, metrics } = await startFailing();
  const started = performance.now();
  await fetch(`${service.url}/auth`);
  const text = await metrics.print();
  const most = (performance.now() - started) / 1000;
  const sum = /^authcheck_request_duration_seconds_sum\{route="\/auth",status="503"\} (\S+)$/m.exec(text)?.[1];
  expect(Number(sum)).toBeGreaterThan(0);
  expect(Number(sum)).toBeLessThanOrEqual(most);
});

test.each([
  ['is part of the token', 'eyJhbGciOi'],
  ['has the token in it', 'request-api-key-of-alice'],
  ['is longer than an id', 'x'.repeat(65)],
  ['is shorter than an id', 'x'.repeat(7)],
  ['holds more than an id', 'id id id id'],
])('an id of a gateway that %s is replaced', async (_how, id) => {
  const { service, told } = await startFailing();
  const token = id.includes('api-key-of-alice') ? 'api-key-of-alice' : 'eyJhbGciOiJub25lIn0.e30.';
  const headers = { authorization: `Bearer ${token}`, 'x-request-id': id };
  const answer = await fetch(`${service.url}/auth`, { headers });
  expect(answer.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
  expect(JSON.stringify(told)).not.toContain(id);
});

test('an id of a gateway is taken up to 64 characters', async () => {
  const { service } = await startFailing();
  for (const id of ['x'.repeat(8), 'x'.repeat(64)])
    expect((await fetch(`${service.url}/auth`, { headers: { 'x-request-id': id } })).headers.get('x-request-id')).toBe(
      id,
    );
});

test('who asks whether it is ready is told which providers wait for keys, and no others', async () => {
  const { service } = await startFailing(null, [providerOf('there', 0), providerOf('away', null)]);
  const answer = await fetch(`${service.url}/readyz`);
  expect([answer.status, await answer.json()]).toEqual([503, { status: 'waiting for key sets', providers: ['away'] }]);
});

test.each([
  ['/healthz?probe=1', 200],
  ['/authors', 404],
  ['/auth', 503],
  ['/auth?a=/b', 503],
  ['/auth/v1/models', 503],
])('%s is answered %i', async (path, status) => {
  const { service } = await startFailing();
  expect((await fetch(service.url + path)).status).toBe(status);
});

test('a body may have 512 KiB, and no byte more', async () => {
  const { service } = await startFailing();
  const statusOf = async (size: number): Promise<number> =>
    (await fetch(`${service.url}/validate`, { method: 'POST', body: 'x'.repeat(size) })).status;
  expect([await statusOf(512 * 1024), await statusOf(512 * 1024 + 1)]).toEqual([503, 413]);
});

test('gateways may keep connections, and send long tokens, with TLS as without', async () => {
  const headers = { authorization: `Bearer ${'x'.repeat(40_000)}` };
  const plain = await fetch(`${(await startFailing()).service.url}/auth`, { headers });
  expect([plain.status, plain.headers.get('keep-alive')]).toEqual([503, 'timeout=65']);
  const { right } = await makeCertificates();
  const { url } = (await startFailing(right)).service;
  const answered = await new Promise<unknown[]>((resolve, reject) => {
    request(
      `${url}/auth`,
      { headers: { ...headers, connection: 'keep-alive' }, rejectUnauthorized: false },
      (answer) => {
        resolve([answer.statusCode, answer.headers['keep-alive']]);
        answer.destroy();
      },
    )
      .on('error', reject)
      .end();
  });
  expect(answered).toEqual([503, 'timeout=65']);
});
