import { describe, expect, test } from 'vitest';
import { parseConfigText } from '../../src/config/document.js';
import type { Environment } from '../../src/config/env.js';
import { parseAuthConfig, readAuthConfig, type AuthConfig, type ParseOptions } from '../../src/config/parse.js';
import { ConfigError, type Finding } from '../../src/errors.js';

function parse(text: string, env: Environment = {}, options: ParseOptions = {}): AuthConfig {
  const { value, locate } = parseConfigText(text, 'run.yaml');
  return parseAuthConfig(value, { env, locate, ...options });
}

function refusal(text: string, env: Environment = {}): ConfigError {
  try {
    parse(text, env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the config was not refused');
}

function brief({ findings }: { readonly findings: readonly Finding[] }): string[] {
  return findings.map(({ position, path, message }) => `${position ?? '-'} ${path}: ${message}`);
}

describe('parseAuthConfig', () => {
  test.each([
    ['algorithms: [HS256]', ['algorithms: no token is allowed: these algorithms need jwks.allow_symmetric_keys']],
    ['algorithms: [HS256, RS256]', []],
  ])('refuses algorithms of which none can be used: %s', (line, messages) => {
    const text = `type: oauth2_token\nissuer: https://i\naudience: a\n${line}\njwks: {uri: https://idp.example/jwks}\n`;
    const { findings } = readAuthConfig(parseConfigText(text, 'run.yaml').value, {});
    expect(findings.map(({ path, message }) => `${path}: ${message}`)).toEqual(messages);
    expect(() => parse(text.replace('jwks}', 'jwks, allow_symmetric_keys: true}'))).not.toThrow();
  });

  test.each([
    [
      'https://idp.example\\jwks',
      ['jwks.uri: expected an absolute http(s) URL without a backslash, such as https://idp.example/jwks'],
    ],
    [
      'https://good.example\\@evil.example/',
      ['jwks.uri: expected an absolute http(s) URL without a backslash, such as https://idp.example/jwks'],
    ],
    ['idp.example', ['jwks.uri: expected an absolute http(s) URL, such as https://idp.example/jwks']],
    ['https://idp.example/jwks?x=a\\b', []],
  ])('the host of a URL is the same to every reader: %s', (uri, messages) => {
    const config = { type: 'oauth2_token', issuer: 'https://i', audience: 'a', jwks: { uri } };
    const { findings } = readAuthConfig(config, {});
    expect(findings.map(({ path, message }) => `${path}: ${message}`)).toEqual(messages);
  });

  test('an issuer has no password, which verdicts would show', () => {
    const readIssuer = (issuer: string): string[] => {
      const config = { type: 'oauth2_token', issuer, audience: 'a', jwks: { uri: 'https://idp.example/jwks' } };
      return readAuthConfig(config, {}).findings.map(({ path, message }) => `${path}: ${message}`);
    };
    for (const userinfo of ['me', 'me:hunter22', 'me:hunter/22', 'me:hunter#22', 'me:hunter?22'])
      expect(readIssuer(`https://${userinfo}@idp.example`)).toEqual([
        'issuer: an issuer has no user and no password in it',
      ]);
    expect(readIssuer('https://me:hunter22@idp.example:port')).toHaveLength(1);
    expect(readIssuer('//me:hunter22@idp.example')).toHaveLength(1);
    expect(
      ['https://idp.example', 'https://idp.example/@me', 'https://idp:port', 'my:issuer@home', 'me'].flatMap(
        readIssuer,
      ),
    ).toEqual([]);
  });

  test('names an empty name', () => {
    const { findings } = readAuthConfig(parseConfigText('type: kubernetes\n"": 1\n', 'run.yaml').value, {});
    expect(findings.map(({ message }) => message)).toContain('"" is ignored by the server');
  });

  test('reports every fault at once, each with its place', () => {
    const error = refusal(`server:
  port: 8321
  auth:
    provider_config:
      type: oauth2_token
      audience: ""
      issuer: " "
      jwks:
        uri: idp.example/jwks
        key_recheck_period: 0
      claims_mapping:
        groups: ""
    access_policy:
      - permit: {actions: [read]}
        when: user in owner teams
`);
    const at = error.findings.map(({ position, path }) => `${position ?? '-'} ${path}`);
    expect(at).toEqual([
      'run.yaml:6:17 server.auth.provider_config.audience',
      'run.yaml:7:15 server.auth.provider_config.issuer',
      'run.yaml:12:17 server.auth.provider_config.claims_mapping.groups',
      'run.yaml:9:14 server.auth.provider_config.jwks.uri',
      'run.yaml:10:29 server.auth.provider_config.jwks.key_recheck_period',
      'run.yaml:15:15 server.auth.access_policy[0].when',
    ]);
    expect(error.message).toContain('(and 5 more)');
    expect(brief(error).at(-1)).toContain('did you mean "user in owners teams"?');
  });

  test('refuses a token for the key set that no header can carry, and does not repeat it', () => {
    const text = 'type: oauth2_token\njwks: {uri: https://idp.example/jwks, token: "${env.T}"}\n';
    for (const token of ['MARKED\n', ' MARKED', 'MARKED\u00e9', 'MAR\u0000KED']) {
      const error = refusal(text, { T: token });
      expect(brief(error)[0]).toContain('what a header can carry');
      expect(JSON.stringify(error)).not.toContain('MARKED');
    }
    expect(parse(text, { T: 'Mar.ked+/= x' }).providers[0]?.config).toMatchObject({ jwks: { token: 'Mar.ked+/= x' } });
  });

  test('says where a misplaced field belongs', () => {
    const [finding] = refusal(`type: oauth2_token
issuer: https://idp.example
jwks:
  uri: https://idp.example/jwks
  verify_tls: false
`).findings;
    expect(finding).toEqual({
      severity: 'error',
      code: 'field_unknown',
      path: 'jwks.verify_tls',
      position: 'run.yaml:5:3',
      message: 'jwks.verify_tls is ignored by the server; did you mean provider_config.verify_tls?',
    });
  });

  test('places an unknown field at its name, as its value may begin a line below', () => {
    const text =
      'type: oauth2_token\nissuer: https://i\njwkz:\n  uri: https://idp.example/jwks\njwks: {uri: https://idp.example/jwks}\n';
    expect(refusal(text).findings.map(({ path, position }) => [path, position])).toEqual([['jwkz', 'run.yaml:3:1']]);
  });

  test('suggests the name that was meant', () => {
    const text = 'type: oauth2_token\naudiance: my-api\nissuer: https://i\njwks: {uri: https://idp.example/jwks}\n';
    expect(refusal(text).message).toBe('audiance: audiance is ignored by the server; did you mean audience?');
    const { providers, warnings } = parse(text, {}, { unknownFields: 'warn' });
    expect(providers[0]?.config).toMatchObject({ audience: 'llama-stack' });
    expect(warnings.map(({ code, severity }) => [code, severity])).toEqual([['field_unknown', 'warning']]);
  });

  test('names the variable that is not set, and where', () => {
    const error = refusal('auth:\n  provider_config:\n    type: custom\n    endpoint: ${env.AUTH_URL}\n');
    expect(error.findings).toHaveLength(1);
    expect(error.findings[0]).toMatchObject({
      code: 'env_unset',
      path: 'auth.provider_config.endpoint',
      position: 'run.yaml:4:15',
    });
    expect(error.message).toContain('AUTH_URL is not set or empty');
  });

  test.each([
    ['an unset conditional', 'provider_config:\n  type: ${env.AUTH:+custom}\n  endpoint: https://x\n'],
    ['an empty default', 'provider_config:\n  type: ${env.AUTH:=}\n  endpoint: https://x\n'],
    ['null', 'provider_config:\n  type:\n  endpoint: https://x\n'],
    ['an empty string', 'provider_config:\n  type: ""\n  endpoint: https://x\n'],
  ])('never validates against nothing: a type of %s turns authentication off', (_name, text) => {
    const error = refusal(text);
    expect(error.code).toBe('auth_off');
    expect(error.position).toMatch(/^run\.yaml:2:/);
    expect(error.message).toContain('authentication is off');
  });

  test.each([
    ['type: ${env.KC:+custom}\nendpoint: https://x\n', 'type'],
    ['type:\nendpoint: https://x\n', 'type'],
    ['providers:\n  a: {type: "${env.KC:=}", endpoint: "${env.URL}"}\n  b: {type: github_token}\n', 'providers.a.type'],
  ])('says that a type resolves to nothing where the server has no provider_config: %j', (text, path) => {
    const error = refusal(text);
    expect(error.code).toBe('auth_off');
    expect(error.findings).toMatchObject([
      { code: 'auth_off', path, message: expect.stringContaining('resolves to nothing') },
    ]);
  });

  test('keeps secrets from the environment as they are', () => {
    const text = `type: oauth2_token
introspection: {url: https://x, client_id: cid, client_secret: "\${env.SECRET}"}
`;
    for (const SECRET of ['0012345', 'true', '~root/x', '~/x']) {
      const [provider] = parse(text, { SECRET, HOME: '/home/me' }).providers;
      expect(provider?.config).toMatchObject({ introspection: { client_secret: SECRET } });
    }
  });

  test('never shows a value that may be a secret', () => {
    const { findings } = refusal(`type: oauth2_token
introspection: {url: "hunter2-url", client_id: 31337, client_secret: [hunter2-secret]}
`);
    expect(findings.length).toBe(3);
    expect(JSON.stringify(findings)).not.toMatch(/hunter2|31337/);
  });

  test.each([
    ['server.auth', { server: { auth: { provider_config: { type: 'custom', endpoint: 'https://x' } } } }],
    ['auth', { auth: { provider_config: { type: 'custom', endpoint: 'https://x' } } }],
    ['the section', { provider_config: { type: 'custom', endpoint: 'https://x' } }],
    ['the provider', { type: 'custom', endpoint: 'https://x' }],
    ['providers', { providers: { default: { type: 'custom', endpoint: 'https://x' } } }],
  ])('accepts %s as the document', (_name, document) => {
    const config = parseAuthConfig(document);
    expect(config.default).toBe('default');
    expect(config.providers.map((provider) => provider.config)).toEqual([
      { type: 'custom', endpoint: 'https://x', cache: null },
    ]);
  });

  test('takes a provider as the document, with policies beside its fields', () => {
    const provider = { type: 'custom', endpoint: 'https://x', access_policy: [], route_policy: [] };
    expect(parseAuthConfig(provider).warnings).toEqual([]);
  });

  test('has the defaults of the server', () => {
    const uri = 'https://idp.example/';
    const defaults = {
      ...{ type: 'oauth2_token', audience: 'llama-stack', issuer: null, verify_tls: true, tls_cafile: null },
      claims_mapping: {
        ...{ sub: 'roles', username: 'roles', groups: 'teams', team: 'teams', project: 'projects' },
        ...{ tenant: 'namespaces', namespace: 'namespaces' },
      },
      ...{ jwks: null, introspection: null, clock_tolerance: 0, algorithms: null, cache: null },
    };
    const introspection = { url: uri, client_id: 'c', client_secret: 's' };
    const read = (provider: object): unknown => parseAuthConfig(provider).providers[0]?.config;
    expect(read({ type: 'oauth2_token', jwks: { uri } })).toEqual({
      ...defaults,
      jwks: { uri, token: null, key_recheck_period: 3600, allow_symmetric_keys: false },
    });
    expect(read({ type: 'oauth2_token', introspection })).toEqual({
      ...defaults,
      introspection: { ...introspection, send_secret_in_body: false },
    });
    expect(read({ type: 'github_token' })).toEqual({
      ...{ type: 'github_token', github_api_base_url: 'https://api.github.com', cache: null },
      claims_mapping: { login: 'roles', organizations: 'teams' },
    });
    expect(read({ type: 'kubernetes' })).toEqual({
      ...{ type: 'kubernetes', api_server_url: 'https://kubernetes.default.svc', verify_tls: true, tls_cafile: null },
      ...{ claims_mapping: { username: 'roles', groups: 'roles' }, cache: null },
    });
    expect(read({ type: 'upstream_header', principal_header: 'x-user' })).toEqual({
      ...{ type: 'upstream_header', principal_header: 'x-user', attributes_header: null },
    });
  });

  test('refuses a list of no algorithms', () => {
    const provider = { type: 'oauth2_token', algorithms: [], jwks: { uri: 'https://idp.example/' } };
    expect(() => parseAuthConfig(provider)).toThrow('an empty list allows no token at all');
  });

  test('takes null for what is not set', () => {
    const provider = { type: 'oauth2_token', verify_tls: false, tls_cafile: null, introspection: null };
    expect(parseAuthConfig({ ...provider, jwks: { uri: 'https://idp.example/' } }).providers).toHaveLength(1);
    expect(() => parseAuthConfig({ ...provider, jwks: null })).toThrow(
      'the server needs one of jwks and introspection',
    );
  });

  test('reads what is off, empty, or written in other letters as the server does', () => {
    const jwks = { uri: 'https://idp.example/', token: '' };
    const provider = { type: 'oauth2_token', verify_tls: 'Off', jwks };
    expect(parseAuthConfig(provider).providers[0]?.config).toMatchObject({ verify_tls: false, jwks });
    const words = ['1', 'T', 'yes', 1].map(
      (verify_tls) => parseAuthConfig({ ...provider, verify_tls }).providers[0]?.config,
    );
    expect(words.map((config) => config && 'verify_tls' in config && config.verify_tls)).toEqual(Array(4).fill(true));
    expect(() => parseAuthConfig({ ...provider, clock_tolerance: 3601 })).toThrow('an hour at most');
    expect(() => parseAuthConfig({ ...provider, tls_cafile: 'ca.pem' })).toThrow('makes tls_cafile meaningless');
    const header = { type: 'upstream_header', principal_header: 'X-User', attributes_header: 'x-user' };
    expect(() => parseAuthConfig(header)).toThrow('name the same header');
  });

  test.each([
    ...['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key', 'Cookie'],
    ...['host', 'connection', 'content-length', 'transfer-encoding', 'te', 'upgrade', 'user-agent'],
  ])('refuses the header %s for a principal', (principal_header) => {
    expect(() => parseAuthConfig({ type: 'upstream_header', principal_header })).toThrow('cannot say who the user is');
  });

  test('refuses what no base URL has', () => {
    for (const more of ['?a=b', '#a'])
      expect(() =>
        parseAuthConfig({ type: 'github_token', github_api_base_url: `https://api.github.com${more}` }),
      ).toThrow('a base URL has no query and no fragment');
  });

  test('gives no provider of which a part is wrong', () => {
    const provider = { type: 'oauth2_token', clock_tolerance: -1, jwks: { uri: 'https://idp.example/' } };
    const { config, findings } = readAuthConfig(provider, {});
    expect(findings.map(({ path }) => path)).toContain('clock_tolerance');
    expect([config.providers, config.default]).toEqual([[], null]);
  });

  test('takes a value for what it is, not for what it says of itself', () => {
    const spoken = { toString: '', valueOf: null };
    const header = { type: 'upstream_header', principal_header: spoken, attributes_header: spoken };
    expect(() => parseAuthConfig(header)).toThrow('expected a header name, got a mapping');
  });

  test.each([
    ['access_policy', 'permit', 'expected a mapping with actions, got a string'],
    ['route_policy', 'forbid', 'expected a mapping with paths, got a string'],
  ])('never shows what stands in %s where a %s should be', (policy, effect, message) => {
    const document = { [policy]: [{ [effect]: '${env.SECRET}' }] };
    const read = (): unknown => parseAuthConfig(document, { env: { SECRET: 'hunter2secret' } });
    expect(read).toThrow(message);
    expect(read).not.toThrow('hunter2secret');
  });

  test('chooses the default among several providers', () => {
    const providers = { a: { type: 'custom', endpoint: 'https://a' }, b: { type: 'custom', endpoint: 'https://b' } };
    expect(parseAuthConfig({ providers }).default).toBe('a');
    expect(parseAuthConfig({ providers, default: 'b' }).default).toBe('b');
    expect(() => parseAuthConfig({ providers, default: 'c' })).toThrow('it may be a or b');
    expect(() => parseAuthConfig({ providers, default: 'constructor' })).toThrow('it may be a or b');
  });

  test('reads the fields of an anchor, and warns of its holder', () => {
    const text = 'base: &b {type: custom, endpoint: https://a}\nprovider_config:\n  <<: *b\n  endpoint: https://b\n';
    const { providers, warnings } = parse(text, {}, { unknownFields: 'warn' });
    expect(providers[0]?.config).toEqual({ type: 'custom', endpoint: 'https://b', cache: null });
    expect(warnings.map(({ path }) => path)).toEqual(['base']);
  });

  test('tells a field that the config sets from one at its default', () => {
    const [provider] = parse(
      'type: oauth2_token\naudience: a\nissuer: https://i\njwks: {uri: https://i/jwks}\n',
    ).providers;
    expect([provider?.sets('audience'), provider?.sets('claims_mapping')]).toEqual([true, false]);
    expect(provider?.locate(['jwks', 'uri'])).toBe('run.yaml:4:13');
    expect(provider?.source).toBe('run.yaml:1:1');
  });

  test('warns of what the server ignores, though its variable is missing', () => {
    const read = readAuthConfig(
      { type: 'oauth2_token', issuer: 'https://i', audiance: '${env.AUD}', jwks: { uri: 'https://i/' } },
      { env: {}, unknownFields: 'warn' },
    );
    expect(read.findings.map(({ code }) => code)).toEqual(expect.arrayContaining(['env_unset', 'field_unknown']));
  });

  test('warns of nothing that a variable would have set', () => {
    const read = readAuthConfig(
      { type: 'oauth2_token', issuer: '${env.ISS}', audience: 'a', jwks: { uri: 'https://idp.example/' } },
      { env: {}, unknownFields: 'error' },
    );
    expect(read.findings.map(({ code, path }) => `${code} ${path}`)).toEqual(['env_unset issuer']);
  });

  test('asks the one provider where several, and a default, stand beside it and are ignored', () => {
    const custom = { type: 'custom', endpoint: 'https://x' };
    for (const chosen of ['b', 'c']) {
      const document = { provider_config: custom, providers: { b: custom }, default: chosen };
      const config = parseAuthConfig(document, { unknownFields: 'warn' });
      expect(config.default).toBe('default');
      expect(config.warnings.map(({ path }) => path)).toEqual(['providers', 'default']);
    }
  });

  test('names a default that is wrong by the providers that are written, and a rule’s field by its rule', () => {
    const read = readAuthConfig(
      {
        default: 'x',
        providers: { a: {}, b: {} },
        access_policy: [{ permit: { actions: ['read'] }, actions: ['read'] }],
      },
      { env: {}, unknownFields: 'error' },
    );
    const messages = read.findings.map(({ message }) => message);
    expect(messages).toContain('default names no provider; it may be a or b');
    expect(messages).toContain(
      'access_policy.actions is ignored by the server; did you mean access_policy.permit.actions?',
    );
  });

  test('warns of what is legal but unwise', () => {
    const { warnings } = parse(
      'type: oauth2_token\nverify_tls: false\njwks: {uri: "http://u:p@idp.example/jwks", allow_symmetric_keys: true}\n',
    );
    expect(warnings.map(({ code }) => code).sort()).toEqual([
      'http_insecure',
      'issuer_unset',
      'symmetric_keys_allowed',
      'tls_unverified',
      'url_credentials',
    ]);
  });
});

describe('a whole number', () => {
  const read = (written: string, env: Environment = {}): unknown => {
    const [provider] = parse(
      `{type: oauth2_token, jwks: {uri: https://idp.example, key_recheck_period: ${written}}}`,
      env,
    ).providers;
    return provider?.config.type === 'oauth2_token' ? provider.config.jwks?.key_recheck_period : undefined;
  };

  // Recorded from pydantic 2.13.4.
  test.each([
    ['60.0', 60],
    ['"60"', 60],
    ['" +060 "', 60],
    ['"\\N60\\u2003"', 60],
    ['"60.00"', 60],
    ['"1_000"', 1000],
    ['"1_0.0"', 10],
    ['31536000', 31_536_000],
  ])('is read from %s', (written, value) => {
    expect(read(written)).toBe(value);
  });

  test.each([
    '1e3',
    '"6e1"',
    '"1.5e3"',
    '"60."',
    '"٣"',
    '"６0"',
    '60.5',
    '"60.5"',
    '"60.0_0"',
    '"1__0"',
    '"1_"',
    '".0"',
    '31536001',
  ])('is not read from %s', (written) => {
    expect(() => read(written)).toThrow('key_recheck_period: expected a positive whole number of seconds');
  });

  test.each(['1e3', '1000.', '١٠٠٠', '𝟏𝟘𝟬𝟶'])('is read from a variable as Python reads it: %s', (value) => {
    expect(read('"${env.PERIOD}"', { PERIOD: value })).toBe(1000);
  });
});
