import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json, serve, type Answer } from '../loopback.js';
import { BIN, run, start, unwrap, type Ended } from './program.js';
import { OPAQUE, startWorld, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

describe('authcheck decode', () => {
  it('shows header and claims in their order, and says that nothing was verified', async () => {
    const token = await world.signer.sign({ zeta: 1, alpha: 2, exp: 1_767_225_600 });
    const { stdout, stderr, code } = await run(['decode', token]);
    expect(code).toBe(0);
    expect(stderr).toContain('nothing was verified');
    expect(stdout.indexOf('zeta')).toBeLessThan(stdout.indexOf('alpha'));
    expect(stdout).toMatch(/exp +1767225600 +2026-01-01 00:00:00 UTC/);
    const json: unknown = JSON.parse((await run(['decode', token, '--json'])).stdout);
    expect(json).toMatchObject({
      kind: 'jwt',
      header: { alg: 'ES256', kid: 'k1' },
      claims: { zeta: 1 },
      verified: false,
    });
  });

  it('keeps every digit of large numbers', async () => {
    const encode = (text: string): string => Buffer.from(text).toString('base64url');
    const token = `${encode('{"alg":"RS256"}')}.${encode('{"id":12345678901234567890}')}.AA`;
    expect((await run(['decode', token])).stdout).toContain('12345678901234567890');
    expect((await run(['decode', token, '--json'])).stdout).toContain('"id": 12345678901234567890');
  });

  it('works on broken tokens as far as it can: exit 1', async () => {
    const { stdout, code } = await run(['decode', 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ.x']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/alg +"RS256"/);
    expect(stdout).toContain('broken');
  });

  it('names GitHub tokens and checks their checksum', async () => {
    expect((await run(['decode', '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'])).stdout).toContain('checksum is right');
    expect((await run(['decode', 'ghp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq18'])).stdout).toContain('checksum is WRONG');
  });

  it('reads nested JWTs, SD-JWTs and the header of a JWE', async () => {
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const inner = await world.signer.sign({ sub: 'inside' });
    const nested = `${encode({ alg: 'RS256', cty: 'JWT' })}.${Buffer.from(inner).toString('base64url')}.AA`;
    expect((await run(['decode', nested])).stdout).toContain('inside');
    const disclosure = encode(['salt', 'given_name', 'Alice']);
    const sd = await run(['decode', `${await world.signer.sign({ _sd_alg: 'sha-256' })}~${disclosure}~`]);
    expect(sd.stdout).toMatch(/given_name +"Alice"/);
    const jwe = await run(['decode', `${encode({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.AA.AA.AA.AA`, '--json']);
    expect(JSON.parse(jwe.stdout)).toMatchObject({ kind: 'jwe', header: { enc: 'A256GCM' }, claims: null });
  });
});

describe('authcheck jwks', () => {
  it('lists the keys, and which one a token would use', async () => {
    const token = await world.signer.sign(world.claims);
    const { stdout, code } = await run(['jwks', `${world.origin}/jwks`, '--token', token]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/→ +k1 +EC +P-256 +ES256 +sig +[\w-]{43}/);
    const json: unknown = JSON.parse((await run(['jwks', '--config', world.config, '--json'])).stdout);
    expect(json).toMatchObject({
      source: `${world.origin}/jwks`,
      keys: [{ kid: 'k1', crv: 'P-256', used: null }],
      warnings: [],
    });
  });

  it('cannot say which key a token would use that is encrypted, or none', async () => {
    const header = Buffer.from('{"alg":"RSA-OAEP","enc":"A256GCM","kid":"k1"}').toString('base64url');
    const jwe = `${header}.AA.AA.AA.AA`;
    for (const [token, message] of [
      [jwe, 'the token is encrypted (JWE, five parts): no key of a key set checks it'],
      ['opaque', 'the token has no readable header: this is not a JWT: it has no dots'],
    ] as const) {
      const { stderr, code } = await run(['jwks', `${world.origin}/jwks`, '--token', token]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    }
  });

  it('warns of what should not be in a key set', async () => {
    const n = Buffer.alloc(128, 0xff).toString('base64url');
    const keys = [
      { kty: 'RSA', kid: 'weak', n, e: 'AQAB' },
      { ...world.signer.jwk, kid: 'twice' },
      { ...world.signer.jwk, kid: 'twice', d: 'AA' },
      { kty: 'oct', k: 'AAAA' },
    ];
    const { stdout, code } = await run(['jwks', world.file('odd.json', JSON.stringify({ keys }))]);
    expect(code).toBe(0);
    for (const warning of ['1024 bits', 'several keys have this kid', 'PRIVATE key', 'no kid', 'symmetric key']) {
      expect(stdout).toContain(warning);
    }
  });

  it('survives a key set of nothing but nonsense', async () => {
    const keys = world.file('zeros.json', JSON.stringify({ keys: Array.from({ length: 200_000 }, () => 0) }));
    const { stdout, code } = await run(['jwks', keys]);
    expect(code).toBe(0);
    expect(stdout).toContain('only the first 200 keys are shown');
  });

  it('is undecided about what is no key set, and unusable for a file that is none', async () => {
    const { stdout, stderr, code } = await run(['jwks', `${world.origin}/custom`]);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/^undecided {2}\S.*\n {11}Set jwks\.token: /);
    const json: unknown = JSON.parse((await run(['jwks', `${world.origin}/custom`, '--json'])).stdout);
    expect(json).toMatchObject({ error: { code: 'endpoint_error', fix: expect.stringMatching(/^Set jwks\.token: /) } });
    expect((await run(['jwks', world.file('none.json', '{}')])).code).toBe(2);
  });
});

describe('authcheck introspect', () => {
  it('shows the answer as it is, and the verdict on it', async () => {
    const args = ['introspect', '--config', world.config, '--provider', 'introspection'];
    const accepted = await run([...args, '--token', OPAQUE, '--json']);
    expect(accepted.code).toBe(0);
    expect(JSON.parse(accepted.stdout)).toMatchObject({
      request: { method: 'POST', url: `${world.origin}/introspect`, headers: { authorization: 'Basic [redacted]' } },
      response: { status: 200, body: { active: true, sub: 'bob' } },
      verdict: { outcome: 'accepted', principal: 'bob' },
    });
    const inactive = await run([...args, '--token', 'unknown']);
    expect(inactive.code).toBe(1);
    expect(inactive.stdout).toContain('"active": false');
    expect(inactive.stdout).toContain('token_inactive');
    const other = await run(['introspect', '--config', world.config, '--token', OPAQUE]);
    expect([other.code, unwrap(other.stderr)]).toEqual([2, expect.stringContaining('use --provider introspection')]);
    const none = await run(['introspect', '--issuer', world.origin, '--token', OPAQUE]);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("unknown option '--issuer'")]);
  });

  /** Asks an endpoint that answers so. */
  async function introspect(answer: Answer, file: string = world.file('opaque.txt', OPAQUE)): Promise<Ended> {
    const { origin } = await serve(answer);
    const text = `type: oauth2_token\nintrospection: {url: "${origin}", client_id: a, client_secret: b}\n`;
    return run(['introspect', '--config', world.file('asked.yaml', text), '--token-file', file]);
  }

  it('shows what is no JSON as it is, and of much only the start', async () => {
    const page = `<h1>\n${'x'.repeat(4999)}`;
    const html: Answer = (_request, response) => response.writeHead(502, { 'content-type': 'text/html' }).end(page);
    const { stdout, code } = await introspect(html);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^the endpoint answered 502\n {2}<h1>\n {2}x{3995}\n {2}… \(1004 more characters\)\n\n/);
  });

  it('says that nobody answered, and shows no answer', async () => {
    const { stdout, code } = await introspect((_request, response) => void response.destroy());
    expect(code).toBe(3);
    expect(stdout).toMatch(/^[a-z][^\n]*\n\n[^\n]*provider default/);
    expect(stdout).not.toContain('the endpoint answered');
  });

  it('shows the verdict alone on a token that is refused at sight', async () => {
    const { stdout, code } = await introspect(json({ active: true }), world.file('long.txt', 'x'.repeat(300_000)));
    expect(code).toBe(1);
    expect(stdout).toMatch(/^[^\n]*asked\.yaml · provider default/);
  });
});

