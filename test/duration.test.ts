import { describe, expect, test } from 'vitest';
import { duration } from '../src/duration.js';

describe('duration', () => {
  test.each([
    [-5, '0 seconds'],
    [1, '1 second'],
    [61, '1 minute 1 second'],
    [3600, '1 hour'],
    [90_061, '1 day 1 hour'],
    [31_536_000 + 3600, '1 year'],
  ])('%i', (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });
});
