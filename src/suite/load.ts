/** From the file of a suite to its tests: the config, the tokens and the key set that it names are read too. */

import { dirname, relative, resolve } from 'node:path';
import * as v from 'valibot';
import { parseConfigText, type ConfigDocument } from '../config/document.js';
import { issuePath } from '../config/draft.js';
import { readConfigText } from '../config/load.js';
import type { Environment } from '../config/env.js';
import { acceptReading, readAuthConfig, type AuthConfig } from '../config/parse.js';
import { formatPath, isMapping, type Path } from '../config/shape.js';
import { ConfigError, type Finding } from '../errors.js';
import { nearestName } from '../nearest.js';
import { readKeySet, type KeySetResult } from '../protocol/jwks.js';
import { prepareCase, type SuiteCase } from './case.js';
import { FIELDS, suiteSchema, type SuiteFile } from './schema.js';

/** Where a suite is read. */
export interface SuiteOptions {
  /** The folder to which the path of the file is relative, and that positions are relative to. */
  readonly cwd: string;
  /** Whether tests may ask the real provider. Default false. */
  readonly live?: boolean;
  /** Whether tests may stand without an expectation, because it will be written. Default false. */
  readonly update?: boolean;
  /** Variables that count beneath those of the file, where tests ask the real provider. Default: none. */
  readonly env?: Environment;
}

/** The tests of one file. */
export interface Suite {
  /** As it is shown. */
  readonly file: string;
  readonly text: string;
  /** The files that it was read from, itself among them; absolute. */
  readonly sources: readonly string[];
  readonly config: AuthConfig;
  /** What stands in for the config's key set; null for none. */
  readonly keySet: KeySetResult | null;
  readonly cases: readonly SuiteCase[];
}

/**
 * Reads the file of a suite.
 *
 * @throws {AuthcheckError} `config_unreadable` for a file that cannot be read.
 * @throws {ConfigError} with every fault of the file, or of the config that it names.
 */
export function loadSuite(file: string, options: SuiteOptions): Suite {
  const path = resolve(options.cwd, file);
  return readSuite(readConfigText(path, relative(options.cwd, path)), file, options);
}

/**
 * As {@link loadSuite}, for the text of a file that need not be there.
 *
 * @throws {AuthcheckError} `config_unreadable` for a file that cannot be read.
 * @throws {ConfigError} with every fault of the file, or of the config that it names.
 */
export function readSuite(text: string, file: string, options: SuiteOptions): Suite {
  const path = resolve(options.cwd, file);
  const shown = relative(options.cwd, path);
  // YAML 1.2, as editors and people read it: `sub: on` is a word. The config is read as the server reads it.
  const { value, locate } = parseConfigText(text, shown, '1.2');
  const written = checkShape(value, locate);
  const folder = dirname(path);
  const sources = [path];
  const show = (name: string): string => relative(options.cwd, resolve(folder, name));
  const read = (name: string): string => {
    sources.push(resolve(folder, name));
    return readConfigText(resolve(folder, name), show(name));
  };

  const findings: Finding[] = [];
  const report = (at: Path, message: string): void => {
    findings.push(faultAt(at, message, locate(at)));
  };
  const config = readConfig(written, parseConfigText(text, shown), read, show, options);
  const keySet = readKeys(written, read);
  if (keySet?.ok === false) report(['jwks'], keySet.message);
  const cases = written.tests.flatMap((test, index) => {
    const faults: typeof report = (at, message) => report(['tests', index, ...at], message);
    const entry = prepareCase(
      test,
      index,
      { written, config, hasKeys: keySet !== null, read, locate, options },
      faults,
    );
    return entry === null ? [] : [entry];
  });
  if (findings.length > 0) throw new ConfigError(findings);
  return { file: shown, text, sources, config, keySet, cases };
}

function faultAt(at: Path, message: string, position: string): Finding {
  return { severity: 'error', code: 'field_invalid', path: formatPath(at), position, message };
}

type Locate = (path: Path) => string;

function checkShape(value: unknown, locate: Locate): SuiteFile {
  const result = v.safeParse(suiteSchema, value);
  if (result.success) return result.output;
  const findings = result.issues.map((issue): Finding => {
    const path = issuePath(issue);
    const name = String(path.at(-1) ?? '');
    // A strict object says `never` of a member that it does not know.
    if (issue.expected !== 'never') {
      const isMissing = issue.input === undefined && path.length > 0;
      return faultAt(path, isMissing ? `${name} is missing` : describeIssue(issue), locate(path));
    }
    const near = nearestName(name, FIELDS);
    const hint = near === null ? '' : `; did you mean ${near}?`;
    return { ...faultAt(path, `there is no field ${name}${hint}`, locate(path)), code: 'field_unknown' };
  });
  throw new ConfigError(findings);
}

/** Of a choice: what was probably meant, or what there is. */
function describeIssue({ expected, input, message }: v.BaseIssue<unknown>): string {
  const choices = [...(expected ?? '').matchAll(/"([^"]+)"/g)].map(([, choice = '']) => choice);
  if (choices.length === 0 || typeof input !== 'string') return message;
  const near = nearestName(input, choices);
  if (near !== null) return `there is no such word; did you mean ${near}?`;
  const more = choices.length - MAX_CHOICES;
  const rest = more > 0 ? ` and ${more} more; authcheck schema test has them all` : '';
  return `expected ${choices.slice(0, MAX_CHOICES).join(', ')}${rest}`;
}

/** Words of a choice that are named. */
const MAX_CHOICES = 8;

/** Only the variables of the file count, unless it is live: what a test says must not depend on who runs it. */
function readConfig(
  { config, env }: SuiteFile,
  inline: ConfigDocument,
  read: (name: string) => string,
  show: (name: string) => string,
  { live, env: outer }: SuiteOptions,
): AuthConfig {
  const how = {
    env: live === true ? { ...outer, ...env } : env,
    unknownFields: 'warn',
    explainUnset: (name: string) =>
      live === true
        ? `the variable ${name} is not set, or empty, in env of the file of tests and in the environment; set it`
        : `the variable ${name} is not set, or empty, in env of the file of tests, and no other counts without --live; set it there`,
  } as const;
  if (typeof config !== 'string') {
    const value = isMapping(inline.value) ? inline.value.config : null;
    return acceptReading(readAuthConfig(value, { ...how, locate: (at) => inline.locate(['config', ...at]) }));
  }
  const document = parseConfigText(read(config), show(config));
  return acceptReading(readAuthConfig(document.value, { ...how, locate: document.locate }));
}

function readKeys({ jwks }: SuiteFile, read: (name: string) => string): KeySetResult | null {
  if (jwks === undefined) return null;
  return readKeySet(typeof jwks === 'string' ? read(jwks) : JSON.stringify(jwks));
}
