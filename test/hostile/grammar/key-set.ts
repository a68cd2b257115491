/** Key sets: the issuer's keys, with members changed, keys added, and whole sets that are none. */

import fc from 'fast-check';
import { names, spoil, valueTexts, type Member } from './json.js';
import { EC, EDWARDS, RSA, SHARED } from './token.js';

const base64url = fc.oneof(
  fc.constantFrom(
    'AQAB',
    'AQ',
    'AA',
    'AAAB',
    'Aw',
    '',
    '=',
    'AQAB=',
    'AQ AB',
    'é',
    String(EC.jwk.x),
    String(RSA.jwk.n),
  ),
  fc.constantFrom('_'.repeat(342), '_'.repeat(22_000), `${'A'.repeat(342)}${String(RSA.jwk.n)}`, '_'.repeat(171)),
  fc.uint8Array({ minLength: 32, maxLength: 33 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
);
const word = (...words: string[]): fc.Arbitrary<string> => fc.constantFrom(...words);
const quote = (text: fc.Arbitrary<string>): fc.Arbitrary<string> => text.map((written) => JSON.stringify(written));

const member: fc.Arbitrary<Member> = fc.oneof(
  fc.tuple(fc.constantFrom('n', 'e', 'x', 'y', 'k', 'd'), fc.oneof(quote(base64url), valueTexts)),
  fc.tuple(
    fc.constant('kty'),
    fc.oneof(quote(word('RSA', 'EC', 'OKP', 'oct', 'rsa', 'AKP', '', '__proto__')), valueTexts),
  ),
  fc.tuple(
    fc.constant('crv'),
    fc.oneof(quote(word('P-256', 'P-384', 'P-521', 'secp256k1', 'Ed25519', 'X25519', 'p-256')), valueTexts),
  ),
  fc.tuple(
    fc.constant('alg'),
    fc.oneof(quote(word('ES256', 'RS256', 'HS256', 'EdDSA', 'none', 'RSA-OAEP', '')), valueTexts),
  ),
  fc.tuple(fc.constant('use'), fc.oneof(quote(word('sig', 'enc', 'SIG', '')), valueTexts)),
  fc.tuple(
    fc.constant('key_ops'),
    fc.oneof(word('["verify"]', '["sign"]', '[]', '["verify","verify"]', '"verify"'), valueTexts),
  ),
  fc.tuple(fc.constant('kid'), fc.oneof(quote(word('ec', 'edwards', 'rsa', 'shared', '', '__proto__')), valueTexts)),
  fc.tuple(fc.constantFrom('x5c', 'x5u', 'ext', 'oth', 'p', 'q'), valueTexts),
  fc.tuple(names, valueTexts),
);

const honest = [EC.jwk, EDWARDS.jwk, RSA.jwk, SHARED.jwk];
const ANY = honest.map((jwk) => JSON.stringify(jwk));

const keys = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...ANY) },
  { weight: 6, arbitrary: fc.constantFrom(...honest).chain((jwk) => spoil(jwk, member)) },
  { weight: 1, arbitrary: valueTexts },
);

/** A few sets of thousands of keys, made once. */
const CROWDS = [
  `{"keys":[${Array.from({ length: 3000 }, (_, index) => `{"kty":"EC","kid":"k${index}"}`).join(',')},${ANY.join(',')}]}`,
  `{"keys":[${'{},'.repeat(5000)}${ANY.join(',')}]}`,
  `{"keys":[${`{"kid":"ec","kty":"EC","crv":"P-256"},`.repeat(2000)}${ANY.join(',')}]}`,
];

/** The text of a key set. */
export const keySets: fc.Arbitrary<string> = fc.oneof(
  { weight: 60, arbitrary: fc.array(keys, { maxLength: 5 }).map((list) => `{"keys":[${list.join(',')}]}`) },
  { weight: 6, arbitrary: spoil({ keys: honest }, fc.tuple(fc.constantFrom('keys', '__proto__'), valueTexts)) },
  { weight: 3, arbitrary: valueTexts },
  { weight: 1, arbitrary: fc.constantFrom(...CROWDS) },
);
