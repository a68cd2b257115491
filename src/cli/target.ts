/** Which providers a command asks: those of a config, or one made from flags. */

import {
  AuthcheckError,
  createProviderClient,
  fetchKeySet,
  jwksOf,
  listSome,
  nearestName,
  type AuthConfig,
  type ConfiguredProvider,
  type Exchange,
  type Finding,
  type JwksConfig,
  type KeySetResult,
  type ProviderOptions,
  type Verdict,
  usageError,
} from '../index.js';
import type { Io } from './io.js';
import type { IssuerOptions, SharedOptions } from './options.js';
import { findSource, type Source } from './source.js';

/** The providers that may be asked. */
export interface Target extends Omit<Source, 'keySet'> {
  readonly providers: readonly ConfiguredProvider[];
  /** The one that is asked unless all are. */
  readonly chosen: ConfiguredProvider;
  readonly warnings: readonly Finding[];
  /** What the providers are made with: clock, key set, environment; no cache: the question is what they say now. */
  readonly options: ProviderOptions & Required<Pick<ProviderOptions, 'now'>>;
}

type TargetOptions = SharedOptions & IssuerOptions & { readonly allProviders?: boolean };

/**
 * Finds the providers.
 *
 * @throws {AuthcheckError} for a config that cannot be found, read or used, and for an unknown provider.
 */
export async function findTarget(
  options: TargetOptions,
  io: Io,
  onExchange?: (exchange: Exchange) => void,
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
  onExchange?: (exchange: Exchange) => void,
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
  if (keySet !== undefined && jwksOf(chosen.config) === null)
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
      keySet,
    },
  };
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
