// Node reads a thousand headers, and drops the rest without a word: what a gateway adds at the end may be among it.
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  createAuthenticator,
  createGuard,
  parseAuthConfig,
  type Authenticator,
  type AuthenticatorOptions,
} from '../../src/index.js';
import { FRAMEWORKS } from './frameworks.js';

function guard(options: AuthenticatorOptions = {}): Authenticator {
  const config = parseAuthConfig({
    type: 'upstream_header',
    principal_header: 'x-auth-principal',
    attributes_header: 'x-auth-attributes',
  });
  const authenticator = createAuthenticator(config, options);
  onTestFinished(() => authenticator.close());
  return authenticator;
}

/** The answer to a request with these headers, in this order: its status line, head and body. */
async function sendRaw(origin: string, headers: readonly string[]): Promise<string> {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  socket.end(['GET /who HTTP/1.1', 'host: x', 'connection: close', ...headers, '', ''].join('\r\n'));
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
  await once(socket, 'close');
  return answer;
}

const fill = (count: number): string[] => Array.from({ length: count }, () => 'a:');

test('a guard of Fetch passes on what was asked, and counts what was joined', async () => {
  const authenticator = guard();
  const asked = vi.spyOn(authenticator, 'authenticate');
  const headers = new Headers({ 'x-request-id': 'r-1', cookie: 'a=1; b=2', 'x-auth-principal': 'alice' });
  for (const value of ['a', 'b', 'c']) headers.append('x-list', value);
  await createGuard(authenticator)(new Request('https://api.example/v1/models?page=2', { method: 'POST', headers }));
  expect(asked).toHaveBeenCalledWith({
    ...{ method: 'POST', url: '/v1/models?page=2', id: 'r-1', headerCount: 7 },
    headers: [...headers],
  });
});

describe.each(Object.entries(FRAMEWORKS))('%s', (name, startServer) => {
  test('refuses a request of which headers may be lost', async () => {
    const origin = await startServer(guard());
    // Just as many as Node reads: of more, Node 24 refuses a request itself, with 431.
    const named = await sendRaw(origin, ['X-Auth-Principal: admin', ...fill(997)]);
    expect(named).toMatch(/^HTTP\/1\.1 400 /);
    expect(named).toContain('{"error":{"message":"Too many headers"}}');
    expect(named.toLowerCase()).toContain(
      'www-authenticate: bearer realm="api", error="invalid_request", error_description="too many headers"',
    );
    const groups = await sendRaw(origin, [
      'X-Auth-Principal: bob',
      ...fill(1100),
      'X-Auth-Attributes: {"roles":["guest"]}',
    ]);
    expect(groups).toMatch(/^HTTP\/1\.1 (?:400|431) /);
  });

  test('reads all of those that surely arrived', async () => {
    const origin = await startServer(guard());
    const alice = await sendRaw(origin, [...fill(996), 'X-Auth-Principal: alice']);
    expect(alice).toMatch(/^HTTP\/1\.1 200 /);
    expect(alice).toContain('"principal":"alice"');
    expect(await sendRaw(origin, [...fill(997), 'X-Auth-Principal: alice'])).toMatch(/^HTTP\/1\.1 400 /);
    const twice = await sendRaw(origin, ['X-Auth-Principal: admin', ...fill(995), 'X-Auth-Principal: alice']);
    // Fetch has joined the two before anybody can tell.
    expect(twice).toMatch(name === 'hono' ? /"principal":"admin, alice"/ : /^HTTP\/1\.1 401 /);
  });

  test('counts headers that are JSON together, and none alone', async () => {
    const origin = await startServer(guard());
    const filler = ['a: ["', ...Array.from({ length: 990 }, () => 'a:'), 'a: "]', ...fill(20)];
    const answer = await sendRaw(origin, ['X-Auth-Principal: admin', ...filler, 'X-Auth-Principal: mallory']);
    expect(answer).toMatch(/^HTTP\/1\.1 (?:400|431) /);
  });

  test('does not take what one header lists for many', async () => {
    const origin = await startServer(guard());
    const roles = JSON.stringify(Array.from({ length: 1500 }, (_, index) => `g${index}`));
    const listed = ['X-Auth-Principal: alice', `X-Auth-Attributes: {"roles":${roles}}`];
    expect(await sendRaw(origin, listed)).toContain(`"roles":${roles}`);
  });
});

test('the log says why', async () => {
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const headers = Array.from({ length: 1000 }, () => ['a', ''] as const);
  const answer = await guard({ logger }).authenticate({ method: 'GET', url: '/', headers });
  expect(answer).toMatchObject({ outcome: 'rejected', fault: 'headers', verdicts: [], refusal: { status: 400 } });
  expect(logger.info).toHaveBeenCalledWith(
    expect.objectContaining({
      fault: 'headers',
      why: 'the request has 1000 headers or more, and Node drops those behind them',
    }),
    'request rejected',
  );
});
