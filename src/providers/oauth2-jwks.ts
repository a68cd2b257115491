/** `oauth2_token` with `jwks`: a JWT, checked here against the issuer's key set. */

import { checkAudience, checkExpiry, checkIssuer, checkNotBefore, checkSubject } from '../checks.js';
import type { JwksConfig, OAuth2TokenConfig } from '../config/provider-config.js';
import { showUrl } from '../exchange.js';
import { stringMember, type JsonObject } from '../json.js';
import { createKeySetCache, fetchKeySet, type CachedKeySet, type KeySet } from '../protocol/jwks.js';
import { parseJwt, type ParsedJwt } from '../protocol/jwt.js';
import { algorithmsFor, misfit, type Key } from '../protocol/keys.js';
import { verifySignature } from '../protocol/signature.js';
import { fingerprint, readGithubToken } from '../token.js';
import type { TokenSummary, Trace, Verdict } from '../verdict.js';
import { mapIdentity } from './mapping.js';
import { judge } from './judge.js';
import type { AuthProvider, AuthRequest, ProviderContext } from './provider.js';

const REFUSAL = 'Invalid JWT token';

/** Algorithms that are accepted unless the config names its own. */
const SAFE_ALGORITHMS: readonly string[] = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

/** Makes the provider; the key set is fetched when the first token needs it. */
export function createOAuth2JwksProvider(
  config: OAuth2TokenConfig,
  jwks: JwksConfig,
  context: ProviderContext,
): AuthProvider {
  const cache = createKeySetCache({
    load: () =>
      context.keySet === undefined ? fetchKeySet(context.http, jwks.uri, jwks.token) : Promise.resolve(context.keySet),
    now: context.now,
    period: jwks.key_recheck_period * 1000,
    // All that decides what is fetched, and from whom.
    slot: context.slotFor([jwks.uri, jwks.token, config.verify_tls, config.tls_cafile]),
    ...(context.onEvent === undefined ? {} : { onEvent: context.onEvent }),
  });
  const challenge =
    config.issuer === null
      ? 'Authentication required. Please provide a valid OAuth2 Bearer token in the Authorization header'
      : `Authentication required. Please provide a valid OAuth2 Bearer token from ${config.issuer}`;

  const safe = jwks.allow_symmetric_keys ? [...SAFE_ALGORITHMS, 'HS256', 'HS384', 'HS512'] : SAFE_ALGORITHMS;
  const allowed = (config.algorithms ?? safe).filter((name) => safe.includes(name));

  const steps = [
    'key',
    'algorithm',
    'signature',
    'issuer',
    'audience',
    'expiry',
    'not_before',
    'subject',
    'mapping',
  ] as const;

  const authenticate = (request: AuthRequest): Promise<Verdict> =>
    judge(context, request, { steps, challenge, refusal: REFUSAL }, async (trace, token) => {
      const jwt = parseJwt(token);
      const summary = summarize(token, jwt);
      let network_ms = 0;
      const verified = await verify(trace, token, jwt, (ms) => (network_ms += ms));
      if (jwt.claims === null) return { identity: null, summary, network_ms };
      if (!verified.ok) trace.distrust();
      const principal = checkClaims(trace, jwt.claims, verified.skew);
      const mapped = mapIdentity(trace, context, jwt.claims, config.claims_mapping, principal);
      return { ...mapped, summary, network_ms };
    });

  /** format, key, algorithm, signature. Garbage is refused before anything is fetched. */
  async function verify(
    trace: Trace,
    token: string,
    jwt: ParsedJwt,
    spend: (ms: number) => void,
  ): Promise<{ readonly ok: boolean; readonly skew: number | null }> {
    const unverified = { ok: false, skew: null };
    if (jwt.fault !== null || jwt.header === null) {
      const { code, message } = jwt.fault ?? { code: 'token_malformed', message: 'the header cannot be read' };
      trace.fail('format', code, message);
      trace.notReached('key', 'algorithm', 'signature');
      return unverified;
    }
    trace.pass('format', describeFormat(jwt.header));
    const alg = stringMember(jwt.header, 'alg') ?? '';
    const kid = stringMember(jwt.header, 'kid') ?? '';
    const refused = refuseAlgorithm(alg);
    if (refused !== null) {
      trace.skip('key', 'not looked for: no key makes this algorithm acceptable');
      trace.fail('algorithm', refused.code, refused.message, refused.detail);
      trace.notReached('signature');
      return unverified;
    }
    if (kid === '') {
      trace.fail('key', 'key_id_missing', 'the header has no kid');
      trace.pass('algorithm', `${alg} is allowed`, { actual: alg });
      trace.notReached('signature');
      return unverified;
    }
    const asked = performance.now();
    const found = await cache.get(kid);
    spend(performance.now() - asked);
    return checkSignature(trace, token, alg, kid, found);
  }

  function refuseAlgorithm(alg: string): {
    code: 'algorithm_not_allowed' | 'symmetric_key_refused';
    message: string;
    detail: { expected: readonly string[]; actual: string; field: readonly string[] };
  } | null {
    if (allowed.includes(alg)) return null;
    const symmetric = /^HS(?:256|384|512)$/.test(alg);
    const detail = { expected: allowed, actual: alg, field: ['algorithms'] };
    if (symmetric && !jwks.allow_symmetric_keys) {
      return {
        code: 'symmetric_key_refused',
        message: `${alg} is symmetric: whoever can verify such a token can forge it`,
        detail,
      };
    }
    const unsigned = alg.trim().toLowerCase() === 'none' ? ': the token is not signed' : '';
    return {
      code: 'algorithm_not_allowed',
      message: `${JSON.stringify(alg.slice(0, 64))} is not an allowed algorithm${unsigned}`,
      detail,
    };
  }

  function checkSignature(
    trace: Trace,
    token: string,
    alg: string,
    kid: string,
    found: CachedKeySet,
  ): { readonly ok: boolean; readonly skew: number | null } {
    if (!found.ok) {
      trace.fail('key', found.code, found.message, { field: ['jwks', 'uri'] });
      trace.pass('algorithm', `${alg} is allowed`, { actual: alg });
      trace.notReached('signature');
      return { ok: false, skew: null };
    }
    const { keySet } = found;
    const unverified = { ok: false, skew: keySet.skew };
    const keys = keySet.byKid.get(kid) ?? [];
    if (keys.length === 0) {
      trace.fail('key', 'key_not_found', describeMissing(kid, keySet), {
        expected: kids(keySet),
        actual: kid,
        field: ['jwks', 'uri'],
      });
      trace.pass('algorithm', `${alg} is allowed`, { actual: alg });
      trace.notReached('signature');
      return unverified;
    }
    const shownKid = JSON.stringify(kid.slice(0, 64));
    if (found.stale === null) trace.pass('key', `the key set has the key ${shownKid}`, { actual: kid });
    else
      trace.warn('key', 'key_set_stale', `the key ${shownKid} is from an old copy of the key set: ${found.stale}`, {
        actual: kid,
      });

    const fitting = keys.filter((key) => key.fault === null && misfit(key, alg) === null);
    if (fitting.length === 0) {
      reportMisfit(trace, keys, alg);
      trace.notReached('signature');
      return unverified;
    }
    trace.pass('algorithm', `${alg} is allowed and fits the key`, { actual: alg });
    if (fitting.some((key) => verifySignature(token, key, alg))) {
      trace.pass('signature', 'the signature is valid');
      return { ok: true, skew: keySet.skew };
    }
    trace.fail('signature', 'signature_invalid', `the signature does not match the key ${shownKid}`);
    return unverified;
  }

  function checkClaims(trace: Trace, claims: JsonObject, skew: number | null): string | null {
    const now = context.now();
    const present = Math.abs(now - Date.now()) < 1000;
    const clock = { now: Math.floor(now / 1000), tolerance: config.clock_tolerance, skew: present ? skew : null };
    checkIssuer(trace, claims, config.issuer);
    checkAudience(trace, claims, config.audience);
    checkExpiry(trace, claims, clock);
    checkNotBefore(trace, claims, clock);
    return checkSubject(trace, claims, ['sub']);
  }

  return {
    ref: context.ref,
    keySet: {
      load: async () => {
        const found = await cache.load();
        return found.ok ? null : found.message;
      },
      age: cache.age,
    },
    destination: context.keySet === undefined ? { url: showUrl(jwks.uri), sends: 'nothing' } : null,
    authenticate,
    close: () => context.http.close(),
  };
}

