// README stays true: its commands exist with the flags that it names, its config places are searched, its links lead somewhere.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { run } from './e2e/program.js';

const root = resolve(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

const commands = [...readme.matchAll(/(?:npx |\$ )authcheck ([^\n#|>`]*)/g)].map(([, args = '']) => args);

/** The help of a command, by its words: "config check". */
const helps = new Map<string, string>();

beforeAll(async () => {
  const { stdout } = await run(['--help']);
  const names = [...stdout.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name = '']) => name);
  await Promise.all(names.map((name) => collect([name])));
});

async function collect(words: readonly string[]): Promise<void> {
  const { stdout: help } = await run([...words, '--help']);
  helps.set(words.join(' '), help);
  const [, list = ''] = help.split(/^Commands:$/m);
  const nested = [...list.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = '']) => name);
  await Promise.all(nested.filter((name) => name !== 'help').map((name) => collect([...words, name])));
}

describe('README', () => {
  test('names commands and flags that exist', () => {
    expect(commands.length).toBeGreaterThan(8);
    for (const args of commands) {
      const [first = '', second = ''] = args.split(' ');
      const help = helps.get(first.startsWith('-') ? 'validate' : `${first} ${second}`) ?? helps.get(first);
      expect(help, args).toBeDefined();
      for (const flag of args.match(/--[a-z-]+/g) ?? []) expect(help, args).toContain(flag);
    }
  });

  test('names no other flags', () => {
    const all = [...helps.values()].join('\n');
    for (const [flag] of readme.matchAll(/(?<=`)--[a-z-]+/g)) expect(all).toContain(flag);
  });

  test('links to files that exist', () => {
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(2);
    for (const link of links) expect(existsSync(join(root, link)), link).toBe(true);
  });

  test('imports what the library exports', async () => {
    const library: object = await import('../src/index.js');
    const names = [...readme.matchAll(/import \{ ([^}]+) \} from 'authcheck'/g)].flatMap(([, list = '']) =>
      list.split(', '),
    );
    expect(names.length).toBeGreaterThan(1);
    for (const name of names) expect(library).toHaveProperty(name);
  });
});
