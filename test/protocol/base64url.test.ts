import { expect, test } from 'vitest';
import { decodeBase64url, pointAt } from '../../src/protocol/base64url.js';

test('has one spelling for each value', () => {
  expect(decodeBase64url('AQID')).toEqual(Buffer.from([1, 2, 3]));
  expect(decodeBase64url('')).toEqual(Buffer.alloc(0));
  for (const text of ['AQI=', 'AQI D', 'A', 'AR', 'AQ+/']) expect(decodeBase64url(text), text).toBeNull();
});

test.each([
  ['=', 'padding "="'],
  [' ', 'a space'],
  ['\n', 'a line break'],
  ['\r', 'a line break'],
  ['+', '"+"'],
  ['/', '"/"'],
  ['%', '"%"'],
  ['"', '"\\""'],
  ['ä', 'the character U+00E4'],
  ['\0', 'the character U+0000'],
  ['\u{1f511}', 'the character U+1F511'],
  ['\t', 'a tab'],
  ['!', '"!"'],
  ['}', '"}"'],
  ['\u007f', 'the character U+007F'],
  ['\u00ad', 'a soft hyphen (U+00AD)'],
  ['\u200b', 'a zero-width space (U+200B)'],
  ['\u200c', 'a zero-width non-joiner (U+200C)'],
  ['\u200d', 'a zero-width joiner (U+200D)'],
  ['\u2028', 'a line separator (U+2028)'],
  ['\u2060', 'a word joiner (U+2060)'],
  ['\u00a0', 'a no-break space (U+00A0)'],
  ['\ufeff', 'a byte order mark (U+FEFF)'],
])('points at %j', (character, name) => {
  expect(pointAt(`ab${character}${character}`)).toBe(`: ${name} at position 3`);
});

test('points at the end where no character is wrong', () => {
  expect(pointAt('AB')).toBe(': it was cut off or changed at its end');
});
