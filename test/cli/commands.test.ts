// What commands say, write and refuse, where nobody has to be asked.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.js';
import { createSigner, type Signer } from '../../src/index.js';
import { record } from './recorder.js';

const cwd = mkdtempSync(join(tmpdir(), 'authcheck-commands-'));
afterAll(() => rmSync(cwd, { recursive: true }));
const write = (name: string, text: string): void => writeFileSync(join(cwd, name), text);
/** A new folder. */
const enter = (): string => mkdtempSync(join(cwd, 'folder-'));

/** Seconds since 1970, as the io of these tests has it. */
const NOW = 1_700_000_000;
const JWT = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2ln';
let signer: Signer;
const sign = (claims: object): Promise<string> => signer.sign({ aud: 'api', sub: 'alice', ...claims });

beforeAll(async () => {
  signer = await createSigner({ kid: 'k1', algorithm: 'ES256' });
  write('jwks.json', JSON.stringify({ keys: [signer.jwk] }));
  write(
    'two.yaml',
    `default: jwt
providers:
  jwt: {type: oauth2_token, audience: api, jwks: {uri: "https://idp.invalid/jwks"}, claims_mapping: {sub: roles}, typo: 1}
  other: {type: custom, endpoint: "https://api.invalid/auth", mistake: 1}
`,
  );
  write('off.yaml', 'server: {port: 8321}\nproviders: {}\n');
  write('tokens.txt', JWT);
});

interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(argv: readonly string[], options: Parameters<typeof record>[0] = {}): Promise<Said> {
  const { io, stdout, stderr } = record({ cwd, ...options });
  const code = await main(argv, io);
  return { code, stdout: stdout(), stderr: stderr().replace(/\s+/g, ' ') };
}

const KEYS = ['--jwks', 'jwks.json', '--audience', 'api'];

it.each([
  [['validate', '--tokens', 'tokens.txt', ...KEYS, '--expect-principal', 'a'], '--tokens goes with one provider'],
  [['validate', '--tokens', 'tokens.txt', ...KEYS, '--all-providers'], '--tokens goes with one provider'],
  [['validate', '--tokens', 'tokens.txt', ...KEYS, '--token', JWT], '--tokens goes with one provider'],
  [['validate', '--tokens', 'tokens.txt', ...KEYS, '--token-file', 'tokens.txt'], '--tokens goes with one provider'],
  [['validate', JWT, '--tokens', 'tokens.txt', ...KEYS], '--tokens goes with one provider'],
  [['validate', JWT, ...KEYS, '--concurrency', '2'], 'are about --tokens'],
  [['validate', JWT, ...KEYS, '--from-line', '2'], 'are about --tokens'],
  [['validate', JWT, ...KEYS, '--all-providers', '--min-ttl', '1m'], 'leave --all-providers out'],
  [['validate', JWT, ...KEYS, '--provider', 'jwt'], 'except --jwks FILE with --config'],
  [['validate', JWT, '--config', 'two.yaml', '--audience', 'api'], '--config cannot be used together with'],
  [['validate', JWT, '--config', 'two.yaml', '--issuer', 'https://a'], '--config cannot be used together with'],
  [['validate', JWT, '--config', 'two.yaml', '--jwks', 'HTTPS://a/b'], 'not another URI'],
  [['validate', JWT, '--config', 'two.yaml', '--jwks', 'jwks.json'], 'name it with --provider'],
  [['validate', JWT, '--config', 'two.yaml', '--provider', 'other', '--jwks', 'jwks.json'], 'has no key set'],
  [['validate', JWT, '--config', 'two.yaml', '--provider', 'othr'], 'did you mean other?'],
  [['validate', JWT, '--config', 'two.yaml', '--provider', 'elsewhere'], 'it has jwt, other'],
  [['validate', JWT, '--audience', 'api'], '--audience needs --issuer or --jwks'],
  [['validate', JWT, '--jwks', 'nowhere', '--audience', 'api'], 'nowhere is neither an http(s) URI nor a file'],
  [['validate', JWT, ...KEYS, '--clock-tolerance', '3601'], 'at most 3600'],
  [['jwks', 'jwks.json', '--jwks', 'jwks.json'], 'given twice'],
  [['map', JWT, '--claims-file', 'jwks.json'], 'not both'],
  [['map', '--token', JWT, '--claims-file', 'jwks.json'], 'not both'],
  [['map', '--token-file', 'tokens.txt', '--claims-file', 'jwks.json'], 'not both'],
  [['map', JWT, '--map', 'sub='], 'expected CLAIM=ATTRIBUTE'],
  [['map', JWT, '--map', 'sub=roles', '--map', 'sub=teams'], 'a claim is mapped to one attribute'],
  [['mint', '--alg', 'HS256'], 'HS256 needs --key FILE'],
  [['mint', '--config', 'two.yaml', '--provider', 'other'], 'verifies no signature'],
  [['mint', '--header', 'kid=x'], 'use --kid'],
  [['mint', '--key', 'two.yaml'], 'two.yaml: '],
  [['jwks', 'generate', '--alg', 'HS256', '--public-out', 'x'], 'HS256 has no public key'],
  [['jwks', 'generate', '--format', 'pem', '--count', '2'], 'a PEM file holds one key'],
])('refuses what makes no sense: %j', async (argv, why) => {
  const { code, stdout, stderr } = await run(argv);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(why);
});

