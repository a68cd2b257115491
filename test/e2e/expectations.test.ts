// Expectations of one verdict, and what GitHub Actions is told.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, unwrap, type Ended, type RunOptions } from './program.js';
import { OPAQUE, startWorld, type World } from './world.js';

let world: World;
let token: string;

beforeAll(async () => {
  world = await startWorld();
  token = await world.signer.sign(world.claims);
});

afterAll(() => world.close());

const validate = (flags: readonly string[], options: RunOptions = {}, given = token): Promise<Ended> =>
  run(['validate', '--config', world.config, '--provider', 'jwt', '--token', given, ...flags], options);

describe('expectations that hold', () => {
  it.each([
    [['--expect-principal', 'alice']],
    [['--expect-attribute', 'teams=ml', '--expect-attribute', 'roles=alice']],
    [['--min-ttl', '50m']],
  ])('%j', async (flags) => {
    const { stdout, code } = await validate(flags);
    expect(code).toBe(0);
    expect(stdout).toContain('expectations\n✓ outcome');
  });

  it('may be a refusal', async () => {
    const expired = await world.signer.sign({ ...world.claims, exp: 1 });
    expect((await validate(['--expect-reason', 'token_expired'], {}, expired)).code).toBe(0);
    expect((await validate(['--expect-reason', 'audience_mismatch'], {}, expired)).code).toBe(1);
    expect((await validate(['--expect-reason', 'token_expired'])).code).toBe(1);
  });
});

describe('expectations that do not hold', () => {
  it.each([
    [['--expect-principal', 'bob'], 'principal expected bob; found alice'],
    [['--expect-attribute', 'teams=hr'], 'attribute expected teams=hr; found teams=ml'],
    [['--expect-attribute', 'projects=x'], 'attribute expected projects=x; found no projects'],
    [['--min-ttl', '2h'], 'min_ttl expected at least 2 hours to live; found '],
  ])('%j', async (flags, said) => {
    const { stdout, code } = await validate(flags);
    expect(code).toBe(1);
    expect(unwrap(stdout)).toContain(`✗ ${said}`);
  });

  it('are data too', async () => {
    const { stdout, code } = await validate(['--expect-principal', 'bob', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: { outcome: 'accepted', principal: 'alice' },
      expectations: [
        { name: 'outcome', ok: true },
        { name: 'principal', ok: false, expected: 'bob', actual: 'alice' },
      ],
    });
  });
});

it('undecided stays undecided, unless that was expected', async () => {
  const ask = (flags: readonly string[]): Promise<Ended> =>
    run(['validate', '--config', world.config, '--provider', 'down', '--token', 'x', ...flags]);
  expect((await ask(['--expect-principal', 'bob'])).code).toBe(3);
  expect((await ask(['--expect-reason', 'token_expired'])).code).toBe(3);
  expect((await ask(['--expect-reason', 'endpoint_unreachable'])).code).toBe(0);
});

it('flags that make no sense are refused', async () => {
  const { code, stderr } = await validate(['--expect-reason', 'token_expird']);
  expect(code).toBe(2);
  expect(stderr).toContain('did you mean token_expired?');
  expect((await validate(['--all-providers', '--min-ttl', '1m'])).code).toBe(2);
  expect((await validate(['--min-ttl', 'soon'])).code).toBe(2);
  expect((await validate(['--min-ttl=-5m'])).code).toBe(2);
});

