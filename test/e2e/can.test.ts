import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { run, unwrap } from './program.js';
import { startWorld, type World } from './world.js';

let world: World;
let config: string;
beforeAll(async () => {
  world = await startWorld();
  config = world.file(
    'policies.yaml',
    `provider_config:
  type: oauth2_token
  issuer: ${world.origin}
  audience: api
  jwks:
    uri: ${world.origin}/jwks
access_policy:
  - permit:
      principal: root
      actions: [create, read, update, delete]
  - permit:
      actions: read
      resource: model::*
    when: user in owners teams
    description: teammates read each other’s models
  - forbid:
      actions: [update, delete]
route_policy:
  - permit:
      paths: [/v1/files*, /v1/models]
    when: user with ml in teams
  - forbid:
      paths: /v1/admin*
`,
  );
});
afterAll(() => world.close());

async function can(
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const { code, stdout, stderr } = await run(['can', ...args]);
  return { code, stdout: unwrap(stdout), stderr: unwrap(stderr) };
}

describe('authcheck can, with a token', () => {
  it('says yes: exit 0, the rule, its place and its description, and what the rules before it said', async () => {
    const token = await world.signer.sign(world.claims);
    const owner = ['--owner', 'bob', '--owner-attribute', 'teams=ml', '--owner-attribute', 'teams=ops'];
    const { code, stdout, stderr } = await can(
      'read',
      'model::llama-3',
      '--config',
      config,
      '--token',
      token,
      ...owner,
    );
    expect(code).toBe(0);
    expect(stdout).toContain('policies.yaml · provider default · keys from');
    expect(stdout).toContain('✓ yes alice may read model::llama-3');
    expect(stdout).toMatch(/rule 2 of access_policy permits it · \S+policies\.yaml:11:5 “teammates read each other’s/);
    expect(stdout).toMatch(/1 \S+policies\.yaml:8:5 permit is about the principal root → 2/);
    expect(stdout).toContain('covers it, and its condition holds: "user in owners teams"');
    expect(stdout).not.toContain(token);
    expect(stderr).not.toContain(token);
  });

  it('says no where no rule matches: exit 1', async () => {
    const token = await world.signer.sign(world.claims);
    const { code, stdout } = await can('read', 'model::llama-3', '--config', config, '--token', token);
    expect(code).toBe(1);
    expect(stdout).toContain('✗ no alice may not read model::llama-3 no rule of access_policy matches');
    expect(stdout).toContain('owner (nobody) --owner and --owner-attribute name one');
  });

  it('says of a user without attributes that the claims mapping found nothing', async () => {
    const jwks = `jwks: { uri: "${world.origin}/jwks" }`;
    const unmapped = world.file(
      'unmapped.yaml',
      `provider_config: { type: oauth2_token, issuer: "${world.origin}", audience: api, ${jwks}, claims_mapping: { team: teams } }
route_policy: [{ permit: { paths: /v1/files* }, when: user with ml in teams }]
`,
    );
    const token = await world.signer.sign(world.claims);
    const { code, stdout } = await can('/v1/files', '--config', unmapped, '--token', token);
    expect(code).toBe(1);
    expect(stdout).toContain('the claims mapping found nothing: the principal has no attributes');
  });

  it('says of a user of an endpoint that it sent no attributes, and nothing of a mapping', async () => {
    const bare = world.file(
      'bare.yaml',
      `provider_config: { type: custom, endpoint: "${world.origin}/bare" }
route_policy: [{ permit: { paths: /v1/files* }, when: user with ml in teams }]
`,
    );
    const { code, stdout } = await can('/v1/files', '--config', bare, '--token', 'opaque');
    expect(code).toBe(1);
    expect(stdout).toContain('the endpoint sent no attributes');
    expect(stdout).not.toContain('mapping');
  });

  it('says no to a token that is refused, before any policy: exit 1, with the reason', async () => {
    const token = await world.signer.sign({ ...world.claims, exp: 1_700_000_000 });
    const { code, stdout } = await can('/v1/files', '--config', config, '--token', token);
    expect(code).toBe(1);
    expect(stdout).toContain('✗ no the token is refused, before any policy is asked');
    expect(stdout).toContain('(token_expired)');
    expect(stdout).not.toContain('route_policy');
    const json: unknown = JSON.parse(
      (await run(['can', '/v1/files', '--config', config, '--token', token, '--json'])).stdout,
    );
    expect(json).toMatchObject({
      answer: 'no',
      user: null,
      policy: 'none',
      rule: null,
      trace: [],
      verdict: { outcome: 'rejected', reason: { code: 'token_expired' } },
    });
  });

  it('decides nothing where the provider cannot be asked: exit 3', async () => {
    const down = world.file('down.yaml', 'type: custom\nendpoint: http://127.0.0.1:1/\n');
    const { code, stdout } = await can('/v1/files', '--config', down, '--token', 'MARKED-token');
    expect(code).toBe(3);
    expect(stdout).toContain('? undecided nobody could say who the user is, so no policy can be asked');
    expect(stdout).toContain('(endpoint_unreachable)');
    expect(stdout).not.toContain('MARKED');
  });

  it('tells a custom endpoint the path that is asked about', async () => {
    const custom = world.file('custom.yaml', `type: custom\nendpoint: ${world.origin}/custom\n`);
    const { stderr } = await can('/v1/files', '--config', custom, '--token', 'MARKED-token', '--verbose');
    expect(stderr).toContain('"path":"/v1/files"');
    expect(stderr).not.toContain('MARKED');
  });

  it('takes the headers of upstream_header at their word, and needs no token', async () => {
    const headers = ['--request-header', 'x-auth-principal: root'];
    const { code, stdout } = await can('read', 'model::x', '--config', world.config, '--provider', 'proxy', ...headers);
    expect(code).toBe(0);
    expect(stdout).toContain('nothing is asked and nothing verified');
    expect(stdout).toContain('the config has no access_policy; the server’s default decides');
  });

  it('needs a token: exit 2', async () => {
    const { code, stderr } = await can('/v1/files', '--config', config);
    expect(code).toBe(2);
    expect(stderr).toContain('no token was given');
  });
});

