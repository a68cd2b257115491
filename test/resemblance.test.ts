import { describe, expect, test } from 'vitest';
import { findResemblance, lacksVersion, namesDomain } from '../src/resemblance.js';

const TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const V1 = `https://sts.windows.net/${TENANT}/`;
const V2 = `https://login.microsoftonline.com/${TENANT}/v2.0`;
const SSO = 'https://sso.example/realms/prod';

test.each([
  [`${SSO}/.well-known/openid-configuration`, SSO],
  ['https://sso.example/auth/realms/prod', SSO],
  [SSO, 'https://keycloak.auth.svc/realms/prod'],
  ['https://dev.example/api', 'https://api.example/api'],
])('what issuers may differ in makes other audiences: %s and %s', (expected, actual) => {
  expect(findResemblance(expected, actual)).not.toBeNull();
  expect(findResemblance(expected, actual, 'audience')).toBeNull();
});

describe('two names', () => {
  test.each([
    [SSO, `${SSO}/`, 'only the trailing slash differs'],
    [SSO, 'https://SSO.example/realms/Prod', 'only the case differs'],
    [SSO, `${SSO}\n`, 'only the white space around it differs'],
    [SSO, 'http://sso.example/realms/prod', 'only the scheme differs'],
    [SSO, 'https://sso.example:443/realms/prod', 'only the port differs'],
    ['https://sso.example:8443', 'https://sso.example', 'only the port differs'],
    ['https://sso.example/auth/realms/prod', SSO, 'only the "/auth" before "/realms" differs'],
    [SSO, 'https://keycloak.auth.svc/realms/prod', 'only the host differs'],
    [SSO, 'http://keycloak:8080/realms/prod', 'only the scheme, the host and the port differ'],
    [`${SSO}/.well-known/openid-configuration`, SSO, 'only the suffix "/.well-known/…" differs'],
    [`${SSO}/.well-known/oauth-authorization-server`, SSO, 'only the suffix "/.well-known/…" differs'],
    ['https://accounts.google.com', 'accounts.google.com', 'only the scheme differs'],
    [`api://${TENANT}`, TENANT, 'only the prefix "api://" differs'],
    [`api://${TENANT}/.default`, `api://${TENANT}`, 'only the scope at its end differs'],
    [`api://${TENANT}/access_as_user`, TENANT, 'only the prefix "api://" and the scope at its end differ'],
    ['https://api.example/.default', 'https://api.example', 'only the scope at its end differs'],
    ['"api"', 'api', 'only the pair of quotes around it differs'],
    [
      "'https://idp.example'",
      'https://idp.example/',
      'only the trailing slash and the pair of quotes around it differ',
    ],
    ['api', 'API ', 'only the case and the white space around it differ'],
    [V2, V1, 'the same tenant, but a token of version 1.0'],
    [V2, V1.replace(TENANT, TENANT.toUpperCase()), 'the same tenant, but a token of version 1.0'],
    [V1, V2, 'the same tenant, but the config expects tokens of version 1.0'],
    ['https://login.microsoftonline.com/common/v2.0', V2, 'the config names no tenant, the token does'],
    ['https://login.microsoftonline.com/{tenantid}/v2.0', V2, 'the config names no tenant, the token does'],
    ['https://login.microsoftonline.com/v2.0', V2, 'the config names no tenant, the token does'],
    ['https://login.partner.microsoftonline.cn/common/v2.0', V2, 'the config names no tenant, the token does'],
    ['https://login.microsoftonline.com/<tenant id>/v2.0', V2, 'the config names no tenant, the token does'],
    [SSO, 'https://sso.example/realms/dev', 'another realm of the same server'],
    ['http://kc:8080/auth/realms/a', 'http://kc:8080/auth/realms/b', 'another realm of the same server'],
    [V2, V2.replace('72f9', '82f9'), 'another tenant of Entra'],
    [V2, V2.replace(TENANT, '9188040d-6c67-4c5b-b112-36a304b66dad'), 'the tenant of all personal Microsoft accounts'],
    [
      'https://login.microsoftonline.com/common.example/v2.0',
      V2,
      'the config names the tenant by its domain, tokens by its id',
    ],
    // The same tenant, and both the host and the slash differ: the version says more.
    [
      `https://login.microsoftonline.com/${TENANT}`,
      V1,
      'the same tenant, but the issuer of the config lacks the version',
    ],
    [
      `https://login.microsoftonline.com/${TENANT}/`,
      V2,
      'the same tenant, but the issuer of the config lacks the version',
    ],
    [`https://sts.windows.net/${TENANT}/v2.0`, V2, 'the same tenant, but the config expects tokens of version 1.0'],
    ['api://default', 'default', 'only the prefix "api://" differs'],
    ['https://a.example:8443/realms/prod', 'https://b.example:8443/realms/prod', 'only the host differs'],
    [`${'a'.repeat(2047)}/`, 'a'.repeat(2047), 'only the trailing slash differs'],
  ])('%j and %j: %s', (expected, actual, how) => {
    expect(findResemblance(expected, actual)?.how).toBe(how);
  });

  test.each([
    ['https://a.example', 'https://b.example'],
    ['https://a.example/', 'https://b.example/'],
    [SSO, 'https://other.example/realms/dev'],
    [V2, SSO],
    [`see ${SSO}`, 'see https://sso.example/realms/dev'],
    [`${SSO}/x`, 'https://sso.example/realms/dev/x'],
    ['a"api"', 'aapi'],
    ['"api"a', 'apia'],
    ['see https://api', 'see http://api'],
    ['api', 'apis'],
    [`api://${TENANT}/one`, `api://${TENANT}/two`],
    [`api://${TENANT}/x.default`, `api://${TENANT}`],
    ['my-api://a', 'my-a'],
    [`${SSO}/.well-known/openid-configuration/more`, SSO],
    ['https://login.microsoftonline.com/uncommon/v2.0', 'https://login.microsoftonline.com/uncommon/v1.0'],
    [`see ${V1}`, V2],
    ['https://other.example:8443/realms/prod', 'https://sso.example:8080x/realms/prod'],
    ['a'.repeat(2049), `${'a'.repeat(2047)}/`],
    [`${'a'.repeat(2049)}/`, 'a'.repeat(2049)],
  ])('%j and %j have nothing in common', (expected, actual) => {
    expect(findResemblance(expected, actual)).toBeNull();
  });

  test('that are the same differ in nothing', () => {
    expect(findResemblance('api', 'api')).toBeNull();
  });
});