describe('on GitHub Actions', () => {
  it('the token is masked before it is used, and printed nowhere else', async () => {
    const { stdout, stderr } = await validate(['--verbose'], { env: { GITHUB_ACTIONS: 'true' } });
    expect(stderr.indexOf(`::add-mask::${token}\n`)).toBeLessThan(stderr.indexOf('GET '));
    expect(stderr).toMatch(/^::add-mask::/m);
    expect(stderr.split(token)).toHaveLength(2);
    expect(stdout).not.toContain(token.slice(0, 20));
    expect((await validate([])).stderr).not.toContain('add-mask');
  });

  it.each([
    [['decode']],
    [['map']],
    [['jwks', '--provider', 'jwt']],
    [['can', 'read', 'model::x', '--provider', 'jwt']],
    [['introspect', '--provider', 'introspection']],
    [['diff', '--provider', 'jwt', '--against-provider', 'introspection']],
    [['fixture', '--provider', 'jwt', '--out-dir', 'masked']],
    [['parity', '--provider', 'jwt', '--server']],
    [['test', '--init', 'masked.yaml', '--provider', 'jwt']],
  ])('the token is masked by every command that is given one: %j', async ([command = '', ...flags]) => {
    const more = command === 'parity' ? [world.origin] : [];
    const config = command === 'decode' ? [] : ['--config', world.config];
    const { stdout, stderr } = await run([command, ...flags, ...more, ...config, '--token', token], {
      cwd: world.folder,
      env: { GITHUB_ACTIONS: 'true' },
    });
    expect(stderr).toContain(`::add-mask::${token}\n`);
    expect((stdout + stderr).split(token)).toHaveLength(2);
  });

  it('both tokens of a comparison are masked, and claims are no token', async () => {
    const env = { GITHUB_ACTIONS: 'true' };
    const flags = ['--config', world.config, '--provider', 'jwt'];
    const other = await world.signer.sign({ ...world.claims, sub: 'bob' });
    const diff = await run(['diff', ...flags, '--token', token, '--against-token', other], { env });
    expect(diff.stderr.split('::add-mask::')).toHaveLength(3);
    const minted = await run(['mint', '--like', token, '--json'], { env });
    expect([minted.code, minted.stderr.split(`::add-mask::${token}\n`).length]).toEqual([0, 2]);
    const claims = await run(['map', ...flags], { env, stdin: '{"sub":"alice"}' });
    expect([claims.code, claims.stderr]).toEqual([0, '']);
  });

  it('what could be another command is not masked', async () => {
    const { stderr } = await validate([], { env: { GITHUB_ACTIONS: 'true' } }, 'a b\n::error::x');
    expect(stderr).not.toContain('::');
  });

  it('the job has a summary, in which a claim is no markup', async () => {
    const summary = join(world.folder, 'summary.md');
    writeFileSync(summary, 'before\n');
    const env = { GITHUB_STEP_SUMMARY: summary };
    const evil = await world.signer.sign({
      ...world.claims,
      sub: 'x`` ` <img src=y> ![a](b)',
      groups: ['\n\n# head', '| a |'],
    });
    await validate(['--expect-principal', 'bob'], { env }, evil);
    const text = readFileSync(summary, 'utf8');
    expect(text).toMatch(/^before\n### authcheck: ✅ accepted\n/);
    expect(text).toContain('- principal: ``` x`` ` <img src=y> ![a](b) ```\n');
    expect(text).toContain('` \\u{a}\\u{a}# head `');
    expect(text).toContain('- ❌ principal: ` bob `, found');
    expect(text).not.toContain(evil.slice(0, 20));
    await validate([], { env }, await world.signer.sign({ ...world.claims, exp: 1 }));
    expect(readFileSync(summary, 'utf8')).toContain('### authcheck: ❌ rejected\n');
    writeFileSync(summary, '');
    await run(['validate', '--config', world.config, '--all-providers', '--token', OPAQUE], { env });
    const all = readFileSync(summary, 'utf8').match(/^### authcheck: \S+ \w+\n\n- provider: ` \w+ `$/gm);
    expect(all?.map((head) => head.replace(/.* (\w+)\n\n.*` (\w+) `/, '$2 $1'))).toEqual([
      'jwt rejected',
      'introspection accepted',
      ...['custom rejected', 'down undecided', 'proxy rejected'],
    ]);
  });

  it('a summary that cannot be written is no failure', async () => {
    const { code, stderr } = await validate([], { env: { GITHUB_STEP_SUMMARY: '/nonexistent/x' } });
    expect(code).toBe(0);
    expect(stderr).toContain('the job summary was not written');
  });
});
