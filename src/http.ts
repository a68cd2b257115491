/** Every request that authcheck makes. */

import { readBody } from './answer-body.js';
import type { Environment } from './config/env.js';
import { readCaFile } from './ca-file.js';
import type { Connections } from './connections.js';
import { basicOf, SECRET_HEADERS } from './credentials.js';
import { isRedirect, type Exchange, type HttpAnswer, type HttpClient, type HttpRequest } from './exchange.js';
import { bareUrl, parseUrl } from './url.js';
import { judgeFailure, type Attempt } from './http-failure.js';
import { nameProxy, proxyFor } from './proxy.js';
import { REDACTED } from './redact.js';
import { describeExchange, redactAnswer } from './redacted-exchange.js';
import { secretsInQuery } from './secret-parameters.js';
import { ignoreFailure } from './ignore-failure.js';

/** How a client connects. */
export interface HttpOptions {
  /** Default true. */
  readonly verifyTls?: boolean;
  /** The path of a PEM file: only what its certificates signed is trusted. */
  readonly caFile?: string | null;
  /** Where HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY are read. Default: no proxy. */
  readonly env?: Environment;
  /** Hears of every exchange. What it throws, or rejects with, is dropped. */
  readonly onExchange?: ((exchange: Exchange) => unknown) | undefined;
  /**
   * True for a process that makes a request or two: they go over Node's own client, which starts sooner, unless by a
   * proxy. Default false: they go over undici's pools.
   */
  readonly oneShot?: boolean;
}

const DEFAULT_TIMEOUT = 10_000;
const DEFAULT_MAX_BYTES = 1024 * 1024;
const MAX_REDIRECTS = 3;

/**
 * Makes a client.
 *
 * @throws {AuthcheckError} `config_invalid` for a CA file that cannot be read.
 */
export function createHttpClient(options: HttpOptions = {}): HttpClient {
  const tls = {
    rejectUnauthorized: options.verifyTls ?? true,
    ...(options.caFile === undefined || options.caFile === null ? {} : { ca: readCaFile(options.caFile) }),
  };
  const connections = new Map<string, Promise<Connections>>();

  function connect(url: URL, proxy: string | null): Promise<Connections> {
    const key = proxy === null ? '' : `${url.protocol}${proxy}`;
    const existing = connections.get(key);
    if (existing !== undefined) return existing;
    const created = open(url, proxy);
    connections.set(key, created);
    created.catch(() => connections.delete(key));
    return created;
  }

  // Loaded for the first request: what needs none starts in half the time.
  async function open(url: URL, proxy: string | null): Promise<Connections> {
    if (proxy === null && options.oneShot === true) return (await import('./one-shot.js')).openOneShot(tls);
    const { openPools, openProxy } = await import('./pooled-connections.js');
    return proxy === null ? openPools(tls) : openProxy(proxy, url.protocol === 'https:', tls);
  }

  async function send(input: HttpRequest): Promise<HttpAnswer> {
    const deadline = new AbortController();
    // Not AbortSignal.timeout: it keeps its listeners until the time is over, even if the answer came.
    const timer = setTimeout(() => deadline.abort(), input.timeout ?? DEFAULT_TIMEOUT);
    try {
      return await follow(input, deadline.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  async function follow(input: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    let target = input;
    for (let hop = 0; ; hop += 1) {
      const answer = await exchange(target, signal);
      const location = answer.ok && isRedirect(answer.status) ? answer.headers.location : undefined;
      // Where a secret was masked is no place to go to.
      if (location?.includes(REDACTED) !== false || !mayFollow(input) || hop === MAX_REDIRECTS) return answer;
      const next = parseUrl(location, target.url);
      if (next === null || next.origin !== new URL(target.url).origin) return answer;
      const secrets = [...target.secrets, ...secretsInQuery(new URL(target.url))];
      target = { ...target, url: bareUrl(next.href), secrets };
    }
  }

  async function exchange(input: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const url = new URL(input.url);
    const proxy = proxyFor(url, options.env ?? {});
    const way = { url, proxy, caFile: options.caFile, connect: () => connect(url, proxy) };
    const answer = redactAnswer(input, url, proxy, await transfer(input, way, signal));
    const { onExchange } = options;
    if (onExchange !== undefined) {
      const exchange = describeExchange(input, url, proxy, answer);
      ignoreFailure(() => onExchange(exchange));
    }
    return answer;
  }

  return {
    send,
    async close() {
      const opened = await Promise.allSettled([...connections.values()]);
      connections.clear();
      await Promise.all(opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value.destroy()] : [])));
    },
  };
}

/** Loads ahead what a client will need: a process that has run out of file descriptors by its first request could not. */
export function preloadClient({ oneShot }: HttpOptions): void {
  if (oneShot !== true) import('./pooled-connections.js').catch(() => undefined);
}

/** Gives up when the signal says so: a client may heed it only once it is connected, which a proxy can prevent. */
async function untilAborted<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('too slow')), { once: true });
  });
  return Promise.race([work, aborted]);
}

interface Way extends Pick<Attempt, 'url' | 'proxy' | 'caFile'> {
  readonly connect: () => Promise<Connections>;
}

async function transfer(input: HttpRequest, way: Way, signal: AbortSignal): Promise<HttpAnswer> {
  const { url, proxy } = way;
  let started = performance.now();
  const elapsed = (): number => performance.now() - started;
  const { timeout = DEFAULT_TIMEOUT, maxBytes = DEFAULT_MAX_BYTES } = input;
  try {
    const basic = basicOf(url);
    const userinfo = basic === null ? {} : { authorization: `Basic ${basic}` };
    // A proxy of an unknown kind is an endpoint that cannot be reached, not an exception.
    const connections = await way.connect();
    // To load the client is not the server's time.
    started = performance.now();
    const response = await untilAborted(
      signal,
      connections.request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: input.method,
        headers: { accept: 'application/json', 'user-agent': 'authcheck', ...userinfo, ...input.headers },
        body: input.body ?? null,
        idempotent: input.idempotent ?? input.method === 'GET',
        signal,
        headersTimeout: timeout,
        bodyTimeout: timeout,
      }),
    );
    const headers = Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
      ]),
    );
    const date = Date.parse(headers.date ?? '');
    const skew = Number.isNaN(date) ? null : Math.round((date - Date.now()) / 1000);
    const body = await readBody(response.body, headers['content-encoding'] ?? '', maxBytes);
    // A refusal is told by its status: if its body cannot be read, only its words are lost.
    if (typeof body !== 'string' && (response.statusCode < 300 || body.code === 'endpoint_too_large'))
      return { ok: false, ...body, ms: elapsed() };
    const via = proxy === null ? {} : { proxy: nameProxy(proxy) };
    const read = typeof body === 'string' ? { body } : ({ body: '', unread: true } as const);
    return { ok: true, status: response.statusCode, headers, ...read, skew, ...via, ms: elapsed() };
  } catch (error) {
    return { ok: false, ...judgeFailure(error, { ...way, timedOut: signal.aborted, timeout }), ms: elapsed() };
  }
}

/** Credentials never travel where a server points. */
function mayFollow(input: HttpRequest): boolean {
  const names = Object.keys(input.headers ?? {});
  return (
    input.followSameOrigin === true &&
    input.method === 'GET' &&
    basicOf(new URL(input.url)) === null &&
    !names.some((name) => SECRET_HEADERS.test(name))
  );
}
