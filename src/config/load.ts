/** Finds a config file, reads it, and parses it. */

import { readFileSync } from 'node:fs';
import { basename, relative, resolve, sep } from 'node:path';
import { readBoundedText } from '../bounded-read.js';
import { AuthcheckError, reasonOf, usageError } from '../errors.js';
import { maskName } from '../secret-name.js';
import type { ConfigDocument } from './document.js';
import type { Environment } from './env.js';
import { findCaFault } from './lint-ca.js';
import { acceptReading, placeNote, readAuthConfig, type AuthConfig, type ParseOptions, type Reading } from './parse.js';
import { describeSearch, packageEntry, searchUpward } from './search.js';
import { findSection, type Part, type Path } from './shape.js';

/** Largest config text that is read: 1 MiB. */
const MAX_CONFIG_BYTES = 1024 * 1024;

/** Where a config may come from. */
export interface LoadOptions {
  /** The file to read. Default: `AUTHCHECK_CONFIG` of `env`, else what is found upward from `cwd`. */
  readonly file?: string | undefined;
  /** Environment variables. Default: none. */
  readonly env?: Environment | undefined;
  /** The folder to search from, and to which paths are relative. Default: the working directory. */
  readonly cwd?: string;
  /** What to do about fields that the server ignores. Default `error`. */
  readonly unknownFields?: 'error' | 'warn';
}

/** A config and the file that it was read from. */
export interface LoadedConfig extends AuthConfig {
  /** The path of the file, relative to `cwd` where that is shorter. */
  readonly file: string;
  /** How the file was found. */
  readonly found: 'named' | 'environment' | 'searched';
}

/**
 * Finds, reads and parses the config.
 *
 * @throws {AuthcheckError} `config_not_found`, `config_unreadable`; `usage_invalid` for what are no options.
 * @throws {ConfigError} with every fault.
 */
export async function loadAuthConfig(options: LoadOptions = {}): Promise<LoadedConfig> {
  const { file, config } = await loadReading(options);
  return { ...config, file: file.file, found: file.found };
}

/**
 * As {@link loadAuthConfig}, with what the config was read from.
 *
 * @throws {AuthcheckError} `config_not_found`, `config_unreadable`.
 * @throws {ConfigError} with every fault.
 */
export async function loadReading(
  options: LoadOptions,
): Promise<{ readonly file: ConfigFile; readonly reading: Reading; readonly config: AuthConfig }> {
  const file = await readConfigFile(options);
  const reading = readAuthConfig(file.value, file.parseOptions);
  const unreadable = reading.providers.flatMap((provider) =>
    findCaFault(provider.config).map((note) => placeNote(note, provider.path, file.parseOptions)),
  );
  const config = acceptReading({ ...reading, findings: [...reading.findings, ...unreadable] });
  return { file, reading, config };
}

/** A config file that was read but not yet judged. */
export interface ConfigFile extends Pick<LoadedConfig, 'file' | 'found'> {
  readonly text: string;
  /** The document; of package.json, our entry. */
  readonly value: unknown;
  /** What {@link parseAuthConfig} is to know. */
  readonly parseOptions: ParseOptions & { readonly locate: ConfigDocument['locate'] };
}

/**
 * Refuses what would let another config be found than the one that was meant: a path in the place of the options.
 *
 * @throws {AuthcheckError} `usage_invalid`.
 */
export function checkLoadOptions(given: Partial<Record<keyof LoadOptions, unknown>> | null | undefined): void {
  const isNamed = typeof given === 'object' && given !== null;
  if (!isNamed || (given.env !== undefined && (typeof given.env !== 'object' || given.env === null)))
    throw usageError('a config is loaded with options: {file: "run.yaml", env, cwd}');
  for (const name of ['file', 'cwd'] as const)
    if (given[name] !== undefined && typeof given[name] !== 'string')
      throw usageError(`the option ${name} is a path as text; of a file URL, fileURLToPath(url) gives it`);
}

/**
 * Finds and reads the config.
 *
 * @throws {AuthcheckError} `config_not_found`, `config_unreadable`; `usage_invalid` for what are no options.
 * @throws {ConfigError} for what is not YAML.
 */
export async function readConfigFile(options: LoadOptions): Promise<ConfigFile> {
  checkLoadOptions(options);
  const { env = {}, cwd = '.' } = options;
  const { name, found } = await locateFile(options, cwd);
  const path = resolve(cwd, name);
  const file = displayPath(path, cwd);
  // What is named and is not there may be a secret rather than a name, so it is masked.
  const shown = found === 'searched' ? file : displayPath(resolve(cwd, maskName(name)), cwd);
  const text = readConfigText(path, shown);
  // Loaded with the first file: YAML takes longer to load than all else.
  const { parseConfigText } = await import('./document.js');
  const { value, locate } = parseConfigText(text, file);
  const inPackage = basename(path) === 'package.json';
  const parseOptions = {
    env: options.env,
    unknownFields: options.unknownFields ?? 'error',
    locate: (at: Path, part?: Part) => locate(inPackage ? ['authcheck', ...at] : at, part),
    home: (user: string | null) => (user === null ? (env.HOME ?? null) : homeOf(user)),
  };
  return { file, found, text, value: inPackage ? packageEntry(value) : value, parseOptions };
}

/**
 * The names of the providers in the config that would be read, whether it can be used or not.
 *
 * @throws {AuthcheckError} `config_not_found`, `config_unreadable`.
 * @throws {ConfigError} for what is not YAML, or not a config.
 */
export async function listProviders(options: LoadOptions): Promise<string[]> {
  const { value, parseOptions } = await readConfigFile(options);
  const { providers } = findSection(value, parseOptions.locate);
  return providers.map(({ name }) => name);
}

async function locateFile(
  { file, env }: LoadOptions,
  cwd: string,
): Promise<{ name: string; found: LoadedConfig['found'] }> {
  if (file !== undefined) return { name: file, found: 'named' };
  const named = env?.AUTHCHECK_CONFIG ?? '';
  if (named !== '') return { name: named, found: 'environment' };
  const name = await searchUpward(cwd);
  if (name === null) {
    const wayOut =
      env === undefined
        ? 'name one with the option file; AUTHCHECK_CONFIG is looked up in the option env alone'
        : 'name one with --config or AUTHCHECK_CONFIG; authcheck validate needs none with --issuer URL';
    throw new AuthcheckError('config_not_found', `no config was found ${describeSearch(cwd)}; ${wayOut}`);
  }
  return { name, found: 'searched' };
}

/**
 * Reads a config, or a file that a suite names; `display` is its path in messages.
 *
 * @throws {AuthcheckError} `config_unreadable`.
 */
export function readConfigText(path: string, display: string): string {
  try {
    return readBoundedText(path, MAX_CONFIG_BYTES).replace(/^\ufeff/, '');
  } catch (error) {
    // Without its cause: the system's error has the path as it was given.
    throw new AuthcheckError('config_unreadable', `${display}: ${reasonOf(error)}`);
  }
}

function displayPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short !== '' && !short.startsWith(`..${sep}..`) && short.length < path.length ? short : path;
}

/** `~user` as the server expands it: from the password file. */
function homeOf(user: string): string | null {
  try {
    const entry = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((line) => line.startsWith(`${user}:`));
    return entry?.split(':')[5] ?? null;
  } catch {
    return null;
  }
}
