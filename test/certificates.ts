/** A throwaway certificate authority, and server certificates that are right or wrong in one way each. */

import './reflect-metadata.js';
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type JsonGeneralName,
  type X509Certificate,
} from '@peculiar/x509';
import { webcrypto } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** What a TLS server needs. */
export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
}

/** A CA, as PEM text and as the path of a file that holds it, and servers with its certificates. */
export interface Certificates {
  readonly ca: string;
  readonly caFile: string;
  /** For 127.0.0.1 and localhost. */
  readonly right: ServerCertificate;
  readonly wrongHost: ServerCertificate;
  readonly expired: ServerCertificate;
  /** For the right host, but naming nobody: what it is for is among its other names alone. */
  readonly nameless: ServerCertificate;
  /** For the right host, signed by nobody but itself. */
  readonly selfSigned: ServerCertificate;
}

const HOUR = 3_600_000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const LOOPBACK: JsonGeneralName[] = [
  { type: 'ip', value: '127.0.0.1' },
  { type: 'dns', value: 'localhost' },
];

interface Signer {
  readonly keys: webcrypto.CryptoKeyPair;
  readonly certificate: X509Certificate;
}

// The runner ends its workers without their `exit`.
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Makes all of them anew. */
export async function makeCertificates(): Promise<Certificates> {
  const authority = await makeAuthority();
  const ca = authority.certificate.toString('pem');
  const folder = mkdtempSync(join(tmpdir(), 'authcheck-ca-'));
  folders.push(folder);
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, ca);
  return {
    ca,
    caFile,
    right: await issue(authority, LOOPBACK),
    wrongHost: await issue(authority, [{ type: 'dns', value: 'elsewhere.example' }]),
    expired: await issue(authority, LOOPBACK, -HOUR),
    nameless: await issue(authority, LOOPBACK, HOUR, ''),
    selfSigned: await issue(null, LOOPBACK),
  };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function makeAuthority(): Promise<Signer> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=authcheck test CA',
    notBefore: new Date(Date.now() - 48 * HOUR),
    notAfter: new Date(Date.now() + HOUR),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return { keys, certificate };
}

async function issue(
  authority: Signer | null,
  names: JsonGeneralName[],
  expiresIn: number = HOUR,
  subject: string = 'CN=authcheck test server',
): Promise<ServerCertificate> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.create({
    subject,
    issuer: authority?.certificate.subject ?? subject,
    notBefore: new Date(Date.now() - 24 * HOUR),
    notAfter: new Date(Date.now() + expiresIn),
    publicKey: keys.publicKey,
    signingKey: (authority?.keys ?? keys).privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [new SubjectAlternativeNameExtension(names)],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const lines = pkcs8.toString('base64').replace(/.{64}/g, '$&\n');
  return {
    key: `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`,
    cert: certificate.toString('pem'),
  };
}
