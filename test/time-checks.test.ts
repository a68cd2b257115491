import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkClock, checkExpiry, checkNotBefore, readClock, type Clock } from '../src/time-checks.js';
import type { Json } from '../src/json.js';
import { codeOf, stepOf } from './one-step.js';

const NOW = 1_767_225_600;
const CLOCK: Clock = { now: NOW, fraction: 0, tolerance: 0, skew: null };

describe('a clock', () => {
  test('has a skew in the present alone', () => {
    for (const ms of [0, 900, -900])
      expect(readClock(Date.now() + ms, 5, 60)).toMatchObject({ tolerance: 5, skew: 60 });
    for (const ms of [2000, -2000]) expect(readClock(Date.now() + ms, 5, 60).skew).toBeNull();
  });

  test('of seconds, or of milliseconds since a start, is refused', () => {
    const stopwatches = [performance.now(), process.uptime() * 1000, 364.5 * 86_400_000 + 0.1];
    for (const now of [Date.now() / 1000, NOW, ...stopwatches, NaN])
      expect(() => checkClock(now)).toThrow('the milliseconds since 1970');
    const dates = ['1970-06-01', '1969-12-31'].map((day) => Date.parse(day));
    for (const now of [Date.now(), performance.timeOrigin + performance.now(), NOW * 1000, 0, ...dates])
      expect(() => checkClock(now)).not.toThrow();
  });
});

describe('checkExpiry', () => {
  test.each<[Record<string, Json>, number, string]>([
    [{ exp: NOW + 1 }, 0, 'passed -'],
    [{ exp: NOW }, 0, 'failed token_expired'],
    [{ exp: NOW - 59 }, 60, 'passed -'],
    [{ exp: NOW - 60 }, 60, 'failed token_expired'],
    [{ exp: 12345678901234567890n }, 0, 'passed -'],
    [{}, 0, 'warned expiry_absent'],
    [{ exp: null }, 0, 'failed claim_invalid'],
    [{ exp: String(NOW + 1) }, 0, 'failed claim_invalid'],
    [{ exp: true }, 0, 'failed claim_invalid'],
  ])('case %#', (claims, tolerance, expected) => {
    expect(codeOf((trace) => checkExpiry(trace, claims, { ...CLOCK, tolerance }))).toBe(expected);
  });

  test('is to the fraction of a second', () => {
    const at = (claims: Record<string, Json>, milliseconds: number, check = checkExpiry): string =>
      codeOf((trace) => check(trace, claims, readClock(NOW * 1000 + milliseconds, 0, null)));
    expect(at({ exp: NOW + 0.5 }, 499)).toBe('passed -');
    expect(at({ exp: NOW + 0.5 }, 500)).toBe('failed token_expired');
    expect(at({ exp: NOW + 1 }, 999)).toBe('passed -');
    expect(at({ nbf: NOW + 0.5 }, 499, checkNotBefore)).toBe('failed token_not_yet_valid');
    expect(at({ nbf: NOW + 0.5 }, 500, checkNotBefore)).toBe('passed -');
    expect(at({ nbf: NOW + 1 }, 999, checkNotBefore)).toBe('failed token_not_yet_valid');
    expect(at({ iat: NOW + 0.5 }, 499, checkNotBefore)).toBe('warned issued_in_future');
    expect(at({ iat: NOW + 0.5 }, 500, checkNotBefore)).toBe('skipped -');
  });

  test('says so where a clock that runs ahead is to blame', () => {
    const { message } = stepOf((trace) => checkExpiry(trace, { exp: NOW - 30 }, { ...CLOCK, skew: -90 }));
    expect(message).toBe(
      'expired 30 seconds ago; your clock is 90 s ahead of the provider’s: it would pass with --clock-tolerance 31',
    );
  });

  test('the tolerance that it advises is enough', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 }), fc.integer({ min: -600, max: -2 }), (late, skew) => {
        const claims = { exp: NOW - late };
        const { message } = stepOf((trace) => checkExpiry(trace, claims, { ...CLOCK, skew }));
        const advised = /--clock-tolerance (\d+)/.exec(message)?.[1];
        fc.pre(advised !== undefined);
        const tolerance = Number(advised);
        expect(codeOf((trace) => checkExpiry(trace, claims, { ...CLOCK, tolerance }))).toBe('passed -');
      }),
    );
  });
});

describe('checkNotBefore', () => {
  test.each<[Record<string, Json>, number, string]>([
    [{}, 0, 'skipped -'],
    [{ nbf: NOW }, 0, 'passed -'],
    [{ nbf: NOW + 1 }, 0, 'failed token_not_yet_valid'],
    [{ nbf: NOW + 60 }, 60, 'passed -'],
    [{ iat: NOW + 1 }, 0, 'warned issued_in_future'],
    [{ nbf: 'soon' }, 0, 'failed claim_invalid'],
    [{ iat: 'now' }, 0, 'failed claim_invalid'],
  ])('%j with tolerance %i: %s', (claims, tolerance, expected) => {
    expect(codeOf((trace) => checkNotBefore(trace, claims, { ...CLOCK, tolerance }))).toBe(expected);
  });
});
