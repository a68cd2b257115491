// What is typed wrong, or pasted from elsewhere: told before anything is asked.
import { existsSync, mkdirSync, openSync } from 'node:fs';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BIN, run, start, unwrap, type Ended } from './program.js';
import { OPAQUE, startWorld, type World } from './world.js';

let world: World;
let good = '';
beforeAll(async () => {
  world = await startWorld();
  good = await world.signer.sign(world.claims);
});
afterAll(() => world.close());

const validate = (args: readonly string[], stdin = ''): Promise<Ended> =>
  run(['validate', '--config', world.config, ...args], { stdin });

describe('a token that was pasted', () => {
  it.each([
    [
      'from Chrome on Windows',
      (token: string) => `curl ^"https://api.example/v1^" -H ^"Authorization: Bearer ${token}^"`,
    ],
    ['with its blanks escaped', (token: string) => `curl -H Authorization:\\ Bearer\\ ${token} https://api.example/`],
    [
      'over several lines',
      (token: string) => `curl https://x/ \\\n  -H 'authorization: Bearer ${token}' \\\n  --compressed`,
    ],
    ['with the old scheme', (token: string) => `curl -H "Authorization: token ${token}" https://x/`],
  ])('is found in a curl command %s', async (_where, paste) => {
    expect((await validate([], paste(good))).code).toBe(0);
  });

  it('is told as it was found', async () => {
    const { stderr, code } = await validate([], `Authorization: Bearer ${good}`);
    expect(code).toBe(0);
    expect(unwrap(stderr)).toContain('removed from around the token: the Authorization header name, the Bearer scheme');
  });

  it('is told beside the verdict where a server would stumble over what is around it', async () => {
    const words = 'a server that gets it with quotes refuses it';
    const { stdout, stderr, code } = await validate(['--token', `"${good}"`]);
    expect([code, unwrap(stderr)]).toEqual([0, expect.not.stringContaining(words)]);
    expect(unwrap(stdout)).toMatch(/accepted alice ! the token was given with quotes/);
    const asJson = await validate(['--token', `"${good}"`, '--json']);
    expect(unwrap(asJson.stderr)).toContain(words);
    // A file ends with a line break.
    expect((await validate(['--token-file', '-'], `${good}\n`)).stdout).not.toContain('!');
  });

  it('is told which provider of the config takes it', async () => {
    const opaque = await validate(['--token', OPAQUE]);
    expect(unwrap(opaque.stdout)).toContain('this config takes opaque tokens: try --provider introspection');
  });

  it.each([
    ['a variable in single quotes', '$TOKEN', 'a variable or a placeholder'],
    ['a variable of PowerShell', '$env:TOKEN', 'a variable or a placeholder'],
    ['a variable of Windows', '%TOKEN%', 'a variable or a placeholder'],
    ['a command in single quotes', '$(cat token)', 'a variable or a placeholder'],
    ['a placeholder of documentation', '<your token>', 'a variable or a placeholder'],
    ['a placeholder of a template', '{{token}}', 'a variable or a placeholder'],
    [
      'a variable in a header',
      "curl -H 'Authorization: Bearer ${ACCESS_TOKEN}' https://x/",
      'a variable or a placeholder',
    ],
    ['the refusal of an issuer', '{"error":"invalid_client"}', 'the answer of an issuer that gave no token'],
    ['a response without an access token', '{"id_token":"a.b.c"}', 'the JSON has no access_token'],
    ['a curl command without a token', 'curl https://x/', 'no bearer token was found'],
  ])('is none: %s, and nothing is sent', async (_what, pasted, words) => {
    const { stdout, stderr, code } = await validate(['--provider', 'introspection'], pasted);
    expect([stdout, code]).toEqual(['', 2]);
    expect(unwrap(stderr)).toContain(words);
    expect(unwrap(stderr)).toContain('it is sent nowhere');
  });

  it.each([
    ['on the command line', ['--token', ''], '', {}, '--token is empty'],
    ['in quotes', ['--token', '""'], '', {}, 'the command line has nothing but quotes'],
    ['in a file', ['--token-file', '-'], ' \n', {}, 'standard input has an empty one'],
    ['in the environment', [], '', { AUTHCHECK_TOKEN: ' ' }, 'AUTHCHECK_TOKEN has an empty one'],
  ])('is none that is empty %s', async (_where, args, stdin, env, words) => {
    const { stderr, code } = await run(['validate', '--config', world.config, ...args], { stdin, env });
    expect(code).toBe(2);
    expect(unwrap(stderr)).toContain(words);
  });

  it.each([
    ['on the command line', ['--token', 'Bearer '], '', {}, 'the command line has nothing but'],
    ['after a header name', ['--token', 'Authorization: Bearer '], '', {}, 'the Authorization header name'],
    ['with the header name alone', ['--token', 'Authorization: '], '', {}, 'the Authorization header name'],
    ['with the old scheme', ['--token', 'authorization: token '], '', {}, 'the word "token"'],
    ['without quotes', ['--token', 'Bearer'], '', {}, 'the Bearer scheme'],
    ['in a file', ['--token-file', '-'], 'Bearer \n', {}, 'standard input has nothing but'],
    ['in the environment', [], '', { AUTHCHECK_TOKEN: 'bearer ' }, 'AUTHCHECK_TOKEN has nothing but'],
  ])(
    'is none where a variable left its scheme alone: %s, and nothing is asked',
    async (_where, args, stdin, env, words) => {
      const before = world.requests.length;
      const { stdout, stderr, code } = await run(
        ['validate', '--config', world.config, '--provider', 'introspection', '--json', ...args],
        { stdin, env },
      );
      expect({ stderr, code }).toEqual({ stderr: '', code: 2 });
      expect(JSON.parse(stdout)).toMatchObject({
        error: { code: 'token_absent', message: expect.stringContaining(words) as string },
      });
      expect(world.requests.length).toBe(before);
    },
  );

  it('is missed where a variable for it is empty', async () => {
    const { code, stderr } = await run([], { env: { AUTHCHECK_CONFIG: world.config, AUTHCHECK_TOKEN: '' } });
    expect(code).toBe(2);
    expect(stderr).toContain('no token was given');
  });

  it.each([
    ['an SD-JWT', (token: string) => `${token}~abc~`, 'this is an SD-JWT'],
    [
      'a nested JWT',
      (token: string) => {
        const encode = (text: string): string => Buffer.from(text).toString('base64url');
        return `${encode('{"alg":"ES256","kid":"k1","cty":"JWT"}')}.${encode(token)}.AAAA`;
      },
      'this is a nested JWT',
    ],
  ])('is called by its name: %s', async (_what, make, words) => {
    const { stdout, code } = await validate(['--token', make(good)]);
    expect(code).toBe(1);
    expect(unwrap(stdout)).toContain(words);
  });
});

