// README stays true: its commands exist with the flags that it names, its config places are searched, its links lead somewhere.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from './e2e/program.js';

const root = resolve(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

const commands = [...readme.matchAll(/(?:npx |\$ )authcheck ([^\n#|>`]*)/g)].map(([, args = '']) => args);

describe('README', () => {
  test('names commands and flags that exist', async () => {
    expect(commands.length).toBeGreaterThan(8);
    const asking = ['validate', 'decode', 'jwks', 'introspect', 'map', 'can', 'parity'];
    const known = [...asking, 'config', 'serve', 'schema', 'demo'];
    for (const args of commands) {
      const [first = ''] = args.split(' ');
      const command = first.startsWith('-') ? 'validate' : first;
      expect(known, args).toContain(command);
      const words = command === 'config' ? args.split(' ').slice(0, 2) : [command];
      const { stdout: help } = await run([...words, '--help']);
      for (const flag of args.match(/--[a-z-]+/g) ?? []) expect(help, args).toContain(flag);
    }
  });

  test('names flags of validate that exist', async () => {
    const { stdout: help } = await run(['validate', '--help']);
    for (const [flag] of readme.matchAll(/(?<=`)--(?!claims-file|map|keep|online|format|host)[a-z-]+/g))
      expect(help).toContain(flag);
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
