import { expect, test } from 'vitest';
import { formatChange } from '../../../src/cli/render/diff.js';
import type { Json } from '../../../src/index.js';
import { createStyle } from '../../../src/cli/render/style.js';

const style = createStyle({ isTTY: false, columns: 100 }, {}, false);

test('two values that differ in white space alone are shown as two', () => {
  const rule = (principal: string): Json => [{ permit: { actions: 'read', principal } }];
  const change = { path: 'access_policy', before: rule('a b'), after: rule('a  b') };
  const [before = '', after = ''] = formatChange(change, 13, style).split('\n');
  expect(before).toContain('"a b"');
  expect(after).toContain('"a  b"');
});

test('a path that is longer than the room for it has a line of its own', () => {
  const path = 'attributes.a_name_that_nobody_can_remember';
  expect(formatChange({ path, before: 'a', after: 'b' }, 36, style)).toBe(
    `  ${path}\n${' '.repeat(40)}− a\n${' '.repeat(40)}+ b\n`,
  );
  expect(formatChange({ path: 'outcome', before: 'a', after: 'b' }, 7, style)).toBe('  outcome  − a\n           + b\n');
});
