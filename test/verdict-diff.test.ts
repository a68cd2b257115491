import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Policies } from '../src/policy/rules.js';
import { comparePolicies, compareVerdicts } from '../src/verdict-diff.js';
import type { Step } from '../src/trace.js';
import type { Verdict } from '../src/verdict.js';

const step = (name: Step['name'], more: Partial<Step> = {}): Step => ({
  name,
  status: 'passed',
  code: null,
  message: 'fine',
  unverified: false,
  ...more,
});

const base: Verdict = {
  outcome: 'accepted',
  provider: { name: 'default', type: 'oauth2_token', mode: 'jwks', source: 'run.yaml:1:1' },
  principal: 'alice',
  attributes: { roles: ['a', 'b'] },
  reason: null,
  steps: [
    step('format'),
    step('audience', { expected: 'api', actual: ['api'] }),
    step('expiry', { actual: 1 }),
    step('not_before', { actual: 1 }),
  ],
  mapping: [{ claim: 'groups', attribute: 'roles', status: 'mapped', values: ['a', 'b'] }],
  token: { kind: 'jwt', header: {}, claims: {}, fingerprint: 'sha256:0' },
  server: { status: 200, body: null },
  timing: { total_ms: 1, network_ms: 1 },
};

describe('compareVerdicts', () => {
  test('finds no change in a verdict and itself', () => {
    expect(compareVerdicts(base, structuredClone(base))).toEqual([]);
  });

  test('is blind to durations, places, wording, the order of values, and moments', () => {
    const other: Verdict = {
      ...base,
      provider: { name: 'other', type: 'custom', mode: null, source: 'other.yaml:9:9' },
      attributes: { roles: ['b', 'a'] },
      steps: [
        step('format', { message: 'other words', position: 'other.yaml:9:9' }),
        step('audience', { expected: 'api', actual: ['api'] }),
        step('expiry', { actual: 2, expected: 3 }),
        step('not_before', { actual: 2, expected: 3 }),
      ],
      mapping: [
        { claim: 'groups', attribute: 'roles', status: 'mapped', values: ['b', 'a'], note: 'a note' },
        { claim: 'tenant', attribute: 'namespaces', status: 'absent', values: [] },
      ],
      token: { ...base.token, fingerprint: 'sha256:1' },
      timing: { total_ms: 9, network_ms: 0 },
    };
    expect(compareVerdicts(base, other)).toEqual([]);
  });

  test('lists what changed, in the order of a verdict', () => {
    const other: Verdict = {
      ...base,
      outcome: 'rejected',
      principal: null,
      attributes: {},
      reason: { code: 'audience_mismatch', message: 'm', fix: 'f' },
      server: { status: 401, body: { error: { message: 'no' } } },
      steps: [
        step('format'),
        step('audience', { status: 'failed', code: 'audience_mismatch', expected: 'x', actual: ['api'] }),
        step('expiry', { status: 'warned', code: 'expiry_absent' }),
        step('not_before'),
        step('mapping'),
      ],
      mapping: [{ claim: 'a.b', attribute: 'roles', status: 'unusable', values: [] }],
    };
    expect(compareVerdicts(base, other)).toEqual([
      { path: 'outcome', before: 'accepted', after: 'rejected' },
      { path: 'reason', before: null, after: 'audience_mismatch' },
      { path: 'steps.audience.status', before: 'passed', after: 'failed' },
      { path: 'steps.audience.code', before: null, after: 'audience_mismatch' },
      { path: 'steps.audience.expected', before: 'api', after: 'x' },
      { path: 'steps.expiry.status', before: 'passed', after: 'warned' },
      { path: 'steps.expiry.code', before: null, after: 'expiry_absent' },
      { path: 'steps.mapping.status', before: null, after: 'passed' },
      { path: 'principal', before: 'alice', after: null },
      { path: 'attributes.roles', before: ['a', 'b'], after: null },
      {
        path: 'mapping.groups',
        before: { attribute: 'roles', status: 'mapped', values: ['a', 'b'] },
        after: null,
      },
      { path: 'mapping["a.b"]', before: null, after: { attribute: 'roles', status: 'unusable', values: [] } },
    ]);
  });

  test('reads backwards what it reads forwards, whatever the names', () => {
    const attributes = fc.dictionary(fc.string(), fc.array(fc.string()));
    fc.assert(
      fc.property(attributes, attributes, (a, b) => {
        const [before, after] = [
          { ...base, attributes: a },
          { ...base, attributes: b },
        ];
        const forwards = compareVerdicts(before, after);
        const swap = ({ path, before: x, after: y }: (typeof forwards)[number]): object => ({
          path,
          before: y,
          after: x,
        });
        const byPath = (changes: readonly object[]): unknown =>
          new Set(changes.map((change) => JSON.stringify(change)));
        expect(byPath(compareVerdicts(after, before))).toEqual(byPath(forwards.map(swap)));
        expect(new Set(forwards.map(({ path }) => path)).size).toBe(forwards.length);
      }),
    );
  });
});

describe('comparePolicies', () => {
  const permit = { permit: { actions: 'read', resource: undefined } } as const;
  const forbid = { forbid: { actions: ['delete', 'update'] } } as const;
  const routes = [{ permit: { paths: '/v1/*' } }];

  test('is blind to what a rule is called, and to the order of what it lists', () => {
    const again = { forbid: { actions: ['update', 'delete'] }, description: 'x' } as const;
    expect(
      comparePolicies(
        { access_policy: [permit, forbid], route_policy: routes },
        { access_policy: [{ ...permit, description: null }, again], route_policy: routes },
      ),
    ).toEqual([]);
  });

  test('finds other rules, and rules in another order', () => {
    expect(
      comparePolicies(
        { access_policy: [permit, forbid], route_policy: [] },
        { access_policy: [forbid, permit], route_policy: routes },
      ),
    ).toEqual([
      {
        path: 'access_policy',
        before: [{ permit: { actions: 'read' } }, forbid],
        after: [forbid, { permit: { actions: 'read' } }],
      },
      { path: 'route_policy', before: [], after: routes },
    ]);
  });
});

test.each<[object, object]>([
  [{ permit: { actions: ['read'] } }, { permit: { actions: ['delete'] } }],
  [{ permit: { actions: ['read'] } }, { forbid: { actions: ['read'] } }],
])('a rule %j is another than %j', (before, after) => {
  const policies = (rule: object): Policies => ({ access_policy: [rule], route_policy: [] });
  expect(comparePolicies(policies(before), policies(after)).map(({ path }) => path)).toEqual(['access_policy']);
});
