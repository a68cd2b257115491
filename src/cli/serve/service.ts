/** The HTTP server of `authcheck serve`: limits, request ids, routes, and a shutdown that loses no request. */

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { pairHeaders, readTarget, UNAVAILABLE, type Authenticator, type Logger } from '../../index.js';
import { loadKeySets } from './authenticator.js';
import { openBodies } from './body.js';
import type { Certificate } from './certificate.js';
import type { LiveConfig } from './live-config.js';
import type { Metrics } from './metrics.js';
import { forwardAuth, replyError, replyJson, validate, type Reply, type ServiceRequest } from './routes.js';
import { trackSockets } from './sockets.js';

/** How the service runs. */
export interface ServiceOptions {
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  /** Certificate and key in PEM; null for plain HTTP. */
  readonly tls: Certificate | null;
  /** Requests that are answered at a time; those beyond it are told to come back. */
  readonly maxConcurrency: number;
  readonly config: LiveConfig;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** A running service. */
export interface Service {
  readonly url: string;
  /**
   * Uses this certificate for the connections to come.
   *
   * @throws {Error} for one that does not fit its key, or cannot be read; the old one stays in use.
   */
  readonly renew: (certificate: Certificate) => void;
  /** Answers what has begun, then ends. Milliseconds: how long requests may still come in, and how long they may take. */
  readonly close: (grace: number, deadline: number) => Promise<void>;
}

/** Largest head of a request, in bytes: tokens with many groups are long. */
const MAX_HEAD = 64 * 1024;

/** Starts the service. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const sockets = trackSockets();
  const readBody = openBodies();
  let active = 0;
  let closing = false;

  const listener = (incoming: IncomingMessage, response: ServerResponse): void => {
    const started = performance.now();
    const id = requestId(incoming);
    sockets.expect(incoming.socket, response);
    const url = readTarget(incoming.url ?? '') ?? '';
    const route = routeOf(url);
    answer(incoming, id, route, url)
      .catch((error: unknown): Reply | null => {
        if (incoming.destroyed && !incoming.complete) {
          options.logger.info({ id }, 'the client disconnected before sending its request');
          return null;
        }
        const name = error instanceof Error ? error.name : typeof error;
        options.logger.error({ id, error: name }, 'a request failed inside the service');
        return replyError(UNAVAILABLE.status, UNAVAILABLE.body.error.message);
      })
      .then((reply) => {
        if (reply === null) return;
        const length = String(Buffer.byteLength(reply.body));
        const close = closing ? { connection: 'close' } : {};
        response.writeHead(reply.status, { ...reply.headers, 'content-length': length, 'x-request-id': id, ...close });
        // Bytes: with a string, Node writes the headers as UTF-8 too, and names from beyond ASCII arrive garbled.
        response.end(incoming.method === 'HEAD' ? '' : Buffer.from(reply.body));
        options.metrics.observe(route, reply.status, (performance.now() - started) / 1000);
      })
      .catch(() => response.destroy());
  };

  async function answer(incoming: IncomingMessage, id: string, route: string, url: string): Promise<Reply> {
    const method = incoming.method ?? '';
    if (route === '/healthz') return replyJson(200, { status: 'ok' });
    if (route === '/readyz') return ready(options.config.current(), closing);
    if (route === '/metrics') {
      const body = await options.metrics.print();
      return { status: 200, headers: { 'content-type': options.metrics.contentType }, body };
    }
    if (route === 'other') return replyError(404, 'there is no such route');
    if (route === '/validate' && method !== 'POST') return replyError(405, 'expected POST', { allow: 'POST' });
    const body = route === '/validate' ? await readBody(incoming) : '';
    if (typeof body !== 'string') return body;
    // Counted only now: a client that never ends its body takes nobody's place.
    if (active >= options.maxConcurrency) return replyError(503, 'too many requests at a time', { 'retry-after': '1' });
    active += 1;
    try {
      return await decide({ id, method, url, headers: pairHeaders(incoming.rawHeaders), body }, route);
    } finally {
      active -= 1;
    }
  }

  async function decide(request: ServiceRequest, route: string): Promise<Reply> {
    const ask = route === '/validate' ? validate : forwardAuth;
    const { answer, reply, complaint } = await options.config.use((authenticator) => ask(request, authenticator));
    if (answer !== null && answer.outcome !== 'public') options.metrics.countVerdicts(answer.verdicts);
    if (complaint !== undefined) options.logger.warn({ id: request.id, status: reply.status, route }, complaint);
    return reply;
  }

  const limits = { maxHeaderSize: MAX_HEAD, requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 };
  const secure = options.tls === null ? null : createTlsServer({ ...limits, ...options.tls }, listener);
  const server: Server = secure ?? createServer(limits, listener);
  // Node drops those beyond a thousand, and with them what tells which request is asked about; the head has its limit.
  server.maxHeadersCount = 0;
  // Those of TLS too, which the server itself knows only after their handshake.
  server.on('connection', sockets.add);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, options.host, resolve);
  });
  return {
    url: urlOf(server, options),
    renew: (certificate) => secure?.setSecureContext(certificate),
    async close(grace, deadline) {
      closing = true;
      // A gateway goes on sending until it has noticed; each answer now tells it to close its connection.
      await new Promise((resolve) => setTimeout(resolve, grace));
      const ended = new Promise<void>((resolve) => server.close(() => resolve()));
      sockets.hangUpWhenAnswered();
      const timer = setTimeout(sockets.hangUp, deadline);
      await ended;
      clearTimeout(timer);
    },
  };
}

function routeOf(url: string): string {
  const [path = ''] = url.split(/[?#]/, 1);
  if (path === '/auth' || path.startsWith('/auth/')) return '/auth';
  return ['/validate', '/healthz', '/readyz', '/metrics'].includes(path) ? path : 'other';
}

/** A gateway's own id for the request, so that its log and ours can be joined; else a new one. */
function requestId(incoming: IncomingMessage): string {
  const { 'x-request-id': given, authorization = '' } = incoming.headers;
  if (typeof given !== 'string' || !/^[\w-]{8,64}$/.test(given)) return randomUUID();
  // A longer id may be a token, and so may one that stands in the Authorization header, or has what stands there in it.
  const words = authorization.split(/\s+/).filter((word) => word.length >= 8);
  return authorization.includes(given) || words.some((word) => given.includes(word)) ? randomUUID() : given;
}

async function ready(authenticator: Authenticator, closing: boolean): Promise<Reply> {
  if (closing) return replyJson(503, { status: 'shutting down' });
  const waiting = await loadKeySets(authenticator);
  return waiting.length === 0
    ? replyJson(200, { status: 'ready' })
    : replyJson(503, { status: 'waiting for key sets', providers: waiting });
}

function urlOf(server: Server, { host, tls }: ServiceOptions): string {
  const address = server.address();
  const port = address === null || typeof address === 'string' ? '' : `:${address.port}`;
  return `${tls === null ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}${port}`;
}
