/** The system's own redis-server, on a free port of the loopback and in a folder of its own, until the test ends. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';

/** A redis-server. */
export interface RedisServer {
  readonly port: number;
  readonly start: () => Promise<void>;
  /** Kills it, as a failing machine would. */
  readonly kill: () => Promise<void>;
  /** Makes it hang, and go on. */
  readonly signal: (signal: 'SIGSTOP' | 'SIGCONT') => void;
  /** A connection of the test's own, with the rights that the options give. */
  readonly client: (options?: {
    readonly username?: string;
    readonly password?: string;
    readonly db?: number;
  }) => Redis;
}

/** Starts one; `more` is added to its command line. It keeps nothing on disk. */
export async function startRedis(...more: readonly string[]): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'authcheck-redis-'));
  const port = await freePort();
  const where = more.includes('--tls-port') ? ['--port', '0'] : ['--port', String(port)];
  const tls = more.map((word) => (word === 'PORT' ? String(port) : word));
  const args = ['--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no', ...where, ...tls];
  let running: ChildProcess | null = null;

  async function start(): Promise<void> {
    const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    running = child;
    let log = '';
    await new Promise<void>((resolve, reject) => {
      const hear = (chunk: Buffer): void => {
        log += chunk.toString();
        if (log.includes('Ready to accept connections')) resolve();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.on('error', (cause) =>
        reject(new Error('redis-server is needed: apt-get install redis-server', { cause })),
      );
      child.on('exit', (code) => reject(new Error(`redis-server ended with ${code}: ${log}`)));
    });
  }

  async function kill(): Promise<void> {
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
  }

  onTestFinished(async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  });
  await start();
  return {
    port,
    start,
    kill,
    signal: (signal) => running?.kill(signal),
    client(options = {}) {
      const client = new Redis({ host: '127.0.0.1', port, ...options });
      onTestFinished(() => client.disconnect());
      return client;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}
