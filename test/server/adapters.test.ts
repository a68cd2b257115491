// The adapters in the frameworks that they are for, over real sockets.
import { once } from 'node:events';
import { createServer, request as ask, type IncomingMessage } from 'node:http';
import { connect, createServer as createHttp2Server, type IncomingHttpHeaders } from 'node:http2';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  createAuthenticator,
  createGuard,
  createMiddleware,
  pairHeaders,
  parseAuthConfig,
  type Authenticator,
  type AuthenticatorOptions,
} from '../../src/index.js';
import { authcheck } from '../../src/server/fastify.js';
import { mint, newKey } from '../forge.js';
import { json, listen, serve } from '../loopback.js';
import { FRAMEWORKS, listenWith } from './frameworks.js';

interface Reply {
  readonly status: number;
  readonly challenge: string | undefined;
  readonly body: unknown;
}

const KEY = newKey('ES256');
const GONE = new Error('the socket is gone');
let token: string;

beforeEach(() => {
  token = mint(KEY, { groups: ['ml'] });
});

async function guard(options: AuthenticatorOptions = {}, uri?: string): Promise<Authenticator> {
  const issuer = await serve(json({ keys: [KEY.jwk] }));
  const config = parseAuthConfig({
    type: 'oauth2_token',
    issuer: 'https://idp.example',
    audience: 'my-api',
    jwks: { uri: uri ?? `${issuer.origin}/jwks` },
  });
  const authenticator = createAuthenticator(config, { public: ['GET /health', 'GET /api/health'], ...options });
  onTestFinished(() => authenticator.close());
  return authenticator;
}

function send(origin: string, path: string, authorization: readonly string[] = [], method = 'GET'): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = ['host', new URL(origin).host, ...authorization.flatMap((value) => ['authorization', value])];
    const outgoing = ask(`${origin}${path}`, { method, agent: false, headers });
    outgoing.on('error', reject).on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => {
        const challenge = response.headers['www-authenticate'];
        resolve({ status: response.statusCode ?? 0, challenge, body: text === '' ? null : JSON.parse(text) });
      });
    });
    outgoing.end();
  });
}

const ALICE = { principal: 'alice', attributes: { roles: ['alice'], teams: ['ml'] } };

describe.each(Object.entries(FRAMEWORKS))('%s', (_name, startServer) => {
  test('hands over who sent the request', async () => {
    const origin = await startServer(await guard());
    expect(await send(origin, '/who?x=1', [`bearer ${token}`])).toMatchObject({ status: 200, body: ALICE });
  });

  test('refuses with status, challenge and body', async () => {
    const origin = await startServer(await guard());
    const body = {
      error: {
        message: 'Authentication required. Please provide a valid OAuth2 Bearer token from https://idp.example',
      },
    };
    expect(await send(origin, '/who')).toEqual({ status: 401, challenge: 'Bearer realm="api"', body });
    const forged = await send(origin, '/who', [`Bearer ${mint(newKey('ES256'))}`]);
    expect(forged).toEqual({
      status: 401,
      challenge: 'Bearer realm="api", error="invalid_token", error_description="Invalid JWT token"',
      body: { error: { message: 'Invalid JWT token' } },
    });
  });

  test('refuses two credentials', async () => {
    const origin = await startServer(await guard());
    expect((await send(origin, '/who', [`Bearer ${token}`, 'Bearer other'])).status).toBe(401);
    expect((await send(origin, '/who', ['Bearer other', `Bearer ${token}`])).status).toBe(401);
  });

  test('says 503 when nobody can say', async () => {
    const origin = await startServer(await guard({}, 'http://127.0.0.1:1/jwks'));
    expect((await send(origin, '/who', [`Bearer ${token}`])).status).toBe(503);
  });

  test('lets everybody use a public route, and no other', async () => {
    const origin = await startServer(await guard());
    expect(await send(origin, '/health?x=1')).toMatchObject({ status: 200, body: null });
    expect((await send(origin, '/health', [], 'POST')).status).toBe(401);
    expect((await send(origin, '/health/')).status).toBe(401);
    expect((await send(origin, '/%68ealth')).status).toBe(401);
  });
});

