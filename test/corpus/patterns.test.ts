// Recorded from Python 3.11: which of the texts `re.match` matches; null for a pattern that `re.compile` refuses.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compilePythonPattern } from '../../src/policy/pattern.js';

interface Recorded {
  readonly texts: readonly string[];
  readonly cases: readonly { readonly pattern: string; readonly matches: readonly string[] | null }[];
}

const { texts, cases } = JSON.parse(readFileSync(new URL('patterns.json', import.meta.url), 'utf8')) as Recorded;

describe('patterns', () => {
  test.for(cases)('$pattern', ({ pattern, matches }) => {
    const compiled = compilePythonPattern(pattern);
    expect(compiled.ok).toBe(matches !== null);
    if (compiled.ok) expect(texts.filter((text) => compiled.matches(text))).toEqual(matches);
  });
});
