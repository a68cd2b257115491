/** The principal: the claim that names who sent a request, and what can name nobody. */

import { describeKind, member, stringMember, type Json, type JsonObject } from './json.js';
import { REDACTED } from './redact.js';
import type { Trace } from './trace.js';
import { isKeycloakRealm } from './url.js';

/** What else is to be said of a subject that is sound. */
export interface SubjectRemark {
  /** Why it is refused all the same. */
  readonly fault?: string | null;
  /** Why a server may refuse it. */
  readonly warning?: string | null;
}

/** The principal: the first of these claims that says something. Returns null after a failure. */
export function checkSubject(
  trace: Trace,
  claims: JsonObject,
  names: readonly string[],
  { fault: other = null, warning = null }: SubjectRemark = {},
): string | null {
  const name = names.find((candidate) => !isBlank(member(claims, candidate))) ?? names[0] ?? 'sub';
  const value = member(claims, name);
  if (value === undefined) {
    const machine = member(claims, 'client_id');
    const hint =
      typeof machine === 'string'
        ? '; it has only client_id, as machine tokens often do, and the server refuses them too'
        : '';
    const fix = isKeycloakRealm(stringMember(claims, 'iss') ?? '') ? KEYCLOAK_SUB_FIX : undefined;
    trace.fail('subject', 'claim_missing', `the token has no ${names.join(' and no ')}${hint}`, { fix });
    return null;
  }
  const fault = findPrincipalFault(value);
  if (fault !== null || typeof value !== 'string') {
    trace.fail('subject', 'claim_invalid', `${name} ${fault ?? 'is not a string'}`, { actual: value });
    return null;
  }
  if (other !== null) {
    trace.fail('subject', 'claim_invalid', other);
    return null;
  }
  if (warning === null) trace.pass('subject', `${name} names the principal`, { actual: value });
  else trace.warn('subject', 'subject_from_username', `${name} names the principal${warning}`, { actual: value });
  return value;
}

/** @see https://www.keycloak.org/docs/latest/upgrading/ version 25, "New default client scope basic" */
const KEYCLOAK_SUB_FIX =
  'In Keycloak, add the client scope "basic" to the client as a default one: since version 25, it is what puts sub into access tokens.';

/** Longest principal: it ends up in logs and headers, and nobody's name is longer. */
const MAX_PRINCIPAL = 4096;

/** Says why a value cannot name a principal; null if it can. */
export function findPrincipalFault(value: Json | undefined): string | null {
  if (typeof value !== 'string') return value === undefined ? 'is missing' : `is ${describeKind(value)}, not a string`;
  // Letters that nobody sees name nobody.
  if (!/[^\s\p{Cf}\u115f\u1160\u3164\uffa0]/u.test(value)) return 'is blank';
  if (value.length > MAX_PRINCIPAL) return `is longer than ${MAX_PRINCIPAL} characters`;
  // eslint-disable-next-line no-control-regex -- a principal ends up in logs and headers
  if (/[\u0000-\u001f\u007f-\u009f]/.test(value)) return 'holds a control character';
  // Everybody whose name was redacted would be the same principal.
  if (value.includes(REDACTED)) return 'holds the token or another secret';
  return value.isWellFormed() ? null : 'is not well-formed Unicode';
}

function isBlank(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '';
}
