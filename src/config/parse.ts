/** A config document → the providers and policies in it, or every fault at once. Pure. */

import * as v from 'valibot';
import { ConfigError, type Finding } from '../errors.js';
import type { AccessRule, Policies, RouteRule } from '../policy/rules.js';
import { maskUserInfo } from '../redact.js';
import { issuePath } from './draft.js';
import { substituteEnv, type EnvOptions, type Environment } from './env.js';
import { FINDINGS } from './findings.js';
import { findUnknownAuthFields } from './lint-fields.js';
import type { AddNote, Note } from './note.js';
import { findUnsupported } from './lint-policy.js';
import { accessPolicySchema, routePolicySchema } from './policy-schema.js';
import type { ProviderConfig } from './provider-config.js';
import { chooseDefault, readProviders, type ReadProvider } from './providers.js';
import { isSecretPath } from './secret-fields.js';
import { findSection, formatPath, isMapping, type Locate, type Mapping, type Path } from './shape.js';

/** A provider of a config, with what a trace needs to point into the file. */
export interface ConfiguredProvider {
  readonly name: string;
  readonly config: ProviderConfig;
  /** Where the provider stands, as `run.yaml:317:5`; null without a file. */
  readonly source: string | null;
  /** The position of a field of the provider; null without a file. */
  readonly locate: (field: readonly string[]) => string | null;
  /** Whether the config sets this field itself, or leaves it at its default. */
  readonly sets: (field: string) => boolean;
}

/** Everything that a config says about authentication. */
export interface AuthConfig extends Policies {
  /** The name of the provider to use unless another is named; null if there is no provider. */
  readonly default: string | null;
  readonly providers: readonly ConfiguredProvider[];
  /** The position of a rule, counted from 0; null without a file. */
  readonly locateRule: (policy: keyof Policies, index: number) => string | null;
  /** What is legal but unwise, or ignored by the server; a hint among it is for who looks closely. */
  readonly warnings: readonly Finding[];
}

/** How {@link parseAuthConfig} reads. */
export interface ParseOptions {
  /** Environment variables for `${env.…}`. Default: none. */
  readonly env?: Environment | undefined;
  /** What to do about fields that the server ignores. Default `error`. */
  readonly unknownFields?: 'error' | 'warn';
  /** The position of a value of the document, or of its key. Default: no positions. */
  readonly locate?: Locate;
  /** The home folder of a user, for `~`. Default: `HOME` of the environment. */
  readonly home?: EnvOptions['home'];
}

/** How {@link readAuthConfig} reads. */
interface ReadOptions extends ParseOptions {
  /** What a variable that is missing is, and where it is to be set. Default: a variable of the environment. */
  readonly explainUnset?: (name: string) => string;
}

/**
 * Reads a config document of any accepted shape.
 *
 * @throws {ConfigError} with every fault: what cannot work, and unless told otherwise what the server would ignore.
 */
export function parseAuthConfig(document: unknown, options: ParseOptions = {}): AuthConfig {
  return acceptReading(readAuthConfig(document, options));
}

/**
 * The config that was read, if it has no faults.
 *
 * @throws {ConfigError} with every fault.
 */
export function acceptReading({ config, findings }: Pick<Reading, 'config' | 'findings'>): AuthConfig {
  if (!findings.some(({ severity }) => severity === 'error')) return config;
  const off = findings.filter(({ code }) => code === 'auth_off');
  throw off.length === 0 ? new ConfigError(findings) : new ConfigError(off, 'auth_off');
}

function explainWithEnv(name: string): string {
  return `the environment variable ${name} is not set or empty; set it`;
}

/** For a program that says nothing of an environment, in which the variable may well be set. */
function explainWithoutEnv(name: string): string {
  return `the environment variable ${name} is not looked up without the option env; give it the environment of the process`;
}

/** A document that was read, right or wrong. */
export interface Reading {
  /** What can be used. */
  readonly config: AuthConfig;
  /** Where the auth section stands. */
  readonly path: Path;
  readonly providers: readonly ReadProvider[];
  /** Errors, warnings and hints. */
  readonly findings: readonly Finding[];
}

