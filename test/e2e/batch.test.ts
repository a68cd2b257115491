// validate --tokens: many tokens, an answer to each, in order.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BIN, run, start, unwrap, type Ended, type RunOptions } from './program.js';
import { OPAQUE, startWorld, type World } from './world.js';

let world: World;
let good: string;
let expired: string;
let before = 0;

/** What was asked in this test. */
const asked = (): readonly string[] => world.requests.slice(before);

beforeAll(async () => {
  world = await startWorld();
  good = await world.signer.sign(world.claims);
  expired = await world.signer.sign({ ...world.claims, sub: 'old', exp: 1 });
});

beforeEach(() => {
  before = world.requests.length;
});

afterAll(() => world.close());

interface Row {
  readonly line: number;
  readonly outcome?: string;
  readonly principal?: string;
  readonly [name: string]: unknown;
}

const validate = (flags: readonly string[], options: RunOptions = {}): Promise<Ended> =>
  run(['validate', '--config', world.config, '--provider', 'jwt', ...flags], { cwd: world.folder, ...options });

const rowsOf = ({ stdout }: Ended): Row[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => {
      const row: Row = JSON.parse(line);
      return row;
    });

describe('a few lines', () => {
  it('are answered in order, whatever is on them', async () => {
    const request = JSON.stringify({
      token: good,
      id: { n: 12345678901234567890n.toString() },
      request: { path: '/x' },
    });
    const lines = [
      good,
      '',
      expired,
      request,
      'not a token',
      `Bearer ${good}`,
      '{"no": 1}',
      '{broken',
      `{"access_token":"${good}"}`,
    ];
    const ended = await validate(['--tokens', '-'], { stdin: `${lines.join('\r\n')}\n` });
    const rows = rowsOf(ended);
    expect(rows.map(({ line, outcome }) => [line, outcome ?? 'error'])).toEqual([
      [1, 'accepted'],
      [3, 'rejected'],
      [4, 'accepted'],
      [5, 'rejected'],
      [6, 'accepted'],
      [7, 'error'],
      [8, 'error'],
      [9, 'accepted'],
    ]);
    expect(rows[0]).toEqual({
      line: 1,
      outcome: 'accepted',
      principal: 'alice',
      attributes: { roles: ['alice'], teams: ['ml'] },
      reason: null,
      fingerprint: expect.stringMatching(/^sha256:[0-9a-f]{16}$/),
    });
    expect(rows[1]).toMatchObject({ reason: 'token_expired', principal: null });
    expect(rows[2]).toMatchObject({ id: { n: '12345678901234567890' } });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('4  accepted');
    expect(ended.stderr).toContain('token_expired: The token has expired.');
    expect(ended.stderr).toContain('2  lines without a token');
    expect(ended.stdout + ended.stderr).not.toContain(good.slice(-20));
    expect(asked()).toEqual(['GET /jwks']);
  });

  it('have their ids back, digit by digit, or are not read', async () => {
    const ids = ['1234567890123456789', '"x"', '[{"n":-98765432109876543210}]', 'null', '1e400', '{"a":[-1e999]}'];
    const stdin = ids.map((id) => `{"token":"${good}","id":${id}}\n`).join('');
    const { stdout, code } = await validate(['--tokens', '-'], { stdin });
    expect(code).toBe(2);
    const rows = stdout.trimEnd().split('\n');
    for (const [index, id] of ids.slice(0, 4).entries())
      expect(rows[index]).toContain(`{"line":${index + 1},"id":${id},"outcome":"accepted"`);
    for (const row of rows.slice(4))
      expect(JSON.parse(row)).toMatchObject({
        error: { code: 'input_unreadable', message: 'the id holds a number that is too large' },
      });
  });

  it('are not judged where their token is empty', async () => {
    const lines = ['{"token":"","id":7}', '""', '{"access_token":" "}', 'Bearer ', '{"token":"Bearer "}'];
    const ended = await validate(['--tokens', '-', '--provider', 'introspection'], { stdin: lines.join('\n') });
    expect(ended.code).toBe(2);
    const error = { code: 'input_unreadable', message: 'the token is empty' };
    expect(rowsOf(ended)).toEqual(
      lines.map((_, index) => ({ line: index + 1, ...(index === 0 ? { id: 7 } : {}), error })),
    );
    expect(asked()).toEqual([]);
  });

  it('end with the worst code', async () => {
    const code = async (lines: readonly string[], ...flags: string[]): Promise<number | null> =>
      (await validate(['--tokens', '-', ...flags], { stdin: lines.join('\n') })).code;
    expect(await code([good])).toBe(0);
    expect(await code([good, expired])).toBe(1);
    expect(await code([])).toBe(2);
    expect(await code([good], '--provider', 'down')).toBe(3);
    expect((await validate(['--tokens', 'nowhere.txt'])).code).toBe(2);
    expect((await validate(['--tokens', '-', '--token', good])).code).toBe(2);
  });

  it('end with 2 where a line has no token, whoever else could not be asked', async () => {
    const ended = await validate(['--tokens', '-', '--provider', 'down'], { stdin: `${OPAQUE}\n{}\n` });
    expect(ended.code).toBe(2);
  });

  it('are judged at the time that is named, whatever the config is warned of', async () => {
    const config = world.file(
      'odd.yaml',
      readFileSync(world.config, 'utf8').replace('audience: api', 'audience: api\n    odd: 1'),
    );
    const at = String(Number(world.claims.exp) + 1);
    const flags = ['validate', '--config', config, '--provider', 'jwt', '--tokens', '-'];
    const ended = await run([...flags, '--at', at], { stdin: `${good}\n${'\n'.repeat(600)}` });
    expect([ended.code, rowsOf(ended)]).toMatchObject([1, [{ line: 1, reason: 'token_expired' }]]);
    expect(unwrap(ended.stderr)).toContain('odd is ignored by the server');
  });

  it('hold nothing that a terminal would obey', async () => {
    const evil = await world.signer.sign({
      ...world.claims,
      sub: 'é\u200f',
      groups: ['x\u202e\u001b[2J', '##[error]'],
    });
    const { stdout } = await validate(['--tokens', '-'], { stdin: `${evil}\n{"token":"${evil}","id":"\u202e"}\n` });
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e\u200f]|##\[/);
    expect(rowsOf({ stdout, stderr: '', code: 0 })).toMatchObject([
      { attributes: { teams: ['x\u202e\u001b[2J', '##[error]'] } },
      { id: '\u202e' },
    ]);
  });

  it('may have whole verdicts, or no output at all', async () => {
    const [row] = rowsOf(await validate(['--tokens', '-', '--json'], { stdin: good }));
    expect(row).toMatchObject({ line: 1, verdict: { outcome: 'accepted', steps: expect.any(Array) } });
    expect(rowsOf(await validate(['--tokens', '-', '--json', '--quiet'], { stdin: good }))).toHaveLength(1);
    expect(await validate(['--tokens', '-', '--quiet'], { stdin: good })).toMatchObject({
      stdout: '',
      stderr: '',
      code: 0,
    });
  });

  it('are undecided without a key set, which is said once', async () => {
    const { stdout, stderr, code } = await run(
      ['validate', '--jwks', 'http://127.0.0.1:1/', '--audience', 'api', '--tokens', '-'],
      { stdin: `${good}\n${good}\nrubbish\n` },
    );
    expect(code).toBe(3);
    expect(stdout.match(/endpoint_unreachable/g)).toHaveLength(2);
    expect(stderr.match(/could not be fetched/g)).toHaveLength(1);
    expect(stderr).toMatch(/^undecided {2}(?:.*\n {11})+Check the host name/m);
  });

  it('are asked about where the provider is asked', async () => {
    const ended = await validate(['--tokens', '-', '--provider', 'introspection'], { stdin: `${OPAQUE}\n${good}\n` });
    expect(rowsOf(ended).map(({ outcome }) => outcome)).toEqual(['accepted', 'rejected']);
    expect(asked()).toHaveLength(2);
    expect(ended.stdout).not.toContain(OPAQUE);
  });
});

