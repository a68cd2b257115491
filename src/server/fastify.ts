/// <reference types="node" preserve="true" />
/** The plugin for Fastify, at `authcheck/fastify`. The only fastify-plugin import. */

import type { FastifyPluginCallback } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { usageError } from '../errors.js';
import type { Identity } from '../verdict.js';
import type { Authenticator } from './authenticator.js';
import { misuseOf } from './misuse.js';
import { pairHeaders } from './node.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent the request; null on public routes. */
    user: Identity | null;
  }
}

/** What the plugin is registered with. */
export interface AuthcheckPluginOptions {
  readonly authenticator: Authenticator;
}

const plugin: FastifyPluginCallback<AuthcheckPluginOptions> = (fastify, { authenticator }, done) => {
  const misuse = misuseOf(authenticator, 'the option authenticator of authcheck/fastify');
  if (misuse !== null) {
    // What is thrown here, nobody catches.
    done(misuse);
    return;
  }
  if (fastify.hasRequestDecorator('user')) {
    done(
      usageError('request.user is taken: another plugin decorates requests with it, or this one is registered twice'),
    );
    return;
  }
  fastify.decorateRequest('user', null);
  fastify.addHook('onRequest', async (request, reply) => {
    const answer = await authenticator.authenticate({
      method: request.method,
      url: request.originalUrl,
      headers: pairHeaders(request.raw.rawHeaders),
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-conversion -- an application may make numbers
      id: String(request.id),
    });
    if (answer.outcome === 'accepted') request.user = answer.identity;
    else if (answer.outcome !== 'public') {
      const { status, headers, body } = answer.refusal;
      // As text: the schema that a route has for its errors would make another body of it, or a 500.
      return reply.code(status).headers(headers).send(JSON.stringify(body));
    }
    return undefined;
  });
  fastify.addHook('onClose', () => authenticator.close());
  done();
};

/**
 * Guards every route of the scope that it is registered in and of the scopes below, earlier ones too:
 * `app.register(authcheck, { authenticator })` sets `request.user`.
 */
export const authcheck: FastifyPluginCallback<AuthcheckPluginOptions> = fastifyPlugin(plugin, {
  fastify: '5.x',
  name: 'authcheck',
});
