// Where output goes: nothing is lost on its way to a slow reader, and a reader that leaves is no error.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BIN, run } from './program.js';

const folder = mkdtempSync(join(tmpdir(), 'authcheck-output-'));
afterAll(() => rmSync(folder, { recursive: true }));

const keys = join(folder, 'keys.json');
const tokens = join(folder, 'tokens.txt');
writeFileSync(keys, '{"keys":[]}');
// Far more is answered than a pipe holds.
writeFileSync(tokens, 'no-token-at-all\n'.repeat(2000));
const args = ['validate', '--jwks', keys, '--audience', 'api', '--tokens', tokens, '--concurrency', '1'];

/** What a shell's command line writes and how it ends; `$authcheck` stands for the program and its arguments. */
async function shell(line: string): Promise<{ readonly stdout: string; readonly code: number | null }> {
  const authcheck = `'${[process.execPath, BIN, ...args].join("' '")}'`;
  const script = line.replaceAll('$authcheck', authcheck).replaceAll('$node', `'${process.execPath}'`);
  const child = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { stdout, code };
}

describe('output', () => {
  it('reaches a slow reader whole, also where another process made the pipe non-blocking', async () => {
    const expected = (await run(args)).stdout;
    expect(expected.length).toBeGreaterThan(200_000);
    // Node makes its end of a pipe non-blocking, and both programs have the same end.
    const meddler = `$node -e 'process.stdout; setTimeout(() => {}, 3000)'`;
    const { stdout } = await shell(`{ ${meddler} & sleep 1; $authcheck; wait; } | { sleep 2; cat; }`);
    expect(stdout).toBe(expected);
  });

  it('leaves no listeners behind, however often it waits for a slow reader', async () => {
    const many = join(folder, 'many.txt');
    writeFileSync(many, 'no-token-at-all\n'.repeat(40_000));
    const command = `'${process.execPath}' '${BIN}' validate --jwks '${keys}' --audience api --tokens '${many}'`;
    const child = spawn('/bin/sh', ['-c', `${command} | { sleep 1; cat >/dev/null; }`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    await new Promise((resolve) => child.on('close', resolve));
    expect(stderr).not.toContain('MaxListeners');
  });

  it('may end in a reader that has seen enough', async () => {
    const { stdout, code } = await shell('{ { $authcheck; echo "ended with $?" >&3; } | head -n 1; } 3>&1');
    expect(stdout).toContain('token_opaque');
    expect(stdout).toContain('ended with 1');
    expect(code).toBe(0);
  });

  it('that cannot be written is no success: exit 2', async () => {
    const { stdout } = await shell('$authcheck > /dev/full; echo "ended with $?"');
    expect(stdout).toBe('ended with 2\n');
  });
});
