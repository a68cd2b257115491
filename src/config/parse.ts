/** A config document → the providers and policies in it, or every fault at once. Pure. */

import * as v from 'valibot';
import { ConfigError, type Finding } from '../errors.js';
import type { ProviderType } from '../verdict.js';
import { substituteEnv, type EnvOptions, type Environment } from './env.js';
import { findUnknownAuthFields, findUnknownFields, findUnwise, type Note } from './lint.js';
import { nearestName } from './nearest.js';
import type { AccessRule, RouteRule } from './policy-schema.js';
import { accessPolicySchema, checkTogether, kindOfValue, PROVIDER_SCHEMAS, routePolicySchema } from './schema.js';
import type { ProviderConfig } from './provider-config.js';
import { findSection, formatPath, isMapping, type Mapping, type Path } from './shape.js';

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
export interface AuthConfig {
  /** The name of the provider to use unless another is named; null if there is no provider. */
  readonly default: string | null;
  readonly providers: readonly ConfiguredProvider[];
  readonly access_policy: readonly AccessRule[];
  readonly route_policy: readonly RouteRule[];
  /** What is legal but unwise, or ignored by the server. */
  readonly warnings: readonly Finding[];
}

/** How {@link parseAuthConfig} reads. */
export interface ParseOptions {
  /** Environment variables for `${env.…}`. Default: none. */
  readonly env?: Environment;
  /** What to do about fields that the server ignores. Default `error`. */
  readonly unknownFields?: 'error' | 'warn';
  /** The position of a path of the document. Default: no positions. */
  readonly locate?: (path: readonly (string | number)[]) => string;
  /** The home folder of a user, for `~`. Default: `HOME` of the environment. */
  readonly home?: EnvOptions['home'];
}

/**
 * Reads a config document of any accepted shape.
 *
 * @throws {ConfigError} with every fault: what cannot work, and unless told otherwise what the server would ignore.
 */
export function parseAuthConfig(document: unknown, options: ParseOptions = {}): AuthConfig {
  const findings: Finding[] = [];
  const position = (path: Path): string | null => options.locate?.(path) ?? null;
  const report = (severity: Finding['severity'], code: string, path: Path, message: string): void => {
    findings.push({ severity, code, path: formatPath(path), position: position(path), message });
  };
  const severityOf = (note: Note): Finding['severity'] =>
    note.code === 'field_unknown' && options.unknownFields !== 'warn' ? 'error' : 'warning';

  const section = findSection(document, (path, message) => {
    throw new ConfigError([
      { severity: 'error', code: 'config_shape', path: formatPath(path), position: position(path), message },
    ]);
  });

  const { value, faults } = substituteEnv(section.auth, {
    env: options.env ?? {},
    ...(options.home === undefined ? {} : { home: options.home }),
    isSecret: isSecretPath,
  });
  for (const fault of faults) {
    const path = [...section.path, ...fault.path];
    const name = fault.variable;
    report(
      'error',
      'env_unset',
      path,
      `the environment variable ${name} is not set or empty; set it, or write \${env.${name}:=default} or \${env.${name}:+value}`,
    );
  }
  const auth = isMapping(value) ? value : {};
  const missing = new Set(faults.map((fault) => formatPath(fault.path)));

  const providers: ConfiguredProvider[] = [];
  for (const { name, path, value: written } of section.providers) {
    const here = [...section.path, ...path];
    const resolved = valueAt(auth, path);
    if (resolved === null && isMapping(written)) {
      throw new ConfigError(
        [
          {
            severity: 'error',
            code: 'auth_off',
            path: formatPath([...here, 'type']),
            position: position([...here, 'type']),
            message: 'type is empty, or resolves to nothing: authentication is off, and the server lets everybody in',
          },
        ],
        'auth_off',
      );
    }
    const config = checkProvider(resolved, (note, severity) => {
      if (note.code !== 'field_invalid' || !missing.has(formatPath([...path, ...note.path]))) {
        report(severity ?? severityOf(note), note.code, [...here, ...note.path], note.message);
      }
    });
    if (config === null) continue;
    providers.push({
      name,
      config,
      source: position(here),
      locate: (field) => position([...here, ...field]),
      sets: (field) => isMapping(resolved) && resolved[field] !== undefined,
    });
  }

  const checkPolicy = <Rules>(name: string, schema: v.GenericSchema<unknown, readonly Rules[]>): readonly Rules[] => {
    if (auth[name] === undefined) return [];
    const result = v.safeParse(schema, auth[name]);
    if (result.success) return result.output;
    for (const issue of result.issues)
      report('error', 'rule_invalid', [...section.path, name, ...issuePath(issue)], issue.message);
    return [];
  };
  const access_policy = checkPolicy('access_policy', accessPolicySchema);
  const route_policy = checkPolicy('route_policy', routePolicySchema);
  for (const note of findUnknownAuthFields(auth)) {
    if (
      !section.providers.some(({ path }) => path.length === 0 || path[0] === note.path[0] || note.path[0] === 'default')
    ) {
      report(severityOf(note), note.code, [...section.path, ...note.path], note.message);
    }
  }

  const fallback = chooseDefault(auth, providers, (message) => {
    report('error', 'default_unknown', [...section.path, 'default'], message);
  });
  if (section.providers.length === 0) {
    report('warning', 'provider_absent', section.path, 'no provider is configured: everybody is anonymous');
  }
  if (findings.some((finding) => finding.severity === 'error')) throw new ConfigError(findings);
  return { default: fallback, providers, access_policy, route_policy, warnings: findings };
}

