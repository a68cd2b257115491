// What each Authorization header says, and what the client is told: RFC 6750, word by word.
import { describe, expect, test } from 'vitest';
import { readBearer, refuseRequest, type BearerFault } from '../../src/server/bearer.js';

const NO_SCHEME = 'the Authorization header does not say "Bearer", a space, and the token';
const OTHER_SCHEME = 'the Authorization header has another scheme than Bearer';
const NO_TOKEN = 'the Authorization header has the scheme Bearer and no token';
const BAD_TOKEN = 'the token holds characters that no bearer token has';
const NO_CREDENTIALS = 'the Authorization header is not a scheme and its credentials';
const LINE_BREAK = 'the Authorization header holds a line break';

describe('an Authorization header', () => {
  test.each([
    ['Bearer abc', 'abc'],
    ['bearer abc', 'abc'],
    ['BEARER abc', 'abc'],
    ['Bearer   abc', 'abc'],
    ['Bearer abc  ', 'abc'],
    ['Bearer aB0-._~+/==', 'aB0-._~+/=='],
    ['Bearer eyJ.eyJ.sig_', 'eyJ.eyJ.sig_'],
  ])('%j carries %j', (value, token) => {
    expect(readBearer([['Authorization', value]])).toEqual({ ok: true, token });
  });

  test.each<[string, BearerFault, number, string]>([
    ['', 'missing', 401, 'the request has no Authorization header'],
    ['Bearer', 'malformed', 401, NO_TOKEN],
    ['Bearer ', 'malformed', 401, NO_TOKEN],
    ['Bearer   ', 'malformed', 401, NO_TOKEN],
    ['Bearer a b', 'malformed', 401, BAD_TOKEN],
    ['Bearer   a,b', 'malformed', 401, BAD_TOKEN],
    ['Bearer a=b', 'malformed', 401, BAD_TOKEN],
    ['Bearer =', 'malformed', 401, BAD_TOKEN],
    ['Bearer a,b', 'malformed', 401, BAD_TOKEN],
    ['Bearer "a"', 'malformed', 401, BAD_TOKEN],
    ['Bearer ä', 'malformed', 401, BAD_TOKEN],
    ['Bearer Bearer abc', 'malformed', 401, BAD_TOKEN],
    ['Bearer\tabc', 'malformed', 401, NO_CREDENTIALS],
    [' Bearer abc', 'malformed', 401, NO_CREDENTIALS],
    ['(Bearer) abc', 'malformed', 401, NO_CREDENTIALS],
    ['abc', 'malformed', 401, NO_SCHEME],
    ['eyJ.eyJ.sig', 'malformed', 401, NO_SCHEME],
    ['Bearer-abc def', 'malformed', 401, NO_SCHEME],
    ['BEARER+ def', 'malformed', 401, NO_SCHEME],
    ['Bearers abc', 'wrong_scheme', 401, OTHER_SCHEME],
    ['Bearer2 abc', 'wrong_scheme', 401, OTHER_SCHEME],
    ['NotBearer- abc', 'wrong_scheme', 401, OTHER_SCHEME],
    ['Basic dTpw', 'wrong_scheme', 401, OTHER_SCHEME],
    ['DPoP abc', 'wrong_scheme', 401, OTHER_SCHEME],
    ['Bearer a\nb', 'malformed', 400, LINE_BREAK],
    ['Bearer a\rb', 'malformed', 400, LINE_BREAK],
    ['Bearer a\0', 'malformed', 400, LINE_BREAK],
  ])('%j carries none', (value, fault, status, message) => {
    expect(readBearer([['authorization', value]])).toEqual({ ok: false, fault, status, message });
  });

  test('carries a JWT, and none with another character anywhere', () => {
    const odd = [...' "!#$%&\'()*,:;<=>?@[]^`{|}\\\t\u007f\u00e9\u0141\uff0b\u2028\ud83d', '==', '\u{1f511}'];
    const jwts = ['eyJ.eyJ.si', 'eyJ0.eyJ0.sig_', 'eyJ01.eyJ01.sig_1', 'eyJ012.eyJ012.sig_12', 'ab..', '..ab', '..'];
    for (const jwt of jwts) {
      expect(readBearer([['Authorization', `Bearer ${jwt}`]])).toEqual({ ok: true, token: jwt });
      for (let at = 0; at < jwt.length; at += 1)
        for (const character of odd) {
          const token = jwt.slice(0, at) + character + jwt.slice(at + (jwt[at] === '.' ? 0 : 1));
          // Spaces around a token are none of its characters, and it may end with "=".
          const isSound = /^[\w.-]+=*$/.test(token.replace(/^ | $/g, ''));
          expect(readBearer([['Authorization', `Bearer ${token}`]]).ok, token).toBe(isSound);
        }
    }
  });

  test('is found by its name in any case, among others', () => {
    const others = [['x-authorization', 'Bearer x'] as const, ['Proxy-Authorization', 'Bearer y'] as const];
    expect(readBearer([...others, ['AUTHORIZATION', 'Bearer abc']])).toEqual({ ok: true, token: 'abc' });
    expect(readBearer(others)).toMatchObject({ ok: false, fault: 'missing' });
    expect(readBearer([])).toMatchObject({ ok: false, fault: 'missing' });
  });

  test('stands once, though both say the same', () => {
    const header = ['authorization', 'Bearer abc'] as const;
    expect(readBearer([header, header])).toEqual({
      ok: false,
      fault: 'duplicate',
      status: 401,
      message: 'the request has 2 Authorization headers',
    });
    expect(readBearer([header, ['Authorization', '']])).toMatchObject({ fault: 'duplicate' });
  });
});

