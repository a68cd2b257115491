import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, unwrap } from './program.js';
import { CLIENT_SECRET, JWKS_TOKEN, OPAQUE, startWorld, type World } from './world.js';

let world: World;
let token = '';

beforeAll(async () => {
  world = await startWorld();
  token = await world.signer.sign({
    ...world.claims,
    sub: 'alice.smith',
    email: 'alice@acme.example',
    groups: ['acme-ml'],
  });
});
afterAll(() => world.close());

/** A folder of the world's, and what stands in its files. */
function read(folder: string): Record<string, string> {
  const path = join(world.folder, folder);
  return Object.fromEntries(readdirSync(path).map((name) => [name, readFileSync(join(path, name), 'utf8')]));
}

const fixture = (...args: readonly string[]): ReturnType<typeof run> =>
  run(['fixture', '--config', world.config, ...args], { cwd: world.folder });

describe('authcheck fixture', () => {
  it('writes files that give the same verdict to whoever has them, and holds nothing of the original', async () => {
    const expired = await world.signer.sign({ ...world.claims, sub: 'alice.smith', groups: ['acme-ml'], exp: 1 });
    const { stdout, stderr, code } = await fixture('--token', expired, '--out-dir', 'expired');
    expect({ stderr, code }).toEqual({ stderr: 'note: look through it before you share it\n', code: 0 });
    expect(unwrap(stdout)).toContain('✓ rejected, token_expired as with the original');
    expect(unwrap(stdout)).toMatch(/replaced iss, aud, sub, groups, header\.kid stayed iat, exp /);
    expect(unwrap(stdout)).toContain(
      `run.yaml · provider jwt · keys from ${world.origin}/jwks; the token was sent nowhere`,
    );
    const files = read('expired');
    expect(Object.keys(files).sort()).toEqual(['authcheck.test.yaml', 'config.yaml', 'jwks.json', 'token.jwt']);
    const [, claims = '', signature = ''] = expired.split('.');
    for (const said of [...Object.values(files), stdout, stderr]) {
      for (const secret of [claims, signature, 'alice', 'acme', JWKS_TOKEN, CLIENT_SECRET])
        expect(said).not.toContain(secret);
    }
    for (const text of Object.values(files)) expect(text).not.toContain(world.origin);

    const moved = join(world.folder, 'expired');
    const test = await run(['test'], { cwd: moved });
    expect(test).toMatchObject({ code: 0 });
    expect(unwrap(test.stdout)).toContain('✓ rejected: token_expired');
    const now = /^now: "?([^"\n]+)/m.exec(files['authcheck.test.yaml'] ?? '')?.[1] ?? '';
    const again = await run(
      ['validate', '--json', '--config', 'config.yaml', '--at', now, '--token-file', 'token.jwt'],
      { cwd: moved },
    );
    expect(JSON.parse(again.stdout)).toMatchObject({ outcome: 'undecided' });
  });

  it('answers in JSON, keeps what is to be kept, and names no values', async () => {
    const { stdout, stderr, code } = await fixture(token, '--out-dir', 'kept', '--keep', 'groups', '--json', '--quiet');
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(JSON.parse(stdout)).toEqual({
      folder: 'kept',
      files: ['token.jwt', 'jwks.json', 'config.yaml', 'authcheck.test.yaml'].map((name) => join('kept', name)),
      outcome: 'accepted',
      reason: null,
      replaced: ['iss', 'aud', 'sub', 'email', 'header.kid'],
      stayed: ['groups', 'iat', 'exp'],
    });
    expect(read('kept')['authcheck.test.yaml']).toMatch(/teams:\n\s+- acme-ml\n/);
    expect(Object.values(read('kept')).join('\n')).not.toMatch(/alice/);
  });

  it('judges at the time that is named, takes policies along, and warns as every command does', async () => {
    const config = world.file(
      'policies.yaml',
      `provider_config:\n  type: oauth2_token\n  issuer: ${world.origin}\n  audience: api\n  odd: 1\n  jwks: {uri: ${world.origin}/jwks, token: ${JWKS_TOKEN}}\naccess_policy: [{permit: {actions: read, principal: alice.smith}, description: MARKED}]\n`,
    );
    const at = Number(world.claims.exp) + 5;
    const { stdout, stderr, code } = await run(
      ['fixture', '--config', config, '--token', `"${token}"`, '--at', String(at), '--out-dir', 'late'],
      { cwd: world.folder },
    );
    expect([code, unwrap(stdout)]).toEqual([0, expect.stringContaining('✓ rejected, token_expired')]);
    expect(unwrap(stdout)).toContain('to see it: authcheck test late/authcheck.test.yaml');
    for (const words of ['odd is ignored by the server', 'the token was given with quotes'])
      expect(unwrap(stderr)).toContain(words);
    const files = read('late');
    expect(files['authcheck.test.yaml']).toContain(new Date(at * 1000).toISOString().replace('.000', ''));
    expect(files['config.yaml']).toMatch(/access_policy:\n {2}- permit:\n {6}actions: read\n {6}principal: user-1\n$/);
    expect(Object.values(files).join('\n')).not.toContain('MARKED');
    expect(await run(['test'], { cwd: join(world.folder, 'late') })).toMatchObject({ code: 0 });
  });

  it('tells a custom endpoint of the request that flags describe', async () => {
    const flags = ['--request-path', '/v1/x', '--request-param', 'a=b', '--verbose', '--out-dir', 'told'];
    const { stderr, code } = await fixture('--token', OPAQUE, '--provider', 'custom', ...flags);
    expect(code).toBe(0);
    expect(stderr).toContain('"request":{"path":"/v1/x","headers":{},"params":{"a":["b"]}}');
  });

  it('writes nothing over anything, unless told so', async () => {
    mkdirSync(join(world.folder, 'mine'));
    writeFileSync(join(world.folder, 'mine/config.yaml'), 'mine\n');
    const refused = await fixture('--token', token, '--out-dir', 'mine');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(unwrap(refused.stderr)).toContain('mine/config.yaml: the file exists already; --force writes over it');
    expect(read('mine')).toEqual({ 'config.yaml': 'mine\n' });
    expect((await fixture('--token', token, '--out-dir', 'mine', '--force')).code).toBe(0);
    expect(read('mine')['config.yaml']).toContain('provider_config:');
    writeFileSync(join(world.folder, 'file'), '');
    const inTheWay = await fixture('--token', token, '--out-dir', 'file');
    expect(inTheWay).toMatchObject({ code: 2 });
    expect(unwrap(inTheWay.stderr)).toContain('file: there is something that is not a folder');
    expect(statSync(join(world.folder, 'file')).isFile()).toBe(true);
  });

  it('tells again what a provider answered, without its secrets', async () => {
    const { code } = await fixture('--token', OPAQUE, '--provider', 'introspection', '--out-dir', 'answered');
    expect(code).toBe(0);
    const files = read('answered');
    expect(Object.keys(files).sort()).toEqual(['authcheck.test.yaml', 'config.yaml']);
    for (const text of Object.values(files))
      for (const secret of [OPAQUE, CLIENT_SECRET, 'bob', world.origin, '\u001b']) expect(text).not.toContain(secret);
    expect(await run(['test', 'answered/authcheck.test.yaml'], { cwd: world.folder })).toMatchObject({ code: 0 });
  });

  it('works without a config file, from a file of keys', async () => {
    const keys = world.file('keys.json', JSON.stringify({ keys: [world.signer.jwk] }));
    const { code, stdout } = await run(['fixture', '--jwks', keys, '--audience', 'other', token], {
      cwd: world.folder,
    });
    expect(code).toBe(0);
    expect(stdout).toContain('audience_mismatch');
    expect(await run(['test'], { cwd: join(world.folder, 'authcheck-fixture') })).toMatchObject({ code: 0 });
  });

  it('refuses what it cannot tell again, says why, and writes nothing', async () => {
    const cases: readonly (readonly [readonly string[], string])[] = [
      [['--token', OPAQUE], 'the token cannot be read, so that nothing in it can be replaced: this is not a JWT'],
      [['--provider', 'proxy', '--request-header', 'x-auth-principal: alice'], 'looks at no token'],
      [['--token', token, '--provider', 'nobody'], 'the config has no provider nobody'],
      [[], 'no token was given'],
    ];
    for (const [args, message] of cases) {
      const { stdout, stderr, code } = await fixture(...args, '--out-dir', 'refused');
      expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
      expect(unwrap(stderr)).toContain(message);
      expect(stderr).not.toContain(OPAQUE);
    }
    expect(existsSync(join(world.folder, 'refused'))).toBe(false);
  });

  it('ends with 3 where nobody could say, whether or not there is anything to write', async () => {
    const down = world.file('down.yaml', 'type: oauth2_token\naudience: api\njwks: {uri: "http://127.0.0.1:1/"}\n');
    const offline = await run(['fixture', '--config', down, token, '--out-dir', 'undecided', '--json'], {
      cwd: world.folder,
    });
    expect(offline.code).toBe(3);
    expect(JSON.parse(offline.stdout)).toMatchObject({
      error: {
        code: 'fixture_undecided',
        message: expect.stringMatching(/^this verdict cannot be reproduced offline: /) as string,
      },
    });
    expect(existsSync(join(world.folder, 'undecided'))).toBe(false);
    const outage = await fixture('--token', OPAQUE, '--provider', 'down', '--out-dir', 'outage');
    expect(outage.code).toBe(3);
    expect(outage.stdout).toContain('undecided, endpoint_unreachable');
    expect(await run(['test', 'outage/authcheck.test.yaml'], { cwd: world.folder })).toMatchObject({ code: 0 });
  });
});
