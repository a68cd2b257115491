import { describe, expect, test } from 'vitest';
import { isPlaceholder, recognizeLookalike } from '../src/lookalike.js';

const BODY = 'Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ub3A';
/** A header with white space in it, whose first letters are others. */
const SPACED = `${Buffer.from('{ "alg": "RS256"}').toString('base64url')}.e30.AA==`;
const JWT = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln';

describe('what is no JWT', () => {
  test.each([
    ['undefined', 'a word like "undefined"'],
    ['null', 'a word like "undefined"'],
    ['[object Object]', 'a word like "undefined"'],
    ['NaN', 'a word like "undefined"'],
    ['nil', 'a word like "undefined"'],
    ['***', 'in the place of a secret'],
    ['XXXX', 'in the place of a secret'],
    ['[REDACTED]', 'in the place of a secret'],
    ['$TOKEN', 'nothing replaced'],
    ['${{ secrets.TOKEN }}', 'nothing replaced'],
    ['{{token}}', 'nothing replaced'],
    ['%TOKEN%', 'nothing replaced'],
    ['$(oc whoami -t)', 'nothing replaced'],
    ['<your token>', 'nothing replaced'],
    [`Basic ${BODY}`, 'Basic credentials'],
    [`basic%20${BODY}`, 'Basic credentials'],
    [`Bearer%20${JWT}`, 'encoded as for a URL'],
    [`bearer+${JWT}`, 'encoded as for a URL'],
    [`Bearer ${JWT}`, 'the word "Bearer" stands in the token itself'],
    [`bearer\t${JWT}`, 'the word "Bearer" stands in the token itself'],
    [`DPoP ${JWT}`, 'another word than "Bearer"'],
    [`JWT ${JWT}`, 'another word than "Bearer"'],
    [JWT.slice(0, 30), 'it was cut off after 30 characters'],
    [JWT.slice(0, JWT.lastIndexOf('.')), 'its signature'],
    [`X-API-Key: ${BODY}`, 'a header other than Authorization'],
    [`session=${JWT}; Path=/`, 'a cookie or a form field'],
    [`__Host-id.token=${JWT}`, 'a cookie or a form field'],
    [Buffer.from(JWT).toString('base64'), 'in base64 once more'],
    ['<samlp:Response xmlns:samlp="x">', 'XML'],
    ['<?xml version="1.0"?>', 'XML'],
    ...['<saml:Assertion>', '<?xml version="1.0"?>', '<Assertion ID="a">', '<Response ID="a">'].map(
      (xml): [string, string] => [Buffer.from(xml).toString('base64'), 'XML'],
    ),
    [`ya29.${BODY}`, 'Google’s'],
    ...['alg', 'iss', 'sub', 'aud', 'exp'].map((name): [string, string] => [
      Buffer.from(JSON.stringify({ [name]: 1 })).toString('base64url'),
      'one part of a JWT',
    ]),
    [`a.${BODY}.c`, 'this is not a JWT'],
    [`s.${BODY}`, 'this is not a JWT'],
    [`ghp_${BODY}`, 'GitHub personal access token (classic)'],
    [`${JWT.slice(0, 30)}…`, 'an ellipsis'],
    [`${JWT.slice(0, 30)}...`, 'an ellipsis'],
    [`${JWT.slice(0, 12)}...${JWT.slice(-4)}`, 'an ellipsis'],
  ])('%s is told: %s', (text, words) => {
    const look = recognizeLookalike(text);
    expect(look?.what).toContain(words);
    // Nothing of it is repeated, and there is a way out.
    expect(`${look?.what ?? ''}${look?.fix ?? ''}`).not.toContain(BODY.slice(0, 6));
    expect(look?.fix).toMatch(/\.$/);
  });

  test.each([
    JWT,
    JWT.slice(1),
    `\u200b${JWT}`,
    `"${JWT}"`,
    JWT.slice(0, 15),
    SPACED,
    JWT.toLowerCase(),
    'opaque',
    BODY,
    `${JWT}.`,
    // A signed cookie, and a JWT without its claims: nothing was cut off at their end.
    `${Buffer.from('{"user_id":5}').toString('base64url')}.XxTTlmYRbVcYVqAdGa-Xx_aSdfg`,
    `${JWT.slice(0, 20)}.XxTTlmYRbVcYVqAdGa-Xx_aSdfg`,
    // Nor of a token without the dot before its signature.
    JWT.replace(/\.(?=[^.]*$)/, ''),
    '$2b$10$abc',
    'Basically',
    'client:secret',
    `${BODY}ZXlK`,
    `a session=${JWT}`,
    `%eb%ab${BODY}`,
    'nullify',
    'skip',
    '',
  ])('%s looks like nothing that is known', (text) => {
    expect(recognizeLookalike(text)).toBeNull();
  });

  test('is not looked at beyond a limit', () => {
    expect(recognizeLookalike('*'.repeat(16_384))).not.toBeNull();
    expect(recognizeLookalike('*'.repeat(16_385))).toBeNull();
  });
});

test.each([
  '$TOKEN',
  '\\$TOKEN',
  '$env:TOKEN',
  '${TOKEN}',
  '$(cat file)',
  '${{ x }}',
  '{{token}}',
  '%TOKEN%',
  '<your api key>',
])('%s is a placeholder, and nothing but one', (text) => {
  expect(isPlaceholder(text)).toBe(true);
  expect([isPlaceholder(`${text}x`), isPlaceholder(`x${text}`)]).toEqual([false, false]);
});

test('what begins as a placeholder and never ends is read once', () => {
  expect(isPlaceholder(`<${'token'.repeat(200_000)}`)).toBe(false);
});
