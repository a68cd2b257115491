/** Spans of time, as flags give them. */

import { InvalidArgumentError } from 'commander';

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Reads a span such as `90s`, `10m`, `1h`, `2d`, in seconds; a negative one lies in the past. */
export function parseSpan(text: string): number {
  const [, sign, count = '', unit = 's'] = /^([+-]?)(\d{1,9})([smhd]?)$/.exec(text) ?? [];
  if (count === '') throw new InvalidArgumentError('expected a span such as 90s, 10m, 1h or 2d');
  return Number(count) * (UNITS[unit] ?? 1) * (sign === '-' ? -1 : 1);
}

/** As {@link parseSpan}, for one that does not lie in the past. */
export function parseLength(text: string): number {
  const span = parseSpan(text);
  if (span < 0) throw new InvalidArgumentError('expected a span that is not negative, such as 10m');
  return span;
}
