import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complete } from '../../src/cli/complete.js';
import type { Io } from '../../src/cli/io.js';
import { COMMAND_NAMES } from '../../src/cli/tree.js';
import { record } from './recorder.js';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'authcheck-complete-'));
  const file = (name: string, text: string): void => {
    writeFileSync(join(folder, name), text);
  };
  file('run.yaml', 'providers:\n  okta: {type: custom}\n  "my idp": {type: "${env.NOT_SET}"}\n  "$(id)": {}\n');
  file('other.yaml', 'providers: {entra: {type: custom}}\n');
  file('.authcheckrc.yaml', 'provider_config: {type: custom, endpoint: "https://idp.example"}\n');
  file('broken.yaml', 'providers: {"');
  file('jwks.json', JSON.stringify({ keys: [{ kid: 'k1' }, { kid: 'k 2' }, { kid: 7 }, 'x', { kid: 'a\u001b[2J' }] }));
  file('key.json', JSON.stringify({ kid: 'mine', kty: 'EC' }));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function say(shell: string, typed: string, env: Io['env'] = {}): Promise<string> {
  const { io, stdout, stderr } = record({ stdin: typed, env, cwd: folder });
  expect(await complete(shell === 'bash' ? [shell, ' =:'] : [shell], io)).toBe(0);
  expect(stderr()).toBe('');
  return stdout();
}

/** The candidates for a line, its last word at the cursor; null where the shell is to complete files. */
async function offered(line: string, env: Io['env'] = {}, shell = 'zsh'): Promise<string[] | null> {
  const words = ['authcheck', ...line.split(' ')];
  const text = await say(shell, words.map((word) => `${word}\0`).join(''), env);
  if (text === 'files\n') return null;
  const [kind, ...lines] = text.trimEnd().split('\n');
  expect(kind).toBe('words');
  return lines.map((one) => one.replace(/\t.*/, ''));
}

describe('what is offered', () => {
  it('first: commands; or the flags of validate', async () => {
    expect(await offered('')).toEqual([...COMMAND_NAMES, 'help']);
    expect(await offered('co')).toEqual(COMMAND_NAMES.filter((name) => name.startsWith('co')));
    expect(await offered('--all')).toEqual(['--all-providers']);
    expect(await offered('__')).toEqual([]);
  });

  it('below a command: its commands, and after help too', async () => {
    expect(await offered('config ')).toEqual(['check', 'show', 'init']);
    expect(await offered('help config ch')).toEqual(['check']);
    expect(await offered('help ')).toContain('config');
    expect(await offered('jwks ')).toEqual(['generate']);
    expect(await offered('jwks generate --public')).toEqual(['--public-out']);
    expect(await offered('jwks https://idp.example/jwks ')).toEqual([]);
  });

  it('flags, with what they are for', async () => {
    expect(await offered('can --own')).toEqual(['--owner', '--owner-attribute']);
    expect(await offered('config check --help')).toEqual(['--help']);
    expect(await say('fish', 'authcheck\0mint\0--ki\0')).toBe(
      'words\n--kid\tthe key id (default: that of the key, else its thumbprint)\n',
    );
    expect(await offered('can -- --own')).toEqual([]);
  });

  it('values of choices, also behind an equals sign', async () => {
    expect(await offered('config check --format ')).toEqual(['text', 'json', 'sarif', 'github']);
    expect(await offered('config check --format=s')).toEqual(['--format=sarif']);
    expect(await offered('mint --alg ES')).toEqual(['ES256', 'ES384', 'ES512']);
    expect(await offered('schema ')).toContain('verdict');
    expect(await offered('schema verdict ')).toEqual([]);
    expect(await offered('completion ')).toEqual(['bash', 'zsh', 'fish', 'powershell']);
    expect(await offered('can ')).toEqual(['create', 'read', 'update', 'delete']);
    expect(await offered('can read ')).toEqual([]);
    expect(await offered('can --as alice --json re')).toEqual(['read']);
  });

  it('providers of the config that would be read, whether it can be used or not', async () => {
    expect(await offered('validate --config run.yaml --provider ')).toEqual(['okta', 'my idp', '$(id)']);
    expect(await offered('--config=run.yaml --provider=o')).toEqual(['--provider=okta']);
    expect(await offered('validate --provider ')).toEqual(['default']);
    expect(await offered('validate --provider ', { AUTHCHECK_CONFIG: 'other.yaml' })).toEqual(['entra']);
    expect(await offered('validate --config ~/run.yaml --provider o', { HOME: folder })).toEqual(['okta']);
    expect(await offered('diff --config run.yaml --against other.yaml --against-provider ')).toEqual(['entra']);
    expect(await offered('diff --config run.yaml --against-provider o')).toEqual(['okta']);
    expect(await say('powershell', 'authcheck\0--config\0run.yaml\0--provider\0\0')).toMatch(
      /^words\nokta\t.*\n'my idp'\t.*\n'\$\(id\)'\t.*\n$/,
    );
    expect(await offered('--config run.yaml --provider ', {}, 'bash')).toEqual(['okta', 'my\\ idp', '\\$\\(id\\)']);
  });

  it('key ids of the file that is named', async () => {
    expect(await offered('mint --key jwks.json --kid ')).toEqual(['k1', 'k 2']);
    expect(await offered('mint --key key.json --kid ')).toEqual(['mine']);
    expect(await offered('mint --kid ')).toEqual([]);
  });

  it('files, by the shell', async () => {
    for (const line of [
      'validate --config ',
      'validate --token-file x',
      'config check r',
      'jwks --jwks ',
      '--config=r',
    ])
      expect(await offered(line), line).toBe(null);
  });

  it('nothing for a token, nor for a text', async () => {
    for (const line of ['validate --token ', 'validate ey', 'mint --subject ', 'can --as '])
      expect(await offered(line), line).toEqual([]);
  });
});

