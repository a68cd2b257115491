/** What the descriptors 0 to 2 are, and how one is written to at once. */

import { fstatSync, statSync, writeSync } from 'node:fs';

/** Writes to a file, pipe or socket, and gives back what it would not take now. */
export function writeNow(fd: number, text: string | Uint8Array, close: (error: unknown) => void): string | Uint8Array {
  let rest = typeof text === 'string' ? Buffer.from(text) : text;
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
    return '';
  } catch (error) {
    // Another process that shares the pipe made it non-blocking: the stream knows how to wait.
    if (codeOf(error) === 'EAGAIN') return rest;
    close(error);
    return '';
  }
}

/** Whether this is surely no terminal. */
export function isPlainOutput(fd: number): boolean {
  try {
    const stats = fstatSync(fd);
    return !stats.isCharacterDevice() || stats.rdev === statSync(DEV_NULL).rdev;
  } catch {
    return false;
  }
}

/** Where there is none, it is a stream like a terminal. That of node:os would take longer to load than to write to. */
const DEV_NULL = '/dev/null';

/** A copy of the core's own: `--version` loads this file, and nothing of the core. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null;
}

/** Whether something is piped in. */
export function isPiped(): boolean {
  try {
    const stats = fstatSync(0);
    return stats.isFIFO() || stats.isFile() || stats.isSocket();
  } catch {
    return false;
  }
}
