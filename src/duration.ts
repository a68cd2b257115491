/** Spans of time in words. */

import { plural } from './listing.js';

const UNITS: readonly (readonly [string, number])[] = [
  ['year', 31_536_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** A span of seconds in words, at most two units: "3 days 4 hours". */
export function duration(seconds: number): string {
  const rest = Math.max(0, Math.floor(seconds));
  let first = 0;
  while (first < UNITS.length - 1 && rest < sizeOf(first)) first += 1;
  const words = count(Math.floor(rest / sizeOf(first)), first);
  const left = first === UNITS.length - 1 ? 0 : Math.floor((rest % sizeOf(first)) / sizeOf(first + 1));
  return left === 0 ? words : `${words} ${count(left, first + 1)}`;
}

function sizeOf(unit: number): number {
  return UNITS[unit]?.[1] ?? 1;
}

function count(number: number, unit: number): string {
  return plural(number, UNITS[unit]?.[0] ?? '');
}
