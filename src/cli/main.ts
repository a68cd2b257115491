/** argv → exit code: runs the command that they name, and maps errors to exit codes in one place. */

import { CommanderError } from 'commander';
import { AuthcheckError, ConfigError, nearestName, usageError } from '../index.js';
import { EXIT, exitCodeOfError } from './exit-code.js';
import { hideSecrets, hideValues } from './given-values.js';
import type { Io, Run } from './io.js';
import { formatError } from './render/findings.js';
import { formatJson } from './render/json.js';
import { createStyle } from './render/style.js';
import { buildProgram, COMMAND_NAMES, NESTED } from './tree.js';

const ORDER = 'the command comes first, its flags after it';

/** Runs one command line; never throws. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let code: number = EXIT.ok;
  const run: Run = async (task) => {
    code = await task(io);
  };
  try {
    if (argv.length === 0 && !io.stdin.isPiped && io.env.AUTHCHECK_TOKEN === undefined) {
      await main(['--help'], io);
      // A job whose token is missing must not pass.
      return EXIT.unusable;
    }
    if (argv[0] === '__complete') return await (await import('./complete.js')).complete(argv.slice(1), io);
    refuseEmpty(argv);
    refuseUnquoted(argv);
    const words = argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv;
    const name = pickCommand(words);
    const program = await buildProgram(name, run, io);
    const args = name === null || words[0] === name ? [...words] : [name, ...words];
    if (args[0] !== words[0]) program.hook('preAction', (_, { args: [token] }) => refuseLateCommand(token));
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    return reportError(error, argv, io);
  }
}

/**
 * Nobody writes an empty argument: a variable that is not set leaves one behind.
 *
 * @throws {AuthcheckError} `usage_invalid`.
 */
function refuseEmpty(argv: readonly string[]): void {
  const at = argv.findIndex((argument) => argument === '' || /^--[a-z-]+=$/.test(argument));
  if (at === -1) return;
  const flag = [argv[at], argv[at - 1]].find((argument) => argument?.startsWith('--') === true)?.replace(/=.*$/, '');
  throw usageError(`${flag ?? 'an argument'} is empty; is a variable not set?`);
}

/** What may stand before a token and is no flag that takes another value. */
const BEFORE_TOKENS = /^(?:-[vq]|--(?:token|verbose|quiet|json|debug|color|no-color|all-providers)?)$/;

/**
 * Without quotes, a shell makes of `Bearer TOKEN` two arguments.
 *
 * @throws {AuthcheckError} `usage_invalid`.
 */
function refuseUnquoted(argv: readonly string[]): void {
  const at = argv.findIndex((word) => /^(?:--token=)?(?:bearer|authorization:)$/i.test(word));
  const [before = '', next = '-'] = [argv[at - 1], argv[at + 1]];
  // The value of another flag may be a word like this.
  const isValue = before.startsWith('-') && !BEFORE_TOKENS.test(before);
  if (at !== -1 && !isValue && !next.startsWith('-'))
    throw usageError('put what has spaces in it into quotes: "Bearer …"');
}

/**
 * The command that the arguments name: the first that is one; `validate` where there is only a token or its flags.
 *
 * @throws {AuthcheckError} `usage_invalid` for a word that is neither a command nor a token.
 */
function pickCommand(argv: readonly string[]): string | null {
  const [first] = argv;
  if (first === undefined) return 'validate';
  if (COMMAND_NAMES.includes(first)) return first;
  if (first.startsWith('-') && first !== '-') {
    const own = ['-h', '--help', '-V', '--version'];
    return own.includes(first) ? null : 'validate';
  }
  const lower = first.toLowerCase();
  if (!/^[a-z][a-z-]{0,19}$/.test(first) && !COMMAND_NAMES.includes(lower)) return 'validate';
  const near = NESTED.get(lower) ?? nearestName(lower, COMMAND_NAMES);
  // A word that resembles no command may be a secret, and is not repeated.
  const said = near === null ? 'such command; see authcheck --help' : `command ${first}; did you mean ${near}?`;
  throw usageError(`there is no ${said}`);
}

