/** What the provider of a test is answered, rather than the network. Pure. */

import type { HttpAnswer, HttpClient, HttpRequest } from '../exchange.js';
import { isMapping, type Mapping, type Path } from '../config/shape.js';
import { nearestName } from '../nearest.js';
import { isUndecided, UNDECIDED } from '../reason-codes.js';
import type { ProviderType } from '../verdict.js';

/** The kinds of answers that a test can bring. */
export const ANSWER_KINDS = ['introspection', 'github', 'custom', 'kubernetes'] as const;

/** One of the kinds of answers that a test can bring. */
export type AnswerKind = (typeof ANSWER_KINDS)[number];

/** The kind of answer that a provider of each type is given; null where nobody is asked. */
export const ANSWER_KIND_BY_TYPE: Readonly<Record<ProviderType, AnswerKind | null>> = {
  oauth2_token: 'introspection',
  github_token: 'github',
  custom: 'custom',
  kubernetes: 'kubernetes',
  upstream_header: null,
};

/**
 * Makes a client that answers as a test says: with the body that the provider hopes for, with
 * `{status, headers, body}`, or with `{failure: endpoint_timeout}`. What is asked beyond that is not there.
 */
export function answerAsWritten(kind: AnswerKind, written: Mapping): HttpClient {
  return { send: (request) => Promise.resolve(answer(kind, written, request)), close: () => Promise.resolve() };
}

/** Makes a client for tests that bring no answer: nothing can be reached. */
export function createSilence(): HttpClient {
  const message = 'the test brings no answer of the provider, and without --live nobody is asked';
  return {
    send: () => Promise.resolve({ ok: false, code: 'endpoint_unreachable', message, ms: 0 }),
    close: () => Promise.resolve(),
  };
}

/** Something wrong with an answer, and where in it. */
interface AnswerFault {
  readonly path: Path;
  readonly message: string;
}

/** What is wrong with an answer that a test brings; null if it is one: what is mistyped would be taken for a body. */
export function findAnswerFault(kind: AnswerKind, written: Mapping): AnswerFault | null {
  if (kind !== 'github' || isEnvelope(written)) return findEnvelopeFault(written);
  const odd = Object.keys(written).find((name) => !GITHUB.includes(name));
  if (odd !== undefined) {
    const names = [...GITHUB, ...WHOLE];
    return misnamed(odd, names.includes(odd) ? [] : names, 'an answer has user and orgs, or status, headers and body');
  }
  for (const name of GITHUB) {
    const fault = findEnvelopeFault(written[name]);
    if (fault !== null) return { ...fault, path: [name, ...fault.path] };
  }
  return null;
}

/** Whether nothing is in it but what an envelope has: then it is meant for one. */
function isEnvelope(written: Mapping): boolean {
  const names = Object.keys(written);
  return names.length > 0 && names.every((name) => WHOLE.includes(name));
}

function findEnvelopeFault(written: unknown): AnswerFault | null {
  if (!isMapping(written)) return null;
  const { failure, status } = written;
  if (isEnvelope(written)) {
    if (failure !== undefined && (typeof failure !== 'string' || !isUndecided(failure)))
      return misnamed(
        'failure',
        UNDECIDED,
        `expected ${UNDECIDED.join(', ')}`,
        typeof failure === 'string' ? failure : '',
      );
    return failure === undefined && typeof status !== 'number'
      ? {
          path: ['status'],
          message:
            'with status, headers or body alone, an answer needs a status that is a number; a body is written as {status: 200, body: …}',
        }
      : null;
  }
  if (typeof status !== 'number') return null;
  // A body may have a status too.
  const absent = ENVELOPE.filter((name) => written[name] === undefined);
  const odd = Object.keys(written).find((name) => !ENVELOPE.includes(name) && nearestName(name, absent) !== null);
  return odd === undefined ? null : misnamed(odd, absent, `expected ${absent.join(', ')}`);
}

function misnamed(name: string, names: readonly string[], otherwise: string, word = name): AnswerFault {
  const near = nearestName(word, names);
  return { path: [name], message: near === null ? otherwise : `there is no such word; did you mean ${near}?` };
}

/** What GitHub is asked for. */
const GITHUB = ['user', 'orgs'];

function answer(kind: AnswerKind, written: Mapping, { url }: HttpRequest): HttpAnswer {
  switch (kind) {
    case 'introspection':
    case 'custom':
      return enclosed(written) ?? reply(200, written);
    case 'kubernetes':
      return enclosed(written) ?? reply(201, { status: { userInfo: written } });
    case 'github': {
      const { pathname, searchParams } = new URL(url);
      const asked = pathname.endsWith('/orgs') ? (written.orgs ?? []) : (written.user ?? {});
      const isFirst = (searchParams.get('page') ?? '1') === '1';
      return enclosed(written) ?? enclosed(asked) ?? reply(200, isFirst ? asked : []);
    }
  }
}

const ENVELOPE = ['status', 'headers', 'body'];
const WHOLE = [...ENVELOPE, 'failure'];

/** An answer that is more than its body: with a status of its own, or none at all. */
function enclosed(written: unknown): HttpAnswer | null {
  if (!isMapping(written)) return null;
  const { status, headers, body, failure } = written;
  if (typeof failure === 'string' && isUndecided(failure))
    return { ok: false, code: failure, message: `as the test has it: ${failure}`, ms: 0 };
  const hasStatus = typeof status === 'number' && Object.keys(written).every((name) => ENVELOPE.includes(name));
  return hasStatus ? reply(status, body, headersOf(headers)) : null;
}

function reply(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
  return {
    ok: true,
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: text,
    skew: null,
    ms: 0,
  };
}

function headersOf(written: unknown): Record<string, string> {
  if (!isMapping(written)) return {};
  const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  return Object.fromEntries(Object.entries(written).map(([name, value]) => [name.toLowerCase(), shown(value)]));
}