describe('a refusal', () => {
  const answer = (message: string) => ({ status: 401, body: { error: { message } } }) as const;
  const challengeOf = (fault: BearerFault | null, message = 'Invalid JWT token', status: 400 | 401 = 401): string =>
    refuseRequest(answer(message), fault === null ? null : { fault, status }, 'api').headers['www-authenticate'] ?? '';

  test('says how to authenticate, and nothing that may be kept', () => {
    expect(refuseRequest(answer('Invalid JWT token'), null, 'api')).toEqual({
      status: 401,
      headers: {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        'www-authenticate': 'Bearer realm="api", error="invalid_token", error_description="Invalid JWT token"',
      },
      body: { error: { message: 'Invalid JWT token' } },
    });
  });

  test.each<[BearerFault, string]>([
    ['missing', 'Bearer realm="api"'],
    ['wrong_scheme', 'Bearer realm="api"'],
    ['duplicate', 'Bearer realm="api", error="invalid_request", error_description="More than one credential"'],
    ['malformed', 'Bearer realm="api", error="invalid_token", error_description="Malformed credentials"'],
  ])('of a request whose credentials are %s', (fault, challenge) => {
    expect(challengeOf(fault)).toBe(challenge);
  });

  test('has the status of its fault', () => {
    expect(refuseRequest(answer('x'), { fault: 'malformed', status: 400 }, 'api').status).toBe(400);
  });

  test('is no challenge when nobody could say: the client may come again', () => {
    const body = { error: { message: 'Authentication service unavailable' } };
    expect(refuseRequest({ status: 503, body }, null, 'api')).toEqual({
      status: 503,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store', 'retry-after': '5' },
      body,
    });
  });

  test('keeps out of its quotes what would end them, in the realm too', () => {
    expect(challengeOf(null, 'a"b\\c\r\nSet-Cookie: x=ä\u007f~ !')).toBe(
      'Bearer realm="api", error="invalid_token", error_description="abcSet-Cookie: x=~ !"',
    );
    expect(refuseRequest(answer(''), null, 'a"\\\nb').headers['www-authenticate']).toMatch(/^Bearer realm="ab", /);
  });
});
