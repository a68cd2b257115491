import { describe, expect, test, vi } from 'vitest';
import type { AuthRequest, Exchange, Verdict } from '../../src/index.js';
import { json, redirect, serve, serveRaw, type Answer } from '../loopback.js';
import { provide, stepOf, summary } from './provide.js';

const TOKEN = 'api-key-of-alice';
const IDENTITY = { principal: 'alice', attributes: { roles: ['admin'], teams: [] } };

async function ask(answer: Answer, request: Partial<AuthRequest> = {}, exchanges: Exchange[] = []): Promise<Verdict> {
  const server = await serve(answer);
  const config = { type: 'custom', endpoint: `${server.origin}/validate` };
  const provider = provide(config, { onExchange: (exchange) => exchanges.push(exchange) });
  return provider.authenticate({ token: TOKEN, ...request });
}

describe('the request', () => {
  test('tells of the token and of the request that carried it, without its credentials', async () => {
    const server = await serve(json(IDENTITY));
    const provider = provide({ type: 'custom', endpoint: `${server.origin}/validate` });
    const verdict = await provider.authenticate({
      token: TOKEN,
      path: '/v1/models',
      headers: [
        ['Authorization', `Bearer ${TOKEN}`],
        ['X-Team', 'first'],
        ['x-team', 'last'],
        ['__proto__', 'odd'],
      ],
      params: { page: ['1', '2'] },
    });
    expect(summary(verdict)).toBe('accepted');
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({ method: 'POST', url: '/validate' });
    expect(server.requests[0]?.headers['content-type']).toBe('application/json');
    expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(server.requests[0]?.body).toBe(
      JSON.stringify({
        api_key: TOKEN,
        request: {
          path: '/v1/models',
          headers: JSON.parse('{"x-team":"last","__proto__":"odd"}'),
          params: { page: ['1', '2'] },
        },
      }),
    );
  });

  test('is told decoded, as the server tells of it', async () => {
    const server = await serve(json(IDENTITY));
    const provider = provide({ type: 'custom', endpoint: server.origin });
    const name = Buffer.from('élodie').toString('latin1');
    await provider.authenticate({ token: TOKEN, path: '/v1/m%C3%B8dels/100%', headers: [['x-n', name]] });
    expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({
      request: { path: '/v1/mødels/100%', headers: { 'x-n': 'élodie' } },
    });
    await provider.authenticate({ token: TOKEN, path: '/v1/%61dmin', headers: [['x-n', '\xff']] });
    expect(JSON.parse(server.requests[1]?.body ?? '')).toMatchObject({
      request: { path: '/v1/admin', headers: { 'x-n': '\xff' } },
    });
  });

  test('has its empty parts when nothing is known', async () => {
    const server = await serve(json(IDENTITY));
    await provide({ type: 'custom', endpoint: server.origin }).authenticate({ token: TOKEN });
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      api_key: TOKEN,
      request: { path: '', headers: {}, params: {} },
    });
  });

  test('that cannot be made has a way out that is no JWT', async () => {
    const fixFor = async (request: Partial<AuthRequest>): Promise<string | undefined> =>
      (await ask(json(IDENTITY), request)).reason?.fix;
    const headers = [['authorization', 'Basic dTpw']] as const;
    expect(await fixFor({ token: 'a b' })).toBe('Copy the token again, whole, without spaces, quotes or line breaks.');
    expect(await fixFor({ headers })).toMatch(/^Send one Authorization header/);
    expect(await fixFor({ token: 'a b', headers })).toMatch(/^Copy the token again/);
  });

  test('is not made when the request carries two credentials, or none that can be sent', async () => {
    const server = await serve(json(IDENTITY));
    const provider = provide({ type: 'custom', endpoint: server.origin });
    for (const other of ['Bearer other', 'Basic dTpw', TOKEN]) {
      const two = { token: TOKEN, headers: [['authorization', other]] } as const;
      expect(summary(await provider.authenticate(two))).toBe('rejected: token_malformed');
    }
    expect(summary(await provider.authenticate({ token: null }))).toBe('rejected: header_missing');
    expect(summary(await provider.authenticate({ token: 'a b' }))).toBe('rejected: token_malformed');
    expect(server.requests).toHaveLength(0);
  });

  test.each([302, 307, 308])('is not repeated where a redirect points (%s)', async (status) => {
    const other = await serve(json(IDENTITY));
    expect(summary(await ask(redirect(other.origin, status)))).toBe('undecided: endpoint_redirected');
    expect(other.requests).toHaveLength(0);
  });
});

