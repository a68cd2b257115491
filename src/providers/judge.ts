/** The frame of every judgement about a token: the clock, the trace, and the conclusion. */

import type { JsonObject } from '../json.js';
import { summarizeToken } from '../token.js';
import { createTrace, type StepName, type Trace } from '../trace.js';
import { showUrl } from '../url.js';
import { conclude, type Identity, type MappingRow, type TokenSummary, type Verdict } from '../verdict.js';
import type { AuthProvider, AuthRequest, ProviderContext } from './provider.js';

/** What is the same for every request to one provider. */
export interface Frame {
  /** The steps that are made after `format`, in order; those that are not made are reported as not reached. */
  readonly steps: readonly StepName[];
  /** What the server tells a client without a token. */
  readonly challenge: string;
  /** What the server tells a client whose token is refused. */
  readonly refusal: string;
}

/** What a provider found out, beside the steps of the trace. */
export interface Judgement {
  /** Null after a failed step. */
  readonly identity: Identity | null;
  readonly mapping?: readonly MappingRow[];
  /** What the provider said of the token. */
  readonly claims?: JsonObject | null;
  /** The decoded token, where it can be decoded here. */
  readonly summary?: TokenSummary;
  readonly refusal?: string;
  /** Milliseconds. */
  readonly network_ms?: number;
}

/** Says what a token of a request is worth. */
type Decide = (trace: Trace, token: string, request: AuthRequest) => Judgement | Promise<Judgement>;

/** Makes a provider that sends every token to a URL, and judges it by the answer. */
export function createAskingProvider(
  context: ProviderContext,
  url: string,
  frame: Frame,
  decide: Decide,
): AuthProvider {
  return {
    ref: context.ref,
    keySet: null,
    destination: { url: showUrl(url), sends: 'token' },
    authenticate: (request) => judge(context, request, frame, decide),
    close: () => context.http.close(),
  };
}

/** Judges the token of a request; a request without one is refused before `decide` is asked. */
export async function judge(
  context: ProviderContext,
  request: AuthRequest,
  frame: Frame,
  decide: Decide,
): Promise<Verdict> {
  const started = performance.now();
  const trace = createTrace(context.locate);
  const { token } = request;
  let judgement: Judgement = { identity: null, refusal: frame.challenge };
  if (token === null || token === '') trace.fail('format', 'header_missing', 'the request carries no token');
  else {
    const decided = decide(trace, token, request);
    // Not awaited where the answer is there already, as with a cached key set.
    judgement = decided instanceof Promise ? await decided : decided;
  }
  // Usually every step was made, and there is nothing to look for.
  if (trace.steps.length <= frame.steps.length)
    for (const name of frame.steps) if (!trace.steps.some((step) => step.name === name)) trace.notReached(name);
  return conclude({
    provider: context.ref,
    trace,
    identity: judgement.identity,
    mapping: judgement.mapping ?? [],
    token: judgement.summary ?? summarizeToken(token, judgement.claims ?? null),
    refusal: judgement.refusal ?? frame.refusal,
    total_ms: performance.now() - started,
    network_ms: judgement.network_ms ?? 0,
  });
}
