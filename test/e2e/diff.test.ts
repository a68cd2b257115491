// `diff`: one token under two configs or providers, two tokens under one.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, unwrap, type Ended } from './program.js';
import { CLIENT_SECRET, JWKS_TOKEN, OPAQUE, startWorld, type World } from './world.js';

let world: World;
let token = '';
let other = '';
beforeAll(async () => {
  world = await startWorld();
  token = await world.signer.sign({ ...world.claims, realm_access: { roles: ['x'] } });
  other = world.file(
    'other.yaml',
    `type: oauth2_token\nissuer: ${world.origin}\naudience: other\njwks: {uri: ${world.origin}/jwks}\n` +
      'claims_mapping: {groups: roles, realm_access.roles: roles}\n',
  );
});
afterAll(() => world.close());

const diff = (...args: readonly string[]): Promise<Ended> => run(['diff', '--config', world.config, ...args]);

interface Changes {
  readonly same: boolean;
  readonly changes: readonly { readonly path: string; readonly before: unknown; readonly after: unknown }[];
  readonly before: { readonly outcome: string };
  readonly after: { readonly outcome: string };
}

describe('authcheck diff', () => {
  it('shows what another config changes', async () => {
    const { stdout, code } = await diff('--against', other, '--token', token);
    expect(code).toBe(1);
    expect(unwrap(stdout)).toMatch(/ · token sha256:[0-9a-f]{16} · accepted as alice/);
    expect(unwrap(stdout)).toContain('rejected: expected "other", the token is for "api"');
    expect(stdout).toMatch(/outcome +− accepted\n +\+ rejected/);
    expect(stdout).toMatch(/reason +\+ audience_mismatch/);
    expect(stdout).toMatch(/steps\.audience\.expected +− api\n +\+ other/);
    expect(stdout).toMatch(/mapping\.groups +− → teams: ml\n +\+ → roles: ml/);
    expect(stdout).not.toContain('timing');
    const json = JSON.parse((await diff('--against', other, '--token', token, '--json')).stdout) as Changes;
    expect(Object.keys(json)).toEqual(['same', 'changes', 'before', 'after']);
    expect(json).toMatchObject({ same: false, before: { outcome: 'accepted' }, after: { outcome: 'rejected' } });
    expect(json.changes[0]).toEqual({ path: 'outcome', before: 'accepted', after: 'rejected' });
  });

  it('is the same for a config and its copy, however far apart', async () => {
    const copy = world.file('copy.yaml', `# a line more\n\n${readFileSync(world.config, 'utf8')}`);
    const { stdout, code } = await diff('--against', copy, '--token', token);
    expect(code).toBe(0);
    expect(stdout).toContain('✓ same');
    expect(JSON.parse((await diff('--against', copy, '--token', token, '--json')).stdout)).toMatchObject({
      same: true,
      changes: [],
    });
  });

  it('compares two tokens; only what follows from their times is a change', async () => {
    const renewed = await world.signer.sign({
      ...world.claims,
      realm_access: { roles: ['x'] },
      iat: 5,
      jti: 'x',
      exp: Number(world.claims.exp) + 9,
    });
    expect((await diff('--token', token, '--against-token', renewed)).code).toBe(0);
    const expired = await world.signer.sign({ ...world.claims, exp: 7 });
    const { stdout, code } = await diff('--token', token, '--against-token', expired, '--json');
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as Changes).changes.map(({ path }) => path)).toEqual([
      ...['outcome', 'reason', 'steps.expiry.status', 'steps.expiry.code'],
      ...['principal', 'attributes.roles', 'attributes.teams'],
    ]);
    const file = world.file('token.txt', await world.signer.sign({ ...world.claims, groups: ['ops', 'ml'] }));
    const grown = await diff('--token', token, '--against-token-file', file);
    expect(grown.stdout).toMatch(/attributes\.teams +\+ ops\n/);
    const piped = await run(['diff', '--config', world.config, '--token', token, '--against-token', '-'], {
      stdin: expired,
    });
    expect(piped.code).toBe(1);
  });

  it('compares two providers of one config', async () => {
    const args = ['--provider', 'introspection', '--against-provider', 'custom', '--token', OPAQUE];
    const { stdout, stderr, code } = await diff(...args);
    expect(code).toBe(1);
    expect(unwrap(stdout)).toContain('provider introspection (oauth2_token, introspection)');
    expect(stdout).toMatch(/reason +\+ token_refused/);
    for (const secret of [OPAQUE, CLIENT_SECRET, JWKS_TOKEN]) expect(stdout + stderr).not.toContain(secret);
    const proxy = await diff(
      '--provider',
      'proxy',
      '--against-provider',
      'proxy',
      '--request-header',
      'x-auth-principal: bob',
    );
    expect(proxy.code).toBe(0);
  });

  it('counts policies that differ, whatever is said of the token', async () => {
    const write = (name: string, policy: string): string =>
      world.file(
        name,
        `provider_config:\n  type: oauth2_token\n  issuer: ${world.origin}\n  audience: api\n  jwks: {uri: ${world.origin}/jwks}\n${policy}`,
      );
    const old = write('old.yaml', 'access_policy: [{permit: {actions: read}}, {forbid: {actions: delete}}]\n');
    const fresh = write(
      'fresh.yaml',
      'access_policy: [{permit: {actions: read}}]\nroute_policy: [{permit: {paths: /v1/x}}]\n',
    );
    const ask = (...args: string[]): Promise<Ended> =>
      run(['diff', '--config', old, '--against', fresh, '--token', token, ...args]);
    const { stdout, code } = await ask();
    expect(code).toBe(1);
    expect(stdout).toContain('✗ different  2 changes');
    expect(stdout).toMatch(/access_policy +− .*delete.*\n +route_policy +\+ .*\/v1\/x/);
    const json = JSON.parse((await ask('--json')).stdout) as Changes;
    expect(json).toMatchObject({ same: false, before: { outcome: 'accepted' }, after: { outcome: 'accepted' } });
    expect(json.changes.map(({ path }) => path)).toEqual(['access_policy', 'route_policy']);
  });

  it('takes another config and another provider together, and warns of both sides', async () => {
    const before = world.file('one.yaml', 'type: upstream_header\nprincipal_header: x-user\nfirst_odd: 1\n');
    const providers = ['alice', 'bob'].map(
      (name) => `  ${name}: {type: upstream_header, principal_header: x-${name}, odd_${name}: 1}\n`,
    );
    const after = world.file('pair.yaml', `default: alice\nproviders:\n${providers.join('')}`);
    const headers = ['x-user: root', 'x-alice: alice', 'x-bob: bob'].flatMap((one) => ['--request-header', one]);
    const ask = (...args: string[]): Promise<Ended> => run(['diff', '--config', before, ...args, ...headers]);
    const { stdout, stderr, code } = await ask('--against', after, '--against-provider', 'bob');
    expect(code).toBe(1);
    expect(stdout).toMatch(/principal +− root\n +\+ bob\n/);
    for (const field of ['first_odd', 'odd_bob']) expect(stderr.split(`${field} is ignored`)).toHaveLength(2);
    const own = await run(['diff', '--config', after, '--against-provider', 'bob', ...headers]);
    expect(own.stdout).toMatch(/principal +− alice\n +\+ bob\n/);
  });

  it('asks for a token where the other side alone needs one, and leaves standard input to whom it is given', async () => {
    const header = ['--request-header', 'x-auth-principal: bob'];
    const { stdout, code } = await diff(
      ...['--provider', 'proxy', '--against-provider', 'introspection', '--token', OPAQUE, ...header],
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining('+ bob') as string });
    const expired = await world.signer.sign({ ...world.claims, exp: 7 });
    const ended = await run(['diff', '--config', world.config, '--against-token', '-', '--json'], {
      stdin: expired,
      env: { AUTHCHECK_TOKEN: token },
    });
    expect(ended.code).toBe(1);
    expect(JSON.parse(ended.stdout)).toMatchObject({ before: { outcome: 'accepted' }, after: { outcome: 'rejected' } });
  });

  it('says what it took away from around either token', async () => {
    const quoted = `"${token}"`;
    for (const args of [
      ['--token', quoted, '--against-token', token],
      ['--token', token, '--against-token', quoted],
    ])
      expect(unwrap((await diff(...args)).stderr)).toContain('the token was given with quotes, removed here');
    expect((await diff('--against', other, '--token', quoted)).stderr.split('was given with quotes')).toHaveLength(2);
  });

  it('judges both sides at one moment, which may be named', async () => {
    const at = String(Number(world.claims.exp) + 1);
    const { stdout, code } = await diff('--against-token', token, '--token', token, '--at', at, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      before: { reason: { code: 'token_expired' } },
      after: { reason: { code: 'token_expired' } },
    });
  });

  it('holds two tokens against one key set, which is fetched once', async () => {
    const asked = world.requests.length;
    expect((await diff('--token', token, '--against-token', token)).code).toBe(0);
    expect(world.requests.slice(asked)).toEqual(['GET /jwks']);
  });

  it('shows an empty list, and lists that differ in their order alone, as a whole', async () => {
    const proxy = 'type: upstream_header\nprincipal_header: x-user\n';
    const told = world.file('told.yaml', `${proxy}attributes_header: x-groups\n`);
    const untold = world.file('untold.yaml', proxy);
    const headers = ['--request-header', 'x-user: al', '--request-header', 'x-groups: {"roles": []}'];
    const { stdout } = await run(['diff', '--config', told, '--against', untold, ...headers]);
    expect(stdout).toMatch(/attributes\.roles +− \(none\)\n/);
    const rules = ['{permit: {actions: read}}', '{forbid: {actions: delete}}'];
    const [old = '', fresh = ''] = [rules, rules.toReversed()].map((list, index) =>
      world.file(
        `order-${index}.yaml`,
        `provider_config: {type: upstream_header, principal_header: x-user}\naccess_policy: [${list.join(', ')}]\n`,
      ),
    );
    const turned = await run(['diff', '--config', old, '--against', fresh, ...headers]);
    expect(turned.code).toBe(1);
    expect(unwrap(turned.stdout)).toMatch(/access_policy − [^+]*read[^+]*delete[^+]*\+ [^−]*delete.*read/);
  });

  it('is 3 where one of the two is undecided', async () => {
    const { stdout, code } = await diff('--against-provider', 'down', '--token', token);
    expect(code).toBe(3);
    expect(stdout).toContain('? undecided');
    expect(stdout).toMatch(/reason +\+ endpoint_unreachable/);
    const first = await diff('--provider', 'down', '--against-provider', 'jwt', '--token', token);
    expect(first.code).toBe(3);
    expect(first.stdout).toContain('? undecided');
  });

  it.each([
    [[], 'say what to compare with'],
    [['--against', 'x.yaml', '--against-token', 'MARKED'], 'not both'],
    [['--against-token', '-', '--token-file', '-'], 'only one token'],
    [['--against-token-file', '-', '--token-file', '-'], 'only one token'],
    [['--against-token', '-', '--token', '-'], 'only one token'],
    [['--against-token', '-', '-'], 'only one token'],
    [['--against-provider', 'nobody'], 'no provider nobody'],
    [['--against', '/nonexistent.yaml'], 'no such file'],
  ])('is refused: %j', async (args, why) => {
    const { stdout, stderr, code } = await diff('--token', token, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(unwrap(stderr)).toContain(why);
    expect(stderr).not.toContain('MARKED');
  });

  it('lets nothing of a token touch the terminal', async () => {
    const evil = await world.signer.sign({
      ...world.claims,
      aud: ['api', 'x\u001b[2J\u202e'],
      groups: ['\u0007\r'],
      sub: 'é\u200f',
    });
    const { stdout } = await diff('--token', token, '--against-token', evil);
    expect(stdout).toContain('\\u{1b}');
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e\u200f]/);
  });

  it('tells empty lists, objects and long names apart', async () => {
    const deep = 'https://idp.example/a/very/long/name/of/a/claim/indeed';
    const config = world.file(
      'long.yaml',
      `type: oauth2_token\nissuer: ${world.origin}\naudience: api\njwks: {uri: ${world.origin}/jwks}\nclaims_mapping: {"${deep}": roles}\n`,
    );
    const full = await world.signer.sign({ ...world.claims, [deep]: ['x'], iss: { a: 1 } });
    const empty = await world.signer.sign({ ...world.claims, [deep]: [] });
    const { stdout } = await run(['diff', '--config', config, '--token', full, '--against-token', empty]);
    expect(unwrap(stdout)).toContain(`mapping["${deep}"] − → roles: x + → roles: mapped`);
    expect(stdout).toMatch(/steps\.issuer\.actual +− \{ "a": 1 \}/);
  });
});
