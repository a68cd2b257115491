// What a command loads is what makes it start fast: the built program runs, and says what it has loaded.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'authcheck-bundle-')));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Copies the program as it is published: without what was compiled. */
function copyProgram(name: string): { readonly bin: string; readonly bundle: string } {
  const to = join(folder, name);
  const filter = (path: string): boolean => !path.includes('compiled-');
  for (const part of ['bin', 'dist/cli']) cpSync(join(root, part), join(to, part), { recursive: true, filter });
  return { bin: join(to, 'bin/authcheck.js'), bundle: join(to, 'dist/cli') };
}

const { bin: BIN, bundle } = copyProgram('compiled');
// The Node that built it may be another than this.
execFileSync(process.execPath, [join(BIN, '../compile.js')]);
const all = readdirSync(bundle)
  .filter((name) => name.endsWith('.cjs'))
  .map((name) => readFileSync(join(bundle, name), 'utf8'))
  .join('\n');

/** Runs the program, and writes beside its streams what it has loaded that Node had not, and had compiled before. */
const REPORT = `
  const before = new Set(process.moduleLoadList);
  const vm = require('vm');
  const compiled = {};
  vm.Script = class extends vm.Script {
    constructor(source, options) {
      super(source, options);
      compiled[options.filename] = this.cachedDataRejected === undefined ? null : !this.cachedDataRejected;
    }
  };
  process.argv.splice(1, 0, ${JSON.stringify(BIN)});
  process.on('exit', () => {
    const builtins = process.moduleLoadList.filter((name) => !before.has(name)).map((name) => name.replace(/^.*Module /, ''));
    require('fs').writeSync(3, JSON.stringify({ builtins, files: Object.keys({ ...require.cache, ...compiled }), compiled }));
  });
  require(process.argv[1]);
`;

interface Loaded {
  readonly builtins: readonly string[];
  readonly files: readonly string[];
  /** Whether Node took what compile.js had made of a file; null if there was nothing. */
  readonly compiled: Readonly<Record<string, boolean | null>>;
  readonly stdout: string;
  readonly code: string;
}

const loadedBy = (...args: readonly string[]): Loaded => loadedWith([], ...args);

function loadedWith(flags: readonly string[], ...args: readonly string[]): Loaded {
  const { output } = spawnSync(process.execPath, [...flags, '-e', REPORT, '--', ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    encoding: 'utf8',
    env: {},
  });
  expect(output[1], output[2] ?? '').not.toBe('');
  const said: unknown = JSON.parse(output[3] ?? '');
  const loaded = said as Omit<Loaded, 'code' | 'stdout'>;
  const code = loaded.files.map((file) => readFileSync(file, 'utf8')).join('\n');
  return { ...loaded, stdout: output[1] ?? '', code };
}

const HTTP = 'UND_ERR_HTTP_PARSER';
const YAML = 'YAMLParseError';
const SCHEMAS = 'expected an absolute http(s) URL';
const SEARCH = 'Missing loader for';
const COMMANDER = 'InvalidArgumentError';
/** How wide other characters than ASCII are. */
const WIDTHS = 'Emoji_Modifier_Base';
/** What paints. */
const COLOURS = 'STYLER';
/** The package that keeps verdicts, and the providers that ask about each token. */
const CACHE = 'must be a nonnegative integer';
const OTHERS = 'SelfSubjectReview';
const MARKS = [HTTP, YAML, SCHEMAS, SEARCH, COMMANDER, WIDTHS, COLOURS, CACHE, OTHERS];

/** What takes Node longest to load. */
const NETWORK = ['net', 'tls', 'http', 'https', 'zlib', 'dns', 'diagnostics_channel'];
const SLOW = ['crypto', 'stream', 'tty', 'perf_hooks', 'child_process', 'worker_threads'];

const [config, keys] = ['run.yaml', 'keys.json'].map((name) => join(folder, name));
writeFileSync(config ?? '', 'type: oauth2_token\naudience: api\njwks: { uri: "https://issuer.test/jwks" }\n');
writeFileSync(keys ?? '', '{"keys":[]}');
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = `${encode({ alg: 'RS256', kid: 'k' })}.${encode({ sub: 'alice', exp: 2_000_000_000 })}.AAAA`;

