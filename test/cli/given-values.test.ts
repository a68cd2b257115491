import { expect, test } from 'vitest';
import { main } from '../../src/cli/main.js';
import { record } from './recorder.js';

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
    const { io, said } = record();
    expect(await main([...argv, ...more], io)).toBe(2);
    expect(said().length).toBeGreaterThan(20);
    expect(said()).not.toMatch(/MARKED|0123456789abcdef/);
  }
});

test.each([
  [['serve', '--port', 'MARKED'], '--port: expected a whole number from 0 to 65535'],
  [['validate', '--at', 'MARKED', 'x.y.z'], '--at: expected a time with its zone'],
  [
    ['config', 'check', 'MARKED', 'b.yaml'],
    "too many arguments for 'check': expected 1, got 2; --help shows what goes where",
  ],
  [['jwks', 'generate', 'MARKED'], "too many arguments for 'generate': expected 0, got 1"],
  [['schema', 'MARKED'], 'name: allowed choices are config, test, verdict '],
])('what is wrong with a value is said in few words: %j', async (argv, words) => {
  const { io, said } = record();
  expect(await main(argv, io)).toBe(2);
  expect(said().replace(/\s+/g, ' ')).toContain(words);
  expect(said()).not.toMatch(/MARKED|argument that/);
});

test('the name of a file that is not there is repeated', async () => {
  for (const name of ['token.txt', './tokens/2026-01-31/Alice.jwt', 'token-of-alice']) {
    const { io, said } = record();
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
    const { io, said } = record();
    expect(await main(argv, io)).toBe(2);
    expect(said().replace(/\s+/g, ' ')).toContain('there is no such file');
    expect(said()).not.toContain('MARKED');
  }
});
