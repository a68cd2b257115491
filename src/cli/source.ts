/** The config that a command is about: from a file, or made from flags. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  AuthcheckError,
  createHttpClient,
  discoverIssuer,
  loadAuthConfig,
  MAX_KEY_SET_BYTES,
  parseAuthConfig,
  readKeySet,
  type AuthConfig,
  type Exchange,
  type IssuerMetadata,
  type KeySetResult,
  usageError,
} from '../index.js';
import { readText } from './input-file.js';
import type { Io } from './io.js';
import type { IssuerOptions, SharedOptions } from './options.js';

type SourceOptions = SharedOptions & IssuerOptions;

/** A config, from a file or made from flags. */
export interface Source {
  /** Where it comes from, for the first line of human output. */
  readonly origin: string;
  readonly config: AuthConfig;
  /** The path of the config file; null for a config made from flags. */
  readonly file: string | null;
  readonly keySet?: KeySetResult | undefined;
}

/**
 * Finds the config.
 *
 * @throws {AuthcheckError} for a config that cannot be found, read or used.
 */
export async function findSource(
  options: SourceOptions,
  io: Io,
  onExchange?: (exchange: Exchange) => void,
): Promise<Source> {
  const { config, issuer, audience, jwks } = options;
  if (config !== undefined && (issuer !== undefined || audience !== undefined))
    throw usageError('--config cannot be used together with --issuer or --audience: a config names its own');
  if (config !== undefined && jwks !== undefined && isUri(jwks))
    throw usageError('--config names its own key set; a file may stand in for it, not another URI');
  if (config === undefined && (issuer !== undefined || jwks !== undefined)) return fromFlags(options, io, onExchange);
  if (audience !== undefined) throw usageError('--audience needs --issuer or --jwks; a config names its own audience');
  return fromFile(options, io);
}

async function fromFile(options: SourceOptions, io: Io): Promise<Source> {
  const config = await loadAuthConfig({ env: io.env, cwd: io.cwd, unknownFields: 'warn', file: options.config });
  const how = { named: '', environment: ' (from AUTHCHECK_CONFIG)', searched: ' (found from here upward)' }[
    config.found
  ];
  const source = { origin: `${config.file}${how}`, config, file: resolve(io.cwd, config.file) };
  const { jwks } = options;
  if (jwks === undefined) return source;
  return { ...source, origin: `${source.origin} with the keys of ${jwks}`, keySet: readKeySetFile(jwks, io) };
}

async function fromFlags(options: SourceOptions, io: Io, onExchange?: (exchange: Exchange) => void): Promise<Source> {
  const { issuer, jwks, audience } = options;
  const make = (uri: string): AuthConfig => parseAuthConfig({ type: 'oauth2_token', issuer, audience, jwks: { uri } });
  if (jwks === undefined) {
    const metadata = await discover(issuer ?? '', io, onExchange);
    return { origin: `--issuer ${metadata.issuer}`, config: make(metadata.jwks_uri), file: null };
  }
  if (isUri(jwks)) return { origin: '--jwks', config: make(jwks), file: null };
  // The file stands in for the endpoint, which therefore is never asked.
  return {
    origin: `--jwks ${jwks}`,
    config: make('https://key-set.invalid/'),
    file: null,
    keySet: readKeySetFile(jwks, io),
  };
}

/** Tells a URI from the path of a file. */
export function isUri(source: string): boolean {
  return /^https?:\/\//i.test(source);
}

/**
 * Reads a key set from a file.
 *
 * @throws {AuthcheckError} `input_unreadable`.
 */
export function readKeySetFile(file: string, io: Io): KeySetResult {
  if (!existsSync(resolve(io.cwd, file)) && !/[./\\]/.test(file))
    throw usageError(`${file} is neither an http(s) URI nor a file`);
  const text = readText(file, io);
  if (text.length > MAX_KEY_SET_BYTES) throw new AuthcheckError('input_unreadable', `${file}: too large for a key set`);
  const keySet = readKeySet(text);
  if (!keySet.ok) throw new AuthcheckError('input_unreadable', `${file}: ${keySet.message}`);
  return keySet;
}

/** Reads what an issuer publishes of itself. */
export async function discover(
  issuer: string,
  io: Io,
  onExchange?: (exchange: Exchange) => void,
): Promise<IssuerMetadata> {
  const http = createHttpClient({ env: io.env, onExchange, oneShot: true });
  try {
    return await discoverIssuer(http, issuer);
  } finally {
    await http.close();
  }
}
