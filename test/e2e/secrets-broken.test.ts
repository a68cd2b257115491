// Secrets beside mistakes: in flags, in configs that cannot be read, in a program that breaks, in the list of processes.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { main } from '../../src/cli/main.js';
import { buildProgram, COMMAND_NAMES, listCommands } from '../../src/cli/tree.js';
import { record } from '../cli/recorder.js';
import { expectNoSecret, MARKED, startMarkedWorld, type MarkedWorld } from './marked.js';
import { run, start } from './program.js';

let world: MarkedWorld;
beforeAll(async () => {
  world = await startMarkedWorld();
});
afterAll(() => world.close());

describe('a config that is broken beside its secret', () => {
  const SECRET = 'MARKED-secret-0123456789';
  const rest = `  type: oauth2_token\n  audience: api\n  jwks: {uri: "https://idp.example/jwks"}\n`;
  const introspection = (line: string): string =>
    `provider_config:\n  type: oauth2_token\n  audience: api\n  introspection:\n    url: https://idp.example\n    client_id: a\n    ${line}\n`;

  test.each([
    ['a quote that is not closed', introspection(`client_secret: "${SECRET}`)],
    ['a quote too many', introspection(`client_secret: '${SECRET}''`)],
    ['text behind the quotes', introspection(`client_secret: "x" ${SECRET}`)],
    ['a colon inside', introspection(`client_secret: ${SECRET}: ${SECRET}`)],
    ['no space after the colon', introspection(`client_secret:${SECRET}`)],
    [
      'no space after the colon, in braces',
      `provider_config: {type: custom, endpoint: "https://a", token:${SECRET}}\n`,
    ],
    ['an equals sign in braces', `provider_config: {type: custom, endpoint: "https://a", token=${SECRET}}\n`],
    ['white space in braces', `provider_config: {type: custom, endpoint: "https://a", token ${SECRET}}\n`],
    ['an equals sign', introspection(`client_secret=${SECRET}`)],
    ['a tab', introspection(`\tclient_secret: ${SECRET}`)],
    ['a tag', introspection(`client_secret: !${SECRET}`)],
    ['an alias', introspection(`client_secret: *${SECRET}`)],
    ['an anchor twice', introspection(`client_secret: &${SECRET} &${SECRET} x`)],
    ['a reserved letter', introspection(`client_secret: @${SECRET}`)],
    ['a directive', `%${SECRET}\n---\n${introspection('')}`],
    ['an escape that is none', introspection(`client_secret: "\\q${SECRET}"`)],
    ['twice', introspection(`client_secret: ${SECRET}\n    client_secret: ${SECRET}`)],
    ['as a key, twice', introspection(`${SECRET}: 1\n    ${SECRET}: 2`)],
    ['as a list', introspection(`client_secret: [${SECRET}]`)],
    ['as a mapping', introspection(`client_secret: {${SECRET}: ${SECRET}}`)],
    ['under the wrong name', `provider_config:\n${rest}  client_secrt: ${SECRET}\n`],
    [
      'in the place of a mapping',
      `provider_config:\n  type: oauth2_token\n  audience: api\n  introspection: ${SECRET}\n`,
    ],
    ['in the place of a URL', `provider_config:\n  type: oauth2_token\n  audience: api\n  jwks: {uri: ${SECRET}}\n`],
    ['in a URL that is none', `provider_config: {type: custom, endpoint: "https://u:${SECRET}@[::bad/"}\n`],
    ['in the place of true', `provider_config:\n${rest}  verify_tls: ${SECRET}\n`],
    ['in a list of algorithms', `provider_config:\n${rest}  algorithms: [${SECRET}]\n`],
    ['in the URL of Redis', `provider_config:\n${rest}  cache: {redis_url: "redis:/:${SECRET}@host"}\n`],
    ['as the default provider', `default: ${SECRET}\nproviders: {a: {type: custom, endpoint: "https://a"}}\n`],
    ['as a type', `provider_config: {type: ${SECRET}}\n`],
    ['in a variable that is not closed', introspection(`client_secret: "\${env.${SECRET}"`)],
    ['in a default that is not closed', introspection(`client_secret: "\${env.A:=${SECRET}"`)],
    ['in a rule', `provider_config:\n${rest}access_policy:\n  - permit: {actions: [${SECRET}]}\n`],
    ['alone', SECRET],
    ['in JSON that breaks off', `{"provider_config": {"type": "custom", "endpoint": "https://u:${SECRET}`],
    ['behind JSON', `{"provider_config": {"type": "custom", "endpoint": "https://a"}} ${SECRET}`],
  ])('%s', async (_name, text) => {
    const file = world.give('broken.yaml', text);
    const lines = [
      ['validate', '--config', file, '--token', MARKED.opaque],
      ['config', 'show', file],
      ['mint', '--config', file],
      ['config', 'check', file, '--fail-on', 'hint'],
      ['config', 'check', file, '--format', 'github', '--fail-on', 'hint'],
      ['config', 'check', file, '--format', 'sarif', '--fail-on', 'hint'],
    ];
    for (const line of lines) {
      for (const more of [[], ['--json']]) {
        const { io, stdout, stderr } = record({ cwd: world.folder() });
        const code = await main([...line, ...more], io);
        const said = stdout() + stderr();
        expect(said.length, line.join(' ')).toBeGreaterThan(20);
        expect([0, 1, 2, 3], said).toContain(code);
        expectNoSecret(said, [SECRET], line.join(' '));
      }
    }
  });
});

