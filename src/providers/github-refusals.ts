/** What GitHub's refusals say: the reason, the way out, and when to come back. */

import { isRedirect, type Answered, type HttpAnswer } from '../exchange.js';
import { parseUrl, trimSlashes } from '../url.js';
import { REASONS } from '../reasons.js';
import { clean, describeRetryAfter, looksLikeHtml, looksLikeJwt, quoteMessage, through } from '../unexpected-answer.js';

type Headers = Readonly<Record<string, string>>;

/** What a message says, and what to do about it. */
export interface Told {
  readonly message: string;
  readonly fix?: string | undefined;
}

/** Longest URL that is shown: a part of one leads nowhere. */
const MAX_URL = 500;

/**
 * What to do where an organization wants the token authorized for single sign-on; null where none does.
 *
 * @see https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api#authenticating-with-saml-sso
 */
export function findSsoFix(headers: Headers, base: string, token: string): string | null {
  const header = headers['x-github-sso'];
  if (header === undefined) return null;
  const [, sent = ''] = /\burl=(\S+)/.exec(header) ?? [];
  const { hostname } = new URL(base);
  const url = sent.length <= MAX_URL ? parseUrl(sent) : null;
  const isTheirs =
    url?.protocol === 'https:' && [hostname, hostname.replace(/^api\./, ''), 'github.com'].includes(url.hostname);
  const isBare = url?.username === '' && url.password === '';
  return isTheirs && isBare
    ? `Authorize the token for SAML single sign-on: ${clean(url.href, { url: base, secrets: [token] })}`
    : 'Authorize the token for SAML single sign-on: in GitHub’s settings, at the token, "Configure SSO".';
}

/**
 * Tells GitHub's rate limits from a refusal, and from what stands before it. Of a secondary limit, only the message may
 * tell.
 *
 * @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 */
export function isRateLimited({ status, headers, body }: Answered): boolean {
  if (status === 429) return headers['x-ratelimit-reset'] !== undefined;
  if (status !== 403) return false;
  if (headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined) return true;
  return /\b(?:rate limit|abuse detection)/i.test(body.slice(0, 1000));
}

/** Explains a rate limit, and when it ends. */
export function explainRateLimit(answer: Answered, base: string, token: string): string {
  const { status, headers, body } = answer;
  const said = quoteMessage(body, { url: base, secrets: [token] });
  return `answered ${status}: the rate limit is used up${said}${resetTime(headers)}${through(answer)}`;
}

/** When the rate limit ends, to be said after a message; "" where that is unknown. */
function resetTime(headers: Headers): string {
  const asks = describeRetryAfter(headers);
  const reset = /^\d{1,11}$/.exec(headers['x-ratelimit-reset'] ?? '');
  if (asks !== '' || reset === null) return asks;
  return `; it resets at ${new Date(Number(reset[0]) * 1000).toISOString()}`;
}

const KINDS = 'an access token of a user (ghp_…, github_pat_…, gho_… or ghu_…)';

/** Explains a 401: what is no access token is said to be none, as no new one of its kind helps. */
export function explainUnknown(token: string): Told {
  if (token.startsWith('ghr_'))
    return {
      message: 'GitHub answered 401: this is a refresh token, which is for getting access tokens',
      fix: 'Send the access token that came with it (ghu_…).',
    };
  return looksLikeJwt(token)
    ? {
        message: 'GitHub answered 401: this is a JWT, and access tokens of users are none',
        fix: `Send ${KINDS}. If the JWT is from another issuer, such as that of GitHub Actions, use a provider of the type oauth2_token with its key set.`,
      }
    : { message: 'GitHub answered 401: it does not know the token, or it was revoked' };
}

