// The script of bash in a real bash; of the others, what they hand over and how.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BIN, run } from './program.js';

const scripts = new Map<string, string>();
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'authcheck-completion-'));
  for (const shell of ['bash', 'zsh', 'fish', 'powershell']) {
    const { stdout, stderr, code } = await run(['completion', shell]);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    scripts.set(shell, stdout);
  }
  writeFileSync(join(folder, 'script.bash'), scripts.get('bash') ?? '');
  writeFileSync(join(folder, 'authcheck'), `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`, { mode: 0o755 });
  const names = [
    'okta',
    '$(touch pwned)',
    '`touch pwned`',
    '; touch pwned',
    'x\n$(touch pwned)',
    "'; touch pwned; '",
    'a:b',
  ];
  writeFileSync(
    join(folder, '.authcheckrc.json'),
    JSON.stringify({ providers: Object.fromEntries(names.map((name) => [name, {}])) }),
  );
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What bash offers for the words, and what a line with it would be; `compopt` is told of instead of done. */
function completeInBash(
  words: readonly string[],
  typed = 'authcheck',
): { readonly reply: string[]; readonly options: string } {
  const program = `
    compopt() { asked="compopt $*"; }
    source ./script.bash || exit 9
    complete -p authcheck | grep -q -- '-F _authcheck authcheck' || exit 8
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
    _authcheck
    printf '%s\\0' "\${COMPREPLY[@]}" "$asked"`;
  const { stdout, stderr, status } = spawnSync(
    'bash',
    ['--norc', '--noprofile', '-c', program, 'bash', typed, ...words],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: `${folder}:${process.env.PATH ?? ''}`, LC_ALL: 'C' },
    },
  );
  expect(status).toBe(0);
  expect(stderr).toBe('');
  const reply = stdout.split('\0').slice(0, -1);
  return { options: reply.pop() ?? '', reply };
}

describe('in bash', () => {
  it('the script is one', () => {
    const { status, stderr } = spawnSync('bash', ['-n', join(folder, 'script.bash')], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('commands, flags and values are completed', () => {
    expect(completeInBash(['val'])).toEqual({ reply: ['validate'], options: '' });
    expect(completeInBash(['config', 'ch']).reply).toEqual(['check']);
    expect(completeInBash(['config', 'check', '--fail']).reply).toEqual(['--fail-on']);
    expect(completeInBash(['config', 'check', '--format', '=', 'js']).reply).toEqual(['json']);
    expect(completeInBash(['validate', '--provider', 'a', ':']).reply).toEqual(['b']);
    expect(completeInBash(['validate', '--token', ''])).toEqual({ reply: [], options: '' });
  });

  it('files are left to bash', () => {
    expect(completeInBash(['validate', '--config', ''])).toEqual({ reply: [], options: 'compopt -o default' });
  });

  it('names in the config of somebody else run nothing, on the line or before', () => {
    const { reply } = completeInBash(['validate', '--provider', '']);
    expect(reply).toHaveLength(6);
    const line = `printf '%s\\n' ${reply.join(' ')}`;
    const { stdout } = spawnSync('bash', ['--norc', '--noprofile', '-c', line], { cwd: folder, encoding: 'utf8' });
    const names = ['okta', '$(touch pwned)', '`touch pwned`', '; touch pwned', "'; touch pwned; '", 'a:b'];
    expect(stdout.trimEnd().split('\n').sort()).toEqual(names.sort());
    expect(existsSync(join(folder, 'pwned'))).toBe(false);
  });

  it('a program of somebody else that is called authcheck is not run', () => {
    const own = join(folder, 'cloned');
    mkdirSync(own);
    writeFileSync(join(own, 'authcheck'), `#!/bin/sh\ntouch '${own}/ran'\n`, { mode: 0o755 });
    expect(completeInBash(['val'], './cloned/authcheck').reply).toEqual(['validate']);
    expect(existsSync(join(own, 'ran'))).toBe(false);
  });
});

describe('in every shell', () => {
  it('the words go over standard input, where nobody sees a token among them', () => {
    const handing: Readonly<Record<string, RegExp>> = {
      bash: /printf '%s\\0' "\$\{COMP_WORDS\[@\]:0:COMP_CWORD\+1\}" \| command authcheck __complete bash "\$COMP_WORDBREAKS" 2>\/dev\/null/,
      zsh: /printf '%s\\0' "\$\{\(@\)words\[1,CURRENT\]\}" \| command authcheck __complete zsh 2>\/dev\/null/,
      fish: /printf '%s\\0' \(commandline -opc\) "\$token" \| command authcheck __complete fish 2>\/dev\/null/,
      powershell: /\$typed \| & \$program __complete powershell 2>\$null/,
    };
    for (const [shell, script] of scripts) {
      expect(script).toMatch(handing[shell] ?? /missing/);
      expect(script.match(/__complete/g)).toHaveLength(1);
    }
  });

  it('nothing that is offered is evaluated', () => {
    for (const script of scripts.values())
      expect(script).not.toMatch(/\beval\b|Invoke-Expression|\biex\b|compgen|-Q\b/);
  });

  it('quotes and brackets are closed', () => {
    for (const [shell, script] of scripts) {
      const bare = script
        .replace(/^#.*$/gm, '')
        .replace(/\$?'[^'\n]*'/g, '')
        .replace(/"[^"\n]*"/g, '');
      expect(bare, shell).not.toMatch(/["']/);
      for (const [open, close] of ['()', '{}', '[]'])
        expect(bare.split(open ?? '').length, `${shell} ${open ?? ''}`).toBe(bare.split(close ?? '').length);
    }
    expect(scripts.get('fish')?.match(/^\s*(?:function|if)\b/gm)?.length).toBe(
      scripts.get('fish')?.match(/^\s*end$/gm)?.length,
    );
  });

  it('the command line that asks is not one for people', async () => {
    expect((await run(['--help'])).stdout).not.toContain('__complete');
    expect(await run(['__complete', 'zsh'], { stdin: '' })).toEqual({ stdout: '', stderr: '', code: 0 });
    expect(await run(['__complete'], { stdin: 'authcheck\0\0' })).toEqual({ stdout: '', stderr: '', code: 0 });
  });
});
