import { expect, test } from 'vitest';
import { main, reportBug } from '../../src/cli/main.js';
import { record } from './recorder.js';

test('nothing at all is answered with help, and passes in no job', async () => {
  const { io, said } = record();
  expect(await main([], io)).toBe(2);
  expect(said()).toContain('Usage: authcheck');
});

test.each([
  ['-v', 'validate'],
  ['--json', 'decode'],
  ['--color', 'decode', '--token', 'x'],
  ['--config', 'run.yaml', 'jwks'],
])('a command behind its flags is not taken for a token: %j', async (...argv) => {
  const { io, said } = record();
  expect(await main(argv, io)).toBe(2);
  expect(said().replace(/\s+/g, ' ')).toMatch(
    /(?:validate|decode|jwks) is no token: the command comes first, its flags/,
  );
});

test.each(['check', 'show', 'init', 'generate'])('%s alone is told where it stands', async (word) => {
  const { io, said } = record();
  expect(await main([word, 'run.yaml'], io)).toBe(2);
  expect(said()).toMatch(new RegExp(`there is no command ${word}; did you mean (config|jwks) ${word}\\?`));
});

test.each([
  ['Bearer', 'MARKED'],
  ['decode', 'bearer', 'MARKED'],
  ['Authorization:', 'Bearer', 'MARKED'],
  ['decode', '--token', 'Bearer', 'MARKED'],
  ['decode', '--token=Bearer', 'MARKED'],
  ['decode', '--no-color', 'Bearer', 'MARKED'],
  ['decode', '--', 'Bearer', 'MARKED'],
  ['-v', 'Authorization:', 'Bearer', 'MARKED'],
  ['--config', 'run.yaml', 'Bearer', 'MARKED'],
])('what a shell took apart is to be put into quotes: %j', async (...argv) => {
  const { io, said } = record();
  expect(await main(argv, io)).toBe(2);
  expect(said().replace(/\s+/g, ' ')).toContain('put what has spaces in it into quotes: "Bearer …"');
  expect(said()).not.toContain('MARKED');
});

test.each([
  ['can', 'read', 'model::x', '--as', 'bearer', 'more'],
  ['decode', 'Bearer'],
])('a word like that may be meant: %j', async (...argv) => {
  const { io, said } = record();
  await main(argv, io);
  expect(said()).not.toContain('into quotes');
});

/** A program may quote anything that it was reading when it broke, in part and on several lines. */
test.each(['MARKED', 'MARKED\n    at MARKED (MARKED.js:1:1)', '"MARK'])(
  'a bug is told without its message: %j',
  (read) => {
    const error = new TypeError(`Unexpected token in ${read}`);
    const crash = Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE', input: read });
    for (const argv of [[], ['--json'], ['--debug'], ['--debug', '--json']]) {
      const { io, said } = record();
      expect(reportBug(crash, argv, io)).toBe(70);
      expect(said()).toContain('this is a bug in authcheck: TypeError (ERR_INVALID_ARG_VALUE)');
      expect(said().includes('    at ')).toBe(argv.includes('--debug'));
      expect(said()).not.toContain('MARK');
    }
  },
);

test('a code of a bug that is no word of programs is not told', () => {
  for (const code of ['MARKED token', 'marked', 7]) {
    const { io, said } = record();
    expect(reportBug(Object.assign(new TypeError('x'), { code }), [], io)).toBe(70);
    expect(said()).toContain('this is a bug in authcheck: TypeError;');
  }
});

test('what was thrown and is no error is told as that', () => {
  const { io, said } = record();
  expect(reportBug('MARKED', ['--debug'], io)).toBe(70);
  expect(said()).toContain('something that is not an error was thrown');
  expect(said()).not.toContain('MARKED');
});
