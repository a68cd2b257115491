import { deflateSync, brotliCompressSync, gzipSync } from 'node:zlib';
import type { Socket } from 'node:net';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer as createTcpServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Exchange, HttpAnswer, HttpRequest } from '../src/exchange.js';
import { createHttpClient, type HttpOptions } from '../src/http.js';
import { makeCertificates, type Certificates } from './certificates.js';
import {
  drip,
  endless,
  hang,
  json,
  listen,
  redirect,
  serve,
  serveRaw,
  type Answer,
  type Loopback,
} from './loopback.js';

/** Both clients answer to the same tests: nobody may notice which of them made a request. */
describe.each([
  ['undici', false],
  ['Node’s own client', true],
])('over %s', (_client, oneShot) => {
  function send(url: string, request: Partial<HttpRequest> = {}, options: HttpOptions = {}): Promise<HttpAnswer> {
    const client = createHttpClient({ oneShot, ...options });
    onTestFinished(() => client.close());
    return client.send({ method: 'GET', url, secrets: [], timeout: 2000, ...request });
  }

  function codeOf(answer: HttpAnswer): string {
    return answer.ok ? `answered ${answer.status}` : answer.code;
  }

  function body(bytes: Uint8Array, headers: Record<string, string>): Answer {
    return (_request, response) => response.writeHead(200, headers).end(bytes);
  }

  function raw(bytes: string, then: (socket: Socket) => void = (socket) => socket.end()): (socket: Socket) => void {
    return (socket) =>
      socket.once('data', () => {
        socket.write(bytes);
        then(socket);
      });
  }

  describe('an answer', () => {
    test('is given with its status, headers, body and time', async () => {
      const server = await serve(json({ a: 'ä' }, 201, { 'x-answer': 'yes' }));
      const answer = await send(`${server.origin}/path?query=1#fragment`, { headers: { 'x-question': '?' } });
      expect(answer).toMatchObject({ ok: true, status: 201, body: '{"a":"ä"}' });
      expect(answer.ok && answer.headers['x-answer']).toBe('yes');
      expect(answer.ok && answer.ms).toBeGreaterThan(0);
      expect(server.requests).toHaveLength(1);
      expect(server.requests[0]).toMatchObject({ method: 'GET', url: '/path?query=1' });
      expect(server.requests[0]?.headers).toMatchObject({ 'x-question': '?', 'user-agent': 'authcheck' });
    });

    test('tells how far the clock of the server is ahead', async () => {
      const server = await serve(json({}, 200, { date: new Date(Date.now() + 90_000).toUTCString() }));
      const answer = await send(server.origin);
      expect(answer.ok && answer.skew).toBeGreaterThanOrEqual(88);
      expect(answer.ok && answer.skew).toBeLessThanOrEqual(90);
    });

    test('with a Date that is no date tells nothing of the clock', async () => {
      const server = await serve(json({}, 200, { date: 'soon' }));
      expect(await send(server.origin)).toMatchObject({ ok: true, skew: null });
    });

    test.each([
      ['gzip', gzipSync],
      ['x-gzip', gzipSync],
      ['deflate', deflateSync],
      ['br', brotliCompressSync],
      ['GZip', gzipSync],
      ['identity', (bytes: Buffer) => bytes],
    ])('is unpacked from %s', async (encoding, pack) => {
      const server = await serve(body(pack(Buffer.from('{"packed":true}')), { 'content-encoding': encoding }));
      expect(await send(server.origin)).toMatchObject({ ok: true, body: '{"packed":true}' });
    });

    test.each([{}, { 'content-encoding': 'gzip' }])('of status 204 has an empty body: %o', async (headers) => {
      const server = await serve((_request, response) => response.writeHead(204, headers).end());
      expect(await send(server.origin)).toMatchObject({ ok: true, status: 204, body: '' });
    });

    test('has all values of a header that is sent twice', async () => {
      const server = await serve((_request, response) => {
        response.writeHead(200, { link: ['<a>; rel="prev"', '<b>; rel="next"'] }).end();
      });
      const answer = await send(server.origin);
      expect(answer.ok && answer.headers.link).toBe('<a>; rel="prev", <b>; rel="next"');
    });
  });

  test('a request has its body, in whatever script', async () => {
    const server = await serve(json({}));
    await send(server.origin, { method: 'POST', body: '{"path":"/zoë-魔"}' });
    expect(server.requests).toMatchObject([{ body: '{"path":"/zoë-魔"}', headers: { 'content-length': '20' } }]);
  });

  describe('a server that answers badly', () => {
    const packedBomb = gzipSync(Buffer.alloc(4 * 1024 * 1024));

    test.each<[string, Answer, string]>([
      ['hangs', hang, 'endpoint_timeout'],
      ['drips', drip, 'endpoint_timeout'],
      ['sends without end', endless, 'endpoint_too_large'],
      ['sends a gzip bomb', body(packedBomb, { 'content-encoding': 'gzip' }), 'endpoint_too_large'],
      [
        'packs a byte too much',
        body(gzipSync(Buffer.alloc(100_001, ' ')), { 'content-encoding': 'gzip' }),
        'endpoint_too_large',
      ],
      ['sends a byte too much', body(Buffer.alloc(100_001, ' '), {}), 'endpoint_too_large'],
      [
        'announces more than it may send',
        body(Buffer.alloc(200_000), { 'content-length': '200000' }),
        'endpoint_too_large',
      ],
      ['uses an unknown encoding', body(Buffer.from('{}'), { 'content-encoding': 'zip' }), 'endpoint_invalid_response'],
      ['stacks encodings', body(Buffer.from('{}'), { 'content-encoding': 'gzip, gzip' }), 'endpoint_invalid_response'],
      ['lies about its encoding', body(Buffer.from('{}'), { 'content-encoding': 'gzip' }), 'endpoint_invalid_response'],
      [
        'cuts its gzip short',
        body(gzipSync(Buffer.from('{"a":1}')).subarray(0, 12), { 'content-encoding': 'gzip' }),
        'endpoint_invalid_response',
      ],
      [
        'is named like a prototype',
        body(Buffer.from('{}'), { 'content-encoding': 'constructor' }),
        'endpoint_invalid_response',
      ],
      ['sends Latin-1', body(Buffer.from('{"a":"ä"}', 'latin1'), {}), 'endpoint_invalid_response'],
    ])('%s', async (_name, answer, code) => {
      const server = await serve(answer);
      expect(codeOf(await send(server.origin, { timeout: 400, maxBytes: 100_000 }))).toBe(code);
    });

    test.each<[string, number, Buffer, Record<string, string>]>([
      ['401 with a page in Latin-1', 401, Buffer.from('Accès refusé', 'latin1'), {}],
      ['302 with a page in Latin-1', 302, Buffer.from('Accès refusé', 'latin1'), {}],
      ['503 with an unknown encoding', 503, Buffer.from('down'), { 'content-encoding': 'zip' }],
      ['403 with a gzip that is none', 403, Buffer.from('no'), { 'content-encoding': 'gzip' }],
    ])('%s is told by its status, without words', async (_name, status, page, headers) => {
      const server = await serve((_request, response) => response.writeHead(status, headers).end(page));
      expect(await send(server.origin)).toMatchObject({ ok: true, status, body: '', unread: true });
    });

    test('a refusal that is too large is no answer', async () => {
      const server = await serve((_request, response) => response.writeHead(401).end(Buffer.alloc(1001, ' ')));
      expect(codeOf(await send(server.origin, { maxBytes: 1000 }))).toBe('endpoint_too_large');
    });

    test('a body of exactly the largest size is taken', async () => {
      const server = await serve(body(Buffer.alloc(1000, ' '), {}));
      expect(codeOf(await send(server.origin, { maxBytes: 1000 }))).toBe('answered 200');
    });

    test.each<[string, Answer]>([
      ['packed in an unknown way', body(Buffer.from('{}'), { 'content-encoding': 'zstd' })],
      ['in Latin-1', body(Buffer.from('"ä"', 'latin1'), {})],
    ])('a body %s has a way out of its own: the transcript shows nothing of it', async (_name, answer) => {
      const fix: unknown = expect.stringMatching(/UTF-8.*gzip/);
      expect(await send((await serve(answer)).origin)).toMatchObject({ ok: false, fix });
    });

    test('a body may be of 1 MiB where nothing else is asked for, packed or not', async () => {
      const sizes: readonly (readonly [number, string])[] = [
        [1024 * 1024, 'answered 200'],
        [1024 * 1024 + 1, 'endpoint_too_large'],
      ];
      for (const [size, code] of sizes) {
        const plain = Buffer.alloc(size, ' ');
        expect(codeOf(await send((await serve(body(plain, {}))).origin))).toBe(code);
        const packed = await serve(body(gzipSync(plain), { 'content-encoding': 'gzip' }));
        expect(codeOf(await send(packed.origin))).toBe(code);
      }
    });

    test.each<[string, (socket: Socket) => void, string]>([
      ['accepts and says nothing', () => undefined, 'endpoint_timeout'],
      [
        'resets the connection',
        (socket) => socket.once('data', () => socket.resetAndDestroy()),
        'endpoint_unreachable',
      ],
      ['closes the connection', raw(''), 'endpoint_unreachable'],
      [
        'switches to another protocol',
        raw('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n', () => undefined),
        'endpoint_unreachable',
      ],
      ['does not speak HTTP', raw('SSH-2.0-OpenSSH_9.6\r\n'), 'endpoint_invalid_response'],
      [
        'sends less than it announced',
        raw('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"half":'),
        'endpoint_unreachable',
      ],
      [
        'closes in the middle of a chunk',
        raw('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"half":'),
        'endpoint_unreachable',
      ],
      [
        'resets in the middle',
        raw('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{', (s) => s.resetAndDestroy()),
        'endpoint_unreachable',
      ],
      [
        'gives two lengths',
        raw('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}'),
        'endpoint_invalid_response',
      ],
      [
        'sends huge headers',
        raw(`HTTP/1.1 200 OK\r\nX-Huge: ${'x'.repeat(100_000)}\r\n\r\n{}`),
        'endpoint_invalid_response',
      ],
      ['sends a header without end', raw(`HTTP/1.1 200 OK\r\nX-Endless: `, () => undefined), 'endpoint_timeout'],
    ])('%s', async (_name, connected, code) => {
      const server = await serveRaw(connected);
      expect(codeOf(await send(server.origin, { timeout: 400 }))).toBe(code);
    });

    test('a port at which nobody listens', async () => {
      const server = createHttpServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      await new Promise((resolve) => server.close(resolve));
      expect(await send(`http://127.0.0.1:${port}`)).toMatchObject({
        code: 'endpoint_unreachable',
        message: 'the connection failed (ECONNREFUSED)',
      });
    });

    test('what the server said of itself stays out of the message', async () => {
      const server = await serveRaw(raw('\u001b[31mevil words\r\n\r\n'));
      const answer = await send(server.origin);
      expect(answer.ok ? '' : answer.message).toMatch(/^the answer is not HTTP as it should be \(\w+\)$/);
    });
  });

  describe('redirects', () => {
    test('to the same host without TLS are not followed', async () => {
      const certificates = await makeCertificates();
      const server: Loopback = await serve(
        (request, response) => redirect(`http://127.0.0.1:${server.port}/keys`)(request, response),
        certificates.right,
      );
      const answer = await send(server.origin, { followSameOrigin: true }, { caFile: certificates.caFile });
      expect(codeOf(answer)).toBe('answered 302');
    });

    test('do not make an endpoint forget what the query of the first URL kept secret', async () => {
      const server = await serve((request, response) => {
        if (request.url.startsWith('/moved')) response.writeHead(403).end('the key hunter2hunter2 is old');
        else response.writeHead(302, { location: '/moved?x=1' }).end();
      });
      const exchanges: Exchange[] = [];
      const onExchange = (exchange: Exchange): void => void exchanges.push(exchange);
      const url = `${server.origin}/keys?api_key=hunter2hunter2`;
      expect(await send(url, { followSameOrigin: true }, { onExchange })).toMatchObject({
        status: 403,
        body: 'the key [redacted] is old',
      });
      expect(JSON.stringify(exchanges)).not.toContain('hunter2');
    });

    /** Redirects `hops` times within the server, then answers. */
    const hopping =
      (hops: number): Answer =>
      (request, response) => {
        const hop = Number(request.url.slice(1));
        if (hop < hops) redirect(`/${hop + 1}`)(request, response);
        else json({ hop })(request, response);
      };

    test.each([1, 2, 3])('%s within the origin are followed', async (hops) => {
      const server = await serve(hopping(hops));
      const answer = await send(`${server.origin}/0`, { followSameOrigin: true });
      expect(answer).toMatchObject({ ok: true, status: 200, body: `{"hop":${hops}}` });
      expect(server.requests).toHaveLength(hops + 1);
    });

    test('lead on from where they led to', async () => {
      const server = await serve((request, response) => {
        const next = new Map([
          ['/', '/a/b'],
          ['/a/b', 'c'],
        ]).get(request.url);
        (next === undefined ? json({}) : redirect(next))(request, response);
      });
      expect(codeOf(await send(server.origin, { followSameOrigin: true }))).toBe('answered 200');
      expect(server.requests.map(({ url }) => url)).toEqual(['/', '/a/b', '/a/c']);
    });

    test.each([4, Infinity])('%s within the origin are too many', async (hops) => {
      const server = await serve(hopping(hops));
      expect(codeOf(await send(`${server.origin}/0`, { followSameOrigin: true }))).toBe('answered 302');
      expect(server.requests).toHaveLength(4);
    });

    test('to itself end', async () => {
      const server = await serve(redirect('/'));
      expect(codeOf(await send(server.origin, { followSameOrigin: true }))).toBe('answered 302');
      expect(server.requests).toHaveLength(4);
    });

    test.each([301, 302, 303, 307, 308])('across origins are never followed (%s)', async (status) => {
      const other = await serve(json({}));
      const server = await serve(redirect(`${other.origin}/`, status));
      expect(codeOf(await send(server.origin, { followSameOrigin: true }))).toBe(`answered ${status}`);
      expect(other.requests).toHaveLength(0);
    });

    test.each(['//127.0.0.2/x', 'ftp://127.0.0.1/', 'http://', 'javascript:alert(1)', ''])(
      'to %j are not followed elsewhere',
      async (location) => {
        const server = await serve(redirect(location));
        const answer = await send(server.origin, { followSameOrigin: true });
        expect(codeOf(answer)).toBe('answered 302');
      },
    );

    test.each<[string, Partial<HttpRequest>]>([
      ['unless asked for', {}],
      ['where that is not wanted', { followSameOrigin: false }],
      ['with a POST', { followSameOrigin: true, method: 'POST', body: 'token=t' }],
      ['with an Authorization header', { followSameOrigin: true, headers: { Authorization: 'Bearer t' } }],
      ['with a cookie', { followSameOrigin: true, headers: { cookie: 'a=b' } }],
    ])('are not followed: %s', async (_name, request) => {
      const server = await serve(redirect('/next', 307));
      expect(codeOf(await send(server.origin, request))).toBe('answered 307');
      expect(server.requests).toHaveLength(1);
    });

    test('take no more time together than one answer may', async () => {
      let hop = 0;
      const server = await serve((request, response) => {
        setTimeout(() => redirect(`/${(hop += 1)}`)(request, response), 250);
      });
      expect(codeOf(await send(server.origin, { followSameOrigin: true, timeout: 400 }))).toBe('endpoint_timeout');
    });

    test('are not followed to where a secret stood', async () => {
      const server = await serve(redirect('/keys?code=abcdef1234567890'));
      expect(codeOf(await send(`${server.origin}/?code=abcdef1234567890`, { followSameOrigin: true }))).toBe(
        'answered 302',
      );
      expect(server.requests).toHaveLength(1);
    });

    test('are not followed with a password in the URL', async () => {
      const server = await serve(redirect('/next'));
      const url = server.origin.replace('http://', 'http://user:password@');
      expect(codeOf(await send(url, { followSameOrigin: true }))).toBe('answered 302');
      expect(server.requests).toHaveLength(1);
    });

    test('have no credentials of their own that would be sent', async () => {
      const server: Loopback = await serve((request, response) => {
        const next = server.origin.replace('http://', 'http://user:password@');
        (request.url === '/' ? redirect(`${next}/next`) : json({}))(request, response);
      });
      expect(codeOf(await send(server.origin, { followSameOrigin: true }))).toBe('answered 200');
      expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
    });

    test('are told by the status: a Location beside another is none', async () => {
      const server = await serve(json({}, 200, { location: '/next' }));
      expect(codeOf(await send(server.origin, { followSameOrigin: true }))).toBe('answered 200');
      expect(server.requests).toHaveLength(1);
    });
  });

  describe('time', () => {
    test('counts while a server does not finish the handshake of TLS', async () => {
      const server = await serveRaw(() => undefined);
      const answer = await send(server.origin.replace('http:', 'https:'), { timeout: 300 });
      expect(codeOf(answer)).toBe('endpoint_timeout');
    });

    test('counts while a proxy opens no tunnel', async () => {
      const proxy = await serveRaw(() => undefined);
      const answer = await send('https://idp.example/', { timeout: 300 }, { env: { https_proxy: proxy.origin } });
      expect(codeOf(answer)).toBe('endpoint_timeout');
    });

    test('is ten seconds where nothing else is asked for, and nothing waits for it after the answer', async () => {
      const answering = await serve(json({}));
      let ask = (): void => undefined;
      const asked = new Promise<void>((resolve) => (ask = resolve));
      const hanging = await serve(() => ask());
      const client = createHttpClient({ oneShot });
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      onTestFinished(() => {
        vi.useRealTimers();
        return client.close();
      });
      expect(codeOf(await client.send({ method: 'GET', url: answering.origin, secrets: [] }))).toBe('answered 200');
      expect(vi.getTimerCount()).toBe(0);
      let isOver = false;
      const late = client.send({ method: 'GET', url: hanging.origin, secrets: [] }).finally(() => (isOver = true));
      await asked;
      await vi.advanceTimersByTimeAsync(9999);
      expect(isOver).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      expect(await late).toMatchObject({ code: 'endpoint_timeout', message: 'no complete answer within 10 s' });
    });
  });

  test.each(['http', 'https'])('the connections are closed with their client (%s)', async (scheme) => {
    const { right, caFile } = await makeCertificates();
    const answer = (_request: IncomingMessage, response: ServerResponse): void => void response.end('{}');
    const server = scheme === 'http' ? createHttpServer(answer) : createHttpsServer(right, answer);
    const isClosed = new Promise((resolve) => server.on('connection', (socket: Socket) => socket.on('close', resolve)));
    const client = createHttpClient({ oneShot, caFile });
    const url = `${scheme}://127.0.0.1:${await listen(server)}`;
    expect(codeOf(await client.send({ method: 'GET', url, secrets: [] }))).toBe('answered 200');
    await client.close();
    // A server that waits for more closes it after five seconds itself.
    expect(await Promise.race([isClosed.then(() => 'closed'), wait(2000, 'open')])).toBe('closed');
  });

  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('the disk is full');
      },
    ],
    ['rejects', () => Promise.reject(new Error('the disk is full'))],
  ])('a listener that %s changes no answer', async (_how, onExchange) => {
    const server = await serve(json({}));
    expect(codeOf(await send(server.origin, {}, { onExchange }))).toBe('answered 200');
  });

  describe('TLS', () => {
    let certificates: Certificates;
    beforeAll(async () => {
      certificates = await makeCertificates();
    });

    test('the own CA is trusted when named', async () => {
      const server = await serve(json({}), certificates.right);
      expect(codeOf(await send(server.origin, {}, { caFile: certificates.caFile }))).toBe('answered 200');
    });

    test('the own CA is not trusted by itself', async () => {
      const server = await serve(json({}), certificates.right);
      expect(await send(server.origin)).toMatchObject({
        code: 'endpoint_tls',
        message: expect.stringContaining('(UNABLE_TO_VERIFY_LEAF_SIGNATURE)'),
      });
      expect(server.requests).toHaveLength(0);
    });

    test.each([
      ['wrongHost', 'ERR_TLS_CERT_ALTNAME_INVALID'],
      ['expired', 'CERT_HAS_EXPIRED'],
      ['selfSigned', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ] as const)('the certificate %s is refused even with the CA', async (name, code) => {
      const server = await serve(json({}), certificates[name]);
      const answer = await send(
        server.origin,
        { headers: { authorization: 'Bearer t' } },
        { caFile: certificates.caFile },
      );
      expect(answer).toMatchObject({ code: 'endpoint_tls', message: expect.stringContaining(`(${code})`) });
      expect(server.requests).toHaveLength(0);
    });

    test.each(['wrongHost', 'expired', 'selfSigned'] as const)('verifyTls: false takes %s', async (name) => {
      const server = await serve(json({}), certificates[name]);
      expect(codeOf(await send(server.origin, {}, { verifyTls: false }))).toBe('answered 200');
    });

    test('plain HTTP at an https URL', async () => {
      const server = await serve(json({}));
      expect(codeOf(await send(server.origin.replace('http:', 'https:')))).toBe('endpoint_tls');
    });

    test('TLS at an http URL', async () => {
      const server = await serve(json({}), certificates.right);
      expect(codeOf(await send(server.origin.replace('https:', 'http:')))).toMatch(
        /^endpoint_(?:unreachable|invalid_response)$/,
      );
    });

    test.each([
      ['that is not there', '/nowhere/ca.pem', /cannot be read \(ENOENT\)/],
      ['that is a folder', '/tmp', /cannot be read \(EISDIR\)/],
      ['that is no certificate', import.meta.filename, /holds no PEM certificate/],
    ])('a CA file %s is a bad config', (_name, caFile, message) => {
      expect(() => createHttpClient({ caFile })).toThrow(message);
    });
  });

  test('a new connection that is closed at once is not opened again', async () => {
    const connected = vi.fn();
    const server = await serveRaw((socket) => {
      connected();
      socket.once('data', () => socket.destroy());
    });
    expect(codeOf(await send(server.origin))).toBe('endpoint_unreachable');
    expect(connected).toHaveBeenCalledOnce();
  });

  test('an answer that is none is not asked for again, whatever came over that connection before', async () => {
    const asked = vi.fn();
    const server = await serveRaw((socket) =>
      socket.on('data', () => {
        asked();
        socket.write(asked.mock.calls.length === 1 ? 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n' : 'nonsense\r\n');
      }),
    );
    const client = createHttpClient({ oneShot });
    onTestFinished(() => client.close());
    const codes: string[] = [];
    for (let count = 0; count < 2; count += 1)
      codes.push(codeOf(await client.send({ method: 'GET', url: server.origin, secrets: [] })));
    expect(codes).toEqual(['answered 200', 'endpoint_invalid_response']);
    expect(asked).toHaveBeenCalledTimes(2);
  });

  describe('a proxy', () => {
    /** A proxy that notes what it was asked, and opens the tunnels it is asked for. */
    async function serveProxy(): Promise<{ port: number; asked: IncomingMessage[] }> {
      const asked: IncomingMessage[] = [];
      const proxy = createHttpServer((request, response) => {
        asked.push(request);
        response.end('"from the proxy"');
      });
      proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
        asked.push(request);
        const [, port = ''] = (request.url ?? '').split(':');
        const onward = connect(Number(port), '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
          onward.pipe(socket).pipe(onward);
        });
        onward.on('error', () => socket.destroy());
        socket.on('close', () => onward.destroy());
      });
      return { port: await listen(proxy), asked };
    }

    test('is used for https, by a tunnel, and shown without its credentials', async () => {
      const certificates = await makeCertificates();
      const server = await serve(json({ reached: true }), certificates.right);
      const proxy = await serveProxy();
      const exchanges: Exchange[] = [];
      const answer = await send(
        server.origin,
        {},
        {
          caFile: certificates.caFile,
          env: { HTTPS_PROXY: `http://proxyuser:pa%40sswort@127.0.0.1:${proxy.port}` },
          onExchange: (exchange) => exchanges.push(exchange),
        },
      );
      expect(answer).toMatchObject({ ok: true, body: '{"reached":true}' });
      expect(proxy.asked.map((request) => `${request.method} ${request.url}`)).toEqual([
        `CONNECT 127.0.0.1:${server.port}`,
      ]);
      expect(proxy.asked[0]?.headers['proxy-authorization']).toBe(
        `Basic ${Buffer.from('proxyuser:pa@sswort').toString('base64')}`,
      );
      expect(server.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
      expect(exchanges.map((exchange) => exchange.proxy)).toEqual([`http://127.0.0.1:${proxy.port}/`]);
      expect(JSON.stringify(exchanges)).not.toMatch(/proxyuser|sswort/);
    });

    test('does not weaken the verification of the certificate behind it', async () => {
      const certificates = await makeCertificates();
      const server = await serve(json({}), certificates.wrongHost);
      const proxy = await serveProxy();
      const env = { https_proxy: `127.0.0.1:${proxy.port}` };
      expect(codeOf(await send(server.origin, {}, { caFile: certificates.caFile, env }))).toBe('endpoint_tls');
      expect(proxy.asked).toHaveLength(1);
      expect(server.requests).toHaveLength(0);
    });

    test('whose own certificate nobody vouches for is sent no password, whatever the environment says', async () => {
      const { expired } = await makeCertificates();
      const told: string[] = [];
      const port = await listen(
        createTlsServer(expired, (socket) => socket.on('data', (bytes) => told.push(String(bytes)))),
      );
      vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
      const env = { https_proxy: `https://me:sswort@127.0.0.1:${port}` };
      expect((await send('https://idp.example/', {}, { env })).ok).toBe(false);
      expect(told).toEqual([]);
      vi.unstubAllEnvs();
    });

    test('that is no http(s) URL is not named by what stands for it', async () => {
      const exchanges: Exchange[] = [];
      const onExchange = (exchange: Exchange): void => void exchanges.push(exchange);
      await send('https://idp.example/', {}, { env: { all_proxy: 'socks5://127.0.0.1:1080' }, onExchange });
      expect(exchanges.map(({ proxy }) => proxy)).toEqual(['(no http:// or https:// URL)']);
    });

    test('is used for http as http_proxy says, without a tunnel', async () => {
      const proxy = await serveProxy();
      const env = { http_proxy: `http://127.0.0.1:${proxy.port}` };
      expect(await send('http://idp.example/keys', {}, { env })).toMatchObject({
        ok: true,
        body: '"from the proxy"',
        proxy: `the proxy 127.0.0.1:${proxy.port}`,
      });
      expect(proxy.asked.map((request) => request.url)).toEqual(['http://idp.example/keys']);
    });

    test('that has opened a tunnel is asked for plain http without one all the same', async () => {
      const certificates = await makeCertificates();
      const server = await serve(json({ reached: true }), certificates.right);
      const proxy = await serveProxy();
      const client = createHttpClient({
        oneShot,
        caFile: certificates.caFile,
        env: { all_proxy: `http://127.0.0.1:${proxy.port}` },
      });
      onTestFinished(() => client.close());
      for (const url of [server.origin, 'http://idp.example/keys', server.origin])
        expect(await client.send({ method: 'GET', url, secrets: [] })).toMatchObject({ ok: true, status: 200 });
      expect(proxy.asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
        `CONNECT 127.0.0.1:${server.port}`,
        'GET http://idp.example/keys',
      ]);
    });

    test('that wants other credentials for plain http says so, and they are not shown', async () => {
      const port = await listen(createHttpServer((_request, response) => response.writeHead(407).end()));
      const answer = await send(
        'http://idp.example/',
        {},
        { env: { HTTP_PROXY: `http://me:sswort@127.0.0.1:${port}` } },
      );
      expect(answer).toMatchObject({ message: `the proxy 127.0.0.1:${port} answered 407: it wants credentials` });
      expect(JSON.stringify(answer)).not.toContain('sswort');
    });

    test('is left out where NO_PROXY says so', async () => {
      const server = await serve(json({}));
      const proxy = await serveProxy();
      const env = { http_proxy: `http://127.0.0.1:${proxy.port}`, NO_PROXY: '127.0.0.1' };
      expect(codeOf(await send(server.origin, {}, { env }))).toBe('answered 200');
      expect(proxy.asked).toHaveLength(0);
    });

    test('that cannot be reached, or refuses, leaves the question open', async () => {
      const refusing = createHttpServer();
      refusing.on('connect', (_request, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'));
      const port = await listen(refusing);
      const refused = await send('https://idp.example/', {}, { env: { HTTPS_PROXY: `http://127.0.0.1:${port}` } });
      expect(refused).toMatchObject({
        code: 'endpoint_unreachable',
        message: `the proxy 127.0.0.1:${port} answered 407: it wants credentials`,
      });
      const absent = await send('https://idp.example/', {}, { env: { HTTPS_PROXY: 'http://127.0.0.1:1' } });
      expect(absent).toMatchObject({
        code: 'endpoint_unreachable',
        message: 'the proxy 127.0.0.1:1 cannot be reached (ECONNREFUSED)',
      });
    });

    test('whose own TLS fails is at fault itself, and no setting of the config is the way out', async () => {
      const { right, wrongHost, caFile } = await makeCertificates();
      const ports = [createHttpServer(), createHttpsServer(right), createHttpsServer(wrongHost)].map(listen);
      const [plain = 0, unknown = 0, misnamed = 0] = await Promise.all(ports);
      const ask = (port: number): Promise<HttpAnswer> =>
        send('https://idp.example/', {}, { caFile, env: { HTTPS_PROXY: `https://127.0.0.1:${port}` } });
      expect(await ask(plain)).toMatchObject({
        code: 'endpoint_tls',
        message: expect.stringMatching(`^the proxy 127.0.0.1:${plain} does not speak TLS itself`),
        fix: expect.stringMatching('^Write http:// in the proxy’s URL'),
      });
      for (const port of [unknown, misnamed])
        expect(await ask(port)).toMatchObject({
          code: 'endpoint_tls',
          message: expect.stringMatching(`^the certificate of the proxy 127.0.0.1:${port} cannot be trusted`),
          fix: expect.not.stringContaining('tls_cafile'),
        });
    });

    test('that closes the connection is asked for a tunnel once', async () => {
      let asked = 0;
      const port = await listen(
        createTcpServer((socket) => {
          asked += 1;
          socket.on('error', () => undefined).once('data', () => socket.end());
        }),
      );
      const env = { HTTPS_PROXY: `http://127.0.0.1:${port}` };
      expect(await send('https://idp.example/', { timeout: 1000 }, { env })).toMatchObject({
        code: 'endpoint_unreachable',
        message: `the proxy 127.0.0.1:${port} closed the connection, and opened no way to the endpoint`,
        fix: expect.stringMatching(/^Check the proxy that the environment names/),
      });
      expect(asked).toBe(1);
    });

    test.each([
      ['me:100%sure', 'me:100%sure'],
      ['me:100%25sure%20', 'me:100%sure '],
      ['me', 'me:'],
    ])('is sent its user and password as the server sends them: %s', async (written, sent) => {
      const proxy = await serveProxy();
      const env = { http_proxy: `http://${written}@127.0.0.1:${proxy.port}` };
      expect((await send('http://idp.example/', {}, { env })).ok).toBe(true);
      expect(proxy.asked[0]?.headers['proxy-authorization']).toBe(`Basic ${Buffer.from(sent).toString('base64')}`);
    });

    test.each(['ftp://127.0.0.1', 'nonsense://127.0.0.1:1'])('of the kind %s is never passed by', async (proxy) => {
      const server = await serve(json({}));
      const answer = await send(server.origin, {}, { env: { http_proxy: proxy } });
      expect(codeOf(answer)).toBe('endpoint_unreachable');
      expect(server.requests).toHaveLength(0);
    });
  });

  describe('the transcript', () => {
    const token = 'tok/en+with=odd&signs%"and\\more';
    const clientSecret = 's&=+ %/:"ecret';
    const basic = Buffer.from(`client:${clientSecret}`).toString('base64');

    async function transcribe(answer: Answer, request: Partial<HttpRequest> = {}, path = '/'): Promise<Exchange[]> {
      const server = await serve(answer);
      const exchanges: Exchange[] = [];
      await send(
        server.origin + path,
        { secrets: [token, clientSecret, basic], ...request },
        { onExchange: (exchange) => exchanges.push(exchange) },
      );
      return exchanges;
    }

    test('tells a body that cannot be read from none', async () => {
      const bodies = [Buffer.from('Accès refusé', 'latin1'), Buffer.alloc(0)];
      const told = bodies.map(async (page) => transcribe((_request, response) => response.writeHead(403).end(page)));
      expect((await Promise.all(told)).flat().map(({ response_body }) => response_body)).toEqual([null, '']);
    });

    const spellings: [string, string][] = [token, clientSecret, basic].flatMap((secret) => [
      ['raw', secret],
      ['JSON', JSON.stringify(secret).slice(1, -1)],
      ['JSON with escaped slashes', JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/')],
      ['URL', encodeURIComponent(secret)],
      ['URL in lower case', encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
      ['form', new URLSearchParams({ s: secret }).toString().slice(2)],
    ]);

    test.each(spellings)('is silent about a secret that the server echoes: %s %s', async (_name, secret) => {
      const [exchange] = await transcribe((_request, response) => {
        if (/^[\x20-\x7e]*$/.test(secret)) response.setHeader('x-echo', `<${secret}>`);
        response.end(`{"echo":"<${secret}>"}`);
      });
      expect(exchange?.response_headers['x-echo']).toBe('<[redacted]>');
      expect(exchange?.response_body).toBe('{"echo":"<[redacted]>"}');
    });

    test('is silent about what is sent', async () => {
      const body = new URLSearchParams({ token, client_secret: clientSecret }).toString();
      const headers = { authorization: `Basic ${basic}`, 'x-echo': token, 'x-plain': 'plain' };
      const [exchange] = await transcribe(
        json({}),
        { method: 'POST', headers, body },
        `/p/${encodeURIComponent(token)}?t=${encodeURIComponent(token)}`,
      );
      expect(exchange?.request_body).toBe('token=[redacted]&client_secret=[redacted]');
      expect(exchange?.request_headers).toEqual({
        authorization: 'Basic [redacted]',
        'x-echo': '[redacted]',
        'x-plain': 'plain',
      });
      expect(exchange?.url).toMatch(/\/p\/\[redacted\]\?t=\[redacted\]$/);
    });

    test.each([
      ['Authorization', 'Bearer unmarked-secret', 'Bearer [redacted]'],
      ['authorization', 'unmarked-secret', '[redacted]'],
      ['authorization', 'unmarked-secret in-words', '[redacted]'],
      ['cookie', 'session=unmarked-secret; theme=dark', '[redacted]'],
      ['X-API-Key', 'unmarked-secret with space', '[redacted]'],
    ])('masks the header %s: %s', async (name, value, shown) => {
      const [exchange] = await transcribe(json({}), { headers: { [name]: value } });
      expect(exchange?.request_headers).toEqual({ [name]: shown });
    });

    test.each([
      'Key',
      'Token',
      'Secret',
      'Session',
      'Session-Id',
      'Password',
      'Credential',
      'Credentials',
      'Signature',
      'Auth',
      'Passwd',
      'Pwd',
      'Forwarded-Authorization',
      'Forwarded-Cookie',
      'Goog-Iap-Jwt-Assertion',
      'Amzn-Oidc-Data',
      'Jwt',
      'DPoP',
      'Bearer',
      'Ticket',
    ])('masks a header by its name: X-%s', async (name) => {
      const [exchange] = await transcribe(json({}), { headers: { [`X-${name}`]: 'unmarked-secret' } });
      expect(exchange?.request_headers).toEqual({ [`X-${name}`]: '[redacted]' });
    });

    test.each([
      ['its beginning', (secret: string) => secret.slice(0, 24)],
      ['its end', (secret: string) => secret.slice(-24)],
      ['it with entities of HTML', (secret: string) => secret.replaceAll('=', '&#x3D;').replaceAll('&', '&amp;')],
      ['it as Gson escapes it', (secret: string) => secret.replaceAll('=', '\\u003d')],
    ])('is silent about a secret of which a server repeats %s', async (_what, spell) => {
      const secret = 'Hun7erOfTheFirstHalf012345=Hun8erOfTheSecondHalf678901';
      const said = spell(secret);
      const [exchange] = await transcribe(
        (_request, response) =>
          response.writeHead(401, { 'x-echo': said }).end(`{"message":"the token ${said} is none"}`),
        { secrets: [secret] },
      );
      expect(exchange?.response_body).toContain('the token [redacted]');
      expect(exchange?.response_body).toContain(' is none');
      expect(JSON.stringify(exchange)).not.toMatch(/Hun|[Hh]alf/);
    });

    test('leaves the words that a secret is made of', async () => {
      const body = '{"aud":"llama-stack"}';
      const [exchange] = await transcribe(
        (_request, response) => response.end(body.replace('}', ',"echo":"llama-stack-secret"}')),
        { secrets: ['llama-stack-secret'] },
      );
      expect(exchange?.response_body).toBe('{"aud":"llama-stack","echo":"[redacted]"}');
    });

    test.each(['llama-stack-Prod_k3YxN0aB7cD9eF2g', 'KeycloakLlama#StackSecret2024', 'eu1-llama-stack-k3YxN0aB7cD9'])(
      'leaves the words of a random secret in URLs, audiences and what is sent: %s',
      async (secret) => {
        const said = '{"iss":"https://keycloak.example/llama-stack","aud":"llama-stack-api"}';
        const body = 'audience=eu1-llama-stack';
        const [exchange] = await transcribe((_request, response) => response.end(said + secret.slice(3)), {
          method: 'POST',
          body: `${body}&secret=${secret}`,
          headers: { 'x-realm': 'keycloakllama' },
          secrets: [secret],
        });
        expect(exchange?.request_body).toBe(`${body}&secret=[redacted]`);
        expect(exchange?.request_headers).toEqual({ 'x-realm': 'keycloakllama' });
        expect(exchange?.response_body).toBe(`${said}[redacted]`);
      },
    );

    test('masks the cookies that a server sets', async () => {
      const [exchange] = await transcribe(json({}, 200, { 'set-cookie': 'session=unmarked-secret; Path=/' }));
      expect(exchange?.response_headers['set-cookie']).toBe('[redacted]');
    });

    test('is silent about a secret that a server makes the name of a header', async () => {
      const [exchange] = await transcribe(json({}, 200, { 'X-Own-Secret-Of-Ours': 'yes' }), {
        secrets: ['Own-Secret-Of-Ours'],
      });
      expect(exchange?.response_headers).toHaveProperty('x-[redacted]', 'yes');
    });

    test('is silent about a password in the URL, echoed in whatever form', async () => {
      const server = await serve((request, response) => {
        response.end(JSON.stringify([request.headers.authorization, 'pass wörd']));
      });
      const exchanges: Exchange[] = [];
      const url = server.origin.replace('http://', 'http://user:pass%20w%C3%B6rd@');
      await send(url, {}, { onExchange: (exchange) => exchanges.push(exchange) });
      expect(server.requests[0]?.headers.authorization).toBe(
        `Basic ${Buffer.from('user:pass wörd').toString('base64')}`,
      );
      expect(exchanges[0]?.response_body).toBe('["Basic [redacted]","[redacted]"]');
      expect(exchanges[0]?.url).toBe(`${server.origin}/`);
    });

    test('is silent about the password of a proxy that echoes it', async () => {
      const proxy = await serve((request, response) => {
        response.end(JSON.stringify([request.headers['proxy-authorization'], 'pass wörd', request.url]));
      });
      const exchanges: Exchange[] = [];
      const env = { http_proxy: proxy.origin.replace('http://', 'http://user:pass%20w%C3%B6rd@') };
      const answer = await send('http://idp.example/', {}, { env, onExchange: (exchange) => exchanges.push(exchange) });
      expect(answer).toMatchObject({ body: '["Basic [redacted]","[redacted]","http://idp.example/"]' });
      expect(JSON.stringify(exchanges)).not.toMatch(/pass wörd|dXNlcj/);
    });

    test('is silent about a short password of a proxy too, which may be a word of the answer', async () => {
      const proxy = await serve((_request, response) => response.end('{"login":"hunter2"}'));
      const env = { http_proxy: proxy.origin.replace('http://', 'http://squid:hunter2@') };
      const exchanges: Exchange[] = [];
      const answer = await send('http://idp.example/', {}, { env, onExchange: (exchange) => exchanges.push(exchange) });
      expect(answer).toMatchObject({ body: '{"login":"hunter2"}' });
      expect(exchanges[0]?.response_body).toBe('{"login":"[redacted]"}');
    });

    test('is silent about a key that stands as the user of a URL', async () => {
      const server = await serve((_request, response) => response.end('"sk_live_51Habc, x"'));
      const url = server.origin.replace('http://', 'http://sk_live_51Habc:x@');
      expect(await send(url)).toMatchObject({ body: '"[redacted], x"' });
    });

    test('a header of credentials goes before a password in the URL', async () => {
      const server = await serve(json({}));
      await send(server.origin.replace('http://', 'http://user:password@'), { headers: { authorization: 'Bearer t' } });
      expect(server.requests[0]?.headers.authorization).toBe('Bearer t');
    });

    test('a percent sign in the password of a URL is a percent sign', async () => {
      const server = await serve(json({}));
      const url = server.origin.replace('http://', 'http://user:100%@');
      const answer = await send(url, {}, { onExchange: () => undefined });
      expect(codeOf(answer)).toBe('answered 200');
      expect(server.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('user:100%').toString('base64')}`);
    });

    test('is silent about a query that the server repeats, whatever its parameters are called', async () => {
      const key = 'MARKED0long1secret';
      const hops = await transcribe(
        (request, response) => {
          const { url } = request;
          const location = { '/': `/2?t=${key}` }[url.replace(/\?.*/, '')];
          if (location === undefined) response.writeHead(200);
          else response.writeHead(301, { location });
          response.end(`<a href="${location ?? url}">Moved</a>`);
        },
        { followSameOrigin: true },
        `/?t=${key}&tenant=production`,
      );
      expect(hops.map(({ status }) => status)).toEqual([301, 200]);
      expect(hops[0]?.response_headers.location).toBe('/2?t=[redacted]');
      expect(JSON.stringify(hops)).not.toContain('MARKED');
    });

    test.each([
      ['https://login.example/authorize?state=MARKED', 'https://login.example/authorize?state=[redacted]'],
      ['/login?ticket=MARKED', '/login?ticket=[redacted]'],
      ['login?MARKED', 'login?[redacted]'],
      ['//user:MARKED@login.example/?a=MARKED', '//[redacted]@login.example/?a=[redacted]'],
      ['/login', '/login'],
    ])('shows a redirect to %s without its query', async (location, shown) => {
      const [exchange] = await transcribe(redirect(location));
      expect(exchange?.response_headers.location).toBe(shown);
    });

    test('tells of every hop, and of a failure', async () => {
      const hops = await transcribe(
        (request, response) => (request.url === '/' ? redirect('/2') : json({}))(request, response),
        { followSameOrigin: true },
      );
      expect(hops.map(({ status }) => status)).toEqual([302, 200]);
      const [failed] = await transcribe(hang, { timeout: 100 });
      expect(failed).toMatchObject({ status: null, response_body: null, failure: 'no complete answer within 0.1 s' });
    });
  });
});
