/** The file of the certificate authorities that a provider trusts. */

import { X509Certificate } from 'node:crypto';
import { FileTooLarge, readBounded } from './bounded-read.js';
import { AuthcheckError, codeOf } from './errors.js';
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
    const why = error instanceof FileTooLarge ? error.message : codeOf(error);
    throw new AuthcheckError('config_invalid', `the CA file ${shown} cannot be read (${why})`, { cause: error });
  }
  const blocks = splitCertificates(pem);
  if (blocks.length === 0) throw new AuthcheckError('config_invalid', `the CA file ${shown} holds no PEM certificate`);
  for (const [index, block] of blocks.entries()) {
    try {
      new X509Certificate(block);
    } catch (error) {
      const which = blocks.length === 1 ? 'the certificate' : `certificate ${index + 1} of ${blocks.length}`;
      throw new AuthcheckError('config_invalid', `${which} in the CA file ${shown} is broken`, { cause: error });
    }
  }
  return pem;
}

/** The certificates of a PEM file, each from its first line to its last; one that was cut off ends where the file does. */
export function splitCertificates(pem: string): string[] {
  const begin = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/;
  const parts = pem.split(new RegExp(`(?=${begin.source})`)).filter((part) => begin.test(part));
  return parts.map((part) => /^[^]*?-----END [A-Z0-9 ]*CERTIFICATE-----/.exec(part)?.[0] ?? part);
}
