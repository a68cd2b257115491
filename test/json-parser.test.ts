import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../src/json-parser.js';
import { member, type JsonObject } from '../src/json.js';

/** A JSON text without the values that `JSON.parse` cannot hold exactly. */
const jsonText = fc.jsonValue({ maxDepth: 6 }).map((value) => JSON.stringify(value));

/** A JSON text with a few characters put in or taken out: often broken, sometimes not. */
const brokenText = fc
  .tuple(jsonText, fc.array(fc.tuple(fc.nat(), fc.constantFrom('', ',', '"', '\\', '}', '[', '0', '.', ' ', '\u0000'))))
  .map(([text, edits]) =>
    edits.reduce((edited, [at, insert]) => {
      const index = at % (edited.length + 1);
      return edited.slice(0, index) + insert + edited.slice(insert === '' ? index + 1 : index);
    }, text),
  );

/** A number as parseJson has it by default. */
function exact(digits: string): number | bigint {
  const value = Number(digits);
  return Number.isSafeInteger(value) || !/^-?\d+$/.test(digits) ? value : BigInt(digits);
}

describe('parseJson', () => {
  test('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        const result = parseJson(text);
        expect(result.ok && rounded(result.value)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('accepts nothing that JSON.parse refuses', () => {
    fc.assert(
      fc.property(brokenText, (text) => {
        if (parseJson(text).ok) expect(() => void JSON.parse(text)).not.toThrow();
        else expect(parseJson(text)).toMatchObject({ message: expect.any(String), offset: expect.any(Number) });
      }),
    );
  });

  test('reads the same with and without the help of JSON.parse', () => {
    const longNumber = fc
      .tuple(fc.bigInt(), fc.constantFrom('', '.5', 'e3'))
      .map(([digits, tail]) => `{"n": ${digits}${tail}}`);
    const twice = fc
      .tuple(fc.string(), jsonText)
      .map(([name, text]) => `{${JSON.stringify(name)}: 1, "a": ${text}, "\\u0061": 2}`);
    const nested = fc.nat(140).map((depth) => '[{"a": '.repeat(depth) + '1' + '}]'.repeat(depth));
    fc.assert(
      fc.property(fc.oneof(jsonText, brokenText, longNumber, twice, nested), (text) => {
        // A number reader of one's own is what JSON.parse has no place for.
        const alone = parseJson(text, { number: (digits) => exact(digits) });
        expect(parseJson(text)).toEqual(alone);
      }),
      { numRuns: 1000 },
    );
  });

  test('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(typeof parseJson(text).ok).toBe('boolean');
      }),
    );
  });

  test('refuses a member that occurs twice, however it is spelled', () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), fc.jsonValue(), (name, first, second) => {
        const key = JSON.stringify(name);
        const escaped = `"${[...name].map((c) => toEscapes(c)).join('')}"`;
        const text = `{${key}: ${JSON.stringify(first)}, "other": 0, ${escaped}: ${JSON.stringify(second)}}`;
        expect(parseJson(text)).toMatchObject({ ok: false, message: expect.stringContaining('occurs twice') });
      }),
    );
  });

  test('says where the second of two members stands', () => {
    expect(parseJson('{"alg": "none", "alg": "RS256"}')).toEqual({
      ok: false,
      message: 'the member "alg" occurs twice',
      offset: 16,
    });
  });

  test.each([
    ['brackets', '['.repeat(100_000)],
    ['closed brackets', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['objects', '{"a":'.repeat(100_000)],
  ])('refuses 100,000 nested %s without exhausting the stack', (_name, text) => {
    expect(parseJson(text)).toMatchObject({ ok: false, message: 'the JSON text is nested too deeply' });
  });

  test('bounds the nesting exactly', () => {
    const nest = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(parseJson(nest(128)).ok).toBe(true);
    expect(parseJson(nest(129)).ok).toBe(false);
    expect(parseJson(`[${nest(127)},${nest(127)}]`).ok).toBe(true);
  });

  test('loses no digit of an integer', () => {
    expect(parseJson('[9007199254740993, 12345678901234567890, 1e2, -0.5]')).toEqual({
      ok: true,
      value: [9007199254740993n, 12345678901234567890n, 100, -0.5],
    });
  });

  test('keeps __proto__ a plain member', () => {
    const result = parseJson('{"__proto__": {"groups": ["admin"]}}');
    const value: JsonObject = result.ok && typeof result.value === 'object' ? Object(result.value) : {};
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(member(value, 'groups')).toBeUndefined();
    expect(member(value, 'toString')).toBeUndefined();
  });

  test.each([
    '',
    ' ',
    '01',
    '1.',
    '.5',
    '+1',
    '0x1',
    'NaN',
    "'a'",
    '[1,]',
    '{"a":1,}',
    '"\t"',
    '"\\x"',
    'nul',
    '[1] 2',
  ])('refuses %j', (text) => {
    expect(parseJson(text).ok).toBe(false);
  });
});

function toEscapes(text: string): string {
  return Array.from(
    { length: text.length },
    (_, index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
}

/** `JSON.parse` rounds large integers to doubles; this does the same to what was kept exact. */
function rounded(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, rounded(item)]));
}

test('a string that exhausts the regular expression is a fault, not a throw', () => {
  expect(parseJson(`"${'\\n'.repeat(20_000_000)}"`, { number: Number })).toMatchObject({
    ok: false,
    message: 'the JSON text is too large',
  });
});