/** A secret as the value of every flag that takes one, and where no value belongs. */
function misuse(command: Command, words: readonly string[], secret: string): string[][] {
  const flags = command.options.filter(({ required, optional }) => required || optional).map(({ long }) => long ?? '');
  return [
    ...flags.map((flag) => [...words, flag, secret]),
    ...flags.map((flag) => [...words, `${flag}${secret}`]),
    [...words, `--tokne=${secret}`],
    [...words, `-${secret}`],
    [...words, 'x', secret, secret, secret],
  ];
}

describe('a secret in the wrong flag', () => {
  test.each(COMMAND_NAMES)('%s', { timeout: 60_000 }, async (name) => {
    const program = await buildProgram(name, () => Promise.resolve(), record().io);
    const inUse = new URL(world.origin).port;
    let refused = 0;
    for (const command of program.commands.flatMap(listCommands)) {
      const words = command.parent === program ? [name] : [name, command.name()];
      // A service that could start would not end.
      const busy = name === 'serve' ? ['--port', inUse] : [];
      for (const secret of [MARKED.opaque, world.token]) {
        for (const line of misuse(command, [...words, ...busy], secret)) {
          const { io, stdout, stderr } = record({
            cwd: world.folder(),
            env: { AUTHCHECK_CONFIG: world.file('run.json'), ...world.env },
          });
          const code = await main(line, io);
          if (code !== 2) continue;
          refused += 1;
          expect(stdout() + stderr(), line.join(' ')).not.toBe('');
          expectNoSecret(stdout() + stderr(), [secret], line.join(' '));
        }
      }
    }
    expect(refused).toBeGreaterThan(5);
  });

  test.each(COMMAND_NAMES)('%s, as a process', { timeout: 60_000 }, async (name) => {
    const { stdout, stderr, code } = await run([name, `--tokne=${MARKED.opaque}`, '--json'], { cwd: world.folder() });
    expect([code, stdout + stderr], name).toEqual([2, expect.stringContaining('usage_invalid')]);
    expectNoSecret(stdout + stderr, world.secrets, name);
  });
});

