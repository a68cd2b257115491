/** What an adapter asks about a request, and what it is answered. */

import type { Identity, Verdict } from '../verdict.js';
import type { BearerFault, HeaderPairs, Refusal } from './bearer.js';

/** A request as an adapter hands it over. */
export interface IncomingRequest {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly url: string;
  readonly headers: HeaderPairs;
  /** How many headers were sent, at the most, where those of one name were joined. Default: as many as `headers` has. */
  readonly headerCount?: number;
  /** Names the request in logs. */
  readonly id?: string | undefined;
}

/** The answer about one request. */
export type Authentication = { readonly outcome: 'public' } | Judged;

/** The answer about one request that providers were asked about, or that was refused unasked. */
export type Judged =
  | { readonly outcome: 'accepted'; readonly identity: Identity; readonly verdicts: readonly Verdict[] }
  | {
      readonly outcome: 'rejected' | 'undecided';
      readonly refusal: Refusal;
      /** Why no token was looked at; null if one was. */
      readonly fault: BearerFault | null;
      /** One of each provider that was asked. */
      readonly verdicts: readonly Verdict[];
    };
