// Configs that nobody would write, and strings with variables that nobody would set.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect } from 'vitest';
import {
  AuthcheckError,
  checkConfig,
  ConfigError,
  createAuthenticator,
  explainConfig,
  listProviders,
  loadAuthConfig,
  parseAuthConfig,
  parseConfigText,
  type AuthConfig,
} from '../../src/index.js';
import { holds } from './cases.js';
import { documents, texts, WRITTEN_SECRET } from './grammar/config.js';
import { ENV_SECRET, environments, templates } from './grammar/env.js';
import { expectBounded, expectSecret } from './oracle.js';

const SECRETS = [WRITTEN_SECRET, encodeURIComponent(WRITTEN_SECRET)];

/** What a config says to somebody who reads it: what is wrong, or where it would ask. */
function tell(read: () => AuthConfig): string {
  try {
    const config = read();
    const { providers, close } = createAuthenticator(config);
    const told = JSON.stringify([
      config.warnings,
      config.default,
      providers.map(({ ref, destination }) => [ref, destination]),
    ]);
    void close();
    return told;
  } catch (error) {
    if (!(error instanceof AuthcheckError)) throw error;
    return JSON.stringify([
      error.message,
      error.code,
      error.position,
      error instanceof ConfigError ? error.findings : [],
    ]);
  }
}

describe('a config', () => {
  let usable = 0;
  afterAll(() => {
    expect(usable).toBeGreaterThan(20);
  });

  holds(
    'of any values is read or refused, and its secrets are never told',
    600,
    fc.tuple(documents, environments),
    ([document, env]) => {
      const unknownFields = Object.keys(env).length % 2 === 0 ? 'warn' : 'error';
      const read = (): string => tell(() => parseAuthConfig(document, { env, unknownFields }));
      const told = read();
      expect(read()).toBe(told);
      expectSecret(told, [...SECRETS, ENV_SECRET]);
      expectBounded(told, 20_000);
      if (told.startsWith('[[')) usable += 1;
    },
  );

  holds(
    'of any text is read or refused, and what is refused is not quoted',
    600,
    fc.tuple(texts, environments),
    ([text, env]) => {
      const told = tell(() => parseAuthConfig(parseConfigText(text, 'run.yaml').value, { env, unknownFields: 'warn' }));
      expectSecret(told, [...SECRETS, ENV_SECRET]);
      expectBounded(told, text.length);
    },
  );
});

describe('a config file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'authcheck-hostile-'));
  const file = join(folder, 'run.yaml');
  afterAll(() => rmSync(folder, { recursive: true }));

  const ways: Readonly<Record<string, (env: Readonly<Record<string, string | undefined>>) => Promise<unknown>>> = {
    load: (env) => loadAuthConfig({ file, env, cwd: folder, unknownFields: 'warn' }),
    check: (env) => checkConfig({ file, env, cwd: folder, now: 1_700_000_000_000 }),
    explain: (env) => explainConfig({ file, env, cwd: folder, unknownFields: 'warn' }),
    list: (env) => listProviders({ file, env, cwd: folder }),
  };

  const read = fc.tuple(texts, environments, fc.constantFrom(...Object.values(ways)));
  let usable = 0;
  afterAll(() => {
    expect(usable).toBeGreaterThan(100);
  });

  holds('is loaded, checked, explained and listed, or refused', 400, read, async ([text, env, way]) => {
    writeFileSync(file, text);
    const shown = await way(env).then(
      (result) => {
        usable += 1;
        return JSON.stringify(result, (name, value: unknown) =>
          (name === 'providers' && way !== ways.explain) || typeof value === 'bigint' ? null : value,
        );
      },
      (error: unknown) => {
        if (!(error instanceof AuthcheckError)) throw error;
        return JSON.stringify([error.message, error instanceof ConfigError ? error.findings : []]);
      },
    );
    expectSecret(shown, way === ways.explain || way === ways.load ? [WRITTEN_SECRET] : SECRETS);
  });
});

describe('a string with variables', () => {
  /** Read once more, letter by letter. */
  function substitute(text: string, env: Readonly<Record<string, string | undefined>>): string | null {
    let result = '';
    for (let at = 0; at < text.length;) {
      const [whole = '', name = ''] = /^\$\{env\.([A-Z0-9_]+)/.exec(text.slice(at)) ?? [];
      const after = at + whole.length;
      const end = text.indexOf('}', after);
      const operator = text.slice(after, after + 2);
      if (whole === '' || end === -1 || (end !== after && operator !== ':=' && operator !== ':+')) {
        result += text[at] ?? '';
        at += 1;
        continue;
      }
      const value = env[name] ?? '';
      const operand = text.slice(after + 2, end);
      if (end === after && value === '') return null;
      const chosen = end === after ? value : operator === ':=' ? value || operand : value === '' ? '' : operand;
      result += fromHome(chosen, env.HOME);
      at = end + 1;
    }
    return result;
  }

  /** As Python's `os.path.expanduser`, which the server gives each value; nobody else has a home here. */
  function fromHome(value: string, home: string | undefined): string {
    const slash = value.indexOf('/');
    const user = slash === -1 ? value : value.slice(0, slash);
    if (user !== '~' || home === undefined) return value;
    let end = home.length;
    while (home.charAt(end - 1) === '/') end -= 1;
    return home.slice(0, end) + value.slice(1) || '/';
  }

  holds('is what the reference makes of it', 500, fc.tuple(templates, environments), ([template, env]) => {
    const expected = substitute(`a${template}b`, env);
    try {
      const [provider] = parseAuthConfig(
        { type: 'oauth2_token', jwks: { uri: 'https://h' }, audience: `a${template}b` },
        { env },
      ).providers;
      expect(provider?.config.type === 'oauth2_token' ? provider.config.audience : null).toBe(expected);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      expect(expected).toBeNull();
      expect(error.findings[0]?.code).toBe('env_unset');
    }
  });
});
