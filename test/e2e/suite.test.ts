// authcheck test, as a user starts it.
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, start, unwrap, type Ended, type RunOptions } from './program.js';
import { startWorld, type World } from './world.js';

let world: World;
const GOOD = 'good.authcheck.yaml';

beforeAll(async () => {
  world = await startWorld();
  world.file(
    GOOD,
    `now: 2026-01-01T00:00:00Z
config: run.yaml
provider: jwt
tests:
  - name: an engineer is let in # as always
    claims: {sub: alice, groups: [ml]}
    expect: {outcome: accepted, principal: alice, attributes: {roles: [alice], teams: [ml]}, allow: [/v1/models]}
  - name: an expired token is refused
    claims: {sub: alice, exp: 1}
    expect: {outcome: rejected, reason: token_expired, server: {status: 401, message: Invalid JWT token}}
`,
  );
  world.file(
    'bad.authcheck.yaml',
    `now: 2026-01-01T00:00:00Z
config: run.yaml
provider: jwt
tests:
  - name: "eve::error ::x"
    claims: {sub: "ev\\u001be", groups: ["]]>", "</failure>"]}
    expect: {outcome: accepted, principal: alice}
  - name: an engineer
    claims: {sub: alice, groups: ["::error ::x\\n::warning ::y"]}
    expect: {attributes: {roles: [root]}}
`,
  );
});

afterAll(() => world.close());

const test = (args: readonly string[], options: RunOptions = {}): Promise<Ended> =>
  run(['test', ...args], { cwd: world.folder, ...options });

