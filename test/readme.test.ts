// README stays true: its commands exist with the flags that it names, its config places are searched, its links lead somewhere.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { BIN, run, start } from './e2e/program.js';

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

  test('says how the program comes onto the PATH before it is called', () => {
    const [before = ''] = readme.split(/^\$ authcheck /m);
    expect(before).toContain('`npm install -g .`');
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

/** What the demo's issuer prints to type first. */
async function startDemo(): Promise<string[]> {
  const child = start(['demo', '--keep']);
  onTestFinished(async () => {
    child.kill();
    await once(child, 'exit');
  });
  let text = '';
  for await (const part of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    text += String(part);
    if (text.includes('# for example')) break;
  }
  return text.split('\n').filter((line) => line.startsWith('export '));
}

/** A command of README and the output that it shows; "" where it shows none. */
interface Shown {
  readonly line: string;
  readonly output: string;
}

function listShown(section: string): Shown[] {
  const blocks = [...section.matchAll(/^```console\n([^]*?)^```/gm)].map(([, block = '']) => block);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((part) => ({ line: part.split('\n', 1).join(), output: part.slice(part.indexOf('\n') + 1) })),
  );
}

/** An output without what is another each time: ports, keys and times, and where their length breaks lines. */
function steady(output: string): string {
  return output
    .replace(/127\.0\.0\.1:\d+/g, 'HOST')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, 'DATE')
    .replace(/\b1[789]\d{8}\b/g, 'TIME')
    .replace(/(?<![\w-])[\w-]{43}(?![\w-])/g, 'THUMBPRINT')
    .replaceAll(/\s+/g, ' ')
    .replace(/\b\d+ (?:day|hour|minute|second)s?(?: \d+ (?:hour|minute|second)s?)?\b/g, 'SPAN')
    .trim();
}

test('README: what is to be tried by hand prints what is shown, in this order', { timeout: 240_000 }, async () => {
  const [, before = '', after = ''] = readme.split(/^## (?:A 401, solved|Try it by hand)\n/m);
  const [section = ''] = after.split('\n## ');
  const folder = mkdtempSync(join(tmpdir(), 'authcheck-readme-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'authcheck'), `#!/bin/sh\nexec "${process.execPath}" "${BIN}" "$@"\n`);
  chmodSync(join(folder, 'authcheck'), 0o755);
  const [, suite = ''] = /`auth\.authcheck\.yaml`:\n\n```yaml\n([^]*?)```/.exec(section) ?? [];
  writeFileSync(join(folder, 'auth.authcheck.yaml'), suite);
  const exported = await startDemo();
  const [, demoFile = ''] = /AUTHCHECK_CONFIG='([^']+)'/.exec(exported.join()) ?? [];
  // The config of one server with one provider, as most have it.
  const [, provider = ''] = /^ {2}jwt:\n((?: {4}.*\n)+)/m.exec(readFileSync(demoFile, 'utf8')) ?? [];
  writeFileSync(join(folder, 'run.yaml'), `server:\n  auth:\n    provider_config:\n${provider.replace(/^/gm, '  ')}`);
  // What needs the network, never ends, or is for the shell of a user.
  const tried = listShown(after).filter(({ line }) => !/\.example\b|--watch|^man |completion|serve/.test(line));
  expect(tried.length).toBeGreaterThan(20);
  const all = [...listShown(before), ...tried];
  const script = [
    ...exported,
    'export TOKEN="$WRONG"',
    ...all.map(({ line }, at) => `{ ${line}\n} > out${at} 2>&1; echo $?`),
  ];
  const env = { PATH: `${folder}${delimiter}${process.env.PATH ?? ''}`, HOME: folder };
  const { stdout } = await promisify(execFile)('sh', ['-c', script.join('\n')], { cwd: folder, env });
  const codes = stdout.trim().split('\n').map(Number);
  expect(all.map(({ line }, at) => `${String(codes[at])}: ${line}`)).toEqual(
    all.map(({ line }, at) => `${at === 0 || line.startsWith('authcheck diff') ? 1 : 0}: ${line}`),
  );
  const shown = [...all.entries()].filter(([, { output }]) => output.trim() !== '');
  expect(shown.length).toBeGreaterThan(5);
  for (const [at, { line, output }] of shown)
    expect(steady(readFileSync(join(folder, `out${at}`), 'utf8')), line).toBe(steady(output));
});
