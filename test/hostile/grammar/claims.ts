/** Claims: honest ones, and ones in which something is not as it should be. */

import fc from 'fast-check';
import { names, numberTexts, spoil, valueTexts, type Member } from './json.js';

/** The moment at which all hostile tokens are judged, in seconds since 1970. */
export const NOW = 1_700_000_000;

/** Claims that the configs of these tests accept. */
export const HONEST = {
  iss: 'https://idp.example',
  aud: 'my-api',
  sub: 'alice',
  exp: NOW + 600,
  groups: ['ml', 'ops'],
};

const times = fc.oneof(
  numberTexts,
  fc.integer({ min: NOW - 2, max: NOW + 2 }).map(String),
  fc.constantFrom(`"${NOW + 60}"`, `${NOW}.5`, `${NOW + 1}e0`, `${NOW + 60}.0`, '"Infinity"', '{"$date":1}', 'null'),
  valueTexts,
);
const audiences = fc.oneof(
  fc.constantFrom(
    '"my-api"',
    '["my-api"]',
    '["other","my-api"]',
    '["my-api",5]',
    '[["my-api"]]',
    '"MY-API"',
    '"my-api "',
    '[]',
  ),
  fc.constantFrom('{"my-api":true}', '{"0":"my-api","length":1}', '"other"', 'true'),
  valueTexts,
);
const subjects = fc.oneof(
  fc.constantFrom(
    '"alice"',
    '" "',
    '"\\u200b"',
    '"\\u3164"',
    '"a\\nb"',
    '"\\ud800"',
    '"[redacted]"',
    '5',
    '["alice"]',
    'null',
  ),
  fc.constant(`"${'a'.repeat(4097)}"`),
  valueTexts,
);

const member: fc.Arbitrary<Member> = fc.oneof(
  fc.tuple(fc.constantFrom('exp', 'nbf', 'iat'), times),
  fc.tuple(fc.constant('aud'), audiences),
  fc.tuple(fc.constant('sub'), subjects),
  fc.tuple(
    fc.constant('iss'),
    fc.oneof(fc.constantFrom('"https://idp.example/"', '"HTTPS://idp.example"', '["https://idp.example"]'), valueTexts),
  ),
  fc.tuple(fc.constantFrom('groups', 'username', 'team', 'project', 'tenant', 'namespace', 'realm_access'), valueTexts),
  fc.tuple(names, valueTexts),
);

/** The text of a token's claims. */
export const claims: fc.Arbitrary<string> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(JSON.stringify(HONEST)) },
  { weight: 3, arbitrary: spoil(HONEST, member) },
);
