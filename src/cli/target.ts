/** Which providers a command asks: those of a config, or one made from flags. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  AuthcheckError,
  createHttpClient,
  createProviderClient,
  discoverIssuer,
  fetchKeySet,
  listSome,
  loadAuthConfig,
  MAX_KEY_SET_BYTES,
  nearestName,
  parseAuthConfig,
  readKeySet,
  type AuthConfig,
  type ConfiguredProvider,
  type Exchange,
  type Finding,
  type IssuerMetadata,
  type JwksConfig,
  type KeySetResult,
  type ProviderOptions,
  type Verdict,
  usageError,
} from '../index.js';
import { readText } from './input-file.js';
import type { Io } from './io.js';
import type { IssuerOptions, SharedOptions } from './options.js';

/** The providers that may be asked. */
export interface Target {
  /** Where they come from, for the first line of human output. */
  readonly origin: string;
  /** The path of the config file; null for a config made from flags. */
  readonly file: string | null;
  readonly config: AuthConfig;
  readonly providers: readonly ConfiguredProvider[];
  /** The one that is asked unless all are. */
  readonly chosen: ConfiguredProvider;
  readonly warnings: readonly Finding[];
  /** What the providers are made with: clock, key set, environment; no cache: the question is what they say now. */
  readonly options: ProviderOptions;
}

type TargetOptions = SharedOptions & IssuerOptions & { readonly allProviders?: boolean };

/** A config, from a file or made from flags. */
export interface Source {
  readonly origin: string;
  readonly config: AuthConfig;
  /** The path of the config file; null for a config made from flags. */
  readonly file: string | null;
  readonly keySet?: KeySetResult;
}

/**
 * Finds the config.
 *
 * @throws {AuthcheckError} for a config that cannot be found, read or used.
 */
export async function findSource(
  options: TargetOptions,
  io: Io,
  onExchange: (exchange: Exchange) => void,
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

/**
 * Finds the providers.
 *
 * @throws {AuthcheckError} for a config that cannot be found, read or used, and for an unknown provider.
 */
export async function findTarget(
  options: TargetOptions,
  io: Io,
  onExchange: (exchange: Exchange) => void,
): Promise<Target> {
  return chooseTarget(await findSource(options, io, onExchange), options, io, onExchange);
}

/**
 * Picks the provider of a config.
 *
 * @throws {AuthcheckError} `auth_off`, `provider_unknown`.
 */
export function chooseTarget(
  { origin, config, file, keySet }: Source,
  options: TargetOptions,
  io: Io,
  onExchange: (exchange: Exchange) => void,
): Target {
  if (file === null && options.provider !== undefined)
    throw usageError(
      '--provider names one of a config; --issuer and --jwks make one of their own, except --jwks FILE with --config',
    );
  const chosen = choose(config, options.provider);
  const { at } = options;
  const isOne = config.providers.length === 1 || (options.provider !== undefined && options.allProviders !== true);
  if (keySet !== undefined && !isOne)
    throw usageError('--jwks stands in for the key set of one provider; name it with --provider');
  if (keySet !== undefined && (chosen.config.type !== 'oauth2_token' || chosen.config.jwks === null))
    throw usageError(`the provider ${chosen.name} has no key set for which --jwks could stand in`);
  return {
    origin,
    file,
    config,
    providers: config.providers.map((provider) => withTolerance(provider, options.clockTolerance)),
    chosen: withTolerance(chosen, options.clockTolerance),
    warnings: relevant(config, options, chosen.name),
    options: {
      env: io.env,
      onExchange,
      now: at === undefined ? io.now : () => at,
      cache: false,
      oneShot: true,
      ...(keySet === undefined ? {} : { keySet }),
    },
  };
}

async function fromFile(options: TargetOptions, io: Io): Promise<Source> {
  const config = await loadAuthConfig({
    env: io.env,
    cwd: io.cwd,
    unknownFields: 'warn',
    ...(options.config === undefined ? {} : { file: options.config }),
  });
  const how = { named: '', environment: ' (from AUTHCHECK_CONFIG)', searched: ' (found from here upward)' }[
    config.found
  ];
  const source = { origin: `${config.file}${how}`, config, file: resolve(io.cwd, config.file) };
  const { jwks } = options;
  if (jwks === undefined) return source;
  return { ...source, origin: `${source.origin} with the keys of ${jwks}`, keySet: readKeySetFile(jwks, io) };
}

async function fromFlags(options: TargetOptions, io: Io, onExchange: (exchange: Exchange) => void): Promise<Source> {
  const { issuer, jwks, audience } = options;
  const make = (uri: string): AuthConfig =>
    parseAuthConfig({
      type: 'oauth2_token',
      ...(issuer === undefined ? {} : { issuer }),
      ...(audience === undefined ? {} : { audience }),
      jwks: { uri },
    });
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
  onExchange: (exchange: Exchange) => void,
): Promise<IssuerMetadata> {
  const http = createHttpClient({ env: io.env, onExchange, oneShot: true });
  try {
    return await discoverIssuer(http, issuer);
  } finally {
    await http.close();
  }
}

/** Fetches the key set of the chosen provider. */
export async function fetchKeys(
  { chosen, options }: Target,
  { uri, token }: Pick<JwksConfig, 'uri' | 'token'>,
): Promise<KeySetResult> {
  const http = createProviderClient(chosen, options);
  try {
    return await fetchKeySet(http, uri, token);
  } finally {
    await http.close();
  }
}

function choose(config: AuthConfig, name: string | undefined): ConfiguredProvider {
  const wanted = name ?? config.default;
  const found = config.providers.find((provider) => provider.name === wanted);
  if (found !== undefined) return found;
  if (config.providers.length === 0) {
    throw new AuthcheckError(
      'auth_off',
      'the config has no provider: authentication is off, there is nothing to validate against',
    );
  }
  const names = config.providers.map((provider) => provider.name);
  const near = nearestName(wanted ?? '', names);
  const hint = near === null ? `it has ${names.join(', ')}` : `did you mean ${near}?`;
  throw new AuthcheckError('provider_unknown', `the config has no provider ${wanted ?? ''}; ${hint}`);
}

/** Says whom a server asks beside the one provider that did not accept; null where there is no other. */
export function adviseUnasked({ outcome, provider }: Verdict, { providers }: Pick<Target, 'providers'>): string | null {
  const others = providers.map(({ name }) => name).filter((name) => name !== provider.name);
  if (outcome === 'accepted' || others.length === 0) return null;
  const whom = `a server with this config asks the others too (${listSome(others)})`;
  return `only the provider ${provider.name} was asked; ${whom}: authcheck validate --all-providers`;
}

function withTolerance(provider: ConfiguredProvider, tolerance: number | undefined): ConfiguredProvider {
  const { config } = provider;
  return tolerance === undefined || config.type !== 'oauth2_token'
    ? provider
    : { ...provider, config: { ...config, clock_tolerance: tolerance } };
}

/** Warnings about the providers that are asked. A hint is worth a line only to who looks closely. */
function relevant({ providers, warnings }: AuthConfig, options: TargetOptions, chosen: string): Finding[] {
  const others = providers.filter(({ name }) => name !== chosen && options.allProviders !== true);
  return warnings.filter(({ severity, path }) => {
    if (severity === 'hint' && options.verbose !== true) return false;
    return !others.some(({ name }) => `${path}.`.includes(`providers.${name}.`));
  });
}
