/** Servers in the frameworks that the adapters are for. They are closed when the test ends. */

import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve as serveHono } from '@hono/node-server';
import connect from 'connect';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { onTestFinished } from 'vitest';
import { createGuard, createMiddleware, type Authenticator, type Identity } from '../../src/index.js';
import { authcheck } from '../../src/server/fastify.js';
import { listen } from '../loopback.js';

/** Starts an HTTP server. */
export async function listenWith(listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(createServer(listener))}`;
}

/** Starts a server that answers `/who` and `/health` with the identity, or null. */
export type Start = (authenticator: Authenticator) => Promise<string>;

/** The frameworks by name. */
export const FRAMEWORKS: Readonly<Record<string, Start>> = {
  'node:http': (authenticator) => {
    const middleware = createMiddleware(authenticator);
    return listenWith((request, response) => {
      middleware(request, response, () => {
        const { auth = null }: { auth?: Identity | null } = request as { auth?: Identity };
        response.end(JSON.stringify(auth));
      });
    });
  },
  connect: (authenticator) => {
    const app = connect();
    app.use(createMiddleware(authenticator));
    app.use((request, response) => {
      const { auth = null }: { auth?: Identity | null } = request as { auth?: Identity };
      response.end(JSON.stringify(auth));
    });
    return listenWith(app);
  },
  express: (authenticator) => {
    const app = express();
    app.use(createMiddleware(authenticator));
    app.get(['/who', '/health'], (request, response) => {
      response.json(request.auth ?? null);
    });
    return listenWith((request, response) => {
      app(request, response);
    });
  },
  fastify: async (authenticator) => {
    const app = fastify();
    await app.register(authcheck, { authenticator });
    for (const path of ['/who', '/health']) app.get(path, (request, reply) => reply.send(JSON.stringify(request.user)));
    onTestFinished(() => app.close());
    return app.listen({ host: '127.0.0.1', port: 0 });
  },
  hono: async (authenticator) => {
    const guarded = createGuard(authenticator);
    const app = new Hono<{ Variables: { user: Identity | null } }>();
    app.use(async (context, next) => {
      const who = await guarded(context.req.raw);
      if (who instanceof Response) return who;
      context.set('user', who);
      await next();
      return undefined;
    });
    for (const path of ['/who', '/health']) app.get(path, (context) => context.json(context.get('user')));
    const server = serveHono({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 });
    onTestFinished(() => {
      server.close();
    });
    await new Promise<void>((resolve) => server.once('listening', () => resolve()));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
};
