import { describe, expect, test } from 'vitest';
import { differs } from './differences.js';
import { conclusionOf, expectationOf, readCorpus, runCase, type ProviderCase } from './server.js';

describe.each(['introspection', 'custom', 'github', 'kubernetes', 'upstream'])('%s', (name) => {
  const { cases } = readCorpus<ProviderCase>(name);

  test.concurrent.for(cases)('$id', { timeout: 30_000 }, async (entry, { expect: check }) => {
    const verdict = await runCase(entry);
    if (!entry.expected.binding) check(['accepted', 'rejected', 'undecided']).toContain(verdict.outcome);
    else if (differs(name, entry.id)) check(conclusionOf(verdict)).not.toEqual(expectationOf(entry));
    else check(conclusionOf(verdict)).toEqual(expectationOf(entry));
  });

  test('binds some of its cases', () => {
    expect(cases.filter(({ expected }) => expected.binding).length).toBeGreaterThan(cases.length / 2);
  });
});
