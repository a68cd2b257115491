/** Servers that break in one named way each, and would be believed if they did not. */

import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { UndecidedCode } from '../src/index.js';
import type { Certificates, ServerCertificate } from './certificates.js';
import { drip, endless, hang, redirect, serve, serveRaw, type Answer, type SeenRequest } from './loopback.js';

/** What the server would answer if it worked: an answer that is accepted. */
export interface GoodAnswer {
  readonly status: number;
  readonly body: string;
}

/** A running server, and what it broke with. */
export interface FaultServer {
  readonly origin: string;
  /** What arrived at the server that it points to. */
  readonly elsewhere: readonly SeenRequest[];
  /** What arrived at the server itself, where it listened. */
  readonly requests: readonly SeenRequest[];
}

/** One way to break. */
export interface Fault {
  /** The reason of the verdict; `content` for an answer that arrived and says nothing, which each provider names its way. */
  readonly code: UndecidedCode | 'content';
  /** Whether nothing but a time-out ends it. */
  readonly waits: boolean;
  readonly start: (good: GoodAnswer, certificates: Certificates) => Promise<FaultServer>;
}

type Break = (good: GoodAnswer) => Answer;

/** Longer than any answer may be. */
const HUGE = 4 * 1024 * 1024;

/** A fault in what an HTTP server answers. */
function answering(code: Fault['code'], answer: Break, waits: boolean = false): Fault {
  const start = async (good: GoodAnswer): Promise<FaultServer> => ({ ...(await serve(answer(good))), elsewhere: [] });
  return { code, waits, start };
}

/** A fault in the bytes; they are sent when a request has arrived. */
function sending(
  code: Fault['code'],
  bytes: (good: GoodAnswer) => string,
  then: (socket: Socket) => void = (socket) => socket.end(),
  waits: boolean = false,
): Fault {
  const start = async (good: GoodAnswer): Promise<FaultServer> => {
    const server = await serveRaw((socket) => {
      let request = '';
      socket.setEncoding('latin1').on('data', (text: string) => {
        request += text;
        if (!isWhole(request)) return;
        request = '';
        socket.write(bytes(good));
        then(socket);
      });
    });
    return { ...server, elsewhere: [] };
  };
  return { code, waits, start };
}

function isWhole(request: string): boolean {
  const [head = '', body] = request.split('\r\n\r\n', 2);
  return body !== undefined && body.length >= Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
}

/** A fault in the certificate; null for a server that speaks no TLS at all. */
function certified(pick: (certificates: Certificates) => ServerCertificate | null): Fault {
  const start = async (good: GoodAnswer, certificates: Certificates): Promise<FaultServer> => {
    const server = await serve(whole(good), pick(certificates));
    return { ...server, origin: server.origin.replace('http:', 'https:'), elsewhere: [] };
  };
  return { code: 'endpoint_tls', waits: false, start };
}

/** A redirect to another server, which would give the good answer to whoever follows. */
function redirecting(status: number): Fault {
  const start = async (good: GoodAnswer): Promise<FaultServer> => {
    const other = await serve(whole(good));
    const server = await serve((request, response) =>
      redirect(`${other.origin}${request.url}`, status)(request, response),
    );
    return { ...server, elsewhere: other.requests };
  };
  return { code: 'endpoint_redirected', waits: false, start };
}

/** Gives the good answer: what a server without a fault does. */
export function whole({ status, body }: GoodAnswer): Answer {
  return body200(body, {}, status);
}

function body200(body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}, status = 200): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };
}

/** The head of an answer with these headers, and all or a part of the good body. */
function head({ status }: GoodAnswer, ...headers: readonly string[]): string {
  return [`HTTP/1.1 ${status} OK`, 'content-type: application/json', ...headers, '', ''].join('\r\n');
}

/** Keeps sending the same bytes until the connection is gone. */
function repeat(bytes: string): (socket: Socket) => void {
  return (socket) => {
    const timer = setInterval(() => socket.write(bytes), 5);
    socket.on('close', () => clearInterval(timer));
  };
}

/** Sends back all that arrived: in the body, in headers, as their names, and percent-encoded. */
function echo(status: number): Answer {
  return ({ headers, body, url }, response: ServerResponse) => {
    const sent = [headers.authorization ?? '', body, url].join(' ');
    const [, token = 'none'] = (headers.authorization ?? '').split(' ');
    response.writeHead(status, {
      'content-type': 'application/json',
      'www-authenticate': `Bearer error_description="${sent.replaceAll('"', '\\"')}"`,
      'x-echo': encodeURIComponent(sent),
      [`x-${token.replace(/[^\w.+~-]/g, '')}`]: 'as a name',
    });
    response.end(JSON.stringify({ message: sent, error: { message: body }, [sent]: sent, list: [sent], body }));
  };
}

const cut = (text: string): string => text.slice(0, Math.floor(text.length / 2));

/** The good answer as an object with these characters before its own members. */
const prefixed = ({ body }: GoodAnswer, members: string): string => `{${members},${body.slice(1)}`;

