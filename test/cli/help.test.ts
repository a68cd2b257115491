import { beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.js';
import { buildProgram, COMMAND_NAMES, listCommands } from '../../src/cli/tree.js';
import { record } from './recorder.js';

async function say(args: readonly string[], columns = 80): Promise<string> {
  const { io, stdout } = record({ columns });
  expect(await main(args, io), args.join(' ')).toBe(0);
  return stdout();
}

/** The words of every command, such as ["config", "check"]; none for the program. */
const paths: string[][] = [[]];
const helps = new Map<string, string>();

beforeAll(async () => {
  for (const name of COMMAND_NAMES) {
    const program = await buildProgram(name, () => Promise.resolve(), record().io);
    for (const top of program.commands.filter((command) => command.name() === name)) {
      for (const command of listCommands(top)) paths.push(command === top ? [name] : [name, command.name()]);
    }
  }
  for (const path of paths) helps.set(path.join(' '), await say([...path, '--help']));
});

describe('the help of every command', () => {
  it('is found', () => {
    expect(paths.length).toBeGreaterThan(COMMAND_NAMES.length + 4);
    for (const path of ['', 'validate', 'config', 'config check', 'jwks generate'])
      expect(helps.has(path), path).toBe(true);
  });

  it('begins with an example of it, whose flags exist', () => {
    for (const [path, help] of helps) {
      const example = /^Example:\n((?: {2}authcheck .*\n)+)\nUsage: /.exec(help)?.[1] ?? '';
      expect(example, path).not.toBe('');
      for (const line of example.trimEnd().split('\n')) {
        expect(line.startsWith(`  authcheck ${path}`), line).toBe(true);
        // The program’s own example is that of validate.
        const flags = line.match(/ --[a-z-]+/g) ?? [];
        for (const flag of flags) expect(helps.get(path === '' ? 'validate' : path) ?? '', path).toContain(flag);
      }
    }
  });

  it('says with which codes it exits', () => {
    // Of `config`, the commands below it do.
    for (const [path, help] of helps) if (path !== 'config') expect(help, path).toContain('\nExit codes: 0 ');
  });

  it('is what help says too', async () => {
    for (const path of paths) expect(await say(['help', ...path])).toBe(helps.get(path.join(' ')));
  });

  it('fits 80 columns, but for examples, which are copied', () => {
    for (const [path, help] of helps) {
      for (const line of help.split('\n'))
        if (!line.startsWith('  authcheck ')) expect(line.length, `${path}: ${line}`).toBeLessThanOrEqual(80);
    }
  });

  it('has one line for what is wide, and none that is endless', async () => {
    const wide = await say(['validate', '--help'], 300);
    expect(wide).toContain('else AUTHCHECK_CONFIG, else searched upward\n');
    expect(Math.max(...wide.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  });

  it('shows its own flags first, and last those about output', () => {
    const headings = (path: string): string[] =>
      [...(helps.get(path) ?? '').matchAll(/^([A-Z][a-z ]+):$/gm)].map(([, heading = '']) => heading);
    expect(headings('can')).toEqual([
      ...['Example', 'Arguments', 'Options', 'Config and token', 'Without a config file', 'Clock', 'Request', 'Output'],
    ]);
    expect(headings('mint')).toEqual(['Example', 'Options', 'Output']);
    expect(headings('config')).toEqual(['Example', 'Options', 'Commands']);
    expect(headings('')).toEqual(['Example', 'Options', 'Commands']);
    for (const [path, help] of helps) expect(help.match(/^ {2}-h, --help {2,}print help$/gm), path).toHaveLength(1);
  });

  it('has no word that a line break tears from its exit code', () => {
    expect(helps.get('')).toMatch(/Exit codes: 0 accepted · 1 rejected .* · 70 a bug · 130 interrupted\n/s);
    for (const [path, help] of helps) expect(help, path).not.toMatch(/· \d+\n/);
  });
});

describe('help', () => {
  it('of what is no command says so', async () => {
    const { io, stdout, stderr } = record();
    expect(await main(['help', 'validat'], io)).toBe(2);
    expect(stdout()).toBe('');
    expect(stderr()).toContain('did you mean validate?');
  });
});
