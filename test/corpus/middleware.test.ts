// Requests as a server sees them: credentials read by RFC 6750, answers of the server, public routes.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ConfigError, createAuthenticator, parseAuthConfig, type AuthProvider, type Verdict } from '../../src/index.js';
import { buildAuthenticator } from '../../src/server/authenticator.js';
import { parsePublicRoutes } from '../../src/server/public-route.js';

interface Case {
  readonly id: string;
  readonly kind: 'header' | 'provider' | 'message' | 'scope';
  readonly headers: readonly (readonly [string, string])[];
  readonly method?: string;
  readonly path?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly stub?: { readonly raise: string };
  readonly expected?: { readonly status: number; readonly reason?: string };
  readonly reference: { readonly head: { readonly asgi?: { readonly body_text?: string } } };
}

const file: unknown = JSON.parse(readFileSync(new URL('middleware.json', import.meta.url), 'utf8'));
const { cases } = file as { readonly cases: readonly Case[] };

/** Exceptions by which the reference's providers refuse a token; all others mean that nobody could say. */
const REFUSALS = ['ValueError', 'UnicodeDecodeError', 'TokenValidationError'];
/** Without an expectation: a cancelled request has no answer. */
const UNJUDGED = ['provider/raise-asyncio-CancelledError'];
/** Refused when the config is loaded: there is no server to ask. */
const UNLOADABLE = ['message/custom-empty', 'message/custom-bad-ipv6'];

const REF = { name: 'stub', type: 'custom', mode: null, source: null } as const;
const ACCEPTED: Verdict = {
  outcome: 'accepted',
  provider: REF,
  principal: 'alice',
  attributes: {},
  reason: null,
  steps: [],
  mapping: [],
  token: { kind: 'opaque', header: null, claims: null, fingerprint: null },
  server: { status: 200, body: null },
  timing: { total_ms: 0, network_ms: 0 },
};
const REFUSED: Verdict = {
  ...ACCEPTED,
  outcome: 'rejected',
  principal: null,
  reason: { code: 'token_refused', message: 'no', fix: '' },
  server: { status: 401, body: { error: { message: 'no' } } },
};

function stub(raise: string | undefined): AuthProvider {
  return {
    ref: REF,
    keySet: null,
    destination: null,
    authenticate: ({ token }) => {
      if (token === null) return Promise.resolve(REFUSED);
      if (raise === undefined) return Promise.resolve(ACCEPTED);
      return REFUSALS.includes(raise) ? Promise.resolve(REFUSED) : Promise.reject(new Error(raise));
    },
    close: () => Promise.resolve(),
  };
}

const PUBLIC = ['GET /v1/health', 'GET /v1/version'];

describe('middleware', () => {
  test('are all there', () => {
    expect(cases.length).toBe(72);
    expect(cases.filter(({ expected }) => expected === undefined).map(({ id }) => id)).toEqual(UNJUDGED);
  });

  test.each(cases.filter(({ expected, kind }) => expected !== undefined && kind !== 'message'))(
    '$id',
    async ({ headers, method = 'GET', path = '/v1/models', stub: { raise } = { raise: undefined }, expected }) => {
      const guard = buildAuthenticator([stub(raise)], {
        isPublic: parsePublicRoutes(PUBLIC),
        realm: 'api',
        logger: undefined,
      });
      const answer = await guard.authenticate({ method, url: path, headers });
      const refused = answer.outcome === 'rejected' || answer.outcome === 'undecided';
      expect(refused ? answer.refusal.status : 200).toBe(expected?.status);
      if (expected?.reason !== undefined) expect(refused ? answer.fault : null).toBe(expected.reason);
    },
  );

  test.each(cases.filter(({ id, kind }) => kind === 'message' && !UNLOADABLE.includes(id)))(
    '$id',
    async ({ id, config = {}, headers, expected, reference }) => {
      const guard = createAuthenticator(parseAuthConfig(config));
      const answer = await guard.authenticate({ method: 'GET', url: '/v1/models', headers });
      await guard.close();
      if (answer.outcome !== 'rejected') return expect.unreachable('a request without a token was let in');
      expect(answer.refusal.status).toBe(expected?.status);
      expect(answer.refusal.headers['www-authenticate']).toBe('Bearer realm="api"');
      const body = JSON.stringify(answer.refusal.body);
      // The reference shows user and password of the endpoint's URL to everybody.
      const said = reference.head.asgi?.body_text?.replace('svc:p4ss@', '');
      expect(JSON.parse(body), id).toEqual(JSON.parse(said ?? ''));
      expect(body).not.toContain('p4ss');
      return undefined;
    },
  );

  test.each(cases.filter(({ id }) => UNLOADABLE.includes(id)))('$id is refused at load', ({ config = {} }) => {
    expect(() => parseAuthConfig(config)).toThrow(ConfigError);
  });
});
