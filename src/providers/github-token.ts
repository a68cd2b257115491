/** `github_token`: GitHub, or a GitHub Enterprise server, is asked whose token this is. */

import { COPY_FIX } from '../checks.js';
import type { GithubTokenConfig } from '../config/provider-config.js';
import { jsonBody, type Answered, type HttpAnswer } from '../exchange.js';
import { trimSlashes } from '../url.js';
import { isObject, member, type Json } from '../json.js';
import { plural } from '../listing.js';
import { findPrincipalFault } from '../principal.js';
import { findHeaderTokenFault, readGithubToken } from '../token.js';
import type { ReasonCode } from '../reason-codes.js';
import type { StepDetail, Trace } from '../trace.js';
import {
  explainForbidden,
  explainNone,
  explainRateLimit,
  explainUnknown,
  explainUnreadable,
  findBaseFix,
  findSsoFix,
  isRateLimited,
  type Told,
} from './github-refusals.js';
import { mapIdentity } from './mapping.js';
import { createAskingProvider, type Frame } from './judge.js';
import type { AuthProvider, ProviderContext } from './provider.js';
import { judgeUnexpected, readObject } from '../unexpected-answer.js';

const FRAME: Frame = {
  steps: ['request', 'organizations', 'mapping'],
  refusal: 'GitHub token validation failed. Please check your token and try again.',
  challenge:
    'Authentication required. Please provide a valid GitHub access token (https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/managing-your-personal-access-tokens) in the Authorization header (Bearer <token>)',
};

const PAGE_SIZE = 100;
const MAX_PAGES = 10;

/** Makes the provider. */
export function createGithubTokenProvider(config: GithubTokenConfig, context: ProviderContext): AuthProvider {
  const base = trimSlashes(config.github_api_base_url);

  return createAskingProvider(context, `${base}/user`, FRAME, async (trace, token) => {
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
    const user = judgeUser(trace, await get('/user'), base, token);
    const organizations = user === null ? null : await readOrganizations(trace, get, base, token);
    if (user === null || organizations === null) return { identity: null, network_ms };
    const claims = { ...user, organizations };
    return { ...mapIdentity(trace, context, claims, config.claims_mapping, user.login), claims, network_ms };
  });
}

function checkFormat(trace: Trace, token: string): boolean {
  const fault = findHeaderTokenFault(token);
  const github = readGithubToken(token);
  if (fault !== null) trace.fail('format', 'token_malformed', fault, { fix: COPY_FIX });
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

function judgeUser(trace: Trace, answer: HttpAnswer, base: string, token: string): GithubUser | null {
  const field = ['github_api_base_url'];
  const fail = (code: ReasonCode, message: string, detail: StepDetail = {}): null => {
    trace.fail('request', code, message, detail);
    return null;
  };
  if (!answer.ok) return fail(answer.code, `GitHub could not be asked: ${answer.message}`, { field, fix: answer.fix });
  if (isRateLimited(answer)) return fail('endpoint_rate_limited', `GitHub ${explainRateLimit(answer, base, token)}`);
  if (answer.status === 401 || answer.status === 403) {
    const { message, fix } = answer.status === 401 ? explainUnknown(token) : explainForbidden(answer, base, token);
    return fail('token_refused', message, { fix });
  }
  if (answer.status !== 200) {
    const { code, message, fix } = judgeUnexpected(answer, 'GitHub', { url: base, secrets: [token] });
    return fail(code, message, { field, fix: findBaseFix(answer.status, base) ?? fix });
  }
  const user = readUser(answer, token);
  if (typeof user === 'string') return fail('endpoint_invalid_response', user, { field, fix: findBaseFix(404, base) });
  trace.pass('request', `GitHub knows the token as ${JSON.stringify(user.login)}`, { field });
  return user;
}

/** Reads the user, or says what is wrong. An id is an integer of any size, and its digits are kept. */
function readUser(answer: Answered, token: string): GithubUser | string {
  const number = (text: string): number | bigint => (/^\d+$/.test(text) ? BigInt(text) : Number(text));
  const user = readObject(answer, 'GitHub', [token], { number });
  if (typeof user === 'string') return user;
  const login = member(user, 'login');
  const id = member(user, 'id');
  const fault = findPrincipalFault(login);
  if (fault !== null || typeof login !== 'string') return `the login that GitHub sent ${fault ?? 'is not a string'}`;
  return typeof id === 'bigint' ? { login, id: String(id) } : 'the id that GitHub sent is not an integer';
}

/** Reads the organizations, page by page; null after a failure. Without permission there are none, with a warning. */
async function readOrganizations(
  trace: Trace,
  get: (path: string) => Promise<HttpAnswer>,
  base: string,
  token: string,
): Promise<string[] | null> {
  const warn = ({ message, fix }: Told): void =>
    trace.warn('organizations', 'organizations_unreadable', message, { fix });
  const organizations: string[] = [];
  let sso: string | null = null;
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const answer = await get(`/user/orgs?per_page=${PAGE_SIZE}&page=${page}`);
    const asked = 'GitHub, asked for the organizations,';
    if (answer.ok && isRateLimited(answer)) {
      trace.fail('organizations', 'endpoint_rate_limited', `${asked} ${explainRateLimit(answer, base, token)}`);
      return null;
    }
    if (answer.ok && (answer.status === 429 || answer.status >= 500)) {
      const { code, message, fix } = judgeUnexpected(answer, asked, { url: base, secrets: [token] });
      trace.fail('organizations', code, message, { fix });
      return null;
    }
    const listed = answer.ok && answer.status === 200 ? readLogins(answer.body, token) : null;
    if (!answer.ok || listed === null) {
      warn(explainUnreadable(answer, base, token));
      return organizations;
    }
    organizations.push(...listed.filter((login) => typeof login === 'string'));
    sso ??= findSsoFix(answer.headers, base, token);
    const { link = '' } = answer.headers;
    // A Link may also be about something else than pages, such as a deprecation.
    const isPaged = /rel="?(?:first|prev|next|last)\b/.test(link);
    const more = isPaged ? /rel="?next\b/.test(link) : listed.length === PAGE_SIZE;
    if (!more) {
      const said = `GitHub lists ${plural(organizations.length, 'organization')}`;
      const rest = 'and leaves out those that want the token authorized for SAML single sign-on';
      const none = organizations.length === 0 ? explainNone(token) : null;
      if (sso !== null) warn({ message: `${said}, ${rest}`, fix: sso });
      else if (none !== null) warn(none);
      else trace.pass('organizations', said);
      return organizations;
    }
  }
  warn({ message: `only the first ${MAX_PAGES * PAGE_SIZE} organizations were read` });
  return organizations;
}

/** The logins of a page, one for each organization, whatever it is; null for what is no list. */
function readLogins(body: string, token: string): (Json | undefined)[] | null {
  const json = jsonBody({ body }, [token]);
  if (!json.ok || !Array.isArray(json.value)) return null;
  return json.value.map((item: Json) => (isObject(item) ? member(item, 'login') : undefined));
}
