/** Keys, and tokens made of any parts: honest ones and forged ones. */

import { constants, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

/** A key pair for one algorithm, as an issuer has it. */
export interface IssuerKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** The public key as the issuer publishes it. */
  readonly jwk: Readonly<Record<string, unknown>>;
  /** Also the private key. */
  readonly privateJwk: Readonly<Record<string, unknown>>;
}

const CURVES: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

/** Makes a key pair. */
export function newKey(alg: string, kid: string = 'k1', bits: number = 2048): IssuerKey {
  const { privateKey, publicKey } = generate(alg, bits);
  const more = { kid, alg, use: 'sig' };
  return {
    kid,
    alg,
    privateKey,
    publicKey,
    jwk: { ...publicKey.export({ format: 'jwk' }), ...more },
    privateJwk: { ...privateKey.export({ format: 'jwk' }), ...more },
  };
}

function generate(alg: string, bits: number): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  if (alg === 'EdDSA' || alg === 'Ed25519') return generateKeyPairSync('ed25519');
  const namedCurve = CURVES[alg];
  return namedCurve === undefined
    ? generateKeyPairSync('rsa', { modulusLength: bits })
    : generateKeyPairSync('ec', { namedCurve });
}

/** Signs as the algorithm says. */
export function signWith(key: KeyObject, alg: string, input: string): Buffer {
  const data = Buffer.from(input);
  if (alg === 'EdDSA' || alg === 'Ed25519') return sign(null, data, key);
  const hash = `sha${alg.slice(2)}`;
  if (alg.startsWith('ES')) return sign(hash, data, { key, dsaEncoding: 'ieee-p1363' });
  if (!alg.startsWith('PS')) return sign(hash, data, key);
  return sign(hash, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(alg.slice(2)) / 8 });
}

/** Encodes as base64url; objects as JSON. */
export function encode(part: string | object): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}

/** Joins a token of parts; header and claims may be any text. */
export function compact(header: string | object, claims: string | object, seal: (input: string) => Buffer): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${seal(input).toString('base64url')}`;
}

/** Claims that the config of the tests accepts, now. */
export function goodClaims(): Record<string, unknown> {
  return { iss: 'https://idp.example', aud: 'my-api', sub: 'alice', exp: Math.floor(Date.now() / 1000) + 600 };
}

/** An honest token. */
export function mint(
  key: IssuerKey,
  claims: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
): string {
  return compact({ alg: key.alg, kid: key.kid, ...header }, { ...goodClaims(), ...claims }, (input) =>
    signWith(key.privateKey, key.alg, input),
  );
}
