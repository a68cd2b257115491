import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { explainConfig, type Environment, type ExplainedConfig } from '../../src/index.js';

const folder = mkdtempSync(join(tmpdir(), 'authcheck-explain-'));
afterAll(() => rmSync(folder, { recursive: true }));

function explain(text: string, env: Environment = {}): Promise<ExplainedConfig> {
  const file = join(folder, 'run.yaml');
  writeFileSync(file, text);
  return explainConfig({ file, cwd: folder, env });
}

/** Path = value, and its origin. */
function rows({ values }: ExplainedConfig): string[] {
  return values.map(({ path, value, origin }) => {
    const { from, position = '', variables = [] } = origin;
    return `${path.join('/')} = ${JSON.stringify(value)} ${[from, position.replace('run.yaml', ''), ...variables].join(' ').trim()}`;
  });
}

describe('explainConfig', () => {
  test('says of every value where it comes from, defaults included', async () => {
    const text = `server:
  auth:
    provider_config:
      type: \${env.AUTH:+oauth2_token}
      audience: \${env.AUD:=my-api}
      jwks:
        uri: https://\${env.HOST}/jwks
        token: \${env.TOKEN}
      claims_mapping: {realm_access.roles: roles}
    route_policy:
      - permit: {paths: [/v1/models, "regex:/v1/.*"]}
        when: user with \${env.ROLE} in roles
`;
    const env = { AUTH: '1', HOST: 'idp.example', TOKEN: 'MARKED-token', ROLE: 'admin' };
    const explained = await explain(text, env);
    expect(rows(explained).filter((row) => !/(?:clock_tolerance|algorithms|cache|introspection) = /.test(row))).toEqual(
      [
        'provider_config/type = "oauth2_token" env :4:13 AUTH',
        'provider_config/audience = "my-api" file :5:17 AUD',
        'provider_config/issuer = null default',
        'provider_config/verify_tls = true default',
        'provider_config/tls_cafile = null default',
        'provider_config/claims_mapping/realm_access.roles = "roles" file :9:44',
        'provider_config/jwks/uri = "https://idp.example/jwks" env :7:14 HOST',
        'provider_config/jwks/token = "[redacted]" env :8:16 TOKEN',
        'provider_config/jwks/key_recheck_period = 3600 default',
        'provider_config/jwks/allow_symmetric_keys = false default',
        'access_policy = [] default',
        'route_policy/0/permit/paths = ["/v1/models","regex:/v1/.*"] file :11:25',
        'route_policy/0/when = "user with admin in roles" env :12:15 ROLE',
      ],
    );
    expect(explained.config).toMatchObject({ provider_config: { jwks: { token: '[redacted]' } } });
    expect(JSON.stringify(explained)).not.toContain('MARKED');
  });

  test('masks what is secret, and leaves what is empty', async () => {
    const text = `type: oauth2_token
introspection: {url: "https://user:MARKED@idp.example/introspect?code=MARKED", client_id: c, client_secret: MARKED}
cache: {redis_url: "rediss://:MARKED@redis.example", secret: MARKED-sixteen-characters-or-more}
`;
    const explained = await explain(text);
    expect(JSON.stringify(explained)).not.toContain('MARKED');
    expect(rows(explained)).toEqual(
      expect.arrayContaining([
        'provider_config/introspection/url = "https://[redacted]@idp.example/introspect?code=[redacted]" file :2:22',
        'provider_config/introspection/client_secret = "[redacted]" file :2:109',
      ]),
    );
  });

  test.each([
    ['a bare provider', 'type: custom\nendpoint: https://x/\n', 'provider_config/endpoint = "https://x/" file :2:11'],
    [
      'a section',
      'provider_config:\n  type: custom\n  endpoint: https://x/\n',
      'provider_config/endpoint = "https://x/" file :3:13',
    ],
    [
      'several providers',
      'providers:\n  a: {type: custom, endpoint: https://x/}\n',
      'providers/a/endpoint = "https://x/" file :2:31',
    ],
    [
      'several providers, which is first',
      'providers:\n  a: {type: custom, endpoint: https://x/}\n',
      'default = "a" default',
    ],
    [
      'several providers, one chosen',
      'default: b\nproviders:\n  a: {type: custom, endpoint: https://x/}\n  b: {type: custom, endpoint: https://y/}\n',
      'default = "b" file :1:10',
    ],
    ['no provider', 'auth: {access_policy: []}', 'provider_config = null default'],
    ['an empty mapping', 'type: github_token\nclaims_mapping: {}\n', 'provider_config/claims_mapping = {} file :2:17'],
    ['a default mapping', 'type: github_token\n', 'provider_config/claims_mapping/organizations = "teams" default'],
  ])('knows %s', async (_name, text, row) => {
    expect(rows(await explain(text))).toContain(row);
  });

  test('masks a secret wherever else it stands', async () => {
    const text = `type: oauth2_token
introspection: {url: "https://h/i", client_id: me, client_secret: "sword fish 1"}
claims_mapping: {groups: "is it //me:sword%20fish%201@h/"}
issuer: "https://h/sword%20fish%201"`;
    const shown = JSON.stringify(await explain(text));
    expect(shown).not.toMatch(/sword.{1,3}fish/);
    expect(shown).toContain('https://h/[redacted]');
  });

  test('masks a secret in lists and names too, and says where they stand all the same', async () => {
    const text = `provider_config:
  type: oauth2_token
  introspection: {url: "https://h/i", client_id: me, client_secret: sword-fish}
  claims_mapping: {sword-fish: roles, "https://u:PASSWORD1@h/x": teams}
route_policy:
  - permit: {paths: [/a, /sword-fish/b]}
    description: "see //u:PASSWORD1@h/x"
access_policy:
  - permit: {principal: sword-fish, actions: [read]}`;
    const explained = await explain(text);
    expect(JSON.stringify(explained)).not.toMatch(/sword|PASSWORD/);
    expect(rows(explained).find((row) => row.includes('"roles"'))).toMatch(/\[redacted\].* file :4:/);
    expect(rows(explained).find((row) => row.includes('paths'))).toContain('/[redacted]/b');
  });

  test('tells names apart of which the same is masked, and leaves a query in them', async () => {
    const text = `type: oauth2_token
jwks: {uri: https://a/}
claims_mapping: {"https://u:P1@h/x": a, "https://u:P2@h/x": b, "https://h/c?name=roles": c, "https://h/c?name=teams": d}`;
    const explained = await explain(text);
    const names = rows(explained)
      .filter((row) => row.includes('claims_mapping'))
      .map((row) => row.split(' = ')[0]);
    expect(names).toEqual([
      'provider_config/claims_mapping/https://[redacted]@h/x',
      'provider_config/claims_mapping/https://[redacted]@h/x (2)',
      'provider_config/claims_mapping/https://h/c?name=roles',
      'provider_config/claims_mapping/https://h/c?name=teams',
    ]);
    expect(JSON.stringify(explained.config)).toContain('"https://[redacted]@h/x (2)":"b"');
  });

  test('takes the fields of an anchor from where they stand', async () => {
    const text = 'provider_config:\n  <<: {type: custom, endpoint: https://a/}\n  endpoint: https://b/\n';
    expect(rows(await explain(text)).find((row) => row.includes('endpoint'))).toContain('"https://b/" file :3:13');
  });

  test('refuses what the server refuses', async () => {
    await expect(explain('type: custom\n')).rejects.toMatchObject({ code: 'config_invalid' });
    await expect(explain('type: custom\nendpoint: ${env.X}\n')).rejects.toThrow('X is not set');
  });
});
