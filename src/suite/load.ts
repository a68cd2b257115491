/** From the file of a suite to its tests: the config, the tokens and the key set that it names are read too. */

import { dirname, relative, resolve } from 'node:path';
import { parseConfigText, type ConfigDocument } from '../config/document.js';
import { readConfigText } from '../config/load.js';
import type { Environment } from '../config/env.js';
import { acceptReading, readAuthConfig, type AuthConfig } from '../config/parse.js';
import { isMapping, type Path } from '../config/shape.js';
import { AuthcheckError, ConfigError, sortFindings, type Finding } from '../errors.js';
import { readKeySet, type KeySetResult } from '../protocol/jwks.js';
import { maskName } from '../secret-name.js';
import { prepareCase, type ReadFile, type SuiteCase } from './case.js';
import type { SuiteFile } from './schema.js';
import { checkSuite, faultAt } from './shape.js';

/** Where a suite is read. */
export interface SuiteOptions {
  /** The folder to which the path of the file is relative, and that positions are relative to. */
  readonly cwd: string;
  /** Whether tests may ask the real provider. Default false. */
  readonly live?: boolean;
  /** Whether tests may stand without an expectation, because it will be written. Default false. */
  readonly update?: boolean;
  /** Hears of each file that the suite names, before it is read: it may not be there. */
  readonly onRead?: (path: string) => void;
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
  // What is named and is not there may be a secret rather than a name, so it is masked.
  const shown = relative(options.cwd, resolve(options.cwd, maskName(file)));
  return readSuite(readConfigText(path, shown), file, options);
}

/**
 * As {@link loadSuite}, for several files.
 *
 * @throws {AuthcheckError} `config_unreadable` for the first file that cannot be read.
 * @throws {ConfigError} with the faults of all files, and of the configs that they name, each once.
 */
export function loadSuites(files: readonly string[], options: SuiteOptions): Suite[] {
  const suites: Suite[] = [];
  const faulty: ConfigError[] = [];
  for (const file of files) {
    try {
      suites.push(loadSuite(file, options));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      faulty.push(error);
    }
  }
  const [first, second] = faulty;
  if (first === undefined) return suites;
  if (second === undefined) throw first;
  // Two files that name one config have its faults in common.
  const findings = new Map(faulty.flatMap((error) => error.findings).map((one) => [JSON.stringify(one), one]));
  throw new ConfigError([...findings.values()], first.code);
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
  const written = checkSuite(value, locate);
  const folder = dirname(path);
  const sources = [path];
  const show = (name: string): string => relative(options.cwd, resolve(folder, name));
  const read = (name: string, at: Path): string => {
    sources.push(resolve(folder, name));
    options.onRead?.(resolve(folder, name));
    try {
      return readConfigText(resolve(folder, name), show(maskName(name)));
    } catch (error) {
      if (!(error instanceof AuthcheckError)) throw error;
      throw new AuthcheckError(error.code, error.message, { cause: error, position: locate(at) });
    }
  };

  const findings: Finding[] = [];
  const report = (at: Path, message: string): void => {
    findings.push(faultAt(at, message, locate(at)));
  };
  const config = readConfig(written, () => parseConfigText(text, shown), read, show, options);
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
  if (findings.length > 0) throw new ConfigError(sortFindings(findings));
  return { file: shown, text, sources, config, keySet, cases };
}

/** Only the variables of the file count, unless it is live: what a test says must not depend on who runs it. */
function readConfig(
  { config, env }: SuiteFile,
  readInline: () => ConfigDocument,
  read: ReadFile,
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
    const inline = readInline();
    const value = isMapping(inline.value) ? inline.value.config : null;
    return acceptReading(
      readAuthConfig(value, { ...how, locate: (at, part) => inline.locate(['config', ...at], part) }),
    );
  }
  const document = parseConfigText(read(config, ['config']), show(config));
  return acceptReading(readAuthConfig(document.value, { ...how, locate: document.locate }));
}

function readKeys({ jwks }: SuiteFile, read: ReadFile): KeySetResult | null {
  if (jwks === undefined) return null;
  return readKeySet(typeof jwks === 'string' ? read(jwks, ['jwks']) : JSON.stringify(jwks));
}
