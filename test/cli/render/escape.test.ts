import { expect, test } from 'vitest';
import { escapeTerminal } from '../../../src/cli/render/escape.js';

test('no character that a terminal obeys passes for a plain one', () => {
  const passed: string[] = [];
  for (let code = 0; code <= 0x10ffff; code += 1) {
    const character = String.fromCodePoint(code);
    const isObeyed = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(character);
    if (isObeyed && escapeTerminal(character) === character) passed.push(code.toString(16));
  }
  expect(passed).toEqual([]);
});

test.each(['a ::error x', '::error x', 'a ##[error] x'])('%j is no command to a CI system', (text) => {
  expect(escapeTerminal(text)).not.toBe(text);
});

test.each(['plain', 'a · b ✓ “c” ─ …', 'a::b', '# [x]', 'é 漢'])('%j stays as it is', (text) => {
  expect(escapeTerminal(text)).toBe(text);
});
