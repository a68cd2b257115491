import { describe, expect, test } from 'vitest';
import { fixOf, type AuthProvider, type Exchange, type Verdict } from '../../src/index.js';
import { findBaseFix, findSsoFix } from '../../src/providers/github-refusals.js';
import { json, redirect, serve, type Answer, type Loopback } from '../loopback.js';
import { provide, stepOf, summary } from './provide.js';

const TOKEN = 'an-opaque-github-token';
const USER = { login: 'octocat', id: 583231 };

/** GitHub, with an answer for each of its two paths. */
function github(user: Answer, organizations: Answer = json([{ login: 'acme' }])): Promise<Loopback> {
  return serve((request, response) => (request.url === '/user' ? user : organizations)(request, response));
}

function asking({ origin }: Loopback, more: object = {}, exchanges: Exchange[] = []): AuthProvider {
  const config = { type: 'github_token', github_api_base_url: origin, ...more };
  return provide(config, { onExchange: (exchange) => exchanges.push(exchange) });
}

async function ask(user: Answer, organizations?: Answer): Promise<Verdict> {
  return asking(await github(user, organizations)).authenticate({ token: TOKEN });
}

const logins = (count: number, prefix = 'org'): { login: string }[] =>
  Array.from({ length: count }, (_, i) => ({ login: `${prefix}-${i}` }));

const SECONDARY = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';

describe('a token that GitHub knows', () => {
  test('names the user and the organizations', async () => {
    const server = await github(json(USER), json([{ login: 'acme' }, { login: 'ml' }]));
    const verdict = await asking(server).authenticate({ token: TOKEN });
    expect(verdict).toMatchObject({
      outcome: 'accepted',
      principal: 'octocat',
      attributes: { roles: ['octocat'], teams: ['acme', 'ml'] },
    });
    expect(verdict.token.claims).toEqual({ login: 'octocat', id: '583231', organizations: ['acme', 'ml'] });
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /user',
      'GET /user/orgs?per_page=100&page=1',
    ]);
    for (const { headers } of server.requests) {
      expect(headers).toMatchObject({
        authorization: `Bearer ${TOKEN}`,
        accept: 'application/vnd.github.v3+json',
        'user-agent': 'authcheck',
      });
    }
  });

  test('takes the time of all requests', async () => {
    const exchanges: Exchange[] = [];
    const { timing } = await asking(await github(json(USER)), {}, exchanges).authenticate({ token: TOKEN });
    expect(exchanges).toHaveLength(2);
    expect(timing.network_ms).toBeCloseTo(
      exchanges.reduce((sum, { ms }) => sum + ms, 0),
      0,
    );
  });

  test('keeps every digit of an id', async () => {
    const verdict = await ask((_request, response) => response.end('{"login":"octocat","id":12345678901234567890}'));
    expect(verdict.token.claims?.id).toBe('12345678901234567890');
  });

  test('a base URL with a path and slashes at its end', async () => {
    const server = await serve((request, response) =>
      json(request.url.endsWith('/user') ? USER : [])(request, response),
    );
    const provider = asking(server, { github_api_base_url: `${server.origin}/api/v3//` });
    expect(summary(await provider.authenticate({ token: TOKEN }))).toBe('accepted');
    expect(server.requests.map(({ url }) => url)).toEqual(['/api/v3/user', '/api/v3/user/orgs?per_page=100&page=1']);
  });
});

