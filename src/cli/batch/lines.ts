/** Bytes to lines, without ever holding more than one line too long. */

/** One line; null if it is longer than a line may be. */
export interface Line {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string | null;
}

/** Longest line: 1 MiB. */
export const MAX_LINE: number = 1024 * 1024;

const NEWLINE = 0x0a;

/** Splits a stream at its line feeds; a carriage return before one belongs to it. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let number = 0;
  let parts: Uint8Array[] = [];
  let size = 0;
  const take = (end: Uint8Array): Line => {
    number += 1;
    const isLong = size + end.length > MAX_LINE;
    const text = isLong
      ? null
      : Buffer.concat([...parts, end])
          .toString('utf8')
          .replace(/\r$/, '');
    parts = [];
    size = 0;
    return { number, text };
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      yield take(chunk.subarray(from, end));
      from = end + 1;
    }
    const rest = chunk.subarray(from);
    size += rest.length;
    // Of a line that is too long already, nothing more is kept.
    if (size <= MAX_LINE) parts.push(rest);
    else parts = [];
  }
  if (size > 0) yield take(new Uint8Array());
}
