/** The body of an answer: read within a limit, unpacked, and taken for a text. */

import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { codeOf } from './errors.js';
import type { Failure } from './exchange.js';

/** Reads a body to its end, unpacks it, and takes it for a text; or says why nobody can. */
export async function readBody(
  body: AsyncIterable<Uint8Array> & { destroy(): unknown },
  encoding: string,
  maxBytes: number,
): Promise<string | Failure> {
  const bytes = await collect(body, maxBytes);
  return bytes === null
    ? { code: 'endpoint_too_large', message: `the answer is larger than ${maxBytes} bytes` }
    : decode(bytes, encoding, maxBytes);
}

/** All the bytes of a body; null if they are too many. */
async function collect(
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

type Decoder = (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;

// Wrapped, so that the bundle (load-late in build.js) loads zlib for the first compressed answer only.
const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: (bytes, options) => gunzipSync(bytes, options),
  'x-gzip': (bytes, options) => gunzipSync(bytes, options),
  deflate: (bytes, options) => inflateSync(bytes, options),
  br: (bytes, options) => brotliDecompressSync(bytes, options),
};

/** The failure of an answer that cannot be read; the transcript shows nothing of it either. */
const unreadable = (message: string): Failure => ({
  code: 'endpoint_invalid_response',
  message,
  fix: 'Have the endpoint answer in UTF-8, packed with gzip, deflate or br if at all.',
});

function decode(bytes: Uint8Array, encoding: string, maxOutputLength: number): string | Failure {
  const name = encoding.trim().toLowerCase();
  const decoder = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
  if (decoder === undefined && name !== '' && name !== 'identity')
    return unreadable('the answer has an unknown content encoding');
  try {
    const plain = decoder === undefined || bytes.length === 0 ? bytes : decoder(bytes, { maxOutputLength });
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plain);
  } catch (error) {
    return codeOf(error) === 'ERR_BUFFER_TOO_LARGE'
      ? { code: 'endpoint_too_large', message: `the answer unpacks to more than ${maxOutputLength} bytes` }
      : unreadable('the answer cannot be unpacked, or is not UTF-8 text');
  }
}
