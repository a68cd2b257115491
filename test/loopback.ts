/** Servers on the loopback that do exactly what a test tells them. They are closed when the test ends. */

import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { ServerCertificate } from './certificates.js';

/** A request as a server saw it. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A running server. */
export interface Loopback {
  /** Without a slash at its end. */
  readonly origin: string;
  readonly port: number;
  readonly requests: readonly SeenRequest[];
}

/** Answers one request. */
export type Answer = (request: SeenRequest, response: ServerResponse) => void;

/** Starts an HTTP server, or an HTTPS server with a certificate. */
export async function serve(answer: Answer, tls: ServerCertificate | null = null): Promise<Loopback> {
  const requests: SeenRequest[] = [];
  const listener = (incoming: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const request = {
        method: incoming.method ?? '',
        url: incoming.url ?? '',
        headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
        body: Buffer.concat(chunks).toString('utf8'),
      };
      requests.push(request);
      answer(request, response);
    });
  };
  const server = tls === null ? createHttpServer(listener) : createHttpsServer({ ...tls }, listener);
  const port = await listen(server);
  return { origin: `${tls === null ? 'http' : 'https'}://127.0.0.1:${port}`, port, requests };
}

/** Starts a TCP server, for whatever is not HTTP. */
export async function serveRaw(connected: (socket: Socket) => void): Promise<Loopback> {
  const port = await listen(createTcpServer(connected));
  return { origin: `http://127.0.0.1:${port}`, port, requests: [] };
}

/** Listens on a free port of the loopback until the test ends. */
export async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}

/** Answers with JSON. */
export function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
  };
}

/** Answers with a redirect. */
export function redirect(location: string, status = 302): Answer {
  return (_request, response) => {
    response.writeHead(status, { location }).end();
  };
}

/** Answers the first request on each connection, and closes the connection at its second; `closed` counts those. */
export function closeAtSecond(answer: Answer): { readonly answer: Answer; readonly closed: () => number } {
  const used = new WeakSet<object>();
  let closed = 0;
  return {
    answer(request, response) {
      const socket = response.socket ?? response;
      if (used.has(socket)) {
        closed += 1;
        socket.destroy();
      } else answer(request, response);
      used.add(socket);
    },
    closed: () => closed,
  };
}

/** Takes the request and never answers. */
export const hang: Answer = () => undefined;

/** Starts an answer, and sends a byte of it now and then, for ever. */
export const drip: Answer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).write('{');
  const timer = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(timer));
};

/** Sends white space for ever, as fast as it is taken. */
export const endless: Answer = (_request, response) => {
  const chunk = Buffer.alloc(64 * 1024, ' ');
  const push = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.writeHead(200, { 'content-type': 'application/json' }).on('drain', push);
  push();
};
