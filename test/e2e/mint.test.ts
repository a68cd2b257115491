// `mint` and `jwks generate`: tokens and keys for trying a config.
import { existsSync, mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALGORITHMS, decodeToken, type DecodedToken } from '../../src/index.js';
import { newKey } from '../forge.js';
import { run, unwrap, type Ended } from './program.js';
import { startWorld, type World } from './world.js';

let world: World;
let cwd = '';
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  cwd = mkdtempSync(join(world.folder, 'mint-'));
});

const now = (): number => Math.floor(Date.now() / 1000);
const mint = (...args: readonly string[]): Promise<Ended> => run(['mint', ...args], { cwd });
const generate = (...args: readonly string[]): Promise<Ended> => run(['jwks', 'generate', ...args], { cwd });
const text = (name: string): string => readFileSync(join(cwd, name), 'utf8');
const mode = (name: string): string => (statSync(join(cwd, name)).mode & 0o777).toString(8);

function decoded({ stdout, code, stderr }: Ended): DecodedToken {
  expect(code, stderr).toBe(0);
  return decodeToken(stdout.trimEnd());
}

describe('authcheck mint', () => {
  it('prints one line, the token, and says on stderr what it is for', async () => {
    const ended = await mint('--subject', 'alice');
    expect(ended.stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(ended.stderr).toContain('for tests only');
    expect(ended.stderr).toContain('ES256 by a throwaway key');
    expect(ended.stderr).toContain('--jwks-out FILE');
    const { header, claims } = decoded(ended);
    expect(header).toEqual({ alg: 'ES256', typ: 'JWT', kid: expect.stringMatching(/^[\w-]{43}$/) as string });
    expect(ended.stderr).toContain(header?.kid);
    expect(Object.keys(claims ?? {})).toEqual(['iat', 'exp', 'sub']);
    expect(Number(claims?.exp) - Number(claims?.iat)).toBe(3600);
    expect(Math.abs(Number(claims?.iat) - now())).toBeLessThan(60);
  });

  it.each([
    ['--claim', 'e=1e400', 'the claim e has'],
    ['--claim', 'a.b=[-1e400]', 'the claim a has'],
    ['--claims', '{"e": {"f": 1e400}}', 'the claim e has'],
    ['--header', 'h=1e400', 'the header parameter h has'],
  ])('refuses a number that no token can hold: %s %s', async (flag, value, why) => {
    const { stdout, stderr, code } = await mint(flag, value);
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr.replace(/\s+/g, ' ')).toContain(`${why} a number that JSON cannot hold`);
  });

  it('builds claims and header of flags, the nearer to the claim the stronger', async () => {
    writeFileSync(join(cwd, 'claims.json'), '{"sub":"file","email":"a@b.c","iss":"file","n":12345678901234567890}');
    const { header, claims } = decoded(
      await mint(
        ...['--claims', '@claims.json', '--issuer', 'https://idp.example', '--audience', 'a', '--audience', 'b'],
        ...['--claim', 'sub=claim', '--claim', 'realm_access.roles=["x"]', '--claim', 'text=a=b', '--claim', 'exp=7'],
        ...['--typ', 'at+jwt', '--kid', 'k7', '--header', 'ver=1', '--alg', 'EdDSA'],
      ),
    );
    expect(header).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid: 'k7', ver: 1 });
    expect(claims).toMatchObject({ iss: 'https://idp.example', aud: ['a', 'b'], sub: 'claim', email: 'a@b.c', exp: 7 });
    expect(claims).toMatchObject({ realm_access: { roles: ['x'] }, text: 'a=b', n: 12345678901234567890n });
    expect(Number(claims?.iat)).toBeLessThan(7);
    const piped = await run(['mint', '--claims', '-'], { cwd, stdin: '{"sub":"piped"}' });
    expect(decoded(piped).claims).toMatchObject({ sub: 'piped' });
  });

  it('sets times from now', async () => {
    const { claims } = decoded(await mint('--expires-in', '10m', '--not-before=-5m'));
    expect(Number(claims?.exp) - now()).toBeGreaterThan(590);
    expect(now() - Number(claims?.nbf)).toBeGreaterThanOrEqual(300);
    for (const span of [['--expires-in=-1h'], ['--expires-in', '-1h']]) {
      const expired = decoded(await mint(...span)).claims;
      expect(Number(expired?.exp)).toBeLessThanOrEqual(now() - 3600);
      expect(Number(expired?.iat)).toBeLessThan(Number(expired?.exp));
    }
  });

  it('fills in what a config expects, so that a server with the key set accepts it', async () => {
    const minted = await mint('--config', world.config, '--jwks-out', 'jwks.json', '--claim', 'groups=ml');
    expect(decoded(minted).claims).toMatchObject({ iss: world.origin, aud: 'api', sub: 'test-user' });
    expect(minted.stderr).not.toContain('--jwks-out');
    const args = ['--jwks', join(cwd, 'jwks.json'), '--issuer', world.origin, '--audience', 'api', '--json'];
    const verdict = await run(['validate', ...args, '--token', minted.stdout]);
    expect(JSON.parse(verdict.stdout)).toMatchObject({ outcome: 'accepted', attributes: { teams: ['ml'] } });
    const other = await run(['validate', '--config', world.config, '--token', minted.stdout, '--json']);
    expect(JSON.parse(other.stdout)).toMatchObject({ outcome: 'rejected', reason: { code: 'key_not_found' } });
    const given = decoded(await mint('--config', world.config, '--subject', 'bob', '--audience', 'other'));
    expect(given.claims).toMatchObject({ iss: world.origin, aud: 'other', sub: 'bob' });
  });

  it('signs with an algorithm that the config allows', async () => {
    const config = world.file(
      'algorithms.yaml',
      'type: oauth2_token\nalgorithms: [PS384]\njwks: {uri: "https://x/"}\n',
    );
    expect(decoded(await mint('--config', config)).header).toMatchObject({ alg: 'PS384' });
  });

  it('has nothing to fill in for a provider that asks somebody else', async () => {
    const { code, stderr, stdout } = await mint('--config', world.config, '--provider', 'custom');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(unwrap(stderr)).toContain('verifies no signature');
  });

  it('is like another token, but for what is that token’s own', async () => {
    const token = await world.signer.sign(
      { ...world.claims, iat: 1000, exp: 1900, jti: 'MARKED', nested: { roles: ['x'] } },
      { typ: 'at+jwt', jku: 'https://MARKED' },
    );
    writeFileSync(join(cwd, 'token'), `Bearer ${token}\n`);
    for (const args of [[token], ['@token'], ['-']]) {
      const minted = await run(['mint', '--like', ...args, '--subject', 'bob'], { cwd, stdin: token });
      const { header, claims } = decoded(minted);
      expect(header).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: expect.not.stringMatching(/^k1$/) as string });
      expect(claims).toMatchObject({ iss: world.origin, sub: 'bob', nested: { roles: ['x'] } });
      expect(claims).not.toHaveProperty('jti');
      expect(Number(claims?.exp) - Number(claims?.iat)).toBe(900);
      expect(Number(claims?.iat)).toBeGreaterThan(now() - 60);
      expect(minted.stderr).toMatch(/left out +jti, header\.jku/);
      expect(minted.stdout).not.toContain(token.split('.')[2]);
    }
  });

  it('signs with the user’s key, as JWK, key set or PEM', async () => {
    const key = newKey('RS256', 'mine');
    writeFileSync(join(cwd, 'key.json'), JSON.stringify(key.privateJwk));
    writeFileSync(join(cwd, 'set.json'), JSON.stringify({ keys: [key.privateJwk, newKey('ES256', 'b').privateJwk] }));
    writeFileSync(join(cwd, 'key.pem'), key.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(join(cwd, 'jwks.json'), JSON.stringify({ keys: [key.jwk] }));
    const claims = ['--issuer', 'https://idp.example', '--audience', 'api', '--subject', 'alice'];
    for (const args of [['key.json'], ['set.json', '--kid', 'mine'], ['key.pem', '--kid', 'mine', '--alg', 'RS256']]) {
      const minted = await mint('--key', ...args, ...claims);
      expect(decoded(minted).header).toMatchObject({ alg: 'RS256', kid: 'mine' });
      expect(unwrap(minted.stderr)).toContain(`the key in ${args[0] ?? ''}; whoever trusts that key takes it for real`);
      const flags = ['--jwks', 'jwks.json', '--issuer', 'https://idp.example', '--audience', 'api'];
      expect((await run(['validate', ...flags, '--token', minted.stdout], { cwd })).code).toBe(0);
    }
  });

  it('refuses keys that cannot sign, and says why', async () => {
    const key = newKey('RS256');
    writeFileSync(join(cwd, 'public.json'), JSON.stringify(key.jwk));
    writeFileSync(join(cwd, 'public.pem'), key.publicKey.export({ type: 'spki', format: 'pem' }));
    writeFileSync(join(cwd, 'weak.json'), JSON.stringify(newKey('RS256', 'w', 1024).privateJwk));
    writeFileSync(join(cwd, 'rsa.json'), JSON.stringify(key.privateJwk));
    const cases: readonly (readonly [readonly string[], string])[] = [
      [['public.json'], 'public key'],
      [['public.pem'], 'public key'],
      [['weak.json'], '1024 bits'],
      [['rsa.json', '--alg', 'ES256'], 'needs a key of type EC'],
      [['rsa.json', '--alg', 'PS256'], 'for another algorithm'],
      [['none.json'], 'there is no such file'],
    ];
    for (const [args, why] of cases) {
      const { code, stdout, stderr } = await mint('--key', ...args);
      expect({ code, stdout }, why).toEqual({ code: 2, stdout: '' });
      expect(unwrap(stderr)).toContain(why);
    }
  });

  it('signs HS* with a given secret alone, and publishes none', async () => {
    expect(unwrap((await mint('--alg', 'HS256')).stderr)).toContain('HS256 needs --key FILE');
    await generate('--alg', 'HS384', '--out', 'secret.json');
    expect((await mint('--key', 'secret.json', '--jwks-out', 'jwks.json')).code).toBe(2);
    expect(existsSync(join(cwd, 'jwks.json'))).toBe(false);
    const minted = await mint('--key', 'secret.json', '--json');
    expect(JSON.parse(minted.stdout)).toMatchObject({ header: { alg: 'HS384' }, jwks: { keys: [] } });
    const { k } = (JSON.parse(text('secret.json')) as { keys: [{ k: string }] }).keys[0];
    expect(minted.stdout + minted.stderr).not.toContain(k);
  });

  it('prints the parts as JSON, and never a private member', async () => {
    const { stdout } = await mint('--json', '--claim', 'sub=alice', '--jwks-out', 'jwks.json');
    const json = JSON.parse(stdout) as { token: string; header: object; claims: object; jwks: object };
    expect(Object.keys(json)).toEqual(['token', 'header', 'claims', 'jwks']);
    expect(decodeToken(json.token)).toMatchObject({ header: json.header, claims: json.claims });
    expect(JSON.parse(text('jwks.json'))).toEqual(json.jwks);
    expect(text('jwks.json') + stdout).not.toMatch(/"(?:d|k|p|q)":/);
  });

  it('never writes over a file unless told so, and then no token is made', async () => {
    writeFileSync(join(cwd, 'jwks.json'), 'mine');
    const refused = await mint('--jwks-out', 'jwks.json');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('--force');
    expect(text('jwks.json')).toBe('mine');
    expect((await mint('--jwks-out', 'jwks.json', '--force')).code).toBe(0);
    expect(text('jwks.json')).toContain('"keys"');
    expect(JSON.parse((await mint('--jwks-out', 'no/such/folder', '--json')).stdout)).toMatchObject({
      error: { code: 'output_unwritable' },
    });
  });

  it.each([
    [['--alg', 'none'], '--alg: allowed choices are RS256'],
    [['--expires-in', 'soon'], 'expected a span'],
    [['--claim', 'MARKED'], 'expected NAME=VALUE'],
    [['--claims', '[]'], 'not a JSON object'],
    [['--header', 'alg=none'], 'use --alg'],
    [['--header', 'kid=x'], 'use --kid'],
    [['--like', 'MARKED-opaque'], 'cannot be read'],
    [['--like', '-', '--claims', '-'], 'cannot both be standard input'],
    [['--token', 'x'], 'unknown option'],
  ])('is refused, and repeats no value: %j', async (args, why) => {
    const { code, stdout, stderr } = await mint(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(unwrap(stderr)).toContain(why);
    expect(stderr).not.toContain('MARKED');
  });

  it('is silent but for the token with --quiet', async () => {
    const { stdout, stderr } = await mint('--quiet');
    expect(stderr).toBe('');
    expect(decodeToken(stdout.trimEnd()).kind).toBe('jwt');
  });
});

