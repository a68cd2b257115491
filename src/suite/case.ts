/** One test, from how it is written to what can be run. */

import type { AuthConfig, ConfiguredProvider } from '../config/parse.js';
import { jwksOf } from '../config/provider-config.js';
import type { Mapping, Path } from '../config/shape.js';
import { AuthcheckError, usageError } from '../errors.js';
import { maskName } from '../secret-name.js';
import { parseQuestion, type Question } from '../policy/question.js';
import type { AuthRequest } from '../providers/provider.js';
import {
  listFallible,
  readTime,
  type Expectations,
  type SuiteFile,
  type WrittenCase,
  type WrittenQuestion,
} from './schema.js';
import { ANSWER_KIND_BY_TYPE, ANSWER_KINDS, findAnswerFault, type AnswerKind } from './answer.js';
import { readSubject, type Subject } from './subject.js';

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
  readonly answer: { readonly kind: AnswerKind; readonly written: Mapping } | null;
  readonly request: Required<Omit<AuthRequest, 'token'>>;
  readonly expect: Expectations;
  readonly allow: readonly AskedQuestion[];
  readonly deny: readonly AskedQuestion[];
}

/**
 * Reads a file that is named at a place of the file of tests.
 *
 * @throws {AuthcheckError} `config_unreadable`.
 */
export type ReadFile = (name: string, at: Path) => string;

/** What a test stands in. */
export interface CaseContext {
  readonly written: SuiteFile;
  readonly config: AuthConfig;
  readonly hasKeys: boolean;
  readonly read: ReadFile;
  readonly locate: (path: Path) => string;
  readonly options: { readonly live?: boolean; readonly update?: boolean };
}

/** Takes what is wrong with a test. */
type Report = (at: Path, message: string) => void;

/** Makes a test of what is written; null for one whose provider is unknown, or whose token cannot be read. */
export function prepareCase(
  test: WrittenCase,
  index: number,
  surroundings: CaseContext,
  report: Report,
): SuiteCase | null {
  const { written, config, read, locate } = surroundings;
  const { name, expect } = test;
  const wanted = test.provider ?? written.provider ?? config.default;
  const provider = config.providers.find((candidate) => candidate.name === wanted);
  if (provider === undefined) {
    report(test.provider === undefined ? [] : ['provider'], `the config has no provider ${maskName(wanted ?? '')}`);
    return null;
  }
  const answer =
    ANSWER_KINDS.flatMap((kind) => (test[kind] === undefined ? [] : [{ kind, written: test[kind] }]))[0] ?? null;
  const readHere = (file: string): string => read(file, ['tests', index, 'token_file']);
  let subject: Subject;
  try {
    subject = readSubject(test, answer !== null, readHere);
  } catch (error) {
    if (!(error instanceof AuthcheckError)) throw error;
    report(['token_file'], error.message);
    return null;
  }
  checkCase(test, { provider, subject, answer }, surroundings, report);

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
    answer,
    request: readRequest(test),
    expect,
    allow: readQuestions('allow', expect, report),
    deny: readQuestions('deny', expect, report),
  };
}

/** Says what in a test does not go together. */
function checkCase(
  test: WrittenCase,
  { provider, subject, answer }: Pick<SuiteCase, 'provider' | 'subject' | 'answer'>,
  { hasKeys, options }: CaseContext,
  report: Report,
): void {
  const isJwks = jwksOf(provider.config) !== null;
  const fitting = isJwks ? null : ANSWER_KIND_BY_TYPE[provider.config.type];
  for (const kind of ANSWER_KINDS.filter((one) => test[one] !== undefined && one !== fitting))
    report(
      [kind],
      `the provider ${provider.name} is not answered by ${kind}${fitting === null ? '' : `, but by ${fitting}`}`,
    );
  const fault = answer === null ? null : findAnswerFault(answer.kind, answer.written);
  if (answer !== null && fault !== null) report([answer.kind, ...fault.path], fault.message);
  const given = (['token', 'token_file', 'claims'] as const).filter((field) => test[field] !== undefined);
  if (given.length > 1) report([given[1] ?? ''], 'a test has one of token, token_file and claims');
  if (test.claims !== undefined && !isJwks)
    report(
      ['claims'],
      `claims are signed for a provider with jwks; for ${provider.name}, write ${fitting ?? 'request'}`,
    );
  for (const field of ['header', 'algorithm'] as const)
    if (test[field] !== undefined && test.claims === undefined) report([field], `${field} goes with claims`);
  const asks = options.live !== true && subject.kind === 'token';
  if (asks && isJwks && !hasKeys)
    report(
      given.length === 0 ? [] : [given[0] ?? ''],
      'a token needs jwks in this file: the keys to check it with (or --live)',
    );
  if (asks && !isJwks && answer === null && fitting !== null)
    report([], `a token needs ${fitting}: what the provider answers (or --live)`);
  if (listFallible(test.expect).length === 0 && options.update !== true)
    report([], 'the test expects nothing; --update writes what it finds');
}

function readQuestions(which: 'allow' | 'deny', expect: Expectations, report: Report): AskedQuestion[] {
  return (expect[which] ?? []).flatMap((written, position) => {
    try {
      return [{ written, question: readQuestion(written) }];
    } catch (error) {
      if (!(error instanceof AuthcheckError)) throw error;
      report(['expect', which, position], error.message);
      return [];
    }
  });
}

function readQuestion(written: WrittenQuestion): Question {
  if (typeof written === 'string') return parseQuestion(written);
  const question = parseQuestion(written.ask);
  if ('path' in question) throw usageError('a path has no owner');
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
