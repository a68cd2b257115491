import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatManPage, type ManPage } from '../../../src/cli/render/roff.js';

const PAGE: ManPage = {
  name: 'a-b',
  version: '1',
  summary: 's',
  usage: 'authcheck b',
  description: ['d'],
  options: [],
  commands: [],
  examples: ['authcheck b'],
  exits: [],
  environment: [],
  files: null,
  seeAlso: ['a'],
};

it('writes every character as it is typed', () => {
  const text = formatManPage({ ...PAGE, description: [".TH '", "'x", 'a-b \\n "q" `c` ^~', 'a\n.SH x', 'é…𝒳'] });
  expect(text).toContain(
    [
      '\\&.TH \\(aq',
      '.PP',
      '\\&\\(aqx',
      '.PP',
      'a\\-b \\en \\(dqq\\(dq \\(gac\\(ga \\(ha\\(ti',
      '.PP',
      'a .SH x',
      '.PP',
      '\\[u00E9]\\[u2026]\\[u1D4B3]',
    ].join('\n'),
  );
});

it('paints what is typed bold, and what stands for something in italics', () => {
  const entries = [{ term: '-v, --verbose <how much> [x...]', text: '.' }];
  expect(formatManPage({ ...PAGE, options: [{ heading: '', entries }] })).toContain(
    '.TP\n\\&\\fB\\-v\\fR, \\fB\\-\\-verbose\\fR \\fI<how much>\\fR \\fI[x...]\\fR\n\\&.\n',
  );
});

it('makes no text a command, whatever it says', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom('.', "'", '\\', 'f', 'B', '\n', ' ', '"', 'T', 'H') }),
  );
  fc.assert(
    fc.property(text, text, (one, other) => {
      const entry = { term: one, text: other };
      const page = { ...PAGE, summary: one, description: [one, other], examples: [one], exits: [entry], files: other };
      const macros = (written: ManPage): string[] =>
        formatManPage(written)
          .split('\n')
          .filter((line) => /^[.']/.test(line));
      const plain = {
        ...page,
        summary: 'x',
        description: ['x', 'x'],
        examples: ['x'],
        exits: [{ term: 'x', text: other === '' ? '' : 'x' }],
        files: 'x',
      };
      expect(macros(page)).toEqual(macros(plain));
      expect(
        formatManPage(page).replace(/\\(?:f[BIR]|[e&-]|\((?:dq|aq|ga|ha|ti)|\[u[0-9A-F]{4,6}\])/g, ''),
      ).not.toContain('\\');
    }),
    { numRuns: 500 },
  );
});
