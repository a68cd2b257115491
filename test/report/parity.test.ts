import express from 'express';
import fc from 'fast-check';
import { createServer } from 'node:http';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  compareWithServer,
  createAuthenticator,
  createHttpClient,
  createMiddleware,
  explainParity,
  parseAuthConfig,
  type AuthProvider,
  type HttpOptions,
  type ParityReport,
  type ParityRowName,
} from '../../src/index.js';
import { makeCertificates, type Certificates } from '../certificates.js';
import { compact, encode, goodClaims, mint, newKey } from '../forge.js';
import { endless, json, listen, redirect, serve, serveRaw, type Answer, type SeenRequest } from '../loopback.js';
import { provide } from '../providers/provide.js';

const key = newKey('ES256');
const ISSUER = 'https://idp.example';
const REFUSAL = 'Invalid JWT token';
const CHALLENGE = `Authentication required. Please provide a valid OAuth2 Bearer token from ${ISSUER}`;

const GOOD = mint(key);
const EXPIRED = mint(key, { exp: 1_767_225_600 });
const OPAQUE = 'MARKED-opaque-token/+=';

const models = json({ data: [] });
const refuse = (message: string, status = 401): Answer => json({ error: { message } }, status);
const text =
  (body: string, status: number): Answer =>
  (_request, response) =>
    response.writeHead(status).end(body);

/** What a server does with a request without a token, with the token, and with any other token. */
interface Habits {
  readonly none?: Answer;
  readonly given?: Answer;
  readonly garbage?: Answer;
}

/** A server as the reference: it accepts one token, and says what the reference says. */
function serverThat({ none, given, garbage }: Habits, token = GOOD): Answer {
  return (request, response) => {
    const { authorization } = request.headers;
    const answer =
      authorization === undefined
        ? (none ?? refuse(CHALLENGE))
        : authorization === `Bearer ${token}`
          ? (given ?? models)
          : (garbage ?? refuse(REFUSAL));
    answer(request, response);
  };
}

async function jwtProvider(): Promise<AuthProvider> {
  const issuer = await serve(json({ keys: [key.jwk] }));
  return provide({ type: 'oauth2_token', issuer: ISSUER, audience: 'my-api', jwks: { uri: issuer.origin } });
}

interface Asked {
  readonly report: ParityReport;
  readonly requests: readonly SeenRequest[];
}

async function compare(answer: Answer, token = GOOD, provider?: AuthProvider): Promise<Asked> {
  const server = await serve(answer);
  const report = await ask(`${server.origin}/v1/models`, token, provider ?? (await jwtProvider()));
  return { report, requests: server.requests };
}

async function ask(
  url: string,
  token: string,
  provider: AuthProvider,
  headers: readonly (readonly [string, string])[] = [],
  options: HttpOptions = {},
): Promise<ParityReport> {
  const http = createHttpClient(options);
  onTestFinished(() => http.close());
  return compareWithServer(http, url, provider, { token, headers });
}

/** Which rows agree, which differ, and which cannot be compared. */
function sameness({ rows }: ParityReport): Partial<Record<ParityRowName, boolean | null>> {
  return Object.fromEntries(rows.map(({ name, same }) => [name, same]));
}

function hintsOf(report: ParityReport): string {
  return explainParity(report).join('\n');
}

