import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkConfig, FINDINGS, type ConfigReport, type Environment } from '../../src/index.js';
import { makeCertificates, type Certificates } from '../certificates.js';

const folder = mkdtempSync(join(tmpdir(), 'authcheck-check-'));
let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});
afterAll(() => rmSync(folder, { recursive: true }));

const HOUR = 3_600_000;

function check(text: string, env: Environment = {}, now: number = Date.now()): Promise<ConfigReport> {
  const file = join(folder, 'run.yaml');
  writeFileSync(file, text);
  return checkConfig({ file, cwd: folder, env, now });
}

/** Severity, code, line:column. */
async function brief(text: string, env: Environment = {}, now?: number): Promise<string[]> {
  const { findings } = await check(text, env, now);
  return findings.map(
    ({ severity, code, position }) => `${severity} ${code} ${position?.replace('run.yaml:', '') ?? '-'}`,
  );
}

/** A provider that nobody has anything to say about, and what is added to it. */
function provider(more: string, mapping = 'claims_mapping: {groups: teams}'): string {
  return `type: oauth2_token\nissuer: https://idp.example\naudience: my-api\n${mapping}\n${more}\n`;
}
const JWKS = 'jwks: {uri: https://idp.example/jwks}';
const TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const KUBERNETES = 'type: kubernetes\nclaims_mapping: {groups: teams}\napi_server_url: https://k8s.example';
const GITHUB = 'type: github_token\nclaims_mapping: {login: roles}\ngithub_api_base_url: ';

