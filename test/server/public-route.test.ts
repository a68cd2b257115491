// A public route is public as it is written, and under no other spelling that some reader takes for another path.
import { request as ask, createServer, type RequestListener } from 'node:http';
import { posix } from 'node:path';
import { parse as parseLegacy } from 'node:url';
import { serve as serveHono } from '@hono/node-server';
import connect from 'connect';
import express from 'express';
import fastify from 'fastify';
import fc from 'fast-check';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  AuthcheckError,
  createAuthenticator,
  createGuard,
  createMiddleware,
  parseAuthConfig,
  type Authenticator,
} from '../../src/index.js';
import { authcheck } from '../../src/server/fastify.js';
import { holds } from '../hostile/cases.js';
import { parsePublicRoutes } from '../../src/server/public-route.js';

const ROUTES = ['GET /health', 'GET /assets/*', '* /docs/', 'POST /v1/login'];
const CONFIG = parseAuthConfig({ type: 'upstream_header', principal_header: 'x-user' });

/** Nobody is let in by this one but through a public route: no request of these tests has the header. */
function guard(): Authenticator {
  return createAuthenticator(CONFIG, { public: ROUTES });
}

const SPELLING = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('/', '/', '/', 'health', 'assets', 'docs', 'v1', 'login', 'admin', 'x.js') },
  { weight: 3, arbitrary: fc.constantFrom('.', '..', '//', '\\', '%2f', '%2F', '%2e', '%2e%2e', '%5c', '%252e%252e') },
  { weight: 1, arbitrary: fc.constantFrom('...', ';', ';a=b', '..;', '%00', '%', '%zz', '%c0%af', '%c0%ae', '%u002f') },
  { weight: 1, arbitrary: fc.constantFrom('\t', '\n', ' ', '\u0000', '．．', '／', 'ﬀ', '\u2024', '\ud800', 'HEALTH') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('?', '#', '?/health', '#/health', '@', 'http://h', '://', '*', '%23', '%3f'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
);
const URLS = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.constantFrom('/health', '/assets/', '/assets', '/docs/', '/v1/login', '/', ''),
        fc.array(SPELLING, { maxLength: 8 }),
      )
      .map(([start, parts]) => start + parts.join('')),
  },
  fc.array(SPELLING, { maxLength: 10 }).map((parts) => parts.join('')),
);
const METHODS = fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'DELETE', 'get', 'PROPFIND', '');