describe('many lines', () => {
  it('are answered in order by several threads, with one fetch of the key set', async () => {
    const tokens = await Promise.all(
      Array.from({ length: 5000 }, (_, index) =>
        index % 100 === 0 ? Promise.resolve(expired) : world.signer.sign({ ...world.claims, sub: `user-${index}` }),
      ),
    );
    const file = world.file('tokens.txt', `${tokens.join('\n')}\n`);
    const ended = await validate(['--tokens', file, '--concurrency', '2']);
    const rows = rowsOf(ended);
    expect(rows.map(({ line }) => line)).toEqual(tokens.map((_, index) => index + 1));
    expect(rows.map(({ principal }) => principal)).toEqual(
      tokens.map((_, index) => (index % 100 === 0 ? null : `user-${index}`)),
    );
    expect(ended.code).toBe(1);
    expect(asked()).toEqual(['GET /jwks']);
    const at = String(Number(world.claims.exp) + 1);
    const late = rowsOf(await validate(['--tokens', file, '--concurrency', '2', '--at', at]));
    expect(late.filter(({ reason }) => reason === 'token_expired')).toHaveLength(tokens.length);
    const rest = await validate(['--tokens', file, '--from-line', '4998']);
    expect(rowsOf(rest)).toEqual(rows.slice(4997));
  });

  it('are all that is printed, where threads have no standard input to read from', () => {
    const keys = world.file('keys.json', JSON.stringify({ keys: [world.signer.jwk] }));
    const file = world.file('same.txt', `${good}\n`.repeat(3000));
    const flags = ['--jwks', keys, '--provider', 'jwt', '--config', world.config];
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [BIN, 'validate', ...flags, '--tokens', file, '--concurrency', '2'],
      { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', env: {} },
    );
    expect(rowsOf({ stdout, stderr, code: 0 }).map(({ line }) => line)).toEqual(
      Array.from({ length: 3000 }, (_, index) => index + 1),
    );
    expect(stderr).toMatch(/^ {2}3,000 {2}accepted\n3,000 lines in .+; half within \d\.\d\d ms, 99 % within .+\n$/);
  });

  it('take no more memory for being many more', () => {
    const report = world.file(
      'report.cjs',
      "process.on('exit', () => require('fs').writeSync(2, `\\n${process.resourceUsage().maxRSS}`));",
    );
    const keys = world.file('keys.json', JSON.stringify({ keys: [world.signer.jwk] }));
    /** Mebibytes that the program had at the most. */
    const needed = (count: number): number => {
      const file = world.file('long.txt', `x.y.${'z'.repeat(1000)}\n`.repeat(count));
      const flags = ['--jwks', keys, '--audience', 'api', '--tokens', file, '--concurrency', '1'];
      const { stderr } = spawnSync(process.execPath, ['-r', report, BIN, 'validate', ...flags], {
        stdio: ['ignore', 'ignore', 'pipe'],
        encoding: 'utf8',
        env: {},
      });
      expect(stderr).toContain(`${count.toLocaleString('en')} lines`);
      return Number(stderr.split('\n').at(-1)) / 1024;
    };
    const [few, many] = [needed(20_000), needed(100_000)];
    expect(few).toBeGreaterThan(20);
    expect(many - few).toBeLessThan(40);
  });

  it('are no longer judged when nobody reads the answers', async () => {
    const child = start(['validate', '--config', world.config, '--provider', 'jwt', '--tokens', '-'], {
      stdin: `${good}\n`.repeat(100_000),
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await new Promise((done) => child.on('close', done))).toBe(0);
    const [, last = ''] = /^stopped {2}the reader closed the output after line (\d+)$/m.exec(stderr) ?? [];
    expect(Number(last)).toBeGreaterThan(0);
    expect(Number(last)).toBeLessThan(50_000);
  });

  it('that are interrupted say where to go on', async () => {
    const child = start(['validate', '--config', world.config, '--provider', 'jwt', '--tokens', '-'], {
      stdin: `${good}\n`.repeat(100_000),
    });
    let stderr = '';
    let stdout = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    await new Promise<void>((done) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
        if (stdout.length > 100_000) done();
      });
    });
    child.kill('SIGINT');
    expect(await new Promise((done) => child.on('close', done))).toBe(130);
    const [, next = ''] = /resume with --from-line (\d+)/.exec(stderr) ?? [];
    expect(Number(next)).toBeGreaterThan(1);
    // What is said to be answered was written.
    const written = stdout.split('\n').length - 1;
    expect(Number(next) - 1).toBeLessThanOrEqual(written);
  });

  it('that are interrupted go on with the first line that was not answered', async () => {
    const child = spawn(process.execPath, [BIN, 'validate', '--config', world.config, '--tokens', '-'], {
      env: { HOME: '/nonexistent' },
    });
    let [stdout, stderr] = ['', ''];
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    await new Promise<void>((done) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
        if (stdout.split('\n').length > 3) done();
      });
      child.stdin.write(`${good}\n\n${good}\n${good}\n`);
    });
    await new Promise((later) => setTimeout(later, 200));
    child.kill('SIGINT');
    expect(await new Promise((done) => child.on('close', done))).toBe(130);
    expect(stderr).toContain('interrupted; resume with --from-line 5\n');
  });
});
