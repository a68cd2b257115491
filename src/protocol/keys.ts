/**
 * JSON Web Keys: what a published key is fit for, and why not.
 *
 * @see [RFC 7517](https://www.rfc-editor.org/rfc/rfc7517) JSON Web Key
 * @see [RFC 7518, section 6](https://www.rfc-editor.org/rfc/rfc7518#section-6) key parameters
 * @see [RFC 8037](https://www.rfc-editor.org/rfc/rfc8037) EdDSA keys
 */

import { isList, isObject, member, stringMember, type Json, type JsonObject } from '../json.js';
import type { RejectedCode } from '../reason-codes.js';
import { decodeBase64url } from './base64url.js';

/** One key of a key set. */
export interface Key {
  readonly jwk: JsonObject;
  readonly kid: string | null;
  readonly kty: string;
  readonly crv: string | null;
  readonly alg: string | null;
  readonly use: string | null;
  /** Size of an RSA modulus, or of a symmetric key; null for other keys. */
  readonly bits: number | null;
  /** Why the key cannot be used with any algorithm; null if it can. */
  readonly fault: { readonly code: RejectedCode; readonly message: string } | null;
}

/** What an algorithm needs of a key. */
export interface Requirement {
  readonly kty: string;
  readonly crv?: string;
}

/** Which key each algorithm needs: RFC 7518 §3.1, RFC 8037, RFC 9864. */
export const REQUIREMENTS: ReadonlyMap<string, Requirement> = new Map(
  Object.entries({
    RS256: { kty: 'RSA' },
    RS384: { kty: 'RSA' },
    RS512: { kty: 'RSA' },
    PS256: { kty: 'RSA' },
    PS384: { kty: 'RSA' },
    PS512: { kty: 'RSA' },
    ES256: { kty: 'EC', crv: 'P-256' },
    ES384: { kty: 'EC', crv: 'P-384' },
    ES512: { kty: 'EC', crv: 'P-521' },
    EdDSA: { kty: 'OKP', crv: 'Ed25519' },
    Ed25519: { kty: 'OKP', crv: 'Ed25519' },
    HS256: { kty: 'oct' },
    HS384: { kty: 'oct' },
    HS512: { kty: 'oct' },
  }),
);

/** Bytes of a coordinate, by curve. */
const COORDINATE_BYTES: Readonly<Record<string, number>> = { 'P-256': 32, 'P-384': 48, 'P-521': 66, Ed25519: 32 };

/** The algorithms that a key could be used with, by `kty` and `crv`. */
export function algorithmsFor(key: Key): string[] {
  return [...REQUIREMENTS]
    .filter(([, need]) => need.kty === key.kty && (need.crv === undefined || need.crv === key.crv))
    .map(([algorithm]) => algorithm);
}

/** What is said of a key whose parameters are there and make none. */
export const INVALID_KEY = 'its parameters do not form a valid key';

/** Reads one member of `keys`; never throws. */
export function readKey(value: Json): Key {
  const jwk = isObject(value) ? stripPadding(value) : {};
  const text = (name: string): string | null => stringMember(jwk, name);
  const kty = text('kty') ?? '';
  const key = {
    jwk,
    kid: text('kid'),
    kty,
    crv: text('crv'),
    alg: text('alg'),
    use: text('use'),
    bits:
      kty === 'RSA' ? bitLength(text('n')) : kty === 'oct' ? (decodeBase64url(text('k') ?? '')?.length ?? 0) * 8 : null,
  };
  return { ...key, fault: isObject(value) ? findFault(key) : mismatch('it is not a JSON object') };
}

/** Some publish their keys with the padding that RFC 7518 §2 leaves out; the server reads them all the same. */
function stripPadding(jwk: JsonObject): JsonObject {
  const padded = ['n', 'e', 'x', 'y', 'k'].filter((name) => stringMember(jwk, name)?.endsWith('='));
  if (padded.length === 0) return jwk;
  const plain = padded.map((name) => [name, (stringMember(jwk, name) ?? '').replace(/={1,2}$/, '')] as const);
  return { ...jwk, ...Object.fromEntries(plain) };
}

