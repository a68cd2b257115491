/** What the API server's refusals mean, and what to do about them. */

import { duration } from '../duration.js';
import type { Answered } from '../exchange.js';
import { member, type Json } from '../json.js';
import { listSome, quote } from '../listing.js';
import { audiencesOf, recognizeMisplaced } from '../misplaced-token.js';
import { parseJwt } from '../protocol/jwt.js';
import type { ReasonCode } from '../reason-codes.js';
import { expiredFor } from '../time-claims.js';
import { judgeUnexpected, quoteMessage, through } from '../unexpected-answer.js';

/** Whom an API server takes a request without credentials for, and never one with a token that it does not know. */
export const ANONYMOUS = 'system:anonymous';
/** The way out where the API server has not seen the token. */
export const PASS_ON_FIX = 'Have what stands between here and the API server pass the Authorization header on.';

/** Why the API server does not say who a token's bearer is. */
export interface KubernetesRefusal {
  readonly code: ReasonCode;
  readonly message: string;
  readonly fix?: string | undefined;
}

/** Explains an answer other than 201; `now` is in milliseconds since 1970. */
export function explainRefusal(answer: Answered, url: string, token: string, now: number): KubernetesRefusal {
  const { status } = answer;
  const asked = { url, secrets: [token] };
  const words = quoteMessage(answer.body, asked);
  const reason = words + through(answer);
  if (status === 401) {
    const { said, fix } = readHints(token, now);
    return { code: 'token_refused', message: `the API server answered 401${reason}${said}`, fix };
  }
  if (status === 403) {
    const message = `the API server answered 403${reason}`;
    if (words.includes(`\\"${ANONYMOUS}\\"`))
      return { code: 'token_refused', message: `${message}; it has not seen the token`, fix: PASS_ON_FIX };
    const fix =
      'Let this user create selfsubjectreviews: bind the ClusterRole system:basic-user to it. A new token does not help.';
    // Without words of its own, something before the API server may have answered.
    return { code: 'token_refused', message, fix: words === '' ? undefined : fix };
  }
  const failure = judgeUnexpected(answer, 'the API server', asked);
  const fix =
    'Check api_server_url; if it is right, upgrade the cluster: selfsubjectreviews of authentication.k8s.io/v1 came with Kubernetes 1.28.';
  return status === 404 ? { ...failure, fix } : failure;
}

interface Hints {
  readonly said: string;
  readonly fix: string | undefined;
}

/** What a refused token says of itself, which nobody verified; an opaque one says nothing. */
function readHints(token: string, now: number): Hints {
  const { claims } = parseJwt(token);
  if (claims === null) return { said: '', fix: undefined };
  const age = expiredFor(claims, now);
  const issuer = member(claims, 'iss');
  const audiences = audiencesOf(claims);
  const said = [
    ...(age === null ? [] : [`expired ${duration(age)} ago`]),
    ...(audiences.length === 0 ? [] : [`is for ${listSome(audiences, quote)}`]),
    ...(typeof issuer === 'string' ? [`is from ${quote(issuer)}`] : []),
  ];
  const isServiceAccount = recognizeMisplaced(claims, ['cluster']) !== null;
  const isForeign = audiences.length > 0 && !audiences.some((name) => isOwn(name, issuer));
  const fix =
    age !== null
      ? `Get a fresh token${isServiceAccount ? ': kubectl create token SERVICEACCOUNT, or the mounted file, which is renewed' : ' from its issuer'}.`
      : isServiceAccount && isForeign
        ? 'Get a token for the API server itself: kubectl create token SERVICEACCOUNT, without --audience.'
        : 'Get a token that this cluster made (kubectl create token SERVICEACCOUNT), or whose issuer and audience it trusts.';
  return { said: said.length === 0 ? '' : `; the token says (unverified) that it ${said.join(', ')}`, fix };
}

/** What an API server calls itself unless told otherwise: as its issuer, or by its name in the cluster. */
function isOwn(audience: string, issuer: Json | undefined): boolean {
  return audience === issuer || /^(?:https:\/\/)?kubernetes\.default\.svc/.test(audience);
}