describe('a token without measure', () => {
  it('of ten megabytes is not read to its end', async () => {
    const { stdout, stderr, code } = await validate([], 'a'.repeat(10_000_000));
    expect([stdout, code]).toEqual(['', 2]);
    expect(unwrap(stderr)).toContain('standard input has more than 1048576 bytes');
  });

  it('of a hundred thousand parts is not taken apart', async () => {
    const { stdout, code } = await validate([], 'e30.'.repeat(100_000));
    expect(code).toBe(1);
    expect(unwrap(stdout)).toContain('the token has 400000 characters; the limit is 262144');
  });
});

describe('flags that contradict each other', () => {
  it.each([
    [['validate', '--all-providers', '--provider', 'jwt'], 'leave --provider out'],
    [['validate', '--from-line', '3'], 'are about --tokens'],
    [['validate', '--tokens', 'x', '--token-file', 'y'], '--tokens goes with one provider'],
    [['validate', '--request-path', '/v1?access_token=hush'], 'expected a path without a query'],
    [['validate', '--tokens', 'x', '--request-path', '/v1'], 'a line of JSON brings its own request'],
    [['validate', '--tokens', 'x', '--request-header', 'X-A: b'], 'a line of JSON brings its own request'],
    [['jwks', 'keys.json', '--jwks', 'other.json'], 'the source was given twice'],
    [['config', 'check', 'a.yaml', '--config', 'b.yaml'], 'the config was given twice'],
    [['config', 'show', 'a.yaml', '--config', 'b.yaml'], 'the config was given twice'],
    [['config', 'check', '--format', 'sarif', '-q', '--json'], '--json or --format sarif, not both'],
    [['map', '--claims-file', 'c.json', '--token', 'x'], 'of a file or of a token'],
    [['map', '--map', 'sub=roles', '--map', 'sub=teams'], 'a claim is mapped to one attribute'],
    [['validate', '--jwks', 'https://idp/', '--provider', 'x', '--token', 'y'], '--provider names one of a config'],
    [['validate', '--config='], '--config is empty'],
    [['jwks', ''], 'an argument is empty'],
  ])('%j are refused', async (args, words) => {
    const { stdout, stderr, code } = await run(args, { env: { AUTHCHECK_CONFIG: world.config }, stdin: good });
    expect(code).toBe(2);
    // With --json, the error is the answer.
    expect(unwrap(args.includes('--json') ? stdout : stderr)).toContain(words);
  });
});