test('express: a mounted router is judged by the whole path', async () => {
  const app = express();
  const router = express.Router();
  router.use(createMiddleware(await guard()));
  router.get(['/health', '/who'], (request, response) => {
    response.json(request.auth ?? null);
  });
  app.use('/api', router);
  app.use('/other', router);
  const origin = await listenWith((request, response) => {
    app(request, response);
  });
  expect((await send(origin, '/api/health')).status).toBe(200);
  expect((await send(origin, '/other/health')).status).toBe(401);
});

describe('node:http: a refusal', () => {
  test('leaves alone what somebody else has answered', async () => {
    const middleware = createMiddleware(await guard());
    const written = vi.fn();
    const origin = await listenWith((request, response) => {
      const writeHead = vi.spyOn(response, 'writeHead');
      middleware(request, response, () => undefined);
      response.writeHead(503).end('{}');
      response.on('close', () => setImmediate(() => void written(writeHead.mock.calls.length)));
    });
    expect((await send(origin, '/who')).status).toBe(503);
    await vi.waitFor(() => expect(written).toHaveBeenCalledWith(1));
  });

  test('that cannot be written is for the error handler', async () => {
    const middleware = createMiddleware(await guard());
    const origin = await listenWith((request, response) => {
      vi.spyOn(response, 'writeHead').mockImplementationOnce(() => {
        throw new Error('compressed');
      });
      middleware(request, response, (error) => {
        response.writeHead(500).end(JSON.stringify(String(error)));
      });
    });
    expect(await send(origin, '/who')).toMatchObject({ status: 500, body: 'Error: compressed' });
  });
});

test('node:http2: its requests and responses are guarded as those of node:http', async () => {
  const middleware = createMiddleware(await guard());
  const port = await listen(
    createHttp2Server((request, response) => {
      middleware(request, response, () => void response.end('in'));
    }),
  );
  const client = connect(`http://127.0.0.1:${port}`);
  onTestFinished(() => client.destroy());
  const statusOf = async (headers: Readonly<Record<string, string>>): Promise<unknown> => {
    const stream = client.request({ ':path': '/who', ...headers });
    const [answer] = (await once(stream, 'response')) as [IncomingHttpHeaders];
    return answer[':status'];
  };
  expect(await statusOf({})).toBe(401);
  expect(await statusOf({ authorization: `Bearer ${token}` })).toBe(200);
});

test('the headers of HTTP/2 are those of HTTP/1.1: the host is one, and pseudo-headers are none', () => {
  const raw = [
    ':method',
    'GET',
    ':authority',
    'api.example',
    ':path',
    '/?key=hunter2',
    'a',
    'b',
    'host',
    'evil',
    'a',
    'c',
  ];
  expect(pairHeaders(raw)).toEqual([
    ['host', 'api.example'],
    ['a', 'b'],
    ['a', 'c'],
  ]);
  expect(pairHeaders(['Host', 'api.example', 'Host', 'b'])).toEqual([
    ['Host', 'api.example'],
    ['Host', 'b'],
  ]);
});

test('fastify: names requests in the log whatever their ids are', async () => {
  const info = vi.fn();
  const app = fastify({ genReqId: () => JSON.parse('7') as string });
  await app.register(authcheck, { authenticator: await guard({ logger: { info, warn: info, error: info } }) });
  app.get('/', () => 'in');
  await app.inject('/');
  expect(info).toHaveBeenCalledWith(expect.objectContaining({ id: '7' }), 'request rejected');
});

test('fastify: guards the scope of the plugin and those below, whatever came first, and no other', async () => {
  const authenticator = await guard();
  const whole = fastify();
  void whole.register((child, _options, done) => {
    child.get('/below', () => 'below');
    done();
  });
  whole.get('/before', () => 'before');
  await whole.register(authcheck, { authenticator });
  whole.get('/after', () => 'after');
  for (const path of ['/below', '/before', '/after', '/nothing'])
    expect((await whole.inject(path)).statusCode, path).toBe(401);

  const part = fastify();
  await part.register(async (child) => {
    await child.register(authcheck, { authenticator });
    child.get('/in', () => 'in');
  });
  part.get('/out', () => 'out');
  expect((await part.inject('/in')).statusCode).toBe(401);
  expect((await part.inject('/out')).statusCode).toBe(200);
});

