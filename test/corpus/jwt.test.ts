import { describe, expect, test } from 'vitest';
import { differs } from './differences.js';
import { conclusionOf, expectationOf, readCorpus, runCase, type ProviderCase } from './server.js';

const { cases, default_config, default_jwks } = readCorpus<ProviderCase & { readonly now: number }>('jwt');

describe('jwt', () => {
  test.concurrent.for(cases)('$id', { timeout: 30_000 }, async (entry, { expect: check }) => {
    const keySet = JSON.stringify(entry.jwks ?? default_jwks);
    const verdict = await runCase(
      {
        ...entry,
        config: entry.config ?? default_config,
        responses: entry.responses ?? [['/jwks', { status: 200, body: keySet }]],
      },
      { now: () => entry.now * 1000 },
    );
    if (!entry.expected.binding) check(['accepted', 'rejected', 'undecided']).toContain(verdict.outcome);
    else if (differs('jwt', entry.id)) check(conclusionOf(verdict)).not.toEqual(expectationOf(entry));
    else check(conclusionOf(verdict)).toEqual(expectationOf(entry));
  });

  test('binds most of its cases', () => {
    expect(cases.filter(({ expected }) => expected.binding).length).toBeGreaterThan(cases.length / 2);
  });
});
