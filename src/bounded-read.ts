/** Reading a file that may be anything: a pipe, a device, or far larger than it should be. */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { UnfitFile } from './errors.js';

/**
 * Reads a text in UTF-8 from a file of any kind, at most `maxBytes`; a byte order mark stays.
 *
 * @throws {UnfitFile} if there is more, or other than text; the system's own errors, such as ENOENT and EISDIR.
 */
export function readBoundedText(path: string, maxBytes: number): string {
  const bytes = refuseUtf16(readBounded(path, maxBytes));
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new UnfitFile('this file is not UTF-8 text', { cause: error });
  }
}

/**
 * Reads PEM from a file of any kind, at most `maxBytes`; around it there may be text in any encoding of ASCII and more.
 *
 * @throws {UnfitFile} if there is more, or UTF-16; the system's own errors, such as ENOENT and EISDIR.
 */
export function readBoundedPem(path: string, maxBytes: number): string {
  return refuseUtf16(readBounded(path, maxBytes)).toString('utf8');
}

/** What is said of a file that {@link isUtf16}. */
export const UTF16 = 'this file is UTF-16; save it as UTF-8';

/** Tells a file by its beginning that is written as by Windows PowerShell's `>`. */
export function isUtf16([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

function refuseUtf16(bytes: Buffer): Buffer {
  if (isUtf16(bytes)) throw new UnfitFile(UTF16);
  return bytes;
}

/**
 * Reads a file of any kind, at most `maxBytes`.
 *
 * @throws {UnfitFile} if there is more; the system's own errors, such as ENOENT and EISDIR.
 */
function readBounded(path: string, maxBytes: number): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    if (size > maxBytes) throw new UnfitFile(`it has ${size} bytes; ${maxBytes} is the most`);
    // Not filled: the pages that nothing is read into are never touched.
    const buffer = Buffer.allocUnsafe(maxBytes + 1);
    let length = 0;
    for (;;) {
      const read = readSync(descriptor, buffer, length, buffer.length - length, null);
      length += read;
      if (length > maxBytes) throw new UnfitFile(`it has more than ${maxBytes} bytes`);
      if (read === 0) return Buffer.from(buffer.subarray(0, length));
    }
  } finally {
    closeSync(descriptor);
  }
}
