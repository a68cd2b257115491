/** What a key set looks like to somebody who has to trust it. */

import { X509Certificate } from 'node:crypto';
import { isStringList, member } from '../json.js';
import { quoteName } from '../listing.js';
import { findSetFault, type KeySet } from '../protocol/jwks.js';
import { INVALID_KEY, type Key } from '../protocol/keys.js';
import { isPrivate, thumbprint } from '../protocol/public-part.js';
import { canVerify, makesKey } from '../protocol/signature.js';

/** One key, described. */
export interface KeyReport extends Pick<Key, 'kid' | 'kty' | 'alg' | 'use' | 'bits' | 'crv'> {
  /** RFC 7638, SHA-256; null for a key that has none. */
  readonly thumbprint: string | null;
  /** When the certificate in x5c expires, ISO 8601; null without one. */
  readonly certificate_expires: string | null;
  /** Whether the given token names this key and its algorithm fits; null without a token. */
  readonly used: boolean | null;
  readonly warnings: readonly string[];
}

/** A key set, described. */
export interface KeySetReport {
  readonly keys: readonly KeyReport[];
  readonly warnings: readonly string[];
}

/** What the header of a token asks for. */
interface Wanted {
  readonly kid: string | null;
  readonly alg: string;
}

/** Describes a key set; `wanted` is what the header of a token asks for, `now` is in milliseconds. */
export async function reportKeySet(keySet: KeySet, now: number, wanted: Wanted | null): Promise<KeySetReport> {
  const keys = await Promise.all(keySet.keys.map((key) => reportKey(key, keySet, now, wanted)));
  const warnings: string[] = [];
  const fault = findSetFault(keySet);
  if (fault !== null) warnings.push(fault.message);
  if (wanted !== null && !keys.some((key) => key.used === true)) warnings.push(explainUnused(keySet, wanted));
  return { keys, warnings };
}

function explainUnused({ byKid }: KeySet, { kid, alg }: Wanted): string {
  if (kid === null) return 'the token has no kid: the server cannot pick a key';
  return byKid.has(kid)
    ? `the token names ${quoteName(kid)}, which cannot verify its ${quoteName(alg)}`
    : `the token names ${quoteName(kid)}, and no key here has this kid`;
}

async function reportKey(key: Key, keySet: KeySet, now: number, wanted: Wanted | null): Promise<KeyReport> {
  const { kid, kty, alg, use, bits, crv } = key;
  const certificate = readCertificate(key);
  const expires = certificate === null ? null : new Date(certificate.validTo);
  const warnings: string[] = [];
  if (key.fault !== null) warnings.push(`unusable: ${key.fault.message}`);
  else if (!makesKey(key)) warnings.push(`unusable: ${INVALID_KEY}`);
  if (kid === null) warnings.push('no kid: the server never picks this key');
  else if ((keySet.byKid.get(kid)?.length ?? 0) > 1) warnings.push('several keys have this kid');
  if (isPrivate(key)) warnings.push('a PRIVATE key: if this key set is published, replace it at once');
  if (kty === 'oct') warnings.push('a symmetric key: whoever reads this key set can forge tokens');
  if (expires !== null && expires.getTime() < now)
    warnings.push(`its certificate expired on ${expires.toISOString().slice(0, 10)}`);
  return {
    kid,
    kty,
    alg,
    use,
    bits,
    crv,
    thumbprint: await thumbprint(key),
    certificate_expires: expires === null || Number.isNaN(expires.getTime()) ? null : expires.toISOString(),
    used: wanted === null ? null : kid !== null && kid === wanted.kid && canVerify(key, wanted.alg),
    warnings,
  };
}

function readCertificate(key: Key): X509Certificate | null {
  const chain = member(key.jwk, 'x5c');
  if (!isStringList(chain) || chain[0] === undefined) return null;
  try {
    return new X509Certificate(Buffer.from(chain[0], 'base64'));
  } catch {
    return null;
  }
}
