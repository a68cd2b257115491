/** Which of the accepted shapes a document has, and where in it the providers stand. Pure. */

import { ConfigError, type Finding } from '../errors.js';
import { kindOfValue } from './scalars.js';

/** Keys and indexes from the top of a document. */
export type Path = readonly (string | number)[];

/** What is meant by a path: the value that stands there, or the key that names it. */
export type Part = 'key' | 'value';

/** The position of what stands at a path, as `file:line:column`. Default part: the value. */
export type Locate = (path: Path, part?: Part) => string;

/** A mapping of a config document. */
export type Mapping = Readonly<Record<string, unknown>>;

/** The part of a document that is about authentication. */
export interface Section {
  readonly path: Path;
  readonly auth: Mapping;
  readonly providers: readonly { readonly name: string; readonly path: Path; readonly value: unknown }[];
}

const OFF = 'authentication is off, and the server lets everybody in';

/**
 * Finds the auth section.
 *
 * @throws {ConfigError} `config_shape`, saying what is wrong with a document that has none.
 */
export function findSection(document: unknown, locate?: Locate): Section {
  const fail: Fail = (path, message, fix) => {
    const position = locate?.(path) ?? null;
    const finding: Finding = { severity: 'error', code: 'config_shape', path: formatPath(path), position, message };
    throw new ConfigError([fix === undefined ? finding : { ...finding, fix }]);
  };
  if (!isMapping(document)) {
    const what =
      document === null || document === undefined ? 'the config is empty' : `the config is ${kindOfValue(document)}`;
    return fail([], `${what}; expected a mapping with server.auth, auth, provider_config, providers or type`);
  }
  const candidates: readonly [Path, unknown][] = [
    [['server', 'auth'], isMapping(document.server) ? document.server.auth : undefined],
    [['auth'], document.auth],
    [[], document],
  ];
  const isWhole = ['image_name', 'distro_name', 'apis'].some((name) => name in document);
  const hasServerAuth = isMapping(document.server) && 'auth' in document.server;
  if (isWhole && document.auth !== undefined && !hasServerAuth) {
    return fail(['auth'], `the server reads auth below server, and not here: ${OFF}`);
  }
  if ((isWhole || isMapping(document.server)) && document.auth === undefined && !hasServerAuth) {
    return fail(['server'], `the server config has no server.auth: ${OFF}`);
  }
  for (const [path, auth] of candidates) {
    if (auth === undefined || (path.length === 0 && !looksLikeAuth(document))) continue;
    if (auth === null) return fail(path, `auth is empty: ${OFF}`);
    if (!isMapping(auth)) return fail(path, `expected a mapping, got ${kindOfValue(auth)}`);
    return { path, auth, providers: findProviders(auth, path, fail) };
  }
  const legacy =
    'provider_type' in document ? '; provider_type and config are an older layout, which the server now ignores' : '';
  return fail(
    [],
    `nothing in here configures authentication: expected server.auth, auth, provider_config, providers or type${legacy}`,
  );
}

function looksLikeAuth(document: Mapping): boolean {
  return ['provider_config', 'providers', 'access_policy', 'route_policy', 'type'].some((name) => name in document);
}

type Fail = (path: Path, message: string, fix?: string) => never;

function findProviders(auth: Mapping, path: Path, fail: Fail): Section['providers'] {
  if ('provider_config' in auth) {
    const value = auth.provider_config;
    return value === null ? [] : [{ name: 'default', path: ['provider_config'], value }];
  }
  const misplaced = path.length === 0 ? undefined : ['type', 'providers'].find((name) => name in auth);
  if (misplaced !== undefined)
    return fail(
      [...path, misplaced],
      `the server reads ${formatPath([...path, 'provider_config'])}, and not this: ${OFF}`,
    );
  if ('providers' in auth) {
    const { providers } = auth;
    if (!isMapping(providers))
      return fail([...path, 'providers'], `expected a mapping of names to providers, got ${kindOfValue(providers)}`);
    const names = Object.keys(providers);
    if (names.length === 0) return fail([...path, 'providers'], 'no provider is listed');
    // JavaScript puts such keys first, in the order of their numbers; providers are asked in the order of the file.
    const number = names.length === 1 ? undefined : names.find((name) => /^(?:0|[1-9]\d*)$/.test(name));
    if (number !== undefined)
      return fail(
        [...path, 'providers', number],
        'a number does not keep its place among the providers',
        'Give this provider a name with a letter in it.',
      );
    return names.map((name) => ({ name, path: ['providers', name], value: providers[name] }));
  }
  if ('type' in auth) return [{ name: 'default', path: [], value: auth }];
  if ('access_policy' in auth || 'route_policy' in auth) return [];
  return fail(path, 'no provider_config and no policy: the server would run without authentication');
}

/** Writes a path as `server.auth.access_policy[2].when`. */
export function formatPath(path: Path): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
    '',
  );
}

/** Tells a mapping from the other values of a document. */
export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** Tells a sequence from the other values of a document. */
export function isSequence(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** The value at a place of a document; undefined where there is none. */
export function valueAt(document: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, part) => {
    if (isSequence(at)) return at[Number(part)];
    return isMapping(at) && Object.hasOwn(at, part) ? at[part] : undefined;
  }, document);
}
