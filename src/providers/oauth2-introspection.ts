/** `oauth2_token` with `introspection`: the issuer is asked about every token. */

import { checkAudience, checkExpiry, checkIssuer, checkNotBefore, checkSubject } from '../checks.js';
import { mapClaims } from '../claims.js';
import type { IntrospectionConfig, OAuth2TokenConfig } from '../config/provider-config.js';
import { showUrl } from '../exchange.js';
import { member, type JsonObject } from '../json.js';
import { introspect } from '../protocol/introspection.js';
import { findTokenFault, summarizeToken } from '../token.js';
import { conclude, createTrace, type Identity, type MappingRow, type Trace, type Verdict } from '../verdict.js';
import { reportMapping } from './mapping.js';
import type { AuthProvider, AuthRequest, ProviderContext } from './provider.js';

const REFUSAL = 'Token not active';

/** Makes the provider. */
export function createOAuth2IntrospectionProvider(
  config: OAuth2TokenConfig,
  introspection: IntrospectionConfig,
  context: ProviderContext,
): AuthProvider {
  const source = config.issuer === null ? `validated by ${new URL(introspection.url).host}` : `from ${config.issuer}`;
  const challenge = `Authentication required. Please provide a valid OAuth2 Bearer token ${source}`;

  async function authenticate(request: AuthRequest): Promise<Verdict> {
    const started = performance.now();
    const trace = createTrace(context.locate);
    const { token } = request;
    let network = 0;
    let identity: Identity | null = null;
    let mapping: readonly MappingRow[] = [];
    let claims: JsonObject | null = null;

    if (checkFormat(trace, token)) {
      const result = await introspect(context.http, introspection, token);
      network = result.ms;
      if (!result.ok) trace.fail('request', result.code, result.message, { field: ['introspection', 'url'] });
      else {
        claims = result.response;
        reportRequest(trace, result.raw);
        if (!result.active) trace.fail('active', 'token_inactive', 'the issuer says "active": false, and never why');
        else {
          trace.pass('active', 'the issuer says "active": true');
          const principal = checkClaims(trace, claims, result.skew);
          const mapped = mapClaims(claims, config.claims_mapping);
          mapping = mapped.mapping;
          reportMapping(trace, mapped, context.sets('claims_mapping'));
          if (principal !== null) identity = { principal, attributes: mapped.attributes };
        }
      }
    }
    if (mapping.length === 0 && identity === null) {
      const reached = new Set(trace.steps.map((step) => step.name));
      const all = ['request', 'active', 'issuer', 'audience', 'expiry', 'not_before', 'subject', 'mapping'] as const;
      trace.notReached(...all.filter((name) => !reached.has(name)));
    }
    return conclude({
      provider: context.ref,
      trace,
      identity,
      mapping,
      token: summarizeToken(token, claims),
      refusal: token === null || token === '' ? challenge : REFUSAL,
      total_ms: performance.now() - started,
      network_ms: network,
    });
  }

  function checkClaims(trace: Trace, claims: JsonObject, skew: number | null): string | null {
    const now = context.now();
    const present = Math.abs(now - Date.now()) < 1000;
    const clock = { now: Math.floor(now / 1000), tolerance: config.clock_tolerance, skew: present ? skew : null };
    if (member(claims, 'iss') === undefined || config.issuer === null)
      trace.skip('issuer', 'the answer has no iss, or the config no issuer');
    else checkIssuer(trace, claims, config.issuer);
    if (member(claims, 'aud') === undefined || !context.sets('audience')) {
      trace.skip('audience', 'the answer has no aud, or the config sets no audience itself');
    } else checkAudience(trace, claims, config.audience);
    if (member(claims, 'exp') === undefined) trace.skip('expiry', 'the answer has no exp');
    else checkExpiry(trace, claims, clock);
    checkNotBefore(trace, claims, clock);
    return checkSubject(trace, claims, ['sub', 'username']);
  }

  return {
    ref: context.ref,
    destination: { url: showUrl(introspection.url), sends: 'token' },
    authenticate,
    close: () => context.http.close(),
  };
}

function checkFormat(trace: Trace, token: string | null): token is string {
  const fault = token === null ? null : findTokenFault(token);
  if (token === null || token === '') trace.fail('format', 'header_missing', 'the request carries no token');
  else if (fault !== null) trace.fail('format', 'token_malformed', fault);
  else trace.pass('format', 'a token that can be sent');
  return trace.failure() === null;
}

function reportRequest(trace: Trace, raw: boolean): void {
  if (!raw) trace.pass('request', 'the introspection endpoint answered', { field: ['introspection', 'url'] });
  else {
    const message = 'the endpoint refused the client credentials form-encoded and accepted them raw';
    trace.warn('request', 'raw_client_credentials', message, { field: ['introspection', 'client_secret'] });
  }
}
