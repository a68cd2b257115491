/** The last step of a verdict: what the claims mapping makes of the claims. */

import { mapClaims, type ClaimsMapping, type MappedClaims } from '../claims.js';
import type { JsonObject } from '../json.js';
import { listSome } from '../listing.js';
import { describeOverage } from '../overage.js';
import type { Trace } from '../trace.js';
import type { MappingRow } from '../verdict.js';
import type { Judgement } from './judge.js';
import type { ProviderContext } from './provider.js';

/** The field of the config that the step points at. */
const MAPPING_FIELD = ['claims_mapping'];

/** Where a provider is asked, its answer is mapped, and `map` knows no more than the token. */
const ANSWER_FIX =
  'Compare what the provider answers (--json has it as token.claims) with claims_mapping; authcheck map --claims-file tries a mapping on it.';

/** The claims, at the top, that decide who somebody is and what a mapping makes of it. */
export function namesRead(mapping: ClaimsMapping): string[] {
  return ['sub', 'username', ...Object.keys(mapping).flatMap((claim) => [claim, claim.replace(/\..*/s, '')])];
}

/** Maps the claims of a principal, reports the step, and gives the identity; null where there is no principal. */
export function mapIdentity(
  trace: Trace,
  context: Pick<ProviderContext, 'ref' | 'sets'>,
  claims: JsonObject,
  mapping: ClaimsMapping,
  principal: string | null,
): Required<Pick<Judgement, 'identity' | 'mapping'>> {
  const mapped = mapClaims(claims, mapping);
  const written = context.sets('claims_mapping');
  const gaps = mapped.mapping.filter(({ claim, status }) => {
    if (status !== 'absent') return status === 'unusable';
    return written || describeOverage(claims, claim) !== null;
  });
  reportMapping(trace, mapped, gaps, context.ref.mode === 'jwks' ? undefined : ANSWER_FIX);
  const identity = principal === null ? null : { principal, attributes: mapped.attributes };
  return { identity, mapping: mapped.mapping };
}

/** Reports the mapping; `gaps` are the entries that were expected to find something. */
function reportMapping(
  trace: Trace,
  { mapping, attributes }: MappedClaims,
  gaps: MappingRow[],
  fix: string | undefined,
): void {
  const names = Object.keys(attributes).join(', ');
  if (mapping.length === 0) trace.skip('mapping', 'the claims mapping is empty: no attributes');
  else if (!mapping.some(hasValues)) {
    const message = 'the claims mapping found nothing: the principal has no attributes';
    const explained = mapping.find(({ status, note }) => status !== 'mapped' && note !== undefined);
    const why = explained === undefined ? '' : `; ${describeGap(explained)}`;
    trace.warn('mapping', 'attributes_empty', message + why, { field: MAPPING_FIELD, fix });
  } else if (gaps.length > 0) {
    const unusableFirst = gaps.sort((a, b) => Number(b.status === 'unusable') - Number(a.status === 'unusable'));
    const list = listSome(unusableFirst.map(describeGap));
    const field = [...MAPPING_FIELD, ...unusableFirst.slice(0, 1).map(({ claim }) => claim)];
    trace.warn('mapping', 'claim_unmapped', `mapped to ${names}; without a value: ${list}`, { field, fix });
  } else trace.pass('mapping', `mapped to ${names}`, { field: MAPPING_FIELD });
}

function describeGap({ claim, status, note }: MappingRow): string {
  return note === undefined ? `${claim} (${status})` : `${claim} (${status}: ${note})`;
}

function hasValues({ values }: MappingRow): boolean {
  return values.length > 0;
}
