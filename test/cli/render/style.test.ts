import stringWidth from 'fast-string-width';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStyle, formatTable, listValues, pad, wrap } from '../../../src/cli/render/style.js';

describe('pad', () => {
  it.each([
    ['alice', 'alice   '],
    ['é…’', 'é…’     '],
    ['漢字', '漢字    '],
    ['👩‍👧', '👩‍👧      '],
  ])('counts columns as a terminal does: %s', (text, padded) => {
    expect(pad(text, 8)).toBe(padded);
  });

  it('counts as the package does, whichever letters are counted here', () => {
    const narrow = fc.constantFrom(...' az~\u00a0\u00ad\u00a9\u00ff\u2010\u2019\u2026\u2027');
    const other = fc.constantFrom('\ufe0f', '\u0301', '\u200d', '漢', '👩', '\u3000', '\u2028');
    fc.assert(
      fc.property(fc.array(fc.oneof(narrow, other, fc.string({ unit: 'grapheme', maxLength: 2 }))), (parts) => {
        const text = parts.join('');
        expect(pad(text, 60).length - text.length).toBe(Math.max(0, 60 - stringWidth(text)));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('wrap', () => {
  it('breaks where the columns end, not the characters', () => {
    expect(wrap('漢字漢字漢 字漢字漢字 abc', 20, 0)).toEqual(['漢字漢字漢', '字漢字漢字 abc']);
  });
});

describe('formatTable', () => {
  const style = createStyle({ isTTY: true, columns: 60 }, { NO_COLOR: '1' }, undefined);

  it('wraps the widest columns where the terminal ends, each under itself', () => {
    const roles = 'system:serviceaccount:llama:runner, system:serviceaccounts, system:authenticated';
    expect(formatTable([['roles', roles, 'from username, groups']], style)).toBe(
      [
        '  roles  system:serviceaccount:llama:runner,  from username,',
        '         system:serviceaccounts,              groups',
        '         system:authenticated',
        '',
      ].join('\n'),
    );
  });

  it('wraps nothing that fits', () => {
    expect(
      formatTable(
        [
          ['a', 'b c', 'd e'],
          ['f', '', ''],
        ],
        style,
        { head: ['x', 'y'] },
      ),
    ).toBe('  x  y\n  a  b c  d e\n  f\n');
  });

  it('takes tens of thousands of rows', () => {
    const rows = Array.from({ length: 130_000 }, (_, index) => [String(index)]);
    expect(formatTable(rows, style).split('\n')).toHaveLength(130_001);
  });
});

describe('listValues', () => {
  it.each([
    [['ml', 'ops'], 'ml, ops'],
    [['ml,ops'], '"ml,ops"'],
    [['a b', ' c', ''], 'a b, " c", ""'],
    [['say "a"'], '"say \\"a\\""'],
    [[], ''],
  ])('tells one value from two: %j', (values, text) => {
    expect(listValues(values)).toBe(text);
  });

  it('counts those that it leaves out', () => {
    expect(listValues(Array.from({ length: 23 }, () => 'a'))).toMatch(/^a, .*, a and 3 more$/);
  });
});

describe('createStyle', () => {
  const isColoured = (env: Readonly<Record<string, string>>, isTTY = true, color?: boolean): boolean =>
    createStyle({ isTTY, columns: 80 }, env, color).bad('x') !== 'x';

  it('colours what goes to a terminal, unless the flag or the environment says otherwise', () => {
    expect([isColoured({}), isColoured({}, false), isColoured({ TERM: 'dumb' })]).toEqual([true, false, false]);
    expect([isColoured({ NO_COLOR: '1' }), isColoured({ NO_COLOR: '' })]).toEqual([false, true]);
    for (const off of ['0', 'false']) expect(isColoured({ FORCE_COLOR: off })).toBe(false);
    expect([isColoured({ FORCE_COLOR: '1' }, false), isColoured({ FORCE_COLOR: '' }, false)]).toEqual([true, true]);
    expect(isColoured({ FORCE_COLOR: '1', NO_COLOR: '1' }, false)).toBe(false);
    expect([isColoured({ NO_COLOR: '1' }, false, true), isColoured({}, true, false)]).toEqual([true, false]);
  });

  it('escapes what it paints, in colours and without', () => {
    for (const color of [true, false]) {
      const { plain, strong, dim, good, bad, warn } = createStyle({ isTTY: true, columns: 80 }, {}, color);
      for (const paint of [plain, strong, dim, good, bad, warn]) {
        const painted = paint('a\u001b[2Jb');
        expect(painted).toContain('a\\u{1b}[2Jb');
        expect(painted).not.toContain('\u001b[2J');
      }
    }
  });

  it('is as wide as the terminal, but neither too narrow nor too wide to be read', () => {
    const widths = [10, 100, 500, null].map((columns) => createStyle({ isTTY: true, columns }, {}, false).width);
    expect(widths).toEqual([40, 100, 120, 80]);
  });

  it('cuts a list of long values', () => {
    expect(listValues(['x'.repeat(300)])).toBe(`${'x'.repeat(200)}…`);
  });
});
