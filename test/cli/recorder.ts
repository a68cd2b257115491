/** An io in which nothing happens but that what is written is remembered. */

import { Readable } from 'node:stream';
import type { Io, Output } from '../../src/cli/io.js';

export interface Recorder {
  readonly io: Io;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Both, one after the other. */
  readonly said: () => string;
}

export function record(
  options: Partial<Pick<Io, 'env' | 'cwd'>> & { columns?: number; stdin?: string } = {},
): Recorder {
  const written = { stdout: '', stderr: '' };
  const columns = options.columns ?? null;
  const output = (name: 'stdout' | 'stderr'): Output => ({
    write: (text) => (written[name] += typeof text === 'string' ? text : Buffer.from(text).toString()),
    pending: 0,
    drain: () => Promise.resolve(true),
    isTTY: columns !== null,
    columns,
  });
  const io: Io = {
    stdin: {
      isPiped: options.stdin !== undefined,
      read: () => Promise.resolve(options.stdin ?? ''),
      stream: () => Readable.from([]),
    },
    stdout: output('stdout'),
    stderr: output('stderr'),
    env: options.env ?? {},
    cwd: options.cwd ?? '/',
    now: () => 1_700_000_000_000,
    onInterrupt: () => undefined,
    takeSignals: () => undefined,
  };
  return {
    io,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    said: () => written.stdout + written.stderr,
  };
}
