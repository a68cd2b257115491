import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { main } from '../../../src/cli/main.js';
import { record } from '../recorder.js';

const cwd = mkdtempSync(join(tmpdir(), 'authcheck-verdict-'));
writeFileSync(join(cwd, 'jwks.json'), '{"keys":[]}');
afterAll(() => rmSync(cwd, { recursive: true }));

/** What is said of a token that breaks at the first step. */
async function validate(...flags: readonly string[]): Promise<string> {
  const { io, stdout } = record({ cwd });
  expect(await main(['validate', '--jwks', './jwks.json', 'a.b.c', ...flags], io)).toBe(1);
  return stdout();
}

describe('a verdict', () => {
  it('counts the steps behind the first fault, and names them with --verbose', async () => {
    expect(await validate()).toMatch(/ parts joined by dots\.\n· 9 further steps not reached\n\nthe server/);
    expect(await validate('-v')).toContain('· key           not reached\n· algorithm     not reached\n');
  });

  it('shows the way out as plainly as the fault', async () => {
    expect(await validate('--color')).toContain('\n                Copy the token again, ');
  });
});
