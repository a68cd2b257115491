import { expect, test } from 'vitest';
import type { JsonObject } from '../src/json.js';
import { recognizeMisplaced, type Misplaced } from '../src/misplaced-token.js';

const ALL: readonly Misplaced['kind'][] = ['graph', 'refresh', 'id', 'okta', 'keycloak', 'cluster'];

test.each<[JsonObject, Misplaced['kind']]>([
  [{ aud: '00000003-0000-0000-c000-000000000000', scp: 'User.Read' }, 'graph'],
  [{ aud: 'https://graph.microsoft.com' }, 'graph'],
  [{ typ: 'Refresh', aud: 'https://sso.example/realms/prod', scope: 'openid' }, 'refresh'],
  [{ typ: 'Offline' }, 'refresh'],
  [{ typ: 'ID', aud: 'ui', scope: 'openid' }, 'id'],
  [{ token_use: 'id', aud: 'client' }, 'id'],
  [{ aud: 'client', nonce: '1' }, 'id'],
  [{ aud: 'client', at_hash: 'x' }, 'id'],
  [{ aud: 'client', azp: 'client' }, 'id'],
  [{ iss: 'https://acme.okta.com', aud: 'https://acme.okta.com', scp: ['openid'] }, 'okta'],
  [{ aud: ['x', 'account'], typ: 'Bearer', nonce: 'old Keycloak' }, 'keycloak'],
  [{ sub: 'system:serviceaccount:ml:trainer', aud: ['https://kubernetes.default.svc'] }, 'cluster'],
])('%j is recognised: %s', (claims, kind) => {
  expect(recognizeMisplaced(claims, ALL)?.kind).toBe(kind);
});

test.each<JsonObject>([
  { aud: 'api', scope: 'openid', azp: 'api' },
  { aud: ['api', 7], sub: 'alice system:serviceaccount:' },
  { iss: 'https://acme.okta.com/oauth2/default' },
  { iss: 'https://acme.okta.com.evil.example' },
])('%j is an access token like any other', (claims) => {
  expect(recognizeMisplaced(claims, ALL)).toBeNull();
});

test('only the kinds that are asked for are found', () => {
  expect(recognizeMisplaced({ aud: 'account', typ: 'ID' }, ['keycloak'])?.kind).toBe('keycloak');
  expect(recognizeMisplaced({ aud: 'account' }, ['graph'])).toBeNull();
  expect(recognizeMisplaced(null, ALL)).toBeNull();
});
