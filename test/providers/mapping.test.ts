import { expect, test } from 'vitest';
import { DEFAULT_CLAIMS_MAPPING } from '../../src/config/provider-config.js';
import type { JsonObject } from '../../src/json.js';
import { mapIdentity } from '../../src/providers/mapping.js';
import { createTrace, fixOf, type Step } from '../../src/trace.js';

const REF = { name: 'default', type: 'oauth2_token', mode: 'jwks', source: null } as const;

/** The step that reports a mapping: one that the config has, or the default. */
function report(claims: JsonObject, written?: Readonly<Record<string, string>>): Step | undefined {
  const trace = createTrace(() => null);
  mapIdentity(
    trace,
    { ref: REF, sets: () => written !== undefined },
    claims,
    written ?? DEFAULT_CLAIMS_MAPPING,
    'alice',
  );
  return trace.steps[0];
}

const LEFT_OUT =
  'groups (absent: too many groups, so Entra left them out of the token; use app roles, or "Groups assigned to the application")';

test('warns of groups that Entra left out, though the mapping is the default', () => {
  expect(report({ sub: 'alice', _claim_names: { groups: 'src1' } })).toMatchObject({
    status: 'warned',
    code: 'claim_unmapped',
    message: `mapped to roles; without a value: ${LEFT_OUT}`,
  });
  expect(report({ sub: 'alice', roles: ['a'] })).toMatchObject({ status: 'passed', message: 'mapped to roles' });
});

test('says why, where nothing was found', () => {
  const nothing = 'the claims mapping found nothing: the principal has no attributes';
  expect(report({ hasgroups: true }, { groups: 'teams' })).toMatchObject({
    code: 'attributes_empty',
    message: `${nothing}; ${LEFT_OUT}`,
  });
  expect(report({ groups: 5 }, { groups: 'teams', other: 'teams' })?.message).toBe(
    `${nothing}; groups (unusable: the claim is a number; only a string or a list can be mapped)`,
  );
  expect(report({}, { groups: 'teams' })?.message).toBe(nothing);
});

test('names what is unusable first, and why a claim cannot be reached', () => {
  const claims = { sub: 'alice', app: { 'a.b': { roles: ['x'] } }, num: 5 };
  const mapping = { sub: 'roles', other: 'roles', 'app.a.b.roles': 'roles', num: 'roles' };
  expect(report(claims, mapping)?.message).toBe(
    'mapped to roles; without a value: num (unusable: the claim is a number; only a string or a list can be mapped), other (absent), app.a.b.roles (absent: a name on this path contains dots, so no path reaches it; have the issuer put it in a flat claim (token mapper))',
  );
});

test('points at the entry that finds nothing', () => {
  const trace = createTrace((field) => field.join('/'));
  const mapping = { sub: 'roles', other: 'roles', num: 'roles' };
  mapIdentity(trace, { ref: REF, sets: () => true }, { sub: 'alice', num: 5 }, mapping, 'alice');
  expect(trace.steps[0]?.position).toBe('claims_mapping/num');
});

test('sends to authcheck map only where the token itself is mapped', () => {
  const fix = (mode: 'jwks' | 'introspection'): string => {
    const trace = createTrace(() => null);
    mapIdentity(trace, { ref: { ...REF, mode }, sets: () => true }, {}, { groups: 'teams' }, 'alice');
    return trace.steps.map(fixOf).join('');
  };
  expect(fix('jwks')).toContain('authcheck map shows what each entry finds');
  expect(fix('introspection')).toContain('authcheck map --claims-file');
});
