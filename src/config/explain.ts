/** What the server will run with, and where each value comes from. */

import { createRedactor, maskUrl, maskUserInfo, MIN_LENGTH_IN_CLAIMS, REDACTED, type Redactor } from '../redact.js';
import { dissectEnv, type Environment } from './env.js';
import { loadReading, type LoadedConfig, type LoadOptions } from './load.js';
import { isSecretPath } from './secret-fields.js';
import { isMapping, isSequence, valueAt, type Path } from './shape.js';

/** Where a value comes from. */
export interface Origin {
  /** default: the config does not set it. env: a variable that is set. file: what is written there. */
  readonly from: 'default' | 'env' | 'file';
  /** Absent for a default. */
  readonly position?: string;
  /** The variables that the value names, set or not; absent if there are none. */
  readonly variables?: readonly string[];
}

/** One value; a list is one. */
export interface ExplainedValue {
  /** From the top of {@link ExplainedConfig.config}. */
  readonly path: Path;
  readonly value: unknown;
  readonly origin: Origin;
}

/** A config as the server sees it. */
export interface ExplainedConfig extends Pick<LoadedConfig, 'file' | 'warnings'> {
  /** `provider_config`, or `default` and `providers`; `access_policy` and `route_policy`. Secrets are masked. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly values: readonly ExplainedValue[];
}

/**
 * Finds and reads the config, and explains every value of it, defaults included.
 *
 * @throws {AuthcheckError} `config_not_found`, `config_unreadable`.
 * @throws {ConfigError} with every fault.
 */
export async function explainConfig(options: LoadOptions): Promise<ExplainedConfig> {
  const { file, reading, config } = await loadReading(options);
  const several = reading.providers.some(({ path }) => path.at(-2) === 'providers');
  const [first] = config.providers;
  const plain = {
    ...(several
      ? {
          default: config.default,
          providers: Object.fromEntries(config.providers.map((provider) => [provider.name, provider.config])),
        }
      : { provider_config: first?.config ?? null }),
    access_policy: config.access_policy,
    route_policy: config.route_policy,
  };
  // A secret may stand in another place as well, such as in a URL.
  const found = leaves(plain);
  const secrets = found.map(({ path, value }) => (isSecretPath(path) && typeof value === 'string' ? value : null));
  const redact = createRedactor(secrets, MIN_LENGTH_IN_CLAIMS);
  const tree = Object.fromEntries(Object.entries(plain).map(([name, value]) => [name, mask(value, redact, [name])]));
  const shown = leaves(tree);
  const places = new Map(
    reading.providers.map(({ name, path }) => [several ? `providers ${name}` : 'provider_config', path]),
  );
  const inFile = (path: Path): Path => {
    const depth = several ? 2 : 1;
    const place = places.get(path.slice(0, depth).join(' '));
    return place === undefined ? [...reading.path, ...path] : [...place, ...path.slice(depth)];
  };
  // Looked up by the names as they are written, not by those of `tree`, which may be masked.
  const origins = found.map(({ path }) => {
    const place = inFile(path);
    return originOf(valueAt(file.value, place), file.parseOptions.locate(place), options.env ?? {});
  });
  const values = shown.map((leaf, index) => ({ ...leaf, origin: origins[index] ?? { from: 'default' as const } }));
  return { file: file.file, warnings: config.warnings, config: tree, values };
}

function originOf(written: unknown, position: string, env: Environment): Origin {
  if (written === undefined) return { from: 'default' };
  const { variables } = dissectEnv(typeof written === 'string' ? written : '');
  if (variables.length === 0) return { from: 'file', position };
  return { from: variables.some((name) => (env[name] ?? '') !== '') ? 'env' : 'file', position, variables };
}

/** A value without secrets: neither those that stand where secrets do, nor those anywhere else, names included. */
function mask(value: unknown, redact: Redactor, path: Path): unknown {
  if (isSequence(value)) return value.map((item) => mask(item, redact, path));
  if (isMapping(value)) {
    const names = tellApart(Object.keys(value).map((name) => redact(maskUserInfo(name))));
    return Object.fromEntries(
      Object.entries(value).map(([name, item], index) => [names[index] ?? '', mask(item, redact, [...path, name])]),
    );
  }
  if (typeof value !== 'string' || value === '') return value;
  return isSecretPath(path) ? REDACTED : redact(maskUrl(value));
}

/** Adds a number to a name that occurs again: once they are masked, two names may read the same. */
function tellApart(names: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  return names.map((name) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}

/** The values of a tree; lists of plain values, and empty mappings, are values too. */
function leaves(value: unknown, path: Path = []): { readonly path: Path; readonly value: unknown }[] {
  const items = isMapping(value)
    ? Object.entries(value)
    : isListOfMappings(value)
      ? value.map((item, index) => [index, item] as const)
      : [];
  return items.length === 0 ? [{ path, value }] : items.flatMap(([part, item]) => leaves(item, [...path, part]));
}

function isListOfMappings(value: unknown): value is readonly unknown[] {
  return isSequence(value) && value.some(isMapping);
}