describe('authcheck test', () => {
  it('passes', async () => {
    const { stdout, stderr, code } = await test([GOOD]);
    expect(stdout).toMatch(
      /^good\.authcheck\.yaml\n {2}✓ an engineer is let in\n {2}✓ an expired .*\n\n✓ 2 passed {2}\d+ ms\n$/,
    );
    expect([stderr, code]).toEqual(['', 0]);
    expect(world.requests).toEqual([]);
  });

  it('takes the tests of a folder', async () => {
    const folder = join(world.folder, 'suites');
    mkdirSync(join(folder, 'none'), { recursive: true });
    writeFileSync(
      join(folder, GOOD),
      readFileSync(join(world.folder, GOOD), 'utf8').replace('run.yaml', '../run.yaml'),
    );
    const named = await test(['suites']);
    expect([named.stderr, named.code]).toEqual(['', 0]);
    expect(named.stdout).toMatch(/^suites\/good\.authcheck\.yaml\n[^]+✓ 2 passed/);
    const here = await test(['.'], { cwd: folder });
    expect(here.stdout).toMatch(/^good\.authcheck\.yaml\n[^]+✓ 2 passed/);
    for (const name of [
      'b.authcheck.yml',
      'authcheck.test.yml',
      'a.authcheck.yaml',
      'c.authcheck.yaml.bak',
      'authcheck.yaml',
    ])
      writeFileSync(join(folder, name), readFileSync(join(folder, GOOD), 'utf8'));
    const all = await test(['suites', '--json']);
    const { files } = JSON.parse(all.stdout) as { files: { file: string }[] };
    expect(files.map(({ file }) => file)).toEqual(
      ['a.authcheck.yaml', 'authcheck.test.yml', 'b.authcheck.yml', GOOD].map((name) => join('suites', name)),
    );
    const none = await test(['suites/none']);
    expect(unwrap(none.stderr)).toMatch(/^error there are no tests in suites\/none: no \*\.authcheck\.yaml/);
    expect(none.code).toBe(2);
  });

  it.each([
    ['suites/gone', 'there is no such file'],
    [`${GOOD}/x`, 'there is no such file'],
    ['x'.repeat(300), 'it cannot be read (ENAMETOOLONG)'],
  ])('says why it cannot read %s', async (file, why) => {
    const { stderr, code } = await test([file]);
    expect([unwrap(stderr).trimEnd(), code]).toEqual([`error ${file}: ${why}`, 2]);
  });

  it('fails with what was expected and what was found', async () => {
    const { stdout, code } = await test(['bad.authcheck.yaml']);
    expect(code).toBe(1);
    expect(stdout).toContain('an engineer  bad.authcheck.yaml:10:34');
    expect(stdout).toContain('− root');
    expect(stdout).toContain('+ alice');
    expect(unwrap(stdout)).toContain('claim_invalid: sub holds a control character');
    expect(stdout).toContain('✗ 2 failed');
    expect(stdout).not.toMatch(/\u001b|^::/m);
  });

  it('finds the files of the folder, and runs the tests that are asked for', async () => {
    const { stdout, code } = await test(['--run', '^an e']);
    expect(code).toBe(1);
    expect(stdout).toContain('✗ 1 failed, 2 passed');
    expect((await test(['--run', 'nothing'])).code).toBe(2);
    expect((await test(['--run', '^AN E'])).code).toBe(2);
    const broken = await test(['--run', '(']);
    expect([broken.code, unwrap(broken.stderr)]).toEqual([2, expect.stringContaining('expected a regular expression')]);
    expect((await test([], { cwd: '/' })).code).toBe(2);
  });

  it('says what is wrong with a file, and where', async () => {
    world.file('broken.yaml', 'config: run.yaml\ntests:\n  - nam: a\n');
    const { stderr, code } = await test(['broken.yaml']);
    expect(code).toBe(2);
    expect(stderr).toContain('broken.yaml:3:5');
    expect(stderr).toContain('did you mean name?');
    expect(stderr).not.toContain('::error');
    const annotated = await test(['broken.yaml', GOOD], { env: { GITHUB_ACTIONS: 'true' } });
    expect([annotated.code, annotated.stdout]).toEqual([2, '']);
    world.file('broken-too.yaml', 'config: run.yaml\ntests:\n  - name: a\n    expectations: {}\n');
    const both = await test(['broken.yaml', 'broken-too.yaml'], { env: { GITHUB_ACTIONS: 'true' } });
    expect(both.code).toBe(2);
    expect(both.stderr.match(/^::error file=[\w.-]+,line=\d+/gm)).toEqual(
      expect.arrayContaining(['::error file=broken.yaml,line=3', '::error file=broken-too.yaml,line=4']),
    );
    const secret = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789';
    const misplaced = await test([secret], { env: { GITHUB_ACTIONS: 'true' } });
    expect(misplaced.stderr).toMatch(/^::error title=[^:]+::\[redacted\]: there is no such file/m);
    expect(misplaced.stderr).not.toContain(secret);
    expect(annotated.stderr).toMatch(
      /^::error file=broken\.yaml,line=3,col=5,title=authcheck%3A the tests cannot be run::there is no field nam/m,
    );
  });

  it('fails where one of many files fails, whichever it is, with every step where that is asked for', async () => {
    for (const files of [
      ['bad.authcheck.yaml', GOOD],
      [GOOD, 'bad.authcheck.yaml'],
    ]) {
      const { stdout, code } = await test(files);
      expect([code, stdout]).toEqual([1, expect.stringContaining('✗ 2 failed, 2 passed')]);
      expect(stdout).not.toContain('✓ signature');
    }
    const { stdout } = await test(['bad.authcheck.yaml', '--verbose']);
    expect(stdout).toMatch(/^ +✓ signature /m);
    expect(stdout).toMatch(/\n✗ 2 failed {2}\d+ ms\n$/);
  });

  it('lets nothing of names and files touch the terminal, nor command the runner', async () => {
    const text = `config: run.yaml\nprovider: jwt\ntests:\n  - {name: "a\\e[2J\\u202e\\n::error ::x", claims: {sub: a}, expect: {principal: "b\\e[2J"}}\n  - {name: "c\\e[2J", claims: {sub: c}, expect: {principal: c}}\n`;
    const name = 'odd\u001b[2J.yaml';
    world.file(name, text);
    const reports = ['--report', 'github', '--report', 'tap'];
    for (const args of [[], ['--json'], reports, ['--update']]) {
      const { stdout, stderr } = await test([name, ...args]);
      expect(stdout + stderr).toContain('[2J');
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
      expect(stdout).not.toMatch(/^::/m);
    }
  });

  it('gives JSON', async () => {
    const { stdout, code } = await test(['bad.authcheck.yaml', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      passed: 0,
      failed: 2,
      files: [
        {
          file: 'bad.authcheck.yaml',
          tests: [
            { passed: false, position: 'bad.authcheck.yaml:5:5' },
            { differences: [{ path: 'attributes.roles', position: 'bad.authcheck.yaml:10:34' }, {}] },
          ],
        },
      ],
    });
  });

  it('reports as JUnit, as TAP and to GitHub, all at once', async () => {
    const reports = ['--report', 'junit=out.xml', '--report', 'tap', '--report', 'github'];
    const { stdout, stderr, code } = await test(['bad.authcheck.yaml', GOOD, ...reports]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^TAP version 14\n1\.\.4\n/);
    for (const line of stdout.trimEnd().split('\n').slice(2)) expect(line).toMatch(/^(?:(?:not )?ok \d| {2}\S)/);
    expect(stdout.match(/^not ok/gm)).toHaveLength(2);
    expect(stderr.match(/^::/gm)).toHaveLength(2);
    expect(stderr).toContain('::error file=bad.authcheck.yaml,line=7,');
    expect(stderr).toContain('::attributes.roles: expected ["root"], found ["alice"]%0A');
    expect(stderr).toContain('%0Aclaim_invalid: sub holds a control character');
    const xml = readFileSync(join(world.folder, 'out.xml'), 'utf8');
    expect(xml.match(/<testcase /g)).toHaveLength(4);
    expect(xml.match(/<failure /g)).toHaveLength(2);
    expect(xml).not.toContain('</failure>"');
    // A report of the run before is written over.
    await test([GOOD, ...reports]);
    expect(readFileSync(join(world.folder, 'out.xml'), 'utf8')).not.toContain('<failure ');
    const two = ['--report', 'junit=one.xml', '--report', 'junit=two.xml'];
    expect((await test([GOOD, ...two])).stdout).toContain('✓ 2 passed');
    expect(readFileSync(join(world.folder, 'two.xml'), 'utf8')).toBe(
      readFileSync(join(world.folder, 'one.xml'), 'utf8'),
    );
  });

  it('writes no report over its own files, nor two answers to stdout', async () => {
    const before = readFileSync(join(world.folder, GOOD), 'utf8');
    const cases: readonly (readonly [readonly string[], string])[] = [
      [['--report', 'tap', '--json'], '--json and --report tap both go to stdout'],
      [['--report', 'junit=-'], 'JUnit goes to a file, not to stdout'],
      [['--report', `junit=./x/../${GOOD}`], 'would write over a file that the tests are read from'],
      [['--report', 'junit=run.yaml'], 'would write over a file that the tests are read from'],
    ];
    for (const [flags, words] of cases) {
      const { stdout, stderr, code } = await test([GOOD, ...flags]);
      expect(code).toBe(2);
      expect(unwrap(stdout + stderr)).toContain(words);
      expect(stdout).not.toContain('TAP');
    }
    expect(readFileSync(join(world.folder, GOOD), 'utf8')).toBe(before);
    expect(existsSync(join(world.folder, '-'))).toBe(false);
  });

  it('annotates by itself where GitHub runs it, below the root of the repository', async () => {
    const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: join(world.folder, '..') };
    const { stderr } = await test(['bad.authcheck.yaml'], { env });
    expect(stderr).toMatch(/^::error file=authcheck-e2e-[^/]+\/bad\.authcheck\.yaml,line=7,/);
  });

  it('--update writes what was found, and nothing else', async () => {
    const path = world.file(
      'update.yaml',
      readFileSync(join(world.folder, GOOD), 'utf8').replace('principal: alice', 'principal: bob'),
    );
    expect((await test(['update.yaml'])).code).toBe(1);
    chmodSync(path, 0o640);
    const { stdout, code } = await test(['update.yaml', '--update']);
    expect(code).toBe(0);
    expect((statSync(path).mode & 0o777).toString(8)).toBe('640');
    expect(stdout).toContain('− bob');
    expect(stdout).toContain('updated  update.yaml');
    expect(readFileSync(path, 'utf8')).toContain('# as always');
    expect((await test(['update.yaml'])).code).toBe(0);
  });

  it('--update tells programs what it wrote, and makes no report of what no longer fails', async () => {
    const wrong = readFileSync(join(world.folder, GOOD), 'utf8').replace('principal: alice', 'principal: bob');
    world.file('told.yaml', wrong);
    const report = await test(['told.yaml', '--update', '--report', 'github']);
    expect([report.code, report.stderr]).toEqual([2, expect.stringContaining('--report tells which tests hold')]);
    const env = { GITHUB_ACTIONS: 'true' };
    const { stdout, stderr, code } = await test(['told.yaml', '--update', '--json'], { env });
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ failed: 1, updated: { files: ['told.yaml'], tests: 1 } });
    const again: unknown = JSON.parse((await test(['told.yaml', '--json'])).stdout);
    expect(again).toMatchObject({ failed: 0 });
    expect(again).not.toHaveProperty('updated');
  });

  it('--watch runs again when the config changes', async () => {
    const config = world.file('watched-run.yaml', readFileSync(world.config, 'utf8'));
    const good = readFileSync(join(world.folder, GOOD), 'utf8');
    world.file('watched.yaml', good.replace('config: run.yaml', 'config: watched-run.yaml'));
    const child = start(['test', 'watched.yaml', '--watch'], { cwd: world.folder });
    let output = '';
    const until = (text: string): Promise<void> =>
      new Promise((done) => {
        child.stdout.on('data', () => output.includes(text) && done());
      });
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    await until('✓ 2 passed');
    const again = until('✗ 1 failed');
    writeFileSync(
      config,
      readFileSync(world.config, 'utf8').replace('audience: api', 'audience: api\n    claims_mapping: {groups: roles}'),
    );
    await again;
    child.kill('SIGINT');
    expect(await new Promise((done) => child.on('exit', done))).toBe(130);
  });

  it('--watch notices that a config is mended, whether it was broken before or since', async () => {
    const config = world.file(
      'broken-run.yaml',
      readFileSync(world.config, 'utf8').replace('audience: api', 'audience: [api]'),
    );
    const good = readFileSync(join(world.folder, GOOD), 'utf8');
    world.file('mended.yaml', good.replace('config: run.yaml', 'config: broken-run.yaml'));
    const child = start(['test', 'mended.yaml', '--watch'], { cwd: world.folder });
    let output = '';
    const until = (text: string, times: number): Promise<void> =>
      new Promise((done) => {
        const look = (): void => {
          if (output.split(text).length > times) done();
        };
        child.stdout.on('data', look);
        child.stderr.on('data', look);
      });
    const note = (text: string): void => void (output += text);
    child.stdout.setEncoding('utf8').on('data', note);
    child.stderr.setEncoding('utf8').on('data', note);
    await until('waiting for a change', 1);
    expect(unwrap(output)).toContain('audience');
    const steps: [string, string][] = [
      [readFileSync(world.config, 'utf8'), '✓ 2 passed'],
      ['type: [', 'error'],
      [readFileSync(world.config, 'utf8'), '✓ 2 passed'],
    ];
    for (const [text, said] of steps) {
      output = '';
      const seen = until(said, 1);
      const waits = until('waiting for a change', 1);
      writeFileSync(config, text);
      await Promise.all([seen, waits]);
    }
    child.kill('SIGINT');
    expect(await new Promise((done) => child.on('exit', done))).toBe(130);
  });

  it('what fails for certain fails, whoever else could not be asked', async () => {
    const tests = [
      '{name: down, provider: gone, token: x, expect: {outcome: accepted}}',
      '{name: wrong, provider: told, custom: {principal: bob}, expect: {principal: alice}}',
    ];
    const config =
      'config: {providers: {gone: {type: custom, endpoint: "http://127.0.0.1:1/"}, told: {type: custom, endpoint: "https://a.example"}}}';
    world.file('both.yaml', `${config}\ntests:\n${tests.map((one) => `- ${one}\n`).join('')}`);
    expect((await test(['both.yaml', '--live'])).code).toBe(1);
    expect((await test(['both.yaml', '--live', '--run', 'down'])).code).toBe(3);
    expect((await test(['both.yaml', '--live', '--run', 'wrong'])).code).toBe(1);
  });

  it('--live asks the real provider', async () => {
    const token = await world.signer.sign(world.claims);
    world.file(
      'live.yaml',
      `config: run.yaml\nprovider: jwt\ntests: [{name: a, token: "${token}", expect: {outcome: accepted}}]`,
    );
    expect((await test(['live.yaml'])).code).toBe(2);
    const { code, stdout, stderr } = await test(['live.yaml', '--live']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toContain(token.slice(0, 20));
    expect(world.requests).toContain('GET /jwks');
  });

  it('--init writes tests that pass, with nothing personal in them', async () => {
    const token = await world.signer.sign({ ...world.claims, sub: 'zoe.miller', email: 'zoe@corp.example' });
    const init = ['--init', 'first.authcheck.yaml', '--config', 'run.yaml', '--provider', 'jwt', '--token', token];
    const { stdout, code } = await test(init);
    expect([stdout, code]).toEqual(['✓ first.authcheck.yaml  3 tests\n', 0]);
    const text = readFileSync(join(world.folder, 'first.authcheck.yaml'), 'utf8');
    expect(text).not.toMatch(/zoe|miller|corp/);
    expect(text).not.toContain(token.slice(0, 20));
    expect((await test(['first.authcheck.yaml'])).stdout).toContain('✓ 3 passed');
    expect((await test(init)).code).toBe(2);
    for (const provider of ['introspection', 'custom', 'proxy']) {
      const file = `${provider}.authcheck.yaml`;
      expect((await test(['--init', file, '--config', 'run.yaml', '--provider', provider])).code).toBe(0);
      expect((await test([file])).stdout).toContain('✓ 2 passed');
    }
  });

  it.each([
    ['--config', 'run.yaml'],
    ['--provider', 'jwt'],
    ['--token', 'MARKED'],
    ['--token-file', 'token.txt'],
  ])('takes no %s where a file of tests says it', async (flag, value) => {
    const { stdout, stderr, code } = await test([GOOD, flag, value]);
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
    expect(unwrap(stderr)).toContain(`${flag} goes with --init; a file of tests says it`);
    expect(stderr).not.toContain('MARKED');
  });

  it('a test that expects nothing is none, until --update writes what is found', async () => {
    const text = `config: run.yaml\nprovider: jwt\ntests:\n  - {name: a, claims: {sub: alice}}\n  - {name: b, claims: {sub: bob}, expect: {principal: bob}}\n`;
    const path = world.file('nothing.yaml', text);
    const refused = await test(['nothing.yaml']);
    expect({ stdout: refused.stdout, code: refused.code }).toEqual({ stdout: '', code: 2 });
    expect(unwrap(refused.stderr)).toContain('nothing.yaml:4:5 tests[0]: the test expects nothing');
    expect(readFileSync(path, 'utf8')).toBe(text);
    const updated = await test(['nothing.yaml', GOOD, '--update']);
    expect(updated.code).toBe(0);
    expect(updated.stdout).toContain('updated  nothing.yaml\n');
    expect(updated.stdout).not.toContain(`updated  ${GOOD}`);
    expect(updated.stdout).toContain('✓ 1 updated, 3 passed');
    expect(readFileSync(path, 'utf8')).toContain('outcome: accepted');
    expect((await test(['nothing.yaml'])).stdout).toContain('✓ 2 passed');
  });

  it('with --live the environment counts beneath the variables of the file', async () => {
    world.file(
      'variable.yaml',
      'config: {type: custom, endpoint: "${env.ENDPOINT}"}\ntests: [{name: a, token: an-api-key, expect: {principal: alice}}]\n',
    );
    const env = { ENDPOINT: `${world.origin}/bare` };
    expect((await test(['variable.yaml', '--live'], { env })).code).toBe(0);
    expect((await test(['variable.yaml'], { env })).code).toBe(2);
    const proxied = await test(['variable.yaml', '--live'], { env: { ...env, http_proxy: 'http://127.0.0.1:1' } });
    expect(proxied.code).toBe(3);
    expect(unwrap(proxied.stdout)).toContain('proxy');
  });

  it('--update writes all files, or none where one cannot be updated', async () => {
    const config = 'config: {type: custom, endpoint: "https://a.example"}\ntests:\n';
    const wrong = '{name: a, custom: {principal: alice}, expect: {principal: bob}}\n';
    const path = world.file('plain.yaml', `${config}- ${wrong}`);
    world.file('anchored.yaml', `${config}- &base ${wrong}- {<<: *base, name: b, custom: {principal: bob}}\n`);
    const { stderr, code } = await test(['plain.yaml', 'anchored.yaml', '--update']);
    expect([code, unwrap(stderr)]).toEqual([2, expect.stringContaining('tests[0].expect cannot be replaced')]);
    expect(readFileSync(path, 'utf8')).toBe(`${config}- ${wrong}`);
  });

  it('runs, and updates, a file once that is named and lies in a folder that is', async () => {
    const text =
      'config: {type: custom, endpoint: "https://a.example"}\ntests:\n- {name: a, custom: {principal: alice}, expect: {principal: bob}}\n';
    const folder = join(world.folder, 'once');
    mkdirSync(folder);
    const path = join(folder, 'a.authcheck.yaml');
    writeFileSync(path, text);
    const { stdout, code } = await test([
      'once',
      'once/a.authcheck.yaml',
      './once/../once/a.authcheck.yaml',
      '--update',
    ]);
    expect(stdout).toMatch(/\n✓ 1 updated, 0 passed {2}\d+ ms\n$/);
    expect([code, readFileSync(path, 'utf8')]).toEqual([0, text.replace('{principal: bob}', '{ principal: alice }')]);
  });

  it('--update writes no outage into a file', async () => {
    const text = `config: {type: custom, endpoint: "http://127.0.0.1:1/"}
tests:
  - name: a user
    token: an-api-key
    expect: {outcome: accepted, principal: alice}
`;
    world.file('down.authcheck.yaml', text);
    const { code } = await test(['down.authcheck.yaml', '--live', '--update']);
    expect(code).toBe(3);
    expect(readFileSync(join(world.folder, 'down.authcheck.yaml'), 'utf8')).toBe(text);
    const path = world.file(
      'some.yaml',
      `config: {providers: {gone: {type: custom, endpoint: "http://127.0.0.1:1/"}, told: {type: custom, endpoint: "https://a.example"}}}
provider: told
tests:
- {name: down, provider: gone, token: x}
- {name: silent, custom: {failure: endpoint_timeout}, expect: {outcome: accepted}}
- {name: same, custom: {principal: bob}, expect: {principal: bob}}
`,
    );
    const { stdout, ...some } = await test(['some.yaml', '--live', '--update']);
    expect(some.code).toBe(3);
    expect(stdout).toContain('✗ 1 not answered, ✓ 1 updated, 1 passed');
    expect(stdout).toMatch(/^ {2}✗ down {2}[^]*^ {4} *endpoint_unreachable: /m);
    expect(stdout).toMatch(/^ {2}✓ same$/m);
    expect(readFileSync(path, 'utf8')).toContain('- {name: down, provider: gone, token: x}\n');
    expect(readFileSync(path, 'utf8')).toMatch(/name: silent.*outcome: undecided/);
  });

  it('says which fields of the config the server ignores', async () => {
    world.file('ignored.yaml', `type: custom\nendpoint: ${world.origin}/custom\nverify_tsl: false\n`);
    world.file(
      'ignored.authcheck.yaml',
      'config: ignored.yaml\ntests: [{name: a, custom: {principal: a}, expect: {principal: a}}]\n',
    );
    const { stderr, code } = await test(['ignored.authcheck.yaml']);
    expect(code).toBe(0);
    expect(unwrap(stderr)).toContain('verify_tsl is ignored by the server');
    const twin = readFileSync(join(world.folder, 'ignored.authcheck.yaml'), 'utf8');
    world.file('twin.authcheck.yaml', twin);
    const both = await test(['ignored.authcheck.yaml', 'twin.authcheck.yaml']);
    expect(both.stderr.split('verify_tsl')).toHaveLength(2);
  });

  it('--init writes no secret of the environment into a file that will be committed', async () => {
    const url = 'https://u:${env.PW}@idp.example/i?key=${env.APIK}';
    const credentials = 'client_id: "${env.CID}", client_secret: "${env.SEC}"';
    world.file(
      'variables.yaml',
      `# uses \${env.COMMENT_ONLY}
server: {auth: {provider_config: {type: oauth2_token, issuer: "\${env.ISS}", audience: api,
  claims_mapping: {groups: teams}, introspection: {url: "${url}", ${credentials}}}}}
inference: {key: "\${env.ELSEWHERE}"}
`,
    );
    const env = { ISS: 'https://i', PW: 'hunter2pw', APIK: 'apik123456', CID: 'cid', SEC: 'topsecret1' };
    const file = 'variables.authcheck.yaml';
    const { code, stderr } = await test(['--init', file, '--config', 'variables.yaml'], {
      env: { ...env, COMMENT_ONLY: 'x', ELSEWHERE: 'y' },
    });
    expect([code, stderr]).toEqual([0, expect.stringContaining('look through it')]);
    expect(readFileSync(join(world.folder, file), 'utf8')).toContain(`env:
  ISS: https://i
  PW: placeholder
  APIK: placeholder
  CID: cid
  SEC: placeholder
tests:
`);
    expect((await test([file])).stdout).toContain('✓ 2 passed');
  });

  it('--init writes nothing from a token that is refused', async () => {
    const token = await world.signer.sign({ ...world.claims, iss: 'https://elsewhere.example' });
    const { code, stderr } = await test(['--init', 'none.authcheck.yaml', '--config', 'run.yaml', '--token', token]);
    expect(code).toBe(2);
    expect(stderr.replace(/\s+/g, ' ')).toContain('the config refuses such a token (issuer_mismatch)');
    expect(existsSync(join(world.folder, 'none.authcheck.yaml'))).toBe(false);
  });
});