describe('a token that GitHub refuses', () => {
  test.each<[string, Answer, string, RegExp]>([
    ['401', json({ message: 'Bad credentials' }, 401), 'rejected: token_refused', /answered 401/],
    ['403', json({}, 403), 'rejected: token_refused', /the token may not do this/],
    [
      '403 of what stands before it',
      (_request, response) => response.writeHead(403).end('<html><title>Blocked</title></html>'),
      'rejected: token_refused',
      /^GitHub answered 403 with a web page$/,
    ],
    [
      '403 for single sign-on',
      json({}, 403, { 'x-github-sso': 'required; url=https://github.com/orgs/acme/sso?authorization_request=A' }),
      'rejected: token_refused',
      /SAML single sign-on/,
    ],
    [
      '403 for the rate limit',
      json({}, 403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1767225600' }),
      'undecided: endpoint_rate_limited',
      /the rate limit is used up; it resets at 2026-01-01T00:00:00\.000Z$/,
    ],
    [
      '403 for the secondary rate limit',
      json({}, 403, { 'retry-after': '60' }),
      'undecided: endpoint_rate_limited',
      /; it asks to wait 1 minute$/,
    ],
    [
      '403 for the secondary rate limit, beside which the other one is told',
      json({}, 403, { 'retry-after': '60', 'x-ratelimit-remaining': '9', 'x-ratelimit-reset': '1767225600' }),
      'undecided: endpoint_rate_limited',
      /; it asks to wait 1 minute$/,
    ],
    [
      '403 with a reset time that is none',
      json({}, 403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '99999999999999999999' }),
      'undecided: endpoint_rate_limited',
      /the rate limit is used up$/,
    ],
    [
      '403 for the secondary rate limit, told in words alone',
      json({ message: SECONDARY }, 403, { 'x-ratelimit-remaining': '4987' }),
      'undecided: endpoint_rate_limited',
      new RegExp(`the rate limit is used up: "${SECONDARY}"$`),
    ],
    ['429', json({}, 429, { 'retry-after': '7' }), 'undecided: endpoint_rate_limited', /it asks to wait 7 seconds$/],
    [
      '429 with the time of its end',
      json({ message: 'API rate limit exceeded' }, 429, { 'x-ratelimit-reset': '1767225600' }),
      'undecided: endpoint_rate_limited',
      /^GitHub answered 429: the rate limit is used up: "API rate limit exceeded"; it resets at 2026-01-01T00:00:00\.000Z$/,
    ],
    ['404', json({}, 404), 'undecided: endpoint_error', /answered 404/],
    ['500', json({}, 500), 'undecided: endpoint_error', /answered 500/],
    [
      '503',
      json({}, 503, { 'retry-after': '7' }),
      'undecided: endpoint_error',
      /answered 503; it asks to wait 7 seconds$/,
    ],
    ['a redirect', redirect('/elsewhere', 301), 'undecided: endpoint_redirected', /answered 301/],
    [
      'no JSON',
      (_request, response) => response.end('<html>'),
      'undecided: endpoint_invalid_response',
      /no valid JSON/,
    ],
    ['a list', json([USER]), 'undecided: endpoint_invalid_response', /not an object/],
    ['no login', json({ id: 1 }), 'undecided: endpoint_invalid_response', /login that GitHub sent is missing/],
    ['a blank login', json({ login: ' ', id: 1 }), 'undecided: endpoint_invalid_response', /login .* is blank/],
    ['no id', json({ login: 'octocat' }), 'undecided: endpoint_invalid_response', /id .* is not an integer/],
    [
      'an id with a point',
      json({ login: 'octocat', id: 1.5 }),
      'undecided: endpoint_invalid_response',
      /not an integer/,
    ],
    ['an id in quotes', json({ login: 'octocat', id: '1' }), 'undecided: endpoint_invalid_response', /not an integer/],
  ])('%s', async (_name, user, outcome, message) => {
    const server = await github(user);
    const verdict = await asking(server).authenticate({ token: TOKEN });
    expect(summary(verdict)).toBe(outcome);
    expect(verdict.reason?.message).toMatch(message);
    expect(stepOf(verdict, 'organizations').status).toBe('not_reached');
    expect(server.requests).toHaveLength(1);
  });

  test('is not sent after a redirect to another server', async () => {
    const other = await serve(json(USER));
    const server = await github(redirect(`${other.origin}/user`, 307));
    expect(summary(await asking(server).authenticate({ token: TOKEN }))).toBe('undecided: endpoint_redirected');
    expect(other.requests).toHaveLength(0);
  });

  test.each(['', 'a b', 'tökén', 'a\nb', 'Bearer x'])('is not sent at all: %j', async (token) => {
    const server = await github(json(USER));
    expect((await asking(server).authenticate({ token })).outcome).toBe('rejected');
    expect(server.requests).toHaveLength(0);
  });

  test('is copied again where no header can carry it, and made no JWT', async () => {
    const { reason } = await asking(await github(json(USER))).authenticate({ token: 'ghp_clé' });
    expect(reason).toMatchObject({ code: 'token_malformed', fix: expect.not.stringContaining('JWT') });
  });

  test('a wrong checksum is a warning, and GitHub decides', async () => {
    const server = await github(json({}, 401));
    const verdict = await asking(server).authenticate({ token: `ghp_${'a'.repeat(36)}` });
    expect(summary(verdict)).toBe('rejected: token_refused');
    expect(stepOf(verdict, 'format')).toMatchObject({ status: 'warned', code: 'checksum_wrong' });
    expect(verdict.token.kind).toBe('github');
  });
});

