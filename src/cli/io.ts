/** Everything the CLI touches outside of itself. The only `process`. */

import { codeOf, isPiped, isPlainOutput, writeNow } from './descriptor.js';

/** A stream that text is written to. */
export interface Output {
  /** Bytes are a text in UTF-8. */
  readonly write: (text: string | Uint8Array) => void;
  /** Bytes that were written and that nobody has taken yet. */
  readonly pending: number;
  /** Waits until what was written is on its way, so that no more is held than a reader takes; false if nobody reads. */
  readonly drain: () => Promise<boolean>;
  readonly isTTY: boolean;
  /** Characters in a line; null if nobody knows. */
  readonly columns: number | null;
}

/** Standard input. */
export interface Input {
  /** Whether something is piped in, rather than a person typing. */
  readonly isPiped: boolean;
  /** Reads to the end, null for more than `maxBytes`; `patience` is how many milliseconds the first byte may take. */
  readonly read: (maxBytes: number, patience?: number) => Promise<string | null>;
  /** Reads as it comes, however much that is. */
  readonly stream: () => AsyncIterable<Uint8Array>;
}

/** The world as a command sees it. */
export interface Io {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Runs when the user interrupts; must be synchronous. */
  readonly onInterrupt: (cleanup: () => void) => void;
  /** From now on signals end nothing: the handler decides. */
  readonly takeSignals: (handle: (signal: Signal) => void) => void;
}

/** Runs what a command does; it resolves with the exit code. */
export type Run = (task: (io: Io) => Promise<number>) => Promise<void>;

/** A signal that asks a process to end, or to read its config again. */
export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** Milliseconds in which a process that was told to end twice may still do so. */
const IMPATIENCE = 5000;

const EXIT_CODES: Readonly<Record<Signal, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/** The io of this process. The token may stand on the command line, so the process title is replaced first. */
export function openProcessIo(): Io {
  process.title = 'authcheck';
  const cleanups: (() => void)[] = [];
  let taken: ((signal: Signal) => void) | null = null;
  let asked = 0;
  const hear = (signal: Signal): void => {
    if (taken !== null) {
      if (signal !== 'SIGHUP') asked += 1;
      // After a second signal the process ends soon, even if nobody reads its log.
      if (asked > 1) setTimeout(() => process.exit(EXIT_CODES[signal]), IMPATIENCE).unref();
      taken(signal);
      return;
    }
    for (const cleanup of cleanups) cleanup();
    process.exit(EXIT_CODES[signal]);
  };
  process.on('SIGINT', hear).on('SIGTERM', hear).on('SIGHUP', hear);
  return {
    stdin: { isPiped: isPiped(), read: readStdin, stream: () => process.stdin },
    stdout: openOutput(1, () => process.stdout),
    stderr: openOutput(2, () => process.stderr),
    env: process.env,
    // Looked up only when it is needed: it throws in a folder that was deleted, where a token can still be decoded.
    get cwd() {
      return process.cwd();
    },
    now: Date.now,
    onInterrupt: (cleanup) => cleanups.push(cleanup),
    takeSignals(handle) {
      taken = handle;
    },
  };
}

/** The arguments of this process. */
export function processArguments(): string[] {
  return process.argv.slice(2);
}

/** Ends the process with this code once its output is written. */
export function leaveWith(code: number): void {
  process.exitCode = code;
  // A worker of node:cluster would stay for what its primary may say; one that disconnects is ended with 0.
  process.channel?.unref();
}

/** Reports what nobody caught. */
export function onCrash(report: (error: unknown) => number): void {
  const leave = (error: unknown): void => process.exit(report(error));
  process.on('uncaughtException', leave);
  process.on('unhandledRejection', leave);
}

/** Where output goes: written at once, except to a terminal, whose stream is opened when it is first needed. */
function openOutput(fd: number, open: () => NodeJS.WriteStream): Output {
  let opened: NodeJS.WriteStream | null = null;
  let isOpen = true;
  // A reader that has seen enough (`| head -1`) closes the pipe; that is not an error of ours.
  const close = (error: unknown): void => {
    const isClosed = codeOf(error) === 'EPIPE';
    // A full disk must not end a service: it loses lines of its log, and later there may be room again.
    if (fd === 2 && !isClosed) return;
    isOpen = false;
    if (isClosed) return;
    // A full disk, or a closed terminal, where there is nowhere to say more.
    writeNow(2, `error  the output cannot be written (${String(codeOf(error))})\n`, () => undefined);
    process.exit(2);
  };
  const stream = (): NodeJS.WriteStream => (opened ??= open().on('error', close));
  /** Written to directly: to load Node's streams takes longer than most commands. */
  const isPlain = isPlainOutput(fd);
  return {
    write(text) {
      if (!isOpen) return;
      const rest = isPlain && opened === null ? writeNow(fd, text, close) : text;
      if (rest.length > 0) stream().write(rest);
    },
    get pending() {
      return opened?.writableLength ?? 0;
    },
    async drain() {
      if (!isOpen || !opened?.writableNeedDrain) return isOpen;
      const output = opened;
      await new Promise<void>((resolve) => {
        const end = (): void => {
          output.off('drain', end).off('close', end).off('error', end);
          resolve();
        };
        output.once('drain', end).once('close', end).once('error', end);
      });
      return isOpen;
    },
    get isTTY() {
      return !isPlain && stream().isTTY;
    },
    get columns() {
      return !isPlain && stream().isTTY ? stream().columns : null;
    },
  };
}

async function readStdin(maxBytes: number, patience?: number): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const input: AsyncIterable<Uint8Array> = process.stdin;
  const timer = patience === undefined ? null : setTimeout(() => process.stdin.destroy(), patience);
  try {
    for await (const chunk of input) {
      if (timer !== null) clearTimeout(timer);
      size += chunk.length;
      if (size > maxBytes) return null;
      chunks.push(chunk);
    }
  } catch (error) {
    if (codeOf(error) !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  } finally {
    if (timer !== null) clearTimeout(timer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
