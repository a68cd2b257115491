/**
 * Private keys: made, and read from a JWK, a key set or PEM. Errors never quote what was read.
 *
 * @see [RFC 7517](https://www.rfc-editor.org/rfc/rfc7517) JSON Web Key
 * @see [RFC 7468](https://www.rfc-editor.org/rfc/rfc7468) PEM
 */

import {
  createPrivateKey,
  createSecretKey,
  generateKeyPair,
  randomBytes,
  randomUUID,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';
import { AuthcheckError, usageError } from '../errors.js';
import { parseJson } from '../json-parser.js';
import { isObject, member, type Json, type JsonObject } from '../json.js';
import { readKey, REQUIREMENTS, type Key, type Requirement } from './keys.js';
import { stringMembers, thumbprint } from './public-part.js';

/** What key to make. */
export interface KeyRequest {
  readonly algorithm: string;
  /** Default: the thumbprint; of a symmetric key, which must not be hashed in public, a random name. */
  readonly kid?: string | undefined;
  /** Size of an RSA modulus or of a secret. Default 2048, and the size of the hash. */
  readonly bits?: number | undefined;
}

/** Sizes of RSA keys that can be made in a time that somebody waits. */
const RSA_BITS = { least: 2048, most: 8192 };
/** The largest block of the hashes of HMAC: longer secrets are hashed first, and win nothing. */
const MAX_SECRET_BITS = 1024;

const makePair = promisify(generateKeyPair);

/**
 * Makes a private key, or a secret for HS*.
 *
 * @throws {AuthcheckError} `usage_invalid` for an unknown algorithm, and for a size that it does not have or that is unsafe.
 */
export async function generatePrivateKey({ algorithm, kid, bits }: KeyRequest): Promise<Key> {
  const need = REQUIREMENTS.get(algorithm);
  if (need === undefined) throw usageError('there is no such algorithm to make a key for');
  const jwk = await makeJwk(need, chooseBits(algorithm, need, bits));
  const name = kid ?? (await thumbprint(readKey(jwk))) ?? randomUUID();
  return readKey({ ...jwk, kid: name, alg: algorithm, use: 'sig' });
}

/** Makes the bare members of a private key; `bits` counts for RSA and HS* alone, and is not judged. */
async function makeJwk({ kty, crv }: Requirement, bits: number): Promise<JsonObject> {
  if (kty === 'oct') return { kty, k: randomBytes(Math.ceil(bits / 8)).toString('base64url') };
  if (kty === 'OKP') return exportJwk((await makePair('ed25519')).privateKey);
  return exportJwk(
    crv === undefined
      ? (await makePair('rsa', { modulusLength: bits })).privateKey
      : (await makePair('ec', { namedCurve: crv })).privateKey,
  );
}

/** The private key, or the secret, for node:crypto; null if the members make none. */
export function toKeyObject(key: Key): KeyObject | null {
  try {
    return key.kty === 'oct'
      ? createSecretKey(stringMembers(key.jwk, ['k']).k ?? '', 'base64url')
      : createPrivateKey({ key: stringMembers(key.jwk, MEMBERS), format: 'jwk' });
  } catch {
    return null;
  }
}

/** Writes a private key as PEM (PKCS #8); null for a symmetric key, which has no such form. */
export function formatPem(key: Key): string | null {
  const object = key.kty === 'oct' ? null : toKeyObject(key);
  return object === null ? null : object.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/**
 * Reads the private key, or the secret, in a JWK, a key set or a PEM text; `kid` picks one of several.
 *
 * @throws {AuthcheckError} `input_unreadable` for public keys, weak ones, keys not for signing, and what is not a key.
 */
export function readPrivateKey(text: string, kid?: string): Key {
  const bare = text.replace(/^\ufeff/, '').trim();
  const key = readKey(bare.startsWith('{') ? pickJwk(bare, kid) : readPem(bare));
  if (key.kty !== 'oct' && member(key.jwk, 'd') === undefined) throw refuse(PUBLIC);
  if (key.fault !== null) throw refuse(`the key cannot be used: ${key.fault.message}`);
  const operations = member(key.jwk, 'key_ops');
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('sign')))
    throw refuse('the key is not for signing (key_ops)');
  const clean = readKey(stringMembers(key.jwk, [...MEMBERS, 'kid', 'alg', 'use']));
  if (toKeyObject(clean) === null) throw refuse('the private members of the key make no key');
  return clean;
}

const MEMBERS = ['kty', 'crv', 'x', 'y', 'n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi', 'k'];

const PUBLIC = 'this is a public key; a token is signed with the private one';

function refuse(message: string, cause?: unknown): AuthcheckError {
  return new AuthcheckError('input_unreadable', message, { cause });
}

function chooseBits(algorithm: string, { kty }: Requirement, bits: number | undefined): number {
  const fail = (message: string): never => {
    throw usageError(message);
  };
  if (kty === 'RSA') {
    const { least, most } = RSA_BITS;
    const size = bits ?? least;
    return size >= least && size <= most ? size : fail(`an RSA key has ${least} to ${most} bits`);
  }
  if (kty === 'oct') {
    const hash = Number(algorithm.slice(2));
    const size = bits ?? hash;
    if (size >= hash && size <= MAX_SECRET_BITS && size % 8 === 0) return size;
    return fail(`a secret for ${algorithm} has ${hash} to ${MAX_SECRET_BITS} bits, in whole bytes`);
  }
  return bits === undefined ? 0 : fail(`the curve of ${algorithm} has but one size`);
}

function pickJwk(text: string, kid: string | undefined): Json {
  const json = parseJson(text);
  if (!json.ok) throw refuse(`this is not valid JSON (character ${json.offset + 1})`);
  const keys = isObject(json.value) ? member(json.value, 'keys') : undefined;
  if (keys === undefined) return json.value;
  const all = Array.isArray(keys) ? keys.map((value: Json) => readKey(value)) : [];
  const [first] = all;
  if (first === undefined) throw refuse('this key set has no keys');
  if (all.every((key) => key.kty !== 'oct' && member(key.jwk, 'd') === undefined)) throw refuse(PUBLIC);
  const named = all.filter((key) => key.kid === kid);
  const picked = all.length === 1 ? first : named[0];
  if (picked !== undefined && named.length <= 1) return picked.jwk;
  const names = all.slice(0, 20).map((key) => (key.kid === null ? '(none)' : JSON.stringify(key.kid.slice(0, 64))));
  throw refuse(`this key set has ${all.length} keys; pick one by its key id: ${names.join(', ')}`);
}

function readPem(text: string): JsonObject {
  if (/BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(text))
    throw refuse('the key is encrypted; decrypt it first, with openssl pkcs8');
  const blocks = text.match(/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[^-]+-----END [A-Z0-9 ]*PRIVATE KEY-----/g) ?? [];
  const [block] = blocks;
  if (block === undefined) {
    if (/-----BEGIN [A-Z0-9 ]*(?:PUBLIC KEY|CERTIFICATE)-----/.test(text)) throw refuse(PUBLIC);
    throw refuse('this is neither a JWK nor a private key in PEM');
  }
  if (blocks.length > 1) throw refuse(`there are ${blocks.length} private keys in the file; one is needed`);
  try {
    return exportJwk(createPrivateKey(block));
  } catch (error) {
    throw refuse('the PEM text holds no private key that a supported algorithm could use', error);
  }
}

function exportJwk(key: KeyObject): JsonObject {
  return Object.fromEntries(
    Object.entries(key.export({ format: 'jwk' })).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
  );
}