describe('the organizations', () => {
  /** Pages by number; `link` tells whether GitHub names the next one. */
  function paged(pages: readonly (readonly object[])[], link: boolean): Answer {
    return (request, response) => {
      const page = Number(new URL(request.url, 'http://x').searchParams.get('page'));
      const rel = page < pages.length ? 'next' : 'first';
      const headers = link ? { link: `<https://evil.example/orgs?page=next>; rel="${rel}"` } : {};
      json(pages[page - 1] ?? [], 200, { ...headers })(request, response);
    };
  }

  test.each([true, false])('are read page by page (with Link: %s)', async (link) => {
    const pages = [logins(100, 'a'), logins(100, 'b'), logins(3, 'c')];
    const server = await github(json(USER), paged(pages, link));
    const verdict = await asking(server).authenticate({ token: TOKEN });
    expect(verdict.attributes.teams).toEqual(pages.flat().map(({ login }) => login));
    expect(stepOf(verdict, 'organizations').message).toBe('GitHub lists 203 organizations');
    expect(server.requests).toHaveLength(4);
  });

  test('a Link that names a next page is believed even after a short page', async () => {
    const server = await github(json(USER), paged([logins(2, 'a'), logins(1, 'b')], true));
    const verdict = await asking(server).authenticate({ token: TOKEN });
    expect(verdict.attributes.teams).toEqual(['a-0', 'a-1', 'b-0']);
  });

  test('a full page that is the last by its Link is the last', async () => {
    const server = await github(json(USER), paged([logins(100)], true));
    expect((await asking(server).authenticate({ token: TOKEN })).attributes.teams).toHaveLength(100);
    expect(server.requests).toHaveLength(2);
  });

  test.each([true, false])('are read up to ten pages (with Link: %s)', async (link) => {
    const pages = Array.from({ length: 12 }, (_, i) => logins(100, `p${i}`));
    const server = await github(json(USER), paged(pages, link));
    const verdict = await asking(server).authenticate({ token: TOKEN });
    expect(verdict.attributes.teams).toHaveLength(1000);
    expect(stepOf(verdict, 'organizations')).toMatchObject({ status: 'warned', code: 'organizations_unreadable' });
    expect(server.requests).toHaveLength(11);
  });

  test.each<[Record<string, string>, RegExp]>([
    [
      { 'x-oauth-scopes': 'repo, gist', 'x-accepted-oauth-scopes': 'admin:org, read:org' },
      /needs one of the scopes admin:org, read:org \(read:org is enough\); the token has the scopes repo, gist$/,
    ],
    [{ 'x-oauth-scopes': '' }, /needs the scope read:org; the token has no scopes$/],
    [{}, /needs the scope read:org$/],
  ])('without permission are none, and the warning names the scopes: %j', async (headers, message) => {
    const verdict = await ask(json(USER), json({}, 403, headers));
    expect(summary(verdict)).toBe('accepted');
    expect(verdict.attributes).toEqual({ roles: ['octocat'], teams: [] });
    expect(stepOf(verdict, 'organizations')).toMatchObject({
      status: 'warned',
      code: 'organizations_unreadable',
      message: expect.stringMatching(message),
    });
  });

  test.each<[string, Answer, RegExp, readonly string[]]>([
    [
      'leaves some out',
      json([{ login: 'acme' }], 200, { 'x-github-sso': 'partial-results; organizations=1,2' }),
      /^GitHub lists 1 organization, and leaves out those that want .* single sign-on$/,
      ['acme'],
    ],
    ['wants single sign-on', json({}, 403, { 'x-github-sso': 'required; url=https://x/' }), /single sign-on$/, []],
    ['redirects', json({}, 302), /^GitHub answered 302 when asked for the organizations$/, []],
    ['hides them', json({}, 404), /^GitHub answered 404 when .*: that needs the scope read:org$/, []],
  ])('are told as incomplete where GitHub %s', async (_what, organizations, message, teams) => {
    const verdict = await ask(json(USER), organizations);
    expect([summary(verdict), verdict.attributes.teams]).toEqual(['accepted', teams]);
    expect(stepOf(verdict, 'organizations')).toMatchObject({
      status: 'warned',
      code: 'organizations_unreadable',
      message: expect.stringMatching(message),
    });
  });

  test.each<[string, Answer, string]>([
    ['429', json({}, 429, { 'retry-after': '9' }), 'endpoint_rate_limited'],
    ['403 for the rate limit', json({}, 403, { 'x-ratelimit-remaining': '0' }), 'endpoint_rate_limited'],
    ['403 for the secondary rate limit', json({ message: SECONDARY }, 403), 'endpoint_rate_limited'],
    [
      '403 as older servers say it',
      json({ message: 'You have triggered an abuse detection mechanism.' }, 403),
      'endpoint_rate_limited',
    ],
    ['500', json({}, 500), 'endpoint_error'],
    ['503 in Latin-1', (_request, response) => response.writeHead(503).end(Buffer.from([0xe9])), 'endpoint_error'],
  ])('that nobody could read leave the question open: %s', async (_name, organizations, code) => {
    const verdict = await ask(json(USER), organizations);
    expect(summary(verdict)).toBe(`undecided: ${code}`);
    expect(stepOf(verdict, 'mapping').status).toBe('not_reached');
  });

  test('that a proxy limits are not GitHub’s limit', async () => {
    const proxy = await serve((_request, response) =>
      response.writeHead(429, { 'retry-after': '7' }).end('<!doctype html>'),
    );
    const config = { type: 'github_token', github_api_base_url: 'http://api.github.example' };
    const { reason } = await provide(config, { env: { http_proxy: proxy.origin } }).authenticate({ token: TOKEN });
    expect(reason?.message).toMatch(
      /^GitHub answered 429 with a web page: too many requests; .*, through the proxy 127/,
    );
    expect(reason?.fix).toMatch(/^The proxy may have answered/);
  });

  test('are read on after a full page, whatever stands in it', async () => {
    const page: unknown[] = [...logins(99), { login: null }];
    const server = await github(json(USER), (request, response) =>
      json(request.url.endsWith('page=1') ? page : [{ login: 'last' }])(request, response),
    );
    const verdict = await asking(server).authenticate({ token: TOKEN });
    expect(verdict.attributes.teams).toHaveLength(100);
    expect(verdict.attributes.teams).toContain('last');
  });

  test('are read on after a full page whose Link is about something else', async () => {
    const headers = { link: '<https://docs.example/changes>; rel="deprecation"; type="text/html"' };
    const server = await github(json(USER), (request, response) =>
      json(request.url.endsWith('page=1') ? logins(100) : [{ login: 'last' }], 200, headers)(request, response),
    );
    expect((await asking(server).authenticate({ token: TOKEN })).attributes.teams).toContain('last');
  });

  test('that could not be asked for are to be asked for again, with the token as it is', async () => {
    const verdict = await ask(json(USER), (_request, response) => response.destroy());
    const step = stepOf(verdict, 'organizations');
    expect(step.message).toMatch(/^the organizations could not be read: the connection was closed/);
    expect(fixOf(step)).not.toContain('scope');
  });

  test('that end half-way in what is no list are those before', async () => {
    const verdict = await ask(json(USER), (request, response) =>
      json(request.url.endsWith('page=1') ? logins(100) : {})(request, response),
    );
    expect(verdict.attributes.teams).toHaveLength(100);
    expect(stepOf(verdict, 'organizations').code).toBe('organizations_unreadable');
  });

  test('that fail half-way leave the question open', async () => {
    const server = await github(json(USER), (request, response) =>
      (request.url.endsWith('page=1') ? json(logins(100)) : json({}, 502))(request, response),
    );
    expect(summary(await asking(server).authenticate({ token: TOKEN }))).toBe('undecided: endpoint_error');
  });
});