describe('validate', () => {
  it('reckons with the clock and the tolerance that it is given', async () => {
    const token = await sign({ exp: NOW - 30 });
    expect((await run(['validate', token, ...KEYS])).code).toBe(1);
    const late = await run(['validate', token, ...KEYS, '--clock-tolerance', '60']);
    expect(late.code).toBe(0);
    expect(late.stdout).toContain('30 seconds ago');
    expect(late.stdout).toContain('within the clock tolerance');
    expect((await run(['validate', token, ...KEYS, '--at', String(NOW - 60)])).stdout).toContain('in 30 seconds');
  });

  it('expects the issuer that it is given, also with keys from a file', async () => {
    const token = await sign({ iss: 'https://a', exp: NOW + 60 });
    expect((await run(['validate', token, ...KEYS, '--issuer', 'https://a'])).code).toBe(0);
    const { code, stdout } = await run(['validate', token, ...KEYS, '--issuer', 'https://b']);
    expect(code).toBe(1);
    expect(stdout).toContain('✗ issuer');
  });

  it('says which keys stand in, and warns of the provider that is asked alone', async () => {
    const flags = ['--config', 'two.yaml', '--provider', 'jwt', '--jwks', 'jwks.json'];
    const { code, stdout, stderr } = await run(['validate', await sign({ exp: NOW + 60 }), ...flags]);
    expect(code).toBe(0);
    expect(stdout).toContain('two.yaml with the keys of jwks.json');
    expect(stderr).toContain('typo is ignored');
    expect(stderr).not.toContain('mistake');
    expect(stdout).toMatch(/\n {2}principal {2}alice +from sub\n {2}roles {6}alice +from sub\n/);
  });

  it('tells once what was around the token: beside the verdict, or on stderr where there is none', async () => {
    const token = `"${await sign({ exp: NOW + 60 })}"`;
    const told = 'the token was given with quotes';
    const text = await run(['validate', token, ...KEYS]);
    expect([text.stdout.includes(told), text.stderr.includes(told)]).toEqual([true, false]);
    const json = await run(['validate', token, ...KEYS, '--json']);
    expect([json.stdout.includes(told), json.stderr.includes(told)]).toEqual([false, true]);
    const all = await run(['validate', token, ...KEYS, '--all-providers']);
    expect([all.stdout.includes(told), all.stderr.includes(told)]).toEqual([false, true]);
  });

  it('says of a refused token what is read from claims that nobody vouches for', async () => {
    const token = await sign({ aud: 'other', exp: NOW + 60 });
    const { stdout } = await run(['validate', `${token.slice(0, -4)}AAAA`, ...KEYS]);
    expect(stdout).toContain('(unverified)');
    expect(stdout).toContain('unverified: read from claims that no valid signature vouches for');
    const valid = await run(['validate', token, ...KEYS]);
    expect(valid.stdout).not.toContain('unverified');
  });

  it('takes a token from the environment where nothing else is given', async () => {
    const env = { AUTHCHECK_TOKEN: JWT };
    expect((await run([], { env })).stderr).toContain('no config was found');
  });

  it('says that authentication is off', async () => {
    const { code, stderr } = await run(['validate', JWT, '--config', 'off.yaml']);
    expect(code).toBe(2);
    expect(stderr).toContain('authentication is off');
  });
});

