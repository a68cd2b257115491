import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLine, SHELLS } from '../../src/cli/shell.js';

const BREAKS = ' \t\n"\'><=;|&(:';

/** What is offered to a shell where nothing was typed yet. */
function written(shell: (typeof SHELLS)[number], value: string): string | null {
  return readLine(shell, ['authcheck', ''], BREAKS).write(value);
}

/** What bash makes of the words of a command line; nothing may happen but that they are printed. */
function readByBash(words: readonly string[]): string[] {
  const { stdout, stderr, status } = spawnSync(
    'bash',
    ['--norc', '--noprofile', '-c', `PATH=/nonexistent; builtin printf '%s\\0' ${words.join(' ')}`],
    { encoding: 'utf8', cwd: '/', env: { PATH: process.env.PATH ?? '' } },
  );
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout.split('\0').slice(0, -1);
}

const HOSTILE = [
  ...[
    '$(touch /tmp/pwned)',
    '`id`',
    '; id',
    '&& id',
    '| id',
    '> /tmp/x',
    '${HOME}',
    '$HOME',
    '~',
    '~root',
    '*',
    '?',
    '[a]',
  ],
  ...[
    '{a,b}',
    '!!',
    '!$',
    "'; id; '",
    '"$(id)"',
    '\\',
    'a\\',
    '#x',
    '-rf',
    '--config=x',
    'a b',
    ' a ',
    '%s',
    '=ls',
    '(a)',
    '^a',
  ],
];

const value = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.string({ unit: fc.constantFrom(...'$(`\'"\\!{}*?~;&|<> \t\na=#:'), maxLength: 10 }),
);

describe('a value offered to bash', () => {
  it('is one word, and the value itself, whatever it is', () => {
    expect(readByBash(HOSTILE.map((one) => written('bash', one) ?? 'missing'))).toEqual(HOSTILE);
    fc.assert(
      fc.property(fc.array(value, { minLength: 60, maxLength: 60 }), (values) => {
        const offered = values.filter((one) => written('bash', one) !== null);
        expect(readByBash(offered.map((one) => written('bash', one) ?? ''))).toEqual(offered);
      }),
      { numRuns: 25 },
    );
  });

  it('is what remains behind the character at which bash takes words apart', () => {
    const write = (words: readonly string[], one: string): string | null =>
      readLine('bash', ['authcheck', ...words], BREAKS).write(one);
    expect(write(['--kid', 'a', ':'], 'a:b')).toBe('b');
    expect(write(['--kid', 'a', ':', 'b'], 'a:b$')).toBe('b\\$');
    expect(write(['--format', '=', 'js'], '--format=json')).toBe('json');
    expect(write(['my\\ a', ':', ''], 'my a:b')).toBe('my\\ a:b');
    expect(write(['\\', ':'], 'x:b')).toBe(null);
    expect(readLine('bash', ['authcheck', '--kid', 'a:'], ' \n').write('a:b')).toBe('a:b');
  });

  it('is not offered inside of quotes, where other rules hold', () => {
    for (const typed of ['"a', "'a", '$a', '`a', 'a"']) {
      expect(readLine('bash', ['authcheck', typed], BREAKS).write('abc')).toBe(null);
    }
    expect(readLine('bash', ['authcheck', '\\$'], BREAKS).write('$a')).toBe('\\$a');
  });
});

describe('a value offered to PowerShell', () => {
  it('is a bare word of harmless characters, or one string in single quotes', () => {
    fc.assert(
      fc.property(value, (one) => {
        const text = written('powershell', one);
        if (text === null) return;
        expect(text).toMatch(/^(?:[\w./:=-]+|'(?:[\x20-\x26\x28-\x7e]|'')*')$/);
        const inner = text.startsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : text;
        expect(inner).toBe(one);
      }),
      { numRuns: 500 },
    );
    expect(written('powershell', '$(id)')).toBe("'$(id)'");
    expect(written('powershell', 'a’; id')).toBe(null);
  });
});

describe('in every shell', () => {
  it('nothing is offered that is invisible, breaks a line, or is endless', () => {
    for (const shell of SHELLS) {
      for (const one of [
        '',
        'a\nb',
        'a\tb',
        '\u001b[2J',
        '\u202eabc',
        'a\u200bb',
        'a\u00a0b',
        'a\u2028',
        '\ud800',
        'x'.repeat(201),
      ])
        expect(written(shell, one), JSON.stringify(one)).toBe(null);
      expect(written(shell, 'okta')).toBe('okta');
    }
    for (const shell of ['zsh', 'fish'] as const) expect(written(shell, "a 'b'")).toBe("a 'b'");
  });

  it('words are read without their quotes', () => {
    const { words, current } = readLine('zsh', ['authcheck', '--config', "my\\ 'run 1'.yaml", '"a b'], '');
    expect({ words, current }).toEqual({ words: ['--config', 'my run 1.yaml'], current: 'a b' });
    const typed = ['authcheck', "'it''s'", '"C:\\a b"', "'C:\\x"];
    expect(readLine('powershell', typed).words).toEqual(["it's", 'C:\\a b']);
    expect(readLine('powershell', typed).current).toBe('C:\\x');
  });

  it('words that bash took apart are joined', () => {
    const typed = ['authcheck', 'can', 'model', '::', 'llama', '--jwks', '=', 'a', ':', 'b', ''];
    expect(readLine('bash', typed, BREAKS).words).toEqual(['can', 'model::llama', '--jwks=a:b']);
    expect(readLine('bash', ['authcheck', '--format', '='], BREAKS).current).toBe('--format=');
    expect(readLine('zsh', ['authcheck', 'a', ':', 'b']).words).toEqual(['a', ':']);
  });
});
