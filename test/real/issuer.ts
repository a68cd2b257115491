/** An issuer as one meets it: oidc-provider on the loopback, over http or https. */

import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { Provider } from 'oidc-provider';
import { expect, onTestFinished } from 'vitest';
import { createHttpClient, isObject, member, parseJson, type HttpClient } from '../../src/index.js';
import type { Certificates } from '../certificates.js';
import type { IssuerKey } from '../forge.js';
import { listen } from '../loopback.js';

/** A secret that is another one in every spelling. */
export const CLIENT = { client_id: 'llama stack', client_secret: 's&=+ %/:"!' };

/** A running issuer. */
export interface Issuer {
  readonly url: string;
  /** The paths that were asked for, in order. */
  readonly asked: readonly string[];
  /** Replaces the keys, as a restart with new ones does. */
  readonly rotate: (keys: readonly IssuerKey[]) => void;
  /** A token by the client credentials grant: a JWT signed with `alg` for the audience `urn:api:ALG`, or opaque. */
  readonly issue: (alg: string | null) => Promise<string>;
  /** Ends a token before its time. */
  readonly revoke: (token: string) => Promise<void>;
  readonly http: HttpClient;
}

/** Starts an issuer until the test ends. */
export async function startIssuer(keys: readonly IssuerKey[], tls: Certificates | null = null): Promise<Issuer> {
  const asked: string[] = [];
  let answer: RequestListener | null = null;
  const listener: RequestListener = (request, response) => {
    asked.push(request.url ?? '');
    answer?.(request, response);
  };
  const server = tls === null ? createHttpServer(listener) : createHttpsServer({ ...tls.right }, listener);
  const url = `${tls === null ? 'http' : 'https'}://127.0.0.1:${await listen(server)}`;
  const rotate = (next: readonly IssuerKey[]): void => {
    answer = new Provider(url, configure(next)).callback();
  };
  rotate(keys);

  const http = createHttpClient({ caFile: tls?.caFile ?? null });
  onTestFinished(() => http.close());
  const post = async (path: string, form: Record<string, string>): Promise<string> => {
    const encode = (text: string): string => new URLSearchParams({ x: text }).toString().slice(2);
    const credentials = `${encode(CLIENT.client_id)}:${encode(CLIENT.client_secret)}`;
    const headers = {
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    };
    const body = new URLSearchParams(form).toString();
    const sent = await http.send({ method: 'POST', url: url + path, headers, body, secrets: [] });
    expect(sent).toMatchObject({ ok: true, status: 200 });
    return sent.ok ? sent.body : '';
  };

  return {
    url,
    asked,
    rotate,
    http,
    async issue(alg) {
      const resource: { resource?: string } = alg === null ? {} : { resource: `urn:api:${alg}` };
      const body = parseJson(await post('/token', { grant_type: 'client_credentials', ...resource }));
      const token = body.ok && isObject(body.value) ? member(body.value, 'access_token') : undefined;
      return typeof token === 'string' ? token : expect.unreachable('the issuer sent no access_token');
    },
    async revoke(token) {
      await post('/token/revocation', { token });
    },
  };
}

function configure(keys: readonly IssuerKey[]): Readonly<Record<string, unknown>> {
  return {
    jwks: { keys: keys.map(({ privateJwk }) => privateJwk) },
    clients: [
      {
        ...CLIENT,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        id_token_signed_response_alg: keys[0]?.alg,
      },
    ],
    cookies: { keys: ['throwaway'] },
    // What a client gets into its tokens: groups always, a username where it asked for no resource.
    extraTokenClaims: (_ctx: unknown, token: { readonly aud?: string }) =>
      token.aud === undefined ? { groups: ['ml', 'ops'], username: 'machine' } : { groups: ['ml', 'ops'] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx: unknown, resource: string) => ({
          scope: 'read',
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 7200,
          jwt: { sign: { alg: resource.split(':').at(-1) } },
        }),
      },
    },
  };
}
