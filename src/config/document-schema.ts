/** The config documents that are accepted, as one schema: what editors complete against. */

import * as v from 'valibot';
import { accessPolicySchema, routePolicySchema } from './policy-schema.js';
import { PROVIDER_SCHEMAS } from './schema.js';

const provider = v.union(Object.values(PROVIDER_SCHEMAS));
const policies = { access_policy: v.optional(accessPolicySchema), route_policy: v.optional(routePolicySchema) };
const auth = v.looseObject({ provider_config: v.nullish(provider), ...policies });

/** A whole server config, its auth section, one provider, or several. */
export const documentSchema: v.GenericSchema = v.union([
  v.looseObject({ server: v.looseObject({ auth }) }),
  v.looseObject({ auth }),
  v.looseObject({ providers: v.record(v.string(), provider), default: v.optional(v.string()), ...policies }),
  auth,
  provider,
]);
