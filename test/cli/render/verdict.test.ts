import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { main } from '../../../src/cli/main.js';
import { createStyle } from '../../../src/cli/render/style.js';
import { formatVerdict, formatVerdicts, type VerdictContext } from '../../../src/cli/render/verdict.js';
import { createAuthProvider, createSigner, parseAuthConfig, readKeySet, type Verdict } from '../../../src/index.js';
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

describe('the identity', async () => {
  const NOW = 1_767_225_600;
  const signer = await createSigner({ algorithm: 'ES256', kid: 'k' });
  const style = createStyle({ isTTY: false, columns: 200 }, {}, false);
  const keySet = readKeySet(JSON.stringify({ keys: [signer.jwk] }));

  async function judge(claims: object, config: object = {}, by = signer): Promise<Verdict> {
    const given = { type: 'oauth2_token', audience: 'api', jwks: { uri: 'https://idp.example/jwks' }, ...config };
    const [provider] = parseAuthConfig(given).providers;
    if (provider === undefined) throw new Error('there is one provider');
    const token = await by.sign({ aud: 'api', exp: NOW + 60, ...claims });
    return createAuthProvider(provider, { keySet, now: () => NOW * 1000 }).authenticate({ token });
  }

  function show(verdict: Verdict, more: Partial<VerdictContext> = {}): string {
    const context = { origin: 'run.yaml', destination: 'keys', now: NOW, verbose: false, hasOthers: false, ...more };
    return formatVerdict(verdict, context, style);
  }

  it('says where each value is from', async () => {
    const verdict = await judge({ sub: 'alice', groups: ['ml'] });
    const alice = show(verdict);
    expect(alice).toMatch(/^ {2}principal +alice +from sub\n {2}roles +alice +from sub\n {2}teams +ml +from groups\n/m);
    expect(alice).not.toContain('tolerance');
    expect(alice).toMatch(/\n! issuer +no issuer is configured/);
    expect(alice).not.toMatch(/✓ signature/);
    const answered = { ...verdict, token: { ...verdict.token, claims: { username: 'alice', exp: NOW - 1 } } };
    expect(show(answered)).toMatch(/^ {2}principal +alice +from username\n/m);
    expect(show(answered)).toMatch(/^ {2}expires +1 second ago +2025-12-31 23:59:59 UTC, within the clock tolerance$/m);
    const sent = show({ ...verdict, mapping: [], provider: { ...verdict.provider, type: 'upstream_header' } });
    expect(sent).toMatch(/^ {2}principal +alice +from a header\n {2}roles +alice +from a header\n/m);
    expect(show({ ...verdict, mapping: [] })).toMatch(/^ {2}roles +alice +from the provider\n/m);
  });

  it('is doubted where nobody vouches for it, and only there', async () => {
    const other = await createSigner({ algorithm: 'ES256', kid: 'k' });
    const doubt = 'unverified: read from claims that no valid signature vouches for\n';
    const forged = show(await judge({ sub: 'alice' }, {}, other), { hasOthers: true });
    expect(forged).toContain('✓ audience      the token is for "api" (unverified)\n');
    expect(forged).toMatch(/\n\nwith this provider alone, the server answers 401 \{/);
    expect(forged.endsWith(doubt)).toBe(true);
    const foreign = show(await judge({ sub: 'alice', aud: 'other' }));
    expect(foreign).toMatch(/\n\nthe server answers 401 \{/);
    expect(foreign).not.toContain('unverified');
  });

  it('of one of several is cut where it is long', async () => {
    const verdict = await judge({ sub: 'alice', groups: Array.from({ length: 500 }, (_, index) => `group-${index}`) });
    const answers = [
      { verdict, destination: 'one' },
      { verdict: await judge({ aud: 'other' }), destination: 'two' },
    ];
    const text = formatVerdicts(answers, 'run.yaml', false, style);
    expect(text).toMatch(/ alice {2}roles=alice\n +teams=group-0,group-1,/);
    expect(text).not.toContain('group-40');
    expect(text).toContain('audience_mismatch: ');
    expect(text).toMatch(/default +one\n +default +two\n/);
  });
});