test('realms are compared only where they issue tokens', () => {
  expect(findResemblance(SSO, 'https://sso.example/realms/dev', 'audience')).toBeNull();
});

describe('the way out', () => {
  test.each([
    [V2, V1, 'requestedAccessTokenVersion: 2'],
    [V1, V2, 'Set issuer in the config to that which the token has'],
    ['https://sso.example/auth/realms/prod', SSO, 'Keycloak before version 17'],
    [`api://${TENANT}`, TENANT, 'set audience to the form that the token has'],
    [`api://${TENANT}/user_impersonation`, TENANT, 'What clients request is a scope'],
    ['https://login.microsoftonline.com/common/v2.0', V2, 'the id of your own tenant'],
    [`${SSO}/.well-known/openid-configuration`, SSO, 'not the URL of its metadata'],
    [` ${SSO}`, ' http://sso.example/realms/prod/', 'a proxy ends TLS before it'],
    ['"api"', 'api', 'docker run --env-file'],
    [SSO, 'http://sso.example/realms/prod', 'a proxy ends TLS before it (in Keycloak: proxy-headers, hostname)'],
    [SSO, 'https://sso.example/realms/dev', 'log in at the realm of the config'],
    [SSO, 'http://keycloak:8080/realms/prod', 'give it one name for all (in Keycloak: hostname)'],
    ['https://acme.example/oauth2/a', 'http://b:80/oauth2/a', 'If both names are the same server’s, set issuer'],
    ['https://login.microsoftonline.com/acme.example/v2.0', V2, 'in the place of its domain'],
    // To trust another tenant, which may be anybody's, is no way out.
    [V2, V2.replace('72f9', '82f9'), 'log in at the tenant of the config'],
  ])('for %j and %j has %s', (expected, actual, words) => {
    expect(findResemblance(expected, actual)?.fix).toContain(words);
  });

  test('is that of the code where the difference says it all', () => {
    expect(findResemblance(SSO, `${SSO}/`)).toStrictEqual({ how: 'only the trailing slash differs' });
    // No proxy ends TLS where the token has https, or the config no scheme.
    const scheme = { how: 'only the scheme differs' };
    expect(findResemblance('http://sso.example/realms/prod', SSO)).toStrictEqual(scheme);
    expect(findResemblance('sso.example', 'http://sso.example')).toStrictEqual(scheme);
    // Entra writes the ids of applications so, and Okta names such as api://default.
    expect(findResemblance('default', 'api://default')).toStrictEqual({ how: 'only the prefix "api://" differs' });
    expect(findResemblance(TENANT, `api://${TENANT}x`)).toBeNull();
    const [one, other] = ['https://see https://a.example/x', 'https://see https://b.example/x'];
    expect(findResemblance(one, other)).toBeNull();
  });
});

describe('an issuer of Entra', () => {
  test.each([
    ['https://login.microsoftonline.com/acme.onmicrosoft.com/v2.0', true, false],
    [`https://login.microsoftonline.com/${TENANT}`, false, true],
    [`https://login.microsoftonline.us/${TENANT}/`, false, true],
    [V1, false, false],
    [V2, false, false],
    [`see https://login.microsoftonline.com/${TENANT}`, false, false],
    ['https://login.microsoftonline.com/acme.example.1/v2.0', false, false],
    ['https://acme.example/acme.example/v2.0', false, false],
    ['', false, false],
  ])('%j names a domain: %j, lacks a version: %j', (issuer, domain, version) => {
    expect([namesDomain(issuer), lacksVersion(issuer)]).toEqual([domain, version]);
  });
});
