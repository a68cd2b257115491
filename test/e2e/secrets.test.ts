// Every command, in good runs and bad ones, with marked secrets: none of them may come out, in any spelling.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildProgram, COMMAND_NAMES, listCommands } from '../../src/cli/tree.js';
import { record } from '../cli/recorder.js';
import { expectNoSecret, MARKED, readFolder, startMarkedWorld, type MarkedWorld } from './marked.js';
import { run } from './program.js';

/**
 * A command line, its exit code, and what shows on a stream or in a file that it did its work.
 *
 * `{name}` is a file of the input; `$NAME` is a secret, or a part of the world.
 */
type Trial = readonly [
  line: string,
  code: number,
  says: RegExp | string,
  more?: { readonly stdin?: string; readonly env?: Readonly<Record<string, string>> },
];

/** What each command is tried with; a new command needs an entry here. */
const TRIALS: Readonly<Record<string, readonly Trial[]>> = {
  validate: [
    ['validate --config {run.json} --all-providers --verbose --token-file {opaque.txt}', 0, 'bob'],
    ['validate --config {run.json} --all-providers --verbose --json --token $OPAQUE', 0, '"principal": "bob"'],
    ['validate --config {run.json} --token $TOKEN', 0, 'alice'],
    ['validate --config {run.json} --verbose -', 1, 'token_expired', { stdin: 'Bearer $EXPIRED' }],
    ['validate --config {run.json} --provider github -v --json', 0, 'bob', { env: { AUTHCHECK_TOKEN: '$GITHUB' } }],
    ['validate --config {run.json} --provider custom --token-file {token.txt}', 1, 'token_refused'],
    [
      'validate --config {run.json} --provider custom -v --request-header Cookie:$COOKIE --request-header X-Api-Key:$KEY',
      0,
      'accepted',
      { stdin: '$OPAQUE' },
    ],
    [
      'validate --config {run.json} -v --token $TOKEN',
      3,
      'proxy',
      { env: { http_proxy: 'http://u:$PASSWORD@127.0.0.1:1' } },
    ],
    [
      'validate --config {run.json} --token $TOKEN --expect-principal eve',
      1,
      /summary\.md\n[^]*alice/,
      { env: { GITHUB_STEP_SUMMARY: 'summary.md' } },
    ],
    ['validate --config {run.json} --provider introspection --tokens {many.txt}', 1, 'token_inactive'],
    ['validate --config {run.json} --verbose --tokens {many.txt}', 1, 'token_expired'],
    ['validate --config . --token $TOKEN', 2, 'this is a folder'],
    ['validate --config {run.json} --token-file .', 2, 'this is a folder'],
  ],
  decode: [
    ['decode $TOKEN', 0, 'alice'],
    ['decode --token-file {token.txt} --verbose --json', 0, '"verified": false'],
    ['decode $GITHUB', 0, 'personal access token'],
    ['decode - --json', 0, 'opaque', { stdin: '$OPAQUE' }],
    ['decode $TOKEN=', 1, 'broken'],
    ['decode', 0, 'curl', { stdin: "curl -H 'Authorization: Bearer $EXPIRED' https://api" }],
  ],
  jwks: [
    ['jwks --config {run.json} --verbose --token $TOKEN', 0, 'k1'],
    ['jwks --config {run.json} --verbose --json --token-file {token.txt}', 0, '"used": true'],
    ['jwks {keys.json}', 0, 'PRIVATE key'],
    ['jwks {keys.json} --json', 0, 'PRIVATE key'],
    ['jwks $ORIGIN/nowhere --verbose --token $TOKEN', 3, '404'],
  ],
  'jwks generate': [
    ['jwks generate --out k.json --public-out p.json', 0, /"d":/],
    ['jwks generate --out {key.jwk}', 2, 'exists'],
  ],
  introspect: [
    ['introspect --config {run.json} --provider introspection --verbose --token $OPAQUE', 0, 'bob'],
    ['introspect --config {run.json} --provider in-body -v --json', 0, '"active": true', { stdin: '$OPAQUE' }],
    ['introspect --config {run.json} --provider introspection --json --token $TOKEN', 1, 'token_inactive'],
    ['introspect --config {run.json} --token $OPAQUE', 2, 'introspection'],
  ],
  map: [
    ['map --config {run.json} --verbose --token $TOKEN', 0, 'teams'],
    ['map --config {run.json} --provider introspection --json --token $OPAQUE', 2, 'no readable claims'],
  ],
  can: [
    ['can read model::m --config {run.json} --verbose --token $TOKEN', 0, 'alice'],
    ['can read model::m --config {run.json} --provider in-body -v --json', 1, 'bob', { stdin: '$OPAQUE' }],
    ['can read model::m --config {run.json} --provider github --token $EXPIRED', 1, 'token_refused'],
  ],
  diff: [
    ['diff --config {run.json} --verbose --token $TOKEN --against-token $EXPIRED', 1, 'token_expired'],
    [
      'diff --config {run.json} --provider in-body --against-provider custom --json --token-file {opaque.txt}',
      1,
      'bob',
    ],
    ['diff --config {run.json} --token $OPAQUE', 2, 'against'],
  ],
  parity: [
    ['parity --config {run.json} --verbose --token $TOKEN --server $ORIGIN/api', 0, 'both accept'],
    ['parity --config {run.json} --provider custom -v --json --token $OPAQUE --server $ORIGIN/api', 1, '401'],
    ['parity --config {run.json} --token $TOKEN --server http://u:$PASSWORD@127.0.0.1:1/api', 2, 'must not carry'],
  ],
  test: [
    ['test --init --config {run.json} --token $TOKEN', 0, /authcheck\.test\.yaml\n[^]*groups/],
    ['test --live {suite.yaml} --verbose', 1, 'expired'],
    ['test --live {suite.yaml} --json --report junit=report.xml --report github', 1, '<testsuite'],
    ['test --live {suite.yaml} --report tap', 1, 'not ok', { env: { GITHUB_ACTIONS: 'true' } }],
    ['test {broken-suite.yaml}', 2, 'broken-suite.yaml:'],
  ],
  config: [['config', 2, 'check']],
  'config check': [
    ['config check {run.json} --online --verbose', 0, 'plain http'],
    ['config check {run.json} --online --json', 0, '"findings"'],
    ['config check {run.json} --online --format sarif', 0, '"results"'],
    ['config check {run.json} --online --format github', 0, '::warning'],
    ['config check {unwise.yaml} --fail-on hint', 1, 'unwise.yaml:'],
  ],
  'config show': [
    ['config show {run.json}', 0, 'redacted'],
    ['config show {run.json} --json', 0, 'redacted'],
    ['config show {run.json}', 2, 'CLIENT_SECRET', { env: { CLIENT_SECRET: '' } }],
  ],
  'config init': [
    ['config init --issuer $ORIGIN --introspection --out new.yaml --verbose', 0, /new\.yaml\n[^]*oauth2_token/],
    ['config init --issuer $ORIGIN/elsewhere --verbose', 3, 'metadata'],
    ['config init --issuer http://u:$PASSWORD@127.0.0.1:1', 2, 'must not carry credentials'],
  ],
  // What it says while it runs is in secrets-serve.test.ts.
  serve: [
    ['serve --config {run.json} --provider $OPAQUE', 2, 'has no provider'],
    ['serve --config {run.json} --public $TOKEN', 2, 'public route'],
    ['serve --config {run.json} --tls-cert {token.txt} --tls-key {key.pem} --port 0', 2, 'the certificate or its key'],
  ],
  mint: [
    ['mint --key {key.jwk} --subject eve', 0, 'eyJ'],
    ['mint --key {key.pem} --like @{token.txt} --jwks-out p.json --json', 0, 'alice'],
    ['mint --config {run.json} --like $EXPIRED', 0, 'eyJ'],
    ['mint --key {token.txt}', 2, 'token.txt'],
    ['mint --claims $OPAQUE', 2, 'claims'],
  ],
  fixture: [
    ['fixture --config {run.json} --verbose --token $TOKEN', 0, 'authcheck-fixture'],
    ['fixture --config {run.json} --provider in-body --out-dir f -v --json', 0, 'f/config.yaml', { stdin: '$OPAQUE' }],
  ],
  schema: [
    ['schema config', 0, '\\$schema'],
    ['schema $OPAQUE', 2, 'config'],
  ],
  completion: [
    ['completion bash', 0, 'complete'],
    [
      '__complete bash',
      0,
      'introspection',
      { stdin: 'authcheck\0validate\0--config\0{run.json}\0--token\0$OPAQUE\0--provider\0\0' },
    ],
  ],
  demo: [['demo', 0, 'accepted']],
};

