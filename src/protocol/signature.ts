/**
 * The signature of a JWS: the one place where signatures are made and verified, by node:crypto.
 *
 * @see [RFC 7515, section 5](https://www.rfc-editor.org/rfc/rfc7515#section-5) producing and consuming
 * @see [RFC 7518, section 3](https://www.rfc-editor.org/rfc/rfc7518#section-3) the algorithms
 */

import {
  constants,
  createHmac,
  createPublicKey,
  createSecretKey,
  createVerify,
  sign,
  timingSafeEqual,
  verify,
  type KeyObject,
  type SigningOptions,
} from 'node:crypto';
import type { JsonObject } from '../json.js';
import { encodeDer } from './ecdsa-encoding.js';
import { misfit, type Key } from './keys.js';
import { publicPart } from './public-part.js';

interface Scheme {
  /** Null where the algorithm hashes by itself. */
  readonly hash: string | null;
  /** Null where node:crypto needs none; of RSA, it takes PKCS #1 for every key that comes from a JWK. */
  readonly options: SigningOptions | null;
  /** Bytes of a signature; null where they depend on the key, or all are compared. */
  readonly bytes: number | null;
}

const PSS: SigningOptions = {
  padding: constants.RSA_PKCS1_PSS_PADDING,
  saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
};
/** Two numbers of fixed size, never DER: RFC 7518 §3.4. Only where a signature is made, as {@link encodeDer} says. */
const P1363: SigningOptions = { dsaEncoding: 'ieee-p1363' };

const SCHEMES: Readonly<Record<string, Scheme>> = {
  RS256: { hash: 'sha256', options: null, bytes: null },
  RS384: { hash: 'sha384', options: null, bytes: null },
  RS512: { hash: 'sha512', options: null, bytes: null },
  PS256: { hash: 'sha256', options: PSS, bytes: null },
  PS384: { hash: 'sha384', options: PSS, bytes: null },
  PS512: { hash: 'sha512', options: PSS, bytes: null },
  ES256: { hash: 'sha256', options: P1363, bytes: 64 },
  ES384: { hash: 'sha384', options: P1363, bytes: 96 },
  ES512: { hash: 'sha512', options: P1363, bytes: 132 },
  EdDSA: { hash: null, options: null, bytes: 64 },
  Ed25519: { hash: null, options: null, bytes: 64 },
  HS256: { hash: 'sha256', options: null, bytes: null },
  HS384: { hash: 'sha384', options: null, bytes: null },
  HS512: { hash: 'sha512', options: null, bytes: null },
};

/**
 * Verifies a signature with one key and one algorithm; the token's own `alg` decides nothing.
 *
 * With a key that does not fit the algorithm, or whose numbers make no key, no signature is valid.
 *
 * @param input the JWS signing input: all of the token before its last dot.
 */
export function verifySignature(input: string, signature: Buffer, key: Key, algorithm: string): boolean {
  const scheme = SCHEMES[algorithm];
  const keyObject = importKey(key, algorithm);
  if (scheme === undefined || keyObject === null) return false;
  if (scheme.bytes !== null && signature.length !== scheme.bytes) return false;
  try {
    if (keyObject.type === 'secret') {
      const expected = signBytes(Buffer.from(input, 'latin1'), keyObject, algorithm);
      return expected.length === signature.length && timingSafeEqual(expected, signature);
    }
    if (scheme.hash === null) return verify(null, Buffer.from(input, 'latin1'), keyObject, signature);
    const presented = scheme.options === P1363 ? encodeDer(signature) : signature;
    // Takes a text, where the call above wants bytes that must be made first.
    return createVerify(scheme.hash).update(input, 'latin1').verify(keyObject, presented);
  } catch {
    // Numbers that passed for a key, and with which nothing can be computed.
    return false;
  }
}

/** How many bytes every signature of a key has; null where its algorithm fixes none (HMAC). */
export function signatureLength(key: Key, algorithm: string): number | null {
  const bits = importKey(key, algorithm)?.asymmetricKeyDetails?.modulusLength;
  return SCHEMES[algorithm]?.bytes ?? (bits === undefined ? null : Math.ceil(bits / 8));
}

/** Whether a key is fit for an algorithm, and its numbers make a key. */
export function canVerify(key: Key, algorithm: string): boolean {
  return importKey(key, algorithm) !== null;
}

/** Whether the numbers of a key make one. */
export function makesKey(key: Key): boolean {
  return makeKeyObject(key) !== null;
}

/**
 * Signs bytes with a private key or a secret that fits the algorithm.
 *
 * @throws {Error} for a key that does not.
 */
export function signBytes(data: Buffer, key: KeyObject, algorithm: string): Buffer {
  const scheme = SCHEMES[algorithm];
  if (scheme === undefined) throw new Error(`nothing signs with ${algorithm}`);
  return key.type === 'secret'
    ? createHmac(scheme.hash ?? '', key)
        .update(data)
        .digest()
    : sign(scheme.hash, data, { key, ...scheme.options });
}

const imported = new WeakMap<JsonObject, Map<string, KeyObject | null>>();

/**
 * Imports a key for an algorithm, once; null if it is not fit for it, or if its numbers make no key.
 *
 * It carries the options that node:crypto reads beside it: of `{ key, ...options }`, Node 24.21 finds out by two exceptions
 * a call that it is no key.
 */
function importKey(key: Key, algorithm: string): KeyObject | null {
  const byAlgorithm = imported.get(key.jwk) ?? new Map<string, KeyObject | null>();
  const known = byAlgorithm.get(algorithm);
  if (known !== undefined) return known;
  imported.set(key.jwk, byAlgorithm);
  const made = key.fault === null && misfit(key, algorithm) === null ? makeKeyObject(key) : null;
  const options = SCHEMES[algorithm]?.options;
  const fresh = made === null || options === P1363 ? made : Object.assign(made, options);
  byAlgorithm.set(algorithm, fresh);
  return fresh;
}

function makeKeyObject(key: Key): KeyObject | null {
  const jwk = publicPart(key);
  try {
    return key.kty === 'oct' ? createSecretKey(jwk.k ?? '', 'base64url') : createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return null;
  }
}
