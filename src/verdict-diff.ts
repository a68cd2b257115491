/** Two verdicts compared: what changed about who somebody is, and why; and what they may do. Pure. */

import { parseJson } from './json-parser.js';
import { isObject, writeJson, type Json, type JsonObject } from './json.js';
import type { AccessRule, Policies, RouteRule } from './policy/rules.js';
import type { Step } from './trace.js';
import type { Verdict } from './verdict.js';

/** One thing that changed; null where one of the verdicts does not have it. A row of the mapping changes as a whole. */
export interface VerdictChange {
  /** Where in the verdict, such as `steps.audience.status`, `attributes.roles` or `mapping["realm_access.roles"]`; or which policy. */
  readonly path: string;
  readonly before: Json;
  readonly after: Json;
}

/**
 * Lists what changed: outcome, reason, steps, principal, attributes, mapping, in this order.
 *
 * Durations, places in files and the wording of messages are no change, and neither is the order of values. The times
 * that a token names count through the status of their step alone.
 */
export function compareVerdicts(before: Verdict, after: Verdict): VerdictChange[] {
  const [old, fresh] = [collectFacts(before), collectFacts(after)];
  const paths = [...new Set([...old.keys(), ...fresh.keys()])].sort((a, b) => rank(a) - rank(b));
  return paths
    .map((path) => ({ path, before: old.get(path) ?? null, after: fresh.get(path) ?? null }))
    .filter((change) => canonical(change.before) !== canonical(change.after));
}

/**
 * Lists the policies that differ, each as a whole.
 *
 * How a rule is described is no change; its place is one, for the first rule that fits decides.
 */
export function comparePolicies(before: Policies, after: Policies): VerdictChange[] {
  return (['access_policy', 'route_policy'] as const)
    .map((path) => ({ path, before: before[path].map(factsOfRule), after: after[path].map(factsOfRule) }))
    .filter((change) => writeJson(change.before.map(canonical)) !== writeJson(change.after.map(canonical)));
}

function factsOfRule(rule: AccessRule | RouteRule): Json {
  const json = parseJson(writeJson({ ...rule, description: undefined }));
  return json.ok ? json.value : null;
}

/** Steps whose values are moments, which differ from token to token. */
const TIME_STEPS = ['expiry', 'not_before'];

function collectFacts(verdict: Verdict): Map<string, Json> {
  const facts = new Map<string, Json>([
    ['outcome', verdict.outcome],
    ['reason', verdict.reason?.code ?? null],
    ['principal', verdict.principal],
  ]);
  for (const step of verdict.steps) {
    for (const [name, value] of Object.entries(factsOf(step))) facts.set(`steps.${step.name}.${name}`, value);
  }
  for (const [name, values] of Object.entries(verdict.attributes)) facts.set(`attributes${below(name)}`, values);
  for (const { claim, attribute, status, values } of verdict.mapping) {
    // An entry that finds nothing is as good as none.
    if (status !== 'absent') facts.set(`mapping${below(claim)}`, { attribute, status, values });
  }
  return facts;
}

function factsOf({ name, status, code, expected = null, actual = null }: Step): JsonObject {
  return TIME_STEPS.includes(name) ? { status, code } : { status, code, expected, actual };
}

const SECTIONS = ['outcome', 'reason', 'steps', 'principal', 'attributes', 'mapping'];

function rank(path: string): number {
  return SECTIONS.indexOf(/^[a-z]+/.exec(path)?.[0] ?? '');
}

function below(name: string): string {
  return /^[\w-]+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

/** Lists are sets here: whoever asks for a role does not ask for its place. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return writeJson(value.map((item: Json) => canonical(item)).sort());
  if (!isObject(value)) return writeJson(value);
  return writeJson(Object.entries(value).map(([name, item]) => [name, canonical(item)]));
}
