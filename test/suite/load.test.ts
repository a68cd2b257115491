import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AuthcheckError, ConfigError, loadSuite, loadSuites, readSuite } from '../../src/index.js';
import { CONFIG } from './suite.js';

/** What is wrong with a file, as `position: message`. */
function faultsOf(text: string, live = false): string[] {
  try {
    readSuite(text, 'a.yaml', { cwd: '/', live });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.findings.map(({ position, message }) => `${position ?? ''}: ${message}`);
  }
}

const TOKEN = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl';

describe('a token in the wrong place is nowhere in what is said', () => {
  it.each([
    ['a test', `- ${TOKEN}`],
    ['expectations', `- {name: a, claims: {}, expect: ${TOKEN}}`],
    ['what the server answers', `- {name: a, claims: {}, expect: {server: ${TOKEN}}}`],
    ['a status', `- {name: a, claims: {}, expect: {server: {status: ${TOKEN}}}}`],
    ['a request', `- {name: a, claims: {}, request: ${TOKEN}}`],
    ['the name of a file', `- {name: a, token_file: ${TOKEN}}`],
    ['the name of a provider', `- {name: a, claims: {}, provider: ${TOKEN}}`],
    ['the name of a field', `- {name: a, claims: {}, ${TOKEN}: 1}`],
    [
      'names and words of expectations',
      `- {name: a, claims: {}, expect: {outcome: ${TOKEN}, steps: {${TOKEN}: passed}}}`,
    ],
    ['a name behind "Bearer"', `- {name: a, token_file: "Bearer ${TOKEN}"}`],
    ['the name of a provider behind "Bearer"', `- {name: a, claims: {}, provider: "Bearer ${TOKEN}"}`],
    ['a question', `- {name: a, claims: {}, expect: {allow: [${TOKEN}]}}`],
  ])('%s', (_where, test) => {
    try {
      readSuite(`${CONFIG}tests:\n${test}\n`, 'a.yaml', { cwd: '/' });
    } catch (error) {
      if (!(error instanceof AuthcheckError)) throw error;
      const { message, position } = error;
      expect(message + JSON.stringify(error)).not.toContain('eyJ');
      expect(position).toMatch(/^a\.yaml:7:\d+$/);
      return;
    }
    throw new Error('the file can be used');
  });

  it('the file itself, its config, and its key set', () => {
    expect(faultsOf(TOKEN)).toEqual(['a.yaml:1:1: expected a mapping with config and tests, got a string']);
    const tests = 'tests: [{name: a, claims: {}, expect: {outcome: accepted}}]\n';
    const options = { cwd: '/nowhere' };
    expect(() => readSuite(`config: ${TOKEN}\n${tests}`, 'a.yaml', options)).toThrow(
      /^\[redacted\]: there is no such file$/,
    );
    expect(() => loadSuite(TOKEN, options)).toThrow(/^\[redacted\]: there is no such file$/);
    expect(() => readSuite(`${CONFIG}jwks: ${TOKEN}\n${tests}`, 'a.yaml', options)).toThrow(/^\[redacted\]: /);
    expect(() => readSuite(`config: https://u:hunter22@git.example/a?t=hunter23\n${tests}`, 'a.yaml', options)).toThrow(
      /^https:\/\[redacted\]@git\.example\/a\?t=\[redacted\]: there is no such file$/,
    );
  });
});

it('an answer that is mistyped is told, and not believed', () => {
  const config =
    'config: {providers: {gh: {type: github_token}, custom: {type: custom, endpoint: "https://a.example"}}}\n';
  const faults = (answer: string): string[] =>
    faultsOf(`${config}tests:\n- {name: a, ${answer}, expect: {outcome: accepted}}\n`);
  const gh = 'provider: gh, github: ';
  expect(faults(`${gh}{failure: endpoint_timeot}`)).toEqual([
    'a.yaml:3:45: there is no such word; did you mean endpoint_timeout?',
  ]);
  expect(faults(`${gh}{user: {login: a, id: 1}, org: []}`)).toEqual([
    'a.yaml:3:66: there is no such word; did you mean orgs?',
  ]);
  expect(faults(`${gh}{user: {status: 401, header: {}}}`)).toEqual([
    'a.yaml:3:64: there is no such word; did you mean headers?',
  ]);
  expect(faults('provider: custom, custom: {failure: 5}')[0]).toContain('expected endpoint_unreachable, endpoint_tls');
  expect(faults('provider: custom, custom: {status: 401, bdy: x}')).toEqual([
    'a.yaml:3:58: there is no such word; did you mean body?',
  ]);
  for (const gone of ['{status: 401, user: {login: a, id: 1}}', '{status: "401"}', '{body: x}'])
    expect(faults(`${gh}${gone}`)[0]).toMatch(/an answer (?:has user and orgs|needs a status that is a number)/);
  expect(faults('provider: custom, custom: {status: "401", body: {}}')[0]).toContain(
    'a body is written as {status: 200, body: …}',
  );
  for (const body of [
    '{principal: a, status: 5}',
    '{status: 3, state: x, principal: b}',
    '{principal: a, failure: none}',
  ])
    expect(faults(`provider: custom, custom: ${body}`)).toEqual([]);
});

