import { describe, expect, it, test } from 'vitest';
import { discoverIssuer, type IssuerMetadata } from '../../src/index.js';
import type { HttpAnswer, HttpClient } from '../../src/exchange.js';

const ISSUER = 'https://idp.example/realms/a';
const OPENID = `${ISSUER}/.well-known/openid-configuration`;
const OAUTH = 'https://idp.example/.well-known/oauth-authorization-server/realms/a';
const METADATA = { issuer: ISSUER, jwks_uri: 'https://keys.example/jwks' };

function reply(body: string | object, status = 200): HttpAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { ok: true, status, headers: {}, body: text, skew: null, ms: 0 };
}

/** Asks servers that answer these places, and nothing else. */
async function discover(
  answers: Readonly<Record<string, HttpAnswer>>,
  issuer: string = ISSUER,
): Promise<{ readonly asked: string[]; readonly metadata: IssuerMetadata | { code: unknown; message: unknown } }> {
  const asked: string[] = [];
  const http: HttpClient = {
    send: ({ method, url, secrets, followSameOrigin }) => {
      asked.push(url);
      expect({ method, secrets, followSameOrigin }).toEqual({ method: 'GET', secrets: [], followSameOrigin: true });
      return Promise.resolve(answers[url] ?? reply('', 404));
    },
    close: () => Promise.resolve(),
  };
  const metadata = await discoverIssuer(http, issuer).catch((error: unknown) =>
    error instanceof Error && 'code' in error
      ? { code: error.code, message: error.message }
      : expect.fail(String(error)),
  );
  return { asked, metadata };
}

describe('discoverIssuer', () => {
  it('asks in the place of OpenID Connect first', async () => {
    const full = { ...METADATA, introspection_endpoint: 'https://idp.example/introspect' };
    expect(await discover({ [OPENID]: reply(full) })).toEqual({
      asked: [OPENID],
      metadata: { ...full, url: OPENID },
    });
  });

  it('then in that of RFC 8414; a web page is no metadata', async () => {
    const answers = { [OPENID]: reply('<html></html>'), [OAUTH]: reply(`\ufeff\n${JSON.stringify(METADATA)}`) };
    expect(await discover(answers)).toEqual({
      asked: [OPENID, OAUTH],
      metadata: { ...METADATA, introspection_endpoint: null, url: OAUTH },
    });
  });

  it('asks below the path of the issuer, with a slash at its end or without', async () => {
    const { asked, metadata } = await discover({ [OPENID]: reply(METADATA) }, `${ISSUER}/`);
    expect(asked).toEqual([OPENID]);
    expect(metadata).toMatchObject({ code: 'discovery_failed' });
    const root = await discover({}, 'https://idp.example');
    expect(root.asked).toEqual(
      ['openid-configuration', 'oauth-authorization-server'].map((name) => `https://idp.example/.well-known/${name}`),
    );
  });

  it('says what each place answered', async () => {
    const failure: HttpAnswer = { ok: false, code: 'endpoint_timeout', message: 'no answer', ms: 0 };
    expect((await discover({ [OAUTH]: failure })).metadata).toEqual({
      code: 'discovery_failed',
      message: `no metadata was found for the issuer (${OPENID}: answered 404, not with metadata; ${OAUTH}: no answer)`,
    });
    const untrusted: HttpAnswer = { ...failure, code: 'endpoint_tls', message: 'no trust', fix: 'Name the CA.' };
    expect((await discover({ [OPENID]: untrusted, [OAUTH]: untrusted })).metadata).toMatchObject({
      message: expect.stringMatching(/no trust; .*no trust\)\. Name the CA\.$/) as unknown,
    });
    const status = await discover({ [OPENID]: reply(METADATA, 500) });
    expect(status.metadata).toMatchObject({ message: expect.stringContaining('answered 500') as unknown });
  });

  test.each([
    ['{"issuer": ', 'no valid JSON'],
    ['{"issuer": "a", "issuer": "b"}', 'no valid JSON'],
    [{ ...METADATA, issuer: 'https://other.example' }, 'names "https://other.example" as issuer, not'],
    [{ ...METADATA, issuer: 5 }, 'names nothing as issuer, not'],
    [{ ...METADATA, issuer: 'x'.repeat(9999) }, `names "${'x'.repeat(200)}" as issuer, not`],
    [{ jwks_uri: METADATA.jwks_uri }, 'names nothing as issuer, not'],
    [{ issuer: ISSUER }, 'the metadata has no usable jwks_uri'],
    [{ issuer: ISSUER, jwks_uri: '/jwks' }, 'the metadata has no usable jwks_uri'],
    [{ issuer: ISSUER, jwks_uri: 'https://a.example/ x' }, 'the metadata has no usable jwks_uri'],
    [{ issuer: ISSUER, jwks_uri: 'file:///etc/jwks' }, 'the metadata has no usable jwks_uri'],
    [{ issuer: ISSUER, jwks_uri: 'http://idp.example/jwks' }, 'the metadata has no usable jwks_uri'],
  ])('refuses %j', async (body, message) => {
    const { metadata } = await discover({ [OPENID]: reply(body), [OAUTH]: reply(METADATA) });
    expect(metadata).toMatchObject({
      code: 'discovery_failed',
      message: expect.stringContaining(`${OPENID}: `) as unknown,
    });
    expect(metadata).toMatchObject({ message: expect.stringContaining(message) as unknown });
  });

  it('takes plain http only from an issuer that has no more', async () => {
    const issuer = 'HTTP://localhost:8080';
    const metadata = { issuer, jwks_uri: 'http://localhost:8080/jwks', introspection_endpoint: 'ftp://x' };
    const place = 'http://localhost:8080/.well-known/openid-configuration';
    expect((await discover({ [place]: reply(metadata) }, issuer)).metadata).toEqual({
      ...metadata,
      introspection_endpoint: null,
      url: place,
    });
  });

  test.each([
    ['idp.example', 'absolute http(s) URL'],
    ['ftp://idp.example', 'absolute http(s) URL'],
    ['https://', 'absolute http(s) URL'],
    ['https:// idp.example', 'absolute http(s) URL'],
    ['https://[', 'absolute http(s) URL'],
    ['https://idp.example\\realms', 'absolute http(s) URL'],
    [OPENID, 'without /.well-known/'],
    ['https://me@idp.example', 'must not carry credentials'],
    ['https://:secret@idp.example', 'must not carry credentials'],
  ])('asks nobody for %j', async (issuer, message) => {
    const { asked, metadata } = await discover({}, issuer);
    expect(asked).toEqual([]);
    expect(metadata).toMatchObject({ code: 'usage_invalid', message: expect.stringContaining(message) as unknown });
  });
});

test('of two ways out, that of the place that is asked first is told', async () => {
  const fixes = ['Do this.', 'Do that.'];
  const http: HttpClient = {
    send: () =>
      Promise.resolve({ ok: false, code: 'endpoint_tls', message: 'no', fix: fixes.shift() ?? 'Do nothing.', ms: 1 }),
    close: () => Promise.resolve(),
  };
  await expect(discoverIssuer(http, 'https://idp.example')).rejects.toThrow(/\. Do this\.$/);
});
