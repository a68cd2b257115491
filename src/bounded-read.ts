/** Reading a file that may be anything: a pipe, a device, or far larger than it should be. */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** A file that has more bytes than it may have. */
export class FileTooLarge extends Error {}

/**
 * Reads a file of any kind, at most `maxBytes`.
 *
 * @throws {FileTooLarge} if there is more; the system's own errors, such as ENOENT and EISDIR.
 */
export function readBounded(path: string, maxBytes: number): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    if (size > maxBytes) throw new FileTooLarge(`it has ${size} bytes; ${maxBytes} is the most`);
    // Not filled: the pages that nothing is read into are never touched.
    const buffer = Buffer.allocUnsafe(maxBytes + 1);
    let length = 0;
    for (;;) {
      const read = readSync(descriptor, buffer, length, buffer.length - length, null);
      length += read;
      if (length > maxBytes) throw new FileTooLarge(`it has more than ${maxBytes} bytes`);
      if (read === 0) return Buffer.from(buffer.subarray(0, length));
    }
  } finally {
    closeSync(descriptor);
  }
}
