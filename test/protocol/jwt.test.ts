// What can be read of a token, and where it broke, word by word.
import { describe, expect, test } from 'vitest';
import { isUnsigned, mediaType, parseJwt, type TokenFault } from '../../src/protocol/jwt.js';
import { MAX_TOKEN_LENGTH } from '../../src/token.js';

const encode = (text: string | Uint8Array): string => Buffer.from(text).toString('base64url');
const HEADER = '{"alg":"ES256","kid":"k1"}';
const CLAIMS = '{"sub":"alice"}';
const compact = (header: string | Uint8Array = HEADER, claims: string | Uint8Array = CLAIMS): string =>
  `${encode(header)}.${encode(claims)}.AA`;
const faultOf = (token: string): TokenFault | null => parseJwt(token).fault;
const malformed = (message: string): TokenFault => ({ code: 'token_malformed', message });

describe('a token', () => {
  test('is read as it was signed', () => {
    expect(parseJwt(compact())).toStrictEqual({
      header: { alg: 'ES256', kid: 'k1' },
      claims: { sub: 'alice' },
      signed: { input: compact().slice(0, -3), signature: Buffer.from([0]) },
      fault: null,
    });
  });

  test('is read the same, however often its header came before', () => {
    const first = parseJwt(compact());
    // More headers than are remembered, and one that is too large to be.
    for (let count = 0; count < 250; count += 1) parseJwt(compact(`{"alg":"ES256","kid":"key-${count}"}`));
    const large = JSON.stringify({ alg: 'ES256', kid: 'k'.repeat(2000) });
    expect(parseJwt(compact(large))).toStrictEqual(parseJwt(compact(large)));
    expect(parseJwt(compact())).toStrictEqual(first);
    expect(parseJwt(compact())).toStrictEqual(first);
  });

  test('shares its header with others, which nobody can change', () => {
    const header = '{"alg":"ES256","x":{"y":[1]}}';
    parseJwt(compact(header));
    const { header: shared } = parseJwt(compact(header));
    expect(Object.isFrozen(shared)).toBe(true);
    expect(Object.isFrozen(shared?.x)).toBe(true);
    expect(parseJwt(compact(header, '{"sub":"bob"}')).claims).toEqual({ sub: 'bob' });
  });

  test('keeps the faults of its header when it is read again', () => {
    const typ = '{"alg":"ES256","typ":"dpop+jwt"}';
    expect(faultOf(compact(typ))).not.toBeNull();
    expect(faultOf(compact(typ))).toStrictEqual(faultOf(compact(typ)));
    const broken = '{"alg":';
    expect(faultOf(compact(broken))).toStrictEqual(faultOf(compact(broken)));
  });

  test('is not read beyond its limit', () => {
    const fill = 'a'.repeat(MAX_TOKEN_LENGTH);
    const message = 'the token has 262145 characters; the limit is 262144';
    const nothing = { header: null, claims: null, signed: null };
    expect(parseJwt(`${fill}a`)).toStrictEqual({ ...nothing, fault: malformed(message) });
    expect(faultOf(fill)?.code).toBe('token_opaque');
  });

  test('without a dot is no JWT', () => {
    expect(faultOf('opaque')).toStrictEqual({ code: 'token_opaque', message: 'this is not a JWT: it has no dots' });
  });

  test.each([
    [compact().replace('.AA', ''), '2'],
    [`${compact()}.AA`, '4'],
    [`${compact()}.AA.AA`, '5'],
    [`${compact()}.AA.AA.AA`, '6'],
    [`${compact()}.AA.AA.AA.AA`, 'more than six'],
    [`${compact()}${'.'.repeat(1000)}`, 'more than six'],
  ])('has three parts: %#', (token, count) => {
    expect(faultOf(token)).toStrictEqual(malformed(`a signed JWT has three parts joined by dots; this has ${count}`));
  });

  test('of five parts is encrypted if its header says so', () => {
    const header = '{"alg":"RSA-OAEP","enc":"A128GCM"}';
    const token = `${encode(header)}.AA.AA.AA.AA`;
    expect(parseJwt(token)).toStrictEqual({
      header: { alg: 'RSA-OAEP', enc: 'A128GCM' },
      claims: null,
      signed: null,
      fault: { code: 'token_encrypted', message: 'the token is encrypted (JWE, five parts)' },
    });
    expect(faultOf(compact(header))?.code).toBeUndefined();
    expect(faultOf(`${encode('[]')}.AA.AA.AA.AA`)?.code).toBe('token_malformed');
  });
});

