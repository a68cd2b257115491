// What is taken away around a token that was pasted, and when that is worth a word.
import { describe, expect, it } from 'vitest';
import { findToken, maskToken, triage } from '../../src/cli/token.js';
import { record } from './recorder.js';

const TOKEN = 'eyJhbGciOiJFUzI1NiJ9.e30.c2ln';

it.each(['token.test.ts', '@token.test.ts', './token.test.ts', '../cli/token.test.ts', '@batch'])(
  'the name of a file is no token: %s',
  async (name) => {
    const { io } = record({ cwd: import.meta.dirname });
    await expect(findToken({ token: name }, undefined, io)).rejects.toThrow('--token-file FILE takes the token');
    await expect(findToken({}, name, io)).rejects.toThrow('this is the name of a file');
  },
);

it.each(['batch', 'no.such.file', TOKEN, `${TOKEN}${'x'.repeat(300)}`, '@x'])(
  'a token need not be a file: %s',
  async (token) => {
    const { io } = record({ cwd: import.meta.dirname });
    expect(await findToken({ token }, undefined, io)).toMatchObject({ token });
  },
);

describe('what is around a token', () => {
  it.each([
    ['quotes', `"${TOKEN}"`, 'quotes'],
    ['a line break', `${TOKEN}\n`, 'white space'],
    ['both', `'${TOKEN}'\n`, 'white space and quotes'],
    ['a byte order mark', `\ufeff${TOKEN}`, 'a byte order mark'],
    ['quotes after the scheme', `Bearer "${TOKEN}"`, 'quotes'],
    ['quotes again after the scheme', `"Bearer '${TOKEN}'"`, 'quotes'],
    ['a line of an env file', `TOKEN='${TOKEN}'`, 'the name of a variable and quotes'],
    ['a line of a shell script', `export TOKEN=${TOKEN};`, 'the name of a variable'],
    ['a second scheme', `Bearer Bearer ${TOKEN}`, 'the Bearer scheme twice'],
    ['the scheme of GitHub', `Authorization: token ${TOKEN}`, 'the word "token"'],
    ['it in a curl command', `curl -H "Authorization: Token ${TOKEN}" https://x/`, 'the word "token"'],
    ['a second scheme in a header', `Authorization: Bearer bearer ${TOKEN}`, 'the Bearer scheme twice'],
  ])('is told where a server would stumble over it: %s', (_what, pasted, words) => {
    const { token, caution } = triage(pasted);
    expect(token).toBe(TOKEN);
    expect(caution).toBe(
      `the token was given with ${words}, removed here: a server that gets it with ${words} refuses it`,
    );
  });

  it.each([
    ['nothing', TOKEN],
    ['the scheme', `Bearer ${TOKEN}`],
    ['a header in quotes', `"Authorization: Bearer ${TOKEN}"`],
    ['a header with a line break', `Authorization: Bearer ${TOKEN}\n`],
    ['a token response', ` {"access_token":"${TOKEN}"}\n`],
    ['a curl command', `curl -H 'Authorization: Bearer ${TOKEN}' https://x/`],
    ['a curl command behind a prompt', `$ curl --oauth2-bearer ${TOKEN} https://x/`],
  ])('is not where tokens are sent in it: %s', (_what, pasted) => {
    expect(triage(pasted)).toMatchObject({ token: TOKEN, caution: null });
  });

  it.each([`A=${TOKEN}`, 'TOKEN="opaque-one"', `TOKEN="${TOKEN}`])('stays where it may be meant: %s', (pasted) => {
    expect(triage(pasted)).toEqual({ token: pasted, stripped: [], caution: null });
  });

  it('is looked for in linear time, whatever was pasted', () => {
    const blanks = `a${' '.repeat(500_000)}b`;
    expect(triage(blanks).token).toBe(blanks);
  });

  it('is not told of several tokens, of which one would be judged by the dots of all', () => {
    const why = 'these are 2 tokens, one on each line: authcheck validate --tokens FILE judges them';
    expect(() => triage(`${TOKEN}\n${TOKEN}\n`)).toThrow(why);
    expect(() => triage(`${TOKEN}\r\n${TOKEN}`)).toThrow(why);
    expect(triage(`${TOKEN}\nx`).token).toBe(`${TOKEN}\nx`);
  });
});

it('is told to GitHub’s runner as that reads it, on stderr, and to nobody else', () => {
  const mask = (token: string, env: Readonly<Record<string, string>>): readonly string[] => {
    const { io, stdout, stderr } = record({ env });
    maskToken(token, io);
    return [stdout(), stderr()];
  };
  expect(mask('opaque%0Atoken', { GITHUB_ACTIONS: 'true' })).toEqual(['', '::add-mask::opaque%250Atoken\n']);
  expect(mask('opaque-token', {})).toEqual(['', '']);
  // Whatever is this short is a part of other words.
  expect(mask('seven77', { GITHUB_ACTIONS: 'true' })).toEqual(['', '']);
});