function summarize(token: string, jwt: ParsedJwt): TokenSummary {
  const { header, claims, fault } = jwt;
  const opaque = readGithubToken(token) === null ? 'opaque' : 'github';
  const kind = fault?.code === 'token_encrypted' ? 'jwe' : header === null && claims === null ? opaque : 'jwt';
  return { kind, header, claims, fingerprint: fingerprint(token) };
}

function describeFormat(header: JsonObject): string {
  const kid = stringMember(header, 'kid');
  const named = kid === null ? '' : `, key ${JSON.stringify(kid.slice(0, 64))}`;
  const ignored = ['jku', 'jwk', 'x5u', 'x5c'].filter((name) => Object.hasOwn(header, name));
  const note = ignored.length === 0 ? '' : ` (its ${ignored.join(', ')} is not used)`;
  return `a JWT that says ${(stringMember(header, 'alg') ?? '').slice(0, 64)}${named}${note}`;
}

const MAX_KIDS = 20;

function kids(keySet: KeySet): string[] {
  return [...keySet.byKid.keys()].slice(0, MAX_KIDS);
}

function describeMissing(kid: string, keySet: KeySet): string {
  const known = kids(keySet).map((name) => JSON.stringify(name.slice(0, 64)));
  const more = keySet.byKid.size > known.length ? ` and ${keySet.byKid.size - known.length} more` : '';
  const has = known.length === 0 ? 'it has no key with a kid' : `it has ${known.join(', ')}${more}`;
  return `the key set has no key ${JSON.stringify(kid.slice(0, 64))}; ${has}`;
}

function reportMisfit(trace: Trace, keys: readonly Key[], alg: string): void {
  const weak = keys.find((key) => key.fault?.code === 'key_too_weak');
  const [first] = keys;
  if (weak?.fault !== null && weak?.fault !== undefined) {
    trace.fail('algorithm', 'key_too_weak', `the key is too weak: ${weak.fault.message}`, { actual: alg });
  } else if (first !== undefined) {
    const why = first.fault === null ? (misfit(first, alg) ?? '') : `the key is unusable: ${first.fault.message}`;
    trace.fail('algorithm', 'key_mismatch', why, { expected: algorithmsFor(first), actual: alg });
  }
}
