import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCaFile } from '../src/ca-file.js';
import { makeCertificates } from './certificates.js';

const folder = mkdtempSync(join(tmpdir(), 'authcheck-ca-'));
const file = join(folder, 'ca.pem');
let ca = '';
beforeAll(async () => {
  ({ ca } = await makeCertificates());
});
afterAll(() => rmSync(folder, { recursive: true }));

function read(pem: string): string {
  writeFileSync(file, pem);
  return readCaFile(file);
}

/** All that an error says, as a console shows it. */
function tell(act: () => unknown): string {
  try {
    return inspect(act());
  } catch (error) {
    return inspect(error, { depth: Infinity, showHidden: true });
  }
}

describe('a CA file', () => {
  test('may hold several certificates, and other lines between them', () => {
    for (const pem of [ca, `# ours\n${ca}\n# theirs\n${ca}`, ca.replaceAll('\n', '\r\n')]) expect(read(pem)).toBe(pem);
  });

  test('of which one is broken is none: the server does not start with it', () => {
    const garbage = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    expect(() => read(ca + garbage)).toThrow(`certificate 2 of 2 in the CA file ${file} is broken`);
    expect(() => read(ca + ca.slice(0, 300))).toThrow('certificate 2 of 2');
    expect(() => read(garbage)).toThrow('the certificate in the CA file');
  });

  test('that is too large says so', () => {
    expect(() => read('#'.repeat(4 * 1024 * 1024 + 1))).toThrow(
      `the CA file ${file} cannot be read (it has 4194305 bytes; 4194304 is the most)`,
    );
  });

  test.each([
    ['a secret', 'a secret 9b74c9897bac', 'what tls_cafile names cannot be read (ENOENT)'],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nMII/A=', 'what tls_cafile names cannot be read (ENOENT)'],
    ['a URL on a second line', 'x\nhttps://u:p@h/', 'what tls_cafile names cannot be read (ENOENT)'],
    ['a URL', 'https://u:s3cret@h/x?y=s3cret', 'the CA file https://h/x?y=[redacted] cannot be read (ENOENT)'],
    [
      'a path with a URL in it',
      '/etc/https://u:s3cret@h',
      'the CA file /etc/https://[redacted]@h cannot be read (ENOENT)',
    ],
    ['a path', 'no-such/ca', 'the CA file no-such/ca cannot be read (ENOENT)'],
    ['a name', 'no-such.pem', 'the CA file no-such.pem cannot be read (ENOENT)'],
    ['a JWT', 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.s3cret', 'what tls_cafile names cannot be read (ENOENT)'],
    ['a token with a dot', 'ya29.a0AfB_byCkq3Xz81s3cret', 'what tls_cafile names cannot be read (ENOENT)'],
    ['a variable that is none', 's3cret${env.B}', 'what tls_cafile names cannot be read (ENOENT)'],
  ])('is named by what looks like a path: %s', (_what, path, message) => {
    expect(() => readCaFile(path)).toThrow(expect.objectContaining({ message }));
  });

  test('that cannot be read is named by the message alone, and not by a cause', () => {
    const path = 'https://u:s3cret@h/ca.pem';
    const text = tell(() => readCaFile(path));
    expect(text).toContain('https://h/ca.pem cannot be read');
    expect(text).not.toContain('s3cret');
  });

  test('without a certificate is none', () => {
    for (const pem of ['', 'text', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'])
      expect(() => read(pem)).toThrow('holds no PEM certificate');
  });
});