describe('a server with the same config', () => {
  test('accepts the same token', async () => {
    const { report, requests } = await compare(serverThat({}));
    expect(report.same).toBe(true);
    expect(report.server).toMatchObject({ status: 200, outcome: 'accepted', message: null, failure: null });
    expect(report.without_token).toMatchObject({ status: 401, outcome: 'rejected', message: CHALLENGE });
    expect(report.with_garbage).toMatchObject({ status: 401, outcome: 'rejected', message: REFUSAL });
    expect(report.rows).toEqual([
      { name: 'outcome', ours: 'accepted', server: 'accepted', same: true },
      { name: 'status', ours: 200, server: 200, same: true },
      { name: 'message', ours: null, server: null, same: null },
      { name: 'without_token', ours: 'rejected', server: 'rejected', same: true },
      { name: 'without_token_message', ours: CHALLENGE, server: CHALLENGE, same: true },
      { name: 'with_garbage', ours: 'rejected', server: 'rejected', same: true },
    ]);
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual(Array(3).fill('GET /v1/models'));
  });

  test('refuses the same token, in the same words', async () => {
    const { report } = await compare(serverThat({ given: refuse(REFUSAL) }, EXPIRED), EXPIRED);
    expect(report.same).toBe(true);
    expect(report.rows.slice(0, 3)).toEqual([
      { name: 'outcome', ours: 'rejected', server: 'rejected', same: true },
      { name: 'status', ours: 401, server: 401, same: true },
      { name: 'message', ours: REFUSAL, server: REFUSAL, same: true },
    ]);
  });

  test.each([404, 405, 400, 422, 403])('answers %i to who is authenticated: that is no drift', async (status) => {
    const { report } = await compare(serverThat({ given: refuse('not here', status) }));
    expect(report.server).toMatchObject({ status, outcome: 'accepted', message: 'not here' });
    expect(report.same).toBe(true);
    expect(sameness(report)).toMatchObject({ outcome: true, status: null, message: null });
    expect(hintsOf(report).includes('does not permit')).toBe(status === 403);
  });

  test('speaks other words to a client without a token, as servers of another kind do: that is no drift', async () => {
    for (const none of [text('', 401), refuse('Unauthorized'), json({ detail: 'Not authenticated' }, 403)]) {
      const { report } = await compare(serverThat({ none }));
      expect(report.without_token.outcome).toBe('rejected');
      expect(report.same).toBe(true);
    }
  });
});

describe('a server that this library guards', () => {
  async function startApp(config: object): Promise<string> {
    const authenticator = createAuthenticator(parseAuthConfig(config), { public: ['GET /health'] });
    onTestFinished(() => authenticator.close());
    const app = express()
      .use(createMiddleware(authenticator))
      .get(['/health', '/v1/models'], (_request, response) => response.json({ data: [] }));
    return `http://127.0.0.1:${await listen(createServer(app))}`;
  }

  test('agrees with its own config, and with no other', async () => {
    const issuer = await serve(json({ keys: [key.jwk] }));
    const config = { type: 'oauth2_token', issuer: ISSUER, audience: 'my-api', jwks: { uri: issuer.origin } };
    const app = await startApp(config);
    for (const token of [GOOD, EXPIRED, mint(newKey('ES256', 'gone')), 'opaque']) {
      for (const path of ['/v1/models', '/no/such/path']) {
        const report = await ask(app + path, token, provide(config));
        expect(report.same, JSON.stringify(report.rows)).toBe(true);
        expect(report.server.outcome).toBe(token === GOOD ? 'accepted' : 'rejected');
      }
    }
    expect((await ask(`${app}/v1/models`, GOOD, provide({ ...config, audience: 'other' }))).same).toBe(false);
    expect((await ask(`${app}/v1/models`, EXPIRED, provide({ ...config, issuer: `${ISSUER}/new` }))).same).toBe(false);
    expect(hintsOf(await ask(`${app}/health`, GOOD, provide(config)))).toContain('this path is public');
  });

  test('cannot say while its provider cannot', async () => {
    const config = { type: 'custom', endpoint: 'http://127.0.0.1:1/' };
    const report = await ask(`${await startApp(config)}/v1/models`, OPAQUE, provide(config));
    expect(report.server).toMatchObject({ status: 503, outcome: 'undecided' });
    expect(report.same).toBeNull();
  });
});

