import { expect, test } from 'vitest';
import { readIsoTime } from '../src/iso-time.js';

test.each([
  ['2026-01-31', '2026-01-31T00:00:00.000Z'],
  ['2028-02-29', '2028-02-29T00:00:00.000Z'],
  ['2026-01-31T12:00Z', '2026-01-31T12:00:00.000Z'],
  ['2026-01-31T12:00:01.5+02:00', '2026-01-31T10:00:01.500Z'],
])('%s is %s', (text, time) => {
  expect(new Date(readIsoTime(text)).toISOString()).toBe(time);
});

test.each([
  '2026-02-30',
  '2026-02-29',
  '2026-04-31T00:00:00Z',
  '2026-13-01',
  '2026-01-31T12:00',
  '2026-01-31T25:00Z',
  '',
  'x',
])('%s is no time', (text) => {
  expect(readIsoTime(text)).toBeNaN();
});
