import { describe, expect, test } from 'vitest';
import { judgeCase, readCorpus, runCase, type ProviderCase } from './server.js';

const { cases, default_config, default_jwks } = readCorpus<ProviderCase & { readonly now: number }>('jwt');

describe('jwt', () => {
  test.for(cases)('$id', { timeout: 30_000 }, async (entry) => {
    const keySet = JSON.stringify(entry.jwks ?? default_jwks);
    const answer = await runCase(
      {
        ...entry,
        config: entry.config ?? default_config,
        responses: entry.responses ?? [['/jwks', { status: 200, body: keySet }]],
      },
      { now: () => entry.now * 1000 },
    );
    judgeCase('jwt', entry, answer);
  });

  test('binds most of its cases', () => {
    expect(cases.filter(({ expected }) => expected.binding).length).toBeGreaterThan(cases.length / 2);
  });
});
