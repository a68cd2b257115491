import { expect, test } from 'vitest';
import type { JsonObject } from '../src/json.js';
import { explainHeader, recognizeMisplaced, type Misplaced } from '../src/misplaced-token.js';

const ALL: readonly Misplaced['kind'][] = [
  'graph',
  'azure',
  'refresh',
  'id',
  'okta',
  'keycloak',
  'cluster',
  'job',
  'supabase',
];

test.each<[JsonObject, Misplaced['kind']]>([
  [{ aud: '00000003-0000-0000-c000-000000000000', scp: 'User.Read' }, 'graph'],
  [{ aud: 'https://graph.microsoft.com' }, 'graph'],
  [{ aud: 'https://graph.microsoft.com/' }, 'graph'],
  [{ aud: 'https://management.core.windows.net/', scp: 'user_impersonation' }, 'azure'],
  [{ aud: ['https://vault.azure.net'] }, 'azure'],
  [{ typ: 'Refresh', aud: 'https://sso.example/realms/prod', scope: 'openid' }, 'refresh'],
  [{ typ: 'Offline' }, 'refresh'],
  [{ typ: 'ID', aud: 'ui', scope: 'openid' }, 'id'],
  [{ token_use: 'id', aud: 'client' }, 'id'],
  [{ aud: 'client', nonce: '1' }, 'id'],
  [{ aud: 'client', at_hash: 'x' }, 'id'],
  [{ aud: 'client', c_hash: 'x' }, 'id'],
  [{ aud: 'client', jti: 'ID.abc', scp: ['openid'] }, 'id'],
  [{ aud: 'client', azp: 'client' }, 'id'],
  [{ iss: 'https://login.microsoftonline.com/t/v2.0', aud: 'ui', ver: '2.0', roles: ['admin'] }, 'id'],
  [{ iss: 'https://acme.b2clogin.com/t/v2.0/', aud: 'ui' }, 'id'],
  [{ iss: 'https://acme.eu.auth0.com/', aud: 'AbC', sid: 's', email: 'a@b' }, 'id'],
  [{ iss: 'https://acme.okta.com', aud: 'https://acme.okta.com', scp: ['openid'] }, 'okta'],
  [{ iss: 'https://acme-1.okta-emea.com/', scp: ['openid'] }, 'okta'],
  [{ aud: ['x', 'account'], typ: 'Bearer', nonce: 'old Keycloak' }, 'keycloak'],
  [{ sub: 'system:serviceaccount:ml:trainer', aud: ['https://kubernetes.default.svc'] }, 'cluster'],
  [{ iss: 'https://token.actions.githubusercontent.com', aud: 'https://github.com/acme' }, 'job'],
  [{ iss: 'https://gitlab.example', project_path: 'acme/app', pipeline_id: '1', job_id: '2', aud: 'x' }, 'job'],
  [{ iss: 'supabase', ref: 'abc', role: 'anon' }, 'supabase'],
  [{ iss: 'supabase', role: 'service_role' }, 'supabase'],
])('%j is recognised: %s', (claims, kind) => {
  expect(recognizeMisplaced(claims, ALL)?.kind).toBe(kind);
});

test.each<JsonObject>([
  { aud: 'api', scope: 'openid', azp: 'api' },
  { aud: 'api', scp: ['read'], nonce: '1' },
  { iss: 'https://accounts.google.com', aud: 'api', scope: 'openid' },
  { iss: 'https://login.microsoftonline.com/t/v2.0', aud: 'api', azp: 'job', roles: ['admin'] },
  { iss: 'https://sts.windows.net/t/', aud: 'api', appid: 'job' },
  { iss: 'https://acme.auth0.com/', aud: 'api', client_id: 'job' },
  { iss: 'https://acme.auth0.com.evil.example/', aud: 'api' },
  { iss: 'https://acme.auth0.com/x', aud: 'api' },
  { iss: 'supabase', role: 'authenticated' },
  { iss: 'https://gitlab.example', project_path: 'acme/app', aud: 'x' },
  { sub: 'system:admin' },
  { aud: 'https://management.azure.com.evil.example/' },
  { aud: ['api', 7], sub: 'alice system:serviceaccount:' },
  { iss: 'https://acme.okta.com/oauth2/default' },
  { iss: 'https://acme.okta.com.evil.example' },
  { jti: 'not ID.abc' },
])('%j is an access token like any other', (claims) => {
  expect(recognizeMisplaced(claims, ALL)).toBeNull();
});

test('only the kinds that are asked for are found', () => {
  expect(recognizeMisplaced({ aud: 'account', typ: 'ID' }, ['keycloak'])?.kind).toBe('keycloak');
  expect(recognizeMisplaced({ aud: 'account' }, ['graph'])).toBeNull();
  expect(recognizeMisplaced(null, ALL)).toBeNull();
});

test('Google’s ID token has its own advice, however its issuer is written', () => {
  for (const iss of ['https://accounts.google.com', 'accounts.google.com'])
    expect(recognizeMisplaced({ iss, aud: 'client', at_hash: 'x' }, ALL)?.what).toContain('Google’s ID token');
  const other = { iss: 'https://accounts.google.com.evil.example', at_hash: 'x' };
  expect(recognizeMisplaced(other, ALL)?.what).not.toContain('Google');
});

test('a header tells what is for its issuer alone, and nothing where it is like any other', () => {
  const encrypted = { alg: 'dir', enc: 'A256GCM', iss: 'https://acme.auth0.example/' };
  expect(explainHeader(encrypted)?.what).toContain('Auth0');
  expect(explainHeader({ alg: 'RS256', typ: 'application/okta-internal-at+jwt' })?.what).toContain('Okta');
  expect(explainHeader({ typ: 'Okta-Internal-AT+JWT' })?.what).toContain('Okta');
  const { iss, ...others } = encrypted;
  for (const header of [others, { ...encrypted, alg: 'RSA-OAEP' }, { alg: 'dir', iss }, { alg: 'RS256', typ: 'JWT' }])
    expect(explainHeader(header)).toBeNull();
});
