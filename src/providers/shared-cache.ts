/** Redis as the store of shared verdicts. One that is down slows one request a second a little, and breaks none. */

import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { inspect } from 'node:util';
import { AbstractConnector, Redis } from 'ioredis';
import { REDACTED } from '../redact.js';
import type { SharedVerdicts } from './cache.js';
import { guardReplies, MAX_VALUE_BYTES } from './redis-replies.js';
import { sealVerdicts, type ByteStore } from './sealed-verdict.js';

/** Milliseconds that a request waits for Redis, connecting included. */
const PATIENCE = 250;
/** Milliseconds for which Redis is left alone after a failure; then one request tries. */
const PAUSE = 1000;

/** Shares sealed verdicts through a Redis; `onFailure` hears the code of each failure, never a URL. */
export function shareThroughRedis(url: string, scope: string, onFailure: (code: string) => void): SharedVerdicts {
  return sealVerdicts(openRedis(new URL(url), onFailure), scope);
}

/** A connection, until its first failure. */
interface Line {
  readonly redis: Redis;
  readonly ready: Promise<void>;
  /** What broke it; ioredis tells its callers only that it is closed. */
  fault: unknown;
  /** Whether its failure is known, or its end wanted. */
  over: boolean;
}

function openRedis(url: URL, onFailure: (code: string) => void): ByteStore {
  let line: Line | null = null;
  let closed = false;
  /** After a failure, when Redis may be tried again. */
  let restUntil = -Infinity;

  function dial(): Line {
    const redis = createClient(url);
    const dialled: Line = { redis, ready: open(redis, url), fault: null, over: false };
    redis.on('error', (error) => {
      // Of all that a broken Redis says, the first is its fault; each end of a connection is heard, and costs memory.
      if (dialled.fault !== null) return;
      dialled.fault = error;
      redis.disconnect();
    });
    // Closed while nobody waited, such as by an idle timeout: no failure, the next request dials again.
    redis.on('end', () => {
      if (line === dialled) line = null;
    });
    return dialled;
  }

  async function ask<Answer>(command: (redis: Redis) => Promise<Answer>): Promise<Answer | null> {
    const now = performance.now();
    if (closed || now < restUntil) return null;
    // While this request finds out whether Redis is back, the others do without.
    if (restUntil > -Infinity) restUntil = now + PAUSE;
    line ??= dial();
    const used = line;
    try {
      const answer = await hurry(used.ready.then(() => command(used.redis)));
      if (!used.over) restUntil = -Infinity;
      return answer;
    } catch (error) {
      if (used.over) return null;
      used.over = true;
      used.redis.disconnect();
      line = null;
      restUntil = performance.now() + PAUSE;
      onFailure(codeOf(used.fault ?? error, url));
      return null;
    }
  }

  return {
    async get(name) {
      // One byte more than what is kept tells what is too large, and an absent value is empty.
      const bytes = await ask((redis) => redis.getrangeBuffer(name, 0, MAX_VALUE_BYTES));
      return Buffer.isBuffer(bytes) && bytes.length > 0 && bytes.length <= MAX_VALUE_BYTES ? bytes : null;
    },
    set(name, bytes, ms) {
      if (bytes.length <= MAX_VALUE_BYTES) void ask((redis) => redis.set(name, bytes, 'PX', ms));
    },
    close() {
      closed = true;
      if (line !== null) line.over = true;
      line?.redis.disconnect();
      return Promise.resolve();
    },
  };
}

/** A client that waits for nothing, tries nothing twice, and says nothing but what it is told to. */
function createClient(url: URL): Redis {
  return new Redis({
    Connector: connectorTo(url),
    ...(url.protocol === 'rediss:' ? { tls: {} } : {}),
    protocol: 2,
    lazyConnect: true,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: null,
  });
}

async function open(redis: Redis, url: URL): Promise<void> {
  await redis.connect();
  const { username, password } = url;
  if (username !== '') await redis.auth(hide(username), hide(password));
  else if (password !== '') await redis.auth(hide(password));
  if (/[1-9]/.test(url.pathname)) await redis.select(url.pathname.slice(1));
}

/** As bytes that do not show themselves: with DEBUG=*, ioredis prints whatever it sends. */
function hide(encoded: string): Buffer {
  return Object.assign(Buffer.from(decodeURIComponent(encoded)), { [inspect.custom]: () => REDACTED });
}

/** ioredis wants a class. Its own one would hand over a socket whose bytes it cannot survive. */
function connectorTo(url: URL): new () => AbstractConnector {
  return class extends AbstractConnector {
    constructor() {
      super(0);
    }

    override connect(): Promise<Socket> {
      const host = url.hostname.replace(/^\[|\]$/g, '');
      const port = url.port === '' ? 6379 : Number(url.port);
      const tls = url.protocol === 'rediss:';
      const socket = tls
        ? connectTls({ host, port, rejectUnauthorized: true, ...(isIP(host) === 0 ? { servername: host } : {}) })
        : connectTcp({ host, port });
      guardReplies(socket);
      // An idle connection keeps no process alive; whoever waits has a timer.
      this.stream = socket.unref();
      return Promise.resolve(this.stream);
    }
  };
}

function hurry<Answer>(work: Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(Object.assign(new Error('too slow'), { code: 'ETIMEDOUT' })), PATIENCE);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** The code of a system's error, or the first word of one from Redis, such as WRONGPASS; no more of what it says. */
function codeOf(error: unknown, { username, password }: URL): string {
  if (!(error instanceof Error)) return 'BROKEN';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : (error.message.split(' ')[0] ?? '');
  // A word from Redis may be what it was sent: passwords are made of capital letters too.
  const isSecret = [username, password].some(
    (secret) => secret !== '' && (secret.includes(code) || code.includes(secret)),
  );
  return /^[A-Z][A-Z0-9_]{1,47}$/.test(code) && !isSecret ? code : 'BROKEN';
}