describe('a program that breaks', () => {
  /** Loaded before the program: its own words break, and say what they were given. */
  const preload = (what: string): Readonly<Record<string, string>> => {
    const text = `import { syncBuiltinESMExports } from 'node:module';\nimport crypto from 'node:crypto';\n${what}\nsyncBuiltinESMExports();\n`;
    const file = world.give(`break-${what.length}.mjs`, text);
    return { NODE_OPTIONS: `--import=${pathToFileURL(file).href}` };
  };
  const HASH = 'crypto.hash = (_, text) => { throw new TypeError(`cannot hash ${text}\\n    at ${text}`); };';
  const URLS =
    'Object.defineProperty(URL.prototype, "hostname", { get() { if (this.host) throw new RangeError(this.href); return ""; } });';
  const SIGN =
    'crypto.sign = (_, data, key) => { throw new Error(data + JSON.stringify(key.key?.export({ format: "jwk" }) ?? key.export({ format: "jwk" }))); };';

  test.each([
    ['with a token', HASH, 'validate --config {run.json} --provider custom --token-file {opaque.txt}', 'TypeError'],
    ['with a token of the environment', HASH, 'validate --config {run.json} --provider custom', 'TypeError'],
    ['with the URLs of a config', URLS, 'config show {run.json}', 'RangeError'],
    ['with a config and a token', URLS, 'validate --config {run.json} -', 'RangeError'],
    ['with a private key', SIGN, 'mint --key {key.pem}', 'Error'],
  ])('%s', { timeout: 60_000 }, async (_name, what, line, kind) => {
    const args = line.split(' ').map((word) => word.replace(/\{([\w.]+)\}/, (_, name: string) => world.file(name)));
    const env = { ...world.env, ...preload(what), AUTHCHECK_TOKEN: MARKED.opaque };
    const trials = [['--json'], ['--debug']].map(async (more) => {
      const { stdout, stderr, code } = await run([...args, ...more], {
        env,
        stdin: line.endsWith(' -') ? MARKED.opaque : '',
      });
      expect([code, stderr]).toEqual([70, expect.stringContaining(`this is a bug in authcheck: ${kind}`)]);
      if (more.includes('--debug')) expect(stderr).toContain('    at ');
      expectNoSecret(stdout + stderr, world.secrets, line);
    });
    await Promise.all(trials);
  });
});

test.each(['stdout', 'stderr'] as const)('nobody reads %s: the other one tells no secret', async (name) => {
  const args = [
    'validate',
    '--config',
    world.file('run.json'),
    '--all-providers',
    '--verbose',
    '--token',
    MARKED.opaque,
  ];
  const child = start(args, { cwd: world.folder(), env: world.env });
  let said = '';
  child[name === 'stdout' ? 'stderr' : 'stdout'].setEncoding('utf8').on('data', (text: string) => (said += text));
  child[name].destroy();
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
  expect(said).toContain(name === 'stdout' ? 'Bearer [redacted]' : 'bob');
  expectNoSecret(said, world.secrets, name);
});

describe.skipIf(!existsSync('/proc/self/cmdline'))('the list of processes', () => {
  test.each([
    ['a file', ['--token-file', '{token.txt}'], '', {}],
    ['standard input', ['-'], '$TOKEN', {}],
    ['the environment', [], '', { AUTHCHECK_TOKEN: '$TOKEN' }],
    ['the command line', ['--token', '$TOKEN'], '', {}],
  ])('does not show a token from %s', async (_name, args, stdin, env) => {
    const fill = (text: string): string =>
      text.replace('$TOKEN', world.token).replace('{token.txt}', world.file('token.txt'));
    const child = start(['validate', '--jwks', `${world.origin}/hang`, ...args.map(fill)], {
      cwd: world.folder(),
      stdin: fill(stdin),
      env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)])),
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const before = world.hanging();
    await expect.poll(() => world.hanging(), { timeout: 15_000 }).toBeGreaterThan(before);
    const folder = `/proc/${child.pid ?? ''}`;
    const shown = ['cmdline', 'comm', 'status'].map((name) => readFileSync(join(folder, name), 'utf8'));
    expect(shown.join()).toContain('authcheck');
    expectNoSecret(shown.join(), world.secrets, 'the list of processes');
  });
});
