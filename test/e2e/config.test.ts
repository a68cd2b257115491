import { readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificates } from '../certificates.js';
import { newKey } from '../forge.js';
import { json, serve, type Answer, type Loopback } from '../loopback.js';
import { run, unwrap, type Ended, type RunOptions } from './program.js';
import { CLIENT_SECRET, JWKS_TOKEN, startWorld, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

/** Runs `config check` on a text. */
function check(text: string, args: readonly string[] = [], options: RunOptions = {}): Promise<Ended> {
  return run(['config', 'check', world.file('checked.yaml', text), ...args], { cwd: world.folder, ...options });
}

const GOOD = `type: oauth2_token
issuer: https://idp.example
audience: my-api
claims_mapping: {groups: teams}
jwks: {uri: https://idp.example/jwks}
`;

describe('authcheck config check', () => {
  it('says where, what, why, and the fix', async () => {
    const { stdout, code } = await check(GOOD.replace('issuer:', 'isuer:'));
    expect(code).toBe(0);
    expect(unwrap(stdout)).toContain(
      'warning checked.yaml:2:1 field_unknown isuer is ignored by the server; did you mean issuer? why: The server ignores',
    );
    expect(stdout).toContain('fix: Correct its name');
    expect(stdout).toMatch(/checked\.yaml: 2 warnings\n$/);
  });

  it('says a reason once, however often it applies', async () => {
    const { stdout } = await check(`${GOOD}one: 1\ntwo: 2\n`);
    expect(stdout.match(/field_unknown/g)).toHaveLength(2);
    expect(stdout.match(/why:/g)).toHaveLength(1);
  });

  it('has nothing to complain about', async () => {
    expect(await check(GOOD)).toEqual({ stdout: '✓ checked.yaml: nothing to complain about\n', stderr: '', code: 0 });
    expect((await check(GOOD, ['--quiet'])).stdout).toBe('');
    expect((await check(GOOD, ['--format', 'github'])).stdout).toBe('');
  });

  const WARNED = GOOD.replace('issuer:', '# issuer:');
  const HINTED = GOOD.replace('https://idp.example/jwks', 'http://localhost/jwks');
  const WRONG = GOOD.replace('my-api', '""');
  it.each([
    [WRONG, 'error', 1],
    [WARNED, 'error', 0],
    [WARNED, 'warning', 1],
    [HINTED, 'warning', 0],
    [HINTED, 'hint', 1],
    [GOOD, 'hint', 0],
  ])('the bar decides about the exit code: %#', async (text, bar, expected) => {
    for (const format of ['text', 'json', 'sarif', 'github'])
      expect((await check(text, ['--fail-on', bar, '--format', format, '--quiet'])).code).toBe(expected);
  });

  it('exits with 2 for what cannot be read: in every format', async () => {
    const broken = await check('provider_config: [', ['--format', 'github']);
    expect(broken.code).toBe(2);
    expect(broken.stdout).toMatch(/^::error file=checked\.yaml,line=\d+,col=\d+,title=authcheck config_syntax::/);
    const log: unknown = JSON.parse((await check('provider_config: [', ['--format=sarif'])).stdout);
    expect(log).toMatchObject({ runs: [{ results: [{ ruleId: 'config_syntax' }] }] });
    const absent = await run(['config', 'check', 'none.yaml', '--format', 'json'], { cwd: world.folder });
    expect(absent.code).toBe(2);
    expect(JSON.parse(absent.stdout)).toMatchObject({ error: { code: 'config_unreadable' } });
    expect((await run(['config', 'check'], { cwd: world.folder })).code).toBe(2);
    expect((await run(['config', 'check', '--format', 'xml'], { cwd: world.folder })).code).toBe(2);
    expect((await run(['config'])).stderr).toContain('config check, config show, config init');
  });

  it('gives programs each finding with its reason, its fix and its place', async () => {
    const { stdout, code } = await check(WARNED, ['--json', '--quiet']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      file: 'checked.yaml',
      summary: { errors: 0, warnings: 1, hints: 0 },
      findings: [
        {
          severity: 'warning',
          code: 'issuer_unset',
          path: 'issuer',
          position: 'checked.yaml:1:1',
          message: expect.stringContaining('no issuer is set') as string,
          why: expect.any(String) as string,
          fix: expect.any(String) as string,
        },
      ],
    });
  });

  it('places annotations below the checkout, wherever it runs', async () => {
    const { stdout } = await check(WARNED, ['--format', 'github'], {
      env: { GITHUB_WORKSPACE: join(world.folder, '..') },
    });
    const [, folder] = /([^/]+)$/.exec(world.folder) ?? [];
    expect(stdout).toContain(`::warning file=${folder ?? ''}/checked.yaml,line=1,col=1,title=authcheck issuer_unset::`);
  });

  it('annotates by itself where GitHub runs it, and does so once', async () => {
    const env = { GITHUB_ACTIONS: 'true' };
    const annotation = /^::warning file=checked\.yaml,line=1,col=1,title=authcheck issuer_unset::.*\n$/;
    const text = await check(WARNED, [], { env });
    expect(text.stdout).toMatch(/^warning {2}checked\.yaml:1:1/);
    expect(text.stderr).toMatch(annotation);
    const json = await check(WARNED, ['--json'], { env });
    expect(JSON.parse(json.stdout)).toMatchObject({ summary: { warnings: 1 } });
    expect(json.stderr).toMatch(annotation);
    const asked = await check(WARNED, ['--format', 'github'], { env });
    expect(asked.stdout).toMatch(annotation);
    expect(asked.stderr).toBe('');
  });

  it('lets no name in the file become a line, an annotation or a colour', async () => {
    const name = String.raw`"x\n::error file=a,line=1::pwned ::error::y ##[error]z \e[31m\r"`;
    const text = GOOD.replace('{groups: teams}', `{sub: ${name}}`);
    for (const format of ['text', 'json', 'sarif', 'github']) {
      const { stdout, stderr } = await check(text, ['--format', format]);
      expect(stdout).toContain('pwned');
      for (const line of (stdout + stderr).split('\n')) {
        expect(line).not.toMatch(/[\u001b\r]|##\[|^\s*::error/);
        if (format === 'github' && line !== '')
          expect(line).toMatch(/^::notice file=checked\.yaml,line=4,col=\d+,title=/);
      }
    }
  });

  it('shows no secret, in no format', async () => {
    const text = `type: oauth2_token\naudience: a\nintrospection: {url: "https://u:MARKED-1@x/", client_id: c, client_secret: MARKED-2}\n`;
    for (const format of ['text', 'json', 'sarif', 'github']) {
      const { stdout, stderr } = await check(text, ['--format', format]);
      expect(stdout).toContain('secret_written');
      expect(stdout + stderr).not.toContain('MARKED');
    }
  });
});

describe('authcheck config check --online', () => {
  const KEYS = { keys: [newKey('ES256').jwk] };

  /** An issuer of its own, with or without TLS. */
  async function startIssuer(keys: Answer = json(KEYS), tls?: Parameters<typeof serve>[1]): Promise<Loopback> {
    const issuer: Loopback = await serve((request, response) => {
      const metadata = { issuer: issuer.origin, jwks_uri: `${issuer.origin}/jwks` };
      (request.url === '/jwks' ? keys : json(metadata))(request, response);
    }, tls ?? null);
    return issuer;
  }

  const configOf = (origin: string, more = ''): string =>
    `type: oauth2_token\nissuer: ${origin}\naudience: my-api\n${more}claims_mapping: {groups: teams}\njwks: {uri: "${origin}/jwks"}\n`;

  it('shows a row for every question, with its time', async () => {
    const certificates = await makeCertificates();
    const { origin } = await startIssuer(json(KEYS), certificates.right);
    const { stdout, code } = await check(configOf(origin, `tls_cafile: ${certificates.caFile}\n`), ['--online']);
    expect(code).toBe(0);
    expect(unwrap(stdout)).toContain(`online: provider default · ${origin}/jwks`);
    for (const row of [
      /^✓ dns +127\.0\.0\.1 is an address \(\d+ ms\)$/m,
      /^✓ tcp +connected to 127\.0\.0\.1, port \d+ \(\d+ ms\)$/m,
      /^! tls +the certificate expires soon \(authcheck test server ← /m,
      /^✓ http +answered 200 \(\d+ ms\)$/m,
      /^✓ content_type +application\/json$/m,
      /^✓ key_set +1 usable key$/m,
      /^✓ discovery +the issuer publishes itself as/m,
    ]) {
      expect(stdout).toMatch(row);
    }
  });

  it('asks for the address of a host', async () => {
    const { origin } = await startIssuer();
    const { stdout } = await check(configOf(origin.replace('127.0.0.1', 'localhost')), ['--online']);
    expect(stdout).toMatch(/^✓ dns +localhost .*(?:127\.0\.0\.1|::1)/m);
  });

  it.each([
    ['wrongHost', 'it is not for this host', 'fix: In the URL of the config, use a host name'],
    ['expired', 'it has expired', 'fix: Have the certificate renewed'],
    ['selfSigned', 'it is self-signed', 'fix: Add the CA that signed the certificate to the file'],
  ] as const)('fails for a certificate that nobody may trust: %s', async (name, why, fix) => {
    const certificates = await makeCertificates();
    const { origin } = await startIssuer(json(KEYS), certificates[name]);
    const text = configOf(origin, `tls_cafile: ${certificates.caFile}\n`);
    const { stdout, code } = await check(text, ['--online']);
    expect(code).toBe(1);
    expect(unwrap(stdout)).toContain(`✗ tls the certificate cannot be trusted: ${why}`);
    expect(unwrap(stdout)).toContain(fix);
    expect(unwrap(stdout)).toContain('1 failed probe');
    expect((await check(text, ['--online', '--format', 'github'])).stdout).toContain('title=authcheck probe_tls::');
  });

  it('is undecided only if nothing else failed', async () => {
    const { origin } = await startIssuer(json({}, 503));
    const unavailable = await check(configOf(origin), ['--online']);
    expect(unavailable.code).toBe(3);
    expect(unavailable.stdout).toMatch(/^\? http +answered 503/m);
    expect(unavailable.stdout).toMatch(/: 1 hint, 1 undecided probe\n$/);
    expect((await check(configOf(origin), ['--online', '--fail-on', 'hint'])).code).toBe(1);
    expect((await check(configOf(origin).replace('my-api', '""'), ['--online'])).code).toBe(1);
    expect((await check(configOf('http://127.0.0.1:1'), ['--online', '--json'])).code).toBe(3);
    expect((await check(configOf(origin))).code).toBe(0);
  });

  it('gives programs the probes, and code scanning those that did not pass', async () => {
    const { origin } = await startIssuer(json({ keys: [] }));
    const { stdout, code } = await check(configOf(origin), ['--online', '--json']);
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as { probes: unknown[] }).probes).toContainEqual({
      provider: 'default',
      name: 'key_set',
      status: 'failed',
      message: expect.stringContaining('0 usable keys') as string,
      url: `${origin}/jwks`,
      field: 'jwks.uri',
      position: 'checked.yaml:5:13',
      ms: null,
    });
    const log: unknown = JSON.parse((await check(configOf(origin), ['--online', '--format', 'sarif'])).stdout);
    expect(log).toMatchObject({ runs: [{ results: [{ ruleId: 'http_loopback' }, { ruleId: 'probe_key_set' }] }] });
  });

  it('asks every provider of a config, and shows no secret: not even where the endpoint echoes it', async () => {
    const { stdout, stderr, code } = await run(['config', 'check', world.config, '--online', '--verbose']);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^✓ credentials +client_id and client_secret are accepted$/m);
    expect(stdout.match(/^✓ refusal/gm)).toHaveLength(2);
    expect(stdout).toMatch(/^\? tcp +the connection failed \(ECONNREFUSED\)/m);
    expect(stderr).toContain('> POST');
    expect(stdout + stderr).not.toContain(CLIENT_SECRET);
    expect(stdout + stderr).not.toContain(JWKS_TOKEN);
  });
});