describe('authcheck map', () => {
  it('shows each entry: values, words split, near misses, unused claims', async () => {
    const claims = { sub: 'bob admin', realm_access: { roles: ['x'] }, other: 1 };
    const { stdout, code } = await run(['map', '--claims-file', world.file('claims.json', JSON.stringify(claims))]);
    expect(code).toBe(0);
    expect(unwrap(stdout)).toContain('sub → roles bob, admin (one string, split at white space into 2 values)');
    expect(stdout).toMatch(/groups +→ teams +absent; the token has realm_access.roles/);
    expect(stdout).toContain('unused claims: realm_access, other');
    const piped = await run(['map', '--claims-file', '-', '--json'], { stdin: JSON.stringify(claims) });
    expect(JSON.parse(piped.stdout)).toMatchObject({
      attributes: { roles: ['bob', 'admin'] },
      unused: ['realm_access', 'other'],
    });
  });

  it('says that the answer is mapped, and not the token, where the provider is asked', async () => {
    const args = ['map', '--config', world.config, '--provider', 'introspection'];
    const said = 'a server maps what the provider introspection answers, not what the token says';
    const jwt = await run([...args, '--token', await world.signer.sign(world.claims)]);
    expect([jwt.code, unwrap(jwt.stderr)]).toEqual([0, expect.stringContaining(said)]);
    const opaque = await run([...args, '--token', OPAQUE]);
    expect([opaque.code, unwrap(opaque.stderr)]).toEqual([2, expect.stringContaining(said)]);
    const here = await run(['map', '--config', world.config, '--token', await world.signer.sign(world.claims)]);
    expect(unwrap(here.stderr)).not.toContain('a server maps');
  });

  it('is quick with a claim of very many words', async () => {
    const { stdout, code } = await run(['map', '--claims-file', '-'], {
      stdin: JSON.stringify({ groups: 'é '.repeat(200_000) + 'x y z' }),
    });
    expect(code).toBe(0);
    expect(stdout).toContain('teams');
  });

  it('tries a mapping without editing the file, and prints the YAML to paste', async () => {
    const { stdout } = await run(['map', '--map', 'realm_access.roles=roles', '--claims-file', '-'], {
      stdin: '{"realm_access":{"roles":["x"]}}',
    });
    expect(stdout).toMatch(/realm_access\.roles +→ roles +x/);
    expect(stdout).toContain('claims_mapping:\n  realm_access.roles: roles\n');
  });

  it('offers nothing to paste where nothing was found, and says what is wrong with an attribute', async () => {
    const args = ['map', '--map', 'role=rolez', '--claims-file', '-'];
    const { stdout, stderr, code } = await run(args, { stdin: '{"roles":["x"]}' });
    expect(code).toBe(0);
    expect(stdout).toMatch(/role +→ rolez +absent; the token has roles/);
    expect(stdout).not.toContain('to keep it');
    expect(stderr).toContain('role is mapped to rolez; did you mean roles?');
    const file = world.file(
      'inverted.yaml',
      'provider_config: {type: oauth2_token, jwks: {uri: https://i.example/jwks}, claims_mapping: {teams: org, x: dept}}\n' +
        'access_policy: [{permit: {actions: read}, when: user with a in dept}]\n',
    );
    const inverted = await run(['map', '--config', file, '--claims-file', '-'], { stdin: '{}' });
    expect(unwrap(inverted.stderr)).toContain('did you mean org: teams?');
    expect(inverted.stderr).toMatch(/inverted\.yaml:1:\d+/);
    expect(inverted.stderr).not.toContain('dept');
  });

  it('says what is empty: a claim, the attributes, the mapping', async () => {
    const claim = await run(['map', '--claims-file', '-'], { stdin: '{"groups":[]}' });
    expect(claim.stdout).toMatch(/groups +→ teams +\(no values\)\n[^]*\nattributes\n +teams +\(none\)\n/);
    const nothing = 'attributes\n  none: the user would have no roles\n';
    expect((await run(['map', '--claims-file', '-'], { stdin: '{}' })).stdout).toContain(nothing);
    const config = '{type: oauth2_token, jwks: {uri: https://i.example/jwks}, claims_mapping: {}}';
    const file = world.file('unmapped.yaml', `provider_config: ${config}\n`);
    const { stdout } = await run(['map', '--config', file, '--claims-file', '-'], { stdin: '{"groups":["a"]}' });
    expect(stdout).toContain(`\n  the mapping is empty\n\n${nothing}`);
  });

  it('tells one value with commas from several, and says why a claim cannot be reached', async () => {
    const claims = { groups: 'ml,ops', teams: ['a', 'b'], app: { 'a.b': { roles: ['x'] } }, hasgroups: true };
    const args = ['map', '--claims-file', '-', '--map', 'groups=teams', '--map', 'teams=teams', '--map'];
    const { stdout } = await run([...args, 'app.a.b.roles=roles'], { stdin: JSON.stringify(claims) });
    const text = unwrap(stdout);
    expect(text).toContain('groups → teams "ml,ops" (one value: commas do not separate, white space does)');
    expect(text).toContain('teams "ml,ops", a, b');
    expect(text).toContain('absent: a name on this path contains dots, so no path reaches it');
    expect(stdout).toContain('unused claims: app, hasgroups');
    const overage = await run(['map', '--claims-file', '-'], { stdin: '{"roles":["x"],"hasgroups":true}' });
    expect(unwrap(overage.stdout)).toMatch(/groups → teams absent: too many groups, .*"; the token has roles/);
  });
});

describe('authcheck demo', () => {
  it('shows five verdicts, and leaves nothing behind', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('authcheck-demo-'));
    const { stdout, code } = await run(['demo']);
    expect(code).toBe(0);
    for (const code of ['token_expired', 'audience_mismatch', 'signature_invalid']) expect(stdout).toContain(code);
    expect(stdout.match(/✓ accepted/g)).toHaveLength(2);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('authcheck-demo-'))).toEqual(before);
  });

  it('keeps running with --keep, its lines work, and Ctrl-C is 130', async () => {
    const child = start(['demo', '--keep']);
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
    await expect.poll(() => text, { timeout: 10_000 }).toContain('authcheck map');
    const env = Object.fromEntries(
      [...text.matchAll(/(\w+)='([^']*)'/g)].map(([, name = '', value = '']) => [name, value]),
    );
    const config = env.AUTHCHECK_CONFIG ?? '';
    expect(existsSync(config)).toBe(true);
    const commands = text.split('\n').filter((line) => line.startsWith('authcheck '));
    expect(commands.length).toBeGreaterThan(5);
    for (const line of commands) {
      const args = line
        .split(' ')
        .slice(1)
        .map((word) => word.replace(/^"\$(\w+)"$/, (_, name: string) => env[name] ?? ''));
      const ended = await run(args, { env });
      expect([0, 1], `${line}: ${ended.stderr}`).toContain(ended.code);
    }
    const closed = new Promise((resolve) => child.on('close', resolve));
    child.kill('SIGINT');
    expect(await closed).toBe(130);
    expect(existsSync(config)).toBe(false);
  });
});