describe('authcheck can --as', () => {
  test.each([
    [['delete', 'tool::x', '--as', 'root'], 0, 'rule 1 of access_policy permits it'],
    [['delete', 'tool::x', '--as', 'bob'], 1, 'rule 3 of access_policy forbids it'],
    [['create', 'tool::x', '--as', 'bob'], 1, 'no rule of access_policy matches'],
    [['/v1/files/a%20b', '--as', 'bob', '--attribute', 'teams=ml'], 0, '✓ yes bob may ask for /v1/files/a b'],
    [
      ['/v1/models/', '--as', 'bob', '--attribute', 'teams=ops', '--attribute', 'teams=ml'],
      0,
      'rule 1 of route_policy',
    ],
    [['/v1/%61dmin', '--as', 'bob'], 1, 'rule 2 of route_policy forbids it'],
    [['/v1/files', '--as', 'bob'], 1, 'covers it, but its condition does not hold: "user with ml in teams"'],
  ])('%j', async (args, expected, text) => {
    const { code, stdout } = await can(...args, '--config', config);
    expect(stdout).toContain(text);
    expect(stdout).toContain('as if authenticated: no token was looked at');
    expect(code).toBe(expected);
  });

  it('asks nobody', async () => {
    const before = world.requests.length;
    await can('delete', 'tool::x', '--as', 'root', '--config', config);
    expect(world.requests).toHaveLength(before);
  });

  it('prints the same as JSON', async () => {
    const { stdout } = await run([
      ...['can', 'read', 'model::m', '--as', 'bob', '--attribute', 'teams=ml', '--owner', 'al', '--json'],
      ...['--owner-attribute', 'teams=ml', '--config', config],
    ]);
    expect(JSON.parse(stdout)).toEqual({
      answer: 'yes',
      question: {
        action: 'read',
        resource: { type: 'model', identifier: 'm', owner: { principal: 'al', attributes: { teams: ['ml'] } } },
      },
      user: { principal: 'bob', attributes: { teams: ['ml'] } },
      verdict: null,
      message: 'rule 2 of access_policy permits it',
      policy: 'access_policy',
      rule: {
        index: 1,
        position: expect.stringMatching(/policies\.yaml:11:5$/) as string,
        description: 'teammates read each other’s models',
      },
      trace: [
        {
          index: 0,
          effect: 'permit',
          outcome: 'not_covered',
          message: 'is about the principal root',
          position: expect.stringMatching(/policies\.yaml:8:5$/) as string,
        },
        {
          index: 1,
          effect: 'permit',
          outcome: 'decided',
          message: 'covers it, and its condition holds: "user in owners teams"',
          position: expect.stringMatching(/policies\.yaml:11:5$/) as string,
        },
      ],
    });
  });

  it('says what the server does where there is no policy', async () => {
    const bare = ['--config', world.config, '--as', 'bob'];
    const access = await can('read', 'model::x', '--owner', 'al', ...bare);
    expect(access.code).toBe(1);
    expect(access.stdout).toContain('no rule of the server’s default policy matches');
    expect(access.stdout).toContain('6 permit covers it, but its condition does not hold: "resource is unowned"');
    const route = await can('/v1/x', ...bare);
    expect(route.code).toBe(0);
    expect(route.stdout).toContain('there is no route_policy, so every path is open');
  });

  it('escapes what the user is called', async () => {
    const { stdout } = await run(['can', 'read', 'm::\u001b[2J', '--as', '\u001b[31mbob\u202e', '--config', config]);
    expect(stdout).toContain('\\u{1b}[31mbob\\u{202e}');
    expect(stdout).not.toMatch(/[\u001b\u202e]/);
  });
});

