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
function validate(...flags: readonly string[]): Promise<string> {
  return refuse('eyJhbGciOiJSUzI1NiJ9.b', ...flags);
}

async function refuse(token: string, ...flags: readonly string[]): Promise<string> {
  const { io, stdout } = record({ cwd });
  expect(await main(['validate', '--jwks', './jwks.json', token, ...flags], io)).toBe(1);
  return stdout();
}

describe('a verdict', () => {
  it('counts the steps behind the first fault, and names them with --verbose', async () => {
    expect(await validate()).toMatch(/ this has 2\n[^✗]*· 9 further steps not reached\n\nthe server/);
    expect(await validate('-v')).toContain('· key           not reached\n· algorithm     not reached\n');
  });

  it('shows the way out as plainly as the fault', async () => {
    expect(await validate('--color')).toContain('\n                Copy the token again, ');
  });

  it('tells a way out once, though several steps have it', async () => {
    const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
    const iss = 'https://idp.example/realms/main';
    const refresh = [
      { alg: 'HS512', kid: 'k' },
      { typ: 'Refresh', iss, aud: iss },
    ]
      .map(encode)
      .join('.');
    const said = await refuse(`${refresh}.c2ln`, '--audience', 'api');
    expect(said).toMatch(/✗ algorithm[^✗]*Send the access_token[^✗]*✗ audience/);
    expect(said.match(/Send the access_token/g)).toHaveLength(1);
  });
});
