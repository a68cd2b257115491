/**
 * The part of a JSON Web Key that verifies, apart from the private one, and its thumbprint.
 *
 * @see [RFC 7638](https://www.rfc-editor.org/rfc/rfc7638) JWK Thumbprint
 */

import { calculateJwkThumbprint, type JWK } from 'jose';
import { member, type JsonObject } from '../json.js';
import type { Key } from './keys.js';

const PUBLIC_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
  oct: ['k'],
};

/** Only the members that verify: a private member must never decide what a key is. Of a symmetric key, the secret. */
export function publicPart(key: Key): JWK & { readonly kty: string } {
  return { kty: key.kty, ...stringMembers(key.jwk, PUBLIC_MEMBERS[key.kty] ?? []) };
}

/** The members of these names that are strings. */
export function stringMembers(jwk: JsonObject, names: readonly string[]): Record<string, string> {
  const members = names.map((name) => [name, member(jwk, name)] as const);
  return Object.fromEntries(members.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}

/** The RFC 7638 thumbprint (SHA-256) of a key; null for a key that has none. */
export async function thumbprint(key: Key): Promise<string | null> {
  if (key.fault?.code === 'key_mismatch' || key.kty === 'oct') return null;
  try {
    return await calculateJwkThumbprint(publicPart(key));
  } catch {
    return null;
  }
}

/** Whether a key set publishes what must stay private: RFC 7517 §9.3. */
export function isPrivate(key: Key): boolean {
  return key.kty !== 'oct' && ['d', 'p', 'q', 'dp', 'dq', 'qi'].some((name) => Object.hasOwn(key.jwk, name));
}
