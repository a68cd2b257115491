/** The certificate of the service: read at the start, and again when it may have been renewed. */

import { AuthcheckError, codeOf, usageError, type Logger } from '../../index.js';
import { readPem } from '../input-file.js';
import type { Io } from '../io.js';

/** A certificate chain and its key, both PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Where a certificate is. */
export interface CertificateFiles {
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

/**
 * Reads the certificate; null if none is named.
 *
 * @throws {AuthcheckError} `usage_invalid` for a certificate without its key, and the other way round; `input_unreadable`.
 */
export function readCertificate({ tlsCert, tlsKey }: CertificateFiles, io: Io): Certificate | null {
  if (tlsCert === undefined && tlsKey === undefined) return null;
  if (tlsCert === undefined || tlsKey === undefined) throw usageError('--tls-cert and --tls-key need each other');
  return { cert: readFilled(tlsCert, io), key: readFilled(tlsKey, io) };
}

/** Node takes an empty text for none, and a service without a certificate answers nobody. */
function readFilled(file: string, io: Io): string {
  const pem = readPem(file, io);
  if (pem.trim() === '') throw new AuthcheckError('input_unreadable', `${file}: this file is empty`);
  return pem;
}

/** Makes what takes over a certificate that was renewed; one that cannot be used changes nothing. */
export function createRenewal(
  first: Certificate,
  files: CertificateFiles,
  use: (certificate: Certificate) => void,
  logger: Logger,
  io: Io,
): () => void {
  let used = first;
  return () => {
    try {
      const next = readCertificate(files, io) ?? used;
      if (next.cert === used.cert && next.key === used.key) return;
      use(next);
      used = next;
      logger.info({}, 'the new certificate is in use');
    } catch (error) {
      // The message of what is not our own might hold the key.
      const why = error instanceof AuthcheckError ? error.message : codeOf(error);
      logger.error({ error: why }, 'the new certificate cannot be used; the old one stays in use');
    }
  };
}
