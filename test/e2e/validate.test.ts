import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen } from '../loopback.js';
import { run, start, unwrap, type Ended } from './program.js';
import { CLIENT_SECRET, JWKS_TOKEN, OPAQUE, startWorld, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const schema: object = JSON.parse(
  readFileSync(new URL('../../dist/schema/verdict.schema.json', import.meta.url), 'utf8'),
) as object;
const isVerdict = new Ajv2020({ strict: false }).compile(schema);

function verdictOf(stdout: string): Record<string, unknown> {
  const verdict: unknown = JSON.parse(stdout);
  expect(isVerdict(verdict), JSON.stringify(isVerdict.errors)).toBe(true);
  return verdict as Record<string, unknown>;
}

describe('authcheck validate', () => {
  it('accepts: exit 0, principal, attributes with their claims, expiry', async () => {
    const token = await world.signer.sign(world.claims);
    const { stdout, stderr, code } = await run(['validate', '--config', world.config, '--token', token]);
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toContain('run.yaml');
    expect(stdout).toContain('the token was');
    expect(stdout).toMatch(/✓ accepted {2}alice/);
    expect(stdout).toMatch(/teams +ml +from groups/);
    expect(stdout).toMatch(/expires +in (?:59 minutes|1 hour)/);
    expect(stderr).toBe('');
  });

  it('is the default command', async () => {
    const token = await world.signer.sign(world.claims);
    expect((await run(['--config', world.config, '--token', token])).code).toBe(0);
    expect((await run([token, '--config', world.config])).code).toBe(0);
    expect((await run(['--config', world.config], { stdin: `${token}\n` })).code).toBe(0);
  });

  it('rejects: exit 1, every failed step with its place in the config and a fix', async () => {
    const token = await world.signer.sign({
      ...world.claims,
      iss: 'https://other',
      aud: ['account'],
      exp: 1_700_000_000,
    });
    const { stdout, code } = await run(['--config', world.config, '--token', token]);
    expect(code).toBe(1);
    for (const line of [
      /✗ issuer .*expected/,
      /✗ audience .*expected "api", the token is for "account"/,
      /✗ expiry .*expired/,
    ]) {
      expect(stdout).toMatch(line);
    }
    expect(stdout).toMatch(/run\.yaml:6:15 {2}·/);
    expect(stdout).toContain('{"error":{"message":"Invalid JWT token"}}');
  });

  it('claims nothing of a server that asks other providers too', async () => {
    const token = await world.signer.sign({ ...world.claims, aud: ['account'] });
    const { stdout } = await run(['--config', world.config, '--provider', 'jwt', '--token', token]);
    expect(unwrap(stdout)).toContain(
      '! only the provider jwt was asked; a server with this config asks the others too (introspection, custom, down, proxy): authcheck validate --all-providers',
    );
    expect(stdout).toContain(
      '\nwith this provider alone, the server answers 401\n{"error":{"message":"Invalid JWT token"}}\n',
    );
    const can = await run(['can', 'read', 'model::x', '--config', world.config, '--token', token]);
    expect(unwrap(can.stderr)).toContain('only the provider jwt was asked');
  });

  it('says of an accepted token that it is no bearer token to most servers', async () => {
    const key = '1|AbCdEf0123456789';
    const endpoint = createServer((_request, response) => response.end('{"principal":"bob"}'));
    const port = await listen(endpoint);
    const config = world.file('odd.json', JSON.stringify({ type: 'custom', endpoint: `http://127.0.0.1:${port}/` }));
    const odd = await run(['--config', config, '--token', key]);
    expect(odd.code).toBe(0);
    expect(unwrap(odd.stdout)).toContain('! the token has characters that no bearer token has (RFC 6750)');
    expect((await run(['--config', config, '--token', 'AbCdEf0123456789'])).stdout).not.toContain('RFC 6750');
  });

  it('is undecided: exit 3, when nobody answers', async () => {
    const { stdout, code } = await run(['--config', world.config, '--provider', 'down', '--token', 'x', '--json']);
    expect(code).toBe(3);
    expect(verdictOf(stdout)).toMatchObject({
      outcome: 'undecided',
      reason: { code: 'endpoint_unreachable' },
      server: { status: 503 },
    });
  });

  it('says nothing of a token that was sent where nobody answered', async () => {
    const { stdout } = await run(['--config', world.config, '--provider', 'down', '--token', 'x']);
    expect(unwrap(stdout)).toContain('no answer from http://127.0.0.1:');
    expect(stdout).not.toContain('token sent');
  });

  it('gives the same exit code and a verdict by the schema with --json', async () => {
    const good = await run(['--config', world.config, '--json', '--token', await world.signer.sign(world.claims)]);
    expect(good.code).toBe(0);
    expect(verdictOf(good.stdout)).toMatchObject({
      outcome: 'accepted',
      principal: 'alice',
      attributes: { roles: ['alice'], teams: ['ml'] },
    });
    const bad = await run(['--config', world.config, '--json', '--token', 'eyJhbGciOiJub25lIn0.e30.']);
    expect(bad.code).toBe(1);
    expect(verdictOf(bad.stdout)).toMatchObject({
      outcome: 'rejected',
      principal: null,
      reason: { code: 'algorithm_not_allowed' },
    });
  });

  it('says where a malformed token broke', async () => {
    const token = await world.signer.sign(world.claims);
    const { stdout, code } = await run([
      '--config',
      world.config,
      '--token',
      `${token.slice(0, 20)} ${token.slice(20)}`,
    ]);
    expect(code).toBe(1);
    expect(stdout).toContain('a space at position 21');
  });

  it('asks every provider with --all-providers', async () => {
    const { stdout, code } = await run(['--config', world.config, '--all-providers', '--json', '--token', OPAQUE]);
    expect(code).toBe(0);
    const verdicts = JSON.parse(stdout) as { provider: { name: string }; outcome: string }[];
    expect(verdicts.map(({ provider, outcome }) => [provider.name, outcome])).toEqual([
      ['jwt', 'rejected'],
      ['introspection', 'accepted'],
      ['custom', 'rejected'],
      ['down', 'undecided'],
      ['proxy', 'rejected'],
    ]);
  });

  it('works without a file: --issuer, --audience, --jwks URI and file', async () => {
    const token = await world.signer.sign(world.claims);
    const discovered = await run(['--issuer', world.origin, '--audience', 'api', '--token', token]);
    expect(discovered.code, discovered.stdout + discovered.stderr).toBe(0);
    expect((await run(['--jwks', `${world.origin}/jwks`, '--audience', 'api', '--token', token])).code).toBe(0);
    const file = world.file('keys.json', JSON.stringify({ keys: [world.signer.jwk] }));
    const offline = await run(['--jwks', file, '--issuer', world.origin, '--audience', 'api', '--token', token]);
    expect(offline.code).toBe(0);
    expect(unwrap(offline.stdout)).toContain('keys from the file');
    expect((await run(['--issuer', 'http://127.0.0.1:1', '--token', token])).code).toBe(3);
  });

  it('takes a key file in the place of the config’s key set, and asks nobody', async () => {
    const config = world.file(
      'offline.yaml',
      'server: {auth: {provider_config: {type: oauth2_token, audience: api, jwks: {uri: https://idp.invalid/jwks}}}}\n',
    );
    const keys = world.file('offline-keys.json', JSON.stringify({ keys: [world.signer.jwk] }));
    const token = await world.signer.sign({ sub: 'alice', aud: 'api' });
    const { stdout, code } = await run(['validate', '--config', config, '--jwks', keys, '--token', token]);
    expect(code).toBe(0);
    expect(unwrap(stdout)).toContain('keys from the file');
    const elsewhere = ['validate', '--config', config, '--token', token];
    const uri = await run([...elsewhere, '--jwks', 'https://other.invalid/jwks']);
    expect([uri.code, unwrap(uri.stderr)]).toEqual([2, expect.stringContaining('not another URI')]);
    const issuer = await run([...elsewhere, '--issuer', 'https://other.invalid']);
    expect([issuer.code, unwrap(issuer.stderr)]).toEqual([2, expect.stringContaining('a config names its own')]);
  });

  it('refuses a key file for a provider without a key set', async () => {
    const config = world.file('offline-github.yaml', 'type: github_token\n');
    const keys = world.file('no-keys.json', '{"keys":[]}');
    const { stderr, code } = await run(['validate', '--config', config, '--jwks', keys, '--token', OPAQUE]);
    expect(code).toBe(2);
    expect(unwrap(stderr)).toContain('has no key set for which --jwks could stand in');
  });

  it('judges at another time, and with tolerance', async () => {
    const token = await world.signer.sign({ ...world.claims, iat: 1_700_000_000, exp: 1_700_000_600 });
    const at = (time: string, ...more: string[]): Promise<Ended> =>
      run(['--config', world.config, '--token', token, '--at', time, ...more]);
    expect((await at('2023-11-14T22:14:00Z')).code).toBe(0);
    expect((await at('1700000630')).code).toBe(1);
    const late = await at('1700000630', '--clock-tolerance', '60');
    expect(late.code).toBe(0);
    expect(unwrap(late.stdout)).toMatch(/30 seconds ago .* UTC, within the clock tolerance/);
    expect((await at('yesterday')).code).toBe(2);
  });

  it('takes the word of headers for upstream_header, and says so', async () => {
    const { stdout, code } = await run([
      '--config',
      world.config,
      '--provider',
      'proxy',
      '--request-header',
      'X-Auth-Principal: carol',
      '--request-header',
      'x-auth-attributes: {"roles":["admin"]}',
    ]);
    expect(code).toBe(0);
    expect(unwrap(stdout)).toContain('nothing verified');
    expect(stdout).toMatch(/roles +admin/);
    const refused = await run(['--config', world.config, '--provider', 'proxy', '--token', 'abc']);
    expect(refused.code).toBe(1);
    expect(unwrap(refused.stdout)).toContain('at no token: give those that the proxy sets, as --request-header "');
  });

  it('tells nothing secret, whatever servers echo', async () => {
    const jwt = await world.signer.sign(world.claims);
    const [head = '', payload = '', signature = ''] = jwt.split('.');
    const basic = Buffer.from(`server:${new URLSearchParams({ x: CLIENT_SECRET }).toString().slice(2)}`).toString(
      'base64',
    );
    for (const extra of [['--verbose'], ['--json', '--verbose', '--debug']]) {
      for (const [which, token, expected] of [
        [['--provider', 'jwt'], jwt, 0],
        [['--provider', 'introspection'], OPAQUE, 0],
        [['--provider', 'custom'], OPAQUE, 1],
        [['--provider', 'down'], OPAQUE, 3],
        [['--all-providers'], OPAQUE, 0],
      ] as const) {
        const { stdout, stderr, code } = await run(['--config', world.config, ...which, '--token', token, ...extra]);
        const said = stdout + stderr;
        expect(code, said).toBe(expected);
        for (const secret of [
          jwt,
          `${head}.${payload}`,
          signature,
          OPAQUE,
          CLIENT_SECRET,
          encodeURIComponent(CLIENT_SECRET),
          JWKS_TOKEN,
          basic,
        ]) {
          expect(said, [...which, ...extra].join(' ')).not.toContain(secret);
        }
      }
    }
  });

  it('shows the transcript with --verbose', async () => {
    const { stderr } = await run([
      '--config',
      world.config,
      '--provider',
      'introspection',
      '--token',
      OPAQUE,
      '--verbose',
    ]);
    expect(stderr).toContain(`> POST ${world.origin}/introspect`);
    expect(stderr).toContain('> authorization: Basic [redacted]');
    expect(stderr).toMatch(/< 200 \(\d+ ms/);
  });

  it('says nothing on stdout and stderr with --quiet', async () => {
    const token = await world.signer.sign({ ...world.claims, aud: 'other' });
    expect(await run(['--config', world.config, '--token', token, '--quiet'])).toEqual({
      stdout: '',
      stderr: '',
      code: 1,
    });
  });

  it('hides the token from the list of processes', async () => {
    const child = start(['--jwks', `${world.origin}/hang`, '--token', await world.signer.sign(world.claims)]);
    await expect.poll(() => world.requests.includes('GET /hang')).toBe(true);
    const pid = String(child.pid);
    const title = existsSync('/proc/self/cmdline')
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      : execFileSync('ps', ['-o', 'args=', '-p', pid], { encoding: 'utf8' });
    child.kill('SIGKILL');
    expect(title).toContain('authcheck');
    expect(title).not.toContain('eyJ');
  });

  it('repeats no value of the command line, which may be a secret', async () => {
    const secret = 'hunter2secret';
    for (const args of [
      [`--tokne=${secret}`],
      ['--request-header', secret],
      ['--clock-tolerance', secret],
      ['--at', secret],
      [secret.replace('2', '')],
      ['decode', 'x', secret],
    ]) {
      for (const more of [[], ['--json']]) {
        const { stdout, stderr, code } = await run([...args, ...more]);
        expect(code, args.join(' ')).toBe(2);
        expect(stdout + stderr).not.toBe('');
        expect(stdout + stderr, args.join(' ')).not.toContain(args.at(-1)?.replace('--tokne=', '') ?? '');
      }
    }
  });

  it('says that the command comes first', async () => {
    const { stderr, code } = await run(['--json-x', 'decode', 'x']);
    expect(code).toBe(2);
    expect(unwrap(stderr)).toContain('the command comes first');
  });

  it('sends nothing past a proxy that is set but unusable', async () => {
    const token = await world.signer.sign(world.claims);
    const before = world.requests.length;
    const { stdout, code } = await run(['--config', world.config, '--token', token], {
      env: { http_proxy: 'http://user:p#ss@proxy.invalid:3128' },
    });
    expect(code).toBe(3);
    expect(stdout).not.toContain('p#ss');
    expect(world.requests.length).toBe(before);
  });

  it('warns about the provider that is asked, whatever its name', async () => {
    const provider = '{type: custom, endpoint: "http://idp.invalid/"}';
    const config = world.file('dots.yaml', `default: a.b\nproviders: {a.b: ${provider}, other: ${provider}}\n`);
    const { stderr } = await run(['--config', config, '--token', 'x']);
    expect(stderr.match(/plain http/g)).toHaveLength(1);
  });

  it('names the truth about a server config without server.auth', async () => {
    const config = world.file(
      'stack.yaml',
      'image_name: x\napis: [inference]\nproviders: {inference: []}\nserver: {port: 1}\n',
    );
    const { stderr, code } = await run(['--config', config, '--token', 'x']);
    expect(code).toBe(2);
    expect(unwrap(stderr)).toContain('has no server.auth: authentication is off');
  });

  it('does not send a curl command that holds no bearer token', async () => {
    const { stderr, code } = await run([
      '--config',
      world.config,
      '--provider',
      'custom',
      '--token',
      'curl -u me:mypass https://x',
    ]);
    expect(code).toBe(2);
    expect(stderr).not.toContain('mypass');
  });

  it('says that nothing was asked about a token that is refused at sight', async () => {
    const before = world.requests.length;
    const { stdout } = await run(['--config', world.config, '--token', 'eyJhbGciOiJub25lIn0.e30.']);
    expect(unwrap(stdout)).toContain('nothing was asked, and the token was sent nowhere');
    expect(world.requests.length).toBe(before);
  });

  it('refuses two tokens, and times that could mean two things', async () => {
    expect((await run(['decode', 'a', '--token', 'b'])).code).toBe(2);
    const token = await world.signer.sign({ ...world.claims, iat: 1_700_000_000, exp: 1_700_000_600 });
    const args = ['--config', world.config, '--token', token, '--at'];
    for (const time of ['2023-11-14T22:14:00', '2026', 'tomorrow 5', '-1'])
      expect((await run([...args, time])).code, time).toBe(2);
    expect((await run([...args, '2023-11-15T07:14:00+09:00'])).code).toBe(0);
  });
});
