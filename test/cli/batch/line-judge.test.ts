import { expect, it } from 'vitest';
import { judgeLine } from '../../../src/cli/batch/line-judge.js';
import { createAuthProvider, parseAuthConfig, type AuthRequest } from '../../../src/index.js';

const [parsed] = parseAuthConfig({ type: 'upstream_header', principal_header: 'x-user' }).providers;
if (parsed === undefined) throw new Error('there is one provider');
const real = createAuthProvider(parsed);

/** The row of a line, and what the provider was asked. */
async function judge(
  text: string | null,
  whole = false,
): Promise<{ readonly row: unknown; readonly asked: AuthRequest | null }> {
  let asked: AuthRequest | null = null;
  const provider = {
    ...real,
    authenticate: (request: AuthRequest): ReturnType<typeof real.authenticate> => {
      asked = request;
      return real.authenticate(request);
    },
  };
  const { text: row } = await judgeLine({ number: 7, text }, provider, { whole });
  expect(row).not.toContain('\n');
  return { row: JSON.parse(row), asked };
}

it('asks with the request of the line', async () => {
  const request = { path: '/v1/x', headers: { 'X-User': 'alice', many: ['a', 5, 'b'] }, params: { page: '2', of: [] } };
  const { row, asked } = await judge(JSON.stringify({ token: 'one', access_token: 'two', id: null, request }));
  expect(asked).toEqual({
    token: 'one',
    path: '/v1/x',
    headers: [
      ['X-User', 'alice'],
      ['many', 'a'],
      ['many', 'b'],
    ],
    params: { page: ['2'], of: [] },
  });
  expect(row).toMatchObject({ line: 7, id: null, outcome: 'accepted', principal: 'alice' });
  const bare = await judge('{"access_token": "Bearer two"}');
  expect(bare).toMatchObject({ asked: { token: 'two', path: '/', headers: [], params: {} } });
  expect(bare.row).not.toHaveProperty('id');
});

it('gives an id back with the whole verdict, too', async () => {
  expect((await judge('{"token": "x", "id": 5}', true)).row).toMatchObject({ line: 7, id: 5, verdict: {} });
});

it('does not give back what came with a token as the name of its line', async () => {
  const text = JSON.stringify({ access_token: 'MARKED-access-token', refresh_token: 'MARKED-refresh-token' });
  const { row, asked } = await judge(JSON.stringify({ token: text, id: text }));
  expect(asked).toMatchObject({ token: 'MARKED-access-token' });
  expect(JSON.stringify(row)).not.toContain('MARKED');
});

it.each([
  [null, undefined, 'the line has more than 1 MiB'],
  ['{"token": "MARKED"', undefined, 'the line is not valid JSON'],
  ['{"id": 5, "refresh_token": "MARKED"}', 5, 'the object has neither token nor access_token'],
  ['{"id": 5, "token": ["MARKED"]}', 5, 'the object has neither token nor access_token'],
  ['{"id": 5, "token": "MARKED", "request": "x"}', 5, 'request is not an object'],
  ['{"id": [1e999], "token": "MARKED"}', undefined, 'the id holds a number that is too large'],
  ['{"id": 5, "token": ""}', 5, 'the token is empty'],
  ['["MARKED", "another"]', undefined, 'the JSON has no access_token; it is sent nowhere'],
  [String.raw`"{\"access_token\":\"MARKED\"}"`, undefined, 'this looks like JSON, but it cannot be read as such'],
  ['{"id": 5, "token": "[{\\"key\\":\\"MARKED\\"}]"}', 5, 'the JSON has no access_token'],
  ['{"id": 5, "token": "curl https://x/?MARKED"}', 5, 'no bearer token was found'],
])('does not judge %s, and shows nothing of it', async (text, id, message) => {
  const { row, asked } = await judge(text);
  expect(asked).toBeNull();
  expect(row).toEqual({
    line: 7,
    ...(id === undefined ? {} : { id }),
    error: { code: 'input_unreadable', message: expect.stringContaining(message) as string },
  });
  expect(JSON.stringify(row)).not.toContain('MARKED');
});

it.each([
  [{ id: 'MARKED-token', token: 'MARKED-token' }, '[redacted]'],
  [{ id: { 'MARKED-token': ['a MARKED-token', 5] }, token: 'MARKED-token' }, { '[redacted]': ['a [redacted]', 5] }],
  [{ id: 'MARKED-token', token: 'Bearer MARKED-token' }, '[redacted]'],
  [{ id: 'MARKED-token', token: 'MARKED-token', request: 5 }, '[redacted]'],
  [{ id: 'curl https://x/?MARKED', token: 'curl https://x/?MARKED' }, '[redacted]'],
])('%j: the token is not given back as the id', async (line, id) => {
  for (const whole of [false, true]) expect((await judge(JSON.stringify(line), whole)).row).toMatchObject({ id });
});
