import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  ConfigError,
  loadAuthConfig,
  parseAuthConfig,
  parseConfigText,
  type AuthConfig,
  type Environment,
} from '../../src/index.js';
import { differs } from './differences.js';
import { readCorpus } from './server.js';

interface ConfigCase {
  readonly id: string;
  readonly auth?: unknown;
  readonly yaml?: string;
  readonly env?: Environment;
  readonly expected: { readonly verdict: 'accept' | 'warn' | 'reject' };
}

/** Only the file system can tell what is wrong in these. */
const LOADED = ['oauth2-tls-cafile-dir'];

const folder = mkdtempSync(join(tmpdir(), 'authcheck-corpus-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('config', () => {
  test.for(readCorpus<ConfigCase>('config').cases)('$id', async (entry) => {
    const verdict = await judge(entry);
    // What is accepted may be warned about; what deserves a warning must be.
    const wanted = { accept: ['accept', 'warn'], warn: ['warn'], reject: ['reject'] }[entry.expected.verdict];
    if (differs('config', entry.id)) expect(wanted).not.toContain(verdict);
    else expect(wanted).toContain(verdict);
  });
});

async function judge(entry: ConfigCase): Promise<'accept' | 'warn' | 'reject'> {
  try {
    const { warnings } = await read(entry);
    return warnings.length > 0 ? 'warn' : 'accept';
  } catch (error) {
    if (error instanceof ConfigError) return 'reject';
    throw error;
  }
}

async function read({ id, auth, yaml, env = {} }: ConfigCase): Promise<AuthConfig> {
  if (LOADED.includes(id)) {
    const file = join(folder, `${id}.json`);
    writeFileSync(file, JSON.stringify(auth));
    return loadAuthConfig({ file, cwd: folder, env });
  }
  return parseAuthConfig(yaml === undefined ? auth : parseConfigText(yaml, 'run.yaml').value, { env });
}
