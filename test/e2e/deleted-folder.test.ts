// Somebody's shell stands in a folder that is no more.
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BIN } from './program.js';

function runNowhere(...args: readonly string[]): { readonly status: number | null; readonly stderr: string } {
  const cwd = mkdtempSync(join(tmpdir(), 'authcheck-gone-'));
  const script = 'rmdir "$PWD" && exec "$0" "$@"';
  return spawnSync('sh', ['-c', script, process.execPath, BIN, ...args], { cwd, encoding: 'utf8' });
}

test('what needs no folder works in one that was deleted', () => {
  expect(runNowhere('--version').status).toBe(0);
  expect(runNowhere('decode', '--token', 'eyJhbGciOiJub25lIn0.e30.')).toMatchObject({ status: 0 });
});

test('what needs one says so', () => {
  const told = { status: 2, stderr: 'error  the working directory no longer exists\n' };
  expect(runNowhere('config', 'check')).toMatchObject(told);
  expect(runNowhere('validate', '--token', 'x', '--config', 'run.yaml')).toMatchObject(told);
});
