/** Single values of a config, coerced as the server coerces them. Pure. */

import * as v from 'valibot';
import { parsePythonInt } from './python-numbers.js';

/** What a value is, without showing it: a config value may be a secret. */
export function kindOfValue(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Date) return 'a date';
  if (typeof value === 'object') return 'a mapping';
  if (value === '') return 'an empty string';
  return `a ${typeof value === 'bigint' ? 'number' : typeof value}`;
}

/** Says what was expected, and what kind of thing came instead. */
export const expected =
  (what: string) =>
  (issue: { readonly input: unknown }): string =>
    `expected ${what}, got ${kindOfValue(issue.input)}`;

/** A string that is not blank. */
export const text = (what: string): v.GenericSchema<string> =>
  v.pipe(
    v.string(expected(what)),
    v.check((s) => s.trim() !== '', `expected ${what}, got a blank one`),
  );

const TRUE = ['true', 'on', 'yes', 't', 'y', '1'];
const FALSE = ['false', 'off', 'no', 'f', 'n', '0'];

/** As the server coerces: true, "on", "1", 1. */
export const boolean: v.GenericSchema<boolean | string | number, boolean> = v.pipe(
  v.union([v.boolean(), v.string(), v.number()], expected('true or false')),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const word = typeof dataset.value === 'string' ? dataset.value.toLowerCase() : String(dataset.value);
    if (TRUE.includes(word)) return true;
    if (FALSE.includes(word)) return false;
    addIssue({ message: 'expected true or false' });
    return NEVER;
  }),
);

/** As the server coerces: 60, 60.0, " 60 ", "1_000", "60.0". It takes true for 1 as well, which can only be a mistake. */
export const whole = (least: number, most: number, what: string): v.GenericSchema<number | string, number> =>
  v.pipe(
    v.union([v.number(), v.string()], expected(what)),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const { value } = dataset;
      const number = typeof value === 'number' ? value : parseWhole(value);
      if (typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most) return number;
      addIssue({ message: `expected ${what}` });
      return NEVER;
    }),
  );

/** Reads a string as pydantic does, which takes less than Python: no exponent, and no digits but those of ASCII. */
function parseWhole(text: string): number | bigint | null {
  const [, digits] = /^\p{White_Space}*([+-]?\d+(?:_\d+)*)(?:\.0+)?\p{White_Space}*$/u.exec(text) ?? [];
  return digits === undefined ? null : parsePythonInt(digits);
}
