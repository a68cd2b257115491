/** `oauth2_token` with `jwks`: a JWT, checked here against the issuer's key set. */

import { readCaFile } from '../ca-file.js';
import { checkAudience, checkIssuer, findIdFault } from '../checks.js';
import {
  ALGORITHMS,
  ASYMMETRIC_ALGORITHMS,
  type JwksConfig,
  type OAuth2TokenConfig,
} from '../config/provider-config.js';
import { showUrl } from '../url.js';
import type { JsonObject } from '../json.js';
import { checkSubject } from '../principal.js';
import { fetchKeySet } from '../protocol/jwks.js';
import { parseJwt, type ParsedJwt } from '../protocol/jwt.js';
import { createKeySetCache } from '../protocol/key-set-cache.js';
import { checkExpiry, checkNotBefore, readClock } from '../time-checks.js';
import { fingerprint, summarizeToken } from '../token.js';
import type { Trace } from '../trace.js';
import type { TokenSummary, Verdict } from '../verdict.js';
import { reportHeader } from './header-steps.js';
import { judge, type Judgement } from './judge.js';
import { mapIdentity } from './mapping.js';
import type { AuthProvider, AuthRequest, ProviderContext } from './provider.js';
import { reportSignature, UNVERIFIED, type Verified } from './signature-steps.js';

const REFUSAL = 'Invalid JWT token';

/** After `format`. */
const STEPS = [
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

/** Makes the provider; the key set is fetched when the first token needs it. */
export function createOAuth2JwksProvider(
  config: OAuth2TokenConfig,
  jwks: JwksConfig,
  context: ProviderContext,
): AuthProvider {
  const { verify_tls, tls_cafile } = config;
  const cache = createKeySetCache({
    load: () =>
      context.keySet === undefined ? fetchKeySet(context.http, jwks.uri, jwks.token) : Promise.resolve(context.keySet),
    now: context.now,
    period: jwks.key_recheck_period * 1000,
    // All that decides what is fetched, and from whom: the authorities themselves, as their file may hold others by the
    // next time that the config is read. A key set that stands in was read again with the config.
    slot:
      context.keySet === undefined
        ? context.slotFor(() => [jwks.uri, jwks.token, verify_tls, tls_cafile === null ? null : readCaFile(tls_cafile)])
        : undefined,
    onEvent: context.onEvent,
  });
  const challenge =
    config.issuer === null
      ? 'Authentication required. Please provide a valid OAuth2 Bearer token in the Authorization header'
      : `Authentication required. Please provide a valid OAuth2 Bearer token from ${config.issuer}`;

  const safe = jwks.allow_symmetric_keys ? ALGORITHMS : ASYMMETRIC_ALGORITHMS;
  const algorithms = {
    allowed: (config.algorithms ?? safe).filter((name) => safe.includes(name)),
    symmetric: jwks.allow_symmetric_keys,
  };
  const frame = { steps: STEPS, challenge, refusal: REFUSAL };
  const authenticate = (request: AuthRequest): Promise<Verdict> =>
    judge(context, request, frame, (trace, token) => {
      const jwt = parseJwt(token);
      const sought = reportHeader(trace, token, jwt, algorithms);
      if (sought === null) return finish(trace, token, jwt, UNVERIFIED, 0);
      const found = cache.get(sought.kid);
      if (!(found instanceof Promise)) return finish(trace, token, jwt, reportSignature(trace, jwt, sought, found), 0);
      const asked = performance.now();
      return found.then((fetched) => {
        const network_ms = performance.now() - asked;
        return finish(trace, token, jwt, reportSignature(trace, jwt, sought, fetched), network_ms);
      });
    });

  /** All that can be said of the claims, whether or not somebody vouches for them. */
  function finish(trace: Trace, token: string, jwt: ParsedJwt, { ok, skew }: Verified, network_ms: number): Judgement {
    const summary = summarize(token, jwt);
    if (jwt.claims === null) return { identity: null, summary, network_ms };
    if (!ok) trace.distrust();
    const principal = checkClaims(trace, jwt.claims, skew);
    const { identity, mapping } = mapIdentity(trace, context, jwt.claims, config.claims_mapping, principal);
    // Where nothing but sub is missing, the server reads it without a look whether it is there, and fails by itself.
    const refusal = trace.failure()?.code === 'claim_missing' ? 'Authentication service error' : REFUSAL;
    return { identity, mapping, summary, network_ms, refusal };
  }

  function checkClaims(trace: Trace, claims: JsonObject, skew: number | null): string | null {
    const clock = readClock(context.now(), config.clock_tolerance, skew);
    checkIssuer(trace, claims, config.issuer, config.audience);
    checkAudience(trace, claims, config.audience, !context.sets('audience'));
    checkExpiry(trace, claims, clock);
    checkNotBefore(trace, claims, clock);
    return checkSubject(trace, claims, ['sub'], { fault: findIdFault(claims) });
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
  const unread = header === null && claims === null;
  if (unread && fault?.code !== 'token_encrypted') return summarizeToken(token);
  const kind = fault?.code === 'token_encrypted' ? 'jwe' : 'jwt';
  return { kind, header, claims, fingerprint: fingerprint(token) };
}
