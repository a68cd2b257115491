import { describe, expect, it } from 'vitest';
import { shareVariables } from '../../src/config/shared-variables.js';
import { ConfigError } from '../../src/errors.js';

const PUBLIC = 'https://idp.example';

/** What is written of the variable A, where a config has this in the place of something. */
function shared(provider: object, value = 'hunter2pw'): string | undefined {
  return shareVariables({ server: { auth: { provider_config: provider } } }, { A: value, B: 'u:pw@b' }).A;
}

describe('shareVariables', () => {
  it.each([
    [{ audience: '${env.A}' }],
    [{ issuer: 'https://${env.A}/realm' }],
    [{ issuer: 'https://idp.example/${env.A}?x=1' }],
    [{ audience: 'you@${env.A}' }],
    [{ claims_mapping: { groups: '${env.A}' } }],
    [{ jwks: { uri: 'https://u:${env.B}@${env.A}/jwks' } }],
    [{ introspection: { client_id: '${env.A}' } }],
  ])('shows what stands in the open: %j', (provider) => {
    expect(shared(provider)).toBe('hunter2pw');
  });

  it.each([
    [{ introspection: { client_secret: '${env.A}' } }],
    [{ introspection: { client_id: '${env.A}', client_secret: '${env.A:=x}' } }],
    [{ audience: '${env.A}', jwks: { token: '${env.A:+x}' } }],
    [{ cache: { secret: '${env.A}' } }],
    [{ introspection: { url: 'https://u:${env.A}@idp.example/i' } }],
    [{ introspection: { url: 'https://${env.A}:p@idp.example/i' } }],
    [{ introspection: { url: 'https://${env.A}${env.B}/i' } }],
    [{ introspection: { url: 'https://idp.example/i?key=${env.A}' } }],
    [{ introspection: { url: 'https://idp.example/i#${env.A}' } }],
  ])('hides what may be a secret: %j', (provider) => {
    expect(shared(provider)).toBe('placeholder');
  });

  it.each([
    [PUBLIC, PUBLIC],
    ['https://u:hunter2pw@idp.example', 'https://placeholderplaceholder'],
    ['https://i.x?k=1', 'https://placeholder'],
    ['https://idp.example/i?key=apik123456', 'https://placeholderplaceholder'],
  ])('shows of a whole URL, %s, no more than a URL: %s', (value, written) => {
    expect(shared({ issuer: '${env.A}' }, value)).toBe(written);
  });

  it('hides what is named as a secret, and what is as long as one must be stays as long', () => {
    const config = { type: 'oauth2_token', audience: '${env.MY_KEY}', cache: { secret: '${env.SEAL}' } };
    expect(shareVariables(config, { MY_KEY: 'k', SEAL: 'hunter2hunter2hunter2' })).toEqual({
      MY_KEY: 'placeholder',
      SEAL: 'placeholderplaceholder',
    });
  });

  it('takes what the auth section cannot do without, and nothing else of the file', () => {
    const document = {
      server: {
        auth: { provider_config: { type: 'oauth2_token', audience: '${env.AUD}', issuer: '${env.ISS:=x}' } },
        port: '${env.PORT}',
      },
      inference: { key: '${env.OTHER}' },
    };
    expect(shareVariables(document, { AUD: 'api', ISS: 'i', PORT: '1', OTHER: 'x' })).toEqual({ AUD: 'api' });
    expect(() => shareVariables({ a: 1 }, {})).toThrow(ConfigError);
  });

  it.each([`\${env.A}:${'?'.repeat(300_000)}`, `:${'${env.A}'.repeat(20_000)}`])('reads a long text once', (issuer) => {
    expect(shared({ issuer }, 'a')).toBe('a');
  });
});
