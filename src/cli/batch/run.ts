/** `authcheck validate --tokens`: many tokens, one a line, and an answer to each. */

import { statSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { createHistogram } from 'node:perf_hooks';
import { resolve } from 'node:path';
import { AuthcheckError, isUtf16, jwksOf, REASONS, reasonOf, UTF16, type ReasonCode } from '../../index.js';
import { addTo, describeProvider, type Assignment, type Tally } from './block-judge.js';
import { cutBlocks } from './blocks.js';
import { judgeBlocks } from './pool.js';
import { EXIT } from '../exit-code.js';
import { streamPiped } from '../input-file.js';
import type { Io } from '../io.js';
import type { IssuerOptions, SharedOptions } from '../options.js';
import { CLEAR_PROGRESS, formatBatch, formatProgress, type BatchSum } from '../render/batch.js';
import { createStyle } from '../render/style.js';
import { openSession } from '../session.js';
import { fetchKeys, findTarget } from '../target.js';

/** The flags of a batch. */
export interface BatchOptions extends SharedOptions, IssuerOptions {
  readonly tokens: string;
  readonly fromLine?: number;
  readonly concurrency?: number;
}

/** Questions to a provider at one time. */
const CONCURRENCY = 16;
/** Bytes that are read at one time. */
const CHUNK = 128 * 1024;
/** Milliseconds between two looks at the progress. */
const TICK = 100;

/** Judges every line. */
export async function runBatch(options: BatchOptions, io: Io): Promise<number> {
  const session = openSession(options, io);
  const target = await findTarget(options, io, session.showExchange);
  session.warn(target.warnings);
  const { input, size, read } = openInput(options.tokens, io);
  // Fetched once, for all tokens; null for a provider that has none.
  const jwks = jwksOf(target.chosen.config);
  const keySet = target.options.keySet ?? (jwks === null ? null : await fetchKeys(target, jwks));
  if (keySet?.ok === false) session.noteUndecided(keySet.message, keySet.fix ?? REASONS[keySet.code].fix);
  const assignment: Assignment = {
    provider: describeProvider(target.chosen),
    keySet,
    at: options.at ?? null,
    whole: options.json === true,
    concurrency: keySet === null ? (options.concurrency ?? CONCURRENCY) : 1,
  };
  // What waits for a provider needs no second core; what checks signatures needs all.
  const threads = keySet === null ? 1 : (options.concurrency ?? availableParallelism());

  const sums = openSums();
  const style = createStyle(io.stderr, io.env, options.color);
  const shows = io.stderr.isTTY && options.quiet !== true;
  let shown = 0;
  let isRead = true;
  io.onInterrupt(() => {
    if (shows) io.stderr.write(CLEAR_PROGRESS);
    const next = sums.read().last + 1;
    io.stderr.write(`interrupted; resume with --from-line ${next}\n`);
  });
  const blocks = cutBlocks(checkText(input, options.tokens), options.fromLine ?? 1);
  for await (const answered of judgeBlocks(blocks, assignment, { ...target.options, oneShot: false }, threads)) {
    if (options.quiet !== true || options.json === true) io.stdout.write(answered.text);
    isRead = await io.stdout.drain();
    if (!isRead) break;
    sums.add(answered.tally, answered.last);
    if (!shows || performance.now() - shown < TICK) continue;
    shown = performance.now();
    io.stderr.write(formatProgress(answered.last, size === null ? null : read() / size, style));
  }
  if (shows) io.stderr.write(CLEAR_PROGRESS);
  const sum = sums.read();
  if (!isRead)
    session.note((on) => `${on.warn('stopped')}  ${on.plain(`the reader closed the output after line ${sum.last}`)}\n`);
  if (isRead && sum.last === 0) {
    const from = options.fromLine === undefined ? '' : ` from line ${options.fromLine} on`;
    throw new AuthcheckError('input_unreadable', `${options.tokens}: there is no token${from}`);
  }
  session.note((on) => formatBatch(sum, on));
  if (sum.unreadable > 0) return EXIT.unusable;
  if (sum.undecided.size > 0) return EXIT.undecided;
  return sum.rejected.size > 0 ? EXIT.rejected : EXIT.ok;
}

interface Input {
  readonly input: AsyncIterable<Uint8Array>;
  /** Bytes; null if nobody knows. */
  readonly size: number | null;
  /** Bytes read so far. */
  readonly read: () => number;
}

function openInput(file: string, io: Io): Input {
  if (file === '-') return { input: streamPiped(io), size: null, read: () => 0 };
  const path = resolve(io.cwd, file);
  try {
    const { size } = statSync(path);
    let read = 0;
    const input = readFile(path, file, (bytes) => (read += bytes));
    return { input, size: size === 0 ? null : size, read: () => read };
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** Reads into the same memory again and again: a stream's chunks would pile up until they are collected. */
async function* readFile(path: string, file: string, onRead: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  const chunk = Buffer.allocUnsafeSlow(CHUNK);
  let handle: FileHandle | null = null;
  try {
    handle = await open(path);
    for (;;) {
      const { bytesRead } = await handle.read(chunk, 0, CHUNK, null);
      if (bytesRead === 0) return;
      onRead(bytesRead);
      yield chunk.subarray(0, bytesRead);
    }
  } catch (error) {
    throw unreadable(file, error);
  } finally {
    await handle?.close();
  }
}

/** Each line of such a file would be judged, and rejected. */
async function* checkText(chunks: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  // A pipe may give one byte at first.
  let head = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (head.length < 2) head = Buffer.concat([head, chunk.subarray(0, 2)]);
    if (isUtf16(head)) throw new AuthcheckError('input_unreadable', `${file}: ${UTF16}`);
    yield chunk;
  }
}

function unreadable(file: string, cause: unknown): AuthcheckError {
  return new AuthcheckError('input_unreadable', `${file}: ${reasonOf(cause)}`, { cause });
}

interface Sums {
  readonly add: (tally: Tally, last: number) => void;
  readonly read: () => BatchSum;
}

/** Counts, in memory that does not grow. */
function openSums(): Sums {
  const started = performance.now();
  const times = createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 3 });
  const rejected = new Map<ReasonCode, number>();
  const undecided = new Map<ReasonCode, number>();
  let accepted = 0;
  let unreadable = 0;
  let last = 0;
  return {
    add(tally, upTo) {
      // Of a block of blank lines, none is answered.
      last = Math.max(last, upTo);
      accepted += tally.accepted;
      unreadable += tally.unreadable;
      for (const [reason, count] of tally.rejected) addTo(rejected, reason, count);
      for (const [reason, count] of tally.undecided) addTo(undecided, reason, count);
      for (const time of tally.times) times.record(Math.max(1, time));
    },
    read: () => ({
      accepted,
      rejected,
      undecided,
      unreadable,
      last,
      p50: times.percentile(50) / 1000,
      p99: times.percentile(99) / 1000,
      ms: performance.now() - started,
    }),
  };
}