describe('authcheck config show', () => {
  it('shows what the server will run with, and masks secrets', async () => {
    const { stdout, code } = await run(['config', 'show', '--config', world.config]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^default: jwt +# .*run\.yaml:1:10$/m);
    expect(stdout).toMatch(/^ {4}audience: api +# .*run\.yaml:6:15$/m);
    expect(stdout).toMatch(/^ {4}verify_tls: true +# default$/m);
    expect(stdout).toMatch(/^ {6}client_secret: "\[redacted\]" +# .* · CLIENT_SECRET not set$/m);
    expect(stdout).not.toContain('MARKED');
    const json = await run(['config', 'show', world.config, '--json'], { env: { CLIENT_SECRET: 'MARKED-from-env' } });
    expect(json.stdout).not.toContain('MARKED');
    expect(JSON.parse(json.stdout)).toMatchObject({
      config: { default: 'jwt', providers: { jwt: { audience: 'api', verify_tls: true } } },
    });
    expect(json.stdout).toContain('"from": "env"');
  });

  it('names what the server ignores, and refuses what it refuses', async () => {
    const ignored = await run(['config', 'show', world.file('shown.yaml', `${GOOD}isuer: x\n`)]);
    expect(ignored.code).toBe(0);
    expect(ignored.stderr).toContain('isuer is ignored');
    expect(ignored.stdout).not.toContain('isuer');
    expect((await run(['config', 'show', world.file('shown.yaml', 'type: custom\n')])).code).toBe(2);
  });
});

describe('authcheck config init', () => {
  it('writes a config that nobody has anything to say about, and that the issuer answers to', async () => {
    const { stdout, stderr, code } = await run(['config', 'init', '--issuer', world.origin, '--audience', 'my-api']);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout).toMatch(
      /^# yaml-language-server: \$schema=\.\/node_modules\/authcheck\/dist\/schema\/config\.schema\.json\n/,
    );
    const file = world.file('init.yaml', stdout);
    // Plain http to loopback is the one hint that this issuer deserves.
    const checked = await run(['config', 'check', file, '--online', '--fail-on', 'warning', '--json']);
    expect(checked.code).toBe(0);
    expect(JSON.parse(checked.stdout)).toMatchObject({ findings: [{ code: 'http_loopback' }] });
    const token = await world.signer.sign({ ...world.claims, aud: 'my-api' });
    const verdict = await run(['--config', file, '--token', token, '--json']);
    expect(JSON.parse(verdict.stdout)).toMatchObject({ outcome: 'accepted', attributes: { teams: ['ml'] } });
  });

  it('writes a file, and over none that exists unless told to', async () => {
    const out = join(world.folder, 'out.yaml');
    const args = ['config', 'init', '--issuer', world.origin, '--out', 'out.yaml'];
    const first = await run(args, { cwd: world.folder });
    expect(first).toMatchObject({ stdout: '', code: 0 });
    expect(unwrap(first.stderr)).toContain('out.yaml is written; authcheck config check out.yaml --online tries it');
    expect(unwrap(first.stderr)).toContain('no --audience');
    const text = readFileSync(out, 'utf8');
    expect(text).toContain('audience: "llama-stack"');
    world.file('out.yaml', 'precious');
    const again = await run(args, { cwd: world.folder });
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('--force');
    expect(readFileSync(out, 'utf8')).toBe('precious');
    expect((await run([...args, '--force', '--quiet'], { cwd: world.folder })).stderr).toBe('');
    expect(readFileSync(out, 'utf8')).toBe(text);
  });

  it('writes introspection with secrets as variables, where the issuer has it', async () => {
    const issuer: Loopback = await serve((request, response) => {
      const endpoint = `${issuer.origin}/introspect`;
      const metadata = { issuer: issuer.origin, jwks_uri: `${issuer.origin}/jwks`, introspection_endpoint: endpoint };
      json(metadata)(request, response);
    });
    const { stdout, stderr, code } = await run(['config', 'init', '--introspection', '--issuer', issuer.origin]);
    expect(code).toBe(0);
    expect(stdout).toContain('client_secret: "${env.AUTH_CLIENT_SECRET}"');
    expect(stderr).toContain('AUTH_CLIENT_ID and AUTH_CLIENT_SECRET');
    expect((await run(['config', 'init', '--introspection', '--issuer', world.origin])).code).toBe(3);
  });

  it('writes nothing without an answer', async () => {
    expect(
      (await run(['config', 'init', '--issuer', 'http://127.0.0.1:1', '--out', 'no.yaml'], { cwd: world.folder })).code,
    ).toBe(3);
    expect(existsSync(join(world.folder, 'no.yaml'))).toBe(false);
    expect((await run(['config', 'init'])).code).toBe(2);
    expect((await run(['config', 'init', '--issuer', 'idp'])).code).toBe(2);
  });
});