/** Says why a key does not fit an algorithm; null if it does. RFC 7517 §4.2–4.4, RFC 8725 §3.1. */
export function misfit(key: Key, algorithm: string): string | null {
  const need = REQUIREMENTS.get(algorithm);
  if (need === undefined) return `no key fits ${algorithm}`;
  if (key.kty !== need.kty) return `${algorithm} needs a key of type ${need.kty}, the key is ${key.kty}`;
  if (need.crv !== undefined && key.crv !== need.crv)
    return `${algorithm} needs the curve ${need.crv}, the key has ${key.crv ?? 'none'}`;
  const weakness = findWeakness(key, algorithm);
  if (weakness !== null) return weakness;
  const alg = member(key.jwk, 'alg') ?? null;
  if (alg !== null && !sameAlgorithm(alg, algorithm)) return 'the key is for another algorithm (alg)';
  const use = member(key.jwk, 'use') ?? 'sig';
  if (use !== 'sig') return 'the key is not for signatures (use)';
  const operations = member(key.jwk, 'key_ops') ?? ['verify'];
  const verifies = isList(operations) && operations.includes('verify');
  return verifies ? null : 'the key is not for verifying (key_ops)';
}

/** Says why a key is too weak to prove anything, such as a secret shorter than the hash; null if it is not. */
export function findWeakness({ kty, bits, fault }: Key, algorithm: string): string | null {
  if (fault?.code === 'key_too_weak') return fault.message;
  // A secret shorter than the hash can be guessed from one token: RFC 7518 §3.2.
  const least = kty === 'oct' && algorithm.startsWith('HS') ? Number(algorithm.slice(2)) : 0;
  return (bits ?? 0) < least ? `${algorithm} needs a secret of ${least} bits, the key has ${bits ?? 0}` : null;
}

function sameAlgorithm(alg: Json, algorithm: string): boolean {
  const edwards = ['EdDSA', 'Ed25519'];
  return alg === algorithm || (edwards.some((name) => name === alg) && edwards.includes(algorithm));
}

function mismatch(message: string): { readonly code: RejectedCode; readonly message: string } {
  return { code: 'key_mismatch', message };
}

function findFault(key: Omit<Key, 'fault'>): Key['fault'] {
  const octets = (name: string): Buffer | null => {
    const value = member(key.jwk, name);
    return typeof value === 'string' && value !== '' ? decodeBase64url(value) : null;
  };
  const alg = member(key.jwk, 'alg') ?? null;
  if (alg !== null && (typeof alg !== 'string' || alg === '')) return mismatch('its alg is not a string');
  if (key.kty === 'RSA') {
    const modulus = octets('n');
    const exponent = octets('e');
    const has = (name: string): boolean => member(key.jwk, name) !== undefined;
    if (!has('n') && !has('e') && has('x5c'))
      return mismatch('it has only a certificate (x5c), and the server needs n and e');
    if (modulus === null || exponent === null) return mismatch('its n or e is missing or not base64url');
    if ((key.bits ?? 0) < 2048)
      return { code: 'key_too_weak', message: `it has ${key.bits ?? 0} bits; at least 2048 are required` };
    if ((modulus.at(-1) ?? 0) % 2 === 0) return mismatch('its modulus is even');
    const e = BigInt(`0x${exponent.toString('hex')}`);
    if (e < 3n) return { code: 'key_too_weak', message: `its exponent is ${e}` };
    return e % 2n === 0n ? mismatch('its exponent is even') : null;
  }
  if (key.kty === 'EC' || key.kty === 'OKP') {
    const bytes = COORDINATE_BYTES[key.crv ?? ''];
    if (bytes === undefined) return mismatch(`its curve is ${key.crv === null ? 'missing' : 'not supported'}`);
    if (key.kty === 'OKP' && isSmallOrder(octets('x')))
      return { code: 'key_too_weak', message: 'anybody can sign for it (a point of small order)' };
    const coordinates = key.kty === 'EC' ? ['x', 'y'] : ['x'];
    return coordinates.every((name) => octets(name)?.length === bytes)
      ? null
      : mismatch('its coordinates are missing or of the wrong size');
  }
  if (key.kty === 'oct') return octets('k') === null ? mismatch('its k is missing or not base64url') : null;
  return mismatch(key.kty === '' ? 'its kty is missing' : 'its kty is not supported');
}

/** Ed25519 points of small order, for which a signature can be written without a private key; the sign bit is left out. */
const SMALL_ORDER: readonly string[] = [
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
];

function isSmallOrder(point: Uint8Array | null): boolean {
  if (point?.length !== 32) return false;
  const bytes = Buffer.from(point);
  bytes[31] = (bytes[31] ?? 0) & 0x7f;
  return SMALL_ORDER.includes(bytes.toString('hex'));
}

function bitLength(encoded: string | null): number | null {
  const bytes = encoded === null ? null : decodeBase64url(encoded);
  if (bytes === null) return null;
  const hex = bytes.toString('hex').replace(/^0+/, '');
  return hex === '' ? 0 : BigInt(`0x${hex}`).toString(2).length;
}
