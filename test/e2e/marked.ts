/** Secrets that can be recognised in every spelling, and a world in which each of them is used and echoed. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { formatPem, generatePrivateKey, createSigner } from '../../src/index.js';

/** Secrets of every kind; with letters that URLs, forms, JSON and YAML spell differently where the place allows it. */
export const MARKED = {
  opaque: 'MARKED-opaque"token\\+/=%41~',
  github: 'ghp_MARKEDgithub00000000000000000001',
  service: 'MARKED-service.token+/=',
  clientSecret: 'MARKED client"secret\\+/=%41ü',
  bodySecret: 'MARKED-body&secret=+%2F',
  jwksToken: 'MARKED-jwks-token+/=~',
  password: 'MARKED:pass/word@é',
  redisPassword: 'MARKED-redis#password',
  cacheSecret: 'MARKED-cache-secret-0123456789abcdef',
  proxyPassword: 'MARKED-proxy#password',
  cookie: 'session=MARKED-cookie; theme=dark',
  apiKey: 'MARKED-api-key+/=',
  query: 'MARKED-query-code+/=&é',
} as const;

/** Everything that a secret may be disguised as, in lower case. */
function spell(secret: string): string[] {
  const bytes = Buffer.from(secret);
  // Wherever it stands in something longer: the bytes before it shift its base64 by zero, one or two.
  const shifted = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64url');
    return text.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
  });
  const json = JSON.stringify(secret).slice(1, -1);
  const spellings = [
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(secret),
    encodeURIComponent(encodeURIComponent(secret)),
    encodeURI(secret),
    new URLSearchParams({ s: secret }).toString().slice(2),
    bytes.toString('latin1'),
    bytes.toString('hex'),
    ...shifted,
    ...shifted.map((text) => text.replaceAll('-', '+').replaceAll('_', '/')),
  ];
  return [...new Set(spellings.map((text) => text.toLowerCase()))];
}

/** Looks for the secrets in what was said, in every spelling. */
export function expectNoSecret(said: string, secrets: readonly string[], about: string): void {
  const lowered = said.toLowerCase();
  const found = secrets.flatMap(spell).filter((spelling) => lowered.includes(spelling));
  const at = found[0] === undefined ? 0 : lowered.indexOf(found[0]);
  expect(found, `${about}\n…${lowered.slice(Math.max(0, at - 300), at + 200)}…`).toEqual([]);
}

export interface MarkedWorld {
  readonly origin: string;
  /** Signed, for alice. */
  readonly token: string;
  /** Signed, and expired. */
  readonly expired: string;
  /** Everything that must not be told. */
  readonly secrets: readonly string[];
  /** The path of what is given to the commands: a config, a token, a key. */
  readonly file: (name: string) => string;
  /** Gives something more; tells its path. */
  readonly give: (name: string, text: string) => string;
  /** A new folder; whatever is written there is searched. */
  readonly folder: () => string;
  readonly env: Readonly<Record<string, string>>;
  /** How many requests are held without an answer. */
  readonly hanging: () => number;
  readonly close: () => Promise<void>;
}