describe('a completion', () => {
  it('says nothing where nothing can be known', async () => {
    for (const file of ['none.yaml', 'broken.yaml', 'jwks.json', '.'])
      expect(await say('zsh', `authcheck\0--config\0${file}\0--provider\0\0`)).toBe('');
    expect(await say('zsh', 'authcheck\0mint\0--key\0none.json\0--kid\0\0')).toBe('');
    for (const [shell, typed] of [
      ['tcsh', 'authcheck\0\0'],
      ['zsh', ''],
      ['zsh', 'authcheck\0'],
      ['zsh', 'no end'],
    ] as const)
      expect(await say(shell, typed)).toBe('');
  });

  it('asks nobody', async () => {
    let requests = 0;
    const server = createServer((_, response) => {
      requests += 1;
      response.end('{"keys": [{"kid": "k9"}]}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/jwks`;
    writeFileSync(join(folder, 'asks.yaml'), `type: oauth2_token\nissuer: ${url}\njwks: {uri: "${url}"}\n`);
    for (const line of [
      ...[`mint --key ${url} --kid `, `mint --config asks.yaml --kid `, `--config asks.yaml --provider `],
      ...[`--issuer ${url} --provider `, `jwks ${url} `, `config check --online asks.yaml --f`],
    ])
      await say('zsh', `authcheck\0${line.replaceAll(' ', '\0')}\0`);
    expect(requests).toBe(0);
    server.close();
  });

  it('is lines of a form, whatever was typed', async () => {
    const word = fc.oneof(
      fc.constantFrom(
        ...COMMAND_NAMES,
        'help',
        'check',
        '--config',
        '--provider',
        '--format=',
        '--',
        '-',
        '',
        '=',
        'run.yaml',
      ),
      fc.string({ maxLength: 8 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('bash', 'zsh', 'fish', 'powershell'),
        fc.array(word, { maxLength: 6 }),
        async (shell, words) => {
          const text = await say(shell, ['authcheck', ...words].map((one) => `${one.replaceAll('\0', '')}\0`).join(''));
          expect(text).toMatch(/^(?:|files\n|words\n(?:[\x20-\x7e]+\t[^\n\t]*\n)*)$/);
        },
      ),
      { numRuns: 200 },
    );
  });
});
