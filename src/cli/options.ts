/** The flags that commands share. */

import { Command, InvalidArgumentError, Option } from 'commander';
import { readIsoTime, usageError } from '../index.js';
import { GROUPS } from './help.js';

/** What every command understands. */
export interface SharedOptions {
  readonly config?: string | undefined;
  readonly provider?: string | undefined;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly json?: boolean;
  /** Undefined unless --color or --no-color was given. */
  readonly color?: boolean;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
}

/** What names a provider without a config file. */
export interface IssuerOptions extends ClockOptions {
  readonly issuer?: string;
  readonly audience?: string;
  readonly jwks?: string;
}

/** What says when a token is judged. */
export interface ClockOptions {
  /** Milliseconds since 1970. */
  readonly at?: number;
  /** Seconds. */
  readonly clockTolerance?: number;
}

/** The flag of a config that is searched for where nothing names it, and its help. */
export const CONFIG_OPTION: readonly [flag: string, help: string] = [
  '--config <file>',
  'the server’s config (YAML or JSON); else AUTHCHECK_CONFIG, else searched upward',
];

/** Makes a command with the shared flags; `example` comes first in its help. */
export function createCommand(name: string, example: string): Command {
  const command = new Command(name)
    .optionsGroup(GROUPS.input)
    .option(...CONFIG_OPTION)
    .option('--provider <name>', 'the provider to ask, where the config has several')
    .option('--token <token>', 'the token; also understood: Bearer …, a whole header, a curl command, a token response')
    .option('--token-file <file>', 'a file that holds the token (- for standard input)');
  return addOutputOptions(command, example)
    .option('-v, --verbose', 'every step, and the HTTP transcript on stderr, secrets masked')
    .option('-q, --quiet', 'no human output: only the exit code (and JSON with --json)')
    .optionsGroup(GROUPS.own);
}

/** Makes a command whose answer is a thing, not a judgement: it asks nobody, and is given no token to judge. */
export function createGenerator(name: string, example: string): Command {
  return addOutputOptions(new Command(name), example)
    .option('-q, --quiet', 'no notes on stderr')
    .addHelpText('after', '\nExit codes: 0 made · 2 usage, or a file that cannot be read or written')
    .optionsGroup(GROUPS.own);
}

function addOutputOptions(command: Command, example: string): Command {
  return addColorOptions(command.optionsGroup(GROUPS.output).option('--json', 'print JSON'))
    .option('--debug', 'show the stack of an internal error')
    .addHelpText('before', `Example:\n  ${example}\n`);
}

/**
 * The options with the config that was given as an argument.
 *
 * @throws {AuthcheckError} `usage_invalid` for one that was given with --config too.
 */
export function withConfig<Options extends SharedOptions>(file: string | undefined, options: Options): Options {
  if (file === undefined) return options;
  if (options.config !== undefined) throw usageError('the config was given twice: as an argument and with --config');
  return { ...options, config: file };
}

/** Adds the flags that say whether the output has colours. */
export function addColorOptions(command: Command): Command {
  return command
    .addOption(new Option('--color', 'colours even where the output is not a terminal'))
    .addOption(new Option('--no-color', 'no colours'));
}

/** Adds the flags that name a provider without a config file, and the clock. */
export function addIssuerOptions(command: Command): Command {
  return addClockOptions(
    command
      .optionsGroup(GROUPS.issuer)
      .option('--issuer <url>', 'no config file: discover this issuer (OIDC, RFC 8414)')
      .option('--audience <name>', 'the audience to expect, with --issuer or --jwks')
      .option(
        '--jwks <source>',
        'no config file: a JWKS URI or file; with --config, a file in the place of its key set',
      ),
  );
}

/** Adds the flags that set the clock. */
export function addClockOptions(command: Command): Command {
  return command
    .optionsGroup(GROUPS.clock)
    .option('--at <time>', 'judge as if it were this time (ISO 8601, or seconds since 1970)', parseTime)
    .option('--clock-tolerance <seconds>', 'by how much exp, nbf and iat may be off', parseSeconds)
    .optionsGroup(GROUPS.own);
}

/** Reads a whole number within bounds. */
export function parseWhole(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}`);
  };
}

function parseTime(text: string): number {
  const time = /^\d{9,12}$/.test(text) ? Number(text) * 1000 : readIsoTime(text);
  if (Number.isNaN(time))
    throw new InvalidArgumentError(
      'expected a time with its zone, such as 2026-01-31T12:00:00Z, or seconds since 1970',
    );
  return time;
}

function parseSeconds(text: string): number {
  if (!/^\d{1,4}$/.test(text) || Number(text) > 3600)
    throw new InvalidArgumentError('expected whole seconds, at most 3600');
  return Number(text);
}
