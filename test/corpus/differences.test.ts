import { describe, expect, test } from 'vitest';
import { DIFFERENCES } from './differences.js';
import { readCorpus } from './server.js';

/** That a listed case really differs is asserted where the case runs; here, that it exists at all. */
describe('the list of differences', () => {
  test.each(DIFFERENCES)('$corpus $id is a case of the corpus, with a reason', ({ corpus, id, reason }) => {
    const ids = readCorpus<{ readonly id: string }>(corpus).cases.map((entry) => entry.id);
    expect(ids).toContain(id);
    expect(reason).toMatch(/\.$/);
  });

  test('names no case twice', () => {
    const names = DIFFERENCES.map(({ corpus, id }) => `${corpus} ${id}`);
    expect(new Set(names).size).toBe(names.length);
  });
});
