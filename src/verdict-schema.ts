/** The verdict as a schema, from which its JSON Schema is generated and against which tests hold every verdict. */

import * as v from 'valibot';
import { REASONS } from './reasons.js';
import { isReason, type ReasonCode, type WarningCode } from './reason-codes.js';
import type { Json, JsonObject } from './json.js';
import { STEP_NAMES, STEP_STATUSES, type StepName, type StepStatus } from './trace.js';
import type { Outcome, Verdict } from './verdict.js';

type Code = ReasonCode | WarningCode;

const json: v.GenericSchema<Json> = v.lazy(() =>
  v.union([v.null(), v.boolean(), v.number(), v.string(), v.array(json), object]),
);
const object: v.GenericSchema<JsonObject> = v.lazy(() => v.record(v.string(), json));
const strings = v.array(v.string());
const codes = Object.keys(REASONS).filter((code): code is Code => code in REASONS);

/** The outcome of a verdict. */
export const outcome: v.GenericSchema<Outcome> = v.picklist(['accepted', 'rejected', 'undecided']);

/** The code of a reason. */
export const reasonCode: v.GenericSchema<ReasonCode> = v.picklist(codes.filter(isReason));

/** The name of a step. */
export const stepName: v.GenericSchema<StepName> = v.picklist(STEP_NAMES);

/** The status of a step. */
export const stepStatus: v.GenericSchema<StepStatus> = v.picklist(STEP_STATUSES);

const step = v.strictObject({
  name: stepName,
  status: stepStatus,
  code: v.nullable(v.picklist(codes)),
  message: v.string(),
  expected: v.exactOptional(json),
  actual: v.exactOptional(json),
  unverified: v.boolean(),
  position: v.exactOptional(v.string()),
});

const row = v.strictObject({
  claim: v.string(),
  attribute: v.string(),
  status: v.picklist(['mapped', 'absent', 'unusable']),
  values: strings,
  note: v.exactOptional(v.string()),
  near_misses: v.exactOptional(strings),
});

const attributes = v.record(v.string(), strings);

/** What every verdict says, whatever its outcome. */
const judged = {
  provider: v.strictObject({
    name: v.string(),
    type: v.picklist(['oauth2_token', 'github_token', 'custom', 'kubernetes', 'upstream_header']),
    mode: v.nullable(v.picklist(['jwks', 'introspection'])),
    source: v.nullable(v.string()),
  }),
  steps: v.array(step),
  mapping: v.array(row),
  token: v.strictObject({
    kind: v.picklist(['jwt', 'jwe', 'sd-jwt', 'github', 'opaque', 'none']),
    header: v.nullable(object),
    claims: v.nullable(object),
    fingerprint: v.nullable(v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{16}$/))),
  }),
  timing: v.strictObject({ total_ms: v.number(), network_ms: v.number() }),
};

/** The schema of a verdict. */
export const verdictSchema: v.GenericSchema<unknown, Verdict> = v.variant('outcome', [
  v.strictObject({
    outcome: v.literal('accepted'),
    principal: v.string(),
    attributes,
    reason: v.null(),
    server: v.strictObject({ status: v.literal(200), body: v.null() }),
    ...judged,
  }),
  v.strictObject({
    outcome: v.picklist(['rejected', 'undecided']),
    principal: v.null(),
    attributes,
    reason: v.strictObject({ code: reasonCode, message: v.string(), fix: v.string() }),
    server: v.strictObject({
      status: v.picklist([401, 503]),
      body: v.strictObject({ error: v.strictObject({ message: v.string() }) }),
    }),
    ...judged,
  }),
]);

/** Tells a verdict from everything else. */
export function isVerdict(value: unknown): value is Verdict {
  return v.is(verdictSchema, value);
}
