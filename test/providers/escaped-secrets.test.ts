// Servers that send a secret back as JSON escapes: nobody sees it in the bytes, and everybody does in the verdict.
import { describe, expect, test } from 'vitest';
import { makeCertificates } from '../certificates.js';
import { json, serve, type Answer, type SeenRequest } from '../loopback.js';
import { provide } from './provide.js';
import { SECRETS, WAYS, type Way } from './ways.js';

const escape = (text: string): string =>
  [...text].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

/** Writes JSON in which every string is escaped whole. */
function write(value: unknown): string {
  return JSON.stringify(value).replace(/"((?:[^"\\]|\\.)*)"/g, (_all, text: string) => `"${escape(text)}"`);
}

/** What arrived that nobody may see. */
function secretsIn({ headers, body }: SeenRequest): string[] {
  const sent = `${headers.authorization ?? ''} ${body}`;
  return SECRETS.filter((secret) => sent.includes(secret));
}

/** The same text wherever some provider looks for one. */
function everywhere(text: string): object {
  const userInfo = { username: text, groups: [text] };
  return {
    ...{ message: text, error: text, error_description: text, login: text, id: 1, principal: text },
    ...{ active: true, sub: text, groups: [text], attributes: { [text]: [text] }, status: { userInfo } },
    ...{ keys: [{ kid: text, kty: 'EC' }], [text]: text },
  };
}

async function ask({ config, token }: Way, answer: Answer): Promise<string> {
  const { origin } = await serve(answer);
  const { caFile } = await makeCertificates();
  return JSON.stringify(await provide(config(origin, caFile)).authenticate({ token }));
}

const shownIn = (said: string): string[] => SECRETS.filter((secret) => said.includes(secret));

describe.each(Object.entries(WAYS).filter(([name]) => name !== 'jwks'))('%s', (_name, way) => {
  test.each([200, 201, 400, 401, 403, 404, 429, 500])('shows nothing of what comes back with %i', async (status) => {
    let count = 0;
    const said = await ask(way, (request, response) => {
      const secrets = secretsIn(request);
      count += secrets.length;
      response.writeHead(status).end(write(everywhere(secrets[0] ?? '')));
    });
    expect(count).toBeGreaterThan(0);
    expect(shownIn(said)).toEqual([]);
  });
});

test.each([200, 403, 404, 429, 500])('GitHub’s organizations, with %i, show nothing of it either', async (status) => {
  const said = await ask(WAYS.github_token!, (request, response) => {
    if (request.url === '/user') return json({ login: 'octocat', id: 1 })(request, response);
    const [login] = secretsIn(request);
    const headers = status === 429 ? { 'x-ratelimit-reset': '1' } : {};
    response.writeHead(status, headers).end(write(status === 200 ? [{ login }] : { message: login }));
  });
  expect(said).toContain('octocat');
  expect(shownIn(said)).toEqual([]);
});

test.each(['introspection', 'github_token', 'custom', 'kubernetes'])(
  'a piece of a secret is not shown either, as a name that stands twice: %s',
  async (name) => {
    const way = WAYS[name]!;
    const piece = way.token.slice(0, 20);
    const said = await ask(way, (_request, response) => {
      response.writeHead(way.good.status).end(`{"${piece}":1,"${piece}":2}`);
    });
    expect(said).toContain('no valid JSON');
    expect(said.includes(piece)).toBe(false);
  },
);

test.each(['user:MARKED-password@', 'MARKED-key-as-user@'])(
  'nor what stands in the URL of the endpoint: %s',
  async (user) => {
    let count = 0;
    const { origin } = await serve(({ headers, url }, response) => {
      const [, basic = ''] = (headers.authorization ?? '').split(' ');
      const sent = [basic, ...Buffer.from(basic, 'base64').toString().split(':'), url.split('key=')[1] ?? ''];
      count += sent.length;
      response.end(write({ principal: 'alice', attributes: { roles: sent } }));
    });
    const endpoint = `${origin.replace('//', `//${user}`)}/ask?api_key=MARKED-key-in-query`;
    const said = JSON.stringify(await provide({ type: 'custom', endpoint }).authenticate({ token: 'opaque-token' }));
    expect(count).toBe(4);
    expect(said).toContain('repeats a credential');
    expect(said).not.toMatch(/MARKED|TUFSS0VE|OTUFSS0V/);
  },
);

test.each(['base64', 'base64url'] as const)('nor a request that comes back in %s', async (encoding) => {
  const token = 'opaque~token?>0123456789';
  const config = { url: '', client_id: 'me', client_secret: 'client~secret?>0123' };
  const { origin } = await serve(({ headers, body }, response) => {
    const texts = ['', 'a', 'ab'].map((before) => Buffer.from(before + token + config.client_secret));
    const event = [...texts, Buffer.from(JSON.stringify({ headers, body, token }))].map((one) =>
      one.toString(encoding),
    );
    response.end(JSON.stringify({ active: true, sub: 'alice', event }));
  });
  const introspection = { ...config, url: `${origin}/introspect` };
  const verdict = await provide({ type: 'oauth2_token', introspection }).authenticate({ token });
  expect(verdict.principal).toBe('alice');
  const said = JSON.stringify(verdict).replace(/[\w+/-]{16,}={0,2}/g, (text) => Buffer.from(text, 'base64').toString());
  expect(said).not.toMatch(/paque~tok|lient~secr/);
});

test.each([
  ['pässwörd-abc', 'p\\u00E4ssw\\u00F6rd-abc'],
  ['pässwörd-abc', 'p\\u00e4sswörd-abc'],
  ['pass/word/abc', 'pass\\/word/abc'],
  ['pass+word/abc', 'pass\\u002Bword\\/abc'],
  ['päss😀"\\word', 'p\\u00E4ss\\uD83D\\uDE00\\u0022\\u005Cword'],
])('nor a password there, whatever of it is escaped, and how: %s', async (password, written) => {
  const { origin } = await serve((_request, response) => response.end(`{"principal":"${written}"}`));
  const endpoint = origin.replace('//', `//user:${encodeURIComponent(password)}@`);
  const { outcome, principal } = await provide({ type: 'custom', endpoint }).authenticate({ token: 'opaque-token' });
  expect([outcome, principal]).toEqual(['undecided', null]);
});

test.each([
  '{"principal":"\\U0061lice","message":SECRET}',
  '\\u007b"principal":"alice","message":SECRET}',
  '{"principal"\\u003a"alice","message":SECRET}',
  '{"principal":"alice","message":SECRET}\\u0020',
])('what is no JSON does not become it where a secret is masked: %s', async (body) => {
  const token = 'opaque-token';
  const { origin } = await serve((_request, response) => response.end(body.replace('SECRET', `"${escape(token)}"`)));
  const { outcome, principal } = await provide({ type: 'custom', endpoint: origin }).authenticate({ token });
  expect([outcome, principal]).toEqual(['undecided', null]);
});