describe('authcheck jwks generate', () => {
  it('prints private keys, and says that they are', async () => {
    const { stdout, stderr, code } = await generate();
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ keys: [{ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' }] });
    expect(stdout).toContain('"d"');
    expect(stderr).toContain('private keys: whoever reads them can sign tokens');
    expect((await generate('--quiet')).stderr).toBe('');
  });

  it.each(ALGORITHMS)('makes a key that mint signs %s with', async (algorithm) => {
    await generate('--alg', algorithm, '--out', 'keys.json');
    expect(decoded(await mint('--key', 'keys.json')).header).toMatchObject({ alg: algorithm });
  });

  it('writes private keys for the owner alone, and public ones for all', async () => {
    const args = ['--count', '2', '--kid', 'prod', '--out', 'keys.json', '--public-out', 'jwks.json'];
    const { stdout, code } = await generate(...args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/prod-1 +EC +P-256/);
    expect(stdout).toMatch(/prod-2 +EC +P-256/);
    expect([mode('keys.json'), mode('jwks.json')]).toEqual(['600', '644']);
    expect(text('jwks.json')).not.toContain('"d"');
    const kids = (name: string): unknown =>
      (JSON.parse(text(name)) as { keys: { kid: string }[] }).keys.map((key) => key.kid);
    expect([kids('keys.json'), kids('jwks.json')]).toEqual([
      ['prod-1', 'prod-2'],
      ['prod-1', 'prod-2'],
    ]);
    const minted = await mint('--key', 'keys.json', '--kid', 'prod-2', '--audience', 'api', '--subject', 'a');
    const verdict = await run(['--jwks', 'jwks.json', '--audience', 'api', '--token', minted.stdout, '--json'], {
      cwd,
    });
    expect(JSON.parse(verdict.stdout)).toMatchObject({ outcome: 'accepted' });
    expect(stdout).not.toContain((JSON.parse(text('keys.json')) as { keys: { d: string }[] }).keys[0]?.d ?? '');
  });

  it('makes a secret file of what it writes over', async () => {
    writeFileSync(join(cwd, 'keys.json'), 'old', { mode: 0o644 });
    expect((await generate('--out', 'keys.json')).code).toBe(2);
    expect((await generate('--out', 'keys.json', '--force')).code).toBe(0);
    expect(mode('keys.json')).toBe('600');
    symlinkSync('keys.json', join(cwd, 'link.json'));
    expect((await generate('--out', 'link.json', '--force')).code).toBe(2);
    expect((await generate('--out', '/dev/null', '--force')).code).toBe(2);
  });

  it('writes nothing where one of two files exists', async () => {
    writeFileSync(join(cwd, 'jwks.json'), 'mine');
    expect((await generate('--out', 'keys.json', '--public-out', 'jwks.json')).code).toBe(2);
    expect(existsSync(join(cwd, 'keys.json'))).toBe(false);
    expect((await generate('--out', 'one.json', '--public-out', './one.json')).stderr).toContain('two files');
  });

  it('writes PEM that openssl’s friends read', async () => {
    const { stdout } = await generate('--format', 'pem', '--alg', 'RS256', '--bits', '3072');
    expect(stdout).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    writeFileSync(join(cwd, 'key.pem'), stdout);
    expect(decoded(await mint('--key', 'key.pem', '--alg', 'PS256')).header).toMatchObject({ alg: 'PS256' });
    const json = await generate('--format', 'pem', '--out', 'out.pem', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ out: 'out.pem', public_out: null, keys: [{ alg: 'ES256' }] });
  });

  it.each([
    [['--alg', 'none'], '--alg: allowed choices are RS256'],
    [['--alg', 'RS256', '--bits', '1024'], '2048 to 8192'],
    [['--bits', '256'], 'but one size'],
    [['--count', '0'], 'whole number from 1'],
    [['--alg', 'HS256', '--public-out', 'x.json'], 'no public key'],
    [['--alg', 'HS256', '--format', 'pem'], 'no PEM form'],
    [['--format', 'pem', '--count', '2'], 'holds one key'],
    [['--format', 'pem', '--quiet', '--json'], 'PEM is not JSON'],
  ])('is refused: %j', async (args, why) => {
    const { code, stdout, stderr } = await generate(...args);
    expect(code).toBe(2);
    expect(unwrap(stdout + stderr)).toContain(why);
    expect(stdout + stderr).not.toContain('"d"');
  });

  it('does not keep jwks from listing keys, and is no file name', async () => {
    await generate('--out', 'keys.json', '--public-out', 'jwks.json');
    expect((await run(['jwks', 'jwks.json'], { cwd })).stdout).toContain('1 key');
    expect((await run(['jwks', 'keys.json'], { cwd })).stdout).toContain('PRIVATE key');
  });
});
