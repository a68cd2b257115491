/** From the file of a suite to its tests: the config, the tokens and the key set that it names are read too. */

import { dirname, relative, resolve } from 'node:path';
import * as v from 'valibot';
import { FileTooLarge, readBounded } from '../bounded-read.js';
import { MAX_CONFIG_BYTES, parseConfigText, type ConfigDocument } from '../config/document.js';
import { issuePath } from '../config/draft.js';
import { nearestName } from '../config/nearest.js';
import { acceptReading, readAuthConfig, type AuthConfig, type ConfiguredProvider } from '../config/parse.js';
import { formatPath, isMapping, type Mapping, type Path } from '../config/shape.js';
import { AuthcheckError, ConfigError, reasonOf, type Finding } from '../errors.js';
import { isObject, parseJson, type JsonObject } from '../json.js';
import { parseQuestion, type Question } from '../policy/question.js';
import { readKeySet, type KeySetResult } from '../protocol/jwks.js';
import {
  readTime,
  suiteSchema,
  type Expectations,
  type SuiteFile,
  type WrittenCase,
  type WrittenQuestion,
} from './schema.js';
import { STUBS, type StubKind } from './stub.js';

/** Where a suite is read. */
export interface SuiteOptions {
  /** The folder to which the path of the file is relative, and that positions are relative to. */
  readonly cwd: string;
  /** Whether tests may ask the real provider. Default false. */
  readonly live?: boolean;
  /** Whether tests may stand without an expectation, because it will be written. Default false. */
  readonly update?: boolean;
}

/** What is judged: a token, or claims that are signed for the occasion, or a request with neither. */
export type Subject =
  | { readonly kind: 'token'; readonly token: string }
  | {
      readonly kind: 'claims';
      readonly claims: JsonObject;
      readonly header: JsonObject;
      readonly algorithm: string | null;
    }
  | { readonly kind: 'none' };

/** A question to the policies, and how it is written. */
export interface AskedQuestion {
  readonly written: WrittenQuestion;
  readonly question: Question;
}

/** One test, ready to run. */
export interface SuiteCase {
  readonly name: string;
  /** Counted from 0. */
  readonly index: number;
  /** Where it stands, as `auth.test.yaml:12:5`. */
  readonly position: string;
  /** Where one of its expectations stands. */
  readonly locate: (path: Path) => string;
  readonly provider: ConfiguredProvider;
  /** Milliseconds since 1970; null for the real clock. */
  readonly now: number | null;
  readonly subject: Subject;
  readonly stub: { readonly kind: StubKind; readonly written: Mapping } | null;
  readonly request: {
    readonly path: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly params: Readonly<Record<string, readonly string[]>>;
  };
  readonly expect: Expectations;
  readonly allow: readonly AskedQuestion[];
  readonly deny: readonly AskedQuestion[];
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
  const shown = relative(options.cwd, path);
  const text = readFile(path, shown);
  // YAML 1.2, as editors and people read it: `sub: on` is a word. The config is read as the server reads it.
  const { value, locate } = parseConfigText(text, shown, '1.2');
  const written = checkShape(value, locate);
  const folder = dirname(path);
  const sources = [path];
  const show = (name: string): string => relative(options.cwd, resolve(folder, name));
  const read = (name: string): string => {
    sources.push(resolve(folder, name));
    return readFile(resolve(folder, name), show(name));
  };

  const findings: Finding[] = [];
  const report = (at: Path, message: string): void => {
    findings.push(faultAt(at, message, locate(at)));
  };
  const config = readConfig(written, parseConfigText(text, shown), read, show);
  const keySet = readKeys(written, read);
  if (keySet?.ok === false) report(['jwks'], keySet.message);
  const cases = written.tests.flatMap((test, index) => {
    const faults: typeof report = (at, message) => report(['tests', index, ...at], message);
    const entry = prepare(test, index, { written, config, hasKeys: keySet !== null, read, locate, options }, faults);
    return entry === null ? [] : [entry];
  });
  if (findings.length > 0) throw new ConfigError(findings);
  return { file: shown, text, sources, config, keySet, cases };
}

function faultAt(at: Path, message: string, position: string): Finding {
  return { severity: 'error', code: 'field_invalid', path: formatPath(at), position, message };
}

function readFile(path: string, shown: string): string {
  try {
    return readBounded(path, MAX_CONFIG_BYTES).toString('utf8');
  } catch (error) {
    const why = error instanceof FileTooLarge ? error.message : reasonOf(error);
    throw new AuthcheckError('config_unreadable', `${shown}: ${why}`, { cause: error });
  }
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
      const message = issue.input === undefined && path.length > 0 ? `${name} is missing` : issue.message;
      return faultAt(path, message, locate(path));
    }
    const near = nearestName(name, FIELDS);
    const hint = near === null ? '' : `; did you mean ${near}?`;
    return { ...faultAt(path, `there is no field ${name}${hint}`, locate(path)), code: 'field_unknown' };
  });
  throw new ConfigError(findings);
}

/** For the hint about a mistyped one. */
const FIELDS = [
  ...['now', 'config', 'provider', 'env', 'jwks', 'tests', 'name', 'token', 'token_file', 'claims', 'header'],
  ...['algorithm', ...STUBS, 'request', 'expect', 'path', 'headers', 'params', 'outcome', 'reason', 'principal'],
  ...['attributes', 'attributes_contain', 'attributes_absent', 'steps', 'server', 'status', 'message', 'allow', 'deny'],
  ...['ask', 'owner', 'owner_attributes'],
];

