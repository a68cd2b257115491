/** A thread that judges blocks of lines, one after the other, with the key set that the main thread has fetched. */

import { parentPort, workerData } from 'node:worker_threads';
import { openJudge, type Assignment } from './block-judge.js';
import type { Block } from './blocks.js';

if (parentPort !== null) {
  const port = parentPort;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- what pool.ts gave
  const assignment: Assignment = workerData;
  const judge = openJudge(assignment);
  let before = Promise.resolve();
  port.on('message', (block: Block) => {
    before = before.then(async () => {
      const answered = await judge.judgeBlock(block);
      port.postMessage(answered, [answered.text.buffer, answered.tally.times.buffer]);
    });
  });
}
