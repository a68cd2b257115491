/**
 * Tokens for trying things out, signed by a throwaway key or one that was given.
 *
 * @see [RFC 7515, section 5.1](https://www.rfc-editor.org/rfc/rfc7515#section-5.1) message signature
 * @see [RFC 7518, section 3](https://www.rfc-editor.org/rfc/rfc7518#section-3) algorithms
 */

import { usageError, type AuthcheckError } from '../errors.js';
import { writeJson, type JsonObject } from '../json.js';
import { algorithmsFor, misfit, readKey, type Key } from './keys.js';
import { publicPart, thumbprint } from './public-part.js';
import { generatePrivateKey, toKeyObject } from './private-keys.js';
import { signBytes, verifySignature } from './signature.js';

/** What a signer signs with. */
export interface SignerOptions {
  /** Default: what the key is for, else the first algorithm that fits it; RS256 without a key. */
  readonly algorithm?: string | undefined;
  /** Default: the key id of the key, else its thumbprint. */
  readonly kid?: string | undefined;
  /** A private key, or a secret for HS*. Default: a throwaway one, which lives as long as the program. */
  readonly key?: Key | undefined;
}

/** A key that signs, with what a verifier may know of it. */
export interface Signer {
  readonly algorithm: string;
  readonly kid: string;
  /** RFC 7638, SHA-256; null for a symmetric key. */
  readonly thumbprint: string | null;
  /** What verifies the tokens, as a member of a key set: the public key; for HS* the SECRET, which must not be published. */
  readonly jwk: JsonObject;
  /** Signs claims; `header` adds to alg, kid and typ, or replaces them. Members that are undefined are left out. */
  readonly sign: (
    claims: Readonly<Record<string, unknown>>,
    header?: Readonly<Record<string, unknown>>,
  ) => Promise<string>;
}

/**
 * Makes a signer.
 *
 * @throws {AuthcheckError} `usage_invalid` for an unknown algorithm, and for a key that does not fit the algorithm, or whose
 * halves do not belong together.
 */
export async function createSigner(options: SignerOptions = {}): Promise<Signer> {
  const { key: given } = options;
  const algorithm = options.algorithm ?? (given === undefined ? 'RS256' : algorithmOf(given));
  const key = given ?? (await generatePrivateKey({ algorithm }));
  const why = key.fault?.message ?? misfit(key, algorithm);
  const object = why === null ? toKeyObject(key) : null;
  if (object === null) throw unfit(why ?? 'it has no private members');
  const fromKey = await thumbprint(key);
  const kid = options.kid ?? key.kid ?? fromKey ?? '';
  const seal = (header: object, claims: object): string => {
    const input = [header, claims].map((part) => Buffer.from(writeJson(part)).toString('base64url')).join('.');
    return `${input}.${signBytes(Buffer.from(input), object, algorithm).toString('base64url')}`;
  };
  const jwk: JsonObject = { ...publicPart(key), kid, alg: algorithm, use: 'sig' };
  const probe = 'a text';
  if (!verifySignature(probe, signBytes(Buffer.from(probe), object, algorithm), readKey(jwk), algorithm))
    throw unfit('its public and its private members do not belong together');
  return {
    algorithm,
    kid,
    thumbprint: fromKey,
    jwk,
    sign: (claims, header = {}) => Promise.resolve(seal({ alg: algorithm, typ: 'JWT', kid, ...header }, claims)),
  };
}

function algorithmOf(key: Key): string {
  return key.alg ?? algorithmsFor(key).find((algorithm) => misfit(key, algorithm) === null) ?? '';
}

function unfit(why: string): AuthcheckError {
  return usageError(`the key cannot sign: ${why}`);
}
