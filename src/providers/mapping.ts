/** The last step of a verdict: what the claims mapping makes of the claims. */

import { mapClaims, type ClaimsMapping, type MappedClaims } from '../claims.js';
import type { JsonObject } from '../json.js';
import type { Trace } from '../verdict.js';
import type { Judgement } from './judge.js';
import type { ProviderContext } from './provider.js';

/** Maps the claims of a principal, reports the step, and gives the identity; null where there is no principal. */
export function mapIdentity(
  trace: Trace,
  context: ProviderContext,
  claims: JsonObject,
  mapping: ClaimsMapping,
  principal: string | null,
): Required<Pick<Judgement, 'identity' | 'mapping'>> {
  const mapped = mapClaims(claims, mapping);
  reportMapping(trace, mapped, context.sets('claims_mapping'));
  const identity = principal === null ? null : { principal, attributes: mapped.attributes };
  return { identity, mapping: mapped.mapping };
}

/** Reports the mapping; entries of a mapping that somebody wrote are expected to find something, the default's are not. */
function reportMapping(trace: Trace, mapped: MappedClaims, written: boolean): void {
  const { mapping, attributes } = mapped;
  const gaps = mapping.filter((row) => row.status === 'unusable' || (written && row.status === 'absent'));
  const field = { field: ['claims_mapping'] };
  const names = Object.keys(attributes);
  if (mapping.length === 0) trace.skip('mapping', 'the claims mapping is empty: no attributes');
  else if (mapping.every((row) => row.values.length === 0)) {
    trace.warn(
      'mapping',
      'attributes_empty',
      'the claims mapping found nothing: the principal has no attributes',
      field,
    );
  } else if (gaps.length > 0) {
    const unusableFirst = gaps.sort((a, b) => Number(b.status === 'unusable') - Number(a.status === 'unusable'));
    const list = unusableFirst.map((row) => `${row.claim} (${row.status})`).slice(0, 5);
    trace.warn(
      'mapping',
      'claim_unmapped',
      `mapped to ${names.join(', ')}; without a value: ${list.join(', ')}`,
      field,
    );
  } else trace.pass('mapping', `mapped to ${names.join(', ')}`, field);
}