test('fastify: asks before a body is read, for the URL that was sent, and ends with the app', async () => {
  const authenticator = await guard();
  const close = vi.spyOn(authenticator, 'close');
  const app = fastify({ rewriteUrl: () => '/health' });
  await app.register(authcheck, { authenticator });
  app.all('/health', () => 'in');
  const body = { payload: '{', headers: { 'content-type': 'application/json' } };
  expect((await app.inject({ method: 'POST', url: '/private', ...body })).statusCode).toBe(401);
  expect((await app.inject('/private')).statusCode).toBe(401);
  expect((await app.inject('/health')).statusCode).toBe(200);
  await app.close();
  expect(close).toHaveBeenCalledOnce();
});

test('fastify: a refusal is none of the answers that a route has a schema for', async () => {
  const authenticator = await guard();
  const app = fastify();
  await app.register(authcheck, { authenticator });
  const properties = { statusCode: { type: 'integer' }, error: { type: 'string' } };
  const own = { type: 'object', properties };
  app.get('/loose', { schema: { response: { '4xx': own } } }, () => 'in');
  app.get('/strict', { schema: { response: { 401: { ...own, required: ['statusCode'] } } } }, () => 'in');
  for (const path of ['/loose', '/strict']) {
    const { statusCode, body } = await app.inject(path);
    expect(statusCode).toBe(401);
    expect(JSON.parse(body)).toHaveProperty('error.message', expect.stringContaining('Authentication required'));
  }
  await app.close();
});

