import { expect, test } from 'vitest';
import { hiddenInQuery, secretsInQuery } from '../src/secret-parameters.js';

test('what a query calls a secret is one, and what it calls otherwise may be a word of the claims', () => {
  const url = new URL(
    'https://idp/jwks?code=first&X-Functions-Key=se%2Bcond&tenant=production&keys=all&access_token=a&access_token=b',
  );
  expect(secretsInQuery(url)).toEqual(['first', 'se+cond', 'a', 'b']);
});

test('what is long in a query may be a secret, with a name or without, unless it is known to be none', () => {
  const url = new URL(
    'https://idp/jwks?LongToken1&tenant=production&id=12345678&a=1234567&api-version=2024-01-01&sig=x',
  );
  expect(hiddenInQuery(url)).toEqual(['x', 'LongToken1', 'production', '12345678']);
});

const SECRET_NAMES = [
  ...['key', 'token', 'secret', 'code', 'sig', 'signature', 'password', 'passwd', 'pwd', 'auth', 'authorization'],
  ...[
    'jwt',
    'assertion',
    'session',
    'session_id',
    'sessionid',
    'ticket',
    'credential',
    'SAMLResponse',
    'id_token_hint',
  ],
];
test.each(SECRET_NAMES)('a query that names something %s has a secret', (name) => {
  expect(secretsInQuery(new URL(`https://idp/jwks?x-${name}=1st&${name}=2nd`))).toEqual(['1st', '2nd']);
});

test.each(['session=required', 'ticket=optional', 'require_session=true', 'credentials=same-origin', 'jwt='])(
  'a query may say what to do about a secret: %s',
  (query) => {
    expect(secretsInQuery(new URL(`https://idp/jwks?${query}`)).join('')).toBe('');
  },
);

test.each(['session_timeout=30', 'jwt_version=2', 'ticket-count=3'])(
  'a name may begin with that of a secret: %s',
  (query) => {
    expect(secretsInQuery(new URL(`https://idp/jwks?${query}`))).toEqual([]);
  },
);

test('what begins with a word is none', () => {
  expect(secretsInQuery(new URL('https://idp/jwks?session=abc123&ticket=st-1&jwt=eyJhbGciOiJub25lIn0.e30.'))).toEqual([
    'abc123',
    'st-1',
    'eyJhbGciOiJub25lIn0.e30.',
  ]);
});
