import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isBearerToken, readBearer, type BearerResult, type HeaderPairs } from '../../src/index.js';
import { holds } from '../hostile/cases.js';

const SPACES = fc.nat(4).map((count) => ' '.repeat(count));
const SCHEME = fc.oneof(
  { weight: 6, arbitrary: fc.mixedCase(fc.constant('bearer')) },
  fc.constantFrom(
    'Basic',
    'DPoP',
    'Bearer:',
    'Bearer=',
    'Bearer,',
    'Bea rer',
    'Bearеr',
    'bearer\u0000',
    '"Bearer"',
    '',
  ),
);
const TOKEN = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[\w.~+/-]{1,40}={0,2}$/) },
  fc.constantFrom('', '=', '=a', 'a=b', 'a b', 'a,b', '"a"', 'a;b', 'a, Bearer b', 'é', 'a\u2028b', 'a\u00a0b', 'a\tb'),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const AROUND = fc.constantFrom('', '', '', ' ', '\t', '\r', '\n', '\r\n ', '\u0000', '\u00a0', '\u2028', '\ufeff');
const VALUE = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(AROUND, SCHEME, SPACES, TOKEN, SPACES, AROUND).map((parts) => parts.join('')) },
  fc.string({ unit: 'binary', maxLength: 30 }),
);
const NAME = fc.oneof(
  { weight: 4, arbitrary: fc.mixedCase(fc.constant('authorization')) },
  fc.constantFrom('proxy-authorization', 'authorization ', 'authorızation', 'x-authorization', 'cookie', ''),
);
const HEADERS: fc.Arbitrary<HeaderPairs> = fc.oneof(
  VALUE.map((value) => [['Authorization', value] as const]),
  fc.array(fc.tuple(NAME, VALUE), { maxLength: 3 }),
);

const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/** RFC 6750, section 2.1, read once more, by cutting instead of matching: the token, or null. */
function tokenOf(headers: HeaderPairs): string | null {
  const sent = headers.filter(([name]) => name.toLowerCase() === 'authorization');
  const value = sent[0]?.[1] ?? '';
  if (sent.length !== 1 || value.slice(0, 7).toLowerCase() !== 'bearer ') return null;
  const words = value.split(' ').filter((word) => word !== '');
  const [, token = ''] = words;
  return words.length === 2 && B64TOKEN.test(token) ? token : null;
}

describe('readBearer', () => {
  holds('reads one credential of one header, and nothing else', 700, HEADERS, (headers) => {
    const result = readBearer(headers);
    const expected = tokenOf(headers);
    expect(result.ok ? result.token : null).toBe(expected);
    expect(readBearer(headers)).toEqual(result);
  });

  holds('says why there is no token, and never repeats what was sent', 300, HEADERS, (headers) => {
    const result = readBearer(headers);
    if (result.ok) return;
    const values = headers.filter(([name]) => name.toLowerCase() === 'authorization').map(([, value]) => value);
    expect(result.fault === 'duplicate').toBe(values.length > 1);
    expect(result.fault === 'missing').toBe(values.length === 0 || (values.length === 1 && values[0] === ''));
    expect(result.status).toBe(values.length === 1 && /[\r\n\0]/.test(values[0] ?? '') ? 400 : 401);
    // A message is one of a few sentences, whatever the header holds.
    const sentence = /^[\w ,"]{1,100}$/;
    expect(result.message).toMatch(sentence);
  });

  const fault = (...values: string[]): string => {
    const result: BearerResult = readBearer(values.map((value) => ['authorization', value]));
    return result.ok ? `token ${result.token}` : `${result.status} ${result.fault}`;
  };

  test('two headers are two credentials, even if one is empty or both are the same', () => {
    expect(fault('Bearer abc', 'Bearer abc')).toBe('401 duplicate');
    expect(fault('', 'Bearer abc')).toBe('401 duplicate');
    expect(fault('Bearer abc', 'Basic YTpi')).toBe('401 duplicate');
  });

  // A pattern that goes back over the spaces takes minutes for each of these.
  const SPACE = ' '.repeat(1_000_000);

  test.each([
    ['inside', `Bearer x${SPACE}y`],
    ['before what no pattern ends with', `Bearer${SPACE}\u2028`],
    ['before and after', `Bearer${SPACE}x${SPACE}\t`],
    ['nothing else', SPACE],
    ['no scheme', `${SPACE}x`],
  ])('a million spaces: %s', (_name, value) => {
    expect(fault(value)).toBe('401 malformed');
  });

  test('a million of other characters', () => {
    expect(fault(`Bearer ${'='.repeat(1_000_000)}`)).toBe('401 malformed');
    expect(fault(`Bearer ${'a='.repeat(500_000)}`)).toBe('401 malformed');
    expect(fault(`${'a'.repeat(1_000_000)},`)).toBe('401 malformed');
  });
});

test.each<[string, boolean]>([
  ['abc.def-_~+/', true],
  ['abc==', true],
  ['', false],
  ['a b', false],
  ['a=b', false],
  [' abc', false],
  ['"abc"', false],
])('%j has the characters of a bearer token alone: %j', (token, is) => {
  expect(isBearerToken(token)).toBe(is);
});