it('a token as the name of a part of an answer is not shown either', () => {
  const config = 'config: {type: github_token}\n';
  const text = `${config}tests:\n- {name: a, github: {ghp_abcdefghijklmnopqrstuvwxyz0123456789}, expect: {outcome: rejected}}\n`;
  try {
    readSuite(text, 'a.yaml', { cwd: '/' });
  } catch (error) {
    expect(String(error) + JSON.stringify(error)).not.toContain('ghp_abc');
    return;
  }
  throw new Error('the file can be used');
});

it('very many unknown fields are told of in no more rounds than are worth it', () => {
  const fields = Array.from({ length: 3000 }, (_, index) => `f${index}: 1\n`).join('');
  expect(faultsOf(`${CONFIG}${fields}tests: [{name: a, claims: {}, expect: {outcome: accepted}}]\n`).length).toBe(21);
});

it('a field of the config that the server ignores makes no suite useless, and a file that is not there has its place', () => {
  const tests = 'tests: [{name: a, claims: {}, expect: {outcome: accepted}}]\n';
  expect(faultsOf(`${CONFIG}${tests}`.replace('audience:', 'audiense:'))).toEqual([]);
  try {
    readSuite(`config: gone.yaml\n${tests}`, 'a.yaml', { cwd: '/nowhere' });
  } catch (error) {
    expect(error).toMatchObject({ code: 'config_unreadable', position: 'a.yaml:1:9' });
    return;
  }
  throw new Error('the file is there');
});

it('a token is taken without the line break behind it', () => {
  const test = '{name: a, custom: {}, token: "Zm9v\\n", expect: {outcome: undecided}}';
  const { cases } = readSuite(`config: {type: custom, endpoint: "https://a.example"}\ntests:\n- ${test}\n`, 'a', {
    cwd: '/',
  });
  expect(cases[0]?.subject).toEqual({ kind: 'token', token: 'Zm9v' });
});

it('a question that is none is told at its place', () => {
  const test = '{name: a, claims: {}, expect: {allow: ["read model::a", "nonsense"]}}';
  expect(faultsOf(`${CONFIG}tests:\n- ${test}\n`)[0]).toMatch(/^a\.yaml:7:59: /);
});

it('a field that is unknown has a code of its own', () => {
  const codes = (test: string): unknown => {
    try {
      return readSuite(`${CONFIG}tests:\n- ${test}\n`, 'a.yaml', { cwd: '/' });
    } catch (error) {
      return error instanceof ConfigError ? error.findings.map(({ code }) => code) : error;
    }
  };
  expect(codes('{name: a, claims: {}, foo: 1, expect: {outcome: fine}}')).toEqual(['field_unknown', 'field_invalid']);
});

it('every fault is told, in the order of the file, and what is misplaced with where it belongs', () => {
  const test = '{name: a, claims: {}, foo: 1, bar: 2, outcome: accepted, expect: {status: 401, outcome: acepted}}';
  expect(faultsOf(`${CONFIG}tests:\n- ${test}\n`)).toEqual([
    'a.yaml:7:25: there is no field foo',
    'a.yaml:7:33: there is no field bar',
    'a.yaml:7:41: there is no field outcome here; it belongs to expect',
    'a.yaml:7:69: there is no field status here; it belongs to expect.server',
    'a.yaml:7:91: there is no such word; did you mean accepted?',
  ]);
});

it('a file that is named and not there is told where it is named, and the rest as well', () => {
  const tests = `tests:\n- {name: a, token_file: nope.jwt}\n- {name: b, claims: {}, provider: nobody}\n`;
  expect(faultsOf(`${CONFIG}${tests}`)).toEqual([
    'a.yaml:7:25: nope.jwt: there is no such file',
    'a.yaml:8:35: the config has no provider nobody',
  ]);
});

