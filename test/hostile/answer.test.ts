// Providers that ask somebody, and the somebody is hostile, broken, or says back what it was told.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  createAuthProvider,
  parseAuthConfig,
  type AuthProvider,
  type AuthRequest,
  type HttpAnswer,
  type HttpRequest,
  type Verdict,
} from '../../src/index.js';
import { holds } from './cases.js';
import { answers, fillIn } from './grammar/answer.js';
import { NOW } from './grammar/claims.js';
import { expectSound, timeless } from './oracle.js';

const SECRET = 'client-secret 7f9c2ba4e88f827d616045507605853e/+';
const TOKENS = [
  createHash('sha512').update('opaque').digest('base64'),
  'gho_16C7e42F292c6912E7710c838347Ae178B4a',
  'eyJhbGciOiJub25lIn0.e30.c2lnbmF0dXJlLXRoYXQtaXMtbG9uZy1lbm91Z2g',
  't',
  'a b',
  'é',
  '\ud800',
  '',
];
const ORIGIN = 'https://asked.example';

/** Asks a provider of this config, which is answered in turn; then the last answer again and again. */
async function ask(
  config: object,
  given: readonly HttpAnswer[],
  request: AuthRequest,
): Promise<{
  readonly verdict: Verdict;
  readonly again: Verdict;
  readonly sent: readonly HttpRequest[];
  readonly filled: readonly HttpAnswer[];
}> {
  const [configured] = parseAuthConfig(config).providers;
  if (configured === undefined) throw new Error('the config has no provider');
  const filled = given.map((answer) => fillIn(answer, [request.token ?? '', SECRET]));
  const sent: HttpRequest[] = [];
  const make = (): AuthProvider => {
    let turn = 0;
    return createAuthProvider(configured, {
      now: () => NOW * 1000,
      http: {
        send(sending) {
          sent.push(sending);
          const answer = filled[Math.min(turn, filled.length - 1)];
          turn += 1;
          return answer === undefined ? Promise.reject(new Error('there is an answer')) : Promise.resolve(answer);
        },
        close: () => Promise.resolve(),
      },
    });
  };
  const verdict = await make().authenticate(request);
  return { verdict, again: await make().authenticate(request), sent, filled };
}

type Members = Readonly<Record<string, unknown>>;

/** The object that an answer is, if it is a good one; JSON.parse, and nothing of ours. */
function objectOf(answer: HttpAnswer | undefined, status: number): Members | null {
  if (answer?.ok !== true || answer.status !== status) return null;
  try {
    const value: unknown = JSON.parse(answer.body.replace(/^\ufeff/, ''));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : null;
  } catch {
    return null;
  }
}

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value.trim() !== '' && !/\p{Cc}/u.test(value);
const isAhead = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'number' && value > NOW);

const tokens = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...TOKENS.slice(0, 3)) },
  { weight: 1, arbitrary: fc.constantFrom(...TOKENS) },
);

let accepted = 0;
afterAll(() => {
  expect(accepted).toBeGreaterThan(100);
});

/** The verdict, and the answers as they were given; `secret` is what was sent beside the token. */
async function judge(
  config: object,
  given: readonly HttpAnswer[],
  request: AuthRequest,
  secret = '',
): Promise<readonly [Verdict, ...HttpAnswer[]]> {
  const { verdict, again, sent, filled } = await ask(config, given, request);
  const token = request.token ?? '';
  expectSound(verdict, { size: JSON.stringify(filled).length + token.length, secrets: [token, secret] });
  expect(timeless(again)).toBe(timeless(verdict));
  for (const { url } of sent) {
    expect(new URL(url).origin).toBe(ORIGIN);
    expect(token.length > 3 && decodeURIComponent(url).includes(token)).toBe(false);
  }
  if (verdict.outcome === 'accepted') accepted += 1;
  return [verdict, ...filled];
}

describe('an introspection endpoint', () => {
  const config = {
    type: 'oauth2_token',
    issuer: 'https://idp.example',
    audience: 'my-api',
    introspection: { url: `${ORIGIN}/introspect`, client_id: 'me', client_secret: SECRET },
  };
  const given = fc.array(answers('introspection', 200), { minLength: 1, maxLength: 2 });

  holds('lets in only whom it calls active, here and now', 500, fc.tuple(given, tokens), async ([given, token]) => {
    const [verdict, ...said] = await judge(config, given, { token }, SECRET);
    if (verdict.outcome !== 'accepted') return;
    const [first] = said;
    const isRetried = first?.ok === true && (first.status === 401 || first.status === 403);
    const claims = objectOf(isRetried ? said.at(-1) : first, 200) ?? {};
    expect(claims.active).toBe(true);
    expect([claims.sub, claims.username]).toContain(verdict.principal);
    expect(isName(verdict.principal)).toBe(true);
    expect(isAhead(claims.exp)).toBe(true);
    expect([undefined, null, 'https://idp.example']).toContain(claims.iss);
    expect(
      [undefined, null, 'my-api'].some((audience) => audience === claims.aud) || [claims.aud].flat().includes('my-api'),
    ).toBe(true);
  });
});

