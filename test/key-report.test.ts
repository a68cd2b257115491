import { describe, expect, test } from 'vitest';
import { reportKeySet } from '../src/key-report.js';
import { readKeySet } from '../src/protocol/jwks.js';
import { makeCertificates } from './certificates.js';
import { newKey } from './forge.js';

describe('a key with a certificate', () => {
  test.each(['right', 'expired'] as const)('says until when it is valid: %s', async (which) => {
    const pem = (await makeCertificates())[which].cert;
    const x5c = [pem.replace(/-----[^-]+-----|\s/g, '')];
    const keySet = readKeySet(JSON.stringify({ keys: [{ ...newKey('ES256').jwk, x5c }] }));
    if (!keySet.ok) throw new Error(keySet.message);
    const [key] = (await reportKeySet(keySet.keySet, Date.now(), null)).keys;
    expect(key?.certificate_expires).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(key?.warnings.some((warning) => warning.includes('certificate expired'))).toBe(which === 'expired');
  });
});
