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
