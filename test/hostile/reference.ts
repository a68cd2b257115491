/**
 * The rules for JWTs, checked a second time and by other means: jose for signature and times, the YAML parser for
 * members that occur twice, plain code for the rest. It shares nothing with what it judges.
 */

import { createPublicKey } from 'node:crypto';
import { importJWK, jwtVerify, type JWK } from 'jose';
import { parseDocument } from 'yaml';

/** What a server wants of a token. */
export interface Wanted {
  readonly issuer: string | null;
  readonly audience: string;
  readonly algorithms: readonly string[];
  /** Seconds. */
  readonly tolerance: number;
  /** Seconds since 1970. */
  readonly now: number;
}

type Members = Readonly<Record<string, unknown>>;

/** Says why nobody should accept a token; null if everything about it is right. */
export async function findFlaw(token: string, keySet: string, wanted: Wanted): Promise<string | null> {
  const parts = token.split('.');
  if (parts.length !== 3 || token.length > 256 * 1024) return 'form';
  if (parts.some((part) => Buffer.from(part, 'base64url').toString('base64url') !== part)) return 'base64url';
  const [header, claims] = parts.slice(0, 2).map(readPart);
  if (header === null || claims === null || header === undefined || claims === undefined) return 'JSON';
  const { alg, kid, typ, b64 } = header;
  if (typeof alg !== 'string' || !wanted.algorithms.includes(alg)) return 'alg';
  if (typeof kid !== 'string' || kid === '') return 'kid';
  if ('crit' in header || b64 === false) return 'crit';
  const isTyped = typeof typ === 'string' && /^(?:application\/)?(?:at\+)?jwt$/i.test(typ);
  if (typ !== undefined && !isTyped) return 'typ';
  const keys = (JSON.parse(keySet.replace(/^\ufeff/, '')) as { readonly keys: readonly (Members | null)[] }).keys;
  const meant = keys.filter((key): key is Members => key?.kid === kid);
  const verified = await Promise.all(meant.map((key) => isVerified(token, key, alg, wanted)));
  if (!verified.includes(true)) return 'signature, issuer, audience, or time';
  const { sub } = claims;
  if (typeof sub !== 'string' || sub.trim() === '' || /\p{Cc}/u.test(sub)) return 'sub';
  return null;
}

function readPart(part: string): Members | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(part, 'base64url'));
    const value: unknown = JSON.parse(text);
    const { errors } = parseDocument(text, { schema: 'json', uniqueKeys: true, prettyErrors: false });
    const isRepeated = errors.some(({ code }) => code === 'DUPLICATE_KEY');
    return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRepeated
      ? (value as Members)
      : null;
  } catch {
    return null;
  }
}

async function isVerified(token: string, key: Members, alg: string, wanted: Wanted): Promise<boolean> {
  if (!isMeantFor(key, alg)) return false;
  const { kty } = key;
  const published = ['kty', 'crv', 'n', 'e', 'x', 'y', 'k'].filter((name) => typeof key[name] === 'string');
  const jwk = Object.fromEntries(published.map((name) => [name, key[name]])) as unknown as JWK;
  try {
    if (kty === 'RSA') {
      const { modulusLength = 0, publicExponent = 0n } =
        createPublicKey({ key: jwk, format: 'jwk' }).asymmetricKeyDetails ?? {};
      if (modulusLength < 2048 || publicExponent < 3n) return false;
    }
    await jwtVerify(token, await importJWK(jwk, alg), {
      algorithms: [alg],
      audience: wanted.audience,
      ...(wanted.issuer === null ? {} : { issuer: wanted.issuer }),
      clockTolerance: wanted.tolerance,
      currentDate: new Date(wanted.now * 1000),
    });
    return true;
  } catch {
    return false;
  }
}

function isMeantFor({ kty, alg, use, key_ops }: Members, algorithm: string): boolean {
  const family = { RS: 'RSA', PS: 'RSA', ES: 'EC', Ed: 'OKP', HS: 'oct' }[algorithm.slice(0, 2)];
  const isEdwards = alg === 'EdDSA' || alg === 'Ed25519';
  const fits = alg === undefined || alg === null || alg === algorithm || (isEdwards && algorithm.startsWith('Ed'));
  const operations =
    key_ops === undefined || key_ops === null || (Array.isArray(key_ops) && key_ops.includes('verify'));
  return kty === family && fits && operations && (use === undefined || use === null || use === 'sig');
}