describe('exit codes and streams', () => {
  it('2 for usage: JSON on stdout with --json, prose on stderr without', async () => {
    const prose = await run(['validate', '--bogus']);
    expect(prose).toMatchObject({ code: 2, stdout: '' });
    expect(prose.stderr).toContain('--bogus');
    const json = await run(['validate', '--bogus', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ error: { code: 'usage_invalid' } });
    const typo = await run(['vaildate']);
    expect(typo.stderr).toContain('did you mean validate?');
    expect(typo.code).toBe(2);
  });

  it('2 for a bad config, with every fault and its place', async () => {
    const config = world.file(
      'bad.yaml',
      'auth:\n  provider_config:\n    type: oauth2_token\n    audience: " "\n    jwks: {uri: nope, verify_tls: false}\n',
    );
    const { stderr, code } = await run(['--config', config, '--token', 'x']);
    expect(code).toBe(2);
    for (const part of ['bad.yaml:4:15', 'bad.yaml:5:17', 'did you mean provider_config.verify_tls?'])
      expect(unwrap(stderr)).toContain(part);
    const json = await run(['--config', config, '--token', 'x', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      error: { code: 'config_invalid', position: expect.stringContaining('bad.yaml') as string },
    });
  });

  it('2 without a token, without a config, and for authentication that is off', async () => {
    expect((await run(['--config', world.config])).code).toBe(2);
    expect((await run(['--token', 'x'], { cwd: world.folder })).stderr).toContain('no config was found');
    const off = world.file(
      'off.yaml',
      'server: {auth: {provider_config: {type: "${env.AUTH:+custom}", endpoint: "https://x"}}}\n',
    );
    const { stderr, code } = await run(['--config', off, '--token', 'x']);
    expect(code).toBe(2);
    expect(unwrap(stderr)).toContain('authentication is off');
  });

  it('70 for a bug: one line, and how to get the stack', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'authcheck-broken-'));
    for (const part of ['bin', 'dist/cli', 'package.json'])
      cpSync(fileURLToPath(new URL(`../../${part}`, import.meta.url)), join(folder, part), { recursive: true });
    const bin = join(folder, 'bin/authcheck.js');
    const { stdout, stderr, code } = await run(['schema', 'config'], { bin });
    const debug = await run(['schema', 'config', '--debug'], { bin });
    rmSync(folder, { recursive: true, force: true });
    expect({ stdout, code }).toEqual({ stdout: '', code: 70 });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toContain('--debug shows the stack');
    expect(debug.stderr).toContain('    at ');
  });

  it('survives a reader that has seen enough', async () => {
    const token = await world.signer.sign(world.claims);
    const script = `"$0" "$1" --config "$2" --token "$3" --verbose 2>/dev/null | head -1`;
    const { stdout, stderr } = spawnSync('sh', ['-c', script, process.execPath, BIN, world.config, token], {
      encoding: 'utf8',
    });
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toBe('');
  });

  it('130 for Ctrl-C in the middle of a question', async () => {
    const child = start(['--jwks', `${world.origin}/hang`, '--token', await world.signer.sign(world.claims)]);
    await expect.poll(() => world.requests.includes('GET /hang')).toBe(true);
    const closed = new Promise((resolve) => child.on('close', resolve));
    child.kill('SIGINT');
    expect(await closed).toBe(130);
  });
});

