import { describe, expect, test, vi } from 'vitest';
import type { Authenticator, Identity, Judged } from '../../../src/index.js';
import { forwardAuth, validate, type ServiceRequest } from '../../../src/cli/serve/routes.js';

const REFUSED: Judged = {
  outcome: 'rejected',
  refusal: {
    status: 401,
    headers: { 'www-authenticate': 'Bearer realm="api"', 'cache-control': 'no-store' },
    body: { error: { message: 'Invalid JWT token' } },
  },
  fault: null,
  verdicts: [],
};

const accepted = (identity: Identity): Judged => ({ outcome: 'accepted', identity, verdicts: [] });
const ALICE = accepted({ principal: 'alice', attributes: { teams: ['ml'] } });

/** An authenticator with one answer to everything. */
function answering(answer: Judged): Authenticator {
  const judge = vi.fn(() => Promise.resolve(answer));
  return { providers: [], authenticate: judge, judge, close: () => Promise.resolve() };
}

/** A request to `/validate` with a good question in it. */
function question(type: string): ServiceRequest {
  const headers = [['Content-Type', type]] as const;
  return { id: 'id-of-request', method: 'POST', url: '/validate', headers, body: '{"api_key":"token-of-alice"}' };
}

const AUTH: ServiceRequest = { id: 'id-of-request', method: 'GET', url: '/auth', headers: [], body: '' };

describe('/validate', () => {
  test.each(['application/json', 'Application/JSON', 'application/json;charset=utf-8', 'application/json ; charset=x'])(
    'takes JSON, however that is written: %s',
    async (type) => {
      expect((await validate(question(type), answering(ALICE))).reply.status).toBe(200);
    },
  );

  test('refuses with the words and headers of the refusal, where clients of either shape look for them', async () => {
    const { reply } = await validate(question('application/json'), answering(REFUSED));
    expect(reply).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer realm="api"' } });
    const message = 'Invalid JWT token';
    expect(JSON.parse(reply.body)).toEqual({ message, error: { message } });
  });
});

test('the log of a request can be joined with that of the gateway', async () => {
  const authenticator = answering(ALICE);
  await validate(question('application/json'), authenticator);
  expect(authenticator.judge).toHaveBeenLastCalledWith(expect.anything(), { id: 'id-of-request' });
  await forwardAuth(AUTH, authenticator);
  expect(authenticator.authenticate).toHaveBeenLastCalledWith(expect.objectContaining({ id: 'id-of-request' }));
});

describe('an identity in headers', () => {
  test('has no character that a header may not have', async () => {
    const teams = ['a\u007fb', 'c\u0080', '\n', '魔'];
    const { reply } = await forwardAuth(AUTH, answering(accepted({ principal: 'alice', attributes: { teams } })));
    const sent = reply.headers['x-auth-attributes'] ?? '';
    expect(sent).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(sent)).toEqual({ teams });
  });

  test('has 12 KiB and no byte more', async () => {
    const statusOf = async (size: number): Promise<number> => {
      const principal = 'a'.repeat(size - '{}'.length);
      return (await forwardAuth(AUTH, answering(accepted({ principal, attributes: {} })))).reply.status;
    };
    expect([await statusOf(12 * 1024), await statusOf(12 * 1024 + 1)]).toEqual([200, 503]);
  });
});
