import { describe, expect, test } from 'vitest';
import { judgeCase, readCorpus, runCase, type ProviderCase } from './server.js';

describe.each(['introspection', 'custom', 'github', 'kubernetes', 'upstream'])('%s', (name) => {
  const { cases } = readCorpus<ProviderCase>(name);

  test.for(cases)('$id', { timeout: 30_000 }, async (entry) => {
    const answer = await runCase(entry);
    judgeCase(name, entry, answer);
  });

  test('binds some of its cases', () => {
    expect(cases.filter(({ expected }) => expected.binding).length).toBeGreaterThan(cases.length / 2);
  });
});
