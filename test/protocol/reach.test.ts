import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import { expect, onTestFinished, test, vi } from 'vitest';
import { reach, type ReachOptions, type ReachStep } from '../../src/protocol/reach.js';
import { makeCertificates } from '../certificates.js';
import { hang, json, listen, serve, serveRaw } from '../loopback.js';

vi.mock('node:net', async (original) => {
  const net = await original<{ readonly connect: typeof connect }>();
  return { ...net, connect: vi.fn(net.connect) };
});

const certificates = await makeCertificates();
const HOUR = 3_600_000;

/** A moment at which the certificates, which are good for an hour more, do not expire soon. */
const LONG_BEFORE = Date.now() - 30 * 24 * HOUR;

async function ask(origin: string, options: Partial<ReachOptions> = {}): Promise<ReachStep[]> {
  return reach(new URL(origin), { verifyTls: true, ca: certificates.ca, now: LONG_BEFORE, ...options });
}

function brief(steps: readonly ReachStep[]): string[] {
  return steps.map(({ name, status, message }) => `${name} ${status}: ${message}`);
}

test('goes all the way to a trusted certificate, and sends nothing', async () => {
  const server = await serve(json({}), certificates.right);
  const until = new Date(new X509Certificate(certificates.right.cert).validTo).toISOString().slice(0, 10);
  const steps = await ask(server.origin);
  expect(brief(steps)).toEqual([
    'dns passed: 127.0.0.1 is an address',
    `tcp passed: connected to 127.0.0.1, port ${server.port}`,
    `tls passed: TLSv1.3, authcheck test server ← authcheck test CA, until ${until}`,
  ]);
  expect(steps.every(({ ms }) => ms !== null && ms >= 0)).toBe(true);
  expect(server.requests).toEqual([]);
});

test('asks at the port of the scheme where the URL names none', async () => {
  for (const scheme of ['https', 'http']) await ask(`${scheme}://127.0.0.1`);
  expect(vi.mocked(connect).mock.calls.slice(-2)).toEqual([
    [{ host: '127.0.0.1', port: 443 }],
    [{ host: '127.0.0.1', port: 80 }],
  ]);
});

test('leaves neither a connection nor a timer behind, which would keep a program from its end', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const server = createServer(certificates.right);
  const closed: Promise<unknown>[] = [];
  server.on('connection', (socket: Socket) => closed.push(once(socket, 'close')));
  expect((await ask(`https://localhost:${await listen(server)}`)).at(-1)?.status).toBe('passed');
  expect(vi.getTimerCount()).toBe(0);
  await Promise.all(closed);
  expect(closed).toHaveLength(2);
});

test('names a certificate without a name by what it is for', async () => {
  const { origin } = await serve(json({}), certificates.nameless);
  expect((await ask(origin)).at(-1)).toMatchObject({
    status: 'passed',
    message: expect.stringContaining('IP Address:127.0.0.1, DNS:localhost ← authcheck test CA'),
  });
});

test('takes the brackets from an address of IPv6', async () => {
  expect((await ask('http://[::1]:1'))[0]?.message).toBe('::1 is an address');
});

test('has no certificate to ask about in plain http', async () => {
  const server = await serve(json({}));
  expect((await ask(server.origin)).map(({ name }) => name)).toEqual(['dns', 'tcp']);
  expect((await ask(`http://localhost:${server.port}`))[0]?.message).toMatch(/^localhost is .*127\.0\.0\.1/);
});

test('is undecided about a name without an address, and about a closed port, and goes no further', async () => {
  // A label this long is no name at all, so that no resolver needs to be asked.
  expect(brief(await ask(`https://${'a'.repeat(64)}.invalid`))).toEqual([
    expect.stringMatching(/^dns undecided: a{64}\.invalid has no address \(E[A-Z_]+\)$/),
    'tcp skipped: not reached',
    'tls skipped: not reached',
  ]);
  expect(brief(await ask('https://127.0.0.1:1')).slice(1)).toEqual([
    'tcp undecided: the connection failed (ECONNREFUSED)',
    'tls skipped: not reached',
  ]);
});

test.each([
  ['wrongHost', 'it is not for this host'],
  ['expired', 'it has expired'],
  ['selfSigned', 'it is self-signed'],
] as const)('says what is wrong with a certificate: %s', async (name, why) => {
  const { origin } = await serve(json({}), certificates[name]);
  expect((await ask(origin)).at(-1)).toMatchObject({ status: 'failed', message: expect.stringContaining(why) });
  expect((await ask(origin, { verifyTls: false })).at(-1)).toMatchObject({
    status: 'warned',
    message: expect.stringContaining('verify_tls: false lets it pass'),
  });
});

test('says what is not trusted by this machine', async () => {
  const { origin } = await serve(json({}), certificates.right);
  expect((await ask(origin, { ca: null })).at(-1)).toMatchObject({
    status: 'failed',
    message: expect.stringContaining('is not trusted'),
    fix: expect.stringContaining('Name the CA that signed the certificate in tls_cafile'),
  });
  expect((await ask(origin, { ca: certificates.selfSigned.cert })).at(-1)?.fix).toContain(
    'Add the CA that signed the certificate to the file of tls_cafile',
  );
});

test('asks a host of many names for the certificate of its name', async () => {
  const names: string[] = [];
  const server = createServer({
    ...certificates.right,
    SNICallback: (name, done) => {
      names.push(name);
      done(null);
    },
  });
  const port = await listen(server);
  expect((await ask(`https://localhost:${port}`)).at(-1)?.status).toBe('passed');
  expect(names).toEqual(['localhost']);
});

test('warns of a certificate two weeks before it expires', async () => {
  const { origin } = await serve(json({}), certificates.right);
  const statusOf = async (days: number): Promise<unknown> =>
    (await ask(origin, { now: Date.now() - days * 24 * HOUR })).at(-1)?.status;
  expect([await statusOf(13), await statusOf(15)]).toEqual(['warned', 'passed']);
});

test('warns of a certificate that expires soon, and of verify_tls: false without need', async () => {
  const { origin } = await serve(json({}), certificates.right);
  expect((await ask(origin, { now: Date.now() })).at(-1)).toMatchObject({
    status: 'warned',
    message: expect.stringContaining('expires soon'),
  });
  expect((await ask(origin, { verifyTls: false })).at(-1)).toMatchObject({
    status: 'warned',
    message: expect.stringContaining('is not needed'),
  });
});

test('is undecided where something else than TLS answers', async () => {
  const plain = await serve(hang);
  expect((await ask(`https://127.0.0.1:${plain.port}`)).at(-1)).toMatchObject({ name: 'tls', status: 'undecided' });
  const closing = await serveRaw((socket) => socket.destroy());
  expect((await ask(`https://127.0.0.1:${closing.port}`)).at(-1)).toMatchObject({ name: 'tls', status: 'undecided' });
});

test('is undecided after five seconds where nothing answers', async () => {
  const silent = await serveRaw(() => undefined);
  expect((await ask(`https://127.0.0.1:${silent.port}`)).at(-1)).toMatchObject({
    status: 'undecided',
    message: 'no answer within 5 s',
  });
});