test('credentials under other names are shown neither in the transcript nor in the words of the endpoint', async () => {
  const secrets = ['hunter-secret-of', 'private-secret-of', 'param-secret-of'];
  const [first = '', second = '', third = ''] = secrets;
  const exchanges: Exchange[] = [];
  const headers = [
    ['X-Auth-Token', first],
    ['Private-Token', second],
  ] as const;
  const refusal = json({ message: `unknown session ${secrets.join(' ')}` }, 401);
  const verdict = await ask(refusal, { headers, params: { access_token: [third] } }, exchanges);
  expect(summary(verdict)).toBe('rejected: token_refused');
  expect(JSON.stringify([verdict, exchanges])).not.toMatch(/secret-of/);
});

test('a provider that is closed keeps no connection', async () => {
  const closed = vi.fn();
  const server = await serveRaw((socket) => {
    socket.on('close', closed);
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 21\r\n\r\n{"principal":"alice"}'));
  });
  const provider = provide({ type: 'custom', endpoint: server.origin });
  expect(summary(await provider.authenticate({ token: TOKEN }))).toBe('accepted');
  expect(closed).not.toHaveBeenCalled();
  await provider.close();
  await vi.waitFor(() => expect(closed).toHaveBeenCalled());
});

test('what may be a credential by its name may be in the answer for other reasons', async () => {
  const name = 'service-account-alpha';
  const headers = [['X-Session-Key', name]] as const;
  const verdict = await ask(json({ principal: name }), { headers, params: { sort_key: [name] } });
  expect(verdict).toMatchObject({ outcome: 'accepted', principal: name });
});