describe('tokens as people paste them', () => {
  it('are understood, and what was taken away is said', async () => {
    const token = await world.signer.sign(world.claims);
    const forms: readonly (readonly [string, string])[] = [
      [`Bearer ${token}`, 'the Bearer scheme'],
      [`Authorization: Bearer ${token}`, 'the Authorization header name'],
      [`  "${token}"  `, 'quotes'],
      [`curl -s -H 'Authorization: Bearer ${token}' https://api/v1`, 'a curl command'],
      [JSON.stringify({ access_token: token, token_type: 'Bearer' }), 'a JSON token response'],
    ];
    for (const [pasted, said] of forms) {
      const { stderr, code } = await run(['decode', '--token', pasted]);
      expect(code, pasted).toBe(0);
      expect(stderr).toContain(said);
    }
  });

  it('come from the flag, then the file, then stdin, then the environment', async () => {
    const sign = (sub: string): Promise<string> => world.signer.sign({ sub });
    const file = world.file('token.txt', `${await sign('file')}\n`);
    const env = { AUTHCHECK_TOKEN: await sign('env') };
    const subject = async (args: readonly string[], stdin?: string): Promise<unknown> => {
      const { stdout } = await run(['decode', '--json', ...args], { env, ...(stdin === undefined ? {} : { stdin }) });
      return (JSON.parse(stdout) as { claims: { sub: string } }).claims.sub;
    };
    expect(await subject(['--token', await sign('flag'), '--token-file', file], await sign('stdin'))).toBe('flag');
    expect(await subject(['--token-file', file], await sign('stdin'))).toBe('file');
    expect(await subject([], await sign('stdin'))).toBe('stdin');
    expect(await subject(['-'], await sign('stdin'))).toBe('stdin');
    expect(await subject([])).toBe('env');
  });
});

