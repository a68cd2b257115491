/** What a host's log is told about requests. */

import type { AuthRequest } from '../providers/provider.js';
import { createRedactor } from '../redact.js';
import { cutText } from '../unexpected-answer.js';
import { fingerprint } from '../token.js';
import { ignoreFailure } from '../ignore-failure.js';
import type { IncomingRequest, Judged } from './authentication.js';
import { readsToken, type HeaderPairs, type RequestFault } from './bearer.js';

/** Hears of requests; pino, console and their like fit. No token ever reaches it. */
export interface Logger {
  readonly info: (details: object, message: string) => unknown;
  readonly warn: (details: object, message: string) => unknown;
  readonly error: (details: object, message: string) => unknown;
}

/** What is logged beside the answer. */
export type About = Pick<IncomingRequest, 'id'> & { readonly method?: string };

/** Masks the token in what a sender may have written, and cuts it. */
type Clean = (text: string) => string;

/** Logging must never decide about a request; and whatever is logged, the token is not in it. */
function log(
  logger: Logger | undefined,
  level: keyof Logger,
  { token, headers = [] }: AuthRequest,
  describe: (clean: Clean) => object,
  message: string,
): void {
  if (logger === undefined) return;
  ignoreFailure(() => {
    const redactToken = createRedactor([token]);
    // No token is read from a header that is not well formed, and yet it may hold one.
    const redactWords = createRedactor(token === null ? listWords(headers) : []);
    return logger[level](
      describe((text) => cutText(redactWords(redactToken(text).slice(0, MAX_READ)))),
      message,
    );
  });
}

/** How much of a text is looked through for words of a header: who sends more is not to keep us busy. */
const MAX_READ = 4096;
const MAX_WORDS = 16;

/** The words of Authorization headers that are long enough for a token; the whole of a longer one is not read either. */
function listWords(headers: HeaderPairs): string[] {
  return headers
    .filter(([name]) => name.toLowerCase() === 'authorization')
    .slice(0, 4)
    .flatMap(([, value]) => {
      const words: string[] = [];
      for (const [word] of value.matchAll(/[^\s"',;:=]{8,}/g)) {
        if (words.push(word.slice(0, MAX_READ)) === MAX_WORDS) break;
      }
      return words;
    });
}

/** Reports a provider that threw. */
export function reportFailure(
  logger: Logger | undefined,
  request: AuthRequest,
  about: About,
  provider: string,
  error: unknown,
): void {
  const name = error instanceof Error ? error.name : typeof error;
  log(
    logger,
    'error',
    request,
    (clean) => ({ ...describeAbout(about, clean), provider, error: name }),
    'a provider failed',
  );
}

/** Reports the answer about a request. */
export function reportAnswer(
  logger: Logger | undefined,
  request: AuthRequest,
  about: About,
  answer: Judged,
  fault: RequestFault | null,
): void {
  const { verdicts } = answer;
  // Who asked only providers that read no token is not told what is wrong with one.
  const isUnread = fault !== null && (verdicts.length === 0 || verdicts.some(({ provider }) => readsToken(provider)));
  // Only what comes from outside is cleaned: a sender whose token is "rejected" is not to blank our own words.
  const describe = (clean: Clean): object => ({
    ...describeAbout(about, clean),
    // A server that asks may have left the query on it, or decoded the %3F that a client wrote.
    path: clean((request.path ?? '').replace(/[?#][^]*/, '')),
    outcome: answer.outcome,
    ...(request.token === null ? {} : { token: verdicts[0]?.token.fingerprint ?? fingerprint(request.token) }),
    ...(answer.outcome === 'accepted'
      ? { principal: clean(answer.identity.principal) }
      : { status: answer.refusal.status }),
    ...(!isUnread || answer.outcome === 'accepted' ? {} : { fault: fault.fault, why: fault.message }),
    providers: verdicts.map(({ provider, outcome, reason }) => ({
      name: provider.name,
      outcome,
      ...(reason === null || (fault !== null && readsToken(provider))
        ? {}
        : { reason: reason.code, why: clean(reason.message) }),
    })),
  });
  log(logger, answer.outcome === 'undecided' ? 'warn' : 'info', request, describe, `request ${answer.outcome}`);
}

function describeAbout({ method, id }: About, clean: Clean): object {
  return {
    ...(method === undefined ? {} : { method: clean(method) }),
    ...(id === undefined ? {} : { id: clean(id) }),
  };
}
