/**
 * Verdicts as they lie in a store that others may read and write: sealed, so that nobody learns or makes one.
 *
 * The key to an entry comes from the token, which is not in the store, and from the config, whose secret only the
 * replicas know. So a dump of the store tells nobody's claims; and an entry that was changed, made by somebody else, or
 * moved to another token or config does not open.
 *
 * @see [RFC 5869](https://www.rfc-editor.org/rfc/rfc5869) HKDF
 * @see [NIST SP 800-38D](https://doi.org/10.6028/NIST.SP.800-38D) AES-GCM
 */

import { createCipheriv, createDecipheriv, createHmac, hash, hkdfSync, randomBytes } from 'node:crypto';
import { parseJson } from '../json-parser.js';
import { isObject, member } from '../json.js';
import { fingerprint } from '../token.js';
import { isVerdict } from '../verdict-schema.js';
import type { DatedVerdict, SharedVerdicts } from './cache.js';

/** A store of bytes under names. None of its promises ever rejects: what cannot be had is null. */
export interface ByteStore {
  readonly get: (name: string) => Promise<Buffer | null>;
  /** Keeps bytes for so many milliseconds, a whole number. */
  readonly set: (name: string, bytes: Buffer, ms: number) => void;
  readonly close: () => Promise<void>;
}

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Shares verdicts through a store that need not be trusted; `scope` is what the replicas have in common: a secret. */
export function sealVerdicts(store: ByteStore, scope: string): SharedVerdicts {
  const salt = hash('sha256', scope, 'buffer');
  const nameOf = (question: string): string =>
    `authcheck:${createHmac('sha256', salt).update(question).digest('base64url')}`;
  const keyOf = (question: string): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', question, salt, 'authcheck verdict', 32));

  return {
    async recall(question, token) {
      const sealed = await store.get(nameOf(question));
      const text = sealed === null ? null : open(keyOf(question), sealed);
      return text === null ? null : readDated(text, token);
    },
    keep(question, { verdict, since }, ms) {
      const sealed = seal(keyOf(question), JSON.stringify({ since, verdict }));
      if (ms >= 1) store.set(nameOf(question), sealed, Math.floor(ms));
    },
    close: store.close,
  };
}

function seal(key: Uint8Array, text: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, body, cipher.getAuthTag()]);
}

/** Null for whatever was not sealed with this key. */
function open(key: Uint8Array, sealed: Buffer): string | null {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null;
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAuthTag(
    sealed.subarray(-TAG_BYTES),
  );
  const body = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
  try {
    return Buffer.concat([body, decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}

/** Replicas may be of another version: what does not look like an accepted verdict on this token is none. */
function readDated(text: string, token: string): DatedVerdict | null {
  const json = parseJson(text, { number: Number });
  if (!json.ok || !isObject(json.value)) return null;
  const since = member(json.value, 'since');
  const verdict: unknown = member(json.value, 'verdict');
  if (typeof since !== 'number' || !isVerdict(verdict)) return null;
  return verdict.outcome === 'accepted' && verdict.token.fingerprint === fingerprint(token) ? { since, verdict } : null;
}
