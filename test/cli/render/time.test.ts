import { describe, expect, test } from 'vitest';
import { drawLifetime, formatTime, relativeTime } from '../../../src/cli/render/time.js';

describe('drawLifetime', () => {
  test('puts iat, nbf, now and exp on one line, in the order of time', () => {
    expect(drawLifetime({ iat: 0, nbf: 10, exp: 100 }, 50)?.split(/─+/)).toEqual(['iat', 'nbf', 'now', 'exp']);
    expect(drawLifetime({ iat: 0, nbf: null, exp: 100 }, 150)?.split(/─+/)).toEqual(['iat', 'exp', 'now']);
    expect(drawLifetime({ iat: 50, nbf: null, exp: 100 }, 0)?.split(/─+/)).toEqual(['now', 'iat', 'exp']);
    expect(drawLifetime({ iat: 50, nbf: 50, exp: 100 }, 0)?.split(/─+/)).toEqual(['now', 'iat', 'exp']);
    expect(drawLifetime({ iat: 7, nbf: 7, exp: 7 }, 7)).toBe('iat─now─exp');
  });

  test('draws nothing without an end', () => {
    expect(drawLifetime({ iat: null, nbf: null, exp: null }, 0)).toBeNull();
    expect(drawLifetime({ iat: 5, nbf: null, exp: null }, 0)).toBeNull();
    expect(drawLifetime({ iat: null, nbf: null, exp: 5 }, 0)).toBe(`now${'─'.repeat(40)}exp`);
  });
});

test('times are explained in words and absolute, and what is no time is left alone', () => {
  expect(formatTime(1_767_225_600)).toBe('2026-01-01 00:00:00 UTC');
  expect(formatTime(1_767_225_600_000)).toMatch(/ UTC \(it looks like milliseconds; RFC 7519 wants seconds\)$/);
  expect(formatTime(1e300)).toBeNull();
  expect(formatTime('1767225600')).toBeNull();
  expect(relativeTime(90, 0)).toBe('in 1 minute 30 seconds');
  expect(relativeTime(0, 3600)).toBe('1 hour ago');
  // As checkExpiry has it.
  expect(relativeTime(90, 0.9)).toBe('in 1 minute 30 seconds');
});

test('a time before 1970 and one with a fraction are times too', () => {
  expect(formatTime(-0.5)).toBe('1969-12-31 23:59:59 UTC');
  expect(formatTime(-1e300)).toBeNull();
  expect(formatTime(8.64e12)).toMatch(/^\+275760-09-13 00:00:00 UTC/);
});