describe('the way out', () => {
  const SSO = 'https://github.com/orgs/acme/sso?authorization_request=A1';
  const fixOfOrganizations = async (organizations: Answer, token = TOKEN): Promise<string> =>
    fixOf(stepOf(await asking(await github(json(USER), organizations)).authenticate({ token }), 'organizations'));

  test.each([
    [SSO, /^Authorize the token for SAML single sign-on: https:\/\/github\.com\/orgs\/acme\/sso\?\S+=A1$/],
    ['https://evil.example/sso', /Configure SSO/],
    ['https://evil-github.com/sso', /Configure SSO/],
    ['https://u:p@github.com/sso', /Configure SSO/],
    ['https://:p@github.com/sso', /Configure SSO/],
    ['http://github.com/sso', /Configure SSO/],
    ['javascript:alert(1)', /Configure SSO/],
    [`https://github.com/${'a'.repeat(500)}`, /Configure SSO/],
  ])('is to authorize the token, at a URL only if it is GitHub’s: %s', async (url, fix) => {
    const headers = { 'x-github-sso': `required; url=${url}` };
    const verdict = await ask(json({ message: 'Resource protected by organization SAML enforcement' }, 403, headers));
    expect(verdict.reason?.fix).toMatch(fix);
    expect(await fixOfOrganizations(json({}, 403, headers))).toMatch(fix);
    expect(JSON.stringify(verdict)).not.toContain('evil');
  });

  test.each([
    ['https://api.acme.ghe.com', 'https://acme.ghe.com/orgs/a/sso', true],
    ['https://ghe.example/api/v3', 'https://ghe.example/orgs/a/sso', true],
    ['https://ghe.example/api/v3', 'https://sub.ghe.example/orgs/a/sso', false],
  ])('of the GitHub at %s is at %s: %j', (base, url, isShown) => {
    expect(findSsoFix({ 'x-github-sso': `required; url=${url}` }, base, TOKEN)?.includes(url)).toBe(isShown);
  });

  test('of organizations that are left out is the same', async () => {
    const headers = { 'x-github-sso': 'partial-results; organizations=1,2' };
    expect(await fixOfOrganizations(json([], 200, headers))).toMatch(/^Authorize the token for SAML/);
    const firstOnly: Answer = (request, response) =>
      (request.url.endsWith('page=1') ? json(logins(100), 200, headers) : json([]))(request, response);
    expect(await fixOfOrganizations(firstOnly)).toMatch(/^Authorize the token for SAML/);
  });

  test('is what GitHub says, and no new token', async () => {
    const refused = await ask(json({ message: 'the `acme` organization has an IP allow list\u001b[2J' }, 403));
    expect(refused.reason?.message).toBe(
      'GitHub answered 403: "the `acme` organization has an IP allow list\\u001b[2J"',
    );
    expect(refused.reason?.fix).toMatch(/^Do what GitHub says/);
    const unknown = asking(await github(json({ message: 'Bad credentials' }, 401)));
    const told = async (token: string): Promise<string> => {
      const { reason } = await unknown.authenticate({ token });
      return `${reason?.message ?? ''} ${reason?.fix ?? ''}`;
    };
    // Another token of the same kind helps nobody.
    expect(await told(`ghr_${'a'.repeat(76)}`)).toMatch(/this is a refresh token.*Send the access token/);
    expect(await told('eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2EifQ.c2ln')).toMatch(/this is a JWT.*oauth2_token/);
    expect(await told(`ghp_${'a'.repeat(36)}`)).toMatch(/it does not know the token/);
    const server = await github(json({ message: 'Resource not accessible by integration' }, 403));
    const app = await asking(server).authenticate({ token: `ghs_${'c'.repeat(36)}` });
    expect(app.reason).toMatchObject({
      message: 'GitHub answered 403: "Resource not accessible by integration"',
      fix: expect.stringMatching(/^Use the token of a user/),
    });
    const user = await asking(server).authenticate({ token: `ghu_${'c'.repeat(36)}` });
    expect(user.reason?.fix).toMatch(/^Do what GitHub says/);
  });

  test.each([
    [json([]), 'GitHub lists 0 organizations, as it does to every fine-grained token'],
    [
      json({ message: 'Resource not accessible by personal access token' }, 403),
      /: "Resource not accessible by personal access token"; that needs the scope read:org$/,
    ],
  ])('of a fine-grained token is a classic one (%#)', async (organizations, message) => {
    const token = `github_pat_${'b'.repeat(82)}`;
    const verdict = await asking(await github(json(USER), organizations)).authenticate({ token });
    const step = stepOf(verdict, 'organizations');
    expect(step).toMatchObject({ code: 'organizations_unreadable', message: expect.stringMatching(message) });
    expect(fixOf(step)).toBe('Use a personal access token (classic) with the scope read:org.');
    expect(stepOf(await ask(json(USER), json([])), 'organizations').status).toBe('passed');
    expect(await fixOfOrganizations(json({}, 403))).not.toContain('classic');
  });

  test.each([
    ['/', redirect('/login', 302), /^Set github_api_base_url to the API: .*\/api\/v3/],
    ['/', json({ message: 'Not Found' }, 404), /^Set github_api_base_url to the API/],
    ['/', (_request, response) => response.end('<html>'), /^Set github_api_base_url to the API/],
    ['/', json({}, 500), /^Check the URL/],
    ['/api/v3', redirect('/moved', 302), /^Put the URL at which the redirects end into the config/],
    ['/api/v3', redirect('/login', 302), /^People log in there/],
  ] as readonly (readonly [string, Answer, RegExp])[])(
    'of a base URL that is not the API’s is the API’s: %s (%#)',
    async (path, user, fix) => {
      const server = await serve(user);
      const provider = asking(server, { github_api_base_url: `${server.origin}${path}` });
      expect((await provider.authenticate({ token: TOKEN })).reason?.fix).toMatch(fix);
    },
  );
});

