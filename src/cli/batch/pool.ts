/** Judges chunks on all cores, and gives them back in order. */

import { Worker } from 'node:worker_threads';
import { openJudge, type AnsweredChunk, type Assignment, type Chunk } from './chunk.js';
import type { ProviderOptions } from '../../index.js';

/** Chunks that are judged here before it pays to start threads. */
const WARM_UP = 8;
/** Chunks that each thread may have before it. */
const AHEAD = 3;

/**
 * Judges a stream of chunks; no more of them are held than the threads have work with.
 *
 * @throws {Error} if a thread fails.
 */
export async function* judgeChunks(
  chunks: AsyncIterable<Chunk>,
  assignment: Assignment,
  options: ProviderOptions,
  threads: number,
): AsyncGenerator<AnsweredChunk> {
  const here = openJudge(assignment, options);
  const workers: Thread[] = [];
  const waiting: Promise<AnsweredChunk>[] = [];
  try {
    for await (const chunk of chunks) {
      if (threads < 2 || chunk.sequence < WARM_UP) {
        yield await here.judgeChunk(chunk);
        continue;
      }
      while (workers.length < threads) workers.push(startThread(assignment));
      const worker = workers[chunk.sequence % threads];
      if (worker !== undefined) waiting.push(worker.judge(chunk));
      if (waiting.length < threads * AHEAD) continue;
      const [next] = waiting.splice(0, 1);
      if (next !== undefined) yield await next;
    }
    for (const next of waiting) yield await next;
  } finally {
    // Whoever stops early waits for nobody.
    for (const next of waiting) next.catch(() => undefined);
    await Promise.all([here.close(), ...workers.map((worker) => worker.stop())]);
  }
}

interface Thread {
  readonly judge: (chunk: Chunk) => Promise<AnsweredChunk>;
  readonly stop: () => Promise<unknown>;
}

function startThread(assignment: Assignment): Thread {
  const worker = new Worker(new URL('./worker.cjs', import.meta.url), {
    workerData: assignment,
    // A thread forgets each chunk; without a bound it would first let much of that pile up. In MiB.
    resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 256 },
  });
  const asked = new Map<number, { resolve: (answered: AnsweredChunk) => void; reject: (error: unknown) => void }>();
  worker.on('message', (answered: AnsweredChunk) => {
    asked.get(answered.sequence)?.resolve(answered);
    asked.delete(answered.sequence);
  });
  worker.on('error', (error) => {
    for (const { reject } of asked.values()) reject(error);
  });
  return {
    judge: (chunk) =>
      new Promise((resolve, reject) => {
        asked.set(chunk.sequence, { resolve, reject });
        worker.postMessage(chunk);
      }),
    stop: () => worker.terminate(),
  };
}
