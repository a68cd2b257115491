/** JOSE headers: honest ones, and ones that ask for something. */

import fc from 'fast-check';
import { names, spoil, valueTexts, type Member } from './json.js';

const quoted = (...texts: string[]): fc.Arbitrary<string> =>
  fc.constantFrom(...texts).map((text) => JSON.stringify(text));

const algorithms = quoted(
  ...[
    'none',
    'None',
    'nOnE',
    'none ',
    'HS256',
    'HS512',
    'RS256',
    'RS512',
    'PS256',
    'ES256',
    'ES256K',
    'ES384',
    'EdDSA',
  ],
  ...['Ed25519', 'Ed448', 'RSA-OAEP', 'PBES2-HS256+A128KW', 'dir', 'es256', 'ES256\u0000', '', '__proto__', 'toString'],
);
const keyIds = quoted(
  ...[
    '../../../../dev/null',
    '/proc/self/environ',
    "' OR 1=1 --",
    '$(id)',
    '`id`',
    '${env.HOME}',
    '__proto__',
    'constructor',
  ],
  ...[
    'toString',
    '',
    ' ',
    'ec',
    'edwards',
    'rsa',
    'shared',
    'ec ',
    'EC',
    'ec\u0000',
    'http://127.0.0.1:9/key',
    '\u202ece',
  ],
);
const types = quoted(
  'JWT',
  'at+jwt',
  'application/at+jwt',
  'ID',
  'id+jwt',
  'logout+jwt',
  'dpop+jwt',
  'JOSE',
  'at+jwt ',
  '',
);
const urls = quoted('http://127.0.0.1:9/', 'https://evil.example/jwks', 'file:///etc/passwd', 'data:,x', '//evil');

const member: fc.Arbitrary<Member> = fc.oneof(
  fc.tuple(fc.constant('alg'), fc.oneof(algorithms, valueTexts)),
  fc.tuple(fc.constant('kid'), fc.oneof(keyIds, valueTexts)),
  fc.tuple(fc.constant('typ'), fc.oneof(types, valueTexts)),
  fc.tuple(fc.constantFrom('jku', 'x5u', 'jwk', 'x5c', 'x5t', 'cty', 'iss'), fc.oneof(urls, valueTexts)),
  fc.tuple(
    fc.constantFrom('crit', 'b64', 'zip', 'enc', 'p2c', 'p2s', 'epk'),
    fc.oneof(quoted('DEF', 'b64', 'A256GCM'), valueTexts),
  ),
  fc.tuple(fc.constant('p2c'), fc.constantFrom('1000000000', '1e308', '9007199254740993')),
  fc.tuple(names, valueTexts),
);

/** The text of a header for a key of this algorithm and key id. */
export function headers(alg: string, kid: string): fc.Arbitrary<string> {
  const honest = { alg, kid, typ: 'at+jwt' };
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(JSON.stringify(honest)) },
    { weight: 3, arbitrary: spoil(honest, member) },
  );
}
