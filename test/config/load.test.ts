import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { checkConfig } from '../../src/config/check.js';
import { listProviders, loadAuthConfig } from '../../src/config/load.js';
import { AuthcheckError, ConfigError } from '../../src/errors.js';

const CONFIG = 'type: custom\nendpoint: https://auth.example/validate\n';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'authcheck-load-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Writes a file below the folder, and gives its path. */
function write(name: string, content: string | Uint8Array = CONFIG): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** The code and message with which loading is refused. */
async function refusal(options: Parameters<typeof loadAuthConfig>[0]): Promise<{ code: string; message: string }> {
  try {
    await loadAuthConfig(options);
  } catch (error) {
    if (error instanceof AuthcheckError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('the config was loaded');
}

describe('loadAuthConfig finds', () => {
  test('the named file before everything else', async () => {
    write('.authcheckrc', 'not: read');
    write('env.yaml', 'not: read');
    write('named.yaml');
    const { file, found } = await loadAuthConfig({
      file: 'named.yaml',
      env: { AUTHCHECK_CONFIG: 'env.yaml' },
      cwd: folder,
    });
    expect({ file, found }).toEqual({ file: 'named.yaml', found: 'named' });
  });

  test('a file that alone is named, with no variables and from the working directory', async () => {
    const path = write('named.yaml');
    expect(await loadAuthConfig({ file: path })).toMatchObject({ default: 'default', found: 'named' });
    await expect(loadAuthConfig()).rejects.toThrow(`no config was found in ${process.cwd()}`);
    await expect(loadAuthConfig()).rejects.toThrow('AUTHCHECK_CONFIG is looked up in the option env alone');
  });

  test('a variable is not called unset where nobody said in which environment', async () => {
    const file = write('variable.yaml', 'type: custom\nendpoint: ${env.AUTH_URL}\n');
    await expect(loadAuthConfig({ file })).rejects.toThrow('AUTH_URL is not looked up without the option env;');
    await expect(loadAuthConfig({ file, env: {} })).rejects.toThrow('AUTH_URL is not set or empty; set it');
  });

  test('the file of AUTHCHECK_CONFIG before what lies around', async () => {
    write('.authcheckrc', 'not: read');
    write('env.yaml');
    const { file, found } = await loadAuthConfig({ env: { AUTHCHECK_CONFIG: 'env.yaml' }, cwd: folder });
    expect({ file, found }).toEqual({ file: 'env.yaml', found: 'environment' });
  });

  test.each([
    '.authcheckrc',
    '.authcheckrc.json',
    '.authcheckrc.yaml',
    '.authcheckrc.yml',
    'authcheck.config.json',
    'authcheck.config.yaml',
    'authcheck.config.yml',
    '.config/authcheckrc',
    '.config/authcheckrc.json',
    '.config/authcheckrc.yaml',
    '.config/authcheckrc.yml',
  ])('%s in the folder', async (name) => {
    write(name, name.endsWith('.json') ? '{"type": "custom", "endpoint": "https://auth.example/validate"}' : CONFIG);
    const { file, found, default: chosen } = await loadAuthConfig({ env: {}, cwd: folder });
    expect({ file, found, chosen }).toEqual({ file: name, found: 'searched', chosen: 'default' });
  });

  test('package.json#authcheck, with positions inside it', async () => {
    write('package.json', '{\n  "name": "x",\n  "authcheck": {"type": "custom", "endpoint": "https://a"}\n}\n');
    const { file, providers } = await loadAuthConfig({ env: {}, cwd: folder });
    expect(file).toBe('package.json');
    expect(providers[0]?.source).toBe('package.json:3:16');
    expect(providers[0]?.locate(['endpoint'])).toBe('package.json:3:47');
  });

  test('nothing in a package.json without authcheck, and looks further up', async () => {
    mkdirSync(join(folder, '.git'));
    write('.authcheckrc');
    write('packages/a/package.json', '{"name": "a"}');
    const { file } = await loadAuthConfig({ env: {}, cwd: join(folder, 'packages/a') });
    expect(file.endsWith('.authcheckrc')).toBe(true);
  });

  test('what stands behind an empty file, and what is no folder', async () => {
    write('.config', '');
    expect(await refusal({ env: {}, cwd: folder })).toMatchObject({ code: 'config_not_found' });
    write('.authcheckrc', '');
    write('authcheck.config.yaml');
    expect((await loadAuthConfig({ env: {}, cwd: folder })).file).toBe('authcheck.config.yaml');
  });

  test('what lies upward, to the root of the repository and no further', async () => {
    write('.authcheckrc');
    mkdirSync(join(folder, 'repository/deep/er'), { recursive: true });
    mkdirSync(join(folder, 'repository/.git'));
    const cwd = join(folder, 'repository/deep/er');
    expect(await refusal({ env: {}, cwd })).toEqual({
      code: 'config_not_found',
      message: expect.stringContaining(`no config was found from ${cwd} up to ${join(folder, 'repository')};`),
    });
    write('repository/.authcheckrc');
    expect((await loadAuthConfig({ env: {}, cwd })).file).toContain('repository/.authcheckrc');
  });

  test('only its own folder outside of a repository: what lies above belongs to others', async () => {
    write('.authcheckrc');
    mkdirSync(join(folder, 'below'));
    expect(await refusal({ env: {}, cwd: join(folder, 'below') })).toEqual({
      code: 'config_not_found',
      message: expect.stringContaining(`in ${join(folder, 'below')} (it is in no repository`),
    });
  });
});

test('a field that the server ignores is refused, unless it is to be a warning', async () => {
  write('run.yaml', `${CONFIG}endpiont: https://other.example\n`);
  const options = { file: 'run.yaml', env: {}, cwd: folder };
  expect((await refusal(options)).message).toContain('did you mean endpoint?');
  const { warnings } = await loadAuthConfig({ ...options, unknownFields: 'warn' });
  expect(warnings.map(({ code }) => code)).toEqual(['field_unknown']);
});

describe('a search', () => {
  test("ends where it should: the settings of a user are nobody's config", async () => {
    write('settings/authcheck/config.yaml');
    write('home/.config/authcheck/config.yaml');
    mkdirSync(join(folder, 'work'));
    vi.stubEnv('XDG_CONFIG_HOME', join(folder, 'settings'));
    expect(await refusal({ env: {}, cwd: join(folder, 'work') })).toMatchObject({ code: 'config_not_found' });
    vi.stubEnv('XDG_CONFIG_HOME', undefined);
    vi.stubEnv('HOME', join(folder, 'home'));
    expect(await refusal({ env: {}, cwd: join(folder, 'work') })).toMatchObject({ code: 'config_not_found' });
    vi.unstubAllEnvs();
  });

  test('passes nothing over that may not be read', async () => {
    write('.authcheckrc.yaml');
    write('authcheck.config.yaml');
    chmodSync(folder, 0o755);
    chmodSync(join(folder, 'authcheck.config.yaml'), 0);
    const load = (): Promise<unknown> => asNobody(() => refusal({ env: {}, cwd: folder }));
    const { file } = await asNobody(() => loadAuthConfig({ env: {}, cwd: folder }));
    expect(file).toBe('.authcheckrc.yaml');
    chmodSync(join(folder, '.authcheckrc.yaml'), 0);
    const message = '.authcheckrc.yaml: permission denied';
    expect(await load()).toEqual({ code: 'config_unreadable', message });
    // Behind a door that is closed there may be one.
    rmSync(join(folder, '.authcheckrc.yaml'));
    rmSync(join(folder, 'authcheck.config.yaml'));
    mkdirSync(join(folder, '.config'), { mode: 0 });
    expect(await load()).toEqual({ code: 'config_unreadable', message: '.config/authcheckrc: permission denied' });
    chmodSync(join(folder, '.config'), 0o755);
    expect(await load()).toMatchObject({ code: 'config_not_found' });
  });
});

/** Runs it without the rights of root, who may read everything. */
async function asNobody<T>(run: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return run();
  process.seteuid?.(65_534);
  try {
    return await run();
  } finally {
    process.seteuid?.(0);
  }
}

describe('a "~" that a variable brings', () => {
  const endpoint = async (value: string, env: Record<string, string> = {}): Promise<string> => {
    write('run.yaml', 'type: upstream_header\nprincipal_header: x${env.A}\n');
    const { providers } = await loadAuthConfig({ file: 'run.yaml', env: { ...env, A: value }, cwd: folder });
    const config = providers[0]?.config;
    return config?.type === 'upstream_header' ? config.principal_header : '';
  };

  test('is the home of whoever runs this, or of the user whom it names', async () => {
    expect(await endpoint('~', { HOME: '-home' })).toBe('x-home');
    expect(await endpoint('~')).toBe('x~');
    expect(await endpoint('~nobody-of-that-name')).toBe('x~nobody-of-that-name');
    expect(await endpoint('~roo')).toBe('x~roo');
    // Every system has a root, and a home for it, which is no name of a header.
    await expect(endpoint('~root')).rejects.toThrow('principal_header');
  });
});

describe('loadAuthConfig never runs code', () => {
  test('whatever cosmiconfig would load from the folder', async () => {
    const marker = join(folder, 'ran');
    const code = `require('node:fs').appendFileSync(${JSON.stringify(marker)}, 'x');\nmodule.exports = {};\n`;
    const script = `import { appendFileSync } from 'node:fs';\nappendFileSync(${JSON.stringify(marker)}, 'x');\nexport default {};\n`;
    for (const name of ['.config/config', '.authcheckrc', 'authcheck.config', '.config/authcheckrc']) {
      write(`${name}.js`, code);
      write(`${name}.cjs`, code);
      write(`${name}.mjs`, script);
      write(`${name}.ts`, script);
    }
    write('loader.cjs', code);
    write(
      'package.json',
      '{"cosmiconfig": {"searchPlaces": ["authcheck.config.js"], "loaders": {".yaml": "./loader.cjs"}}}',
    );
    write('.config/config.json', '{"cosmiconfig": {"searchPlaces": [".authcheckrc.js"]}}');
    mkdirSync(join(folder, '.git'));
    mkdirSync(join(folder, 'below'));

    for (const cwd of [folder, join(folder, 'below')]) {
      expect(await refusal({ env: {}, cwd })).toMatchObject({ code: 'config_not_found' });
    }
    write('.authcheckrc.yaml');
    for (const cwd of [folder, join(folder, 'below')]) {
      expect((await loadAuthConfig({ env: {}, cwd })).file).toContain('.authcheckrc.yaml');
    }
    expect(existsSync(marker)).toBe(false);
  });

  test('not even when a script is named', async () => {
    const marker = join(folder, 'ran');
    write('config.cjs', `require('node:fs').writeFileSync(${JSON.stringify(marker)}, 'x');`);
    expect(await refusal({ file: 'config.cjs', env: {}, cwd: folder })).toMatchObject({ code: 'config_invalid' });
    expect(existsSync(marker)).toBe(false);
  });
});

describe('loadAuthConfig refuses', () => {
  test('a file that is not there', async () => {
    expect(await refusal({ file: 'none.yaml', env: {}, cwd: folder })).toEqual({
      code: 'config_unreadable',
      message: 'none.yaml: there is no such file',
    });
  });

  test.each([
    ['kAXGQUNsmXujHIZJsCy8PSF2xuB0QpB3', '[redacted]'],
    ['https://user:kAXGQUNsmXujHIZJsCy8@git.example/run.yaml', 'https:/[redacted]@git.example/run.yaml'],
    ['https://git.example/run.yaml?token=kAXGQUNsmXujHIZJsCy8', 'https:/git.example/run.yaml?token=[redacted]'],
  ])('what is no file without its secret: %s', async (secret, shown) => {
    for (const named of [{ file: secret }, { env: { AUTHCHECK_CONFIG: secret } }]) {
      const error = await loadAuthConfig({ ...named, cwd: folder }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ message: `${shown}: there is no such file` });
      expect(inspect(error)).not.toContain('kAXGQUNs');
    }
  });

  test('a folder', async () => {
    expect(await refusal({ file: '.', env: {}, cwd: folder })).toMatchObject({
      code: 'config_unreadable',
      message: expect.stringContaining('this is a folder') as unknown,
    });
  });

  test('50 MB, by their size alone', async () => {
    truncateSync(write('big.yaml'), 50_000_000);
    expect(await refusal({ file: 'big.yaml', env: {}, cwd: folder })).toEqual({
      code: 'config_unreadable',
      message: 'big.yaml: it has 50000000 bytes; 1048576 is the most',
    });
  });

  test('what is not UTF-8', async () => {
    write('latin1.yaml', Buffer.from('type: caf\u00e9\n', 'latin1'));
    expect(await refusal({ file: 'latin1.yaml', env: {}, cwd: folder })).toEqual({
      code: 'config_unreadable',
      message: 'latin1.yaml: this file is not UTF-8 text',
    });
  });

  test('a file in UTF-16, as Windows PowerShell writes it', async () => {
    write('utf16.yaml', Buffer.from(`\ufeff${CONFIG}`, 'utf16le'));
    expect(await refusal({ file: 'utf16.yaml', env: {}, cwd: folder })).toEqual({
      code: 'config_unreadable',
      message: 'utf16.yaml: this file is UTF-16; save it as UTF-8',
    });
  });

  test('a file that cannot be opened, whoever asks', async () => {
    symlinkSync(join(folder, 'loop.yaml'), join(folder, 'loop.yaml'));
    expect(await refusal({ file: 'loop.yaml', env: {}, cwd: folder })).toEqual({
      code: 'config_unreadable',
      message: 'loop.yaml: it cannot be read (ELOOP)',
    });
  });

  test('a package.json that is broken where it is named, and passes over it where it is not', async () => {
    write('package.json', '{"authcheck": ');
    expect(await refusal({ file: 'package.json', env: {}, cwd: folder })).toMatchObject({ code: 'config_invalid' });
    expect(await refusal({ env: {}, cwd: folder })).toMatchObject({ code: 'config_not_found' });
  });

  test('what is found but cannot be read', async () => {
    mkdirSync(join(folder, '.authcheckrc'));
    expect(await refusal({ env: {}, cwd: folder })).toMatchObject({ code: 'config_not_found' });
    symlinkSync(join(folder, '.authcheckrc.json'), join(folder, '.authcheckrc.json'));
    expect(await refusal({ env: {}, cwd: folder })).toMatchObject({
      code: 'config_unreadable',
      message: `the config in ${folder}: it cannot be read (ELOOP)`,
    });
  });

  test('an empty file', async () => {
    write('empty.yaml', '');
    expect(await refusal({ file: 'empty.yaml', env: {}, cwd: folder })).toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('the config is empty') as unknown,
    });
  });

  test('a URL for a CA file, and does not repeat the password in it', async () => {
    write('run.yaml', 'type: kubernetes\ntls_cafile: https://user:MARKED@ca.example/ca.pem\n');
    expect(await refusal({ file: 'run.yaml', env: {}, cwd: folder })).toEqual({
      code: 'config_invalid',
      message: 'tls_cafile: the CA file https://ca.example/ca.pem cannot be read (ENOENT)',
    });
  });

  test('every CA file that cannot be used, each with its place', async () => {
    write('ca.pem', 'no certificate');
    const provider = (file: string): string => `{type: kubernetes, tls_cafile: ${JSON.stringify(file)}}`;
    write(
      'run.yaml',
      `providers:\n  a: ${provider(join(folder, 'none.pem'))}\n  b: ${provider(join(folder, 'ca.pem'))}\n`,
    );
    const error: unknown = await loadAuthConfig({ file: 'run.yaml', env: {}, cwd: folder }).catch((e: unknown) => e);
    const findings = error instanceof ConfigError ? error.findings : [];
    expect(findings.map(({ code, position }) => [code, position])).toEqual([
      ['ca_unreadable', 'run.yaml:2:37'],
      ['ca_unreadable', 'run.yaml:3:37'],
    ]);
  });
});

test('a file whose providers cannot be listed says where it is wrong', async () => {
  const file = write('run.yaml', 'server:\n  auth: yes please\n');
  await expect(listProviders({ file, env: {}, cwd: folder })).rejects.toMatchObject({ position: 'run.yaml:2:9' });
});

test.each([
  ['run.yaml', 'a config is loaded with options'],
  [null, 'a config is loaded with options'],
  [{ env: null }, 'a config is loaded with options'],
  [{ file: new URL('file:///run.yaml') }, 'the option file is a path as text'],
  [{ file: null }, 'the option file is a path as text'],
  [{ cwd: new URL('file:///') }, 'the option cwd is a path as text'],
])('%o for the options finds no other config', async (given, told) => {
  const refusal: unknown = expect.objectContaining({
    code: 'usage_invalid',
    message: expect.stringContaining(told) as unknown,
  });
  for (const load of [loadAuthConfig, listProviders, checkConfig])
    await expect(load(given as never)).rejects.toEqual(refusal);
});
