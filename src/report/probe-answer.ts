/** What a question to an endpoint found out, judged from its answer. Pure. */

import type { ProbeName } from '../config/finding-codes.js';
import type { Exchange } from '../exchange.js';
import type { Verdict } from '../verdict.js';

/** What came of one question. undecided: nobody could say. skipped: it was not asked. */
export type ProbeStatus = 'passed' | 'warned' | 'failed' | 'undecided' | 'skipped';

/** One question to an endpoint, and its answer. */
export interface Probe {
  readonly provider: string;
  readonly name: ProbeName;
  readonly status: ProbeStatus;
  readonly message: string;
  /** A better fix than that of the finding, where there is one. */
  readonly fix?: string;
  /** What was asked, without credentials. */
  readonly url: string;
  /** The field of the provider that the question is about, such as `jwks.uri`. */
  readonly field: string;
  /** Where that field stands, as `run.yaml:321:17`; null without a file. */
  readonly position: string | null;
  /** Milliseconds; null for what was not asked by itself. */
  readonly ms: number | null;
}

/** What a question found out. */
export type Answer = Pick<Probe, 'name' | 'status' | 'message'> &
  Partial<Pick<Probe, 'ms' | 'url' | 'fix'>> & { readonly field?: string[] };

/** What was not asked, and why. */
export function skip(name: ProbeName, message: string): Answer {
  return { name, status: 'skipped', message };
}

/** Judges status and content type; what a status means for the token is not asked here. */
export function judgeExchange(exchange: Exchange | undefined, expected: readonly number[], typed = true): Answer[] {
  if (exchange === undefined) return [skip('http', 'nothing was asked')];
  const { status, failure, ms } = exchange;
  if (status === null) return [{ name: 'http', status: 'undecided', message: failure ?? 'no answer', ms }];
  const unsure = status === 429 || status >= 500;
  const result = expected.includes(status) ? 'passed' : unsure ? 'undecided' : 'failed';
  const answers: Answer[] = [{ name: 'http', status: result, message: `answered ${status}`, ms }];
  if (!typed || status !== 200) return answers;
  const type = exchange.response_headers['content-type'] ?? '';
  const isJson = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type);
  const message = isJson ? type : `${type === '' ? 'no content type' : type} rather than application/json`;
  return [...answers, { name: 'content_type', status: isJson ? 'passed' : 'warned', message }];
}

/** Whether HTTP itself went wrong, so that nothing more can be said. */
export function isStopped(answers: readonly Answer[]): boolean {
  return answers.some(({ name, status }) => name === 'http' && status !== 'passed');
}

/** What was made of the answer may know the way out; a content type has its own. */
export function adviseOn(answers: readonly Answer[], fix: string | undefined): Answer[] {
  return answers.map((answer) => (fix === undefined || answer.name === 'content_type' ? answer : { ...answer, fix }));
}

/** Judges what was made of the answer to a token that cannot be valid. */
export function judgeRefusal({ outcome, reason, steps }: Verdict, introspects: boolean): Answer[] {
  const code = reason?.code;
  if (code === 'client_credentials_rejected') {
    const { message = '', fix } = reason ?? {};
    const field = ['introspection', 'client_id'];
    return adviseOn([{ name: 'credentials', status: 'failed', message, field }], fix);
  }
  if (outcome === 'undecided') {
    const status = code === 'endpoint_rate_limited' ? 'undecided' : 'failed';
    return adviseOn([{ name: 'refusal', status, message: reason.message }], reason.fix);
  }
  const raw = steps.find((step) => step.code === 'raw_client_credentials');
  const credentials: Answer = {
    name: 'credentials',
    status: raw === undefined ? 'passed' : 'warned',
    message: raw?.message ?? 'client_id and client_secret are accepted',
    field: ['introspection', 'client_id'],
  };
  const refused = code === 'token_inactive' || code === 'token_refused';
  const refusal: Answer = refused
    ? { name: 'refusal', status: 'passed', message: 'a token that cannot be valid is refused' }
    : { name: 'refusal', status: 'failed', message: 'a token that cannot be valid is accepted' };
  return introspects ? [credentials, refusal] : [refusal];
}