describe('what was misspelt', () => {
  it.each([
    [['validate', '--jsno'], "unknown option '--jsno'; did you mean --json?"],
    [['Validate', '--token', 'x'], 'there is no command Validate; did you mean validate?'],
    [['config', 'chek'], 'did you mean config check?'],
    [['validate', 'a', 'b'], "too many arguments for 'validate': expected 1, got 2"],
    [['validate', '--token'], '--token needs a value'],
  ])('%j is said in the words of the rest', async (args, words) => {
    const { stderr, code } = await run(args);
    expect(code).toBe(2);
    expect(unwrap(stderr)).toContain(words);
  });
});

describe('an input that gives nothing', () => {
  // What nohup leaves in the place of a terminal is open to be written alone.
  it
    .runIf(process.platform === 'linux')
    .each([
      [['decode', '--token-file', '-']],
      [['map', '--map', 'a=roles', '--claims-file', '-']],
      [['validate', '--provider', 'jwt', '--tokens', '-']],
    ])('is told as such: %j', (args) => {
    const { status, stderr } = spawnSync(process.execPath, [BIN, ...args], {
      env: { AUTHCHECK_CONFIG: world.config },
      stdio: [openSync('/dev/null', 'w'), 'pipe', 'pipe'],
      encoding: 'utf8',
    });
    expect(stderr).toContain('error  standard input: it cannot be read (EBADF)');
    expect(status).toBe(2);
  });
});

it.each(['utf16le', 'utf16be'])('a token in %s is none that was refused, from standard input too', (order) => {
  const bytes = Buffer.from('\ufeffeyJhbGciOiJub25lIn0.e30.\r\n', 'utf16le');
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, 'validate', '--provider', 'jwt', '-'], {
    env: { AUTHCHECK_CONFIG: world.config },
    input: order === 'utf16le' ? bytes : bytes.swap16(),
    encoding: 'utf8',
  });
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain('standard input is UTF-16; write it as UTF-8');
});