let world: MarkedWorld;
beforeAll(async () => {
  world = await startMarkedWorld();
});
afterAll(() => world.close());

/** The paths of all commands, such as `config check`. */
async function findCommands(): Promise<string[]> {
  const { io } = record();
  const programs = await Promise.all(COMMAND_NAMES.map((name) => buildProgram(name, () => Promise.resolve(), io)));
  return programs.flatMap(listCommands).flatMap((command) => {
    const names: string[] = [];
    for (let at = command; at.parent !== null; at = at.parent) names.unshift(at.name());
    return names.length === 0 ? [] : [names.join(' ')];
  });
}

test('every command is tried', async () => {
  expect((await findCommands()).sort()).toEqual(Object.keys(TRIALS).sort());
});

/** Puts in what a trial names. */
function fillIn(text: string): string {
  const named: Readonly<Record<string, string>> = {
    TOKEN: world.token,
    EXPIRED: world.expired,
    OPAQUE: MARKED.opaque,
    GITHUB: MARKED.github,
    COOKIE: MARKED.cookie,
    KEY: MARKED.apiKey,
    PASSWORD: encodeURIComponent(MARKED.password),
    ORIGIN: world.origin,
  };
  return text
    .replace(/\{([\w.-]+)\}/g, (_, name: string) => world.file(name))
    .replace(/\$([A-Z]+)/g, (_, name: string) => named[name] ?? expect.unreachable(`there is no ${name}`));
}

async function tryOut([line, code, says, { stdin = '', env = {} } = {}]: Trial): Promise<void> {
  const cwd = world.folder();
  const more = Object.entries(env).map(([name, value]) => [name, fillIn(value)]);
  const ended = await run(line.split(' ').map(fillIn), {
    cwd,
    env: { ...world.env, ...Object.fromEntries(more) },
    stdin: fillIn(stdin),
  });
  const said = `${ended.stdout}\n${ended.stderr}\n${readFolder(cwd)}`;
  expect(said, line).toMatch(new RegExp(says));
  expect(ended.code, line).toBe(code);
  expectNoSecret(said, world.secrets, line);
}

test.each(Object.entries(TRIALS))('%s gives no secret away', { timeout: 60_000 }, async (_name, trials) => {
  // A few at a time: all of them would keep each other from being answered in time.
  for (let at = 0; at < trials.length; at += 3) await Promise.all(trials.slice(at, at + 3).map(tryOut));
});