it('a file that only names its config is not read as the server reads one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'authcheck-suite-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'run.yaml'), CONFIG.replace('config:', 'provider_config:'));
  const tests = 'tests: [{name: a, claims: {birthdate: 2026-02-30, note: =}, expect: {outcome: rejected}}]\n';
  writeFileSync(join(folder, 'a.yaml'), `config: run.yaml\n${tests}`);
  expect(loadSuite('a.yaml', { cwd: folder }).cases).toHaveLength(1);
  expect(faultsOf(`${CONFIG}${tests}`)[0]).toContain('there is no such day');
});

it('a config that the server could not read is not used either', () => {
  const folder = mkdtempSync(join(tmpdir(), 'authcheck-suite-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'latin.yaml'), Buffer.from('type: kubernetes\napi_server_url: "https://k/é"\n', 'latin1'));
  writeFileSync(
    join(folder, 'a.yaml'),
    'config: latin.yaml\ntests: [{name: a, claims: {}, expect: {outcome: accepted}}]\n',
  );
  expect(() => loadSuite('a.yaml', { cwd: folder })).toThrow('UTF-8');
});

it('of several files the faults of all are told, and those of a config that they share once', () => {
  const folder = mkdtempSync(join(tmpdir(), 'authcheck-suite-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  write('run.yaml', 'type: custom\n');
  write('sound.yaml', `${CONFIG}tests: [{name: a, claims: {}, expect: {outcome: accepted}}]\n`);
  for (const name of ['a.yaml', 'b.yaml'])
    write(name, 'config: run.yaml\ntests: [{name: a, claims: {}, expect: {outcome: accepted}}]\n');
  write('c.yaml', `${CONFIG}tests: []\n`);
  const faults = (...files: string[]): string[] => {
    try {
      return loadSuites(files, { cwd: folder }).map(({ file }) => file);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return error.findings.map(({ position }) => position ?? '');
    }
  };
  expect(faults('sound.yaml', 'sound.yaml')).toEqual(['sound.yaml', 'sound.yaml']);
  expect(faults('sound.yaml', 'c.yaml')).toEqual(['c.yaml:6:8']);
  expect(faults('a.yaml', 'sound.yaml', 'b.yaml', 'c.yaml')).toEqual(['run.yaml:1:1', 'c.yaml:6:8']);
  expect(() => faults('c.yaml', 'none.yaml')).toThrow('none.yaml: there is no such file');
});

describe('a file that cannot be used', () => {
  it.each([
    ['tests: [{name: a}]', 'a.yaml:1:1: config is missing'],
    [`${CONFIG}tests: []`, 'a.yaml:6:8: expected at least one test'],
    [`${CONFIG}test: []\ntests: [{name: a}]`, 'a.yaml:6:1: there is no field test; did you mean tests?'],
    [
      `${CONFIG}tests:\n- name: a\n  expct:\n    outcome: x\n`,
      'a.yaml:8:3: there is no field expct; did you mean expect?',
    ],
    [`${CONFIG}tests: [{name: a, claim: {}}]`, 'a.yaml:6:19: there is no field claim; did you mean claims?'],
    [`${CONFIG}tests: [{name: a, claims: {}}]`, 'a.yaml:6:9: the test expects nothing; --update writes what it finds'],
    ...['{allow: []}', '{steps: {}}', '{server: {}, deny: []}', '{attributes_contain: {teams: []}}'].map((empty) => [
      `${CONFIG}tests: [{name: a, claims: {}, expect: ${empty}}]`,
      'a.yaml:6:9: the test expects nothing; --update writes what it finds',
    ]),
    [
      `${CONFIG}tests: [{name: a, claims: {exp: .inf}, expect: {outcome: accepted}}]`,
      'a.yaml:6:27: expected what JSON can say: no .inf, no .nan',
    ],
    [`${CONFIG}now: 2026-02-30\ntests: [{name: a, claims: {}, expect: {outcome: accepted}}]`, 'expected a time with'],
    [
      `${CONFIG}tests: [{name: a, claims: {}, expect: {outcome: acepted}}]`,
      'there is no such word; did you mean accepted?',
    ],
    [
      `${CONFIG}tests: [{name: a, token: x, expect: {outcome: rejected}}]`,
      'a token needs jwks in this file: the keys to check it with (or --live)',
    ],
    [`${CONFIG}tests: [{name: a, token: x, claims: {}, expect: {reason: null}}]`, 'a test has one of'],
    [
      `${CONFIG}tests: [{name: a, github: {}, expect: {reason: null}}]`,
      'the provider default is not answered by github',
    ],
    [`${CONFIG}provider: b\ntests: [{name: a, claims: {}, expect: {reason: null}}]`, 'the config has no provider b'],
    [`${CONFIG}tests: [{name: a, header: {}, expect: {reason: null}}]`, 'header goes with claims'],
    [`${CONFIG}tests: [{name: a, claims: {}, expect: {allow: [raead model::x]}}]`, 'did you mean read?'],
    [
      `now: yesterday\n${CONFIG}tests: [{name: a, claims: {}, expect: {reason: null}}]`,
      'expected a time with its zone',
    ],
    [`env: {A: 1}\n${CONFIG}tests: [{name: a, claims: {}, expect: {reason: null}}]`, 'expected a string: quote it'],
    ['config: {type: oauth2_token}\ntests: [{name: a, expect: {reason: null}}]', 'jwks'],
    [`${CONFIG}tests: [{name: a, provider: b, expect: {reason: null}}]`, 'a.yaml:6:29: the config has no provider b'],
    ['config: {providers: {}}\ntests: [{name: a, expect: {reason: null}}]', 'a.yaml:1:21: no provider is listed'],
    [
      'config: {access_policy: [{permit: {actions: read}}]}\ntests: [{name: a, expect: {reason: null}}]',
      'a.yaml:2:9: the config has no provider ',
    ],
    [
      'config: {type: kubernetes}\ntests: [{name: a, claims: {}, expect: {reason: null}}]',
      'claims are signed for a provider with jwks; for default, write kubernetes',
    ],
    [
      'config: {type: upstream_header, principal_header: x-user}\ntests: [{name: a, claims: {}, expect: {reason: null}}]',
      'claims are signed for a provider with jwks; for default, write request',
    ],
    [
      'config: {type: kubernetes}\ntests: [{name: a, custom: {}, expect: {reason: null}}]',
      'the provider default is not answered by custom, but by kubernetes',
    ],
    [
      'config: {type: kubernetes}\ntests: [{name: a, token: x, expect: {reason: null}}]',
      'a.yaml:2:9: a token needs kubernetes: what the provider answers (or --live)',
    ],
    [`jwks: {keys: 5}\n${CONFIG}tests: [{name: a, claims: {}, expect: {reason: null}}]`, 'a.yaml:1:7: '],
    [
      `${CONFIG}tests: [{name: a, claims: {}, expect: {allow: [{ask: /v1, owner: al, owner_attributes: {}}]}}]`,
      'a path has no owner',
    ],
    [`${CONFIG}tests: [{name: a, something: 1, claims: {}, expect: {}}]`, 'there is no field something'],
    [`${CONFIG}tests: [{name: '', claims: {}, expect: {reason: null}}]`, 'expected a name'],
    [`${CONFIG}now: 1767225600000\ntests: [{name: a, claims: {}, expect: {reason: null}}]`, 'expected a time with'],
    [
      `${CONFIG}tests: [{name: a, claims: {}, expect: {attributes: {teams: ml}}}]`,
      'expected attribute names with lists of values',
    ],
    [
      `${CONFIG}tests: [{name: a, claims: {}, request: {headers: {a: 5}}, expect: {reason: null}}]`,
      'expected header names with values',
    ],
    [`${CONFIG}tests: [{name: a, token: x, algorithm: ES256, expect: {reason: null}}]`, 'algorithm goes with claims'],
  ])('%s', (text, fault) => {
    expect(faultsOf(text).join('\n')).toContain(fault);
  });

  it.each(['{outcome: accepted}', '{reason: null}', '{principal: null}', '{attributes: {}}'])(
    'is none that expects %s',
    (expected) => {
      expect(faultsOf(`${CONFIG}tests: [{name: a, claims: {}, expect: ${expected}}]`)).toEqual([]);
    },
  );

  it('is told what there is to choose from', () => {
    expect(faultsOf(`${CONFIG}tests: [{name: a, claims: {}, expect: {outcome: fine}}]`)).toEqual([
      'a.yaml:6:49: expected accepted, rejected, undecided',
    ]);
    expect(faultsOf(`${CONFIG}tests: [{name: a, claims: {}, expect: {outcome: 5}}]`)).toEqual([
      'a.yaml:6:49: expected accepted, rejected, undecided, got a number',
    ]);
    expect(faultsOf(`${CONFIG}tests: [{name: a, claims: {}, expect: {reason: zzzzzz}}]`)[0]).toMatch(
      /: expected (?:\w+, ){7}\w+ and \d+ more; authcheck schema test has them all$/,
    );
  });

  it('is told every fault', () => {
    expect(faultsOf(`${CONFIG}tests: [{name: a, clams: {}}, {nam: b}]`).length).toBe(3);
  });
});

it('may ask for tokens without keys where providers are really asked', () => {
  expect(faultsOf(`${CONFIG}tests: [{name: a, token: x, expect: {outcome: rejected}}]`, true)).toEqual([]);
});

describe('other files', () => {
  it('are named relative to the file of tests, and only their own variables count', () => {
    const folder = mkdtempSync(join(tmpdir(), 'authcheck-suite-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const config = 'server: {auth: {provider_config: {type: custom, endpoint: "${env.ENDPOINT}"}}}';
    writeFileSync(join(folder, 'run.yaml'), config);
    writeFileSync(join(folder, 'token'), 'Zm9v\n');
    const write = (env: string): void =>
      writeFileSync(
        join(folder, 'a.test.yaml'),
        `config: run.yaml\n${env}tests: [{name: a, token_file: token, custom: {}, expect: {outcome: undecided}}]`,
      );
    write('env: {ENDPOINT: https://auth.example/}\n');
    const suite = loadSuite('a.test.yaml', { cwd: folder });
    expect(suite.cases[0]?.subject).toEqual({ kind: 'token', token: 'Zm9v' });
    expect(suite.sources).toEqual(['a.test.yaml', 'run.yaml', 'token'].map((name) => join(folder, name)));
    const read: string[] = [];
    const above = { cwd: dirname(folder), onRead: (path: string) => void read.push(path) };
    const same = loadSuite(join(basename(folder), 'a.test.yaml'), above);
    expect([same.cases[0]?.subject, same.sources]).toEqual([suite.cases[0]?.subject, suite.sources]);
    expect(read).toEqual(['run.yaml', 'token'].map((name) => join(folder, name)));
    write('');
    expect(() => loadSuite('a.test.yaml', { cwd: folder })).toThrow(/ENDPOINT is not set/);
    rmSync(join(folder, 'run.yaml'));
    expect(() => loadSuite('a.test.yaml', { cwd: folder })).toThrow(AuthcheckError);
    expect(() => loadSuite('none.yaml', { cwd: folder })).toThrow('none.yaml: there is no such file');
    writeFileSync(join(folder, 'big.yaml'), ' '.repeat(1024 * 1024 + 1));
    expect(() => loadSuite('big.yaml', { cwd: folder })).toThrow('big.yaml: it has 1048577 bytes; 1048576 is the most');
  });
});

describe('a variable of the config', () => {
  const text = (env: string): string =>
    `${CONFIG.replace('audience: api', "audience: '${env.AUD}'")}${env}tests: [{name: a, claims: {aud: api}, expect: {outcome: accepted}}]`;
  const audienceOf = (env: string, live: boolean): unknown => {
    const { config } = readSuite(text(env), 'a.yaml', { cwd: '/', live, env: { AUD: 'outer', HOME: '/home' } }).config
      .providers[0] ?? { config: null };
    return config?.type === 'oauth2_token' ? config.audience : null;
  };

  it('is that of the file, and with --live of the environment beneath it', () => {
    expect(audienceOf('env: {AUD: api}\n', false)).toBe('api');
    expect(audienceOf('env: {AUD: api}\n', true)).toBe('api');
    expect(audienceOf('', true)).toBe('outer');
    expect(() => audienceOf('', false)).toThrow(ConfigError);
  });

  it('is missed where it counts', () => {
    expect(faultsOf(text(''))).toEqual([
      'a.yaml:4:13: the variable AUD is not set, or empty, in env of the file of tests, and no other counts without --live; set it there, or write ${env.AUD:=default} or ${env.AUD:+value}',
    ]);
    expect(faultsOf(text(''), true)[0]).toContain('in env of the file of tests and in the environment; set it, or');
  });
});
