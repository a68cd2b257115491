/** Tokens: signed well over any header and claims, then cut, bent, joined, swapped and blown up. */

import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { compact, encode, newKey, signWith, type IssuerKey } from '../../forge.js';
import { claims, HONEST } from './claims.js';
import { headers } from './header.js';

/** The issuer's keys. The test knows the private ones, so that an attack fails for what it is and not for want of a key. */
export const EC: IssuerKey = newKey('ES256', 'ec');
export const EDWARDS: IssuerKey = newKey('EdDSA', 'edwards');
export const RSA: IssuerKey = newKey('RS256', 'rsa');
/** A secret between issuer and server, for configs that allow it. */
export const SHARED: { readonly secret: Buffer; readonly jwk: Readonly<Record<string, unknown>> } = {
  secret: Buffer.alloc(64, 'shared secret '),
  jwk: { kty: 'oct', kid: 'shared', alg: 'HS256', k: Buffer.alloc(64, 'shared secret ').toString('base64url') },
};

/** Somebody else's keys under the issuer's key ids. */
const FORGED: readonly IssuerKey[] = [newKey('ES256', 'ec'), newKey('EdDSA', 'edwards')];

const seal = (key: IssuerKey) => (input: string) => signWith(key.privateKey, key.alg, input);
const signedBy = (key: IssuerKey): fc.Arbitrary<string> =>
  fc.tuple(headers(key.alg, key.kid), claims).map(([header, body]) => compact(header, body, seal(key)));

const hmac = (secret: string | Buffer) => (input: string) => createHmac('sha256', secret).update(input).digest();
const signedBySecret = fc
  .tuple(
    fc.constantFrom('shared', 'ec', 'rsa', 'edwards').chain((kid) => headers('HS256', kid)),
    claims,
    fc.constantFrom<string | Buffer>(
      SHARED.secret,
      EC.publicKey.export({ format: 'pem', type: 'spki' }),
      JSON.stringify(RSA.jwk),
      '',
    ),
  )
  .map(([header, body, secret]) => compact(header, body, hmac(secret)));

const signedByShared = fc
  .tuple(headers('HS256', 'shared'), claims)
  .map(([header, body]) => compact(header, body, hmac(SHARED.secret)));

/** Tokens in good form, whatever they say: what an issuer with these keys could sign. */
export const signedTokens: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: signedBy(EC) },
  { weight: 5, arbitrary: signedBy(EDWARDS) },
  { weight: 1, arbitrary: signedBy(RSA) },
  { weight: 2, arbitrary: signedBySecret },
  { weight: 2, arbitrary: signedByShared },
  { weight: 2, arbitrary: fc.constantFrom(...FORGED).chain(signedBy) },
);

/** Tokens that nothing is wrong with. */
export const HONEST_TOKENS: readonly string[] = [EC, EDWARDS, RSA].map((key) =>
  compact({ alg: key.alg, kid: key.kid, typ: 'at+jwt' }, HONEST, seal(key)),
);

const INSERTS = [
  '.',
  '=',
  '==',
  ' ',
  '\n',
  '\t',
  '\u0000',
  '+',
  '/',
  '-',
  '_',
  'A',
  '%2e',
  '~',
  'é',
  '\ud800',
  '\u200b',
];

const mutated = fc
  .tuple(fc.oneof(signedTokens, fc.constantFrom(...HONEST_TOKENS)), fc.nat(), fc.constantFrom(...INSERTS), fc.nat(5))
  .map(([token, where, insert, kind]) => {
    const at = where % (token.length + 1);
    const [header = '', body = '', signature = ''] = token.split('.');
    switch (kind) {
      case 0:
        return token.slice(0, at) + insert + token.slice(at);
      case 1:
        return token.slice(0, at) + insert + token.slice(at + 1);
      case 2:
        return token.slice(0, at);
      case 3:
        return [body, header, signature].join('.');
      case 4:
        return [header, body, signature].map((part) => part + insert).join('.');
      default:
        return `${token}${insert}${token}`;
    }
  });

const part = fc.oneof(
  { weight: 3, arbitrary: fc.stringMatching(/^[\w-]{0,24}$/) },
  { weight: 2, arbitrary: claims.map((text) => encode(text)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 24 }).map((bytes) => Buffer.from(bytes).toString('base64url')) },
);
const assembled = fc.array(part, { maxLength: 7 }).map((parts) => parts.join('.'));

const OVERSIZED = ['.'.repeat(100_000), 'a'.repeat(262_145), `${'a.'.repeat(50_000)}a`, 'e30.'.repeat(60_000)];

/** Tokens of every kind. */
export const tokens: fc.Arbitrary<string> = fc.oneof(
  { weight: 60, arbitrary: signedTokens },
  { weight: 40, arbitrary: mutated },
  { weight: 20, arbitrary: assembled },
  { weight: 10, arbitrary: fc.string({ unit: 'binary', maxLength: 80 }) },
  { weight: 4, arbitrary: fc.stringMatching(/^(?:ghp_|gho_|github_pat_)[0-9A-Za-z]{0,40}$/) },
  { weight: 1, arbitrary: fc.constantFrom(...OVERSIZED) },
);