describe('a server that drifted', () => {
  test('refuses what is accepted here', async () => {
    const { report } = await compare(serverThat({ given: refuse(REFUSAL) }));
    expect(report.same).toBe(false);
    expect(sameness(report)).toMatchObject({ outcome: false, status: false, message: null });
    expect(hintsOf(report)).toContain('an older one that it read when it started');
    expect(hintsOf(report)).toContain('key set from before the token’s key');
    expect(hintsOf(report)).not.toContain('gateway');
  });

  test('never hears of the token', async () => {
    const { report } = await compare(refuse(CHALLENGE));
    expect(report.same).toBe(false);
    expect(hintsOf(report)).toContain('a gateway on the way may drop the Authorization header');
  });

  test.each([
    [{ aud: 'other' }, 'another audience'],
    [{ iss: 'https://other.example' }, 'another issuer'],
    [{ exp: 1_767_225_600 }, 'clock tolerance'],
    [{ sub: undefined }, 'another claim'],
  ])('accepts what is refused here: %j', async (claims, hint) => {
    const token = mint(key, claims);
    const { report } = await compare(serverThat({}, token), token);
    expect(report.same).toBe(false);
    expect(sameness(report)).toMatchObject({ outcome: false, status: false, message: null, with_garbage: true });
    expect(hintsOf(report)).toContain(hint);
  });

  test('accepts a key that left the set', async () => {
    const token = mint(newKey('ES256', 'gone'));
    const { report } = await compare(serverThat({}, token), token);
    expect(report.same).toBe(false);
    expect(hintsOf(report)).toContain('an older key set');
  });

  test('has no clock tolerance', async () => {
    const issuer = await serve(json({ keys: [key.jwk] }));
    const jwks = { uri: issuer.origin };
    const late = mint(key, { exp: Math.floor(Date.now() / 1000) - 200 });
    const provider = provide({ type: 'oauth2_token', issuer: ISSUER, audience: 'my-api', jwks, clock_tolerance: 300 });
    const { report } = await compare(serverThat({ given: refuse(REFUSAL) }, late), late, provider);
    expect(report.same).toBe(false);
    expect(hintsOf(report)).toContain('by the clock tolerance alone');
    expect(hintsOf(report)).not.toContain('older');
  });

  test('reads no exp in an answer to introspection', async () => {
    const exp = Math.floor(Date.now() / 1000) - 200;
    const endpoint = await serve(json({ active: true, sub: 'alice', exp }));
    const introspection = { url: endpoint.origin, client_id: 'api', client_secret: 'xxxxxxxx' };
    const provider = provide({ type: 'oauth2_token', issuer: ISSUER, introspection, clock_tolerance: 300 });
    const { report } = await compare(serverThat({ given: refuse('Token not active') }), GOOD, provider);
    expect(report.verdict.outcome).toBe('accepted');
    expect(hintsOf(report)).toContain('another config');
    expect(hintsOf(report)).not.toContain('clock tolerance');
  });

  test('refuses in other words', async () => {
    const { report } = await compare(serverThat({ given: refuse('Token not active') }, EXPIRED), EXPIRED);
    expect(report.same).toBe(false);
    expect(sameness(report)).toMatchObject({ outcome: true, status: true, message: false });
    expect(hintsOf(report)).toContain('another type of provider');
  });

  test('refuses with another status', async () => {
    const bad = json({ error: { message: REFUSAL } }, 400, { 'www-authenticate': 'Bearer error="invalid_request"' });
    const { report } = await compare(serverThat({ given: bad }, EXPIRED), EXPIRED);
    expect(report.server).toMatchObject({ outcome: 'rejected', www_authenticate: 'Bearer error="invalid_request"' });
    expect(sameness(report)).toMatchObject({ outcome: true, status: false, message: true });
    expect(report.same).toBe(false);
  });

  test('sends clients without a token to another issuer', async () => {
    const other = CHALLENGE.replace(ISSUER, 'https://old.example');
    const { report } = await compare(serverThat({ none: refuse(other) }));
    expect(report.same).toBe(false);
    expect(sameness(report)).toMatchObject({ outcome: true, without_token: true, without_token_message: false });
    expect(hintsOf(report)).toContain('names its provider');
  });

  test('has another clock', async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const { report } = await compare(serverThat({ given: json({}, 401, { date }) }));
    expect(hintsOf(report)).toMatch(/clock is (?:3599|3600|3601) s ahead of this machine’s/);
  });
});

