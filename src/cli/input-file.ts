/** What the user names, or pipes in, to be read whole: at most as much as a token can be in. */

import { resolve } from 'node:path';
import { AuthcheckError, readBoundedPem, readBoundedText, reasonOf } from '../index.js';
import type { Io } from './io.js';

/** Largest input that is read: 1 MiB. */
const MAX_BYTES = 1024 * 1024;

/**
 * Reads a file that the user named.
 *
 * @throws {AuthcheckError} `input_unreadable`.
 */
export function readText(file: string, io: Io): string {
  return readNamed(file, io, (path) => readBoundedText(path, MAX_BYTES));
}

/**
 * Reads a file of PEM, around which there may be text in any encoding.
 *
 * @throws {AuthcheckError} `input_unreadable`.
 */
export function readPem(file: string, io: Io): string {
  return readNamed(file, io, (path) => readBoundedPem(path, MAX_BYTES));
}

function readNamed(file: string, io: Io, read: (path: string) => string): string {
  try {
    return read(resolve(io.cwd, file));
  } catch (error) {
    throw new AuthcheckError('input_unreadable', `${file}: ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * Reads what is piped in; `patience` is how many milliseconds the first byte may take.
 *
 * @throws {AuthcheckError} `input_unreadable` for more than a token can be in, for UTF-16, and for what is open to be written alone.
 */
export async function readPiped(io: Io, patience?: number): Promise<string> {
  const text = await io.stdin.read(MAX_BYTES, patience).catch((error: unknown) => {
    throw pipedUnreadable(error);
  });
  // Of the mark, each byte is no text, and beside each letter is a NUL.
  if (text?.startsWith('\ufffd\ufffd') === true && text.slice(2, 4).includes('\0'))
    throw new AuthcheckError('input_unreadable', 'standard input is UTF-16; write it as UTF-8');
  if (text !== null) return text;
  throw new AuthcheckError('input_unreadable', `standard input has more than ${MAX_BYTES} bytes`);
}

/** Reads what is piped in as it comes. */
export async function* streamPiped(io: Io): AsyncGenerator<Uint8Array> {
  try {
    yield* io.stdin.stream();
  } catch (error) {
    throw pipedUnreadable(error);
  }
}

/** As of what `nohup` leaves open in the place of a terminal. */
function pipedUnreadable(cause: unknown): AuthcheckError {
  return new AuthcheckError('input_unreadable', `standard input: ${reasonOf(cause)}`, { cause });
}