describe('errors', () => {
  it('have colours where stderr is a terminal, unless told otherwise', async () => {
    const argv = ['validate', JWT, '--audience', 'api'];
    const isRed = async (flags: readonly string[], columns?: number): Promise<boolean> =>
      (await run([...argv, ...flags], columns === undefined ? {} : { columns })).stderr.includes('\u001b[31m');
    expect(await isRed([], 80)).toBe(true);
    expect(await isRed(['--no-color'], 80)).toBe(false);
    expect(await isRed([])).toBe(false);
    expect(await isRed(['--color'])).toBe(true);
  });

  it('of a config are data: each finding, and where', async () => {
    write('bad.yaml', 'provider_config:\n  type: nonsense\n');
    const { code, stdout } = await run(['validate', JWT, '--config', 'bad.yaml', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { findings: [{ severity: 'error', position: 'bad.yaml:2:9' }] },
    });
  });
});

describe('jwks generate', () => {
  it('writes private keys to a file that nobody else can read, and nothing private elsewhere', async () => {
    const folder = enter();
    const generate = (...flags: readonly string[]): Promise<Said> =>
      run(['jwks', 'generate', '--out', 'own.json', '--public-out', 'public.json', ...flags], { cwd: folder });
    const read = (name: string): { kid: string; d?: string }[] =>
      (JSON.parse(readFileSync(join(folder, name), 'utf8')) as { keys: { kid: string; d?: string }[] }).keys;
    const { code, stdout } = await generate('--count', '2', '--kid', 'a');
    expect(code).toBe(0);
    expect((statSync(join(folder, 'own.json')).mode & 0o777).toString(8)).toBe('600');
    expect(read('public.json')).toEqual([
      expect.not.objectContaining({ d: expect.anything() as unknown }),
      expect.not.objectContaining({ d: expect.anything() as unknown }),
    ]);
    expect(read('public.json').map(({ kid }) => kid)).toEqual(['a-1', 'a-2']);
    for (const { d = '' } of read('own.json')) {
      expect(d.length).toBeGreaterThan(20);
      expect(stdout).not.toContain(d);
    }
    expect(stdout).toContain('private: own.json · public: public.json · 2 keys');
    expect((await generate()).code).toBe(2);
    expect(read('public.json')[0]?.kid).toBe('a-1');
    const replaced = JSON.parse((await generate('--force', '--json')).stdout) as object;
    expect(replaced).toMatchObject({ out: 'own.json', public_out: 'public.json' });
    expect(read('public.json')[0]?.kid).not.toBe('a-1');
  });
});

describe('jwks', () => {
  it('fails where no key fits the token, wherever the token comes from', async () => {
    write('good.txt', await sign({}));
    expect((await run(['jwks', 'jwks.json', '--token-file', 'good.txt'])).code).toBe(0);
    write(
      'odd.txt',
      JWT.replace('eyJhbGciOiJFUzI1NiJ9', Buffer.from('{"alg":"RS256","kid":"x"}').toString('base64url')),
    );
    expect((await run(['jwks', 'jwks.json', '--token-file', 'odd.txt'])).code).toBe(1);
  });
});

