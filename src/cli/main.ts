/** argv → exit code: picks the command, loads only that one, and maps errors to exit codes in one place. */

import { Command, CommanderError } from 'commander';
import { AuthcheckError, ConfigError, createRedactor, nearestName, REDACTED } from '../index.js';
import { EXIT, exitCodeOfError } from './exit-code.js';
import type { Io } from './io.js';
import { formatError } from './render/findings.js';
import { formatJson } from './render/json.js';
import { createStyle } from './render/style.js';
import { readVersion } from './version.js';

type Run = (task: (io: Io) => Promise<number>) => Promise<void>;

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
  config: {
    summary: 'check, show or write the server’s config',
    define: async () => (await import('./commands/config.js')).defineConfig,
  },
  serve: {
    summary: 'answer for gateways (/auth) and for servers with a custom provider (/validate)',
    define: async () => (await import('./commands/serve.js')).defineServe,
  },
  mint: {
    summary: 'make a token for trying a config',
    define: async () => (await import('./commands/mint.js')).defineMint,
  },
  schema: {
    summary: 'print the JSON Schema of the config, of tests, or of the verdict',
    define: async () => (await import('./commands/schema.js')).defineSchema,
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

/** Runs one command line; never throws. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let code: number = EXIT.ok;
  const run: Run = async (task) => {
    code = await task(io);
  };
  try {
    if (argv.length === 0 && !io.stdin.isPiped && (io.env.AUTHCHECK_TOKEN ?? '') === '')
      return await main(['--help'], io);
    const name = pickCommand(argv);
    const program = await buildProgram(name, run, io);
    const args = name === null || argv[0] === name ? [...argv] : [name, ...argv];
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    return reportError(error, argv, io);
  }
}

/**
 * The command that the arguments name: the first that is one; `validate` where there is only a token or its flags.
 *
 * @throws {AuthcheckError} `usage_invalid` for a word that is no command and no token.
 */
function pickCommand(argv: readonly string[]): string | null {
  const [first] = argv;
  if (first === undefined) return 'validate';
  if (first === 'help') return null;
  if (Object.hasOwn(COMMANDS, first)) return first;
  if (first.startsWith('-') && first !== '-') {
    const own = ['-h', '--help', '-V', '--version'];
    return own.includes(first) ? null : 'validate';
  }
  if (!/^[a-z][a-z-]{0,19}$/.test(first)) return 'validate';
  const near = nearestName(first, Object.keys(COMMANDS));
  // A word that resembles no command may be a secret, and is not repeated.
  const said = near === null ? 'such command; see authcheck --help' : `command ${first}; did you mean ${near}?`;
  throw new AuthcheckError('usage_invalid', `there is no ${said}`);
}

async function buildProgram(name: string | null, run: Run, io: Io): Promise<Command> {
  const program = new Command('authcheck')
    .description('Tells you, before your server does, who a bearer token is and why it is refused.')
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('beforeAll', name === null ? EXAMPLES : '')
    .addHelpText('after', FOOTER)
    .usage('[command] [options]')
    .enablePositionalOptions();
  for (const [key, entry] of Object.entries(COMMANDS)) {
    const wanted = key === name;
    program.addCommand(wanted ? (await entry.define())(run) : summarize(key, entry, run));
  }
  const commands = [program, ...program.commands];
  for (const command of [...commands, ...commands.slice(1).flatMap((group) => group.commands)]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: () => undefined,
      getOutHelpWidth: () => Math.min(io.stdout.columns ?? 80, 120),
      getErrHelpWidth: () => Math.min(io.stderr.columns ?? 80, 120),
    });
  }
  return program;
}

/** A command by name and summary only; `help NAME` loads the rest. */
function summarize(name: string, entry: CommandEntry, run: Run): Command {
  const command = new Command(name).summary(entry.summary).description(entry.summary);
  return command.action(() => run(() => Promise.resolve(EXIT.ok)));
}

/** Says what went wrong, in the format that was asked for. */
function reportError(error: unknown, argv: readonly string[], io: Io): number {
  const asJson = wantsJson(argv);
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok;
    const message = error.message.replace(/^error: /, '').replace(/\s+/g, ' ');
    const late = !Object.hasOwn(COMMANDS, argv[0] ?? '') && argv.some((word) => Object.hasOwn(COMMANDS, word));
    const hint = late ? '; the command comes first, its flags after it' : '';
    const cause = new AuthcheckError('usage_invalid', hideValues(message, argv) + hint, { cause: error });
    return reportError(cause, argv, io);
  }
  if (error instanceof AuthcheckError) {
    if (asJson) io.stdout.write(formatJson({ error: describeError(error) }));
    else io.stderr.write(formatError(error, createStyle(io.stderr, io.env, colorFlag(argv))));
    return exitCodeOfError(error);
  }
  return reportBug(error, argv, io);
}

function describeError(error: AuthcheckError): object {
  return {
    code: error.code,
    message: error.message,
    ...(error.position === null ? {} : { position: error.position }),
    ...(error instanceof ConfigError ? { findings: error.findings } : {}),
  };
}

/** Reports an error that should not exist. What it says may hold anything, so secrets are replaced. */
export function reportBug(error: unknown, argv: readonly string[], io: Io): number {
  const given = argv.flatMap((argument) => [argument, ...valueOf(argument).split(/\s+/)]);
  const replace = createRedactor([...given.filter((text) => !/^--?[a-z-]+$/.test(text)), io.env.AUTHCHECK_TOKEN]);
  const redact = (text: string): string => replace(text).replace(/\b(?:eyJ|gh[a-z]_|github_pat_)[\w.-]+/g, REDACTED);
  const name = error instanceof Error ? `${error.name}: ${error.message}` : 'something that is no error was thrown';
  const message = redact(name.split('\n')[0] ?? '');
  const debug = argv.includes('--debug');
  if (wantsJson(argv)) io.stdout.write(formatJson({ error: { code: 'internal', message } }));
  const hint = debug ? '' : '; --debug shows the stack';
  const style = createStyle(io.stderr, io.env, colorFlag(argv));
  io.stderr.write(`${style.bad('bug')}  ${style.plain(`this is a bug in authcheck: ${message}${hint}`)}\n`);
  if (debug && error instanceof Error) {
    for (const line of redact(error.stack ?? '').split('\n')) io.stderr.write(`${style.dim(line)}\n`);
  }
  return EXIT.bug;
}

function wantsJson(argv: readonly string[]): boolean {
  return argv.includes('--json') || /(?:^| )--format[= ]json(?: |$)/.test(argv.join(' '));
}

function colorFlag(argv: readonly string[]): boolean | undefined {
  if (argv.includes('--no-color')) return false;
  return argv.includes('--color') ? true : undefined;
}

/** What an argument says beside the name of a flag. */
function valueOf(argument: string): string {
  return argument.startsWith('-') ? argument.split('=').slice(1).join('=') : argument;
}

/** Commander quotes what it does not understand; that may be a secret, so only the names of flags stay. */
function hideValues(message: string, argv: readonly string[]): string {
  const known = argv.map(valueOf).filter((value) => value !== '' && !Object.hasOwn(COMMANDS, value));
  return known.reduce(
    (text, value) => text.replaceAll(`'${value}'`, 'that was given').replaceAll(`=${value}`, ''),
    message,
  );
}