describe('the answer', () => {
  test('refuses by its status, in whatever script', async () => {
    const page = Buffer.from('Accès refusé', 'latin1');
    const verdict = await ask((_request, response) => response.writeHead(401).end(page));
    expect(summary(verdict)).toBe('rejected: token_refused');
    expect(verdict.server).toEqual({ status: 401, body: { error: { message: 'Authentication failed: 401' } } });
  });

  test.each<[unknown, object]>([
    [IDENTITY, { roles: ['admin'], teams: [] }],
    [{ principal: 'alice' }, {}],
    [{ principal: 'alice', attributes: null, message: 'welcome' }, {}],
    [{ principal: 'alice', attributes: {} }, {}],
  ])('%j accepts', async (body, attributes) => {
    expect(await ask(json(body))).toMatchObject({ outcome: 'accepted', principal: 'alice', attributes });
  });

  test('stands in the verdict, with the time that it took', async () => {
    const { token, timing } = await ask(json(IDENTITY));
    expect(token.claims).toEqual(IDENTITY);
    expect(timing.network_ms).toBeGreaterThan(0);
  });

  test('is not repeated at length', async () => {
    const { reason } = await ask(json({ principal: 'a', attributes: { [`team${'x'.repeat(10_000)}`]: 1 } }));
    expect(reason?.message).toMatch(/^attributes\.teamx{1,200} in the answer is not a list of strings$/);
  });

  test('without attributes is accepted with a warning', async () => {
    expect(stepOf(await ask(json({ principal: 'alice' })), 'mapping').code).toBe('attributes_empty');
  });

  test('in the outdated shape is named as such', async () => {
    const verdict = await ask(json({ access_attributes: { roles: ['admin'] }, message: 'ok' }));
    expect(summary(verdict)).toBe('undecided: endpoint_invalid_response');
    expect(verdict.reason?.message).toMatch(/outdated shape \{access_attributes\}/);
  });

  test.each<[unknown, RegExp]>([
    [{}, /principal in the answer is missing/],
    [{ principal: null }, /principal in the answer is null, not a string/],
    [{ principal: '' }, /principal in the answer is blank/],
    [{ principal: 'a\u0000b' }, /control character/],
    [{ principal: ['alice'] }, /is a list, not a string/],
    [{ principal: 'a', attributes: [] }, /attributes in the answer is not an object/],
    [{ principal: 'a', attributes: { roles: 'admin' } }, /attributes\.roles in the answer is not a list of strings/],
    [{ principal: 'a', attributes: { roles: [1] } }, /attributes\.roles/],
    [{ principal: 'a', message: 5 }, /message in the answer is a number, not a string/],
    [{ principal: 'a', message: { x: 1 } }, /message in the answer is an object, not a string/],
    [[IDENTITY], /not an object/],
    ['alice', /not an object/],
  ])('%j is no answer', async (body, message) => {
    const verdict = await ask(json(body));
    expect(summary(verdict)).toBe('undecided: endpoint_invalid_response');
    expect(verdict.reason?.message).toMatch(message);
    expect(verdict.attributes).toEqual({});
  });

  test('that says principal twice is no answer', async () => {
    const verdict = await ask((_request, response) => response.end('{"principal":"alice","principal":"root"}'));
    expect(verdict.reason?.message).toMatch(/"principal" occurs twice/);
  });

  test('403 with a web page may be that of a firewall', async () => {
    const { reason, server } = await ask((_request, response) => response.writeHead(403).end('<html>blocked'));
    expect(reason).toMatchObject({ code: 'token_refused', message: 'the endpoint answered 403 with a web page' });
    expect([reason?.fix, server.status]).toEqual([expect.stringMatching(/^A firewall/), 401]);
  });

  test.each([401, 403])('%s refuses, and its message is quoted', async (status) => {
    const verdict = await ask(json({ message: 'key revoked' }, status));
    expect(summary(verdict)).toBe('rejected: token_refused');
    expect(verdict.reason?.message).toBe(`the endpoint answered ${status}: "key revoked"`);
    expect(verdict.reason?.fix).not.toMatch(/firewall/);
    expect(verdict.server).toEqual({
      status: 401,
      body: { error: { message: `Authentication failed: ${status}` } },
    });
  });

  test.each([
    ['cookie', 'theme=dark; session=S3CR3T-session-id-0123456789', 'S3CR3T-session-id-0123456789'],
    ['proxy-authorization', 'Basic dXNlcjpwYXNzd29yZA==', 'dXNlcjpwYXNzd29yZA=='],
    ['x-api-key', Buffer.from('pässwörd-geheim-1').toString('latin1'), 'pässwörd-geheim-1'],
  ])('that quotes a part of the request’s %s shows it to nobody', async (name, value, part) => {
    const exchanges: Exchange[] = [];
    const answer = json({ message: `what is ${part} for?` }, 401);
    const verdict = await ask(answer, { headers: [[name, value]] }, exchanges);
    expect(verdict.reason?.message).toBe('the endpoint answered 401: "what is [redacted] for?"');
    expect(exchanges[0]?.request_body).not.toContain(part);
  });

  test('in the outdated shape is named so, though it names a principal', async () => {
    const verdict = await ask(json({ principal: 'alice', access_attributes: { roles: ['admin'] } }));
    expect([summary(verdict), verdict.attributes]).toEqual(['accepted', {}]);
    expect(stepOf(verdict, 'mapping').message).toMatch(/access_attributes, an outdated shape, are not read$/);
  });

  test.each([
    [201, 'endpoint_error'],
    [404, 'endpoint_error'],
    [429, 'endpoint_rate_limited'],
    [500, 'endpoint_error'],
  ])('%s says nothing about the token', async (status, code) => {
    expect(summary(await ask(json(IDENTITY, status)))).toBe(`undecided: ${code}`);
  });
});