describe('checkConfig', () => {
  test('has nothing to say about a good config', async () => {
    expect(await brief(provider(JWKS))).toEqual([]);
  });

  test('gives all warnings and hints of a config that has errors too, in the order of the file', async () => {
    const text = `server:
  auth:
    provider_config:
      type: \${env.AUTH:+oauth2_token}
      audience: ""
      verify_tls: false
      jwks:
        uri: http://idp.example/jwks
        token: MARKED-token
        key_recheck_period: 0
        verify_tls: false
      claims_mapping:
        sub: roles
        groups: ""
    access_policy:
      - permit: {actions: [create, read, update, delete]}
`;
    expect(await brief(text, { AUTH: '1' })).toEqual([
      'warning issuer_unset 4:7',
      'warning type_conditional 4:13',
      'error field_invalid 5:17',
      'warning tls_unverified 6:19',
      'warning http_insecure 8:14',
      'warning secret_written 9:16',
      'error field_invalid 10:29',
      'warning field_unknown 11:9',
      'hint subject_split 13:14',
      'error field_invalid 14:17',
      'warning rule_permits_everything 16:9',
    ]);
  });

  test('of a provider that is only named so, no variable turns authentication off', async () => {
    const text = 'providers: {provider_config: {type: "${env.T:+custom}", endpoint: "https://a.example/"}}';
    expect((await brief(text, { T: '1' })).join()).not.toContain('type_conditional');
  });

  test('goes on where a required field is wrong, or its variable is not set', async () => {
    const text = provider('verify_tls: false\nintrospection: {url: nowhere, client_secret: "${env.SECRET}"}');
    expect(await brief(text)).toEqual([
      'warning tls_unverified 5:13',
      'error field_invalid 6:16',
      'error field_invalid 6:22',
      'error env_unset 6:46',
    ]);
  });

  test('reports a document without authentication as a finding', async () => {
    expect(await brief('version: 2\nserver: {port: 8321}\n')).toEqual(['error config_shape 2:9']);
    expect(await brief('provider_config:\n  type: ${env.AUTH:+custom}\n  endpoint: https://x\n')).toEqual([
      'error auth_off 2:9',
    ]);
  });

  test('throws for what is not YAML, and for no file', async () => {
    await expect(check('a: [')).rejects.toMatchObject({
      code: 'config_invalid',
      findings: [{ code: 'config_syntax' }],
    });
    // The server starts with the last of the two: it is not true that it cannot read the file.
    await expect(check('models:\n  - model_id: a\n    model_id: b\n')).rejects.toMatchObject({
      findings: [{ code: 'key_repeated', position: expect.stringMatching(/:3:5$/) }],
    });
    await expect(
      checkConfig({ file: 'none.yaml', cwd: folder, env: {}, now: 1_700_000_000_000 }),
    ).rejects.toMatchObject({
      code: 'config_unreadable',
    });
  });

  test('a token in the place of a field is not shown', async () => {
    const token = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln';
    const report = await check(provider(`${token}: 1\n${JWKS}`));
    expect(report.findings.map(({ code }) => code)).toContain('field_unknown');
    expect(JSON.stringify(report.findings)).not.toContain('eyJ');
  });

  test('a field that only the successor of the server reads is not called a mistake', async () => {
    const { findings } = await check(
      'type: upstream_header\nprincipal_header: x-user\nattribute_headers: {x-groups: teams}\n',
    );
    const [finding] = findings.filter(({ code }) => code === 'field_unknown');
    expect(finding?.message).toMatch(/^attribute_headers is ignored by llama-stack; OGX, /);
    expect(finding?.fix).toContain('authcheck parity');
  });

  test('a mapping of 40,000 entries is looked through once', async () => {
    const entries = Array.from({ length: 40_000 }, (_, index) => `  a${index}.b: roles\n`).join('');
    const report = await check(provider(JWKS, `claims_mapping:\n${entries}  a7: roles\n  email: roles`));
    expect(report.findings.map(({ code }) => code).sort()).toEqual(['claim_shadowed', 'claims_merged']);
    expect(report.findings.every(({ message }) => message.length < 300)).toBe(true);
  });

  test.each([
    ['audience_default', 'warning', 'type: oauth2_token\nissuer: https://i\nclaims_mapping: {groups: teams}\n' + JWKS],
    ['issuer_unset', 'warning', 'type: oauth2_token\naudience: a\nclaims_mapping: {groups: teams}\n' + JWKS],
    ...[
      ['audience_shared', 'https://i', 'account', 'https://i/keys'],
      ['audience_shared', 'https://i', '00000003-0000-0000-c000-000000000000', 'https://i/keys'],
      ['issuer_unmatched', 'https://i/.well-known/openid-configuration', 'a', 'https://i/keys'],
      ['issuer_unmatched', 'https://login.microsoftonline.com/common/v2.0', 'a', 'https://i/keys'],
      ['issuer_unmatched', 'https://login.microsoftonline.com/{tenantid}/v2.0', 'a', 'https://i/keys'],
      ['issuer_unmatched', 'https://login.microsoftonline.com/acme.onmicrosoft.com/v2.0', 'a', 'https://i/keys'],
      ['issuer_unmatched', `https://login.microsoftonline.com/${TENANT}`, 'a', 'https://i/keys'],
      ['jwks_uri_unfit', 'https://accounts.google.com', 'a', 'https://www.googleapis.com/oauth2/v1/certs'],
      ['jwks_uri_unfit', 'https://i', 'a', 'https://i/.well-known/openid-configuration'],
    ].map(([code = '', issuer = '', audience = '', uri = '']): [string, string, string] => [
      code,
      'warning',
      `type: oauth2_token\nissuer: "${issuer}"\naudience: ${audience}\njwks: {uri: "${uri}"}\nclaims_mapping: {groups: teams}\n`,
    ]),
    ['key_recheck_long', 'warning', provider('jwks: {uri: https://idp.example/jwks, key_recheck_period: 86401}')],
    ['symmetric_keys_allowed', 'warning', provider('jwks: {uri: https://idp.example/, allow_symmetric_keys: true}')],
    ['tls_unverified', 'warning', provider(`verify_tls: false\n${JWKS}`)],
    ['http_insecure', 'warning', provider('jwks: {uri: http://idp.example/jwks}')],
    ['http_loopback', 'hint', provider('jwks: {uri: http://127.0.0.1/jwks}')],
    ['http_loopback', 'hint', provider('jwks: {uri: "http://localhost./jwks"}')],
    ['http_loopback', 'hint', provider('jwks: {uri: "http://[::ffff:127.0.0.1]/jwks"}')],
    ['config_shape', 'error', 'version: 2\ndistro_name: starter\nproviders: {inference: []}\n'],
    ['url_credentials', 'warning', provider('jwks: {uri: https://u:MARKED@idp.example/jwks}')],
    ['url_credentials', 'warning', provider('jwks: {uri: https://MARKED@idp.example/jwks}')],
    ['url_credentials', 'warning', provider('jwks: {uri: "https://:MARKED@idp.example/jwks"}')],
    ['url_credentials', 'warning', 'type: custom\nendpoint: https://auth.example/?code=MARKED'],
    [
      'url_query',
      'warning',
      'type: kubernetes\napi_server_url: https://k8s.example/?x\nclaims_mapping: {groups: teams}',
    ],
    ['url_path', 'warning', `${KUBERNETES}/k8s/clusters/c-1`],
    ['url_path', 'warning', `${GITHUB}https://github.com`],
    ['url_path', 'warning', `${GITHUB}https://github.corp.example/`],
    ['url_path', 'warning', `${GITHUB}https://github.corp.example/api/v3/`],
    ['secret_written', 'warning', provider('jwks: {uri: https://idp.example/jwks, token: MARKED}')],
    ['secret_written', 'warning', provider('jwks: {uri: https://idp.example/jwks, token: "${env.T:=MARKED}"}')],
    ['secret_written', 'warning', provider('jwks: {uri: https://idp.example/jwks, token: "${env.T:+MARKED}"}')],
    ['client_secret_empty', 'warning', provider('introspection: {url: https://i/, client_id: c, client_secret: ""}')],
    ['env_unreplaced', 'warning', provider(JWKS).replace('my-api', '${AUDIENCE}')],
    ['env_unreplaced', 'warning', provider(JWKS).replace('my-api', '${env.AUDIENCE:-my-api}')],
    ['env_unreplaced', 'warning', provider(JWKS).replace('my-api', '${env.audience}')],
    ['env_unreplaced', 'warning', provider(JWKS).replace('my-api', '$AUDIENCE')],
    ['env_unreplaced', 'warning', provider('jwks: {uri: "https://idp.example/${REALM}/jwks"}')],
    ['env_unreplaced', 'warning', provider('jwks: {uri: https://idp.example/jwks, token: "${MARKED}"}')],
    ['provider_absent', 'warning', 'access_policy: []'],
    ['subject_split', 'hint', provider(JWKS, 'claims_mapping: {username: roles}')],
    ['subject_split', 'hint', provider(JWKS, '')],
    ['name_mapped', 'warning', provider(JWKS, 'claims_mapping: {preferred_username: roles}')],
    ['name_mapped', 'warning', provider(JWKS, 'claims_mapping: {nickname: roles}')],
    ['claim_shadowed', 'warning', provider(JWKS, 'claims_mapping: {org: teams, org.roles: roles}')],
    ['claim_escaped', 'warning', provider(JWKS, String.raw`claims_mapping: {kubernetes\.io.namespace: namespaces}`)],
    ['attribute_misspelt', 'hint', provider(JWKS, 'claims_mapping: {groups: team}')],
    ['attribute_misspelt', 'hint', provider(JWKS, 'claims_mapping: {groups: constructor}')],
    ['github_scope_unsaid', 'hint', 'type: github_token'],
    ['field_own', 'hint', provider(`clock_tolerance: 300\n${JWKS}`)],
    ['field_own', 'hint', provider(`algorithms: [RS256]\n${JWKS}`)],
    ...['X-Forwarded-Groups', 'x-auth-request-groups', 'Remote-Groups', 'X-authentik-groups'].map(
      (name): [string, string, string] => [
        'attributes_no_json',
        'warning',
        `type: upstream_header\nprincipal_header: x-user\nattributes_header: ${name}`,
      ],
    ),
    ['field_unknown', 'warning', provider(`clock_tolerence: 5\n${JWKS}`)],
  ])('%s is the only finding, a %s', async (code, severity, text) => {
    const { findings } = await check(text);
    expect(findings.map((finding) => [finding.severity, finding.code])).toEqual([[severity, code]]);
    expect(JSON.stringify(findings)).not.toContain('MARKED');
    expect(findings[0]?.position).toMatch(/^run\.yaml:\d+:\d+$/);
  });

  test('an audience that only begins as one that others share is nobody else’s', async () => {
    expect(await brief(provider(JWKS).replace('my-api', 'account-service'))).toEqual([]);
  });

  test.each([
    ['MARKED', 'jwks.token stands in the file'],
    ['"${env.T:=MARKED}"', 'jwks.token stands in the file, in part or as a default'],
  ])('a secret is told how it is written: %s', async (written, message) => {
    const { findings } = await check(provider(`jwks: {uri: https://idp.example/jwks, token: ${written}}`));
    expect(findings.map((finding) => finding.message)).toEqual([message]);
  });

  test('a secret may have in it what looks like a variable elsewhere', async () => {
    const text = provider('jwks: {uri: https://idp.example/jwks, token: "${env.T}"}');
    expect(await brief(text, { T: 'pass${w}ord' })).toEqual([]);
    expect(await brief(text, { T: '${T}' })).toEqual(['warning env_unreplaced 5:46']);
  });

  test('of a variable that holds another, the value is to be corrected: the file has what it should', async () => {
    const text = provider(JWKS).replace('my-api', '${env.AUDIENCE}');
    expect(await brief(text, { AUDIENCE: '{{ audience }}' })).toEqual(['warning env_unreplaced 3:11']);
    expect(FINDINGS.env_unreplaced.fix).toMatch(/where the file has that, correct the value of the variable\.$/);
  });

  test.each([
    ['x: rolez', 'x is mapped to rolez; did you mean roles?'],
    ['x: Roles', 'x is mapped to Roles; did you mean roles?'],
    ['groups: groups', 'groups is mapped to groups; did you mean teams?'],
    ['x: tenants', 'x is mapped to tenants; did you mean namespaces?'],
    [
      'upn: username',
      'upn is mapped to username; only roles, teams, projects, namespaces count unless a rule names others',
    ],
    ['x: depts', 'x is mapped to depts; only roles, teams, projects, namespaces count unless a rule names others'],
    ['roles: scp', 'roles is mapped to scp; a mapping is "claim: attribute"; did you mean scp: roles?'],
    [
      'teams: team',
      'teams is mapped to team; a mapping is "claim: attribute"; did you mean team: teams, or teams: teams?',
    ],
  ])('says what may have been meant by %s', async (entry, message) => {
    const { findings } = await check(provider(JWKS, `claims_mapping: {${entry}}`));
    expect(findings.map((finding) => [finding.code, finding.message])).toEqual([['attribute_misspelt', message]]);
  });

  test.each([
    '{constructor: "https://user:swordfish@h/"}',
    '{roles: "https://user:swordfish@h/"}',
    '{sub: "https://h/?key=swordfish", groups: "https://h/?key=swordfish"}',
    '{name: "https://user:swordfish@h/"}',
    '{"https://user:swordfish@h/": depts}',
    '{sub: roles, "https://user:swordfish@h/": roles}',
    '{"https://user:swordfish@h": roles, "https://user:swordfish@h.x": teams}',
  ])('shows no password that stands where a claim or an attribute belongs: %s', async (mapping) => {
    const { findings } = await check(provider(JWKS, `claims_mapping: ${mapping}`));
    expect(findings.map(({ message }) => message).join()).toMatch(/\[redacted\]/);
    expect(JSON.stringify(findings)).not.toContain('swordfish');
  });

  test.each([
    ['a secret from the environment', provider('jwks: {uri: https://idp.example/jwks, token: "${env.T:=}"}')],
    ['the root of an API server', `${KUBERNETES}/`],
    ['the API of GitHub', `${GITHUB}https://api.github.com`],
    ['the API of an enterprise on GHE.com', `${GITHUB}https://api.acme.ghe.com`],
    ['the API of a GitHub Enterprise Server', `${GITHUB}https://github.corp.example/api/v3`],
    ['the key set of Google', provider('jwks: {uri: https://www.googleapis.com/oauth2/v3/certs}')],
    ['a day', provider('jwks: {uri: https://idp.example/jwks, key_recheck_period: 86400}')],
    ['a comment about read:org', '# tokens need the scope read:org\ntype: github_token'],
    ['GitHub without organizations', 'type: github_token\nclaims_mapping: {login: roles}'],
    ['a type with a default', provider(JWKS).replace('oauth2_token', '${env.AUTH:=oauth2_token}')],
    ['two claims of groups in one attribute', provider(JWKS, 'claims_mapping: {groups: teams, memberOf: teams}')],
    ['a claim with dots in its name', provider(JWKS, 'claims_mapping: {"https://idp.example/groups": teams}')],
    [
      'attributes that rules name',
      `provider_config:
  type: oauth2_token
  issuer: https://idp.example
  audience: my-api
  claims_mapping: {groups: groups, dept: depts}
  ${JWKS}
access_policy:
  - permit: {actions: [read], resource: "model::*"}
    when: user with admin in groups
route_policy:
  - permit: {paths: /v1/models}
    when: user with ml in depts
`,
    ],
  ])('has nothing to say about %s', async (_name, text) => {
    expect(await brief(text)).toEqual([]);
  });

  test('names the URL of the API where another is set', async () => {
    const fixOf = async (text: string): Promise<string | undefined> => (await check(text)).findings[0]?.fix;
    expect(await fixOf(`${GITHUB}https://www.github.com/api/v3`)).toBe('Set it to https://api.github.com.');
    expect(await fixOf(`${GITHUB}https://github.corp.example:8443`)).toBe(
      'Set it to https://github.corp.example:8443/api/v3.',
    );
    expect(await fixOf(`${KUBERNETES}/k8s`)).toBe('Name the API server itself, without a path: https://k8s.example.');
  });

  test.each([
    ['rediss://cache', []],
    ['rediss://u@cache', []],
    ['rediss://:${env.P}@cache', []],
    ['redis://127.0.0.1', []],
    ['rediss://:password@cache', ['warning secret_written 3:20']],
    ['rediss://a:b:password@cache', ['warning secret_written 3:20']],
  ])('finds the password of a Redis in the file, and only there: %s', async (url, found) => {
    const text = `type: custom\nendpoint: https://x\ncache: {redis_url: "${url}", secret: "\${env.P}"}`;
    expect(await brief(text, { P: 'more-than-sixteen-characters' })).toEqual(found);
  });

  test('reads a file of many colons once', async () => {
    const text = `type: custom\nendpoint: https://x\ncache: {redis_url: "redis://x${':'.repeat(500_000)}"}`;
    expect(await brief(text)).toContain('error field_invalid 3:20');
  });

  test('takes a stand-in for GitHub on this machine for what it is', async () => {
    expect(await brief(`${GITHUB}http://127.0.0.1:3000`)).toEqual(['hint http_loopback 3:22']);
  });

  test('names people and groups that meet in one attribute', async () => {
    const { findings } = await check(provider(JWKS, 'claims_mapping: {sub: roles, realm_access.roles: roles}'));
    expect(findings.map(({ code }) => code)).toEqual(['subject_split', 'claims_merged']);
    expect(findings[1]?.message).toContain('sub and realm_access.roles');
  });

  test('of introspection, for which llama-stack looks at no exp, no field is our own', async () => {
    const { findings } = await check(
      provider('clock_tolerance: 300\nintrospection: {url: https://i/, client_id: c, client_secret: "${env.S}"}'),
      { S: 'xxxxxxxx' },
    );
    expect(findings.map(({ code }) => code)).not.toContain('field_own');
  });

  test('hints that introspection does not compare an audience that is not set', async () => {
    const text = `type: oauth2_token\nclaims_mapping: {groups: teams}\nintrospection: {url: https://i/, client_id: c, client_secret: "\${env.S}"}\n`;
    expect(await brief(text, { S: 'secret' })).toEqual(['hint audience_unchecked 1:1']);
  });

  test('knows the shape with several providers', async () => {
    const text = `providers:\n  a: {type: custom, endpoint: http://a.example/}\n  b: {type: github_token}\n`;
    expect(await brief(text)).toEqual(['warning http_insecure 2:31', 'hint github_scope_unsaid 3:6']);
  });

  describe('of a CA file', () => {
    const withCa = (path: string): string => provider(`tls_cafile: ${path}\n${JWKS}`);

    test('says when it expires: its certificate has an hour left', async () => {
      const text = withCa(certificates.caFile);
      expect(await brief(text)).toEqual(['hint ca_expires_soon 5:13']);
      expect(await brief(text, {}, Date.now() + 2 * HOUR)).toEqual(['warning ca_expired 5:13']);
      expect(await brief(text, {}, Date.now() - 29 * 24 * HOUR)).toEqual(['hint ca_expires_soon 5:13']);
      expect(await brief(text, {}, Date.now() - 31 * 24 * HOUR)).toEqual([]);
    });

    test('counts in a bundle', async () => {
      const bundle = join(folder, 'bundle.pem');
      writeFileSync(bundle, `# two\n${certificates.ca}\n${certificates.expired.cert}`);
      const { findings } = await check(withCa(bundle));
      expect(findings.map(({ message }) => message)).toEqual([
        expect.stringMatching(
          /^1 of 2 certificates in the CA file expired \(CN=authcheck test server, 20\d\d-\d\d-\d\d\)$/,
        ),
        expect.stringContaining('1 of 2 certificates in the CA file will expire soon'),
      ]);
    });

    test('says why it cannot be read, beside everything else, and gives no such provider to be probed', async () => {
      const report = await check(withCa('/nonexistent/ca.pem').replace('issuer:', 'isuer:'));
      expect(report.findings.map(({ code }) => code)).toEqual(['issuer_unset', 'field_unknown', 'ca_unreadable']);
      expect(report.findings.at(-1)).toMatchObject({
        severity: 'error',
        path: 'tls_cafile',
        position: 'run.yaml:5:13',
      });
      expect(report.providers).toEqual([]);
    });

    test('tells a path that the server does not expand from one that it does', async () => {
      expect(await brief(withCa('~/ca.pem'), { HOME: folder })).toEqual(['error home_unexpanded 5:13']);
      expect(await brief(withCa('${env.CA:=~/gone.pem}'), { HOME: folder })).toEqual(['error ca_unreadable 5:13']);
    });
  });

  test('every code has a reason and a fix: whole sentences', () => {
    for (const [code, { why, fix }] of Object.entries(FINDINGS)) {
      expect(why, code).toMatch(/^[A-Z].*\.$/s);
      expect(fix, code).toMatch(/^[A-Z].*[.:]?"?$/s);
    }
  });
});

describe('what is none', () => {
  test('is said where it stands: a config without an auth section, and rules that cannot be read', async () => {
    expect(await brief('server: {port: 1}')).toEqual(['error config_shape 1:9']);
    const rules = `provider_config: {type: kubernetes}\naccess_policy:\n  - permit: {actions: [list]}\n`;
    expect(await brief(rules)).toEqual(['hint subject_split 1:18', 'error rule_invalid 3:23']);
  });

  test('hints at a field where it belongs, and at a colon that is missing', async () => {
    const messages = async (more: string): Promise<string[]> =>
      (await check(provider(`${JWKS}\n${more}`))).findings.map(({ message }) => message);
    expect(await messages('key_recheck_period: 5')).toEqual([
      'key_recheck_period is ignored by the server; did you mean provider_config.jwks.key_recheck_period?',
    ]);
    expect(await messages('verify_tls:false: 1')).toEqual([
      'verify_tls is ignored by the server; a space is missing after the colon',
    ]);
    expect(await messages('verify_tls=false: 1')).toEqual([
      'verify_tls is ignored by the server; a colon is missing after the name',
    ]);
    for (const name of ['constructor', '__proto__'])
      expect(await messages(`${name}: 1`)).toEqual([`${name} is ignored by the server`]);
    expect(await messages('nothing_like_it: 1')).toEqual(['nothing_like_it is ignored by the server']);
  });

  test('points at a name of which it shows only a part, and at a long one', async () => {
    for (const name of ['verify_tls=false', '"verify_tls: false"', 'verify_tls false', 'x'.repeat(900)])
      expect(await brief(`provider_config:\n  type: custom\n  endpoint: https://x\n  ${name}: 1\n`)).toEqual([
        expect.stringMatching(/^warning field_unknown 4:\d+$/),
      ]);
  });

  test('judges the policies beside a provider as those beside provider_config', async () => {
    const rules = 'access_policy:\n  - permit: {actions: [read], resorce: a}\n    wen: user with admin in roles\n';
    const { findings } = await check(`type: custom\nendpoint: https://x\n${rules}`);
    expect(findings.map(({ path }) => path)).toEqual(['access_policy[0].permit.resorce', 'access_policy[0].wen']);
    const same = await check(`provider_config: {type: custom, endpoint: https://x}\n${rules}`);
    expect(findings.map(({ message }) => message)).toEqual(same.findings.map(({ message }) => message));
  });

  test('says what the server ignores beside the one provider, and in a rule of routes', async () => {
    const text = 'provider_config: {type: custom, endpoint: https://x}\n';
    const rule = 'route_policy:\n  - permit: {paths: /v1/models, metods: GET}\n';
    for (const line of ['default: x', 'providers: {x: {type: custom, endpoint: https://x}}'])
      expect((await check(text + line)).findings.map(({ path, code }) => `${code} ${path}`)).toEqual([
        `field_unknown ${line.replace(/:.*/, '')}`,
      ]);
    expect((await check(text + rule)).findings.map(({ path }) => path)).toEqual(['route_policy[0].permit.metods']);
  });

  test('says of a claim inside of another what the server makes of it', async () => {
    const { findings } = await check(provider(JWKS, 'claims_mapping: {a: teams, a.b: roles}'));
    expect(findings.map(({ message }) => message)).toContain(
      'a and a.b are both mapped; where a has values, a.b finds only a claim of that very name, dots included',
    );
    expect(await brief(provider(JWKS, 'claims_mapping: {a.b: teams, a.b.c: roles}'))).toEqual([
      'warning claim_shadowed 4:37',
    ]);
  });
});