/**
 * A command behind its flags would be taken for the token, and sent to where tokens go.
 *
 * @throws {AuthcheckError} `usage_invalid`.
 */
function refuseLateCommand(word: string | undefined): void {
  if (word !== undefined && COMMAND_NAMES.includes(word)) throw usageError(`${word} is no token: ${ORDER}`);
}

/** Says what went wrong, in the format that was asked for. */
function reportError(error: unknown, argv: readonly string[], io: Io): number {
  const asJson = wantsJson(argv);
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok;
    const message = rephrase(error.message);
    const late = !COMMAND_NAMES.includes(argv[0] ?? '') && argv.some((word) => COMMAND_NAMES.includes(word));
    const hint = late ? `; ${ORDER}` : '';
    const cause = usageError(hideValues(message, argv) + hint, { cause: error });
    return reportError(cause, argv, io);
  }
  if (error instanceof AuthcheckError) {
    const message = hideSecrets(error.message, argv);
    if (message !== error.message) {
      const { code, position } = error;
      return reportError(new AuthcheckError(code, message, { cause: error, position }), argv, io);
    }
    if (asJson) io.stdout.write(formatJson({ error: describeError(error) }));
    else io.stderr.write(formatError(error, createStyle(io.stderr, io.env, colorFlag(argv))));
    return exitCodeOfError(error);
  }
  if (error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd')
    return reportError(usageError('the working directory no longer exists', { cause: error }), argv, io);
  return reportBug(error, argv, io);
}

/** What commander says, in the words and with the punctuation of the rest. */
function rephrase(message: string): string {
  return message
    .replace(/^error: /, '')
    .replace(/\s+/g, ' ')
    .replace(/ \(Did you mean ([^)]*)\?\)$/, '; did you mean $1?')
    .replace(/\. Expected (\d+) arguments? but got (\d+)\.$/, ': expected $1, got $2; --help shows what goes where')
    .replace(/^option '(?:-\w, )?(--[a-z-]+) [^']*' argument missing$/, '$1 needs a value');
}

function describeError(error: AuthcheckError): object {
  return {
    code: error.code,
    message: error.message,
    ...(error.position === null ? {} : { position: error.position }),
    ...(error instanceof ConfigError ? { findings: error.findings } : {}),
  };
}

/** Reports an error that should not exist. Its message may quote anything that was read, and is told to nobody. */
export function reportBug(error: unknown, argv: readonly string[], io: Io): number {
  const message = nameOf(error);
  const debug = argv.includes('--debug');
  if (wantsJson(argv)) io.stdout.write(formatJson({ error: { code: 'internal', message } }));
  const hint = debug ? '' : '; --debug shows the stack';
  const style = createStyle(io.stderr, io.env, colorFlag(argv));
  io.stderr.write(`${style.bad('bug')}  ${style.plain(`this is a bug in authcheck: ${message}${hint}`)}\n`);
  if (debug && error instanceof Error) for (const line of framesOf(error)) io.stderr.write(`${style.dim(line)}\n`);
  return EXIT.bug;
}

/** The kind of an error, and its code if it has one: words of programs, not of their data. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'something that is not an error was thrown';
  const code = 'code' in error && /^[A-Z][A-Z0-9_]{2,47}$/.test(String(error.code)) ? ` (${String(error.code)})` : '';
  return `${error.name}${code}`;
}

/** Where an error was thrown, without its message. */
function framesOf({ message, stack = '' }: Error): string[] {
  const at = stack.indexOf(message);
  const rest = at === -1 ? '' : stack.slice(at + message.length);
  return rest.split('\n').filter((line) => /^ +at /.test(line));
}

function wantsJson(argv: readonly string[]): boolean {
  return argv.includes('--json') || /(?:^| )--format[= ]json(?: |$)/.test(argv.join(' '));
}

function colorFlag(argv: readonly string[]): boolean | undefined {
  if (argv.includes('--no-color')) return false;
  return argv.includes('--color') ? true : undefined;
}
