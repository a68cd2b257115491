// What action.yml and docs/ci.md tell CI to run, run: the scripts themselves, with inputs as the runner gives them.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { BIN } from './e2e/program.js';
import { startWorld, type World } from './e2e/world.js';

const root = resolve(import.meta.dirname, '..');
const guide = readFileSync(join(root, 'docs/ci.md'), 'utf8');

interface Step {
  readonly name: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly run: string;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
}

const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as Action;

let world: World;
let folder: string;
let token: string;

beforeAll(async () => {
  world = await startWorld();
  token = await world.signer.sign({ ...world.claims, sub: 'deploy-bot', exp: Math.floor(Date.now() / 1000) + 7200 });
  folder = mkdtempSync(join(tmpdir(), 'authcheck-ci-'));
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'deploy'));
  // The package as npx would fetch it.
  const npx = `#!/bin/sh\n[ "$1" = --yes ] && shift\ncase "$1" in authcheck|authcheck@*) shift;; *) exit 99;; esac\nexec '${process.execPath}' '${BIN}' "$@"\n`;
  writeFileSync(join(folder, 'bin/npx'), npx);
  chmodSync(join(folder, 'bin/npx'), 0o755);
  // As npm would install it, from the registry of the folder that it is called in.
  const npm = `#!/bin/sh\n[ "$1" = install ] && [ -e .npmrc ] && exit 98\nmkdir -p node_modules/authcheck/bin\nprintf '%s' "require('${BIN}')" > node_modules/authcheck/bin/authcheck.js\n`;
  writeFileSync(join(folder, 'bin/npm'), npm);
  chmodSync(join(folder, 'bin/npm'), 0o755);
  writeFileSync(join(folder, '.npmrc'), 'registry=http://127.0.0.1:9/\n');
  writeFileSync(
    join(folder, 'deploy/run.yaml'),
    `server:\n  auth:\n    provider_config:\n      type: oauth2_token\n      issuer: ${world.origin}\n      audience: api\n      claims_mapping: {groups: teams}\n      jwks: {uri: ${world.origin}/jwks}\n`,
  );
  writeFileSync(
    join(folder, 'deploy/auth.authcheck.yaml'),
    'config: run.yaml\ntests: [{name: a, claims: {sub: a, groups: [ml]}, expect: {attributes: {teams: [ml]}}}]\n',
  );
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await world.close();
});

interface Ended {
  readonly output: string;
  readonly code: number | null;
}

