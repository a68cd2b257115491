/** What somebody expects of a verdict, held against it. Pure. */

import { member } from './json.js';
import type { ReasonCode } from './reason-codes.js';
import { duration } from './duration.js';
import { valuesOf, type Verdict } from './verdict.js';

/** Expectations; what is absent is not looked at. */
export interface VerdictExpectations {
  readonly principal?: string | undefined;
  /** Values that attributes must have, among others. */
  readonly attributes?: readonly (readonly [name: string, value: string])[] | undefined;
  /** Why the token must not be accepted. Default: it must be. */
  readonly reason?: ReasonCode | undefined;
  /** Seconds that the token must still live. */
  readonly minTtl?: number | undefined;
}

/** Whether one expectation holds. */
export interface ExpectationResult {
  readonly name: 'outcome' | 'principal' | 'attribute' | 'reason' | 'min_ttl';
  readonly ok: boolean;
  readonly expected: string;
  readonly actual: string;
}

/** Holds expectations against a verdict; `now` is in seconds since 1970. Unless a reason is expected, acceptance is. */
export function checkExpectations(verdict: Verdict, expected: VerdictExpectations, now: number): ExpectationResult[] {
  const { principal, attributes = [], reason, minTtl } = expected;
  const said = verdict.reason === null ? verdict.outcome : `${verdict.outcome}: ${verdict.reason.code}`;
  return [
    reason === undefined
      ? { name: 'outcome', ok: verdict.outcome === 'accepted', expected: 'accepted', actual: said }
      : { name: 'reason', ok: verdict.reason?.code === reason, expected: reason, actual: said },
    ...(principal === undefined
      ? []
      : [
          {
            name: 'principal',
            ok: verdict.principal === principal,
            expected: principal,
            actual: verdict.principal ?? 'nobody',
          } as const,
        ]),
    ...attributes.map(([name, value]) => checkAttribute(verdict, name, value)),
    ...(minTtl === undefined ? [] : [checkLifetime(verdict, minTtl, now)]),
  ];
}

function checkAttribute({ attributes }: Verdict, name: string, value: string): ExpectationResult {
  const values = valuesOf(attributes, name);
  const actual = values.length === 0 ? `no ${name}` : `${name}=${values.join(',')}`;
  return { name: 'attribute', ok: values.includes(value), expected: `${name}=${value}`, actual };
}

/** A JWT without an end lives for ever; an answer without one says nothing of it, for it need not. */
function checkLifetime(
  { token: { claims }, provider: { mode } }: Verdict,
  least: number,
  now: number,
): ExpectationResult {
  const exp = claims === null ? undefined : member(claims, 'exp');
  const isEndless = claims !== null && exp === undefined && mode === 'jwks';
  // In whole seconds, as the checks have it: the trace and the expectation are to say the same.
  const rest = typeof exp === 'number' ? exp - Math.floor(now) : null;
  const actual = isEndless
    ? 'it never expires: it has no exp'
    : exp === undefined
      ? 'nobody says when it ends'
      : rest === null
        ? 'nobody can tell: its exp is not a number'
        : rest > 0
          ? duration(rest)
          : `expired ${duration(-rest)} ago`;
  const ok = isEndless || (rest !== null && rest >= least);
  return { name: 'min_ttl', ok, expected: `at least ${duration(least)} to live`, actual };
}