/** Explains a 403 that is no rate limit; an installation of an App is told that it is nobody. */
export function explainForbidden(answer: Answered, base: string, token: string): Told {
  const { headers, body } = answer;
  const sso = findSsoFix(headers, base, token);
  if (sso !== null) {
    const message = 'GitHub answered 403: the organization wants the token authorized for SAML single sign-on';
    return { message, fix: sso };
  }
  // GitHub's API refuses in JSON.
  if (looksLikeHtml(body))
    return {
      message: `GitHub answered 403 with a web page${through(answer)}`,
      fix: 'A firewall or a proxy may have answered in the place of GitHub: have it let this server through.',
    };
  const reason = quoteMessage(body, { url: base, secrets: [token] });
  if (token.startsWith('ghs_'))
    return {
      message: `GitHub answered 403${reason || ': the token may not do this'}`,
      fix: 'Use the token of a user: an installation access token of a GitHub App belongs to nobody.',
    };
  return reason === ''
    ? { message: 'GitHub answered 403: the token may not do this' }
    : {
        message: `GitHub answered 403${reason}`,
        fix: 'Do what GitHub says; another token with the same rights is refused too.',
      };
}

/** What to do where GitHub answers with a page that is not its API's; undefined where the base URL looks right. */
export function findBaseFix(status: number, base: string): string | undefined {
  const { hostname, pathname } = new URL(base);
  const isApi = hostname.startsWith('api.') || trimSlashes(pathname).endsWith('/api/v3');
  return isApi || !(isRedirect(status) || status === 404 || status === 406)
    ? undefined
    : 'Set github_api_base_url to the API: https://api.github.com, or https://HOST/api/v3 of a GitHub Enterprise Server.';
}

const CLASSIC = 'Use a personal access token (classic) with the scope read:org.';

/**
 * Explains an empty list of organizations; null where there is nothing to explain.
 *
 * @see https://docs.github.com/en/rest/orgs/orgs#list-organizations-for-the-authenticated-user
 */
export function explainNone(token: string): Told | null {
  if (!token.startsWith('github_pat_')) return null;
  return { message: 'GitHub lists 0 organizations, as it does to every fine-grained token', fix: CLASSIC };
}

/** Explains why there are no organizations in an answer. */
export function explainUnreadable(answer: HttpAnswer, base: string, token: string): Told {
  if (!answer.ok) {
    const message = `the organizations could not be read: ${answer.message}`;
    return { message, fix: answer.fix ?? REASONS[answer.code].fix };
  }
  const { status, headers, body } = answer;
  if (status === 200) {
    const fix = 'Ask again; if it stays so, look at what stands between here and GitHub.';
    return { message: 'GitHub sent something that is not a list of organizations', fix };
  }
  const said = `GitHub answered ${status} when asked for the organizations`;
  const sso = findSsoFix(headers, base, token);
  if (sso !== null) return { message: `${said}: they want the token authorized for SAML single sign-on`, fix: sso };
  const reason = quoteMessage(body, { url: base, secrets: [token] });
  if (status !== 403 && status !== 404) return { message: said + reason };
  return {
    message: `${said}${reason}${reason === '' ? ':' : ';'} that needs ${clean(describeScopes(headers), { url: base, secrets: [token] })}`,
    fix: token.startsWith('github_pat_') ? CLASSIC : undefined,
  };
}

function describeScopes(headers: Headers): string {
  const list = (name: string): readonly string[] =>
    (headers[name] ?? '')
      .slice(0, 200)
      .split(',')
      .map((scope) => scope.trim())
      .filter((scope) => scope !== '');
  const accepted = list('x-accepted-oauth-scopes');
  const owned = list('x-oauth-scopes');
  const wants =
    accepted.length < 2
      ? `the scope ${accepted[0] ?? 'read:org'}`
      : `one of the scopes ${accepted.join(', ')}${accepted.includes('read:org') ? ' (read:org is enough)' : ''}`;
  if (headers['x-oauth-scopes'] === undefined) return wants;
  return `${wants}; the token has ${owned.length === 0 ? 'no scopes' : `${owned.length === 1 ? 'the scope' : 'the scopes'} ${owned.join(', ')}`}`;
}
