/** Every request that authcheck makes. The only undici import. */

import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type * as Undici from 'undici';
import type { Environment } from './config/env.js';
import { readCaFile } from './ca-file.js';
import {
  basicOf,
  describeExchange,
  isRedirect,
  redactAnswer,
  SECRET_HEADERS,
  showUrl,
  type Exchange,
  type HttpAnswer,
  type HttpClient,
  type HttpRequest,
} from './exchange.js';
import { proxyFor } from './proxy.js';
import type { UndecidedCode } from './reason-codes.js';

/** How a client connects. */
export interface HttpOptions {
  /** Default true. */
  readonly verifyTls?: boolean;
  /** The path of a PEM file: only what its certificates signed is trusted. */
  readonly caFile?: string | null;
  /** Where HTTPS_PROXY, HTTP_PROXY and NO_PROXY are read. Default: no proxy. */
  readonly env?: Environment;
  /** Hears of every exchange. */
  readonly onExchange?: (exchange: Exchange) => void;
  /** Replaces the connection, for tests and for hosts with their own pools. */
  readonly dispatcher?: Dispatcher;
}

/** Loaded for the first request: what needs none starts in half the time. */
type Library = typeof Undici;
type Dispatcher = Undici.Dispatcher;

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
  const dispatchers = new Map<string, Dispatcher>();

  function dispatcherFor(library: Library, url: URL, proxy: string | null): Dispatcher {
    if (options.dispatcher !== undefined) return options.dispatcher;
    const key = proxy === null ? '' : `${url.protocol}${proxy}`;
    const existing = dispatchers.get(key);
    if (existing !== undefined) return existing;
    const created =
      proxy === null
        ? new library.Agent({ connect: tls })
        : new library.ProxyAgent({ uri: proxy, requestTls: tls, proxyTunnel: url.protocol === 'https:' });
    dispatchers.set(key, created);
    return created;
  }

  async function send(input: HttpRequest): Promise<HttpAnswer> {
    let target = input;
    for (let hop = 0; ; hop += 1) {
      const answer = await exchange(target);
      const location = answer.ok && isRedirect(answer.status) ? answer.headers.location : undefined;
      if (location === undefined || !mayFollow(input) || hop === MAX_REDIRECTS) return answer;
      const next = URL.canParse(location, target.url) ? new URL(location, target.url) : null;
      if (next === null || next.origin !== new URL(target.url).origin) return answer;
      target = { ...target, url: showUrl(next.href) };
    }
  }

  async function exchange(input: HttpRequest): Promise<HttpAnswer> {
    const url = new URL(input.url);
    const proxy = proxyFor(url, options.env ?? {});
    const undici = await import('undici');
    const started = performance.now();
    const connect = (): Dispatcher => dispatcherFor(undici, url, proxy);
    const answer = redactAnswer(input, url, await transfer(input, url, connect, started));
    options.onExchange?.(describeExchange(input, url, proxy, answer));
    return answer;
  }

  return {
    send,
    async close() {
      await Promise.all([...dispatchers.values()].map((dispatcher) => dispatcher.destroy()));
      dispatchers.clear();
    },
  };
}

async function transfer(input: HttpRequest, url: URL, connect: () => Dispatcher, started: number): Promise<HttpAnswer> {
  const elapsed = (): number => performance.now() - started;
  const timeout = input.timeout ?? DEFAULT_TIMEOUT;
  const signal = AbortSignal.timeout(timeout);
  try {
    const basic = basicOf(url);
    const userinfo = basic === null ? {} : { authorization: `Basic ${basic}` };
    // A proxy of an unknown kind is an endpoint that cannot be reached, not an exception.
    const response = await connect().request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: input.method,
      headers: { accept: 'application/json', 'user-agent': 'authcheck', ...userinfo, ...input.headers },
      body: input.body ?? null,
      signal,
      headersTimeout: timeout,
      bodyTimeout: timeout,
    });
    const headers = Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
      ]),
    );
    const date = Date.parse(headers.date ?? '');
    const skew = Number.isNaN(date) ? null : Math.round((date - Date.now()) / 1000);
    const bytes = await readBody(response.body, input.maxBytes ?? DEFAULT_MAX_BYTES);
    if (bytes === null) {
      const message = `the answer is larger than ${input.maxBytes ?? DEFAULT_MAX_BYTES} bytes`;
      return { ok: false, code: 'endpoint_too_large', message, ms: elapsed() };
    }
    const body = decode(bytes, headers['content-encoding'] ?? '', input.maxBytes ?? DEFAULT_MAX_BYTES);
    if (typeof body !== 'string') return { ok: false, ...body, ms: elapsed() };
    return { ok: true, status: response.statusCode, headers, body, skew, ms: elapsed() };
  } catch (error) {
    return { ok: false, ...judgeFailure(error, signal.aborted, timeout), ms: elapsed() };
  }
}

async function readBody(
  body: AsyncIterable<Uint8Array> & { destroy(): unknown },
  maxBytes: number,
): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) {
      body.destroy();
      return null;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const DECODERS: Readonly<Record<string, (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

function decode(
  bytes: Uint8Array,
  encoding: string,
  maxOutputLength: number,
): string | { readonly code: UndecidedCode; readonly message: string } {
  const name = encoding.trim().toLowerCase();
  const decoder = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
  if (decoder === undefined && name !== '' && name !== 'identity') {
    return { code: 'endpoint_invalid_response', message: 'the answer has an unknown content encoding' };
  }
  try {
    const plain = decoder === undefined || bytes.length === 0 ? bytes : decoder(bytes, { maxOutputLength });
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plain);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    return code === 'ERR_BUFFER_TOO_LARGE'
      ? { code: 'endpoint_too_large', message: `the answer unpacks to more than ${maxOutputLength} bytes` }
      : { code: 'endpoint_invalid_response', message: 'the answer cannot be unpacked, or is not UTF-8 text' };
  }
}

const TLS_CODE =
  /^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO|INVALID_CA|INVALID_PURPOSE)/;

/** Tells the ways of not getting an answer apart; the library's own message may hold anything, so only its code is shown. */
function judgeFailure(
  error: unknown,
  timedOut: boolean,
  timeout: number,
): { readonly code: UndecidedCode; readonly message: string } {
  const code = codeOf(error);
  if (timedOut || /TIMEOUT|ETIMEDOUT/.test(code)) {
    return { code: 'endpoint_timeout', message: `no complete answer within ${timeout / 1000} s` };
  }
  if (TLS_CODE.test(code)) return { code: 'endpoint_tls', message: `the TLS connection failed (${code})` };
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return { code: 'endpoint_unreachable', message: `the host name is not known (${code})` };
  }
  if (/^HPE_|^HTTPParserError$|CONTENT_LENGTH|OVERFLOW/.test(code)) {
    return { code: 'endpoint_invalid_response', message: `the answer is not HTTP as it should be (${code})` };
  }
  if (code === 'UND_ERR_INVALID_ARG') {
    return { code: 'endpoint_unreachable', message: `this proxy, or these headers, cannot be used (${code})` };
  }
  return { code: 'endpoint_unreachable', message: `the connection failed (${code})` };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const own = 'code' in error && typeof error.code === 'string' ? error.code : null;
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  if ((own === null || own === 'UND_ERR_SOCKET') && inner instanceof Error) return codeOf(inner);
  return own ?? error.name;
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