/** Tells the fields that hold secrets. */
export function isSecretPath(path: Path): boolean {
  const [parent, name] = path.slice(-2);
  return (parent === 'introspection' && name === 'client_secret') || (parent === 'jwks' && name === 'token');
}

function checkProvider(
  raw: unknown,
  note: (note: Note, severity?: Finding['severity']) => void,
): ProviderConfig | null {
  const invalid = (path: Path, message: string): null => {
    note({ code: 'field_invalid', path, message }, 'error');
    return null;
  };
  if (!isMapping(raw)) return invalid([], `expected a mapping with type, got ${kindOfValue(raw)}`);
  const { type } = raw;
  if (typeof type !== 'string' || !isProviderType(type)) {
    const known = Object.keys(PROVIDER_SCHEMAS);
    const near = typeof type === 'string' ? nearestName(type, known) : null;
    const hint = near === null ? `expected one of ${known.join(', ')}` : `did you mean ${near}?`;
    return invalid(['type'], type === undefined ? `type is missing; ${hint}` : `no such provider type; ${hint}`);
  }
  for (const unknown of findUnknownFields(type, raw)) note(unknown);
  const result = v.safeParse(PROVIDER_SCHEMAS[type], raw);
  if (!result.success) {
    for (const issue of result.issues) {
      const path = issuePath(issue);
      const missing = issue.input === undefined && path.length > 0;
      invalid(path, missing ? `${String(path.at(-1))} is missing` : issue.message);
    }
  }
  for (const fault of checkTogether(raw)) invalid(fault.path, fault.message);
  if (!result.success) return null;
  for (const unwise of findUnwise(result.output)) note(unwise, 'warning');
  return result.output;
}

function isProviderType(type: string): type is ProviderType {
  return Object.hasOwn(PROVIDER_SCHEMAS, type);
}

function chooseDefault(
  auth: Mapping,
  providers: readonly ConfiguredProvider[],
  fail: (message: string) => void,
): string | null {
  const names = providers.map((provider) => provider.name);
  if (!('providers' in auth) || auth.default === undefined) return names[0] ?? null;
  const chosen = auth.default;
  if (typeof chosen === 'string' && isMapping(auth.providers) && Object.hasOwn(auth.providers, chosen)) return chosen;
  fail(`default names no provider; there are ${names.join(', ')}`);
  return null;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, part) => (isMapping(at) ? at[part] : undefined), value);
}

function issuePath(issue: v.BaseIssue<unknown>): (string | number)[] {
  return (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
}
