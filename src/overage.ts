/**
 * Groups that Entra leaves out of a token, as there are too many of them.
 *
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference#groups-overage-claim
 */

import { isObject, member, type JsonObject } from './json.js';

/** Says why a token has no groups, where its issuer left them out; null otherwise. */
export function describeOverage(claims: JsonObject, claim: string): string | null {
  if (claim !== 'groups') return null;
  const elsewhere = member(claims, '_claim_names');
  const isLeftOut = isObject(elsewhere) && member(elsewhere, 'groups') !== undefined;
  if (!isLeftOut && member(claims, 'hasgroups') !== true) return null;
  return 'too many groups, so Entra left them out of the token; use app roles, or "Groups assigned to the application"';
}
