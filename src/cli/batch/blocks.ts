/** Bytes to blocks of whole lines, which can be moved to a thread, and blocks to lines. */

/** Whole lines, as the bytes they came in; lines that are too long are empty in them. */
export interface Block {
  /** The number of the first line; the first of all has 1. */
  readonly first: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The numbers of the lines that were too long. */
  readonly tooLong: readonly number[];
}

/** One line; null if it is longer than a line may be. */
export interface Line {
  readonly number: number;
  readonly text: string | null;
}

/** Longest line: 1 MiB. */
export const MAX_LINE: number = 1024 * 1024;
/** Most lines of a block. */
const MAX_LINES = 256;

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const EMPTY_LINE = new Uint8Array([NEWLINE]);

/**
 * Cuts a stream into blocks at its line feeds, from the line with the number `from` on. What has come is not held back
 * until more comes, and no more than one line too long is ever held. A chunk may be written over when the next is asked
 * for.
 */
export async function* cutBlocks(chunks: AsyncIterable<Uint8Array>, from: number = 1): AsyncGenerator<Block> {
  const block = openBlock();
  let number = 1;
  let partial: Uint8Array[] = [];
  let partialSize = 0;
  const finish = (end: Uint8Array): Block | null => {
    if (number >= from) {
      if (partialSize + end.length > MAX_LINE + 1) block.addTooLong(number);
      else block.addLine(number, [...partial, end]);
    }
    number += 1;
    partial = [];
    partialSize = 0;
    return block.lines() === MAX_LINES ? block.take() : null;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const full = finish(chunk.subarray(start, end + 1));
      if (full !== null) yield full;
      start = end + 1;
    }
    const rest = chunk.subarray(start);
    partialSize += rest.length;
    // Of a line that is too long already, nothing more is kept.
    if (partialSize <= MAX_LINE) partial.push(new Uint8Array(rest));
    else partial = [];
    if (block.lines() > 0) yield block.take();
  }
  if (partialSize > 0) {
    finish(EMPTY_LINE);
    if (block.lines() > 0) yield block.take();
  }
}

interface OpenBlock {
  readonly lines: () => number;
  readonly addLine: (number: number, parts: readonly Uint8Array[]) => void;
  readonly addTooLong: (number: number) => void;
  /** The block, after which an empty one begins. */
  readonly take: () => Block;
}

function openBlock(): OpenBlock {
  let first = 0;
  let lines = 0;
  let size = 0;
  let parts: Uint8Array[] = [];
  let tooLong: number[] = [];
  const addLine = (number: number, added: readonly Uint8Array[]): void => {
    if (lines === 0) first = number;
    lines += 1;
    for (const part of added) {
      size += part.length;
      parts.push(part);
    }
  };
  return {
    lines: () => lines,
    addLine,
    addTooLong(number) {
      addLine(number, [EMPTY_LINE]);
      tooLong.push(number);
    },
    take() {
      const bytes = new Uint8Array(size);
      let at = 0;
      for (const part of parts) {
        bytes.set(part, at);
        at += part.length;
      }
      const block = { first, bytes, tooLong };
      lines = 0;
      size = 0;
      parts = [];
      tooLong = [];
      return block;
    },
  };
}

/** The lines of a block, one after the other; a carriage return before a line feed belongs to it. */
export function* readLines({ first, bytes, tooLong }: Block): Generator<Line> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let number = first;
  let start = 0;
  // Every line ends with a line feed.
  for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
    const stop = bytes[end - 1] === RETURN && end > start ? end - 1 : end;
    yield { number, text: tooLong.includes(number) ? null : buffer.toString('utf8', start, stop) };
    number += 1;
    start = end + 1;
  }
}
