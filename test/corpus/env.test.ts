import { describe, expect, test } from 'vitest';
import { substituteEnv } from '../../src/config/env.js';
import { formatPath, type Environment } from '../../src/index.js';
import { readCorpus } from './server.js';

interface EnvCase {
  readonly id: string;
  readonly config: unknown;
  readonly env?: Environment;
  readonly path?: string;
  readonly reference: {
    readonly head: { readonly result?: unknown; readonly var_name?: string; readonly path?: string };
  };
}

const { cases, default_env } = readCorpus<EnvCase>('env');

/** The accounts of the machine on which the reference ran. */
const HOMES: Readonly<Record<string, string>> = { root: '/root' };

describe('env', () => {
  test.for(cases)('$id', ({ config, env = default_env ?? {}, path, reference }) => {
    const { value, faults } = substituteEnv(config, {
      env,
      base: path === undefined ? [] : path.split('.'),
      home: (user) => (user === null ? (env.HOME ?? null) : (HOMES[user] ?? null)),
    });
    const { head } = reference;
    if (head.var_name === undefined) {
      expect(faults).toEqual([]);
      expect(comparable(value)).toEqual(comparable(head.result));
    } else {
      const [first] = faults;
      expect(first?.variable).toBe(head.var_name);
      expect([path ?? '', formatPath(first?.path ?? [])].filter((part) => part !== '').join('.')).toBe(head.path);
    }
  });
});

/** JSON knows neither NaN nor Infinity nor exact big integers: the corpus spells them, JSON.parse rounds them. */
function comparable(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value === 0 ? 0 : value;
  if ('$float' in value) return Number(String(value.$float).replace('inf', 'Infinity'));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, comparable(item)]));
}
