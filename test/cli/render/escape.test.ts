import { expect, test } from 'vitest';
import { escapeJson, escapeTerminal } from '../../../src/cli/render/escape.js';

test('no character that a terminal obeys passes for a plain one', () => {
  const passed: string[] = [];
  for (let code = 0; code <= 0x10ffff; code += 1) {
    const character = String.fromCodePoint(code);
    const isObeyed = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(character);
    if (isObeyed && escapeTerminal(character) === character) passed.push(code.toString(16));
  }
  expect(passed).toEqual([]);
});

test('no character that nobody sees passes, but for those that join others', () => {
  const passed: string[] = [];
  for (let code = 0; code <= 0x10ffff; code += 1) {
    const character = String.fromCodePoint(code);
    const isUnseen = /\p{Default_Ignorable_Code_Point}/u.test(character) || character === '\u2800';
    if (isUnseen && escapeTerminal(character) === character) passed.push(code.toString(16));
  }
  // Joiners, and how an emoji looks.
  expect(passed).toEqual(['200c', '200d', 'fe0e', 'fe0f']);
});

const COMMANDS = ['a ##[error] x', 'x##vso[task.setvariable]', '##VSO[a]b', "##teamcity[message text='x']"];

test.each(['a ::error x', '::error x', ...COMMANDS])('%j is no command to a CI system', (text) => {
  expect(escapeTerminal(text)).not.toBe(text);
});

test.each(COMMANDS)('%j is none inside JSON either, and stays what it says', (text) => {
  const json = escapeJson(JSON.stringify(text));
  expect(json).not.toMatch(/##[[a-z]/i);
  expect(JSON.parse(json)).toBe(text);
});

test.each(['plain', 'a · b ✓ “c” ─ …', 'a::b', '# [x]', 'é 漢'])('%j stays as it is', (text) => {
  expect(escapeTerminal(text)).toBe(text);
});