export async function startMarkedWorld(): Promise<MarkedWorld> {
  const own = await generatePrivateKey({ algorithm: 'ES256', kid: 'k1' });
  const signer = await createSigner({ key: own });
  let hanging = 0;
  const server = createServer((request, response) => {
    if (request.url === '/hang') hanging += 1;
    else respond(request, response, signer.jwk, () => ({ origin, token }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const root = mkdtempSync(join(tmpdir(), 'authcheck-secrets-'));
  const file = (name: string): string => join(root, name);
  const give = (name: string, text: string): string => {
    writeFileSync(file(name), text);
    return file(name);
  };
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: origin, aud: 'api', sub: 'alice', groups: ['ml'], iat: now - 60 };
  const token = await signer.sign({ ...claims, exp: now + 3600 });
  const expired = await signer.sign({ ...claims, exp: now - 30 });
  give('run.json', JSON.stringify(configOf(origin)));
  give('token.txt', `${token}\n`);
  give('opaque.txt', MARKED.opaque);
  give('many.txt', `${token}\n${JSON.stringify({ token: expired, id: 'old' })}\n${MARKED.service}\n`);
  give('keys.json', JSON.stringify({ keys: [own.jwk] }));
  give('unwise.yaml', unwiseConfig(origin));
  give('suite.yaml', suiteOf(token, expired));
  give('broken-suite.yaml', `config: run.json\ntests:\n  - name: a\n    token: "${MARKED.service}\n    expect: {}\n`);
  give('key.jwk', JSON.stringify(own.jwk));
  const pem = formatPem(own) ?? '';
  give('key.pem', pem);
  const pemBody = pem.split('\n').filter((line) => line.length > 20 && !line.startsWith('-'));
  const signatures = [token, expired].flatMap((jwt) => [jwt.slice(0, jwt.lastIndexOf('.')), jwt.split('.')[2] ?? '']);
  return {
    origin,
    token,
    expired,
    secrets: [...Object.values(MARKED), ...signatures, typeof own.jwk.d === 'string' ? own.jwk.d : '', ...pemBody],
    file,
    give,
    folder: () => mkdtempSync(join(root, 'out-')),
    env: {
      CLIENT_SECRET: MARKED.clientSecret,
      UNUSED_PASSWORD: MARKED.password,
      DEBUG: '*',
    },
    hanging: () => hanging,
    close: async () => {
      rmSync(root, { recursive: true, force: true });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The text of all files below a folder, and their names. */
export function readFolder(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => `${path}\n${readFileSync(path, 'utf8')}`)
    .join('\n');
}

const QUERY = `code=${encodeURIComponent(MARKED.query)}`;

/** A config with every secret that a config can have. */
function configOf(origin: string): object {
  const [, host = ''] = origin.split('//');
  const oauth2 = { type: 'oauth2_token', issuer: origin, audience: 'api' };
  const introspection = { url: `${origin}/introspect`, client_id: 'server' };
  return {
    default: 'jwt',
    providers: {
      jwt: { ...oauth2, jwks: { uri: `${origin}/jwks?${QUERY}`, token: MARKED.jwksToken } },
      introspection: {
        ...oauth2,
        introspection: { ...introspection, client_secret: '${env.CLIENT_SECRET}' },
        cache: {
          redis_url: `redis://:${encodeURIComponent(MARKED.redisPassword)}@127.0.0.1:1/0`,
          secret: MARKED.cacheSecret,
        },
      },
      'in-body': {
        ...oauth2,
        introspection: { ...introspection, client_secret: MARKED.bodySecret, send_secret_in_body: true },
      },
      github: { type: 'github_token', github_api_base_url: origin },
      custom: { type: 'custom', endpoint: `${origin}/custom` },
      userinfo: {
        type: 'custom',
        endpoint: `http://user:${encodeURIComponent(MARKED.password)}@${host}/custom?${QUERY}`,
      },
      kubernetes: { type: 'kubernetes', api_server_url: origin },
    },
    access_policy: [{ permit: { principal: 'alice', actions: ['read'] } }],
  };
}

/** Secrets where none belong: under other names, and beside mistakes. */
function unwiseConfig(origin: string): string {
  return `provider_config:
  type: oauth2_token
  audience: api
  verify_tls: false
  client_secret: ${MARKED.bodySecret}
  jwks:
    uri: ${origin}/jwks
    Token: ${MARKED.service}
`;
}

/** Tests that bring tokens, one of which fails. */
function suiteOf(token: string, expired: string): string {
  return `config: run.json
provider: jwt
env: {CLIENT_SECRET: ${JSON.stringify(MARKED.clientSecret)}}
tests:
  - name: alice
    token: ${token}
    expect: {outcome: accepted, principal: alice}
  - name: expired
    token: ${expired}
    expect: {outcome: accepted}
  - name: opaque
    provider: introspection
    token: '${MARKED.opaque}'
    expect: {principal: eve}
`;
}

/** Believes the right tokens, and tells everybody everything that it was sent. */
function respond(
  request: IncomingMessage,
  response: ServerResponse,
  jwk: object,
  world: () => { readonly origin: string; readonly token: string },
): void {
  const { origin, token } = world();
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => (body += text));
  request.on('end', () => {
    const path = (request.url ?? '').replace(/\?.*/, '');
    const { authorization = '' } = request.headers;
    const bearer = authorization.replace(/^Bearer /, '');
    const echo = {
      headers: request.headers,
      body,
      url: request.url,
      form: Object.fromEntries(new URLSearchParams(body)),
    };
    const said = JSON.stringify(echo);
    const send = (status: number, value: object): void => {
      response.writeHead(status, {
        'content-type': 'application/json',
        'x-echo': encodeURIComponent(said),
        'x-authorization': authorization,
        [`x-${bearer.replace(/[^\w.+~-]/g, '') || 'none'}`]: 'as a name',
        'www-authenticate': `Bearer error_description="${bearer}"`,
        'set-cookie': `echo=${encodeURIComponent(bearer)}`,
      });
      response.end(JSON.stringify({ ...value, echo, [said]: said }));
    };
    const known = [MARKED.opaque, MARKED.github, MARKED.service].some(
      (secret) => bearer === secret || echo.form.token === secret || body.includes(JSON.stringify(secret)),
    );
    const refuse = (status: number): void => send(status, { message: said, error: { message: said }, detail: said });
    if (path === '/jwks') {
      if (bearer === MARKED.jwksToken || bearer === '') send(200, { keys: [jwk, { kty: said, kid: bearer }] });
      else refuse(401);
    } else if (path.startsWith('/.well-known/'))
      send(200, { issuer: origin, jwks_uri: `${origin}/jwks`, introspection_endpoint: `${origin}/introspect` });
    else if (path === '/introspect') send(200, { active: known, sub: 'bob', groups: ['ops'], scope: said });
    else if (path === '/user') {
      if (known) send(200, { login: 'bob', id: 1 });
      else refuse(401);
    } else if (path === '/user/orgs') refuse(403);
    else if (path === '/custom') {
      if (known) send(200, { principal: 'bob', attributes: { teams: ['ops'] }, message: said });
      else refuse(401);
    } else if (path.startsWith('/apis/')) {
      if (known) send(201, { status: { userInfo: { username: 'bob', groups: ['ops'], uid: said } } });
      else refuse(403);
    } else if (path === '/api') {
      if (bearer === token) send(200, {});
      else refuse(401);
    } else refuse(404);
  });
}