/** Only the variables of the file count: what a test says must not depend on who runs it. */
function readConfig(
  { config, env }: SuiteFile,
  inline: ConfigDocument,
  read: (name: string) => string,
  show: (name: string) => string,
): AuthConfig {
  const how = { env, unknownFields: 'warn' } as const;
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

interface Surroundings {
  readonly written: SuiteFile;
  readonly config: AuthConfig;
  readonly hasKeys: boolean;
  readonly read: (name: string) => string;
  readonly locate: Locate;
  readonly options: SuiteOptions;
}

/** What answers a provider of each type; null where nobody is asked. */
const ANSWERS: Readonly<Record<ConfiguredProvider['config']['type'], StubKind | null>> = {
  oauth2_token: 'introspection',
  github_token: 'github',
  custom: 'custom',
  kubernetes: 'kubernetes',
  upstream_header: null,
};

function prepare(
  test: WrittenCase,
  index: number,
  { written, config, hasKeys, read, locate, options }: Surroundings,
  report: (at: Path, message: string) => void,
): SuiteCase | null {
  const { name, expect } = test;
  const wanted = test.provider ?? written.provider ?? config.default;
  const provider = config.providers.find((candidate) => candidate.name === wanted);
  if (provider === undefined) {
    report(test.provider === undefined ? [] : ['provider'], `the config has no provider ${wanted ?? ''}`);
    return null;
  }
  const isJwks = provider.config.type === 'oauth2_token' && provider.config.jwks !== null;
  const fitting = isJwks ? null : ANSWERS[provider.config.type];
  const kinds = STUBS.filter((kind) => test[kind] !== undefined);
  for (const kind of kinds.filter((one) => one !== fitting))
    report(
      [kind],
      `the provider ${provider.name} is not answered by ${kind}${fitting === null ? '' : `, but by ${fitting}`}`,
    );
  const stub = kinds.flatMap((kind) => (test[kind] === undefined ? [] : [{ kind, written: test[kind] }]))[0] ?? null;

  const given = (['token', 'token_file', 'claims'] as const).filter((field) => test[field] !== undefined);
  if (given.length > 1) report([given[1] ?? ''], 'a test has one of token, token_file and claims');
  if (test.claims !== undefined && !isJwks)
    report(
      ['claims'],
      `claims are signed for a provider with jwks; for ${provider.name}, write ${fitting ?? 'request'}`,
    );
  for (const field of ['header', 'algorithm'] as const)
    if (test[field] !== undefined && test.claims === undefined) report([field], `${field} goes with claims`);
  const subject = readSubject(test, stub !== null, read);
  const asks = options.live !== true && subject.kind === 'token';
  if (asks && isJwks && !hasKeys)
    report(
      given.length === 0 ? [] : [given[0] ?? ''],
      'a token needs jwks in this file: the keys to check it with (or --live)',
    );
  if (asks && !isJwks && stub === null && fitting !== null)
    report([], `a token needs ${fitting}: what the provider answers (or --live)`);
  if (Object.keys(expect).length === 0 && options.update !== true)
    report([], 'the test expects nothing; --update writes what it finds');

  const questions = (which: 'allow' | 'deny'): AskedQuestion[] =>
    (expect[which] ?? []).flatMap((one, position) => {
      try {
        return [{ written: one, question: readQuestion(one) }];
      } catch (error) {
        if (!(error instanceof AuthcheckError)) throw error;
        report(['expect', which, position], error.message);
        return [];
      }
    });
  const at = (path: Path): string => locate(['tests', index, ...path]);
  const time = test.now ?? written.now;
  return {
    name,
    index,
    position: at([]),
    locate: at,
    provider,
    now: time === undefined ? null : readTime(time),
    subject,
    stub,
    request: readRequest(test),
    expect,
    allow: questions('allow'),
    deny: questions('deny'),
  };
}

function readSubject(test: WrittenCase, isAnswered: boolean, read: (name: string) => string): Subject {
  if (test.token !== undefined) return { kind: 'token', token: test.token.trim() };
  if (test.token_file !== undefined) return { kind: 'token', token: read(test.token_file).trim() };
  if (test.claims !== undefined) {
    return {
      kind: 'claims',
      claims: asJson(test.claims),
      header: asJson(test.header ?? {}),
      algorithm: test.algorithm ?? null,
    };
  }
  // Who is answered must have asked, and what with does not matter.
  return isAnswered ? { kind: 'token', token: 'test-token' } : { kind: 'none' };
}

/** What YAML knows and JSON does not (dates) becomes what JSON would have. */
function asJson(value: Mapping): JsonObject {
  const json = parseJson(JSON.stringify(value));
  return json.ok && isObject(json.value) ? json.value : {};
}

function readQuestion(written: WrittenQuestion): Question {
  if (typeof written === 'string') return parseQuestion(written);
  const question = parseQuestion(written.ask);
  if ('path' in question) throw new AuthcheckError('usage_invalid', 'a path has no owner');
  const owner = { principal: written.owner, attributes: written.owner_attributes };
  return { ...question, resource: { ...question.resource, owner } };
}

function readRequest({ request = {} }: WrittenCase): SuiteCase['request'] {
  const entries = (values: Readonly<Record<string, string | readonly string[]>> = {}): [string, readonly string[]][] =>
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? [value] : value]);
  return {
    path: request.path ?? '/',
    headers: entries(request.headers).flatMap(([name, values]) =>
      values.map((value): [string, string] => [name, value]),
    ),
    params: Object.fromEntries(entries(request.params)),
  };
}
