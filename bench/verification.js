// What is verified, by whom it is issued, and how fast: for contender.js and throughput.js.
import { createAuthProvider, parseAuthConfig, readKeySet } from '../dist/index.js';

export const ISSUER = 'https://idp.example/realms/main';
export const TOKENS = 500;

export function providerFor(jwk) {
  const jwks = { uri: 'https://idp.example/jwks' };
  const [config] = parseAuthConfig({ type: 'oauth2_token', issuer: ISSUER, audience: 'api', jwks }).providers;
  return createAuthProvider(config, { keySet: readKeySet(JSON.stringify({ keys: [jwk] })) });
}

/**
 * @returns calls of `run` in a second of one core, with the index of each token twice, one after the other or some at
 * once. Of a core: what runs on other threads is counted too, and what other processes do is not.
 */
export async function rateOf(run, atOnce) {
  const before = process.cpuUsage();
  if (atOnce === 1) for (let index = 0; index < TOKENS * 2; index += 1) await run(index % TOKENS);
  else {
    let next = 0;
    const work = async () => {
      for (let index = next++; index < TOKENS * 2; index = next++) await run(index % TOKENS);
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  }
  const { user, system } = process.cpuUsage(before);
  return (TOKENS * 2e6) / (user + system);
}

/** About 600 bytes, as issuers write them. */
export function claimsOf(index) {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: ISSUER,
    aud: 'api',
    sub: `user-${index}`,
    preferred_username: `user-${index}`,
    email: `user-${index}@example.com`,
    name: 'Some Body',
    groups: ['ml', 'ops', 'dev', 'research'],
    realm_access: { roles: ['admin', 'user', 'offline_access', 'uma_authorization'] },
    scope: 'openid profile email',
    azp: 'web',
    sid: '0b3f8c1e-7c7a-4e9e-9a7e-1234567890ab',
    acr: '1',
    iat: now - 60,
    exp: now + 3600,
    jti: `5f1f9a3c-${index}`,
  };
}