it('a batch in UTF-16 is none whose lines are judged, though its first byte comes alone', async () => {
  const child = spawn(process.execPath, [BIN, 'validate', '--provider', 'jwt', '--tokens', '-'], {
    env: { AUTHCHECK_CONFIG: world.config },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stdin.write(Buffer.from([0xff]));
  await delay(1000);
  child.stdin.end(Buffer.from('\u00feo\0n\0e\0\n\0', 'latin1'));
  const [code] = await once(child, 'close');
  expect(said).toContain('this file is UTF-16; save it as UTF-8');
  expect(code).toBe(2);
});

describe('an output that takes nothing', () => {
  it.runIf(process.platform === 'linux')('is told of where there is another', () => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [BIN, 'decode', good], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toContain('the output cannot be written (ENOSPC)');
  });

  it.runIf(process.platform === 'linux')('is left without half a file', () => {
    const out = join(world.folder, 'half.json');
    const script = `ulimit -f 1; exec "${process.execPath}" "${BIN}" jwks generate --alg RS256 --bits 4096 --out "${out}"`;
    const { status, stderr } = spawnSync('/bin/sh', ['-c', script], { encoding: 'utf8' });
    expect(unwrap(stderr)).toContain('half.json: it cannot be written (EFBIG)');
    expect([status, existsSync(out)]).toEqual([2, false]);
  });

  it.each([
    ['below a file', 'a-file/x.json', 'there is no such folder'],
    ['with a name that no file can have', 'x'.repeat(300), 'the name is too long'],
  ])('%s', async (_name, path, why) => {
    world.file('a-file', '');
    const out = join(world.folder, path);
    const generated = await run(['jwks', 'generate', '--out', out]);
    expect(generated).toMatchObject({ code: 2, stdout: '' });
    expect(generated.stderr.replaceAll(/\s+/g, ' ')).toContain(`: ${why}`);
    const fixture = await run(['fixture', '--config', world.config, '--provider', 'jwt', '--out-dir', out, good]);
    expect(fixture).toMatchObject({ code: 2, stdout: '' });
  });

  it('leaves one document on stdout where a report cannot be written', async () => {
    const suite = world.file(
      'one.authcheck.yaml',
      `config: ${world.config}\nprovider: jwt\ntests: [{name: a, claims: {sub: alice}, expect: {outcome: accepted}}]\n`,
    );
    mkdirSync(join(world.folder, 'folder'), { recursive: true });
    const { stdout, code } = await run(['test', suite, '--json', '--report', `junit=${join(world.folder, 'folder')}`]);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'output_unwritable' } });
  });

  it('ends a watch', async () => {
    const suite = world.file(
      'two.authcheck.yaml',
      `config: ${world.config}\nprovider: jwt\ntests: [{name: a, claims: {sub: alice}, expect: {outcome: accepted}}]\n`,
    );
    const child = start(['test', suite, '--watch']);
    child.stdout.destroy();
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
  });
});

describe('the findings of a config', () => {
  it('are annotations too where GitHub runs it', async () => {
    const config = world.file('unwise.yaml', 'type: custom\nendpoint: http://auth.example/\n');
    const { stdout, stderr } = await run(['config', 'check', config], { env: { GITHUB_ACTIONS: 'true' } });
    expect(stdout).not.toContain('::');
    expect(stderr).toMatch(/^::warning file=/);
  });
});

describe('many providers', () => {
  it('show every step where that is asked for', async () => {
    const { stdout } = await validate(['--all-providers', '--verbose', '--token', OPAQUE]);
    expect(stdout).toMatch(/\njwt\n✗ format/);
    expect(stdout).toMatch(/\nintrospection\n✓ format/);
  });
});

describe('two tokens', () => {
  it('are not both taken from standard input', async () => {
    const args = ['diff', '--config', world.config, '--against-token-file', '-'];
    const { code, stdout } = await run([...args, '--json'], { stdin: OPAQUE, env: { AUTHCHECK_TOKEN: good } });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ before: { outcome: 'accepted' }, after: { outcome: 'rejected' } });
    const alone = await run(args, { stdin: OPAQUE });
    expect(alone.code).toBe(2);
    expect(alone.stderr).toContain('no token was given');
  });
});

describe('a batch', () => {
  it('without a token proves nothing', async () => {
    const { code, stderr } = await validate(['--tokens', '-']);
    expect(code).toBe(2);
    expect(stderr).toContain('there is no token');
    const late = await validate(['--tokens', '-', '--from-line', '9'], `${good}\n`);
    expect(late.code).toBe(2);
    expect(late.stderr).toContain('there is no token from line 9 on');
  });
});
