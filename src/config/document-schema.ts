/** The config documents that are accepted, as one schema: what editors complete against. */

import * as v from 'valibot';
import { accessPolicySchema, routePolicySchema } from './policy-schema.js';
import { PROVIDER_SCHEMAS } from './schema.js';

/** A provider whose type is known only where its variables are. */
const unresolved = v.looseObject({ type: v.pipe(v.string(), v.regex(/\$\{env\./)) });
const provider = v.union([...Object.values(PROVIDER_SCHEMAS), unresolved]);
const policies = { access_policy: v.optional(accessPolicySchema), route_policy: v.optional(routePolicySchema) };
const auth = v.looseObject({ provider_config: v.nullish(provider), ...policies });

/**
 * A whole server config, its auth section, one provider, or several. Each shape has a member that the others need not
 * have: one that needs none would be what every document with a fault is, and nothing would be underlined.
 */
export const documentSchema: v.GenericSchema = v.union([
  v.looseObject({ server: v.looseObject({ auth }) }),
  v.looseObject({ auth }),
  v.looseObject({ providers: v.record(v.string(), provider), default: v.optional(v.string()), ...policies }),
  v.looseObject({ provider_config: v.nullable(provider), ...policies }),
  v.looseObject({ ...policies, access_policy: accessPolicySchema }),
  v.looseObject({ ...policies, route_policy: routePolicySchema }),
  provider,
]);
