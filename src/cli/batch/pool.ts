/** Judges blocks on all cores, and gives the answers back in order. */

import { Worker } from 'node:worker_threads';
import type { ProviderOptions } from '../../index.js';
import { openJudge, type AnsweredBlock, type Assignment } from './block.js';
import type { Block } from './lines.js';

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
      const worker = workers[sequence % threads];
      if (worker !== undefined) waiting.push(worker.judge(block));
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
  readonly judge: (block: Block) => Promise<AnsweredBlock>;
  readonly stop: () => Promise<unknown>;
}

function startThread(assignment: Assignment): Thread {
  const worker = new Worker(new URL('./worker.cjs', import.meta.url), {
    workerData: assignment,
    // A thread forgets each block; without a bound it would first let much of that pile up. In MiB.
    resourceLimits: { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 256 },
  });
  // A thread answers in the order in which it is asked.
  const asked: { resolve: (answered: AnsweredBlock) => void; reject: (error: unknown) => void }[] = [];
  worker.on('message', (answered: AnsweredBlock) => asked.shift()?.resolve(answered));
  worker.on('error', (error) => {
    for (const { reject } of asked.splice(0)) reject(error);
  });
  return {
    judge: (block) =>
      new Promise((resolve, reject) => {
        asked.push({ resolve, reject });
        worker.postMessage(block, [block.bytes.buffer]);
      }),
    stop: () => worker.terminate(),
  };
}
