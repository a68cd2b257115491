/** `oauth2_token` with `introspection`: the issuer is asked about every token. */

import { checkAudience, checkIssuer, checkSendable } from '../checks.js';
import type { IntrospectionConfig, OAuth2TokenConfig } from '../config/provider-config.js';
import { duration } from '../duration.js';
import { findMasked } from '../exchange.js';
import { member, stringMember, type Json, type JsonObject } from '../json.js';
import { quote } from '../listing.js';
import { netlocOf, parseUrl } from '../url.js';
import { checkSubject } from '../principal.js';
import { introspect } from '../protocol/introspection.js';
import { parseJwt } from '../protocol/jwt.js';
import { checkExpiry, checkNotBefore, readClock, unitFix, unitHint } from '../time-checks.js';
import { expiredFor } from '../time-claims.js';
import { findTokenFault } from '../token.js';
import type { Trace } from '../trace.js';
import { mapIdentity, namesRead } from './mapping.js';
import { createAskingProvider } from './judge.js';
import type { AuthProvider, ProviderContext } from './provider.js';

const REFUSAL = 'Token not active';

/** Makes the provider. */
export function createOAuth2IntrospectionProvider(
  config: OAuth2TokenConfig,
  introspection: IntrospectionConfig,
  context: ProviderContext,
): AuthProvider {
  const source = config.issuer === null ? `validated by ${netlocOf(introspection.url)}` : `from ${config.issuer}`;
  const challenge = `Authentication required. Please provide a valid OAuth2 Bearer token ${source}`;

  const steps = ['request', 'active', 'issuer', 'audience', 'expiry', 'not_before', 'subject', 'mapping'] as const;
  const field = { field: ['introspection', 'url'] };

  return createAskingProvider(
    context,
    introspection.url,
    { steps, challenge, refusal: REFUSAL },
    async (trace, token) => {
      if (!checkSendable(trace, findTokenFault(token))) return { identity: null };
      const result = await introspect(context.http, introspection, token);
      if (!result.ok) {
        trace.fail('request', result.code, result.message, { ...field, fix: result.fix });
        return { identity: null, network_ms: result.ms };
      }
      const { response: claims, ms: network_ms } = result;
      const read = ['iss', 'aud', ...namesRead(config.claims_mapping)];
      const masked = result.active ? findMasked(claims, read, [token, introspection.client_secret]) : null;
      if (masked !== null) {
        trace.fail('request', 'endpoint_invalid_response', `the answer repeats a secret in its ${masked}`, field);
        return { identity: null, claims, network_ms };
      }
      reportRequest(trace, result.raw);
      if (!result.active) {
        const { said, fix } = readHints(token, config.issuer, introspection.url, context.now());
        trace.fail('active', 'token_inactive', `the issuer says "active": false, and never why${said}`, { fix });
        return { identity: null, claims, network_ms };
      }
      trace.pass('active', 'the issuer says "active": true');
      const principal = checkClaims(trace, claims, result.skew);
      const mapped = mapIdentity(trace, context, claims, config.claims_mapping, principal);
      // A member that the server needs and does not find is an error to it, not a refusal, whatever else is wrong.
      return { ...mapped, claims, network_ms, refusal: missesMember(claims) ? 'Token introspection error' : REFUSAL };
    },
  );

  function checkClaims(trace: Trace, response: JsonObject, skew: number | null): string | null {
    // Issuers write null for what they do not know, and iat is no matter of introspection.
    const known = Object.entries(response).filter(([name, value]) => value !== null && name !== 'iat');
    const claims: JsonObject = Object.fromEntries(known);
    const clock = readClock(context.now(), config.clock_tolerance, skew);
    if (config.issuer === null) trace.skip('issuer', 'the config sets no issuer');
    else if (member(claims, 'iss') === undefined) trace.skip('issuer', 'the answer has no iss');
    else checkIssuer(trace, claims, config.issuer, config.audience);
    if (!context.sets('audience')) trace.skip('audience', 'the config sets no audience itself');
    else if (member(claims, 'aud') === undefined) trace.skip('audience', 'the answer has no aud');
    else checkAudience(trace, claims, config.audience, false);
    if (member(claims, 'exp') === undefined) trace.skip('expiry', 'the answer has no exp');
    else checkExpiry(trace, claims, clock);
    checkNotBefore(trace, claims, clock);
    const warning = Object.hasOwn(response, 'sub') ? null : '; without a sub beside it, llama-stack refuses the token';
    return checkSubject(trace, claims, ['sub', 'username'], { warning });
  }
}

/** As the server looks: for sub, and for username where sub says nothing. */
function missesMember(claims: JsonObject): boolean {
  const sub = member(claims, 'sub');
  return sub === undefined || (isFalsy(sub) && member(claims, 'username') === undefined);
}

/** What counts as nothing in Python. */
function isFalsy(value: Json): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === null || value === '' || value === 0 || value === false;
}

/** What an issuer does not say, a JWT may say itself. */
function readHints(
  token: string,
  expected: string | null,
  endpoint: string,
  now: number,
): { readonly said: string; readonly fix?: string } {
  const claims = parseJwt(token).claims ?? {};
  const age = expiredFor(claims, now);
  if (age !== null) return { said: `; the token itself says that it expired ${duration(age)} ago` };
  const nbf = member(claims, 'nbf');
  const start = typeof nbf === 'number' ? nbf : 0;
  const wait = Math.ceil(start - now / 1000);
  if (wait > 0) {
    const hint = unitHint('nbf', start);
    const said = `; the token itself says that it is not valid for another ${duration(wait)}${hint}`;
    return { said, fix: unitFix(start) ?? WAIT };
  }
  const issuer = stringMember(claims, 'iss') ?? '';
  const from = parseUrl(issuer);
  const asked = new URL(endpoint);
  const isOtherName = from !== null && from.host !== '' && from.origin !== asked.origin;
  // Realms of one Keycloak know nothing of each other's tokens.
  const isOtherRealm =
    from !== null && realmOf(from) !== null && realmOf(asked) !== null && realmOf(from) !== realmOf(asked);
  if (!isOtherName && !isOtherRealm) return { said: '' };
  return {
    said: `; the token itself says that it is from ${quote(issuer)}`,
    fix: isOtherRealm ? OTHER_ISSUER : (issuer === expected ? NEW_TOKEN : OTHER_ISSUER) + ONE_NAME,
  };
}

function realmOf({ pathname }: URL): string | null {
  return /\/realms\/([^/]+)/.exec(pathname)?.[1] ?? null;
}

const WAIT = 'Wait, or compare the clocks of the issuer’s machines.';
const NEW_TOKEN = 'Get a new token from the issuer.';
const OTHER_ISSUER = 'Get a token from the issuer whose introspection endpoint the config names.';
// Others, such as Hydra, are asked under another name by design.
const ONE_NAME =
  ' If new ones of that issuer are not active either, it may know none of another name than it is asked under: give it one name for all (in Keycloak: hostname).';

function reportRequest(trace: Trace, raw: boolean): void {
  if (!raw) trace.pass('request', 'the introspection endpoint answered', { field: ['introspection', 'url'] });
  else {
    const message = 'the endpoint refused the client credentials form-encoded and accepted them raw';
    trace.warn('request', 'raw_client_credentials', message, { field: ['introspection', 'client_secret'] });
  }
}
