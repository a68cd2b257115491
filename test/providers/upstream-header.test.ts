import { describe, expect, test } from 'vitest';
import { fixOf, type Verdict } from '../../src/index.js';
import { provide, stepOf, summary } from './provide.js';

type Headers = readonly (readonly [string, string])[];

function ask(headers: Headers, token: string | null = null): Promise<Verdict> {
  const config = { type: 'upstream_header', principal_header: 'X-User', attributes_header: 'X-Attributes' };
  return provide(config).authenticate({ token, headers });
}

describe('the principal', () => {
  test('is what the header says, with a warning that nobody verified it', async () => {
    const verdict = await ask([['x-USER', 'alice']]);
    expect(verdict).toMatchObject({ outcome: 'accepted', principal: 'alice', attributes: {} });
    expect(stepOf(verdict, 'subject')).toMatchObject({ status: 'warned', code: 'nothing_verified' });
  });

  test('is read as UTF-8, whose bytes HTTP libraries hand out one by one', async () => {
    const bytes = Buffer.from('Zoë', 'utf8').toString('latin1');
    expect((await ask([['x-user', bytes]])).principal).toBe('Zoë');
  });

  test.each<[string, Headers, string]>([
    ['no header', [], 'rejected: header_missing'],
    ['an empty one', [['x-user', '']], 'rejected: header_missing'],
    ['a blank one', [['x-user', ' ']], 'rejected: claim_invalid'],
    [
      'two of them',
      [
        ['x-user', 'alice'],
        ['X-User', 'root'],
      ],
      'rejected: claim_invalid',
    ],
    ['a line break', [['x-user', 'alice\r\nx: y']], 'rejected: claim_invalid'],
    ['no UTF-8', [['x-user', 'Zo\xeb']], 'rejected: claim_invalid'],
  ])('is nobody with %s', async (_name, headers, outcome) => {
    const verdict = await ask(headers);
    expect(summary(verdict)).toBe(outcome);
    expect(verdict.principal).toBeNull();
    const told =
      outcome === 'rejected: header_missing' ? /^Missing required authentication header: x-user$/i : /^Invalid /;
    expect(verdict.server.body?.error.message).toMatch(told);
  });

  test('that is missing or wrong is for the proxy to set, and no issuer is named', async () => {
    for (const headers of [[], [['x-user', ' ']]] as const)
      expect((await ask(headers)).reason?.fix).toMatch(/^Have the proxy before the server set this header/);
    expect(fixOf(stepOf(await ask([['x-user', 'alice']]), 'subject'))).toMatch(/^Let only the trusted proxy/);
  });

  test('is not taken from the token', async () => {
    expect(summary(await ask([], 'alice'))).toBe('rejected: header_missing');
  });
});

describe('the attributes', () => {
  test.each<[string, object]>([
    ['{"roles":["admin","user"]}', { roles: ['admin', 'user'] }],
    ['{"roles":"admin"}', { roles: ['admin'] }],
    ['{"roles":[]}', { roles: [] }],
    ['{}', {}],
    ['', {}],
  ])('%s', async (text, attributes) => {
    const verdict = await ask([
      ['x-user', 'alice'],
      ['x-attributes', text],
    ]);
    expect(verdict).toMatchObject({ outcome: 'accepted', attributes });
    expect(Object.keys(verdict.attributes)).toEqual(Object.keys(attributes));
  });

  test.each([
    ['[]', 'expected JSON object'],
    ['null', 'expected JSON object'],
    ['"admin"', 'expected JSON object'],
    ['{"roles":5}', 'expected JSON object'],
    ['{"roles":[1]}', 'expected JSON object'],
    ['{"roles":null}', 'expected JSON object'],
    ['{"roles":{"a":"b"}}', 'expected JSON object'],
    ['{"roles":["user"],"roles":["admin"]}', 'invalid JSON'],
    ['{"__proto__":["admin"]}', 'expected JSON object'],
    ['{"roles":["admin"]', 'invalid JSON'],
    ['{"roles":["Zo\xeb"]}', 'invalid JSON'],
  ])('%s refuses the request', async (text, why) => {
    const verdict = await ask([
      ['x-user', 'alice'],
      ['x-attributes', text],
    ]);
    expect(summary(verdict)).toBe('rejected: claim_invalid');
    expect(verdict.server.body?.error.message).toBe(`Failed to parse authentication attributes header: ${why}`);
    expect(verdict.reason?.fix).toMatch(/^Have the proxy send this header once, as JSON/);
    expect(verdict.attributes).toEqual({});
  });

  test.each(['ml,ops', 'ml', 'role:admin, ml team', 'ml|ops'])('names are told as what they are: %s', async (text) => {
    const verdict = await ask([
      ['x-user', 'alice'],
      ['x-attributes', text],
    ]);
    expect(summary(verdict)).toBe('rejected: claim_invalid');
    expect(verdict.server.body?.error.message).toMatch(/: invalid JSON$/);
    expect(verdict.steps.find(({ name }) => name === 'mapping')?.message).toMatch(/ holds names, and no JSON$/);
    expect(verdict.reason?.fix).toContain('leave attributes_header out');
  });

  test.each([
    'eyJyb2xlcyI6WyJhIl19',
    'e30=',
    'ewogICJyb2xlcyI6IFsiYSJdCn0=',
    '%7B%22roles%22%3A%5B%22a%22%5D%7D',
    ' ',
    '-',
  ])('%j holds no names', async (text) => {
    const verdict = await ask([
      ['x-user', 'alice'],
      ['x-attributes', text],
    ]);
    expect(verdict.reason?.message).toContain('is not valid JSON');
  });

  test('a name that is none is told as that', async () => {
    const twice = await ask([
      ['x-user', 'alice'],
      ['x-user', 'mallory'],
    ]);
    const both = await ask([
      ['x-user', ' '],
      ['x-attributes', 'ml'],
    ]);
    for (const verdict of [twice, both, await ask([['x-user', '\xff']]), await ask([['x-user', ' ']])]) {
      expect(summary(verdict)).toBe('rejected: claim_invalid');
      expect(verdict.server.body?.error.message).toMatch(/^Invalid authentication header: x-user$/i);
    }
  });

  test.each([
    ['{"a":["b"]}', '{"a":["c"]}'],
    ['', '{"a":["c"]}'],
    ['{"a":["b"]}', ''],
  ])('in two headers, %j and %j, refuse the request', async (first, second) => {
    const verdict = await ask([
      ['x-user', 'alice'],
      ['x-attributes', first],
      ['X-Attributes', second],
    ]);
    expect(summary(verdict)).toBe('rejected: claim_invalid');
  });
});
