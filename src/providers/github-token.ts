/** `github_token`: GitHub, or a GitHub Enterprise server, is asked whose token this is. */

import { findPrincipalFault } from '../checks.js';
import type { GithubTokenConfig } from '../config/provider-config.js';
import { jsonBody, judgeStatus, showUrl, trimSlashes, type HttpAnswer } from '../exchange.js';
import { isObject, member, type Json } from '../json.js';
import { createRedactor } from '../redact.js';
import { findHeaderTokenFault, readGithubToken } from '../token.js';
import type { Trace, Verdict } from '../verdict.js';
import { mapIdentity } from './mapping.js';
import { judge } from './judge.js';
import type { AuthProvider, AuthRequest, ProviderContext } from './provider.js';

const REFUSAL = 'GitHub token validation failed. Please check your token and try again.';
const CHALLENGE =
  'Authentication required. Please provide a valid GitHub access token (https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/managing-your-personal-access-tokens) in the Authorization header (Bearer <token>)';

const PAGE_SIZE = 100;
const MAX_PAGES = 10;

/** Makes the provider. */
export function createGithubTokenProvider(config: GithubTokenConfig, context: ProviderContext): AuthProvider {
  const base = trimSlashes(config.github_api_base_url);

  const frame = { steps: ['request', 'organizations', 'mapping'] as const, challenge: CHALLENGE, refusal: REFUSAL };

  const authenticate = (request: AuthRequest): Promise<Verdict> =>
    judge(context, request, frame, async (trace, token) => {
      if (!checkFormat(trace, token)) return { identity: null };
      let network_ms = 0;
      const get = async (path: string): Promise<HttpAnswer> => {
        const answer = await context.http.send({
          method: 'GET',
          url: `${base}${path}`,
          headers: { authorization: `Bearer ${token}`, accept: 'application/vnd.github.v3+json' },
          secrets: [token],
        });
        network_ms += answer.ms;
        return answer;
      };
      const user = judgeUser(trace, await get('/user'), token);
      const organizations = user === null ? null : await readOrganizations(trace, get, token);
      if (user === null || organizations === null) return { identity: null, network_ms };
      const claims = { ...user, organizations };
      return { ...mapIdentity(trace, context, claims, config.claims_mapping, user.login), claims, network_ms };
    });

  return {
    ref: context.ref,
    keySet: null,
    destination: { url: showUrl(`${base}/user`), sends: 'token' },
    authenticate,
    close: () => context.http.close(),
  };
}

function checkFormat(trace: Trace, token: string): boolean {
  const fault = findHeaderTokenFault(token);
  const github = readGithubToken(token);
  if (fault !== null) trace.fail('format', 'token_malformed', fault);
  else if (github === null) trace.pass('format', 'no GitHub prefix; GitHub is asked all the same');
  else if (github.checksum === false)
    trace.warn('format', 'checksum_wrong', `a GitHub ${github.kind} whose checksum is wrong`);
  else trace.pass('format', `a GitHub ${github.kind}${github.checksum === true ? ', checksum right' : ''}`);
  return fault === null;
}

interface GithubUser {
  readonly login: string;
  readonly id: string;
}

function judgeUser(trace: Trace, answer: HttpAnswer, token: string): GithubUser | null {
  const field = { field: ['github_api_base_url'] };
  if (!answer.ok) trace.fail('request', answer.code, `GitHub could not be asked: ${answer.message}`, field);
  else if (answer.status === 401)
    trace.fail('request', 'token_refused', 'GitHub answered 401: it does not know the token, or it was revoked');
  else if (answer.status === 403) judgeForbidden(trace, answer.headers);
  else if (answer.status !== 200) {
    const { code, message } = judgeStatus(answer.status, 'GitHub');
    trace.fail('request', code, `${message}${resetTime(answer.headers)}`, field);
  } else {
    const user = readUser(answer.body, token);
    if (typeof user !== 'string') {
      trace.pass('request', `GitHub knows the token as ${JSON.stringify(user.login)}`, field);
      return user;
    }
    trace.fail('request', 'endpoint_invalid_response', user, field);
  }
  return null;
}

function judgeForbidden(trace: Trace, headers: Readonly<Record<string, string>>): void {
  if (headers['x-github-sso'] !== undefined) {
    trace.fail(
      'request',
      'token_refused',
      'GitHub answered 403: the organization wants the token authorized for SAML single sign-on',
    );
  } else if (isRateLimited(headers)) {
    trace.fail(
      'request',
      'endpoint_rate_limited',
      `GitHub answered 403: the rate limit is used up${resetTime(headers)}`,
    );
  } else trace.fail('request', 'token_refused', 'GitHub answered 403: the token may not do this');
}

