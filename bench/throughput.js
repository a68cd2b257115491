// Tokens a second, one after the other on one core, with full checks of the claims, against the bare call and libraries.
import { spawnSync } from 'node:child_process';
import { createPublicKey, verify } from 'node:crypto';
import { JwtVerifier } from 'aws-jwt-verify';
import { createVerifier } from 'fast-jwt';
import { createLocalJWKSet, jwtVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import { createAuthProvider, createSigner, parseAuthConfig, readKeySet } from '../dist/index.js';
import { conclude, createTrace } from '../dist/verdict.js';

const ISSUER = 'https://idp.example/realms/main';
const TOKENS = 500;
const ROUNDS = 15;
/** A server runs for days: what its first seconds cost is not looked at. */
const WARM_UP = 10;
const JOSE_AT_ONCE = 'jose, 64 at once';
const SPEED = { RS256: 'rsa2048', ES256: 'ecdsap256', EdDSA: 'ed25519' };

/** @returns rows of [algorithm, contender, tokens a second, share of openssl, share of jose]. */
export async function measureThroughput() {
  const rows = [];
  for (const algorithm of Object.keys(SPEED)) {
    const signer = await createSigner({ algorithm, kid: 'bench' });
    const tokens = await Promise.all(Array.from({ length: TOKENS }, (_, index) => signer.sign(claimsOf(index))));
    const contenders = contend(algorithm, signer.jwk, tokens);
    const atOnce = (name) => (name === JOSE_AT_ONCE ? 64 : 1);
    for (const [name, run] of Object.entries(contenders))
      for (let index = 0; index < TOKENS; index += 1)
        if ((await run(index)) === false) throw new Error(`${name} does not accept`);
    const rates = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
    // In turn, so that all have the same share of a machine's moods.
    for (let round = -WARM_UP; round < ROUNDS; round += 1)
      for (const [name, run] of Object.entries(contenders)) {
        const rate = await rateOf(run, atOnce(name));
        if (round >= 0) rates[name].push(rate);
      }
    const openssl = opensslRate(algorithm);
    const jose = Math.max(...rates.jose);
    for (const [name, list] of Object.entries(rates)) {
      const rate = Math.max(...list);
      rows.push([algorithm, name, Math.round(rate), rate / openssl, rate / jose]);
    }
  }
  return rows;
}

function contend(algorithm, jwk, tokens) {
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const pem = key.export({ type: 'spki', format: 'pem' });
  const options = { algorithms: [algorithm], issuer: ISSUER, audience: 'api' };
  const provider = providerFor(jwk);
  const keySet = createLocalJWKSet({ keys: [jwk] });
  const fast = createVerifier({ key: pem, algorithms: [algorithm], allowedIss: ISSUER, allowedAud: 'api' });
  const aws = JwtVerifier.create({ issuer: ISSUER, audience: 'api', jwksUri: 'https://idp.example/jwks' });
  aws.cacheJwks({ keys: [jwk] });
  const parts = tokens.map((token) => {
    const end = token.lastIndexOf('.');
    return [Buffer.from(token.slice(0, end)), Buffer.from(token.slice(end + 1), 'base64url')];
  });
  const hash = algorithm === 'EdDSA' ? null : 'sha256';
  const bareKey = algorithm === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' } : key;
  return {
    'node:crypto, the bare call': (index) => verify(hash, parts[index][0], bareKey, parts[index][1]),
    'authcheck, with trace and mapping': async (index) =>
      (await provider.authenticate({ token: tokens[index] })).outcome === 'accepted',
    'fast-jwt': (index) => fast(tokens[index]).sub !== undefined,
    'aws-jwt-verify': (index) => aws.verifySync(tokens[index]).sub !== undefined,
    ...(algorithm === 'EdDSA'
      ? {}
      : { jsonwebtoken: (index) => jsonwebtoken.verify(tokens[index], key, options).sub !== undefined }),
    jose: async (index) => (await jwtVerify(tokens[index], keySet, options)).payload.sub !== undefined,
    // Its signatures are verified on other threads, which one token after the other leaves idle.
    [JOSE_AT_ONCE]: async (index) => (await jwtVerify(tokens[index], keySet, options)).payload.sub !== undefined,
  };
}

async function rateOf(run, atOnce) {
  const started = process.hrtime.bigint();
  if (atOnce === 1) for (let index = 0; index < TOKENS * 2; index += 1) await run(index % TOKENS);
  else {
    let next = 0;
    const work = async () => {
      for (let index = next++; index < TOKENS * 2; index = next++) await run(index % TOKENS);
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  }
  return (TOKENS * 2e9) / Number(process.hrtime.bigint() - started);
}

/**
 * What the trace takes of a verification: its steps are added once more, and concluded, without what they are about.
 *
 * @returns rows of [algorithm, microseconds a token, of them for the trace].
 */
export async function measureTrace() {
  const rows = [];
  for (const algorithm of Object.keys(SPEED)) {
    const signer = await createSigner({ algorithm, kid: 'bench' });
    const token = await signer.sign(claimsOf(0));
    const provider = providerFor(signer.jwk);
    const verdict = await provider.authenticate({ token });
    const identity = { principal: verdict.principal, attributes: verdict.attributes };
    const { mapping, token: summary } = verdict;
    const about = {
      provider: provider.ref,
      identity,
      mapping,
      token: summary,
      refusal: '',
      total_ms: 0,
      network_ms: 0,
    };
    const build = () => {
      // Written out: to spread an object here would take ten times as long as the trace.
      const { provider, identity, mapping, token, refusal, total_ms, network_ms } = about;
      const trace = createTrace(() => null);
      for (const { name, status, message, expected, actual } of verdict.steps)
        if (status === 'passed') trace.pass(name, message, { expected, actual });
        else trace.skip(name, message);
      return conclude({ provider, trace, identity, mapping, token, refusal, total_ms, network_ms }).steps.length;
    };
    if (build() !== verdict.steps.length) throw new Error('the trace is another one');
    const whole = [];
    const alone = [];
    for (let round = -WARM_UP; round < ROUNDS; round += 1) {
      const times = [await rateOf(() => provider.authenticate({ token }), 1), await rateOf(build, 1)];
      if (round < 0) continue;
      whole.push(1e6 / times[0]);
      alone.push(1e6 / times[1]);
    }
    rows.push([algorithm, Math.min(...whole), Math.min(...alone)]);
  }
  return rows;
}

function providerFor(jwk) {
  const jwks = { uri: 'https://idp.example/jwks' };
  const [config] = parseAuthConfig({ type: 'oauth2_token', issuer: ISSUER, audience: 'api', jwks }).providers;
  return createAuthProvider(config, { keySet: readKeySet(JSON.stringify({ keys: [jwk] })) });
}

/** Verifications a second of `openssl speed`, on one core. */
function opensslRate(algorithm) {
  const rates = Array.from({ length: 5 }, () => {
    const { stdout } = spawnSync('openssl', ['speed', '-seconds', '1', SPEED[algorithm]], { encoding: 'utf8' });
    return Number(stdout.trim().split(/\s+/).at(-1));
  });
  if (!rates.every((rate) => rate > 0)) throw new Error('openssl speed said nothing');
  return Math.max(...rates);
}

/** About 600 bytes, as issuers write them. */
function claimsOf(index) {
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
