/** What stands in the place of a JWT, told by its looks. Of the text itself nothing is repeated. Pure. */

import { parseJson } from './json-parser.js';
import { isObject, member } from './json.js';
import { recognizeOtherToken, type Look } from './other-tokens.js';

/** What a text looks like that is not the token that is wanted. */
export type Lookalike = Pick<Look, 'what' | 'fix'>;

/** What is no token, or not yet one. */
const MISTAKES: readonly Look[] = [
  {
    pattern: /^(?:undefined|null|none|nil|nan|true|false|\[object Object\])$/i,
    what: 'this is not a token but a word like "undefined" or "null", which programs write where they have none',
    fix: 'Find out why the client has no token: it did not log in, or it reads the wrong field of the answer.',
  },
  {
    pattern: /^(?:\*+|•+|x{3,}|[[<(](?:redacted|masked|filtered|hidden)[\])>])$/i,
    what: 'this is not a token but what logs and CI systems show in the place of a secret',
    fix: 'Take the token from where it is issued or stored, not from a log.',
  },
  {
    pattern: /^(?:\$[{(]|\{\{|\$[A-Za-z_]\w*$|%[A-Za-z_]\w*%$|<[\w -]{1,64}>$)/,
    what: 'this is not a token but a variable or a placeholder that nothing replaced',
    fix: 'Look at where it is set, and where it should have been replaced; a shell replaces nothing in single quotes.',
  },
  {
    pattern: /^basic(?:\s|%20)/i,
    what: 'these are Basic credentials, a user name and a password, and not a bearer token',
    fix: 'Get a token from the issuer, and send it as Authorization: Bearer TOKEN.',
  },
  {
    pattern: /^bearer(?:%20|\+)/i,
    what: 'the word "Bearer" stands before the token, encoded as for a URL',
    fix: 'Send the token as it was issued: headers are not URL-encoded.',
  },
  {
    pattern: /^bearer\s/i,
    what: 'the word "Bearer" stands in the token itself',
    fix: 'Give the token alone, without the word: it belongs into the header, once, as in Authorization: Bearer TOKEN.',
  },
  {
    pattern: /^(?!eyJ)[A-Za-z][\w-]{0,20}\s+eyJ/,
    what: 'another word than "Bearer" stands before the token, such as DPoP or JWT, and servers take no other',
    fix: 'Send it as Authorization: Bearer TOKEN.',
  },
  {
    pattern: /^[A-Za-z][A-Za-z0-9-]{1,40}:\s/,
    what: 'this is a header other than Authorization',
    fix: 'Give the token alone, or the whole header Authorization: Bearer TOKEN.',
  },
  {
    pattern: /^[\w.-]{1,64}=eyJ/,
    what: 'this is a cookie or a form field with a token in it',
    fix: 'Give what follows the "=" alone.',
  },
  {
    pattern: /^ZXlK/,
    what: 'this is a JWT that is encoded in base64 once more, as kubectl shows the data of a Secret',
    fix: 'Decode it first: base64 -d.',
  },
  {
    pattern: /^(?:<(?:\?xml|[A-Za-z]\w{0,20}:|(?:Assertion|Response)[\s>])|PHNhbW|PD94bW|PEFzc2|PFJlc3)/,
    what: 'this is XML, as SAML assertions are, and not a JWT',
    fix: 'Log in with OpenID Connect, or exchange the assertion for an access token at the issuer (RFC 7522).',
  },
];

/**
 * `$TOKEN`, `$env:TOKEN`, `${TOKEN}`, `$(cat file)`, `{{token}}`, `%TOKEN%`, `<token>`: what nobody has for a key.
 * Behind each of many words, all that follows would be read, if its end were not looked at first.
 */
const PLACEHOLDER =
  /^(?:\\?\$(?:(?:env:)?[A-Z_][A-Z0-9_]*|\{[^{}]*\}|\([^()]*\)|\{\{.*\}\})|\{\{.*\}\}|%[A-Z_][A-Z0-9_]*%|<(?=[\w -]*>$)[\w -]*(?:token|jwt|key|secret)[\w -]*>)$/;

/** Tells the whole name of a variable, or of what is to be written in a place, from what may be a key. */
export function isPlaceholder(text: string): boolean {
  return PLACEHOLDER.test(text);
}

/** What the header and the claims of a JWT begin with: `{"` in base64url. */
const CLAIMS = 'eyJ';

const NO_HEADER: Lookalike = {
  what: 'this is not a JWT, whose parts start with "eyJ"',
  fix: 'If it is whole, only its issuer can check it: use introspection instead of jwks. Else copy it again.',
};

const WHOLE_FIX = 'Copy all of it: three parts, with dots between them.';

const NO_SIGNATURE: Lookalike = {
  what: 'the third part of the token is missing, its signature',
  fix: WHOLE_FIX,
};

/** The way out where a part of a token is missing at its end. */
export const CUT_FIX =
  'Copy the token again, whole; if it comes like this from a program, look for a limit on the length of headers or variables.';

function cutOff(length: number): Lookalike {
  return {
    what: `the token ends within its claims: it was cut off after ${length} characters`,
    fix: CUT_FIX,
  };
}

function explainTwoParts(claims: string, length: number): Lookalike | null {
  const text = Buffer.from(claims, 'base64url').toString();
  const json = parseJson(text);
  if (json.ok) return NO_SIGNATURE;
  // All the claims are there, and more: what is missing is no end but a dot.
  return parseJson(text.slice(0, json.offset)).ok ? null : cutOff(length);
}

/** Longer texts are not looked at. */
const MAX_LENGTH = 16 * 1024;

/** Says what a text looks like that is no JWT; null where it looks like nothing that is known. */
export function recognizeLookalike(text: string): Lookalike | null {
  if (text.length > MAX_LENGTH) return null;
  const look = MISTAKES.find(({ pattern }) => pattern.test(text)) ?? recognizeOtherToken(text);
  if (look !== null) return look;
  if (isPartOfJwt(text))
    return {
      what: 'this is one part of a JWT, its header or its claims, and not the whole',
      fix: WHOLE_FIX,
    };
  const [, header = '', claims = ''] = /^(eyJ[\w-]+)\.([\w-]+)$/.exec(text) ?? [];
  // Others have two parts too: a signed cookie is an object and a signature.
  if (isPartOfJwt(header) && startsWithObject(`${claims}.`)) return explainTwoParts(claims, text.length);
  if (text.includes('…') || text.includes('...'))
    return {
      what: 'the token was copied with an ellipsis: a part of it is missing',
      fix: 'Copy the token again from where it is shown whole.',
    };
  return text.includes('.') && !text.includes(CLAIMS) && !startsWithObject(text) ? NO_HEADER : null;
}

/** Some write white space before or behind the brace, which makes other letters of it. */
function startsWithObject(text: string): boolean {
  return /^\s*\{/.test(Buffer.from(text.slice(0, text.indexOf('.')), 'base64url').toString());
}

/** Tells what a double click copies of a JWT: it ends at a dot. */
export function isPartOfJwt(text: string): boolean {
  if (!/^eyJ[\w-]+$/.test(text)) return false;
  const json = parseJson(Buffer.from(text, 'base64url').toString());
  if (!json.ok || !isObject(json.value)) return false;
  const { value } = json;
  return ['alg', 'iss', 'sub', 'aud', 'exp'].some((name) => member(value, name) !== undefined);
}