function isRateLimited(headers: Readonly<Record<string, string>>): boolean {
  return headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined;
}

function resetTime(headers: Readonly<Record<string, string>>): string {
  const after = /^\d{1,6}$/.exec(headers['retry-after'] ?? '');
  if (after !== null) return `; try again in ${after[0]} s`;
  const reset = /^\d{1,11}$/.exec(headers['x-ratelimit-reset'] ?? '');
  return reset === null ? '' : `; it resets at ${new Date(Number(reset[0]) * 1000).toISOString()}`;
}

/** Reads the user, or says what is wrong. An id is an integer of any size, and its digits are kept. */
function readUser(body: string, token: string): GithubUser | string {
  const json = jsonBody({ body }, [token], { number: (text) => (/^\d+$/.test(text) ? BigInt(text) : Number(text)) });
  if (!json.ok) return `GitHub sent no valid JSON: ${json.message}`;
  if (!isObject(json.value)) return 'GitHub sent JSON that is not an object';
  const login = member(json.value, 'login');
  const id = member(json.value, 'id');
  const fault = findPrincipalFault(login);
  if (fault !== null || typeof login !== 'string') return `the login that GitHub sent ${fault ?? 'is not a string'}`;
  return typeof id === 'bigint' ? { login, id: String(id) } : 'the id that GitHub sent is not an integer';
}

/** Reads the organizations, page by page; null after a failure. Without permission there are none, with a warning. */
async function readOrganizations(
  trace: Trace,
  get: (path: string) => Promise<HttpAnswer>,
  token: string,
): Promise<string[] | null> {
  const organizations: string[] = [];
  let isPartial = false;
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const answer = await get(`/user/orgs?per_page=${PAGE_SIZE}&page=${page}`);
    const limited = answer.ok && answer.status === 403 && isRateLimited(answer.headers);
    if (answer.ok && (limited || answer.status === 429 || answer.status >= 500)) {
      const { message, ...judged } = judgeStatus(answer.status, 'GitHub');
      const code = limited ? 'endpoint_rate_limited' : judged.code;
      trace.fail('organizations', code, `${message} when asked for the organizations${resetTime(answer.headers)}`);
      return null;
    }
    const logins = answer.ok && answer.status === 200 ? readLogins(answer.body, token) : null;
    if (logins === null) {
      trace.warn('organizations', 'organizations_unreadable', createRedactor([token])(explainUnreadable(answer)));
      return organizations;
    }
    organizations.push(...logins);
    isPartial ||= answer.ok && answer.headers['x-github-sso'] !== undefined;
    const next = answer.ok ? answer.headers.link : undefined;
    const more = next === undefined ? logins.length === PAGE_SIZE : /rel="?next"?/.test(next);
    if (!more) {
      const said = `GitHub lists ${organizations.length} organization${organizations.length === 1 ? '' : 's'}`;
      const rest = 'and leaves out those that want the token authorized for SAML single sign-on';
      if (isPartial) trace.warn('organizations', 'organizations_unreadable', `${said}, ${rest}`);
      else trace.pass('organizations', said);
      return organizations;
    }
  }
  trace.warn(
    'organizations',
    'organizations_unreadable',
    `only the first ${MAX_PAGES * PAGE_SIZE} organizations were read`,
  );
  return organizations;
}

function readLogins(body: string, token: string): string[] | null {
  const json = jsonBody({ body }, [token]);
  if (!json.ok || !Array.isArray(json.value)) return null;
  const logins = json.value.map((item: Json) => (isObject(item) ? member(item, 'login') : undefined));
  return logins.filter((login) => typeof login === 'string');
}

function explainUnreadable(answer: HttpAnswer): string {
  if (!answer.ok) return `the organizations could not be read: ${answer.message}`;
  if (answer.status === 200) return 'GitHub sent something that is no list of organizations';
  const said = `GitHub answered ${answer.status} when asked for the organizations`;
  if (answer.headers['x-github-sso'] !== undefined)
    return `${said}: they want the token authorized for SAML single sign-on`;
  if (answer.status !== 403 && answer.status !== 404) return said;
  const scopes = answer.headers['x-oauth-scopes'];
  const accepted = answer.headers['x-accepted-oauth-scopes'];
  const has =
    scopes === undefined ? '' : `; the token has ${scopes === '' ? 'no scopes' : `the scopes ${scopes.slice(0, 200)}`}`;
  const wants = accepted === undefined || accepted === '' ? 'read:org' : accepted.slice(0, 200);
  return `${said}: that needs the scope ${wants}${has}`;
}