describe('a file in UTF-16, which Windows PowerShell writes', () => {
  it.each(['utf16le', 'utf16be'])('cannot be read, and is no token that was refused (%s)', async (order) => {
    const bytes = Buffer.from(`\ufeff${await world.signer.sign(world.claims)}\r\n`, 'utf16le');
    const file = join(world.folder, 'token.txt');
    writeFileSync(file, order === 'utf16le' ? bytes : bytes.swap16());
    const { code, stdout, stderr } = await run(['validate', '--config', world.config, '--token-file', file]);
    expect([code, stdout]).toEqual([2, '']);
    expect(unwrap(stderr)).toBe(`error ${file}: this file is UTF-16; save it as UTF-8 `);
  });
});

describe('hostile text', () => {
  const evil = 'a\u001b[2J\u001b]0;x\u0007\u009b31m\u202eb\u2066c\rd\ne\u200f\u{e0041}\u0000';

  const unsafe =
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]|[\u{e0000}-\u{e007f}]/u;

  it('cannot touch the terminal, in any command and format', async () => {
    const token = await world.signer.sign(
      { ...world.claims, aud: evil, iss: evil, sub: 'x', groups: [evil], [evil]: evil, nested: { [evil]: evil } },
      { extra: evil },
    );
    const keys = world.file(
      'evil.json',
      JSON.stringify({ keys: [{ ...world.signer.jwk, kid: evil, alg: evil, use: evil }] }),
    );
    const runs = [
      ['decode', token],
      ['map', token],
      ['jwks', keys],
      ['validate', '--config', world.config, '--token', token, '--verbose'],
      ['introspect', '--config', world.config, '--provider', 'introspection', '--token', OPAQUE, '--verbose'],
    ];
    for (const args of runs) {
      for (const more of [[], ['--json']]) {
        const { stdout, stderr } = await run([...args, ...more]);
        expect(stdout.length, args[0]).toBeGreaterThan(50);
        expect(unsafe.test(stdout + stderr), `${args.join(' ').slice(0, 40)} ${more.join('')}`).toBe(false);
      }
    }
  });

  it('is coloured by us only', async () => {
    const token = await world.signer.sign({ evil });
    const { stdout } = await run(['decode', token, '--color']);
    expect(stdout).toContain('\u001b[1m');

    expect(unsafe.test(stdout.replace(/\u001b\[\d+m/g, ''))).toBe(false);
  });
});

describe('colour', () => {
  it('follows the flags, then NO_COLOR, then FORCE_COLOR, then the terminal', async () => {
    const token = await world.signer.sign({});
    const coloured = async (args: readonly string[], env: Readonly<Record<string, string>>): Promise<boolean> =>
      (await run(['decode', token, ...args], { env })).stdout.includes('\u001b[');
    expect(await coloured([], {})).toBe(false);
    expect(await coloured([], { FORCE_COLOR: '1' })).toBe(true);
    expect(await coloured([], { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
    expect(await coloured(['--color'], { NO_COLOR: '1' })).toBe(true);
    expect(await coloured(['--no-color'], { FORCE_COLOR: '1' })).toBe(false);
  });
});

describe('help', () => {
  it('shows an example first', async () => {
    for (const args of [['--help'], ['validate', '--help'], ['decode', '--help'], ['demo', '--help']]) {
      const { stdout, code } = await run(args);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Example:\n {2}authcheck/);
    }
  });
});