test('a name that occurs twice is shown cut short, and a token is masked before it is cut', async () => {
  const token = TOKENS[0] ?? '';
  const body = '{"active":true,"@echo2":1,"@echo2":2}';
  const given: HttpAnswer = { ok: true, status: 200, headers: {}, body, skew: null, ms: 1 };
  const { verdict } = await ask({ type: 'custom', endpoint: `${ORIGIN}/auth` }, [given], { token });
  expect(verdict.reason?.message).toBe('the endpoint sent no valid JSON: the member "[redacted]" occurs twice');
});

describe('GitHub', () => {
  const config = { type: 'github_token', github_api_base_url: `${ORIGIN}/api/v3/` };
  const given = fc
    .tuple(answers('user', 200), fc.array(answers('organizations', 200), { maxLength: 2 }))
    .map(([user, pages]) => [user, ...pages]);

  holds('lets in only whom it knows by name and number', 400, fc.tuple(given, tokens), async ([given, token]) => {
    const [verdict, ...said] = await judge(config, given, { token });
    if (verdict.outcome !== 'accepted') return;
    const user = objectOf(said[0], 200) ?? {};
    expect(user.login).toBe(verdict.principal);
    expect([isName(user.login), Number.isInteger(user.id) || user.id === Infinity]).toEqual([true, true]);
  });
});

describe('a custom endpoint', () => {
  const config = { type: 'custom', endpoint: `${ORIGIN}/auth` };
  const request = fc.record({
    token: tokens,
    path: fc.oneof(fc.string(), fc.constantFrom('/v1/models', '/../', '/%00')),
    headers: fc.array(fc.tuple(fc.constantFrom('Authorization', 'x-a', '__proto__', ''), fc.string()), {
      maxLength: 2,
    }),
    params: fc.constantFrom({}, { a: ['1', '2'] }, { ['__proto__']: ['x'] }),
  });

  holds(
    'lets in only whom it names, with the attributes that it gives',
    400,
    fc.tuple(fc.array(answers('custom', 200), { minLength: 1, maxLength: 1 }), request),
    async ([given, request]) => {
      const [verdict, ...said] = await judge(
        config,
        given,
        { ...request, headers: [...request.headers, ['Cookie', SECRET]] },
        SECRET,
      );
      if (verdict.outcome !== 'accepted') return;
      const { principal, attributes } = objectOf(said[0], 200) ?? {};
      expect(principal).toBe(verdict.principal);
      expect(isName(principal)).toBe(true);
      const listed = Object.entries((attributes ?? {}) as Members);
      expect(Object.entries(verdict.attributes)).toHaveLength(listed.length);
      expect(listed.every(([, list]) => Array.isArray(list) && list.every((item) => typeof item === 'string'))).toBe(
        true,
      );
    },
  );
});

describe('a Kubernetes API server', () => {
  const config = { type: 'kubernetes', api_server_url: `${ORIGIN}/cluster` };

  holds(
    'lets in only whom it names',
    300,
    fc.tuple(fc.array(answers('review', 201), { minLength: 1, maxLength: 1 }), tokens),
    async ([given, token]) => {
      const [verdict, ...said] = await judge(config, given, { token });
      if (verdict.outcome !== 'accepted') return;
      const { status } = objectOf(said[0], 201) ?? {};
      const { userInfo } = status as { readonly userInfo: Members };
      expect(userInfo.username).toBe(verdict.principal);
      expect(isName(userInfo.username)).toBe(true);
    },
  );
});

describe('headers of a proxy', () => {
  const config = { type: 'upstream_header', principal_header: 'X-User', attributes_header: 'X-Attributes' };
  const value = fc.oneof(
    fc.constantFrom(
      'alice',
      '',
      ' ',
      'Ã¼',
      'a\u0000b',
      '\u200b',
      '{"roles":["a"]}',
      '{"roles":"a"}',
      '{"roles":["a"],"roles":["b"]}',
    ),
    fc.constantFrom('{"__proto__":["a"]}', '{"constructor":["a"]}', '[]', 'null', '{"a":[1]}', '['.repeat(100_000)),
    fc.string({ unit: 'binary', maxLength: 12 }),
  );
  const headers = fc.array(
    fc.tuple(fc.constantFrom('x-user', 'X-USER', 'x-attributes', 'x-user ', 'x_user', '__proto__'), value),
    { maxLength: 4 },
  );

  holds('let in only one name, said once', 300, headers, async (headers) => {
    const [provider] = parseAuthConfig(config).providers;
    const { authenticate } = createAuthProvider(provider ?? expect.unreachable('the config has a provider'));
    const verdict = await authenticate({ token: null, headers });
    expectSound(verdict, { size: JSON.stringify(headers).length, secrets: [] });
    expect(timeless(await authenticate({ token: null, headers }))).toBe(timeless(verdict));
    if (verdict.outcome !== 'accepted') return;
    accepted += 1;
    const said = headers.filter(([name]) => name.toLowerCase() === 'x-user').map(([, text]) => text);
    expect(said).toHaveLength(1);
    const bytes = [...(said[0] ?? '')].every((character) => character.charCodeAt(0) < 256);
    expect(verdict.principal).toBe(bytes ? Buffer.from(said[0] ?? '', 'latin1').toString('utf8') : said[0]);
    expect(isName(verdict.principal)).toBe(true);
    for (const list of Object.values(verdict.attributes))
      expect(list.every((item) => typeof item === 'string')).toBe(true);
  });
});