function bash(script: string, env: Readonly<Record<string, string>>): Promise<Ended> {
  const path = `${join(folder, 'bin')}${delimiter}${process.env.PATH ?? ''}`;
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
    cwd: folder,
    env: { PATH: path, HOME: '/nonexistent', ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((done) => {
    child.on('close', (code) => done({ output, code }));
  });
}

/** Runs the steps of the action whose conditions hold, until one fails. */
async function runAction(given: Readonly<Record<string, string>>): Promise<Ended & { readonly outputs: string }> {
  const defaults = Object.entries(action.inputs).map(([name, input]) => [name, input.default ?? '']);
  const inputs: Record<string, string> = { ...Object.fromEntries(defaults), ...given };
  const outputs = join(folder, 'outputs');
  writeFileSync(outputs, '');
  let all = '';
  for (const step of action.runs.steps) {
    const [, name = '', operator, value] = /^inputs\.([\w-]+) (!=) '(.*)'$/.exec(step.if ?? '') ?? [];
    if (operator === '!=' && inputs[name] === value) continue;
    const env = Object.entries(step.env ?? {}).map(([key, expression]) => {
      const [, input = ''] = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(expression) ?? [];
      expect(Object.keys(inputs), expression).toContain(input);
      return [key, inputs[input] ?? ''];
    });
    const { output, code } = await bash(step.run, {
      ...Object.fromEntries(env),
      GITHUB_ACTIONS: 'true',
      GITHUB_OUTPUT: outputs,
      GITHUB_WORKSPACE: folder,
      RUNNER_TEMP: join(folder, 'temp'),
    });
    all += output;
    if (code !== 0) return { output: all, code, outputs: readFileSync(outputs, 'utf8') };
  }
  return { output: all, code: 0, outputs: readFileSync(outputs, 'utf8') };
}

describe('action.yml', () => {
  it('pastes no input into a script', () => {
    expect(action.runs.steps).toHaveLength(4);
    for (const { run } of action.runs.steps) expect(run).not.toContain('${{');
  });

  const usual = { config: 'deploy/run.yaml', tests: 'deploy/auth.authcheck.yaml\n' };

  it('checks, tests and validates', async () => {
    const expected = { 'expect-principal': 'deploy-bot', 'expect-attribute': 'teams=ml\n', 'min-ttl': '1h' };
    const { output, code, outputs } = await runAction({ ...usual, ...expected, token });
    expect(output).toContain('✓ 1 passed');
    expect(output).toContain('"outcome": "accepted"');
    expect(output.split(token)).toHaveLength(2);
    expect(outputs).toMatch(/^outcome<<(\S+)\naccepted\n\1\nprincipal<<(\S+)\ndeploy-bot\n\2\n$/);
    expect(code).toBe(0);
  });

  it('fails with the code of what failed', async () => {
    const refused = await runAction({ ...usual, token, 'expect-attribute': 'teams=hr; touch pwned' });
    expect(refused.code).toBe(1);
    expect(refused.outputs).toContain('accepted');
    expect((await runAction({ ...usual, 'config-check': 'warning', config: 'nowhere.yaml' })).code).toBe(2);
    const injected = await runAction({ ...usual, tests: '$(touch pwned)\n"; touch pwned; "' });
    expect(injected.code).toBe(2);
    expect(existsSync(join(folder, 'pwned'))).toBe(false);
  });

  it('fails without a token of which something is expected', async () => {
    const { output, code } = await runAction({ ...usual, 'expect-principal': 'deploy-bot', token: '' });
    expect(output).toContain('::error::something is expected of a token');
    expect(code).toBe(2);
  });

  it('calls an answer that cannot be read undecided', async () => {
    const { run } = action.runs.steps.find(({ name }) => name === 'Validate the token') ?? { run: '' };
    const temp = join(folder, 'broken');
    mkdirSync(join(temp, 'authcheck/node_modules/authcheck/bin'), { recursive: true });
    const program = join(temp, 'authcheck/node_modules/authcheck/bin/authcheck.js');
    const given = { AUTHCHECK_TOKEN: token, RUNNER_TEMP: temp, GITHUB_OUTPUT: join(folder, 'outputs') };
    const unset = {
      CONFIG: '',
      PROVIDER: '',
      EXPECT_PRINCIPAL: '',
      EXPECT_ATTRIBUTE: '',
      EXPECT_REASON: '',
      MIN_TTL: '',
    };
    for (const [code, expected] of [
      [0, 3],
      [3, 3],
      [70, 70],
    ]) {
      writeFileSync(program, `process.exitCode = ${code}`);
      expect((await bash(run, { ...unset, ...given })).code).toBe(expected);
    }
  });

  it('does what it is asked for alone', async () => {
    const { output, code, outputs } = await runAction({ config: 'deploy/run.yaml' });
    expect([code, outputs]).toEqual([0, '']);
    expect(output).not.toContain('passed');
  });
});

describe('docs/ci.md', () => {
  const blocks = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']): unknown => parse(text));

  it('uses inputs that the action has', () => {
    const uses = blocks
      .flat()
      .find((block): block is { with: object } => JSON.stringify(block).includes('"expect-principal"'));
    expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(uses?.with ?? { none: 0 })));
  });

  it('has scripts for GitLab that work', async () => {
    const job = blocks.find((block): block is { auth: { script: string[] } } =>
      JSON.stringify(block).startsWith('{"auth"'),
    );
    expect(job?.auth.script).toHaveLength(3);
    for (const line of job?.auth.script ?? []) {
      const { output, code } = await bash(line, { AUTHCHECK_TOKEN: token });
      expect(code, output).toBe(0);
    }
    expect(readFileSync(join(folder, 'authcheck.xml'), 'utf8')).toContain('<testcase name="a"');
  });

  it('has steps for GitHub that work', async () => {
    const steps = blocks.flat().filter((block): block is { run: string } => JSON.stringify(block).startsWith('{"run"'));
    expect(steps.length).toBeGreaterThan(3);
    for (const { run } of steps) {
      const { output, code } = await bash(run, { AUTHCHECK_TOKEN: token, GITHUB_ACTIONS: 'true' });
      expect(code, output).toBe(0);
    }
    expect(readFileSync(join(folder, 'authcheck.sarif'), 'utf8')).toContain('"2.1.0"');
  });
});
