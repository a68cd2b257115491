import { expect, test } from 'vitest';
import { main, reportBug } from '../../src/cli/main.js';
import type { Io } from '../../src/cli/io.js';
import { record } from './recorder.js';

/** An io that remembers what was written. */
function recorder(): { readonly io: Io; readonly said: () => string } {
  const { io, stdout, stderr } = record();
  return { io, said: () => stdout() + stderr() };
}

test('nothing at all is answered with help, and passes in no job', async () => {
  const { io, said } = recorder();
  expect(await main([], io)).toBe(2);
  expect(said()).toContain('Usage: authcheck');
});

test.each([
  ['-v', 'validate'],
  ['--json', 'decode'],
  ['--color', 'decode', '--token', 'x'],
  ['--config', 'run.yaml', 'jwks'],
])('a command behind its flags is not taken for a token: %j', async (...argv) => {
  const { io, said } = recorder();
  expect(await main(argv, io)).toBe(2);
  expect(said().replace(/\s+/g, ' ')).toMatch(
    /(?:validate|decode|jwks) is no token: the command comes first, its flags/,
  );
});

test.each(['check', 'show', 'init', 'generate'])('%s alone is told where it stands', async (word) => {
  const { io, said } = recorder();
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
  const { io, said } = recorder();
  expect(await main(argv, io)).toBe(2);
  expect(said().replace(/\s+/g, ' ')).toContain('put what has spaces in it into quotes: "Bearer …"');
  expect(said()).not.toContain('MARKED');
});

test.each([
  ['can', 'read', 'model::x', '--as', 'bearer', 'more'],
  ['decode', 'Bearer'],
])('a word like that may be meant: %j', async (...argv) => {
  const { io, said } = recorder();
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
      const { io, said } = recorder();
      expect(reportBug(crash, argv, io)).toBe(70);
      expect(said()).toContain('this is a bug in authcheck: TypeError (ERR_INVALID_ARG_VALUE)');
      expect(said().includes('    at ')).toBe(argv.includes('--debug'));
      expect(said()).not.toContain('MARK');
    }
  },
);

test('a code of a bug that is no word of programs is not told', () => {
  for (const code of ['MARKED token', 'marked', 7]) {
    const { io, said } = recorder();
    expect(reportBug(Object.assign(new TypeError('x'), { code }), [], io)).toBe(70);
    expect(said()).toContain('this is a bug in authcheck: TypeError;');
  }
});

test('what was thrown and is no error is told as that', () => {
  const { io, said } = recorder();
  expect(reportBug('MARKED', ['--debug'], io)).toBe(70);
  expect(said()).toContain('something that is not an error was thrown');
  expect(said()).not.toContain('MARKED');
});

const JWT = 'eyJhbGciOiJub25lIn0.e30.MARKED';
const OPAQUE = 'MARKED-0pAqUe+/=token"\\x';

test.each([
  ['validate', '--config', JWT],
  ['validate', '--config', OPAQUE],
  ['decode', '--token-file', JWT],
  ['decode', '--token-file', `./${'0123456789abcdef'.repeat(2)}`.slice(2)],
  ['decode', '--token-file', 'ghp_MARKED'],
  ['decode', `--token-file=${OPAQUE}`],
  ['decode', `--token${OPAQUE}`],
  ['decode', `-${OPAQUE}`],
  ['jwks', OPAQUE],
  ['mint', '--like', `@${OPAQUE}`],
  ['mint', '--key', JWT],
  ['serve', '--jwks', 'http://127.0.0.1:1', '--public', JWT],
])('a secret in the wrong place is not repeated: %s %s', async (...argv) => {
  for (const more of [[], ['--json']]) {
    const { io, said } = recorder();
    expect(await main([...argv, ...more], io)).toBe(2);
    expect(said().length).toBeGreaterThan(20);
    expect(said()).not.toMatch(/MARKED|0123456789abcdef/);
  }
});

test.each([
  [['serve', '--port', 'MARKED'], '--port: expected a whole number from 0 to 65535'],
  [['validate', '--at', 'MARKED', 'x.y.z'], '--at: expected a time with its zone'],
  [['schema', 'MARKED'], 'name: allowed choices are config, test, verdict '],
])('what is wrong with a value is said in few words: %j', async (argv, words) => {
  const { io, said } = recorder();
  expect(await main(argv, io)).toBe(2);
  expect(said().replace(/\s+/g, ' ')).toContain(words);
  expect(said()).not.toMatch(/MARKED|argument that/);
});

test('the name of a file that is not there is repeated', async () => {
  for (const name of ['token.txt', './tokens/2026-01-31/Alice.jwt', 'token-of-alice']) {
    const { io, said } = recorder();
    expect(await main(['decode', '--token-file', name], io)).toBe(2);
    expect(said()).toContain(name);
  }
});

test.each([
  'http://user:MARKED-pw@idp.example',
  'https://MARKED-key@idp.example/run.yaml',
  'https://git.example/run.yaml?token=MARKED-key',
  'https://user:MARKED-pw@git.example/run.yaml?token=MARKED-key&page=1',
  'https://git.example/run.yaml?file',
  'https://app.example/cb#access_token=MARKED-key&token_type=bearer',
  'https://app.example/cb?a=b#access_token=MARKED-key',
])('neither password nor query of a URL that is taken for a file is repeated: %s', async (url) => {
  for (const argv of [
    ['validate', '--config', url, '--token', 'x'],
    ['config', 'check', url],
    ['decode', '--token-file', url],
  ]) {
    const { io, said } = recorder();
    expect(await main(argv, io)).toBe(2);
    expect(said().replace(/\s+/g, ' ')).toContain('there is no such file');
    expect(said()).not.toContain('MARKED');
  }
});