describe('a GitHub that echoes the token', () => {
  test('as login: that is nobody’s name', async () => {
    const verdict = await ask(json({ login: TOKEN, id: 1 }));
    expect(summary(verdict)).toBe('undecided: endpoint_invalid_response');
    expect(JSON.stringify(verdict)).not.toContain(TOKEN);
  });

  test('as organization, in headers and in messages', async () => {
    const exchanges: Exchange[] = [];
    const server = await github(json({ ...USER, [TOKEN]: TOKEN }), json([{ login: TOKEN }]));
    const verdict = await asking(server, {}, exchanges).authenticate({ token: TOKEN });
    expect(verdict.attributes.teams).toEqual(['[redacted]']);
    const scopes = await ask(json(USER), json({ message: TOKEN }, 404, { 'x-oauth-scopes': `a, ${TOKEN}` }));
    expect(summary(scopes)).toBe('accepted');
    expect(exchanges).toHaveLength(2);
    const sso = { 'x-github-sso': `required; url=https://github.com/sso?a=${TOKEN}` };
    const refused = [await ask(json({}, 403, sso)), await ask(json({ message: `no ${TOKEN}` }, 403))];
    const pieces = await ask(json(USER), json({}, 403, { 'x-accepted-oauth-scopes': TOKEN.slice(0, -2) }));
    expect(stepOf(pieces, 'organizations').message).toMatch(/needs the scope \[redacted\]$/);
    expect(refused.map(summary)).toEqual(['rejected: token_refused', 'rejected: token_refused']);
    expect(JSON.stringify([verdict, scopes, refused, exchanges])).not.toContain(TOKEN);
  });
});

test.each([404, 406])('the address of GitHub’s own API is right, whatever answers %i', (status) => {
  for (const base of ['https://api.github.com', 'https://ghe.example/api/v3/'])
    expect(findBaseFix(status, base)).toBeUndefined();
  expect(findBaseFix(status, 'https://github.com')).toMatch(/^Set github_api_base_url/);
});

test('a base URL of a million slashes is read once', () => {
  const base = `https://api.github.com${'/'.repeat(1_000_000)}x`;
  expect(provide({ type: 'github_token', github_api_base_url: base }).destination?.url).toBe(`${base}/user`);
});
