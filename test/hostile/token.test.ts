// Tokens that try everything, and keys that are none, at providers that check signatures themselves.
import { afterAll, describe, expect } from 'vitest';
import fc from 'fast-check';
import {
  createAuthProvider,
  decodeToken,
  parseAuthConfig,
  parseJwt,
  readKeySet,
  reportKeySet,
  type AuthProvider,
  type KeySetResult,
} from '../../src/index.js';
import { holds } from './cases.js';
import { NOW } from './grammar/claims.js';
import { keySets } from './grammar/key-set.js';
import { EC, EDWARDS, HONEST_TOKENS, RSA, SHARED, signedTokens, tokens } from './grammar/token.js';
import { expectBounded, expectSecret, expectSound, timeless } from './oracle.js';
import { findFlaw, type Wanted } from './reference.js';

const SAFE = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
/** Of the keys that most tokens are signed with. */
const ALGORITHMS = ['ES256', 'EdDSA', 'RS256', 'HS256'];
const SYMMETRIC = ['HS256', 'HS384', 'HS512'];
const ISSUER = 'https://idp.example';
const base = { type: 'oauth2_token', audience: 'my-api' };
const jwks = { uri: `${ISSUER}/jwks` };

interface Setting {
  readonly config: Readonly<Record<string, unknown>>;
  readonly wanted: Wanted;
}

const SETTINGS: readonly Setting[] = [
  {
    config: { ...base, issuer: ISSUER, jwks },
    wanted: { issuer: ISSUER, audience: 'my-api', algorithms: SAFE, tolerance: 0, now: NOW },
  },
  {
    config: { ...base, jwks: { ...jwks, allow_symmetric_keys: true }, clock_tolerance: 60 },
    wanted: { issuer: null, audience: 'my-api', algorithms: [...SAFE, ...SYMMETRIC], tolerance: 60, now: NOW },
  },
  {
    config: {
      ...base,
      issuer: ISSUER,
      jwks,
      algorithms: ['ES256'],
      claims_mapping: { 'realm_access.a': 'x', toString: 'valueOf' },
    },
    wanted: { issuer: ISSUER, audience: 'my-api', algorithms: ['ES256'], tolerance: 0, now: NOW },
  },
];

function provide({ config }: Setting, keySet: KeySetResult): AuthProvider {
  const [provider] = parseAuthConfig(config).providers;
  if (provider === undefined) throw new Error('the config has no provider');
  return createAuthProvider(provider, { keySet, now: () => NOW * 1000 });
}

const KEY_SET = JSON.stringify({ keys: [EC.jwk, EDWARDS.jwk, RSA.jwk, SHARED.jwk] });
const PROVIDERS = SETTINGS.map((setting) => ({ ...setting, provider: provide(setting, readKeySet(KEY_SET)) }));

/** The token, and its signature unless the token itself says the same elsewhere. */
function secretsOf(token: string): string[] {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  const isCopied = token.indexOf(signature) !== token.length - signature.length;
  return [token, ...(isCopied ? [] : [signature])];
}

describe('tokens', () => {
  const accepted: Record<string, number> = Object.fromEntries(ALGORITHMS.map((name) => [name, 0]));
  afterAll(() => {
    // Were every token refused, nothing would have been shown.
    expect(Math.min(...Object.values(accepted)), JSON.stringify(accepted)).toBeGreaterThan(5);
  });

  holds(
    'are judged soundly, twice alike, and accepted only if the reference accepts',
    2400,
    fc.tuple(tokens, fc.constantFrom(...PROVIDERS)),
    async ([token, { provider, wanted }]) => {
      const verdict = await provider.authenticate({ token });
      expectSound(verdict, { size: Math.min(token.length, 256 * 1024), secrets: secretsOf(token) });
      expect(timeless(await provider.authenticate({ token }))).toEqual(timeless(verdict));
      if (verdict.outcome !== 'accepted') return;
      const alg = ALGORITHMS.find((name) => name === verdict.token.header?.alg);
      if (alg !== undefined) accepted[alg] = (accepted[alg] ?? 0) + 1;
      expect(await findFlaw(token, KEY_SET, wanted)).toBeNull();
    },
  );

  holds('are taken apart, whatever they are', 700, tokens, (token) => {
    const decoded = decodeToken(token);
    expect(decoded.verified).toBe(false);
    expect(decodeToken(token)).toEqual(decoded);
    const { fault } = parseJwt(token);
    // What is said beside the decoded parts quotes nothing of the token.
    expectSecret(JSON.stringify([decoded.notes, fault]), secretsOf(token));
    expectBounded(JSON.stringify([decoded.notes, fault]), 0);
  });
});

describe('key sets', () => {
  let accepted = 0;
  afterAll(() => {
    expect(accepted).toBeGreaterThan(50);
  });

  const asked = fc.tuple(
    keySets,
    fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...HONEST_TOKENS) }, { weight: 1, arbitrary: signedTokens }),
    fc.constantFrom(...SETTINGS),
  );

  holds('let in only what the reference lets in by the same keys', 1200, asked, async ([text, token, setting]) => {
    const keySet = readKeySet(text);
    const provider = provide(setting, keySet);
    const verdict = await provider.authenticate({ token });
    await provider.close();
    expectSound(verdict, { size: token.length + text.length, secrets: secretsOf(token) });
    if (verdict.outcome !== 'accepted') return;
    accepted += 1;
    expect(await findFlaw(token, text, setting.wanted)).toBeNull();
  });

  holds('are read or refused, and never show a private or a shared key', 400, keySets, async (text) => {
    const result = readKeySet(text);
    expect(readKeySet(text)).toEqual(result);
    if (!result.ok) {
      expect(result.code).toBe('jwks_invalid');
      expectBounded(result.message, 0);
      return;
    }
    const report = await reportKeySet(result.keySet, NOW * 1000, null);
    expectSecret(JSON.stringify(report), [SHARED.jwk.k as string]);
    // Even `{}` is a key about which there is something to say.
    expectBounded(JSON.stringify(report), 2 * text.length);
  });
});
