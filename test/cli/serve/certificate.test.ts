import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { createRenewal, readCertificate } from '../../../src/cli/serve/certificate.js';
import { record } from '../recorder.js';

const cwd = mkdtempSync(join(tmpdir(), 'authcheck-certificate-'));
afterAll(() => rmSync(cwd, { recursive: true }));
const write = (name: string, text: string | Uint8Array): void => writeFileSync(join(cwd, name), text);

const { io } = record({ cwd });
const files = { tlsCert: 'cert.pem', tlsKey: 'key.pem' };

test('what is empty is no certificate: Node would serve without one, and answer nobody', () => {
  write('cert.pem', '-----BEGIN CERTIFICATE-----');
  write('key.pem', ' \n');
  expect(() => readCertificate(files, io)).toThrow('key.pem: this file is empty');
  const use = vi.fn();
  const error = vi.fn();
  const logger = { info: use, warn: use, error };
  createRenewal({ cert: 'a', key: 'b' }, files, use, logger, io)();
  expect(use).not.toHaveBeenCalled();
  expect(error).toHaveBeenCalledWith(
    { error: 'key.pem: this file is empty' },
    'the new certificate cannot be used; the old one stays in use',
  );
});

test('what stands around PEM may be in any encoding', () => {
  write('cert.pem', Buffer.from('subject=/O=Universit\u00e4t\n-----BEGIN CERTIFICATE-----', 'latin1'));
  write('key.pem', 'x');
  expect(readCertificate(files, io)?.cert).toContain('-----BEGIN CERTIFICATE-----');
});
