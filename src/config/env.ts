/**
 * `${env.NAME}`, `${env.NAME:=default}` and `${env.NAME:+value}`, substituted and converted as the server does it. Pure.
 *
 * The conversions are Python's `int()` and `float()`, because the server is written in Python.
 */

import { ConfigError, type Finding } from '../errors.js';
import { parsePythonFloat, parsePythonInt } from './python-numbers.js';
import { isMapping, type Path } from './shape.js';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One place where a config names a variable that is not set. */
export interface EnvFault {
  /** Where in the config, as keys and indexes. */
  readonly path: Path;
  readonly variable: string;
}

/** A config after substitution, with every variable that was missing. */
export interface Substituted {
  readonly value: unknown;
  readonly faults: readonly EnvFault[];
}

/** How {@link substituteEnv} substitutes. */
export interface EnvOptions {
  readonly env: Environment;
  /** The home folder of the named user, of the current one without a name; null if there is none. */
  readonly home?: ((user: string | null) => string | null) | undefined;
  /** Where in the document the config stands. Default: it is the document. */
  readonly base?: Path;
  /** Values at these paths stay strings and keep their `~`. */
  readonly isSecret?: (path: Path) => boolean;
}

const PATTERN = /\$\{env\.([A-Z0-9_]+)(?::([=+])([^}]*))?\}/g;

/** Splits a text behind its last brace: no variable ends later, and to look for an end there takes quadratic time. */
function splitClosed(text: string): readonly [closed: string, rest: string] {
  const end = text.lastIndexOf('}') + 1;
  return [text.slice(0, end), text.slice(end)];
}

/** Deepest nesting of a config. */
const MAX_DEPTH = 128;
const TOO_DEEP: Finding = {
  severity: 'error',
  code: 'config_shape',
  path: '',
  position: null,
  message: 'the config is nested too deeply',
};

/** Members that name an entry of a list; an entry whose name resolves to nothing is left out, as the server does. */
const ENTRY_NAMES = [
  'model_id',
  'shield_id',
  'vector_store_id',
  'dataset_id',
  'scoring_fn_id',
  'benchmark_id',
  'toolgroup_id',
];

/** The variables that a string names, and what it says besides them: its own text, defaults and alternatives. */
export function dissectEnv(text: string): { readonly variables: readonly string[]; readonly rest: string } {
  const [closed, end] = splitClosed(text);
  const variables = [...closed.matchAll(PATTERN)].map(([, name = '']) => name);
  const rest = closed.replace(PATTERN, (_match, _name: string, _operator?: string, operand?: string) => operand ?? '');
  return { variables: [...new Set(variables)], rest: rest + end };
}

/**
 * Substitutes the variables in a config, lists and mappings included. Strings without a variable stay as they are.
 *
 * @throws {ConfigError} for a config that is nested too deeply, such as one that holds itself.
 */
export function substituteEnv(config: unknown, options: EnvOptions): Substituted {
  const faults: EnvFault[] = [];

  function visit(value: unknown, path: Path): unknown {
    if (path.length > MAX_DEPTH) throw new ConfigError([TOO_DEEP]);
    if (typeof value === 'string') return substitute(value, path);
    if (Array.isArray(value)) {
      return value.flatMap((item: unknown, index) => {
        // What is left out needs none of its variables.
        return isDisabled(item, path) || isNameless(item) ? [] : [visit(item, [...path, index])];
      });
    }
    if (!isMapping(value)) return value;
    const isAuth = [...(options.base ?? []), ...path].join('.') === 'server.auth';
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) =>
        isAuth && key === 'provider_config' && isTurnedOff(item) ? [key, null] : [key, visit(item, [...path, key])],
      ),
    );
  }

  function substitute(text: string, path: Path): unknown {
    const secret = options.isSecret?.(path) ?? false;
    const home = options.home ?? ((user: string | null) => (user === null ? (options.env.HOME ?? null) : null));
    const [closed, rest] = splitClosed(text);
    const substituted = closed.replace(PATTERN, (_match, name: string, operator?: string, operand?: string) => {
      const set = options.env[name] ?? '';
      if (operator === undefined && set === '') faults.push({ path, variable: name });
      const value = operator === '+' ? (set === '' ? '' : (operand ?? '')) : set === '' ? (operand ?? '') : set;
      return secret ? value : expandHome(value, home);
    });
    const result = substituted + rest;
    if (result === text) return text;
    return secret ? result || null : convert(result);
  }

  function isDisabled(item: unknown, path: Path): boolean {
    if (!isMapping(item) || typeof item.provider_id !== 'string') return false;
    const missing = faults.length;
    const id = substitute(item.provider_id, path);
    faults.splice(missing);
    return id === '__disabled__';
  }

  /** A literal type that is empty, or a conditional one that resolves to nothing: authentication is off. */
  function isTurnedOff(item: unknown): boolean {
    return isMapping(item) && isNothing(item.type);
  }

  /** An entry of a list whose own name is empty, or resolves to nothing, is not there. */
  function isNameless(item: unknown): boolean {
    return isMapping(item) && ENTRY_NAMES.some((name) => isNothing(item[name]));
  }

  function isNothing(value: unknown): boolean {
    if (typeof value !== 'string') return value === null;
    const missing = faults.length;
    const resolved = substitute(value, []);
    return faults.splice(missing).length === 0 && (resolved === null || resolved === '');
  }

  return { value: visit(config, []), faults };
}

function expandHome(value: string, home: (user: string | null) => string | null): string {
  const match = /^~([^/]*)/.exec(value);
  if (match === null) return value;
  const folder = home(match[1] === '' || match[1] === undefined ? null : match[1]);
  return folder === null ? value : folder.replace(/\/+$/, '') + value.slice(match[0].length) || '/';
}

/** What the server makes of a substituted string: "" → null, then true and false, integer, float, else the string. */
function convert(text: string): unknown {
  if (text === '') return null;
  const lower = text.toLowerCase();
  if (lower === 'true' || lower === 'false') return lower === 'true';
  return parsePythonInt(text) ?? parsePythonFloat(text) ?? text;
}