describe('a token of another kind', () => {
  const nested = 'this is a nested JWT: where its claims should be is another token; servers take plain JWTs';
  const withCty = (cty: string): string => `{"alg":"ES256","kid":"k1","cty":${cty}}`;

  test.each(['"JWT"', '"jwt"', '"application/jwt"'])('is nested if its cty is %s', (cty) => {
    expect(faultOf(compact(withCty(cty), 'e30.e30.AA'))).toStrictEqual(malformed(nested));
    // With claims, it is what it is.
    expect(faultOf(compact(withCty(cty)))).toBeNull();
  });

  test.each(['"json"', '5', 'null'])('is none if its cty is %s', (cty) => {
    expect(faultOf(compact(withCty(cty), 'e30'))?.message).toContain('the claims part is not valid JSON');
  });

  test('is an SD-JWT if something is disclosed after it', () => {
    const message = 'this is an SD-JWT, a JWT with disclosures joined by "~"; servers take plain JWTs';
    for (const token of [`${compact()}~`, `${compact()}~WyJhIl0~`, `${compact()}~WyJhIl0~e30.e30.AA`])
      expect(faultOf(token)).toStrictEqual(malformed(message));
    // What is no JWT is no SD-JWT.
    expect(faultOf('a~b.c.d')?.message).toContain('the header is not base64url');
  });
});

describe('a part that cannot be read', () => {
  test.each([
    ['.e30.AA', 'the header is empty'],
    [`${encode(HEADER)}..AA`, 'the claims part is empty'],
    [compact('[]'), 'the header is not a JSON object'],
    [compact(HEADER, '5'), 'the claims part is not a JSON object'],
    [compact(new Uint8Array([0x7b, 0xff])), 'the header is not UTF-8 text'],
    [compact(HEADER, new Uint8Array([0xc0, 0x80])), 'the claims part is not UTF-8 text'],
    [compact('{"a":1,"a":2}'), 'the header is not valid JSON: the member "a" occurs twice (character 8)'],
    [compact(HEADER, '{'), 'the claims part is not valid JSON: a JSON string was expected (character 2)'],
    [compact(`\ufeff${HEADER}`), 'the header is not valid JSON: this is not JSON (character 1)'],
  ])('says why: %#', (token, message) => {
    expect(faultOf(token)).toStrictEqual(malformed(message));
  });

  test('keeps the other part', () => {
    expect(parseJwt(compact(HEADER, 'nonsense'))).toMatchObject({
      header: { alg: 'ES256', kid: 'k1' },
      claims: null,
    });
    expect(parseJwt(compact('[1]'))).toMatchObject({ header: null, claims: { sub: 'alice' } });
    expect(parseJwt(compact(new Uint8Array([0xff])))).toMatchObject({ header: null, claims: { sub: 'alice' } });
  });

  test.each([
    ['=', 'padding "="'],
    ['\n', 'a line break'],
    ['+', '"+"'],
  ])('points at %j', (character, name) => {
    const [header = '', claims = ''] = compact().split('.');
    expect(faultOf(`ab${character}${header}.${claims}.AA`)).toStrictEqual(
      malformed(`the header is not base64url: ${name} at position 3`),
    );
    expect(faultOf(`${header}.${character}${claims}.AA`)).toStrictEqual(
      malformed(`the claims part is not base64url: ${name} at position 1`),
    );
    expect(faultOf(`${header}.${claims}.AAA${character}`)).toStrictEqual(
      malformed(`the signature is not base64url: ${name} at position 4`),
    );
  });

  test('that was wrapped is told where it is first', () => {
    const [header = '', claims = ''] = compact().split('.');
    expect(faultOf(`${header}.${claims.slice(0, 5)}\n${claims.slice(5)}.A\nA`)).toStrictEqual(
      malformed('the claims part is not base64url: a line break at position 6'),
    );
  });

  test('that was cut off', () => {
    const message = 'the signature is not base64url: it was cut off or changed at its end';
    for (const signature of ['A', 'AB', 'AAB', 'AAAAA'])
      expect(faultOf(compact().replace(/AA$/, signature)), signature).toStrictEqual(malformed(message));
    for (const signature of ['', 'AA', 'AAA', 'AAAA', 'AAAAAA'])
      expect(faultOf(compact().replace(/AA$/, signature)), signature).toBeNull();
  });

  test('is told from the left: header, form, claims, and last the rules', () => {
    const [header = '', claims = ''] = compact().split('.');
    expect(faultOf(`+.+`)?.message).toContain('the header is not base64url');
    expect(faultOf(`${header}.+`)?.message).toContain('three parts');
    expect(faultOf(`${encode('{}')}.+.AA`)?.message).toContain('the claims part is not base64url');
    expect(faultOf(`${encode('{}')}.${claims}.AA`)?.code).toBe('header_invalid');
  });
});