test('hono: an app asked without a socket', async () => {
  const guarded = createGuard(await guard());
  const app = new Hono();
  app.use(async (context, next) => {
    const who = await guarded(context.req.raw);
    if (who instanceof Response) return who;
    await next();
    return undefined;
  });
  app.get('/who', (context) => context.text('in'));
  expect((await app.request('/who')).status).toBe(401);
  expect((await app.request('/who', { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
});

describe('a middleware', () => {
  /** What became of a request: an answer, or what `next` was called with. */
  async function pass(authenticator: Authenticator, headers: Record<string, string>, isGone = false): Promise<unknown> {
    const middleware = createMiddleware(authenticator);
    let next: unknown = 'answered';
    const server = createServer((request, response) => {
      if (isGone) vi.spyOn(response, 'writeHead').mockThrowOnce(GONE);
      middleware(request, response, (error) => {
        next = error ?? 'let in';
        response.end();
      });
    });
    const outgoing = ask({ host: '127.0.0.1', port: await listen(server), agent: false, headers }).end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    response.resume();
    return next;
  }

  test('lets nobody in where the authenticator fails, or the answer cannot be sent', async () => {
    const authenticator = await guard();
    const error = new Error('out of order');
    const broken = { ...authenticator, authenticate: () => Promise.reject(error) };
    expect(await pass(broken, {})).toBe(error);
    expect(await pass(authenticator, {}, true)).toBe(GONE);
    expect(await pass(authenticator, {})).toBe('answered');
    expect(await pass(authenticator, { authorization: `Bearer ${token}` })).toBe('let in');
  });

  test('takes away what passes for an identity, on public routes too', async () => {
    const middleware = createMiddleware(await guard());
    const server = createServer((request, response) => {
      Object.assign(request, { auth: { principal: 'root' } });
      middleware(request, response, () => response.end(JSON.stringify('auth' in request)));
    });
    const origin = `http://127.0.0.1:${await listen(server)}`;
    expect(await send(origin, '/health')).toMatchObject({ status: 200, body: false });
  });

  test('tells the log the id of a request', async () => {
    const info = vi.fn();
    await pass(await guard({ logger: { info, warn: info, error: info } }), { 'x-request-id': 'r-1' });
    expect(info).toHaveBeenCalledWith(expect.objectContaining({ id: 'r-1' }), 'request rejected');
  });
});

describe('logging', () => {
  test('by a guard for Fetch tells the id of a request, where it has one', async () => {
    const info = vi.fn();
    const guarded = createGuard(await guard({ logger: { info, warn: info, error: info } }));
    for (const headers of [{ 'x-request-id': 'r-1' }, {}]) await guarded(new Request('http://h/v1', { headers }));
    expect(info).toHaveBeenNthCalledWith(1, expect.objectContaining({ id: 'r-1' }), 'request rejected');
    expect(info).toHaveBeenNthCalledWith(2, expect.not.objectContaining({ id: expect.anything() }), 'request rejected');
  });

  test('that fails, fails no request', async () => {
    const fail = (): never => {
      throw new Error('the disk is full');
    };
    const authenticator = await guard({ logger: { info: fail, warn: fail, error: fail } });
    const headers = [['authorization', `Bearer ${token}`]] as const;
    expect((await authenticator.authenticate({ method: 'GET', url: '/', headers })).outcome).toBe('accepted');
  });

  test('that fails later ends no process, and neither does counting', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    onTestFinished(() => void process.off('unhandledRejection', unhandled));
    const fail = (): Promise<never> => Promise.reject(new Error('the disk is full'));
    const authenticator = await guard({ logger: { info: fail, warn: fail, error: fail }, onEvent: fail });
    const headers = [['authorization', `Bearer ${token}`]] as const;
    expect((await authenticator.authenticate({ method: 'GET', url: '/', headers })).outcome).toBe('accepted');
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).not.toHaveBeenCalled();
  });

  test('never hears of the token, wherever a client puts it', async () => {
    const heard: string[] = [];
    const hear = (details: object, message: string): void => {
      heard.push(JSON.stringify(details) + message);
    };
    const authenticator = await guard({ logger: { info: hear, warn: hear, error: hear } });
    const forged = mint(newKey('ES256'), { aud: 'x' });
    for (const sent of [token, forged]) {
      const headers = [['Authorization', `Bearer ${sent}`]] as const;
      await authenticator.authenticate({ method: 'GET', url: `/${sent}?t=${sent}`, headers, id: sent });
    }
    expect(heard).toHaveLength(2);
    expect(heard[1]).toContain('signature_invalid');
    for (const line of heard) {
      expect(line).not.toContain(token);
      expect(line).not.toContain(forged);
    }
  });
});

describe('a line of the log', () => {
  test('keeps our own words, whatever a sender calls its token', async () => {
    const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const authenticator = await guard({ logger });
    for (const sent of ['rejected', 'default', 'token_opaque', 'outcome']) {
      const headers = [['authorization', `Bearer ${sent}`]] as const;
      await authenticator.authenticate({ method: 'GET', url: `/a/${sent}`, headers, id: sent });
      expect(logger.info).toHaveBeenLastCalledWith(
        expect.objectContaining({
          id: '[redacted]',
          path: '/a/[redacted]',
          outcome: 'rejected',
          providers: [expect.objectContaining({ name: 'default', outcome: 'rejected', reason: 'token_opaque' })],
        }),
        'request rejected',
      );
    }
  });

  test('has no more of a request than a line should have', async () => {
    const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const authenticator = await guard({ logger });
    const long = 'x'.repeat(10_000);
    await authenticator.authenticate({ method: long, url: `/${long}`, headers: [], id: long });
    const cut = `${'x'.repeat(500)}…`;
    expect(logger.info).toHaveBeenCalledWith(
      expect.objectContaining({ method: cut, path: `/${cut.slice(1)}`, id: cut }),
      'request rejected',
    );
  });
});

test('several providers are asked in order; who could not say counts more than who refused', async () => {
  const issuer = await serve(json({ keys: [KEY.jwk] }));
  const provider = (audience: string, uri = `${issuer.origin}/jwks`): object => ({
    type: 'oauth2_token',
    issuer: 'https://idp.example',
    audience,
    jwks: { uri },
  });
  const askAll = async (providers: object): Promise<string> => {
    const authenticator = createAuthenticator(parseAuthConfig({ providers }));
    const headers = [['authorization', `Bearer ${token}`]] as const;
    const answer = await authenticator.authenticate({ method: 'GET', url: '/', headers });
    await authenticator.close();
    if (answer.outcome === 'public') return 'public';
    const names = answer.verdicts.map((verdict) => verdict.provider.name).join(' ');
    return `${answer.outcome}: ${names}${answer.outcome === 'accepted' ? '' : ` ${answer.refusal.status}`}`;
  };
  const down = provider('my-api', 'http://127.0.0.1:1/');
  expect(await askAll({ other: provider('x'), mine: provider('my-api'), third: down })).toBe('accepted: other mine');
  expect(await askAll({ other: provider('x'), another: provider('y') })).toBe('rejected: other another 401');
  expect(await askAll({ other: provider('x'), down })).toBe('undecided: other down 503');
});

describe('what an authenticator does not do', () => {
  const policies = {
    provider_config: { type: 'upstream_header', principal_header: 'x-user' },
    access_policy: [{ permit: { actions: ['read'] } }],
    route_policy: [{ permit: { paths: '/v1/*' } }],
  };

  test('is told to the logger: policies, and what the config warns of, once each', () => {
    const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const config = parseAuthConfig({ ...policies, extra: 1 }, { unknownFields: 'warn' });
    expect(config.warnings).toHaveLength(1);
    createAuthenticator(config, { logger });
    expect(logger.warn.mock.calls.map(([, message]) => message as string)).toEqual([
      expect.stringContaining('extra is ignored by the server'),
      'route_policy is not enforced by an authenticator: ask decideRoute for each request',
      'access_policy is not enforced by an authenticator: ask decideAccess for each request',
    ]);
    expect(logger.warn.mock.calls[0]?.[0]).toEqual({ code: 'field_unknown', path: 'extra', position: null });
  });

  test('is told to nobody where there is nothing to tell, and fails nothing', () => {
    const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    createAuthenticator(parseAuthConfig(policies.provider_config), { logger });
    expect(logger.warn).not.toHaveBeenCalled();
    logger.warn.mockImplementation(() => {
      throw new Error('the disk is full');
    });
    createAuthenticator(parseAuthConfig(policies), { logger });
    expect(logger.warn).toHaveBeenCalledTimes(2);
  });
});

test('a config without providers guards nothing, and is refused', () => {
  expect(() => createAuthenticator({ providers: [] })).toThrow('everybody let in');
});

describe('an endpoint of our own that is asked about every token', () => {
  const TOKEN = 'sk-live-0123456789';

  test('is told of the request as the server tells it, and may repeat the token in its message', async () => {
    const server = await serve((request, response) =>
      json({ principal: 'alice', attributes: { teams: ['ml'] }, message: `${TOKEN} is valid`, was: request.body })(
        request,
        response,
      ),
    );
    const authenticator = createAuthenticator(parseAuthConfig({ type: 'custom', endpoint: server.origin }));
    onTestFinished(() => authenticator.close());
    for (const value of [`Bearer ${TOKEN}`, `bearer ${TOKEN}`, `BEARER  ${TOKEN} `]) {
      const answer = await authenticator.authenticate({
        method: 'GET',
        url: '/v1/m%C3%B8dels??a=1&a=&b=1&c&b=2',
        headers: [['Authorization', value]],
      });
      expect(answer).toMatchObject({ outcome: 'accepted', identity: { principal: 'alice' } });
    }
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      api_key: TOKEN,
      request: { path: '/v1/mødels', headers: {}, params: { '?a': ['1'], b: ['1', '2'] } },
    });
  });

  test('is told the path that a framework routes by where the request target is a whole URL', async () => {
    const server = await serve(json({ principal: 'alice' }));
    const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const config = parseAuthConfig({ type: 'custom', endpoint: server.origin });
    const authenticator = createAuthenticator(config, { logger, public: ['GET /health'] });
    onTestFinished(() => authenticator.close());
    const headers = [['Authorization', `Bearer ${TOKEN}`]] as const;
    const ask = (url: string): ReturnType<Authenticator['authenticate']> =>
      authenticator.authenticate({ method: 'GET', url, headers });
    for (const url of ['http://x/admin?a=1', 'HTTP://[::1]:80/admin', 'http://x?/admin']) await ask(url);
    expect(await ask('http://x/health')).toMatchObject({ outcome: 'accepted' });
    const told = server.requests.map(({ body }) => (JSON.parse(body) as { request: { path: string } }).request.path);
    expect(told).toEqual(['/admin', '/admin', '/', '/health']);

    expect(await ask('/admin#/../public')).toMatchObject({ fault: 'target', refusal: { status: 400 } });
    logger.info.mockClear();
    const refused = await ask(`http://u@x/${TOKEN}`);
    expect(refused).toMatchObject({ outcome: 'rejected', fault: 'target', verdicts: [], refusal: { status: 400 } });
    expect(refused).toHaveProperty(
      ['refusal', 'headers', 'www-authenticate'],
      'Bearer realm="api", error="invalid_request", error_description="Invalid request target"',
    );
    expect(server.requests).toHaveLength(4);
    expect(logger.info).toHaveBeenCalledWith(expect.objectContaining({ fault: 'target' }), 'request rejected');
    expect(JSON.stringify(logger.info.mock.calls)).not.toContain(TOKEN);
  });
});
