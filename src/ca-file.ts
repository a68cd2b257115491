/** The file of the certificate authorities that a provider trusts. */

import { X509Certificate } from 'node:crypto';
import { readBounded } from './bounded-read.js';
import { AuthcheckError } from './errors.js';
import { showUrl } from './exchange.js';

/** Largest CA file: 4 MiB, several times what a system's whole bundle has. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Reads the certificates of a CA file.
 *
 * @throws {AuthcheckError} `config_invalid` if the file cannot be read or holds no certificate.
 */
export function readCaFile(path: string): string {
  // A URL where a path belongs may carry a password.
  const shown = /^[a-z][\w+.-]*:\/\//i.test(path) ? showUrl(path) : path;
  let pem: string;
  try {
    pem = readBounded(path, MAX_BYTES).toString('utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new AuthcheckError('config_invalid', `the CA file ${shown} cannot be read (${code})`, { cause: error });
  }
  try {
    new X509Certificate(pem);
  } catch (error) {
    throw new AuthcheckError('config_invalid', `the CA file ${shown} holds no PEM certificate`, { cause: error });
  }
  return pem;
}