describe('authcheck can, without a provider', () => {
  it('asks for anybody, as the server does', async () => {
    const open = world.file('open.yaml', 'route_policy:\n  - permit: {paths: /v1/models}\n');
    expect(await can('/v1/models', '--config', open)).toMatchObject({ code: 0 });
    const { code, stdout } = await can('/v1/files', '--config', open);
    expect(code).toBe(1);
    expect(stdout).toContain('no provider: everybody is anonymous');
    expect(stdout).toContain('✗ no anybody may not ask for /v1/files');
    expect((await can('read', 'model::x', '--config', open)).stdout).toContain('takes authentication to be off');
  });
});

describe('authcheck can refuses what it cannot ask', () => {
  test.each([
    [['updat', 'model::x'], 'there is no such action; did you mean update?'],
    [['MARKED', 'model::x'], 'there is no such action; one of create, read, update, delete, or a path'],
    [['read'], 'read what? name a resource'],
    [['read', 'MARKED'], 'a resource is written as TYPE::ID'],
    [['read', 'model::*'], 'the star is for rules'],
    [['/v1/x?key=MARKED'], 'leave the query out'],
    [['/v1/x', 'model::x'], 'a path has no resource'],
    [['read', 'model::x', '--owner-attribute', 'teams=ml'], '--owner-attribute needs --owner'],
    [['read', 'model::x', '--attribute', 'teams=ml'], '--attribute needs --as'],
    [['read', 'model::x', '--as', 'bob', '--token', 'MARKED'], '--as needs no token'],
    [['read', 'model::x', '--as', ''], '--as is empty; is a variable not set?'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await can(...args, '--config', config);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('MARKED');
  });
});

describe('a rule with a field that the server ignores', () => {
  it.each([
    ['as somebody', 'provider_config: {type: custom, endpoint: "https://x/"}\n', ['--as', 'bob']],
    ['without a provider', '', []],
  ])('is warned about %s', async (_who, provider, args) => {
    const rules =
      "access_policy:\n  - permit: {actions: [read], resource: 'model::*'}\n    whem: user with admin in roles\n";
    const config = world.file('whem.yaml', `server:\n  auth:\n${`${provider}${rules}`.replace(/^/gm, '    ')}`);
    const { stderr } = await run(['can', 'read', 'model::m', '--config', config, ...args]);
    expect(unwrap(stderr)).toContain('whem is ignored by the server; did you mean when?');
  });
});

describe('a pattern that only the server can evaluate', () => {
  const policies = (): string =>
    world.file(
      'lookahead.yaml',
      `provider_config: {type: oauth2_token, issuer: '${world.origin}', audience: api, jwks: {uri: '${world.origin}/jwks'}}
route_policy:
  - permit: {paths: /v1/files}
  - forbid: {paths: 'regex:/v1/(?!models).*'}
  - permit: {paths: /v1/*}
`,
    );

  it('fails the questions that come to its rule, and no others', async () => {
    expect(await can('/v1/files', '--config', policies(), '--as', 'bob')).toMatchObject({ code: 0 });
    const { code, stdout, stderr } = await can('/v1/models', '--config', policies(), '--as', 'bob');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(
      'authcheck cannot evaluate regex:/v1/(?!models).*, but the server can: it uses looking ahead',
    );
    const json = await run(['can', '/v1/models', '--config', policies(), '--as', 'bob', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ error: { code: 'policy_unsupported' } });
  });

  it('is a warning of the config, and hinders no other command', async () => {
    const token = await world.signer.sign(world.claims);
    const validated = await run(['validate', '--config', policies(), '--token', token]);
    expect(validated.code).toBe(0);
    expect(unwrap(validated.stderr)).toContain('authcheck cannot evaluate this pattern, but the server can');
    const { code, stdout, stderr } = await run(['config', 'check', '--config', policies()]);
    expect(stdout + stderr).toContain('rule_regex_unsupported');
    expect(code).toBe(0);
  });
});