describe('a header', () => {
  const invalid = (message: string): TokenFault => ({ code: 'header_invalid', message });
  const unsupported = (message: string): TokenFault => ({ code: 'critical_header_unsupported', message });

  test.each<[object, TokenFault | null]>([
    [{}, invalid('the header has no alg that is a string')],
    [{ alg: 5 }, invalid('the header has no alg that is a string')],
    [{ alg: 'x', kid: 5 }, invalid('the kid in the header is not a string')],
    [{ alg: 'x', kid: null }, invalid('the kid in the header is not a string')],
    [{ alg: 'x', crit: [] }, unsupported('the header has crit: it demands extensions')],
    [{ alg: 'x', crit: null }, unsupported('the header has crit: it demands extensions')],
    [{ alg: 'x', b64: false }, unsupported('the header has b64: false (unencoded payload, RFC 7797)')],
    [{ alg: 'x', b64: true }, null],
    [{ alg: 'x', typ: 5 }, invalid('the typ in the header is not a string')],
    [{ alg: 'x', typ: null }, invalid('the typ in the header is not a string')],
    [{ alg: 'x', typ: 'dpop+jwt' }, invalid('the typ says "dpop+jwt": this is not an access token')],
    [{ alg: 'x', typ: '' }, invalid('the typ says "": this is not an access token')],
    [{ alg: 'x', typ: 't'.repeat(70) }, invalid(`the typ says "${'t'.repeat(64)}": this is not an access token`)],
    ...['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/jwt', 'Application/AT+jwt'].map((typ): [object, null] => [
      { alg: 'x', typ },
      null,
    ]),
    [{ alg: 'x', typ: 'x/application/jwt' }, invalid('the typ says "x/application/jwt": this is not an access token')],
    [{ alg: 'x' }, null],
  ])('%j', (header, fault) => {
    expect(faultOf(compact(JSON.stringify(header)))).toStrictEqual(fault);
  });
});

describe('what the field calls', () => {
  test('a media type is compared without its prefix and case', () => {
    expect(['application/AT+JWT', 'JWT', 'text/application/jwt'].map(mediaType)).toEqual([
      'at+jwt',
      'jwt',
      'text/application/jwt',
    ]);
  });
});

test.each<[string, boolean]>([
  ['none', true],
  ['None', true],
  ['nOnE', true],
  [' none\t', true],
  ['', false],
  ['RS256', false],
  ['nonesuch', false],
])('the alg %j says that a token is not signed: %j', (alg, unsigned) => {
  expect(isUnsigned(alg)).toBe(unsigned);
});
