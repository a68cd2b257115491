import { expect, test } from 'vitest';
import { openLog } from '../../../src/cli/serve/log.js';
import { record } from '../recorder.js';

test('keeps no more than a reader who has stopped reading may still want, and says what it lost', () => {
  const { io, stderr } = record();
  let pending = 0;
  const output = {
    ...io.stderr,
    get pending() {
      return pending;
    },
  };
  const logger = openLog(output, 'info');
  logger.info({}, 'first');
  pending = 5 * 1024 * 1024;
  for (let line = 0; line < 3; line += 1) logger.info({}, 'unread');
  // A reader who is only slow loses nothing.
  pending = 64 * 1024;
  logger.info({}, 'last');
  logger.info({}, 'and one more');
  const lines = stderr()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { msg: string; lost?: number });
  expect(lines.map(({ msg, lost }) => [msg, lost])).toEqual([
    ['first', undefined],
    ['lines were lost: nobody read the log', 3],
    ['last', undefined],
    ['and one more', undefined],
  ]);
});

test('holds nothing that a terminal would obey, and nothing of the machine', () => {
  const { io, stderr } = record();
  const logger = openLog(io.stderr, 'warn');
  logger.info({}, 'not wanted');
  logger.warn({ path: '/\u009b2J\u202e' }, 'asked');
  expect(stderr()).toMatch(/^\{"level":"warn","time":"[^"]+","path":"\/\\u009b2J\\u202e","msg":"asked"\}\n$/);
});
