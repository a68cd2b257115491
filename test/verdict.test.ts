import { describe, expect, test } from 'vitest';
import { createAuthProvider, createSigner, parseAuthConfig, readKeySet } from '../src/index.js';

describe('a verdict', () => {
  test('can be stringified, whatever numbers a token holds, while the mapping keeps every digit', async () => {
    const signer = await createSigner({ kid: 'k1', algorithm: 'ES256' });
    const [configured] = parseAuthConfig({
      type: 'oauth2_token',
      audience: 'api',
      claims_mapping: { ids: 'ids' },
      jwks: { uri: 'https://idp.example/jwks' },
    }).providers;
    if (configured === undefined) throw new Error('no provider');
    const provider = createAuthProvider(configured, { keySet: readKeySet(JSON.stringify({ keys: [signer.jwk] })) });
    const unsigned = (await signer.sign({ sub: 'a', aud: 'api', ids: ['MARK'], iss: 'MARK' })).split('.');
    const claims = Buffer.from(unsigned[1] ?? '', 'base64url')
      .toString()
      .replaceAll('"MARK"', '12345678901234567890');
    const token = [unsigned[0], Buffer.from(claims).toString('base64url'), unsigned[2]].join('.');
    const verdict = await provider.authenticate({ token });
    expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
    expect(verdict.mapping[0]?.values).toEqual(['12345678901234567890']);
  });
});
