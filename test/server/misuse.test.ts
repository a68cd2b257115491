// What is wrong with how the library is used is said when it is used, not to the first client.
import fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import {
  createAuthenticator,
  createAuthProvider,
  createGuard,
  createMiddleware,
  parseAuthConfig,
  type Authenticator,
} from '../../src/index.js';
import { authcheck } from '../../src/server/fastify.js';

const config = parseAuthConfig({ type: 'upstream_header', principal_header: 'x-user' });

/** Nobody's types: what JavaScript would hand over. */
const untyped = (value: unknown): Authenticator => value as Authenticator;

describe.each([
  ['nothing', undefined],
  ['null', null],
  ['the config', config],
  ['a provider', createAuthenticator(config).providers[0]],
])('%s for an authenticator', (_name, given) => {
  test('makes no middleware and no guard', () => {
    const told = 'needs an authenticator, as createAuthenticator(config) makes it';
    expect(() => createMiddleware(untyped(given))).toThrow(`createMiddleware ${told}`);
    expect(() => createGuard(untyped(given))).toThrow(`createGuard ${told}`);
  });

  test('starts no Fastify server', async () => {
    const app = fastify();
    void app.register(authcheck, { authenticator: untyped(given) });
    await expect(app.ready()).rejects.toThrow('the option authenticator of authcheck/fastify needs an authenticator');
  });
});

test('Fastify is told of a name that is taken, and lives', async () => {
  const app = fastify();
  app.decorateRequest('user', null);
  void app.register(authcheck, { authenticator: createAuthenticator(config) });
  await expect(app.ready()).rejects.toThrow('request.user is taken');
});

describe('a clock', () => {
  test.each([
    ['of seconds', () => Date.now() / 1000],
    ['that is not a number', () => Number.NaN],
  ])('%s is refused: every token would be good for ever', (_name, now) => {
    expect(() => createAuthenticator(config, { now })).toThrow('expected the milliseconds since 1970');
    expect(() => createAuthProvider(config.providers[0]!, { now })).toThrow('expected the milliseconds since 1970');
  });

  test('of milliseconds is not', async () => {
    for (const time of ['1990-01-01', '1971-01-01'])
      await createAuthenticator(config, { now: () => Date.parse(time) }).close();
  });
});

test.each([undefined, null, Promise.resolve(config), { providers: 5 }])(
  '%s for a config makes no authenticator',
  (given) => {
    const told = 'createAuthenticator needs a config, as await loadAuthConfig() and parseAuthConfig() give it';
    expect(() => createAuthenticator(given as never)).toThrow(told);
  },
);

describe('an option of another kind is refused: it would do nothing, or fail at the first client', () => {
  test.each<[string, object]>([
    ['public is a list of routes', { public: 'GET /health' }],
    ['public is a list of routes', { public: null }],
    ['realm is a text', { realm: 5 }],
    ['logger has the methods info, warn and error', { logger: console.log }],
    ['logger has the methods info, warn and error', { logger: { log: () => undefined } }],
    ['logger has the methods info, warn and error', { logger: true }],
    ['logger has the methods info, warn and error', { logger: { info: () => undefined, warn: () => undefined } }],
    ['now is a function', { now: Date.now() }],
    ['onEvent is a function', { onEvent: { emit: () => undefined } }],
    ['onExchange is a function', { onExchange: true }],
    ['keySet is a key set as readKeySet(TEXT) or await fetchKeySet() gives it', { keySet: { keys: [] } }],
    ['keySet is a key set as readKeySet(TEXT)', { keySet: Promise.resolve({ ok: true }) }],
    ['keySet is a key set as readKeySet(TEXT)', { keySet: '{"keys": []}' }],
    ['http is a client as createHttpClient() makes it, not fetch', { http: fetch }],
    ['http is a client as createHttpClient() makes it', { http: { get: fetch } }],
    ['keySets is a Map', { keySets: {} }],
  ])('%s', (told, options) => {
    expect(() => createAuthenticator(config, options as never)).toThrow(`the option ${told}`);
  });

  test('there is an object of them', () => {
    expect(() => createAuthenticator(config, null as never)).toThrow('the options of createAuthenticator');
  });

  test('the methods of a logger may be those of its class', () => {
    class Log {
      readonly info = (): void => undefined;
      warn(): void {
        this.info();
      }
      error(): void {
        this.info();
      }
    }
    expect(createAuthenticator(config, { logger: new Log() }).providers).toHaveLength(1);
    expect(createAuthenticator(config, { logger: Object.create(console) as Console }).providers).toHaveLength(1);
    const callable = Object.assign(() => undefined, { info: console.info, warn: console.warn, error: console.error });
    expect(createAuthenticator(config, { logger: callable }).providers).toHaveLength(1);
  });
});

test.each([undefined, null, config, config.providers, config.providers[0]!.config, { type: 'custom' }])(
  '%s makes no provider',
  (given) => {
    expect(() => createAuthProvider(given as never)).toThrow('such as config.providers[0]');
    expect(() => createAuthenticator({ providers: [given as never] })).toThrow('such as config.providers[0]');
  },
);
