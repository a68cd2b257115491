/**
 * `kubernetes`: the API server is asked, with the token itself, who its bearer is.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/self-subject-review-v1/
 */

import { checkSendable } from '../checks.js';
import type { KubernetesConfig } from '../config/provider-config.js';
import { findMasked, type Answered, type HttpAnswer } from '../exchange.js';
import { trimSlashes } from '../url.js';
import { isObject, isStringList, member, type JsonObject } from '../json.js';
import { findPrincipalFault } from '../principal.js';
import type { ReasonCode } from '../reason-codes.js';
import { findHeaderTokenFault } from '../token.js';
import type { Trace } from '../trace.js';
import { createAskingProvider, type Frame } from './judge.js';
import { readObject } from '../unexpected-answer.js';
import { ANONYMOUS, explainRefusal, PASS_ON_FIX } from './kubernetes-refusals.js';
import { mapIdentity, namesRead } from './mapping.js';
import type { AuthProvider, ProviderContext } from './provider.js';

const REFUSAL = 'Invalid token';
const FRAME: Frame = {
  steps: ['request', 'subject', 'mapping'],
  challenge: 'Authentication required',
  refusal: REFUSAL,
};

/** Makes the provider. */
export function createKubernetesProvider(config: KubernetesConfig, context: ProviderContext): AuthProvider {
  const url = reviewUrl(config.api_server_url);

  return createAskingProvider(context, url, FRAME, async (trace, token) => {
    if (!checkSendable(trace, findHeaderTokenFault(token))) return { identity: null };
    const answer = await context.http.send({
      method: 'POST',
      url,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }),
      idempotent: true,
      secrets: [token],
    });
    const refusal = answer.ok && answer.status === 403 ? 'Token validation failed: 403' : REFUSAL;
    const user = judgeAnswer(trace, answer, url, token, context.now(), namesRead(config.claims_mapping));
    if (user === null) return { identity: null, network_ms: answer.ms, refusal };
    const { claims, username } = user;
    trace.pass('subject', 'username names the principal', { actual: username });
    const mapped = mapIdentity(trace, context, claims, config.claims_mapping, username);
    return { ...mapped, claims, network_ms: answer.ms };
  });
}

function reviewUrl(base: string): string {
  const url = new URL(base);
  url.pathname = `${trimSlashes(url.pathname)}/apis/authentication.k8s.io/v1/selfsubjectreviews`;
  url.search = '';
  url.hash = '';
  return url.href;
}

interface KubernetesUser {
  readonly username: string;
  readonly claims: JsonObject;
}

function judgeAnswer(
  trace: Trace,
  answer: HttpAnswer,
  url: string,
  token: string,
  now: number,
  names: readonly string[],
): KubernetesUser | null {
  const field = ['api_server_url'];
  const fail = (code: ReasonCode, message: string, fix?: string): null => {
    trace.fail('request', code, message, { field, fix });
    return null;
  };
  if (!answer.ok) return fail(answer.code, `the API server could not be asked: ${answer.message}`, answer.fix);
  if (answer.status !== 201) {
    const { code, message, fix } = explainRefusal(answer, url, token, now);
    return fail(code, message, fix);
  }
  const user = readUserInfo(answer, token, names);
  if (typeof user === 'string') return fail('endpoint_invalid_response', user);
  if (user.username === ANONYMOUS) {
    const message = `the API server answered for ${ANONYMOUS}: it has not seen the token`;
    return fail('endpoint_invalid_response', message, PASS_ON_FIX);
  }
  trace.pass('request', 'the API server answered 201', { field });
  return user;
}

/** Reads `status.userInfo`, or says what is wrong with it. */
function readUserInfo(answer: Answered, token: string, names: readonly string[]): KubernetesUser | string {
  const review = readObject(answer, 'the API server', [token]);
  if (typeof review === 'string') return review;
  const status = member(review, 'status');
  const claims = isObject(status) ? member(status, 'userInfo') : undefined;
  if (!isObject(claims)) return 'the answer of the API server has no status.userInfo';
  const masked = findMasked(claims, names, [token]);
  if (masked !== null) return `the answer repeats the token in its ${masked}`;
  const username = member(claims, 'username');
  const fault = findPrincipalFault(username);
  if (fault !== null || typeof username !== 'string') return `the username in the answer ${fault ?? 'is not a string'}`;
  const groups = member(claims, 'groups');
  if (groups !== undefined && groups !== null && !isStringList(groups))
    return 'the groups in the answer are not a list of strings';
  return { username, claims };
}
