import { expect, test } from 'vitest';
import { describeOverage } from '../src/overage.js';

test.each([
  { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://graph.example' } } },
  { hasgroups: true },
])('groups that Entra left out are told: %j', (claims) => {
  expect(describeOverage(claims, 'groups')).toMatch(/^too many groups, so Entra left them out/);
  expect(describeOverage(claims, 'roles')).toBeNull();
});

test.each([{}, { hasgroups: 'true' }, { _claim_names: { roles: 'src1' } }, { _claim_names: ['groups'] }])(
  'groups that are nowhere are not: %j',
  (claims) => {
    expect(describeOverage(claims, 'groups')).toBeNull();
  },
);