/**
 * Reads a config document, and says everything that is wrong with it.
 *
 * @throws {ConfigError} for a document without an auth section.
 */
export function readAuthConfig(document: unknown, options: ReadOptions): Reading {
  const section = findSection(document, options.locate);
  const findings: Finding[] = [];
  const position = (path: Path): string | null => options.locate?.(path) ?? null;
  const place: AddNote = (note, above) => void findings.push(placeNote(note, [...section.path, ...above], options));

  const { value, faults } = substituteEnv(section.auth, {
    env: options.env ?? {},
    base: ['server', 'auth'],
    home: options.home,
    isSecret: isSecretPath,
  });
  const { explainUnset = options.env === undefined ? explainWithoutEnv : explainWithEnv } = options;
  for (const { variable: name, path } of faults) {
    const message = `${explainUnset(name)}, or write \${env.${name}:=default} or \${env.${name}:+value}`;
    place({ code: 'env_unset', path, message }, []);
  }
  const auth = isMapping(value) ? value : {};
  const missing = new Set(faults.map((fault) => formatPath(fault.path)));

  const read = readProviders(section, auth, missing, place);
  const providers = read.flatMap(({ name, config, wrong, path, sets }): ConfiguredProvider[] => {
    if (config === null || wrong.length > 0) return [];
    return [{ name, config, source: position(path), locate: remember((field) => position([...path, ...field])), sets }];
  });
  const access_policy = readPolicy('access_policy', accessPolicySchema, auth, place);
  const route_policy = readPolicy('route_policy', routePolicySchema, auth, place);
  for (const note of findUnknownAuthFields(auth, section.providers[0]?.path ?? ['provider_config'])) place(note, []);

  const fallback = chooseDefault(auth, providers, (message) => {
    place({ code: 'default_unknown', path: ['default'], message }, []);
  });
  if (section.providers.length === 0)
    place({ code: 'provider_absent', path: [], message: 'no provider is configured: everybody is anonymous' }, []);
  const warnings = findings.filter(({ severity }) => severity !== 'error');
  const locateRule: AuthConfig['locateRule'] = (policy, index) => position([...section.path, policy, index]);
  const config = { default: fallback, providers, access_policy, route_policy, locateRule, warnings };
  return { config, path: section.path, providers: read, findings };
}

function readPolicy<Rules extends AccessRule | RouteRule>(
  name: keyof Policies,
  schema: v.GenericSchema<unknown, readonly Rules[]>,
  auth: Mapping,
  place: AddNote,
): readonly Rules[] {
  if (auth[name] === undefined) return [];
  const result = v.safeParse(schema, auth[name]);
  if (result.success) {
    for (const note of findUnsupported(result.output)) place(note, [name]);
    return result.output;
  }
  for (const issue of result.issues)
    place({ code: 'rule_invalid', path: issuePath(issue), message: issue.message }, [name]);
  return [];
}

/** Keeps positions by the identity of the array: every token asks with the same few constants. */
function remember(locate: ConfiguredProvider['locate']): ConfiguredProvider['locate'] {
  const known = new WeakMap<readonly string[], string | null>();
  return (field) => {
    const found = known.get(field);
    if (found !== undefined) return found;
    const fresh = locate(field);
    known.set(field, fresh);
    return fresh;
  };
}

/** A note with its severity and its place; `above` is the path of what it is about. */
export function placeNote(note: Note, above: Path, options: ParseOptions): Finding {
  const { code, message, fix } = note;
  const path = [...above, ...note.path];
  const refused = code === 'field_unknown' && options.unknownFields !== 'warn';
  const severity = refused ? 'error' : FINDINGS[code].severity;
  const place = note.place === undefined ? path : [...above, ...note.place];
  return {
    severity,
    code,
    path: maskUserInfo(formatPath(path)),
    // An unknown field is wrong by its name, and the value of a mapping begins only on the line below.
    position: options.locate?.(place, code === 'field_unknown' ? 'key' : 'value') ?? null,
    message,
    ...(fix === undefined ? {} : { fix }),
  };
}