describe('mint', () => {
  it('with a secret, publishes nothing', async () => {
    const folder = enter();
    await run(['jwks', 'generate', '--alg', 'HS256', '--out', 'secret.json'], { cwd: folder });
    const minted = await run(['mint', '--key', 'secret.json', '--json'], { cwd: folder });
    expect([minted.code, JSON.parse(minted.stdout)]).toEqual([0, expect.objectContaining({ jwks: { keys: [] } })]);
    const { code, stderr } = await run(['mint', '--key', 'secret.json', '--jwks-out', 'published.json'], {
      cwd: folder,
    });
    expect([code, stderr]).toEqual([2, expect.stringContaining('HS256 has no public key')]);
    expect(readdirSync(folder)).toEqual(['secret.json']);
  });

  it('says whose key it was, and whether it is lost', async () => {
    const lost = 'its key is gone';
    const folder = enter();
    const thrown = await run(['mint']);
    expect(thrown.stderr).toContain('a throwaway key, which no server knows');
    expect(thrown.stderr).toContain(lost);
    const kept = await run(['mint', '--kid', 'mine', '--jwks-out', 'kept.json'], { cwd: folder });
    expect(kept.stderr).toMatch(/kid mine thumbprint \S+ key set kept\.json/);
    expect(kept.stderr).not.toContain(lost);
    await run(['jwks', 'generate', '--out', 'own.json'], { cwd: folder });
    const own = await run(['mint', '--key', 'own.json'], { cwd: folder });
    expect(own.stderr).toContain('the key in own.json; whoever trusts that key takes it for real');
    expect(own.stderr).not.toContain(lost);
  });

  it('fills in what the config expects, and signs as it allows', async () => {
    const providers = 'jwks: {uri: "https://idp.invalid/jwks"}, issuer: "https://idp.invalid", audience: api';
    write('allows.yaml', `provider_config: {type: oauth2_token, ${providers}, algorithms: [HS256, RS256]}\n`);
    const { stdout } = await run(['mint', '--config', 'allows.yaml', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      header: { alg: 'RS256' },
      claims: { iss: 'https://idp.invalid', aud: 'api', sub: 'test-user', iat: NOW, exp: NOW + 3600 },
    });
    const many = await run(['mint', '--audience', 'a', '--audience', 'b', '--json']);
    expect(JSON.parse(many.stdout)).toMatchObject({ claims: { aud: ['a', 'b'] } });
  });
});

describe('map', () => {
  const map = (claims: object, ...flags: readonly string[]): Promise<Said> =>
    run(['map', ...flags], { stdin: JSON.stringify(claims) });

  it('takes the last equals sign for the one that maps', async () => {
    expect((await map({ 'a=b': 'x' }, '--map', 'a=b=roles')).stdout).toMatch(/^ {2}a=b {2}→ roles {2}x$/m);
  });

  it('says what came of each entry, and how to keep a mapping that found something', async () => {
    const { stdout } = await map({ groups: [], more: 1 }, '--map', 'groups=teams', '--map', 'none=roles');
    expect(stdout).toMatch(/^ {2}groups {2}→ teams {2}\(no values\)$/m);
    expect(stdout).toMatch(/^ {2}none {4}→ roles {2}absent$/m);
    expect(stdout).toContain('\nunused claims: more\n');
    expect((await map({ a: 'x' }, '--map', 'b=roles')).stdout).toContain('none: the user would have no roles');
    const tried = await map({ 'a\u001b[2J': 'x' }, '--map', 'a\u001b[2J=roles');
    expect(tried.stdout).toContain('to keep it, paste into provider_config:\nclaims_mapping:\n');
    expect(tried.stdout).not.toContain('\u001b');
  });

  it('of an empty mapping says that it is empty', async () => {
    write('empty.yaml', 'type: oauth2_token\njwks: {uri: "https://idp.invalid/jwks"}\nclaims_mapping: {}\n');
    expect((await map({ a: 'x' }, '--config', 'empty.yaml')).stdout).toContain('the mapping is empty');
  });

  it('says that a token was not verified, what was around it, and what a server maps instead', async () => {
    write(
      'asks.yaml',
      'type: oauth2_token\nintrospection: {url: "https://idp.invalid/i", client_id: a, client_secret: b}\n',
    );
    const asked = await run(['map', `"${JWT}"`, '--config', 'asks.yaml']);
    expect(asked.stderr).toContain('the token was given with quotes');
    expect(asked.stderr).toContain('a server maps what the provider default answers');
    expect(asked.stderr).toContain('nothing was verified');
    const { stderr } = await run(['map', JWT, '--config', 'two.yaml']);
    expect(stderr).not.toContain('a server maps');
    expect(stderr).toContain('nothing was verified');
  });
});