describe('a server that lets in', () => {
  test('everybody', async () => {
    for (const token of [GOOD, EXPIRED]) {
      const { report } = await compare(models, token);
      expect(report.same).toBe(false);
      expect(sameness(report)).toMatchObject({ without_token: false, with_garbage: false });
      expect(explainParity(report)[0]).toContain('authentication is off, or this path is public');
    }
  });

  test('whoever has any token', async () => {
    const { report } = await compare(serverThat({ garbage: models }));
    expect(report.same).toBe(false);
    expect(sameness(report)).toMatchObject({ outcome: true, without_token: true, with_garbage: false });
    expect(hintsOf(report)).toContain('without its signature');
  });

  test('whoever has any token, as the provider does', async () => {
    const endpoint = await serve(json({ principal: 'alice' }));
    const custom = provide({ type: 'custom', endpoint: endpoint.origin });
    const { report } = await compare(serverThat({ none: refuse('Unauthorized'), garbage: models }), OPAQUE, custom);
    expect(report.same).toBe(true);
    expect(sameness(report)).toMatchObject({ with_garbage: true });
  });

  test('a made-up token, which is what an opaque one is compared with', async () => {
    const endpoint = await serve((request, response) =>
      (request.body.includes('MARKED') ? json({ principal: 'alice' }) : text('', 401))(request, response),
    );
    const custom = provide({ type: 'custom', endpoint: endpoint.origin });
    const { report, requests } = await compare(serverThat({ garbage: models }, OPAQUE), OPAQUE, custom);
    expect(hintsOf(report)).toContain('made-up token');
    expect(requests[2]?.headers.authorization).toBe('Bearer authcheck-parity-not-a-token');
  });
});

