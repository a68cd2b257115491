/** Starts `authcheck serve` as a process, and waits until it listens. */

import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { start, type RunOptions } from './program.js';

/** A running service. */
export interface Running {
  readonly url: string;
  readonly child: ChildProcessWithoutNullStreams;
  readonly log: () => string;
  /** Waits until the log says so. */
  readonly logged: (text: string, times?: number) => Promise<void>;
}

/** Starts the service on a free port; it is killed when the test ends. */
export async function serve(args: readonly string[], options: RunOptions = {}): Promise<Running> {
  const child = start(['serve', '--port', '0', ...args], options);
  onTestFinished(() => void child.kill('SIGKILL'));
  let log = '';
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  child.stdout.setEncoding('utf8');
  for await (const text of child.stdout.iterator({ destroyOnReturn: false })) {
    said += String(text);
    if (said.includes('\n')) break;
  }
  const url = /^authcheck listens on (\S+)\n$/.exec(said)?.[1];
  if (url === undefined) throw new Error(`it said ${said} and logged ${log}`);
  const logged = async (text: string, times = 1): Promise<void> => {
    while (log.split(text).length <= times) await once(child.stderr, 'data');
  };
  return { url, child, log: () => log, logged };
}
