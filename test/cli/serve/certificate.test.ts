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

test('of what Node has against a certificate, the log is told the code: a message might hold the key', () => {
  write('cert.pem', 'c');
  write('key.pem', 'k');
  const error = vi.fn();
  const logger = { info: error, warn: error, error };
  const refuse = (): never => {
    throw Object.assign(new Error('MARKED-key'), { code: 'ERR_OSSL_X509_KEY_VALUES_MISMATCH' });
  };
  createRenewal({ cert: 'a', key: 'b' }, files, refuse, logger, io)();
  expect(error.mock.calls).toEqual([
    [{ error: 'ERR_OSSL_X509_KEY_VALUES_MISMATCH' }, 'the new certificate cannot be used; the old one stays in use'],
  ]);
});

test('a certificate is taken over once, for a key that stays the same too', () => {
  write('cert.pem', 'renewed');
  write('key.pem', 'k');
  const use = vi.fn();
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const renew = createRenewal({ cert: 'old', key: 'k' }, files, use, logger, io);
  renew();
  renew();
  expect(use.mock.calls).toEqual([[{ cert: 'renewed', key: 'k' }]]);
});

test('a key is taken over for a certificate that stays the same: the one before did not fit', () => {
  write('cert.pem', 'c');
  write('key.pem', 'fitting');
  const use = vi.fn();
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
  createRenewal({ cert: 'c', key: 'other' }, files, use, logger, io)();
  expect(use.mock.calls).toEqual([[{ cert: 'c', key: 'fitting' }]]);
});

test('a certificate that could not be used is tried again the next time, and told again', () => {
  write('cert.pem', 'renewed');
  write('key.pem', 'k');
  const use = vi.fn(() => {
    throw new Error('unfit');
  });
  const error = vi.fn();
  const logger = { info: () => undefined, warn: () => undefined, error };
  const renew = createRenewal({ cert: 'old', key: 'k' }, files, use, logger, io);
  renew();
  renew();
  expect([use.mock.calls.length, error.mock.calls.length]).toEqual([2, 2]);
});