/** Every fault by name. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  'hangs before the headers': answering('endpoint_timeout', () => hang, true),
  'hangs after the headers': sending('endpoint_timeout', (good) => head(good, 'content-length: 50'), ignore, true),
  'hangs before the last byte': sending(
    'endpoint_timeout',
    (good) => head(good, `content-length: ${good.body.length}`) + good.body.slice(0, -1),
    ignore,
    true,
  ),
  'drips its body': answering('endpoint_timeout', () => drip, true),
  'drips a header': sending('endpoint_timeout', () => 'HTTP/1.1 200 OK\r\nx-drip: ', repeat('x'), true),
  'sends early hints for ever': sending('endpoint_timeout', () => '', repeat('HTTP/1.1 103 Early Hints\r\n\r\n'), true),
  'drips chunks without bytes': sending(
    'endpoint_timeout',
    (good) => head(good, 'transfer-encoding: chunked'),
    repeat('1;x=y\r\n \r\n'),
    true,
  ),
  'sends a body without end': answering('endpoint_too_large', () => endless),
  'sends a gzip bomb': answering('endpoint_too_large', () =>
    body200(gzipSync(Buffer.alloc(HUGE, ' ')), { 'content-encoding': 'gzip' }),
  ),
  'sends 100,000 keys': answering('endpoint_too_large', (good) => {
    const key = '{"kty":"RSA","kid":"a"}';
    return body200(prefixed(good, `"more":[${Array<string>(100_000).fill(key).join()}]`), {}, good.status);
  }),
  'sends headers without end': sending('endpoint_invalid_response', (good) =>
    head(good, `x-huge: ${'x'.repeat(200_000)}`),
  ),
  'redirects to itself': answering('endpoint_redirected', () => (request, response) => {
    redirect(request.url)(request, response);
  }),
  ...Object.fromEntries(
    [301, 302, 303, 307, 308].map((status) => [`redirects elsewhere (${status})`, redirecting(status)]),
  ),
  'has a certificate that expired': certified(({ expired }) => expired),
  'has a certificate that it signed itself': certified(({ selfSigned }) => selfSigned),
  'has a certificate for another host': certified(({ wrongHost }) => wrongHost),
  'speaks no TLS': certified(() => null),
  'closes before it answers': sending('endpoint_unreachable', () => ''),
  'closes its half of the connection half-way': sending(
    'endpoint_unreachable',
    (good) => head(good, `content-length: ${good.body.length}`) + cut(good.body),
  ),
  'closes in the middle of a chunk': sending(
    'endpoint_unreachable',
    (good) => `${head(good, 'transfer-encoding: chunked')}ffff\r\n${good.body}`,
  ),
  resets: sending(
    'endpoint_unreachable',
    () => '',
    (socket) => socket.resetAndDestroy(),
  ),
  'promises a longer body': sending(
    'endpoint_unreachable',
    (good) => head(good, `content-length: ${good.body.length + 9}`) + good.body,
  ),
  'promises a shorter body': sending(
    'content',
    (good) => head(good, `content-length: ${good.body.length - 1}`) + good.body,
  ),
  'gives two lengths': sending(
    'endpoint_invalid_response',
    (good) => head(good, `content-length: ${good.body.length}`, 'content-length: 2') + good.body,
  ),
  'gives a length and chunks': sending(
    'endpoint_invalid_response',
    (good) =>
      `${head(good, 'content-length: 5', 'transfer-encoding: chunked')}${good.body.length.toString(16)}\r\n${good.body}\r\n0\r\n\r\n`,
  ),
  'has a garbage status line': sending(
    'endpoint_invalid_response',
    (good) => head(good, `content-length: ${good.body.length}`).replace('HTTP/1.1 2', 'ICY/\u00002') + good.body,
  ),
  'is no HTTP server': sending('endpoint_invalid_response', () => 'SSH-2.0-OpenSSH_9.6\r\n'),
  'sends the good answer unasked behind a bad one': sending(
    'endpoint_error',
    (good) =>
      `HTTP/1.1 500 No\r\ncontent-length: 2\r\n\r\n{}${head(good, `content-length: ${good.body.length}`)}${good.body}`,
    ignore,
  ),
  'switches protocols': sending(
    'endpoint_unreachable',
    (good) => `HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n${good.body}`,
  ),
  'sends a web page': answering('content', ({ status }) =>
    body200('<!doctype html><title>Sign in</title>', { 'content-type': 'text/html' }, status),
  ),
  'sends another charset': answering('endpoint_invalid_response', (good) =>
    body200(Buffer.from(prefixed(good, '"a":"\u00e4"'), 'latin1'), {}, good.status),
  ),
  'sends UTF-16': answering('endpoint_invalid_response', (good) =>
    body200(Buffer.from(`\ufeff${good.body}`, 'utf16le'), {}, good.status),
  ),
  'nests 100,000 lists': answering('content', (good) =>
    body200(prefixed(good, `"deep":${'['.repeat(100_000)}${']'.repeat(100_000)}`), {}, good.status),
  ),
  'nests without an end': answering('content', ({ status }) => body200('[{"a":'.repeat(60_000), {}, status)),
  'sends a member twice': answering('content', (good) => body200(prefixed(good, '"a":1,"a":2'), {}, good.status)),
  'sends half a body': answering('content', (good) => body200(cut(good.body), {}, good.status)),
  'sends two bodies': answering('content', (good) => body200(good.body + good.body, {}, good.status)),
  'sends nothing': answering('content', ({ status }) => body200('', {}, status)),
  'lies about its encoding': answering('endpoint_invalid_response', (good) =>
    body200(good.body, { 'content-encoding': 'gzip' }, good.status),
  ),
  'is overrun': answering('endpoint_rate_limited', (good) => body200(good.body, { 'retry-after': '1' }, 429)),
  'answers with an error': answering('endpoint_error', (good) => body200(good.body, {}, 503)),
  'echoes what it was sent as an error': answering('endpoint_error', () => echo(500)),
  'echoes what it was sent as an answer': answering('content', ({ status }) => echo(status)),
};

/** Leaves a connection as it is. */
function ignore(): void {
  // Nothing is the fault.
}
