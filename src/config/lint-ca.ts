/** What only the file system can say about a config: whether its CA file can be read, and for how long it is good. */

import { X509Certificate } from 'node:crypto';
import { readCaFile, splitCertificates } from '../ca-file.js';
import { AuthcheckError } from '../errors.js';
import type { Note } from './note.js';
import type { ProviderConfig } from './provider-config.js';

const PATH = ['tls_cafile'];
/** Milliseconds before its expiry in which a certificate should be replaced: 30 days. */
const NOTICE = 30 * 24 * 3_600_000;

/** Says why the CA file cannot be used. */
export function findCaFault(config: ProviderConfig | null): Note[] {
  const file = caFileOf(config);
  if (file === null) return [];
  try {
    readCaFile(file);
    return [];
  } catch (error) {
    if (!(error instanceof AuthcheckError)) throw error;
    const { message } = error;
    if (!file.startsWith('~')) return [{ code: 'ca_unreadable', path: PATH, message }];
    return [{ code: 'home_unexpanded', path: PATH, message: `${message}: "~" was not expanded` }];
  }
}

/** Warns of certificates that have expired at `now` (milliseconds), or soon will have. The file must be readable. */
export function findCaAge(config: ProviderConfig | null, now: number): Note[] {
  const file = caFileOf(config);
  if (file === null) return [];
  const certificates = splitCertificates(readCaFile(file)).map((block) => new X509Certificate(block));
  const until = (certificate: X509Certificate): number => Date.parse(certificate.validTo) - now;
  const expired = certificates.filter((certificate) => until(certificate) < 0);
  const expiring = certificates.filter((certificate) => until(certificate) >= 0 && until(certificate) < NOTICE);
  return [
    ...describe('ca_expired', 'expired', expired, certificates.length),
    ...describe('ca_expires_soon', 'will expire soon', expiring, certificates.length),
  ];
}

function describe(
  code: 'ca_expired' | 'ca_expires_soon',
  what: string,
  certificates: readonly X509Certificate[],
  all: number,
): Note[] {
  const [first] = certificates;
  if (first === undefined) return [];
  const which =
    all === 1 ? 'the certificate in the CA file' : `${certificates.length} of ${all} certificates in the CA file`;
  const name = `${first.subject.replaceAll('\n', ', ')}, ${new Date(first.validTo).toISOString().slice(0, 10)}`;
  return [{ code, path: PATH, message: `${which} ${what} (${name})` }];
}

function caFileOf(config: ProviderConfig | null): string | null {
  return config !== null && 'tls_cafile' in config ? config.tls_cafile : null;
}
