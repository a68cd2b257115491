/** The tree of commands, each of which is loaded only when it is asked for. */

import { Command } from 'commander';
import { layOut } from './help.js';
import type { Io, Run } from './io.js';
import { readVersion } from './version.js';

interface CommandEntry {
  readonly summary: string;
  readonly define: () => Promise<(run: Run) => Command>;
}

/** The commands, each loaded when it is asked for. */
const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  validate: {
    summary: 'say who a token is, or every reason why the server refuses it',
    define: async () => (await import('./commands/validate.js')).defineValidate,
  },
  decode: {
    summary: 'show what a token says, verifying nothing',
    define: async () => (await import('./commands/decode.js')).defineDecode,
  },
  jwks: {
    summary: 'list the keys of the issuer, and which one a token would use',
    define: async () => (await import('./commands/jwks.js')).defineJwks,
  },
  introspect: {
    summary: 'ask the introspection endpoint of the config about a token',
    define: async () => (await import('./commands/introspect.js')).defineIntrospect,
  },
  map: {
    summary: 'show what the claims mapping makes of a token’s claims',
    define: async () => (await import('./commands/map.js')).defineMap,
  },
  can: {
    summary: 'say whether a user may do something, and which rule of the config decides',
    define: async () => (await import('./commands/can.js')).defineCan,
  },
  diff: {
    summary: 'show what changes for a token under another config or provider, or with another token',
    define: async () => (await import('./commands/diff.js')).defineDiff,
  },
  parity: {
    summary: 'ask a live server about the token too, and compare: is its config this one?',
    define: async () => (await import('./commands/parity.js')).defineParity,
  },
  test: {
    summary: 'run tests of an auth config: tokens or claims, and what the server must make of them',
    define: async () => (await import('./commands/test.js')).defineTest,
  },
  config: {
    summary: 'check, show or write the server’s config',
    define: async () => (await import('./commands/config.js')).defineConfig,
  },
  serve: {
    summary: 'answer for gateways (/auth) and for servers with a custom provider (/validate)',
    define: async () => (await import('./commands/serve.js')).defineServe,
  },
  mint: {
    summary: 'make a token for trying a config, signed by a throwaway key or your own',
    define: async () => (await import('./commands/mint.js')).defineMint,
  },
  fixture: {
    summary: 'make a token that may be shared: other names, other keys, the same verdict',
    define: async () => (await import('./commands/fixture.js')).defineFixture,
  },
  schema: {
    summary: 'print the JSON Schema of the config, of tests, or of the verdict',
    define: async () => (await import('./commands/schema.js')).defineSchema,
  },
  completion: {
    summary: 'print a script that makes your shell complete commands, flags and values',
    define: async () => (await import('./commands/completion.js')).defineCompletion,
  },
  demo: {
    summary: 'see it work: an embedded issuer, five tokens, the real output',
    define: async () => (await import('./commands/demo.js')).defineDemo,
  },
};

const EXAMPLES = `Example:
  authcheck --config run.yaml --token "$TOKEN"
`;

const FOOTER = `
Without a command, a token is validated. A token comes from --token, --token-file, standard input, or AUTHCHECK_TOKEN.

Exit codes: 0 accepted · 1 rejected · 2 usage, config or unreadable input · 3 undecided · 70 a bug · 130 interrupted`;

/** The names of the commands. */
export const COMMAND_NAMES: readonly string[] = Object.keys(COMMANDS);

/** Commands that stand below others, by their own names. */
export const NESTED: ReadonlyMap<string, string> = new Map([
  ['check', 'config check'],
  ['show', 'config show'],
  ['init', 'config init'],
  ['generate', 'jwks generate'],
]);

/** Builds the program with one command, loaded; without a name, with the summaries of all. */
export async function buildProgram(name: string | null, run: Run, io: Io): Promise<Command> {
  const program = new Command('authcheck')
    .description('Tells you, before your server does, who a bearer token is and why it is refused.')
    .version(readVersion(), '-V, --version', 'print the version')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', FOOTER)
    .usage('[command] [options]')
    .enablePositionalOptions();
  const entry = name === null ? undefined : COMMANDS[name];
  if (entry !== undefined) program.addCommand((await entry.define())(run).description(entry.summary));
  for (const command of listCommands(program)) layOut(command, io);
  // What is only listed says nothing, and needs no laying out.
  if (entry === undefined)
    for (const [key, { summary }] of Object.entries(COMMANDS))
      program.addCommand(new Command(key).description(summary));
  return program;
}

/** A command and all below it, from the top down. */
export function listCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(listCommands)];
}
