/** `custom`: an external endpoint is asked, with the token and the request that carried it. */

import { checkSendable } from '../checks.js';
import type { CustomConfig } from '../config/provider-config.js';
import { credentialsByName, credentialsIn } from '../credentials.js';
import { findMasked, type Answered, type HttpAnswer } from '../exchange.js';
import { describeKind, isObject, isStringList, member, type Json, type JsonObject } from '../json.js';
import { unescapePercent } from '../percent.js';
import { findPrincipalFault } from '../principal.js';
import { decodeHeader, findTokenFault } from '../token.js';
import { netlocOf } from '../url.js';
import { judgeUnexpected, looksLikeHtml, quoteMessage, readObject, through } from '../unexpected-answer.js';
import type { ReasonCode } from '../reason-codes.js';
import type { Trace } from '../trace.js';
import type { Attributes, Identity } from '../verdict.js';
import { createAskingProvider } from './judge.js';
import type { AuthProvider, AuthRequest, ProviderContext } from './provider.js';

/** Makes the provider. */
export function createCustomProvider(config: CustomConfig, context: ProviderContext): AuthProvider {
  const challenge = `Authentication required. Please provide your API key as a Bearer token (validated by ${netlocOf(config.endpoint)})`;

  const steps = ['request', 'subject', 'mapping'] as const;

  return createAskingProvider(
    context,
    config.endpoint,
    { steps, challenge, refusal: challenge },
    async (trace, token, request) => {
      const fault = findFault(token);
      const other = carriesAnother(request, token) ? 'the request carries two different credentials' : null;
      if (!checkSendable(trace, fault ?? other, fault === null ? ONE_FIX : undefined)) return { identity: null };
      const headers = describeHeaders(request.headers ?? []);
      const params = { ...request.params };
      const secrets = [token, ...credentialsIn(Object.entries(headers))];
      const hidden = credentialsByName(Object.entries(headers), params);
      const told = { path: unescapePercent(request.path ?? ''), headers, params };
      const answer = await context.http.send({
        method: 'POST',
        url: config.endpoint,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ api_key: token, request: told }),
        secrets,
        hidden,
      });
      const identity = judgeAnswer(trace, answer, config.endpoint, secrets, hidden);
      return {
        identity,
        claims: identity === null ? null : { ...identity },
        network_ms: answer.ms,
        ...(answer.ok ? { refusal: `Authentication failed: ${answer.status}` } : {}),
      };
    },
  );
}

/** The headers as the server tells of them: decoded, without the token, the last of several wins. */
function describeHeaders(headers: NonNullable<AuthRequest['headers']>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    headers
      .map(([name, value]) => [name.toLowerCase(), decodeHeader(value) ?? value] as const)
      .filter(([name]) => name !== 'authorization'),
  );
}

const ONE_FIX = 'Send one Authorization header, with the token that is to be judged.';

function findFault(token: string): string | null {
  return findTokenFault(token) ?? (/\s/.test(token) ? 'there is white space inside the token' : null);
}

function carriesAnother({ headers = [] }: AuthRequest, token: string): boolean {
  return headers.some(([name, value]) => name.toLowerCase() === 'authorization' && tokenIn(value) !== token);
}

function tokenIn(authorization: string): string | null {
  const scheme = /^bearer +/i.exec(authorization);
  return scheme === null ? null : authorization.slice(scheme[0].length).trim();
}

function judgeAnswer(
  trace: Trace,
  answer: HttpAnswer,
  url: string,
  secrets: readonly string[],
  hidden: readonly string[],
): Identity | null {
  const asked = { url, secrets: [...secrets, ...hidden] };
  const field = ['endpoint'];
  const fail = (code: ReasonCode, message: string, fix?: string): null => {
    trace.fail('request', code, message, { field, fix });
    return null;
  };
  if (!answer.ok) return fail(answer.code, `the endpoint could not be asked: ${answer.message}`, answer.fix);
  if (answer.status === 401 || answer.status === 403) {
    const said = quoteMessage(answer.body, asked);
    const isPage = looksLikeHtml(answer.body);
    const message = `the endpoint answered ${answer.status}${isPage ? ' with a web page' : ''}${said}${through(answer)}`;
    return fail('token_refused', message, isPage ? PAGE_FIX : undefined);
  }
  if (answer.status !== 200) {
    const { code, message, fix } = judgeUnexpected(answer, 'the endpoint', asked);
    return fail(code, message, fix);
  }
  const told = readAnswer(answer, secrets);
  if (typeof told === 'string') return fail('endpoint_invalid_response', told);
  const identity = readIdentity(told);
  if (typeof identity === 'string') return fail('endpoint_invalid_response', identity);
  trace.pass('request', 'the endpoint answered 200', { field });
  trace.pass('subject', 'principal names the principal', { actual: identity.principal });
  const names = Object.keys(identity.attributes);
  if (names.length === 0) trace.warn('mapping', 'attributes_empty', describeMissing(told), { fix: SEND_FIX });
  else trace.pass('mapping', `the endpoint sent ${names.join(', ')}`);
  return identity;
}

const PAGE_FIX =
  'A firewall, a login or a proxy may have answered in the place of the endpoint: have it let this server through. If it was the endpoint, get a new token.';
const SEND_FIX = 'Have the endpoint answer {"principal": "alice", "attributes": {"roles": ["admin"]}} and the like.';

function describeMissing(answer: JsonObject): string {
  const isOutdated = member(answer, 'access_attributes') !== undefined;
  const outdated = '; those in access_attributes, an outdated shape, are not read';
  return `the endpoint sent no attributes${isOutdated ? outdated : ''}`;
}

/** Reads an object that can be believed, or says why there is none. */
function readAnswer(answer: Answered, secrets: readonly string[]): JsonObject | string {
  const told = readObject(answer, 'the endpoint', secrets);
  const masked = typeof told === 'string' ? null : findMasked(told, ['principal', 'attributes'], secrets);
  return masked === null ? told : `the answer repeats a credential of the request in its ${masked}`;
}

/** Reads `{principal, attributes?, message?}`, or says which field is wrong. */
function readIdentity(answer: JsonObject): Identity | string {
  const principal = member(answer, 'principal');
  const outdated = principal === undefined && member(answer, 'access_attributes') !== undefined;
  if (outdated)
    return 'the answer has the outdated shape {access_attributes}; the server reads {principal, attributes}';
  const fault = findPrincipalFault(principal);
  if (fault !== null || typeof principal !== 'string')
    return `the principal in the answer ${fault ?? 'is not a string'}`;
  const message = member(answer, 'message') ?? null;
  if (message !== null && typeof message !== 'string')
    return `message in the answer is ${describeKind(message)}, not a string`;
  const attributes = readAttributes(member(answer, 'attributes') ?? null);
  return typeof attributes === 'string' ? attributes : { principal, attributes };
}

function readAttributes(value: Json): Attributes | string {
  if (value === null) return {};
  if (!isObject(value)) return 'attributes in the answer is not an object';
  const attributes = new Map<string, readonly string[]>();
  for (const [name, values] of Object.entries(value)) {
    if (!isStringList(values)) return `attributes.${name.slice(0, 64)} in the answer is not a list of strings`;
    attributes.set(name, values);
  }
  return Object.fromEntries(attributes);
}
