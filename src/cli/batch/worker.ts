/** A thread that judges chunks of lines, with the key set that the main thread has fetched. */

import { parentPort, workerData } from 'node:worker_threads';
import { openJudge, type Assignment, type Chunk } from './chunk.js';

if (parentPort !== null) {
  const port = parentPort;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- what pool.ts gave
  const assignment: Assignment = workerData;
  const judge = openJudge(assignment);
  port.on('message', (chunk: Chunk) => {
    void judge.judgeChunk(chunk).then((answered) => port.postMessage(answered));
  });
}
