/** What a live server makes of a token, as its status and the body of its error tell. */

import { SECRET_HEADERS } from '../credentials.js';
import { isRedirect, judgeStatus, type HttpClient } from '../exchange.js';
import type { UndecidedCode } from '../reason-codes.js';
import { clean, readMessage } from '../unexpected-answer.js';
import type { Outcome } from '../verdict.js';

/** The answer to one request. */
export interface ServerReply {
  /** Null without an answer. */
  readonly status: number | null;
  readonly outcome: Outcome;
  /** What the body of an error says; null where it says nothing that can be read. */
  readonly message: string | null;
  readonly www_authenticate: string | null;
  /** Seconds by which the server's clock is ahead of ours; null if unknown. */
  readonly skew: number | null;
  /** Why nobody can say; null unless undecided. */
  readonly failure: { readonly code: UndecidedCode; readonly message: string } | null;
}

/** The same request with the token, without one, and with a token that cannot be valid. */
export interface ServerReplies {
  readonly given: ServerReply;
  readonly without: ServerReply;
  readonly garbage: ServerReply;
}

/** Which server is asked, and what is sent beside the token. */
export interface ServerRequest {
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  /** What must not come back. */
  readonly secrets: readonly string[];
}

/** Sends the three requests. They follow no redirect, and a server that counts failures hears the token first. */
export async function askServer(
  http: HttpClient,
  request: ServerRequest,
  token: string,
  garbage: string,
): Promise<ServerReplies> {
  return settle({
    given: await ask(http, request, token),
    without: await ask(http, request, null),
    garbage: await ask(http, request, garbage),
  });
}

async function ask(http: HttpClient, request: ServerRequest, token: string | null): Promise<ServerReply> {
  const { url, headers, secrets } = request;
  // Other credentials, such as a session's cookie, would answer for the token that is missing.
  const carried = headers.filter(([name]) => token !== null || !SECRET_HEADERS.test(name));
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  const answer = await http.send({
    method: 'GET',
    url,
    headers: { ...Object.fromEntries(carried), ...authorization },
    secrets,
  });
  if (!answer.ok) {
    const failure = { code: answer.code, message: `the server could not be asked: ${answer.message}` };
    return { status: null, outcome: 'undecided', message: null, www_authenticate: null, skew: null, failure };
  }
  const { status, skew } = answer;
  const challenge = answer.headers['www-authenticate'];
  const outcome = judge(status, challenge !== undefined);
  return {
    status,
    outcome,
    message: status < 400 ? null : readMessage(answer.body, request) || null,
    www_authenticate: challenge === undefined ? null : clean(challenge, request),
    skew,
    failure: outcome === 'undecided' ? judgeStatus(status, 'the server') : null,
  };
}

/**
 * Says what a status tells about the token: with any other than 401 the server went on to what follows authentication.
 *
 * @see [RFC 6750, section 3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1) on 400 with a challenge
 */
function judge(status: number, challenged: boolean): Outcome {
  if (status === 401 || (status === 400 && challenged)) return 'rejected';
  const elsewhere = status < 200 || isRedirect(status) || status >= 500;
  return elsewhere || [407, 408, 429, 431].includes(status) ? 'undecided' : 'accepted';
}

/** Reads the answers in the light of each other: a 404 that everybody gets says nothing about a token. */
function settle({ given, without, garbage }: ServerReplies): ServerReplies {
  const isVague = ({ outcome, status }: ServerReply): boolean => outcome === 'accepted' && (status ?? 0) >= 300;
  const doubt = (reply: ServerReply, whatElse: string): ServerReply => {
    const message = `the server answered ${reply.status ?? ''}, as to ${whatElse}: that says nothing`;
    return { ...reply, outcome: 'undecided', failure: { code: 'endpoint_error', message } };
  };
  const settleOther = (reply: ServerReply): ServerReply => {
    if (!isVague(reply)) return reply;
    return reply.status === given.status ? doubt(reply, 'the token') : { ...reply, outcome: 'rejected' };
  };
  return {
    given: isVague(given) && garbage.status === given.status ? doubt(given, 'a token that cannot be valid') : given,
    without: settleOther(without),
    garbage: settleOther(garbage),
  };
}
