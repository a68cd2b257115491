// One server behind one guard, in a process of its own: `fork`ed by middleware.js, which it tells its port.
import { createServer } from 'node:http';
import { createAuthenticator, createMiddleware, parseAuthConfig } from '../dist/index.js';

const [kind, issuer, pem] = process.argv.slice(2);
const ANSWER = '{"ok":true}';

function authenticator(cache) {
  const config = { type: 'oauth2_token', issuer, audience: 'api', jwks: { uri: `${issuer}/jwks` } };
  return createAuthenticator(parseAuthConfig(cache ? { ...config, cache: { ttl: 60 } } : config));
}

/** On node:http. */
const plain = (guard) =>
  createServer((request, response) =>
    guard(request, response, () => response.setHeader('content-type', 'application/json').end(ANSWER)),
  );

async function express(guard) {
  const { default: create } = await import('express');
  const app = create();
  if (guard !== null) app.use(guard);
  app.get('/', (_request, response) => response.type('json').send(ANSWER));
  return createServer(app);
}

async function fastify(register) {
  const { default: create } = await import('fastify');
  const app = create();
  await register(app);
  app.get('/', (_request, reply) => reply.type('application/json').send(ANSWER));
  await app.ready();
  return app.server;
}

async function withPlugin(cache) {
  const { authcheck } = await import('../dist/server/fastify.js');
  return fastify((app) => app.register(authcheck, { authenticator: authenticator(cache) }));
}

/** `keys`: a key as PEM, or what finds one in the issuer's key set, as we do. */
async function withFastifyJwt(keys, cache) {
  const { default: jwt } = await import('@fastify/jwt');
  return fastify(async (app) => {
    const verify = { algorithms: ['RS256'], allowedIss: issuer, allowedAud: 'api', cache };
    await app.register(jwt, { ...keys, verify });
    app.addHook('onRequest', (request) => request.jwtVerify());
  });
}

/** As the documentation of get-jwks has it. */
async function withGetJwks() {
  const { default: buildGetJwks } = await import('get-jwks');
  const getJwks = buildGetJwks({ jwksPath: '/jwks', issuersWhitelist: [issuer] });
  const secret = (_request, { header: { kid, alg }, payload: { iss } }) =>
    getJwks.getPublicKey({ kid, domain: iss, alg });
  return withFastifyJwt({ decode: { complete: true }, secret }, false);
}

const SERVERS = {
  'node:http, unguarded': () => plain((_request, _response, next) => next()),
  'node:http, authcheck': () => plain(createMiddleware(authenticator(false))),
  'node:http, authcheck, cache': () => plain(createMiddleware(authenticator(true))),
  'express, unguarded': () => express(null),
  'express, authcheck': () => express(createMiddleware(authenticator(false))),
  'express, authcheck, cache': () => express(createMiddleware(authenticator(true))),
  'express, express-oauth2-jwt-bearer': async () => {
    const { auth } = await import('express-oauth2-jwt-bearer');
    return express(auth({ issuer, audience: 'api', jwksUri: `${issuer}/jwks`, tokenSigningAlg: 'RS256' }));
  },
  'fastify, unguarded': () => fastify(() => undefined),
  'fastify, authcheck': () => withPlugin(false),
  'fastify, authcheck, cache': () => withPlugin(true),
  'fastify, @fastify/jwt, a PEM': () => withFastifyJwt({ secret: { public: pem } }, false),
  'fastify, @fastify/jwt, a PEM, cache': () => withFastifyJwt({ secret: { public: pem } }, true),
  'fastify, @fastify/jwt, get-jwks': withGetJwks,
};

if (process.send === undefined) throw new Error('this is started by middleware.js');
const server = await SERVERS[kind]();
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
