/** One token, asked of a live server and of a provider here: whether both answer alike. */

import { AuthcheckError, usageError } from '../errors.js';
import { credentialsByName } from '../credentials.js';
import type { HttpClient } from '../exchange.js';
import { isHttpUrl, showUrl } from '../url.js';
import type { AuthProvider, AuthRequest } from '../providers/provider.js';
import { createRedactor } from '../redact.js';
import { askServer, type ServerReplies, type ServerReply } from './server-reply.js';
import { findHeaderTokenFault } from '../token.js';
import { clean, type Asked } from '../unexpected-answer.js';
import type { Verdict } from '../verdict.js';

/** What is compared. The last three are about requests without a token and with one that cannot be valid. */
export type ParityRowName =
  'outcome' | 'status' | 'message' | 'without_token' | 'without_token_message' | 'with_garbage';

/** One thing that is compared. */
export interface ParityRow {
  readonly name: ParityRowName;
  readonly ours: string | number | null;
  readonly server: string | number | null;
  /** Null where there is nothing to compare. */
  readonly same: boolean | null;
}

/** How a live server and a provider answered. */
export interface ParityReport {
  readonly server: ServerReply & { readonly url: string };
  readonly without_token: ServerReply;
  readonly with_garbage: ServerReply;
  readonly verdict: Verdict;
  readonly rows: readonly ParityRow[];
  /** Null if nobody can say. */
  readonly same: boolean | null;
}

/** A request that carries a token. */
export type TokenRequest = AuthRequest & { readonly token: string };

/**
 * Sends a token to a server and to a provider, and compares their answers.
 *
 * Both are also asked without a token, and with one that cannot be valid: a server that lets these in too does not
 * authenticate, whatever it says to the token. The token goes to the URL and to the provider, and follows no redirect.
 *
 * @throws {AuthcheckError} `usage_invalid` for a URL or a header that cannot be used, `input_unreadable` for a token that
 * no header can carry.
 */
export async function compareWithServer(
  http: HttpClient,
  url: string,
  provider: AuthProvider,
  request: TokenRequest,
): Promise<ParityReport> {
  checkUsable(url, request);
  const { token, headers = [] } = request;
  const garbage = garble(token);
  const asked = { url, secrets: [token, garbage, ...credentialsByName(headers, {})] };
  const [replies, verdict, without, withGarbage] = await Promise.all([
    askServer(http, { ...asked, headers }, token, garbage),
    provider.authenticate(request),
    provider.authenticate({ ...request, token: null }),
    provider.authenticate({ ...request, token: garbage }),
  ]);
  const rows = compare(replies, { given: verdict, without, garbage: withGarbage }, asked);
  const differs = rows.some(({ same }) => same === false);
  return {
    server: { url: createRedactor(asked.secrets)(showUrl(url)), ...replies.given },
    without_token: replies.without,
    with_garbage: replies.garbage,
    verdict,
    rows,
    same: differs ? false : (rows.find(({ name }) => name === 'outcome')?.same ?? null),
  };
}

function checkUsable(url: string, request: TokenRequest): void {
  if (!isHttpUrl(url))
    throw usageError('the server must be an absolute http(s) URL, such as https://api.example/v1/models');
  const { username, password } = new URL(url);
  if (username !== '' || password !== '') throw usageError('the URL of the server must not carry credentials');
  if ((request.headers ?? []).some(([name]) => name.toLowerCase() === 'authorization'))
    throw usageError('the header Authorization cannot be set: it carries the token');
  const fault = findHeaderTokenFault(request.token);
  if (fault !== null) throw new AuthcheckError('input_unreadable', `the token cannot be sent to a server: ${fault}`);
}

/** A token that cannot be valid: a JWT with nothing as its signature, so that only checking that can refuse it. */
function garble(token: string): string {
  const [, input = '', signature = ''] = /^([\w-]+\.[\w-]+\.)([\w-]+)$/.exec(token) ?? [];
  const forged = input + 'A'.repeat(signature.length);
  return forged === '' || forged === token ? 'authcheck-parity-not-a-token' : forged;
}

/** What the provider says to the three requests of {@link ServerReplies}. */
type Verdicts = Readonly<Record<keyof ServerReplies, Verdict>>;

function compare(replies: ServerReplies, verdicts: Verdicts, asked: Asked): ParityRow[] {
  const { given: verdict } = verdicts;
  const { given: reply } = replies;
  const decided = verdict.outcome !== 'undecided' && reply.outcome !== 'undecided';
  const bothRefuse = verdict.outcome === 'rejected' && reply.outcome === 'rejected';
  const equal = verdict.server.status === reply.status;
  // Where both accept the token, the server may still answer 404 or anything else: that says nothing about the config.
  const statusTells = decided && (bothRefuse || verdict.outcome !== reply.outcome || equal);
  // Only a server of the reference's kind tells, word for word, what its config is.
  const isKin =
    replies.without.outcome === 'rejected' && /^Authentication required\. /.test(replies.without.message ?? '');
  return [
    compareOutcomes('outcome', verdict, reply),
    row('status', verdict.server.status, reply.status, statusTells),
    row('message', messageOf(verdict, asked), reply.message, bothRefuse),
    compareOutcomes('without_token', verdicts.without, replies.without),
    row('without_token_message', messageOf(verdicts.without, asked), replies.without.message, isKin),
    compareOutcomes('with_garbage', verdicts.garbage, replies.garbage),
  ];
}

function compareOutcomes(name: ParityRowName, { outcome }: Verdict, reply: ServerReply): ParityRow {
  return row(name, outcome, reply.outcome, outcome !== 'undecided' && reply.outcome !== 'undecided');
}

function row(
  name: ParityRowName,
  ours: ParityRow['ours'],
  server: ParityRow['server'],
  comparable: boolean,
): ParityRow {
  return { name, ours, server, same: comparable && ours !== null && server !== null ? ours === server : null };
}

/** What the server should say, masked as its real words are, with which it is compared. */
function messageOf(verdict: Verdict, asked: Asked): string | null {
  const { body } = verdict.server;
  return body === null ? null : clean(body.error.message, asked);
}