describe('the token that cannot be valid', () => {
  test.each([
    ['a JWT without its signature', GOOD, `${GOOD.slice(0, GOOD.lastIndexOf('.') + 1)}${'A'.repeat(86)}`],
    ['not a JWT that already has none', `${encode('{}')}.${encode('{}')}.AAAA`, 'authcheck-parity-not-a-token'],
    [
      'not an unsigned JWT',
      compact({ alg: 'none' }, goodClaims(), () => Buffer.alloc(0)),
      'authcheck-parity-not-a-token',
    ],
  ])('is %s', async (_name, token, garbage) => {
    const { requests } = await compare(models, token);
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${token}`,
      undefined,
      `Bearer ${garbage}`,
    ]);
  });

  test('is never the token', async () => {
    const provider = await jwtProvider();
    const part = fc.stringMatching(/^[\w-]{1,20}$/);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          part,
          fc.tuple(part, part, part).map((parts) => parts.join('.')),
        ),
        async (token) => {
          const sent: (string | undefined)[] = [];
          const http = {
            send: async (request: { headers?: Readonly<Record<string, string>> }) => {
              sent.push(request.headers?.authorization);
              return { ok: true, status: 401, headers: {}, body: '', skew: null, ms: 0 } as const;
            },
            close: async () => undefined,
          };
          await compareWithServer(http, 'https://api.example/', provider, { token });
          expect(sent).toHaveLength(3);
          expect(new Set(sent).size).toBe(3);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('nobody can say', () => {
  test.each<[string, Answer, RegExp]>([
    ['breaks', text('', 500), /answered 500/],
    ['is away', text('', 503), /answered 503/],
    ['is overrun', text('', 429), /answered 429: too many requests/],
    ['is a proxy that wants a login', text('', 407), /answered 407/],
    ['sends without end', endless, /larger than 1048576 bytes/],
    [
      'is compressed and broken',
      (_request, response) => response.setHeader('content-encoding', 'gzip').end('x'),
      /unpacked/,
    ],
  ])('if the server %s', async (_name, given, failure) => {
    const { report } = await compare(serverThat({ given }));
    expect(report.server.outcome).toBe('undecided');
    expect(report.server.failure?.message).toMatch(failure);
    expect(sameness(report)).toMatchObject({ outcome: null, status: null, message: null });
    expect(report.same).toBeNull();
  });

  test('if the server redirects: nobody is asked there', async () => {
    const other = await serve(models);
    const { report, requests } = await compare(serverThat({ given: redirect(`${other.origin}/login`) }));
    expect(report.same).toBeNull();
    expect(report.server).toMatchObject({ status: 302, failure: { code: 'endpoint_redirected' } });
    expect(hintsOf(report)).toContain('the token is sent after no redirect');
    expect(other.requests).toHaveLength(0);
    expect(requests).toHaveLength(3);
  });

  test('if nothing listens, or what listens is not HTTP', async () => {
    const raw = await serveRaw((socket) => socket.end('hello\r\n'));
    for (const url of ['http://127.0.0.1:1/', raw.origin]) {
      const report = await ask(url, GOOD, await jwtProvider());
      expect(report.server).toMatchObject({ status: null, outcome: 'undecided' });
      expect(report.same).toBeNull();
    }
  });

  test.each([404, 405, 403, 400])('if everybody gets %i', async (status) => {
    const { report } = await compare(refuse('nothing to see', status));
    expect(report.server).toMatchObject({ status, outcome: 'undecided', failure: { code: 'endpoint_error' } });
    expect(report.same).toBeNull();
    expect(hintsOf(report)).toContain('a path that the server has and guards');
  });

  test('if the provider cannot', async () => {
    const provider = provide({ type: 'custom', endpoint: 'http://127.0.0.1:1/' });
    const { report } = await compare(serverThat({ none: refuse('Unauthorized') }), GOOD, provider);
    expect(report.verdict.outcome).toBe('undecided');
    expect(sameness(report)).toMatchObject({ outcome: null, status: null, with_garbage: null });
    expect(report.same).toBeNull();
  });

  test('and what is certain is certain all the same: a server that lets in everybody', async () => {
    const provider = provide({ type: 'custom', endpoint: 'http://127.0.0.1:1/' });
    const { report } = await compare(models, GOOD, provider);
    expect(report.same).toBe(false);
  });

  test('about other requests than the one with the token: that does not count', async () => {
    const { report } = await compare(serverThat({ none: redirect('/login'), garbage: text('', 500) }));
    expect(sameness(report)).toMatchObject({ outcome: true, without_token: null, with_garbage: null });
    expect(report.same).toBe(true);
  });
});

describe('TLS', () => {
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await makeCertificates();
  });

  test('is verified, with a CA of one’s own', async () => {
    const provider = await jwtProvider();
    const server = await serve(serverThat({}), certificates.right);
    const trusted = await ask(server.origin, GOOD, provider, [], { caFile: certificates.caFile });
    expect(trusted.same).toBe(true);
    const seen = server.requests.length;
    const distrusted = await ask(server.origin, GOOD, provider);
    expect(distrusted.server.failure?.code).toBe('endpoint_tls');
    expect(hintsOf(distrusted)).toContain('--ca-file');
    expect(server.requests).toHaveLength(seen);
    const impostor = await serve(serverThat({}), certificates.wrongHost);
    expect((await ask(impostor.origin, GOOD, provider, [], { caFile: certificates.caFile })).same).toBeNull();
    expect(impostor.requests).toHaveLength(0);
  });
});

describe('what a server says', () => {
  test('comes back without the token, whatever it echoes, in whatever spelling', async () => {
    const echo: Answer = (request, response) => {
      const sent = request.headers.authorization ?? '';
      response.setHeader('www-authenticate', `Bearer realm="${sent}"`).setHeader('location', `/?${sent}`);
      const spelt = JSON.stringify({ error: { message: `no: ${sent} ${encodeURIComponent(sent)}` } });
      response.writeHead(401).end(spelt.replaceAll('/', '\\u002f'));
    };
    const endpoint = await serve((request, response) => json({ message: request.body }, 401)(request, response));
    const custom = provide({ type: 'custom', endpoint: endpoint.origin });
    for (const [token, provider] of [
      [GOOD, await jwtProvider()],
      [OPAQUE, custom],
    ] as const) {
      const server = await serve(echo);
      const url = `${server.origin}/?key=${encodeURIComponent(token)}&cookie=MARKED-cookie&code=MARKED-code`;
      const report = await ask(url, token, provider, [['Cookie', 'MARKED-cookie']]);
      const said = JSON.stringify([report, explainParity(report)]);
      expect(report.server.message).toContain('[redacted]');
      expect(report.server.www_authenticate).toContain('[redacted]');
      expect(said).not.toContain(token);
      expect(said).not.toContain(encodeURIComponent(token));
      expect(said).not.toContain('MARKED');
    }
  });

  test('comes back without a part of the token', async () => {
    const part = EXPIRED.slice(0, 30);
    const challenge = { 'www-authenticate': `Bearer error_description="what is ${part}..."` };
    const server = await serve(json({ message: `what is ${part}...` }, 401, challenge));
    const { server: said } = await ask(server.origin, EXPIRED, await jwtProvider());
    expect(said.message).toBe('what is [redacted]...');
    expect(said.www_authenticate).toBe('Bearer error_description="what is [redacted]..."');
  });

  test.each(['X-Api-Key', 'X-Auth-Token', 'X-Session', 'X-Forwarded-Authorization', 'Cf-Access-Jwt-Assertion'])(
    'comes back without the credential that was sent beside the token in %s',
    async (name) => {
      const echo: Answer = (request, response) => {
        const said = request.headers[name.toLowerCase()] ?? 'nothing';
        json({ message: `no: ${said}` }, 401, { 'www-authenticate': `Bearer realm="${said}"` })(request, response);
      };
      const server = await serve(echo);
      const headers = [[name, 'MARKED-key-0123456789']] as const;
      const report = await ask(server.origin, EXPIRED, await jwtProvider(), headers);
      expect(server.requests[0]?.headers[name.toLowerCase()]).toBe('MARKED-key-0123456789');
      expect(report.server.message).toBe('no: [redacted]');
      expect(JSON.stringify(report)).not.toContain('MARKED');
    },
  );

  test('is told of the server without the token that stands in its path', async () => {
    const server = await serve(serverThat({}));
    const report = await ask(`${server.origin}/v1/${EXPIRED}/models`, EXPIRED, await jwtProvider());
    expect(server.requests[0]?.url).toContain(EXPIRED);
    expect(report.server.url).toBe(`${server.origin}/v1/[redacted]/models`);
  });

  test('is compared as both are shown: what was sent may be a word of theirs', async () => {
    const server = await serve(serverThat({ given: refuse(REFUSAL) }));
    const provider = await jwtProvider();
    for (const [query, headers] of [
      ['?type=Invalid', []],
      ['', [['cookie', `state=${REFUSAL}`]]],
    ] as const) {
      const report = await ask(`${server.origin}/${query}`, EXPIRED, provider, headers);
      expect(report.rows.find(({ name }) => name === 'message')).toMatchObject({ same: true });
    }
  });

  test.each<[string, Answer, string | null]>([
    ['as the reference says it', refuse('one'), 'one'],
    ['as FastAPI says it', json({ detail: 'two' }, 401), 'two'],
    ['as many say it', json({ message: 'three' }, 401), 'three'],
    ['as OAuth says it', json({ error: 'four', error_description: 'x' }, 401), 'four: x'],
    ['in no word', json({ error: { message: '' }, detail: [{ loc: [] }], message: 5 }, 401), null],
    ['twice', text('{"message":"a","message":"b"}', 401), null],
    ['as a list', json(['message'], 401), null],
    ['as __proto__', text('{"__proto__":{"message":"x"}}', 401), null],
    ['as a page', text('<!doctype html><p>No', 401), null],
    ['not at all', text('', 401), null],
    ['at length', json({ message: 'x'.repeat(100_000) }, 401), `${'x'.repeat(500)}…`],
  ])('is read %s', async (_name, given, message) => {
    const { report } = await compare(serverThat({ given }));
    expect(report.server).toMatchObject({ outcome: 'rejected', message });
  });

  test('is judged by its status, not by its words', async () => {
    const { report } = await compare(serverThat({ given: refuse(REFUSAL, 200) }));
    expect(report.server).toMatchObject({ outcome: 'accepted', message: null });
  });
});

describe('the request', () => {
  test('carries other headers, but credentials only beside the token', async () => {
    const server = await serve(serverThat({}));
    await ask(server.origin, GOOD, await jwtProvider(), [
      ['X-Tenant', 'ml'],
      ['Cookie', 'session=1'],
    ]);
    expect(server.requests.map(({ headers }) => [headers['x-tenant'], headers.cookie])).toEqual([
      ['ml', 'session=1'],
      ['ml', undefined],
      ['ml', 'session=1'],
    ]);
  });

  test.each([
    ['api.example', GOOD, [], 'usage_invalid'],
    ['ftp://api.example/', GOOD, [], 'usage_invalid'],
    ['https://user:MARKED@api.example/', GOOD, [], 'usage_invalid'],
    ['http://127.0.0.1:1/', GOOD, [['Authorization', 'Basic MARKED']], 'usage_invalid'],
    ['http://127.0.0.1:1/', GOOD, [['authorization', 'Basic MARKED']], 'usage_invalid'],
    ['http://127.0.0.1:1/', 'MARKED two', [], 'input_unreadable'],
    ['http://127.0.0.1:1/', 'MARKED\n', [], 'input_unreadable'],
    ['http://127.0.0.1:1/', '', [], 'input_unreadable'],
  ] as const)('cannot be %s with %j and %j', async (url, token, headers, code) => {
    const error: unknown = await ask(url, token, await jwtProvider(), headers).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain('MARKED');
  });
});

describe('a hint', () => {
  test('on who lets everybody in is the only one', async () => {
    for (const habits of [models, serverThat({ garbage: models })]) {
      const hints = explainParity((await compare(habits, EXPIRED)).report);
      expect(hints).toHaveLength(1);
      expect(hints[0]).toMatch(/its authentication is off|it checks none/);
    }
  });

  test.each([
    [6, false, 'is 6 s ahead of'],
    [-6, false, 'is 6 s behind'],
    [4, false, null],
    [-4, false, null],
    [6, true, null],
  ])('tells of clocks %i s apart where answers are the same (%j): %j', async (skew, same, words) => {
    const { report } = await compare(serverThat({}));
    const hints = explainParity({ ...report, same, server: { ...report.server, skew } });
    expect(hints.find((hint) => hint.includes('clock is')) ?? null).toBe(
      words === null ? null : `the server’s clock ${words} this machine’s`,
    );
  });

  test('says nothing of words where the server has none', async () => {
    const { report } = await compare(serverThat({ given: text('', 401) }, EXPIRED), EXPIRED);
    expect(sameness(report).message).toBeNull();
    expect(report.same).toBe(true);
    expect(explainParity(report)).toEqual([]);
  });
});
