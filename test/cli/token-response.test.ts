// The token responses of issuers and of their tools: where the token is, and what is said of those that have none.
import { describe, expect, it } from 'vitest';
import { findToken, triage } from '../../src/cli/token.js';
import { record } from './recorder.js';

const TOKEN = 'eyJhbGciOiJFUzI1NiJ9.e30.c2ln';

it.each([
  ['OAuth 2.0', { access_token: TOKEN, id_token: 'other', token: 'another' }],
  ['az account get-access-token', { accessToken: TOKEN, expiresOn: '2026-01-01', tokenType: 'Bearer' }],
  ['aws cognito-idp initiate-auth', { ChallengeParameters: {}, AuthenticationResult: { AccessToken: TOKEN } }],
  ['kubectl create token -o json', { kind: 'TokenRequest', status: { token: TOKEN } }],
  ['a credential plugin of kubectl', { kind: 'ExecCredential', spec: {}, status: { token: TOKEN } }],
  ['gcloud config config-helper', { credential: { access_token: TOKEN, id_token: 'other' } }],
  ['vault read identity/oidc/token/x', { data: { client_id: 'x', token: TOKEN, ttl: 60 } }],
  ['an API', { token: TOKEN }],
])('the access token is found in the answer of %s', (_tool, response) => {
  expect(triage(JSON.stringify(response, null, 2))).toMatchObject({
    token: TOKEN,
    stripped: ['a JSON token response'],
  });
});

it('claims are no response, whatever they call a token', () => {
  const claims = JSON.stringify({ iss: 'https://idp.example', token: 'a word' });
  expect(triage(claims).token).toBe(claims);
});

describe('JSON without an access token is sent nowhere', () => {
  it.each([
    ['an ID token alone', { id_token: TOKEN }, 'the JSON has no access_token; there is a JWT in id_token: give that'],
    ['a place of its own', { headers: { jwt: [TOKEN] } }, 'there is a JWT in headers.jwt.0: give that'],
    ['a list', [{ access_token: TOKEN }], 'there is a JWT in 0.access_token: give that'],
    ['a name that is not shown', { ['x'.repeat(99)]: TOKEN }, 'the JSON has no access_token; it is sent nowhere'],
    ['keys for names', { ghp_a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2: TOKEN }, 'no access_token; it is sent nowhere'],
    ['no JWT', { refresh_token: 'abc' }, 'the JSON has no access_token; it is sent nowhere'],
    ['a token too deep', { a: { b: { c: { d: { e: TOKEN } } } } }, 'the JSON has no access_token; it is sent nowhere'],
    ['a refusal', { error: 'invalid_grant' }, 'this is the answer of an issuer that gave no token'],
    ['what Python prints', `{'access_token': '${TOKEN}', 'refresh_token': 'abc'}`, 'this looks like JSON, but'],
    ['JSON in a string', JSON.stringify(JSON.stringify({ access_token: TOKEN })), 'this looks like JSON, but'],
    ['half of it', `{"access_token":"${TOKEN}"`, 'this looks like JSON, but'],
  ])('%s', async (_what, response, words) => {
    const token = typeof response === 'string' ? response : JSON.stringify(response);
    const failure = await findToken({ token }, undefined, record({}).io).catch(String);
    expect(failure).toContain(words);
    expect(failure).toContain('it is sent nowhere');
    expect(failure).not.toContain(TOKEN);
  });
});
