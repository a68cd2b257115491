/**
 * Single values as PyYAML resolves and constructs them: the server reads its config with it, and it knows less than
 * YAML 1.1. `y`, `1e5` and `08` are texts to it, `010` is 8, `1:30` is 90; `0x_` and `2026-02-30` make it fail.
 *
 * @see https://github.com/yaml/pyyaml/blob/6.0.3/lib/yaml/resolver.py
 * @see https://github.com/yaml/pyyaml/blob/6.0.3/lib/yaml/constructor.py
 */

import { parsePythonFloat, parsePythonInt } from './python-numbers.js';

const PREFIX = 'tag:yaml.org,2002:';

/** The tag of a mapping whose keys are all that counts. */
export const SET_TAG: string = `${PREFIX}set`;

/** What the parser is told about values of a tag; `default` and `test` say which of those without a tag are such. */
export interface ScalarRule {
  readonly tag: string;
  readonly default: boolean | 'key';
  readonly test?: RegExp;
  readonly resolve: (text: string) => unknown;
}

const BAD_INT = 'to the server this looks like a whole number, and is none; quote it';
const BAD_FLOAT = 'to the server this is not a number';
const BAD_BOOL = 'to the server this is neither true nor false';
const BAD_DATE = 'to the server this looks like a date, and there is no such day or time; quote it';
const BAD_BINARY = 'to the server this is not Base64';
const BAD_EQUALS = 'the server cannot read a bare "="; quote it';
const BAD_MERGE = 'the server cannot read a bare "<<" as a value; quote it';

/** What is said of values that PyYAML cannot construct; none of it quotes the text. */
export const SCALAR_FAULTS: readonly string[] = [
  ...[BAD_INT, BAD_FLOAT, BAD_BOOL, BAD_DATE, BAD_BINARY],
  ...[BAD_EQUALS, BAD_MERGE],
];

/** The message reaches the parser, which knows the place. */
function refuse(message: string): never {
  throw new Error(message);
}

/** With the tag written before it, PyYAML constructs any text; without, what the pattern fits. */
function scalar(name: string, test: RegExp, resolve: ScalarRule['resolve']): ScalarRule[] {
  const tag = PREFIX + name;
  return [
    { tag, default: true, test, resolve },
    { tag, default: false, resolve },
  ];
}

function splitSign(text: string): readonly [sign: 1 | -1, rest: string] {
  return [text.startsWith('-') ? -1 : 1, text.replace(/^[-+]/, '')];
}

function constructBool(text: string): boolean {
  if (/^(?:yes|true|on)$/i.test(text)) return true;
  return /^(?:no|false|off)$/i.test(text) ? false : refuse(BAD_BOOL);
}

function constructInt(text: string): number {
  const [sign, digits] = splitSign(text.replaceAll('_', ''));
  if (/^0./.test(digits)) return sign * parseRadix(digits);
  return sign * sumSixties(digits, parsePythonInt, BAD_INT);
}

function parseRadix(digits: string): number {
  if (/^0b[01]+$/.test(digits)) return Number.parseInt(digits.slice(2), 2);
  if (/^0x[\da-fA-F]+$/.test(digits)) return Number.parseInt(digits.slice(2), 16);
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : refuse(BAD_INT);
}

function constructFloat(text: string): number {
  const [sign, digits] = splitSign(text.replaceAll('_', '').toLowerCase());
  if (digits === '.inf') return sign * Infinity;
  return digits === '.nan' ? NaN : sign * sumSixties(digits, parsePythonFloat, BAD_FLOAT);
}

function sumSixties(digits: string, parse: (part: string) => number | bigint | null, fault: string): number {
  return digits.split(':').reduce((sum, part) => sum * 60 + Number(parse(part) ?? refuse(fault)), 0);
}

const DATE =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(?:Z|([-+])(\d\d?)(?::(\d\d))?))?)?$/;

function constructDate(text: string): Date {
  const match = DATE.exec(text) ?? refuse(BAD_DATE);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part) || 0);
  const [fraction = '', sign = '+', hours = '0', minutes = '0'] = match.slice(7);
  const offset = Number(hours) * 60 + Number(minutes);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const isDay = year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!isDay || hour > 23 || minute > 59 || second > 59 || offset >= 24 * 60) return refuse(BAD_DATE);
  date.setUTCHours(hour, minute - (sign === '-' ? -offset : offset), second, Number(`0.${fraction}0`) * 1000);
  return date;
}

/** Python skips what is not Base64, and ends where the padding is complete. */
function constructBinary(text: string): Uint8Array {
  if (/[^\0-\x7f]/.test(text)) return refuse(BAD_BINARY);
  let digits = '';
  let padding = 0;
  for (const char of text) {
    if (/[A-Za-z\d+/]/.test(char)) {
      digits += char;
      padding = 0;
    } else if (char === '=') padding += 1;
    if (digits.length % 4 >= 2 && (digits.length % 4) + padding >= 4) return Buffer.from(digits, 'base64');
  }
  return digits.length % 4 === 0 ? Buffer.from(digits, 'base64') : refuse(BAD_BINARY);
}

/** The values of PyYAML, which stand for all others of these tags. */
export const SCALARS: readonly ScalarRule[] = [
  ...scalar('bool', /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON|no|No|NO|false|False|FALSE|off|Off|OFF)$/, constructBool),
  ...scalar(
    'float',
    /^(?:[-+]?\d[\d_]*\.[\d_]*(?:[eE][-+]\d+)?|\.\d[\d_]*(?:[eE][-+]\d+)?|[-+]?\d[\d_]*(?::[0-5]?\d)+\.[\d_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
    constructFloat,
  ),
  ...scalar(
    'int',
    /^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][\d_]*)|[-+]?0x[\da-fA-F_]+|[-+]?[1-9][\d_]*(?::[0-5]?\d)+)$/,
    constructInt,
  ),
  ...scalar('null', /^(?:~|null|Null|NULL|)$/, () => null),
  ...scalar(
    'timestamp',
    /^(?:\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)$/,
    constructDate,
  ),
  { tag: `${PREFIX}binary`, default: false, resolve: constructBinary },
  // Of a key, "=" is a text, and the parser has its own rule for "<<".
  { tag: `${PREFIX}str`, default: 'key', test: /^=$/, resolve: (text) => text },
  { tag: `${PREFIX}value`, default: true, test: /^=$/, resolve: () => refuse(BAD_EQUALS) },
  { tag: `${PREFIX}merge-value`, default: true, test: /^<<$/, resolve: () => refuse(BAD_MERGE) },
];
