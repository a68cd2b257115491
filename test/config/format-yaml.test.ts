import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseConfigText } from '../../src/config/document.js';
import { formatFlow, formatYaml } from '../../src/config/format-yaml.js';

/** What the server's reader makes of a text is not asked here; these are what it was found to read otherwise. */
test.each([
  ['=', '"="'],
  ['a\tb', String.raw`"a\tb"`],
  ['a\u2028b', String.raw`"a\u2028b"`],
  ['a\u2029b', String.raw`"a\u2029b"`],
  ['a\u0085b', String.raw`"a\u0085b"`],
  ['a\u007fb', String.raw`"a\u007fb"`],
  ['a\ufffeb', String.raw`"a\ufffeb"`],
  ['\ufeffa', String.raw`"\ufeffa"`],
  ['a\u202eb', String.raw`"a\u202eb"`],
  ['a\u2066b', String.raw`"a\u2066b"`],
  ['a\u200bb', String.raw`"a\u200bb"`],
  ['a\u00adb', String.raw`"a\u00adb"`],
  ['a\nb', String.raw`"a\nb"`],
  ['\ud800', String.raw`"\ud800"`],
  ['=a', '=a'],
  ['é😀', 'é😀'],
  ['https://a/?b', 'https://a/?b'],
])('formatYaml writes %j as %s', (value, written) => {
  expect(formatYaml({ k: value })).toBe(`k: ${written}\n`);
  expect(formatYaml({ [value]: 1 })).toBe(`${written}: 1\n`);
});

test.each([
  ['https://a/?b', '"https://a/?b"'],
  [':a', '":a"'],
  ['a:b', 'a:b'],
  ['x'.repeat(100), 'x'.repeat(100)],
  [`${'x'.repeat(50)}\n\n${'y '.repeat(50)}`, JSON.stringify(`${'x'.repeat(50)}\n\n${'y '.repeat(50)}`)],
])('formatFlow writes %j as %s', (value, written) => {
  expect(formatFlow({ k: [value] })).toBe(`{ k: [ ${written} ] }`);
});

describe('any string', () => {
  const odd = fc.constantFrom('\t', '\n', '\r', '\u0085', '\u2028', '\u2029', '\u007f', '\ufffe', '\ufeff', '\ud800');
  const word = fc.oneof(
    fc.string(),
    fc.array(fc.oneof(odd, fc.constantFrom('a', ' ', ':', '#', '-', '?', "'", '"'))).map((parts) => parts.join('')),
  );

  it.each([
    ['block', formatYaml],
    ['flow', formatFlow],
  ])('is read back, in a %s', (_name, format) => {
    fc.assert(
      fc.property(fc.array(word), word, (values, name) => {
        const value = { values, inner: { [`${name}_`]: name } };
        for (const version of ['1.1', '1.2'] as const)
          expect(parseConfigText(format(value), 'a.yaml', version).value).toEqual(value);
      }),
      { numRuns: 200 },
    );
  });
});
