import { beforeAll, describe, expect, test, vi } from 'vitest';
import { discoverIssuer } from '../../src/index.js';
import { makeCertificates, type Certificates } from '../certificates.js';
import { newKey, type IssuerKey } from '../forge.js';
import { provide, stepOf, summary } from '../providers/provide.js';
import { CLIENT, startIssuer } from './issuer.js';

const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];

let certificates: Certificates;
let keys: readonly IssuerKey[];

beforeAll(async () => {
  // oidc-provider warns of its own defaults, once per issuer.
  for (const level of ['info', 'warn'] as const) vi.spyOn(console, level).mockReturnValue();
  certificates = await makeCertificates();
  keys = ALGORITHMS.map((alg) => newKey(alg, `key-${alg}`));
});

describe.each(['http', 'https'])('over %s', (scheme) => {
  const tls = (): Certificates | null => (scheme === 'https' ? certificates : null);
  const tlsConfig = (): object => (scheme === 'https' ? { tls_cafile: certificates.caFile } : {});

  test.each(ALGORITHMS)('a JWT signed with %s is accepted by the discovered key set', async (alg) => {
    const issuer = await startIssuer(keys, tls());
    const metadata = await discoverIssuer(issuer.http, issuer.url);
    expect(metadata).toMatchObject({ issuer: issuer.url, jwks_uri: `${issuer.url}/jwks` });
    const provider = provide({
      type: 'oauth2_token',
      issuer: metadata.issuer,
      audience: `urn:api:${alg}`,
      jwks: { uri: metadata.jwks_uri },
      ...tlsConfig(),
    });
    const verdict = await provider.authenticate({ token: await issuer.issue(alg) });
    expect(verdict.token.header).toMatchObject({ alg, kid: `key-${alg}`, typ: 'at+jwt' });
    expect(verdict).toMatchObject({
      outcome: 'accepted',
      principal: CLIENT.client_id,
      attributes: { roles: ['llama', 'stack'], teams: ['ml', 'ops'] },
    });
  });

  test('an opaque token is accepted by the discovered introspection endpoint, until it is revoked', async () => {
    const issuer = await startIssuer(keys, tls());
    const { introspection_endpoint } = await discoverIssuer(issuer.http, issuer.url);
    const provider = provide({
      type: 'oauth2_token',
      issuer: issuer.url,
      introspection: { url: introspection_endpoint, ...CLIENT },
      ...tlsConfig(),
    });
    const token = await issuer.issue(null);
    const verdict = await provider.authenticate({ token });
    expect(verdict).toMatchObject({
      outcome: 'accepted',
      principal: 'machine',
      attributes: { roles: ['machine'], teams: ['ml', 'ops'] },
    });
    // The client credentials were form-encoded: this issuer takes them only so.
    expect(stepOf(verdict, 'request').status).toBe('passed');
    expect(JSON.stringify(verdict)).not.toContain(token);
    await issuer.revoke(token);
    expect(summary(await provider.authenticate({ token }))).toBe('rejected: token_inactive');
  });
});

describe('what the issuer refuses, or the config', () => {
  test('https without its CA is undecided, and no token is sent', async () => {
    const issuer = await startIssuer(keys, certificates);
    const token = await issuer.issue('ES256');
    const before = issuer.asked.length;
    const config = { type: 'oauth2_token', issuer: issuer.url, audience: 'urn:api:ES256' };
    const jwks = provide({ ...config, jwks: { uri: `${issuer.url}/jwks` } });
    const introspection = provide({
      ...config,
      introspection: { url: `${issuer.url}/token/introspection`, ...CLIENT },
    });
    expect(summary(await jwks.authenticate({ token }))).toBe('undecided: endpoint_tls');
    expect(summary(await introspection.authenticate({ token }))).toBe('undecided: endpoint_tls');
    expect(issuer.asked).toHaveLength(before);
  });

  test('a wrong client secret is undecided', async () => {
    const issuer = await startIssuer(keys);
    const provider = provide({
      type: 'oauth2_token',
      introspection: { url: `${issuer.url}/token/introspection`, ...CLIENT, client_secret: 'wrong' },
    });
    const verdict = await provider.authenticate({ token: await issuer.issue(null) });
    expect(summary(verdict)).toBe('undecided: client_credentials_rejected');
  });

  test('a token that this issuer never issued is not active', async () => {
    const issuer = await startIssuer(keys);
    const provider = provide({
      type: 'oauth2_token',
      introspection: { url: `${issuer.url}/token/introspection`, ...CLIENT },
    });
    expect(summary(await provider.authenticate({ token: 'somebody-else’s' }))).toBe('rejected: token_inactive');
  });

  test('a token for another audience, and an opaque token, are told apart', async () => {
    const issuer = await startIssuer(keys);
    const provider = provide({
      type: 'oauth2_token',
      issuer: issuer.url,
      audience: 'urn:api:RS256',
      jwks: { uri: `${issuer.url}/jwks` },
    });
    expect(summary(await provider.authenticate({ token: await issuer.issue('ES256') }))).toBe(
      'rejected: audience_mismatch',
    );
    expect(summary(await provider.authenticate({ token: await issuer.issue(null) }))).toBe('rejected: token_opaque');
  });

  test('an issuer named with a slash too many is not the issuer', async () => {
    const issuer = await startIssuer(keys);
    await expect(discoverIssuer(issuer.http, `${issuer.url}/`)).rejects.toMatchObject({
      code: 'discovery_failed',
      message: expect.stringContaining(JSON.stringify(issuer.url)),
    });
  });

  test('a path without metadata is no issuer', async () => {
    const issuer = await startIssuer(keys);
    await expect(discoverIssuer(issuer.http, `${issuer.url}/realms/other`)).rejects.toMatchObject({
      code: 'discovery_failed',
    });
    expect(issuer.asked).toEqual([
      '/realms/other/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server/realms/other',
    ]);
  });
});

