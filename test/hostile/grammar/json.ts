/** JSON texts that try to be more than JSON: what parsers disagree about, and what reaches into the language. */

import fc from 'fast-check';

/** A member of an object, as it is written: its name (unquoted) and the text of its value. */
export type Member = readonly [name: string, value: string];

/** Names that mean something to JavaScript, and names that nobody expects. */
export const names: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('', ' ', 'length', '0', 'then', 'toJSON', 'a.b', '\u0000', '\u202e', '[redacted]'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
);

/** Numbers at the borders of what a double holds, and texts that only look like numbers. */
export const numberTexts: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('0', '-0', '-1', '1.5', '1e400', '-1e400', '1e-400', '5e-324', '1.7976931348623157e308', '1E+2'),
  fc.constantFrom(
    '9007199254740991',
    '9007199254740992',
    '9007199254740993',
    '-9007199254740993',
    '18446744073709551616',
  ),
  fc.constantFrom(
    '9'.repeat(400),
    `0.${'3'.repeat(400)}`,
    '01',
    '1.',
    '.5',
    '+1',
    '0x10',
    'NaN',
    'Infinity',
    '1_000',
    '१',
  ),
);

/** Strings as they may be written: escapes, halves of pairs, controls, and what no JSON string may hold. */
const stringTexts: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.string({ maxLength: 12 }).map((text) => JSON.stringify(text)) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '""',
      '" "',
      '"\\ud800"',
      '"\\udc00\\ud800"',
      '"\\u0000"',
      '"\\u001b[31m"',
      '"\\u202e"',
      '"\\u2028"',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('"\n"', '"\u0000"', '"\\x41"', '"\\u12"', '"', "'a'", '"\ud800"', '"a\\"', '"\\u0061"'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }).map((text) => JSON.stringify(text)) },
);

/** Values that are one inside the other, deeper than anybody reads. */
const deepTexts: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(['[', ']'], ['{"a":', '}'], ['[{"a":', '}]']),
    fc.constantFrom(3, 100, 127, 128, 129, 130, 2000),
  )
  .map(([[open = '', close = ''], depth]) => `${open.repeat(depth)}1${close.repeat(depth)}`);

const scalarTexts = fc.oneof(
  { weight: 3, arbitrary: stringTexts },
  { weight: 2, arbitrary: numberTexts },
  {
    weight: 2,
    arbitrary: fc.constantFrom('null', 'true', 'false', '{}', '[]', '[null]', '[[]]', '[""]', '["a",1]', '{"a":1}'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', 'undefined', 'True', 'nul', '/**/1', '1 2', '[1,]', '{,}', '{"a"}', ']'),
  },
);

/** The text of a value, right or wrong. */
export const valueTexts: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: scalarTexts },
  { weight: 3, arbitrary: fc.array(scalarTexts, { maxLength: 4 }).map((items) => `[${items.join(',')}]`) },
  {
    weight: 3,
    arbitrary: fc.array(fc.tuple(names, scalarTexts), { maxLength: 3 }).map((members) => writeMembers(members)),
  },
  { weight: 1, arbitrary: deepTexts },
  // Many small things in one place.
  {
    weight: 1,
    arbitrary: fc.constantFrom(`[${'"a",'.repeat(500)}"b"]`, `"${'a '.repeat(500)}"`, `"${'x'.repeat(5000)}"`),
  },
);

/** Writes an object; names that come twice stay twice. */
function writeMembers(written: readonly Member[]): string {
  return `{${written.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
}

/** An object of honest members in which some were changed, left out, repeated or added, as text. */
export function spoil(honest: Readonly<Record<string, unknown>>, odd: fc.Arbitrary<Member>): fc.Arbitrary<string> {
  const written = Object.entries(honest).map(([name, value]): Member => [name, JSON.stringify(value)]);
  const change = fc.oneof(
    { weight: 4, arbitrary: odd.map((member) => ({ member, replaces: true })) },
    { weight: 1, arbitrary: odd.map((member) => ({ member, replaces: false })) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(...Object.keys(honest))
        .map((name) => ({ member: [name, ''] as Member, replaces: true })),
    },
  );
  const frame = fc.oneof(
    { weight: 20, arbitrary: fc.constant((text: string) => text) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        (text: string) => `\ufeff${text}`,
        (text: string) => ` \t\r\n${text}\n`,
        (text: string) => `[${text}]`,
        (text: string) => `${text}${text}`,
        (text: string) => text.slice(0, -1),
        (text: string) => JSON.stringify(text),
        (text: string) => text.replace('"', '"\\u0061'),
        () => '',
      ),
    },
  );
  return fc.tuple(fc.array(change, { maxLength: 3 }), frame).map(([changes, enframe]) => {
    let result = written;
    for (const { member, replaces } of changes) {
      if (replaces) result = result.filter(([name]) => name !== member[0]);
      if (member[1] !== '' || !replaces) result = [...result, member];
    }
    return enframe(writeMembers(result));
  });
}