describe('an endpoint that echoes the token', () => {
  test('in the message of a refusal, wherever it would be cut', async () => {
    for (const before of ['', 'x'.repeat(195)]) {
      const verdict = await ask(json({ message: `${before}${TOKEN} is unknown` }, 401));
      expect(summary(verdict)).toBe('rejected: token_refused');
      expect(verdict.reason?.message).toContain('[red');
      expect(JSON.stringify(verdict)).not.toContain(TOKEN.slice(0, 5));
    }
  });

  test('in part', async () => {
    const verdict = await ask(json({ message: `no such key: ${TOKEN.slice(0, 12)}…` }, 401));
    expect(verdict.reason?.message).toBe('the endpoint answered 401: "no such key: [redacted]…"');
    const name = JSON.stringify(`key ${TOKEN.slice(0, 12)}…`);
    const twice = await ask((_request, response) => response.end(`{${name}:1,${name}:2}`));
    expect(twice.reason?.message).toMatch(/"key \[redacted\]…" occurs twice/);
  });

  test('together with the other credentials of the request', async () => {
    const exchanges: Exchange[] = [];
    const echo: Answer = (request, response) => json({ message: request.body }, 401)(request, response);
    const headers = [
      ['Cookie', 'session=of-alice'],
      ['X-Api-Key', 'other-key-of-alice'],
    ] as const;
    const verdict = await ask(echo, { headers }, exchanges);
    expect(verdict.reason?.message).toContain('cookie');
    expect(JSON.stringify([verdict, exchanges])).not.toContain('of-alice');
  });

  test.each([
    ['attributes', { principal: 'alice', attributes: { teams: [TOKEN] } }],
    ['attributes', { principal: 'alice', attributes: { [TOKEN]: ['ml'] } }],
    // Everybody would have one name.
    ['principal', { principal: TOKEN }],
  ])('in its %s has not said who that is', async (name, answer) => {
    const exchanges: Exchange[] = [];
    const verdict = await ask(json(answer), {}, exchanges);
    expect(summary(verdict)).toBe('undecided: endpoint_invalid_response');
    expect(verdict.reason?.message).toBe(`the answer repeats a credential of the request in its ${name}`);
    expect(exchanges).toHaveLength(1);
    expect(JSON.stringify([verdict, exchanges])).not.toContain(TOKEN);
  });

  test('in its message, or in what nobody reads, is believed: as a server is told of the request, too', async () => {
    const answer = json({
      principal: 'alice',
      attributes: { teams: ['ml'] },
      message: `${TOKEN} is valid`,
      api_key: TOKEN,
      [TOKEN]: 1,
    });
    for (const headers of [
      [],
      [['Authorization', `Bearer ${TOKEN}`]],
      [['authorization', `bearer  ${TOKEN} `]],
    ] as const) {
      const verdict = await ask(answer, { headers });
      expect([summary(verdict), verdict.attributes]).toEqual(['accepted', { teams: ['ml'] }]);
      expect(JSON.stringify(verdict)).not.toContain(TOKEN);
    }
  });

  test('where that hides the name of a member is not believed', async () => {
    const verdict = await ask(json({ principal: 'alice', attributes: { teams: ['blocked'] } }), {
      token: 'attributes',
    });
    expect(summary(verdict)).toBe('undecided: endpoint_invalid_response');
  });
});

describe('a client whose other credentials are words of the answer', () => {
  const ANSWER = '{"principal":"mallory","note":"none","attributes":{"teams":["contractors"]},"message":"Welcome"}';
  const answer: Answer = (_request, response) => response.end(ANSWER);

  test('is that team’s with credentials that occur nowhere', async () => {
    const verdict = await ask(answer, { headers: [['Cookie', 'session=of-mallory']] });
    expect(verdict.attributes).toEqual({ teams: ['contractors'] });
  });

  test.each(['contractors', 'ontractor', 'one","attributes":{"teams":["contractors"]},"message":"Welcom'])(
    'does not get rid of what the endpoint says of it: %s',
    async (credential) => {
      for (const name of ['Cookie', 'X-Api-Key', 'Proxy-Authorization']) {
        const verdict = await ask(answer, { headers: [[name, credential]] });
        expect(summary(verdict)).toBe('undecided: endpoint_invalid_response');
        expect(verdict.reason?.message).toMatch(/a credential of the request|no valid JSON/);
      }
    },
  );

  test('nor where the answer spells it with escapes', async () => {
    const escaped = ANSWER.replace('contractors', 'contract\\u006frs');
    const verdict = await ask((_request, response) => response.end(escaped), { headers: [['Cookie', 'contractors']] });
    expect(summary(verdict)).toBe('undecided: endpoint_invalid_response');
  });
});

describe('a request that is made to be slow', () => {
  test('with spaces in its Authorization is refused at once', async () => {
    const value = `Bearer x${' '.repeat(400_000)}x`;
    expect(summary(await ask(json(IDENTITY), { headers: [['Authorization', value]] }))).toBe(
      'rejected: token_malformed',
    );
  });

  test('with many odd credentials is asked about at once', async () => {
    const names = ['cookie', 'proxy-authorization', 'x-api-key'];
    const headers = Array.from({ length: 20_000 }, (_, index): [string, string] => [
      (names[index % 3] ?? '').replace(/[a-z]/g, (letter, at: number) =>
        index & (1 << (at % 16)) ? letter.toUpperCase() : letter,
      ),
      `"/${index}+&%é`,
    ]);
    expect(summary(await ask(json(IDENTITY), { headers }))).toBe('accepted');
  });
});

test.each(['session=required', 'ticket=optional'])(
  'what a URL says of sessions may be a name in the answer: %s',
  async (query) => {
    const identity = { principal: 'alice', attributes: { teams: ['required', 'optional'] } };
    const server = await serve(json(identity));
    const provider = provide({ type: 'custom', endpoint: `${server.origin}/validate?${query}` });
    const verdict = await provider.authenticate({ token: TOKEN });
    expect(summary(verdict)).toBe('accepted');
    expect(verdict.attributes).toMatchObject({ teams: ['required', 'optional'] });
  },
);