describe('an issuer that changes its keys', () => {
  const PERIOD = 600;

  test('is asked once more for the new key; the old one works until the key set is read again', async () => {
    const [oldKey, newerKey] = [newKey('ES256', 'old'), newKey('ES256', 'new')];
    const issuer = await startIssuer([oldKey]);
    const fetches = (): number => issuer.asked.filter((path) => path === '/jwks').length;
    let offset = 0;
    const config = {
      type: 'oauth2_token',
      issuer: issuer.url,
      audience: 'urn:api:ES256',
      jwks: { uri: `${issuer.url}/jwks`, key_recheck_period: PERIOD },
    };
    const options = { now: () => Date.now() + offset * 1000 };
    const [busy, quiet] = [provide(config, options), provide(config, options)];
    const oldToken = await issuer.issue('ES256');
    expect(summary(await busy.authenticate({ token: oldToken }))).toBe('accepted');
    expect(summary(await quiet.authenticate({ token: oldToken }))).toBe('accepted');
    expect(fetches()).toBe(2);

    issuer.rotate([newerKey]);
    const newToken = await issuer.issue('ES256');

    // One validator meets the new key: it asks once more, and the old key is gone for it at once.
    const verdict = await busy.authenticate({ token: newToken });
    expect(summary(verdict)).toBe('accepted');
    expect(verdict.token.header).toMatchObject({ kid: 'new' });
    expect(fetches()).toBe(3);
    expect(summary(await busy.authenticate({ token: newToken }))).toBe('accepted');
    expect(summary(await busy.authenticate({ token: oldToken }))).toBe('rejected: key_not_found');
    expect(fetches()).toBe(3);

    // The other does not: for it the old key works to the end of the period, and no longer.
    offset = PERIOD - 5;
    expect(summary(await quiet.authenticate({ token: oldToken }))).toBe('accepted');
    expect(fetches()).toBe(3);
    offset = PERIOD + 1;
    expect(summary(await quiet.authenticate({ token: oldToken }))).toBe('rejected: key_not_found');
    expect(fetches()).toBe(4);
    expect(summary(await quiet.authenticate({ token: newToken }))).toBe('accepted');
    expect(fetches()).toBe(4);
  });

  test('and replaces a key under its old kid is believed after the period', async () => {
    const [first, second] = [newKey('RS256', 'same'), newKey('RS256', 'same')];
    const issuer = await startIssuer([first]);
    let offset = 0;
    const provider = provide(
      {
        type: 'oauth2_token',
        issuer: issuer.url,
        audience: 'urn:api:RS256',
        jwks: { uri: `${issuer.url}/jwks`, key_recheck_period: PERIOD },
      },
      { now: () => Date.now() + offset * 1000 },
    );
    const oldToken = await issuer.issue('RS256');
    expect(summary(await provider.authenticate({ token: oldToken }))).toBe('accepted');
    issuer.rotate([second]);
    offset = PERIOD + 1;
    expect(summary(await provider.authenticate({ token: await issuer.issue('RS256') }))).toBe('accepted');
    expect(summary(await provider.authenticate({ token: oldToken }))).toBe('rejected: signature_invalid');
  });
});
