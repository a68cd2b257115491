/** Judges blocks on all cores, and gives the answers back in order. */

import { Worker } from 'node:worker_threads';
import type { ProviderOptions } from '../../index.js';
import { openJudge, type AnsweredBlock, type Assignment } from './block-judge.js';
import type { Block } from './blocks.js';

/** Blocks that are judged here before it pays to start threads. */
const WARM_UP = 8;
/** Blocks that each thread may have before it. */
const AHEAD = 3;

/**
 * Judges a stream of blocks; no more of them are held than the threads have work with.
 *
 * @throws {Error} if a thread fails.
 */
export async function* judgeBlocks(
  blocks: AsyncIterable<Block>,
  assignment: Assignment,
  options: ProviderOptions,
  threads: number,
): AsyncGenerator<AnsweredBlock> {
  const here = openJudge(assignment, options);
  const workers: Thread[] = [];
  const waiting: Promise<AnsweredBlock>[] = [];
  let sequence = 0;
  try {
    for await (const block of blocks) {
      sequence += 1;
      if (threads < 2 || sequence <= WARM_UP) {
        yield await here.judgeBlock(block);
        continue;
      }
      while (workers.length < threads) workers.push(startThread(assignment));
      // Blocks are of different sizes: taken in turn, one thread might get all that are large.
      const idlest = workers.reduce((one, other) => (other.load() < one.load() ? other : one));
      const answered = idlest.judge(block);
      // A failure is thrown where the block is awaited below; a caller that stops early awaits none.
      answered.catch(() => undefined);
      waiting.push(answered);
      if (waiting.length < threads * AHEAD) continue;
      const next = waiting.shift();
      if (next !== undefined) yield await next;
    }
    for (const next of waiting) yield await next;
  } finally {
    await Promise.all([here.close(), ...workers.map((worker) => worker.stop())]);
  }
}

interface Thread {
  /** Bytes that it has not answered yet. */
  readonly load: () => number;
  readonly judge: (block: Block) => Promise<AnsweredBlock>;
  readonly stop: () => Promise<unknown>;
}

function startThread(assignment: Assignment): Thread {
  const worker = new Worker(new URL('./worker.cjs', import.meta.url), {
    workerData: assignment,
    // A thread forgets each block; without a bound it would first let much of that pile up. In MiB.
    resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 256 },
  });
  // A thread answers in the order in which it is asked.
  const asked: { size: number; resolve: (answered: AnsweredBlock) => void; reject: (error: unknown) => void }[] = [];
  let load = 0;
  worker.on('message', (answered: AnsweredBlock) => {
    const question = asked.shift();
    load -= question?.size ?? 0;
    question?.resolve(answered);
  });
  worker.on('error', (error) => {
    for (const { reject } of asked.splice(0)) reject(error);
  });
  return {
    load: () => load,
    judge: (block) =>
      new Promise((resolve, reject) => {
        const size = block.bytes.length;
        load += size;
        asked.push({ size, resolve, reject });
        worker.postMessage(block, [block.bytes.buffer]);
      }),
    stop: () => worker.terminate(),
  };
}