describe('the program', () => {
  it('has the marks that are looked for, somewhere', () => {
    for (const mark of MARKS) expect(all.includes(mark), mark).toBe(true);
  });

  it('has of undici what sends a request, and neither fetch nor mocks', () => {
    for (const mark of ['MockAgent', 'CacheStorage', 'EventSource']) expect(all.includes(mark), mark).toBe(false);
  });

  it('is written in ASCII, which Node reads fastest', () => {
    expect(/[^\0-\x7f]/.exec(all)?.[0]).toBeUndefined();
  });

  it('says its version without anything else', () => {
    const { builtins, files, code } = loadedBy('--version');
    for (const mark of MARKS) expect(code.includes(mark), mark).toBe(false);
    expect(builtins.filter((name) => [...NETWORK, ...SLOW].includes(name))).toEqual([]);
    // Each file costs as much as many lines of code.
    expect(files.length).toBeLessThanOrEqual(2);
  });

  it('prints its help without the code of any command', () => {
    const { builtins, files, code } = loadedBy('--help');
    for (const mark of [HTTP, YAML, SCHEMAS, SEARCH, COLOURS]) expect(code.includes(mark), mark).toBe(false);
    expect(builtins.filter((name) => [...NETWORK, ...SLOW].includes(name))).toEqual([]);
    expect(files.length).toBeLessThanOrEqual(3);
  });

  it('decodes without cryptography, network, schemas and YAML', () => {
    const { builtins, files, code } = loadedBy('decode', token);
    expect(code.includes('nothing was verified')).toBe(true);
    for (const mark of [HTTP, YAML, SCHEMAS, SEARCH, WIDTHS, COLOURS]) expect(code.includes(mark), mark).toBe(false);
    expect(builtins.filter((name) => [...NETWORK, ...SLOW].includes(name))).toEqual([]);
    expect(files.length).toBeLessThanOrEqual(5);
  });

  it('validates against files without what asks over the network, or searches for a config', () => {
    const { builtins, files, code } = loadedBy('validate', '--config', config ?? '', '--jwks', keys ?? '', token);
    for (const mark of [YAML, SCHEMAS]) expect(code.includes(mark), mark).toBe(true);
    for (const mark of [HTTP, SEARCH, COLOURS, CACHE, OTHERS]) expect(code.includes(mark), mark).toBe(false);
    expect(builtins).toContain('crypto');
    expect(builtins.filter((name) => [...NETWORK, 'tty', 'perf_hooks', 'child_process'].includes(name))).toEqual([]);
    expect(files.length).toBeLessThanOrEqual(7);
  });

  it('validates without a config without the parser of configs', () => {
    const { code, files } = loadedBy('validate', '--jwks', keys ?? '', '--audience', 'api', token);
    expect(code.includes(YAML)).toBe(false);
    expect(files.length).toBeLessThanOrEqual(6);
  });

  it('takes what was compiled for this Node, of every file but the first', () => {
    const { files, compiled } = loadedBy('validate', '--config', config ?? '', '--jwks', keys ?? '', token);
    expect(Object.keys(compiled)).toEqual(files.filter((file) => file !== BIN));
    expect(compiled).toEqual(
      Object.fromEntries(Object.keys(compiled).map((file) => [file, file === join(bundle, 'run.cjs') ? null : true])),
    );
  });

  it('says the same where Node takes nothing that was compiled', () => {
    const { compiled, stdout } = loadedWith(['--no-opt'], 'decode', token);
    expect(new Set(Object.values(compiled))).toEqual(new Set([null, false]));
    expect(stdout).toBe(loadedBy('decode', token).stdout);
  });

  it('says the same where some of it is gone, or broken', () => {
    const { bin, bundle: other } = copyProgram('broken');
    execFileSync(process.execPath, [join(bin, '../compile.js')]);
    const [made = ''] = readdirSync(other).filter((name) => name.startsWith('compiled-'));
    for (const name of readdirSync(join(other, made)))
      if (name.startsWith('decode-')) rmSync(join(other, made, name));
      else writeFileSync(join(other, made, name), 'no code');
    expect(spawnSync(process.execPath, [bin, 'decode', token], { encoding: 'utf8', env: {} }).stdout).toBe(
      loadedBy('decode', token).stdout,
    );
  });

  it('runs without anything compiled, as another Node runs it and as it is published', () => {
    const { bin } = copyProgram('published');
    expect(spawnSync(process.execPath, [bin, 'decode', token], { encoding: 'utf8', env: {} }).stdout).toBe(
      loadedBy('decode', token).stdout,
    );
  });

  it('is compiled by two at a time', async () => {
    const { bin, bundle: other } = copyProgram('twice');
    const compile = (): Promise<unknown> => once(spawn(process.execPath, [join(bin, '../compile.js')]), 'exit');
    expect(await Promise.all([compile(), compile(), compile()])).toEqual(Array(3).fill([0, null]));
    expect(readdirSync(other).filter((name) => name.startsWith('compiled-'))).toHaveLength(1);
  });

  it('paints where it is asked to', () => {
    expect(loadedBy('decode', '--color', token).code.includes(COLOURS)).toBe(true);
  });

  it('judges a batch against a key file without what asks over the network', () => {
    const tokens = join(folder, 'tokens.txt');
    writeFileSync(tokens, `${token}\n${token}\n`);
    const loaded = loadedBy('validate', '--config', config ?? '', '--jwks', keys ?? '', '--tokens', tokens);
    expect(loaded.code.includes(HTTP)).toBe(false);
    expect(loaded.builtins.filter((name) => NETWORK.includes(name))).toEqual([]);
  });
});