/** What somebody behind may take a request to be for: each of these has been a server's way to read a path. */
const READERS: Readonly<Record<string, (url: string) => string>> = {
  'as it is sent': (url) => url.split('?')[0] ?? '',
  'up to a fragment': (url) => url.split(/[?#]/)[0] ?? '',
  'as a URL': (url) => new URL(`http://h${url}`).pathname,
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- Express and Connect still read paths with it
  'as a URL, in the old way': (url) => parseLegacy(url).pathname ?? '',
  'decoded, then resolved': (url) => posix.normalize(decode(url.split(/[?#]/)[0] ?? '')),
  'decoded twice, then resolved': (url) => posix.normalize(decode(decode(url.split(/[?#]/)[0] ?? ''))),
  'with slashes for backslashes, then resolved': (url) =>
    posix.normalize(decode(url.split(/[?#]/)[0] ?? '').replaceAll('\\', '/')),
  'without parameters, then resolved': (url) => posix.normalize((url.split(/[?#]/)[0] ?? '').replace(/;[^/]*/g, '')),
  'as it is sent, then resolved': (url) => posix.normalize(url.split('?')[0] ?? ''),
  'without double slashes': (url) => (url.split(/[?#]/)[0] ?? '').replace(/\/+/g, '/'),
};

function decode(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_code, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Whether a path is one of {@link ROUTES}, for any method. */
function isListed(path: string): boolean {
  return path === '/health' || path.startsWith('/assets/') || path === '/docs/' || path === '/v1/login';
}

describe('a public route', () => {
  const authenticator = guard();

  holds('is the same path to every reader', 1200, fc.tuple(METHODS, URLS), async ([method, url]) => {
    const { outcome } = await authenticator.authenticate({ method, url, headers: [] });
    expect((await authenticator.authenticate({ method, url, headers: [] })).outcome).toBe(outcome);
    if (outcome !== 'public') return;
    for (const [reader, read] of Object.entries(READERS)) expect([reader, isListed(read(url))]).toEqual([reader, true]);
  });

  holds(
    'is public with any query, and by no other method',
    300,
    fc.tuple(METHODS, fc.webQueryParameters()),
    async ([method, query]) => {
      const ask = async (path: string): Promise<boolean> =>
        (await authenticator.authenticate({ method, url: `${path}?${query}`, headers: [] })).outcome === 'public';
      const reads = method === 'GET' || method === 'HEAD';
      expect(await ask('/health')).toBe(reads);
      expect(await ask('/assets/a/b.c')).toBe(reads);
      expect(await ask('/assets/')).toBe(reads);
      expect(await ask('/docs/')).toBe(true);
      expect(await ask('/v1/login')).toBe(method === 'POST');
      expect(await ask(`/admin?/health`)).toBe(false);
    },
  );

  holds(
    'is read or refused, whatever is written',
    300,
    fc.oneof(
      fc.string(),
      URLS.map((url) => `GET ${url}`),
    ),
    (route) => {
      try {
        void createAuthenticator(CONFIG, { public: [route] }).close();
      } catch (error) {
        expect(error).toBeInstanceOf(AuthcheckError);
      }
    },
  );

  test.each([
    '/health/',
    '/health//',
    '//health',
    '/./health',
    '/x/../health',
    '/%68ealth',
    '/health%00',
    '/health%3f',
    '/health;x',
    '/health\\',
    '/health#',
    '/health#/../admin',
    '/assets/#/../../admin',
    '/assets/#/x',
    '/assets/x y',
    '/admin/assets/x',
    '/HEALTH',
    'health',
    'http://h/health',
    '/assets',
    '/assets//x',
    '/assets/..',
    '/assets/../admin',
    '/assets/./x',
    '/assets/%2e%2e/admin',
    '/assets/..%2fadmin',
    '/assets/..\\admin',
    '/assets/..;/admin',
    '/assets/.\t./admin',
    '/assets/%252e%252e/admin',
    '/docs',
    '/docs/x',
  ])('is not %j', async (url) => {
    expect((await authenticator.authenticate({ method: 'GET', url, headers: [] })).outcome).toBe('rejected');
  });

  test('a query of 200,000 equal names is read in one go', async () => {
    const url = `/who?${'a&'.repeat(200_000)}`;
    expect((await authenticator.authenticate({ method: 'GET', url, headers: [] })).outcome).toBe('rejected');
  });
});

/** Starts a server whose public routes answer `open`, and everything else `secret`. */
type Start = (authenticator: Authenticator) => Promise<{ readonly port: number; readonly close: () => unknown }>;

const SECRET = 'secret';

async function listen(listener: RequestListener): ReturnType<Start> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: portOf(server.address()), close: () => server.close() };
}

function portOf(address: unknown): number {
  return (address as { readonly port: number }).port;
}

/** As a static file server behind a wildcard does it. */
function staysInside(rest: string): string {
  return posix.normalize(`/assets/${rest}`).startsWith('/assets/') ? 'open' : SECRET;
}

const FRAMEWORKS: Readonly<Record<string, Start>> = {
  connect: (authenticator) => {
    const app = connect();
    app.use(createMiddleware(authenticator));
    // connect's own routes: by prefix, in any case.
    for (const path of ['/health', '/assets', '/docs', '/v1/login'])
      app.use(path, (_request, response) => void response.end('open'));
    app.use((_request, response) => void response.end(SECRET));
    return listen(app);
  },
  express: (authenticator) => {
    const app = express();
    app.use(createMiddleware(authenticator));
    app.all(['/health', '/docs/', '/v1/login'], (_request, response) => void response.end('open'));
    app.all('/assets/*rest', (request, response) => {
      response.end(staysInside([request.params.rest].flat().join('/')));
    });
    app.all('/assets/', (_request, response) => void response.end('open'));
    app.use((_request, response) => void response.end(SECRET));
    return listen((request, response) => {
      app(request, response);
    });
  },
  fastify: async (authenticator) => {
    const app = fastify();
    await app.register(authcheck, { authenticator });
    for (const path of ['/health', '/docs/', '/v1/login']) app.all(path, () => 'open');
    app.all('/assets/*', ({ params }) => staysInside((params as { readonly '*': string })['*']));
    app.setNotFoundHandler(() => SECRET);
    await app.listen({ host: '127.0.0.1', port: 0 });
    return { port: portOf(app.server.address()), close: () => app.close() };
  },
  hono: async (authenticator) => {
    const guarded = createGuard(authenticator);
    const app = new Hono();
    app.use(async (context, next) => {
      const who = await guarded(context.req.raw);
      if (who instanceof Response) return who;
      await next();
      return undefined;
    });
    for (const path of ['/health', '/docs/', '/v1/login']) app.all(path, (context) => context.text('open'));
    app.all('/assets/*', (context) => context.text(staysInside(context.req.path.slice('/assets/'.length))));
    app.notFound((context) => context.text(SECRET));
    const server = serveHono({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 });
    await new Promise<void>((resolve) => server.once('listening', resolve));
    return { port: portOf(server.address()), close: () => server.close() };
  },
};

describe.each(Object.entries(FRAMEWORKS))('behind %s', (_name, start) => {
  let server: Awaited<ReturnType<Start>>;
  beforeAll(async () => {
    server = await start(guard());
  });
  afterAll(() => server.close());

  /** The body of an answer; null for a request target that cannot be sent. */
  const fetchBody = (method: string, path: string): Promise<string | null> =>
    new Promise((resolve) => {
      try {
        const outgoing = ask({ host: '127.0.0.1', port: server.port, method, path });
        outgoing
          .on('error', () => resolve(null))
          .on('response', (response) => {
            let text = '';
            response.setEncoding('latin1').on('data', (part: string) => (text += part));
            response.on('end', () => resolve(text));
          });
        outgoing.end();
      } catch {
        resolve(null);
      }
    });

  const sent = fc.tuple(
    fc.constantFrom('GET', 'GET', 'POST'),
    URLS.filter((url) => /^\/[!-~]*$/.test(url)),
  );

  holds('no spelling of a path gets past the guard', 250, sent, async ([method, url]) => {
    expect(await fetchBody(method, url)).not.toBe(SECRET);
  });

  test('the public routes are there, and the rest is guarded', async () => {
    expect(await fetchBody('GET', '/health')).toBe('open');
    expect(await fetchBody('GET', '/assets/x.js')).toBe('open');
    expect(await fetchBody('GET', '/admin')).toContain('Missing required authentication header');
  });
});

test('a parameter of a router is refused: no path has such a name', () => {
  const told = 'a public route has no parameters: "GET /users/:id"; "*" at its end is all that is below';
  expect(() => parsePublicRoutes(['GET /users/:id'])).toThrow(told);
  expect(parsePublicRoutes(['POST /models/x:predict'])('POST', '/models/x:predict')).toBe(true);
});

test.each(['GET /assets*', 'GET assets/*', 'GET /assets/*/x', 'get /assets', '/assets', 'GET  /assets', 'GET /a?b'])(
  'what is no public route is refused: %s',
  (route) => {
    expect(() => parsePublicRoutes([route])).toThrow('this is not a public route');
  },
);
