/**
 * Tokens for trying things out, signed by a throwaway key.
 *
 * @see [RFC 7515, section 5.1](https://www.rfc-editor.org/rfc/rfc7515#section-5.1) message signature
 */

import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** What a signer signs with. */
export interface SignerOptions {
  /** Default RS256. */
  readonly algorithm?: string;
  readonly kid: string;
}

/** A throwaway key, with what the world may know of it. */
export interface Signer {
  /** The public key, as a member of a key set. */
  readonly jwk: Readonly<Record<string, unknown>>;
  /** Signs claims; `header` adds to alg, kid and typ. */
  readonly sign: (
    claims: Readonly<Record<string, unknown>>,
    header?: Readonly<Record<string, unknown>>,
  ) => Promise<string>;
}

/** Makes a key pair that lives as long as the program. */
export async function createSigner({ algorithm = 'RS256', kid }: SignerOptions): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm);
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' };
  return {
    jwk,
    sign: (claims, header = {}) =>
      new SignJWT({ ...claims }).setProtectedHeader({ alg: algorithm, typ: 'JWT', kid, ...header }).sign(privateKey),
  };
}
