/** The file of the certificate authorities that a provider trusts. */

import { X509Certificate } from 'node:crypto';
import { readBoundedPem } from './bounded-read.js';
import { AuthcheckError, codeOf, UnfitFile } from './errors.js';
import { showUrl } from './url.js';
import { maskUserInfo } from './redact.js';
import { looksLikeSecret } from './secret-name.js';

/** Largest CA file: 4 MiB, several times what a system's whole bundle has. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Reads the certificates of a CA file.
 *
 * @throws {AuthcheckError} `config_invalid` if the file cannot be read or holds no certificate.
 */
export function readCaFile(path: string): string {
  const named = nameFile(path);
  let pem: string;
  try {
    pem = readBoundedPem(path, MAX_BYTES);
  } catch (error) {
    const why = error instanceof UnfitFile ? error.message : codeOf(error);
    // Without its cause: the system's error has the path as it was given.
    throw new AuthcheckError('config_invalid', `${named} cannot be read (${why})`);
  }
  const blocks = splitCertificates(pem);
  if (blocks.length === 0) throw new AuthcheckError('config_invalid', `${named} holds no PEM certificate`);
  for (const [index, block] of blocks.entries()) {
    try {
      new X509Certificate(block);
    } catch (error) {
      const which = blocks.length === 1 ? 'the certificate' : `certificate ${index + 1} of ${blocks.length}`;
      throw new AuthcheckError('config_invalid', `${which} in ${named} is broken`, { cause: error });
    }
  }
  return pem;
}

/** Names a CA file by what looks like a path; what does not, such as a secret that stands in its place, is not shown. */
function nameFile(path: string): string {
  // A URL where a path belongs may carry a password.
  if (/^[a-z][\w+.-]*:\/\//i.test(path)) return `the CA file ${showUrl(path)}`;
  const isPath = /^[^\s\p{Cc}$]+$/u.test(path) && /[/\\]|\.\w{1,8}$/.test(path);
  // The dots of a JWT are no beginning of a suffix.
  const isSecret = !/[/\\]/.test(path) && looksLikeSecret(path);
  return isPath && !isSecret ? `the CA file ${maskUserInfo(path)}` : 'what tls_cafile names';
}

/** The certificates of a PEM file, each from its first line to its last; one that was cut off ends where the file does. */
export function splitCertificates(pem: string): string[] {
  const begin = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/;
  const parts = pem.split(new RegExp(`(?=${begin.source})`)).filter((part) => begin.test(part));
  return parts.map((part) => /^[^]*?-----END [A-Z0-9 ]*CERTIFICATE-----/.exec(part)?.[0] ?? part);
}
