import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfigText } from '../../src/config/document.js';
import { replaceValues } from '../../src/config/edit.js';

const replaceFirst = (text: string, value: unknown): string =>
  replaceValues(text, 'a.yaml', [{ path: ['tests', 0, 'expect'], value }]);

describe('replaceValues', () => {
  it.each([
    ['a block', 'tests:\n  - a: 1 # one\n    expect:\n      x: y # gone\n\n  # two\n  - b: 2\n'],
    ['a flow', 'tests: [{a: 1, expect: {x: y}, c: "3"}, {b: 2}] # end\n'],
    ['a flow in a block', 'tests:\n- a: 1\n  expect: {x: y} # kept\n  c: 3\n- b: 2'],
    ['a missing one in a block', 'tests:\n  - a: 1 # one\n\n  - b: 2\n'],
    ['a missing one behind a nested block', 'tests:\n  - a:\n      - 1\n      - {c: d} # last\n# two\n  - b: 2\n'],
    ['a missing one in a flow', 'tests: [{a: 1 }, {b: 2}]'],
    ['a missing one in an empty flow', 'tests: [{}, {b: 2}]'],
    ['a missing one in a flow with a comment in its last line', 'tests:\n  - { a: 1,\n      b: {c: d} # cc\n    }\n'],
    [
      'a missing one in a flow with a comma and a comment',
      'tests:\n  - { a: 1, # c, }\n      b: [2], # d\n    } # e\n',
    ],
    ['a missing one in an empty flow with a comment', 'tests:\n  - { # cc\n    }\n'],
    ['a missing one behind an alias', 'x: &x 1\ntests: [{a: *x }]'],
    ['a missing one at the end', 'tests:\n  - {b: 2}\n'],
    ['an empty mapping', 'tests:\n  - expect: {}\n  - b: 2\n'],
  ])('replaces %s', (_name, text) => {
    const value = { outcome: 'accepted', attributes: { roles: ['yes', 'a b', '1:30'] }, reason: null };
    const result = replaceFirst(text, value);
    expect(parseConfigText(result, 'a.yaml', '1.2').value).toEqual(withExpect(text, value));
    for (const comment of text.match(/# (?!gone).*$/gm) ?? []) expect(result).toContain(comment);
  });

  it('leaves all other bytes alone', () => {
    expect(replaceFirst('tests:\n  - { a: 1 , # c\n  }', { z: 1 })).toBe(
      'tests:\n  - { a: 1, expect: { z: 1 } , # c\n  }',
    );
    expect(replaceFirst('tests:\n -  a:   1\n    expect:\n        x: y\n    # c\n    b: [ 2 ]\n', { z: 1 })).toBe(
      'tests:\n -  a:   1\n    expect:\n        z: 1\n    # c\n    b: [ 2 ]\n',
    );
  });

  it('replaces several, whatever their order', () => {
    const text = 'tests:\n  - expect: {a: 1}\n  - expect: {a: 2}\n';
    const at = (index: number, value: unknown): { path: (string | number)[]; value: unknown } => ({
      path: ['tests', index, 'expect'],
      value,
    });
    expect(replaceValues(text, 'a', [at(1, { b: [1, 2, 3] }), at(0, { c: 'long enough' })])).toBe(
      'tests:\n  - expect: { c: long enough }\n  - expect: { b: [ 1, 2, 3 ] }\n',
    );
  });

  it.each([
    ['tests:\n  - expect: &a {x: y}\n  - expect: *a\n'],
    ['x: &a {x: y}\ntests:\n  - expect: *a\n'],
    ['x: &a {x: y}\ntests:\n  - expect: {<<: *a}\n'],
    ['x: &a {expect: {x: y}}\ntests:\n  - *a\n'],
  ])('refuses what is shared: %s', (text) => {
    expect(() => replaceFirst(text, {})).toThrow('cannot be replaced');
  });

  it('writes what is read back, whatever the words', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'yes',
        'no',
        '1:30',
        '2026-01-01',
        '1_000',
        '~',
        'null',
        '<<',
        '0x1f',
        '=',
        'a\tb',
        'a\u2028b',
        'a\u0085b',
        `${'a'.repeat(40)}\n\nb\n`,
        '- a',
        '# b',
        'a: b',
        '\n',
      ),
    );
    const value = fc.dictionary(
      word.filter((name) => name !== '__proto__'),
      fc.oneof(word, fc.array(word), fc.dictionary(fc.constantFrom('a', 'b'), word)),
      { minKeys: 1 },
    );
    const layout = fc.constantFrom(
      'tests:\n  - a: 1\n    expect:\n      x: y\n',
      'tests: [{expect: {x: y}}]',
      'tests:\n  - a: 1',
    );
    fc.assert(
      fc.property(value, layout, (fresh, text) => {
        const written = replaceFirst(text, fresh);
        for (const version of ['1.1', '1.2'] as const)
          expect(parseConfigText(written, 'a', version).value).toEqual(withExpect(text, fresh));
      }),
      { numRuns: 300 },
    );
  });
});

/** The document as it should be. */
function withExpect(text: string, value: unknown): unknown {
  const document = parseConfigText(text, 'a', '1.2').value as { tests: [object, ...object[]] };
  const [first, ...rest] = document.tests;
  return { ...document, tests: [{ ...first, expect: value }, ...rest] };
}
