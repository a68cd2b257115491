import { describe, expect, it, test } from 'vitest';
import { compilePythonPattern } from '../../src/policy/pattern.js';
import { translatePattern } from '../../src/policy/python-pattern.js';

/** Which of the texts a pattern matches from their start. */
function matched(pattern: string, texts: readonly string[]): string[] {
  const compiled = compilePythonPattern(pattern);
  if (!compiled.ok) return expect.fail(`${pattern}: ${compiled.message}`);
  return texts.filter((text) => compiled.matches(text));
}

describe('translatePattern', () => {
  const LOOKING = 'it uses looking ahead or behind ("(?=", "(?!", "(?<=", "(?<!")';
  const POSSESSIVE = 'it uses possessive repetition ("++", "*+")';

  test.each([
    ['a'.repeat(16_001), 'it has more than 16000 characters'],
    ['a$b', 'it uses "$" before the end'],
    ['(a$|b).*', 'it uses "$" before the end'],
    ['(a|b$){2}', 'it uses a repeated "$"'],
    ['a*+', POSSESSIVE],
    ['a{2}+', POSSESSIVE],
    ['a{1001}', 'it uses more than 1000 repetitions'],
    ['a{1001,}', 'it uses more than 1000 repetitions'],
    ['a{0,1001}', 'it uses more than 1000 repetitions'],
    ['\\bx', 'it uses \\b and \\B'],
    ['x\\B', 'it uses \\b and \\B'],
    ['(?=a)', LOOKING],
    ['(?!a)*', LOOKING],
    ['(?<=a)', LOOKING],
    ['(?<!a)', LOOKING],
    ['(?P<n>a)(?P=n)', 'it uses references to groups'],
    ['(a)\\1{2}', 'it uses references to groups'],
    ['(?P<name>a)(?P=name)', 'it uses references to groups'],
    ['(?>a)', 'it uses "(?>"'],
    ['(a)(?(1)b)', 'it uses "(?("'],
    ['(?(1)a)(b)', 'it uses "(?("'],
    // One that looks ahead further on is not what is wrong here.
    ['(?>(?=a))', 'it uses "(?>"'],
    ['\\N{DIGIT ONE}', 'it uses characters by their names'],
    ['(?i)[\\Wa]', 'it uses \\W beside letters, where case is ignored'],
    ['\\udfff', 'it names half a character'],
    ['[\\ud800]', 'it names half a character'],
    [`${'('.repeat(501)}${')'.repeat(501)}`, 'more than 500 groups stand in one another'],
    ['a{1000}'.repeat(20), 'it is too large'],
    ['\\w'.repeat(2000), 'it is too large'],
  ])('has no equal for %s: %s', (pattern, message) => {
    expect(translatePattern(pattern)).toEqual({ ok: false, isPython: true, message });
  });

  // Python 3.11 refuses each of these, some of them after what authcheck does not support.
  test.each([
    ['(?L)a', '"(?L" means nothing here'],
    ['(?au)a', 'the flags a and u exclude one another'],
    ['(?a)(?u)a', 'the flags a and u exclude one another'],
    ['(?au:b)', 'the flags a and u exclude one another'],
    ['^*', 'an anchor is repeated'],
    ['\\A+', 'an anchor is repeated'],
    ['\\Z?', 'an anchor is repeated'],
    ['\\b*', 'an anchor is repeated'],
    ['(?m)$*', 'an anchor is repeated'],
    ['a**', 'a repetition is repeated'],
    ['a*?*', 'a repetition is repeated'],
    ['a*++', 'a repetition is repeated'],
    ['a{2}{3}', 'a repetition is repeated'],
    ['a(?#c)**', 'a repetition is repeated'],
    ['(?x)a* ?', 'a repetition is repeated'],
    ['a{3,2}', 'the lower count of a repetition is above the upper'],
    ['a{4294967295}', 'a count is too large'],
    ['*a', 'there is nothing to repeat'],
    ['a|{2}', 'there is nothing to repeat'],
    ['(?!a)(*b)', 'there is nothing to repeat'],
    ['(?i-i:a)', 'a flag is turned on and off'],
    ['(?ims-ms:a)', 'a flag is turned on and off'],
    ['(?P<n>a)(?P<n>b)', 'two groups have one name'],
    ['\\1', '\\1 refers to no group before it'],
    ['(a)\\10', '\\10 refers to no group before it'],
    ['(a\\1)', '\\1 refers to no group before it'],
    ['(?P=n)', '(?P=n) refers to no group before it'],
    ['(?P<n>a(?P=n))', '(?P=n) refers to no group before it'],
    ['(a)(?(2)b)', 'there is no group 2'],
    ['(a)(?(10)b)', 'there is no group 10'],
    ['(?:a)(b)\\2', '\\2 refers to no group before it'],
    ['(?i:a)(b)\\2', '\\2 refers to no group before it'],
    ['(?<x>a)', '"(?<" means nothing here'],
    ['(?P<1>a)', '"(?P" means nothing here'],
    ['a(?i)b', '"(?i" means nothing here'],
    [' (?x)a', '"(?x" means nothing here'],
    ['(?', '"(?" means nothing here'],
    ['(?a-u:b)', '"(?a" means nothing here'],
    ['(a', 'a parenthesis is not closed'],
    ['(?:a', 'a parenthesis is not closed'],
    ['(?!a', 'a parenthesis is not closed'],
    ['a)', 'a parenthesis is closed that was never opened'],
    ['a++)', 'a parenthesis is closed that was never opened'],
    ['(?#a', '"(?#" means nothing here'],
    ['[a', 'a bracket is not closed'],
    ['[]', 'a bracket is not closed'],
    ['[a-', 'it ends within an escape or a bracket'],
    ['[z-a]', 'a range in brackets is bad'],
    ['[\\d-a]', 'a range in brackets is bad'],
    ['[a-\\d]', 'a range in brackets is bad'],
    ['\\', 'it ends within an escape or a bracket'],
    ['\\q', '\\q means nothing here'],
    ['[\\Z]', '\\Z means nothing here'],
    ['[a\\A]', '\\A means nothing here'],
    ['[\\9]', '\\9 means nothing here'],
    ['[\\400]', '\\400 means nothing here'],
    ['\\x4', '\\x means nothing here'],
    ['\\u123', '\\u means nothing here'],
    ['\\U0001f60', '\\U means nothing here'],
    ['\\N', '\\N means nothing here'],
    ['\\U00110000', 'it names a character that does not exist'],
  ])('refuses %s: %s', (pattern, message) => {
    expect(translatePattern(pattern)).toEqual({ ok: false, isPython: false, message });
  });

  // What a rule covers goes on behind a pattern that does not say where it ends.
  test.each([
    ['', false],
    ['a', false],
    ['(?:)', false],
    ['^', false],
    ['\\A', false],
    ['a$', true],
    ['(?m)a$', true],
    ['a\\Z', true],
    ['a\\Zb', false],
    ['a.*', true],
    ['a.+', true],
    ['a.*?', true],
    ['a.{2,}', true],
    ['a.{2}', false],
    ['a.{0,9}', false],
    ['a.?', false],
    ['a.*b', false],
    ['a*', false],
    ['a+', false],
    ['(?:a\\Z)+', true],
    ['(?:a\\Z){1,2}', true],
    ['(?:a\\Z)*', false],
    ['(?:a\\Z)?', false],
    ['(a$|b$)', true],
    ['(a$|b)', false],
    ['(a|b$)', false],
    ['a$|b\\Z', true],
    ['a|b\\Z', false],
  ])('knows whether %s says where it ends: %s', (pattern, isEnded) => {
    expect(translatePattern(pattern)).toMatchObject({ ok: true, isEnded });
  });

  it('counts the groups that stand in one another, not those behind one another', () => {
    expect(translatePattern('(?:a)'.repeat(501)).ok).toBe(true);
  });

  it('reads what is just within its limits', () => {
    expect(translatePattern('a'.repeat(16_000)).ok).toBe(true);
    expect(matched('a{1000}$', ['a'.repeat(999), 'a'.repeat(1000), 'a'.repeat(1001)])).toEqual(['a'.repeat(1000)]);
    expect(translatePattern('('.repeat(500) + ')'.repeat(500)).ok).toBe(true);
    expect(matched('a{2,2}$', ['a', 'aa', 'aaa'])).toEqual(['aa']);
    expect(matched('\\ud7ff|\\ue000', ['\ud7ff', '\ue000'])).toEqual(['\ud7ff', '\ue000']);
    expect(matched('\\U0010ffff', ['\u{10ffff}'])).toEqual(['\u{10ffff}']);
  });
});

// What each takes was asked of Python 3.11.
describe('compilePythonPattern', () => {
  const PLANE = Array.from({ length: 0xd800 }, (_, code) => String.fromCharCode(code));
  const SPACES = [...'\t\n\v\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000'];
  const EM_SPACES = Array.from({ length: 11 }, (_, index) => String.fromCharCode(0x2000 + index));

  test.each([
    ['\\s', true],
    ['[\\s]', true],
    ['\\S', false],
    ['[^\\S]', true],
  ])('%s knows every white space of Python and no other', (pattern, isSpace) => {
    const spaces = new Set([...SPACES, ...EM_SPACES]);
    expect(matched(pattern, PLANE)).toEqual(PLANE.filter((text) => spaces.has(text) === isSpace));
  });

  test.each([
    ['\\a', '\u0007'],
    ['\\f', '\f'],
    ['\\n', '\n'],
    ['\\r', '\r'],
    ['\\t', '\t'],
    ['\\v', '\v'],
    ['[\\b]', '\b'],
    ['\\0', '\0'],
    ['\\07', '\u0007'],
    ['\\012', '\n'],
    ['\\177', '\u007f'],
    ['\\377', '\u00ff'],
    ['\\x2F', '/'],
    ['\\u00Fd', '\u00fd'],
    ['\\U0001F600', '😀'],
    ['😀', '😀'],
    ['[😀]', '😀'],
    ['\\😀', '😀'],
    ['\\\uffff', '\uffff'],
    ['\\ü', 'ü'],
    ['\\.', '.'],
    ['\\ ', ' '],
    ['~', '~'],
  ])('%s is one character', (pattern, character) => {
    const near = [-1, 1].map((step) => String.fromCodePoint(Math.max(0, (character.codePointAt(0) ?? 0) + step)));
    const others = near.filter((text) => text !== character);
    expect(matched(`${pattern}\\Z`, [character, ...others, '', 'q', character + character])).toEqual([character]);
  });

  test.each([
    // What follows an escape is not part of it.
    ['\\0123\\Z', ['\n3', 'S', '\u0001\u0032\u0033'], ['\n3']],
    ['\\08\\Z', ['\u00008', '8'], ['\u00008']],
    ['\\x411\\Z', ['A1', 'A'], ['A1']],
    ['\\u00411\\Z', ['A1'], ['A1']],
    ['\\U000000411\\Z', ['A1'], ['A1']],
    // Classes.
    ['[^a]', ['a', 'b', '\n'], ['b', '\n']],
    ['[a^]', ['a', '^', 'b'], ['a', '^']],
    ['[]-a]', [']', '^', '_', '`', 'a', 'b', '-'], [']', '^', '_', '`', 'a']],
    ['[+--]', ['+', ',', '-', '.'], ['+', ',', '-']],
    ['[a-c]', ['a', 'b', 'c', 'd', '-'], ['a', 'b', 'c']],
    ['[a-a]', ['a', 'b'], ['a']],
    ['[a\\b-\\t]', ['\b', '\t', 'a', 'b', '-'], ['\b', '\t', 'a']],
    ['[\\a-\\b]', ['\u0007', '\b', 'b', '\t'], ['\u0007', '\b']],
    ['[a-]', ['a', '-', 'b'], ['a', '-']],
    ['[\\d-]', ['1', '-', 'a'], ['1', '-']],
    ['[\\D]', ['1', '٣', 'a'], ['a']],
    ['[\\w]', ['é', '٣', '_', '-', '²'], ['é', '٣', '_', '²']],
    ['\\w', ['é', '٣', '_', '-', '²'], ['é', '٣', '_', '²']],
    ['\\W', ['é', '٣', '_', '-', '²', '\n'], ['-', '\n']],
    ['\\d', ['1', '٣', '²', 'a'], ['1', '٣']],
    // Repetitions: braces that are none are characters.
    ['a{2}\\Z', ['a', 'aa', 'aaa', 'a{2}'], ['aa']],
    ['a{10}\\Z', ['a'.repeat(10), 'a'], ['a'.repeat(10)]],
    ['a{2,}\\Z', ['a', 'aa', 'aaa'], ['aa', 'aaa']],
    ['a{,2}\\Z', ['', 'a', 'aa', 'aaa'], ['', 'a', 'aa']],
    ['a{1,12}\\Z', ['', 'a', 'a'.repeat(12), 'a'.repeat(13)], ['a', 'a'.repeat(12)]],
    ['a{}\\Z', ['a', 'a{}'], ['a{}']],
    ['a{1x}\\Z', ['a', 'a{1x}'], ['a{1x}']],
    ['a+?\\Z', ['a', 'aa', 'a?'], ['a', 'aa']],
    ['(?:ab)+\\Z', ['ab', 'abab', 'abb'], ['ab', 'abab']],
    // Comments and names.
    ['a(?#(*)b\\Z', ['ab', 'a'], ['ab']],
    ['(?#x)a|(?#)b', ['a', 'b', '#'], ['a', 'b']],
    ['a(?#long)(?#er)b\\Z', ['ab', 'a'], ['ab']],
    ['(?x)a (?#long) (?#er)b\\Z', ['ab', 'a'], ['ab']],
    ['(?P<_a1>x)(?P<b>y)\\Z', ['xy'], ['xy']],
    ['(?P<nn>x)(?P<n>y)\\Z', ['xy'], ['xy']],
    // Flags: of the whole, of a group, and out of it again.
    ['(?i)(?s)A.', ['a\n', 'a', 'b\n'], ['a\n']],
    ['(?is)A.', ['a\n', 'a'], ['a\n']],
    ['(?u)a', ['a', 'A'], ['a']],
    ['(?u:a)', ['a', 'A'], ['a']],
    ['(?i:a)b', ['ab', 'Ab', 'AB'], ['ab', 'Ab']],
    ['(?i)(?-i:a)b', ['ab', 'aB', 'AB'], ['ab', 'aB']],
    ['(?i)(?s-i:a.)b', ['a\nb', 'a\nB', 'A\nb'], ['a\nb', 'a\nB']],
    ['(?i)(?:a)', ['a', 'A'], ['a', 'A']],
    ['(?i)(a)', ['a', 'A'], ['a', 'A']],
    ['(?s)(?-s:.)', ['\n', 'a'], ['a']],
    ['(.)', ['\n', 'a'], ['a']],
    ['(?s)(.)', ['\n', 'a'], ['\n', 'a']],
    ['(?s:.).', ['\na', '\n\n', 'aa'], ['\na', 'aa']],
    ['(?m)(?-m:a$)', ['a', 'a\n', 'a\nb'], ['a', 'a\n']],
    ['(?m:a$)\\nb', ['a\nb', 'a'], ['a\nb']],
    ['(?m)a\\n^b', ['a\nb'], ['a\nb']],
    ['a\\n^b', ['a\nb'], []],
    ['(?m-s:a$)', ['a\nb', 'ab'], ['a\nb']],
    ['(?#c)(?i)(?#d)A', ['a', 'A', '#'], ['a', 'A']],
    ['a(?#c)*\\Z', ['', 'a', 'aa', 'b'], ['', 'a', 'aa']],
    // Verbose: white space and comments mean nothing, but in brackets and after a backslash.
    ['(?x) a b #c\n *\\Z', ['a', 'ab', 'abb', 'a b'], ['a', 'ab', 'abb']],
    ['(?x)\n(?i) A # to the end', ['a', 'A', ' A'], ['a', 'A']],
    ['(?x)[ #]\\ \\#\\Z', ['  #', '# #', ' #'], ['  #', '# #']],
    ['(?x:a b) c', ['ab c', 'abc', 'a b c'], ['ab c']],
    ['(?x)a (?-x: )b', ['a b', 'ab'], ['a b']],
    ['(?x)a{1, 2}\\Z', ['a', 'aa', 'a{1,2}'], ['a{1,2}']],
    // ASCII alone.
    ['(?a)\\w\\Z', ['a', 'é', '1', '٣', '_', '-'], ['a', '1', '_']],
    ['(?a)\\W\\Z', ['a', 'é', '1', '٣', '_', '-'], ['é', '٣', '-']],
    ['(?a)\\d\\Z', ['1', '٣'], ['1']],
    ['(?a)[\\D]\\Z', ['1', '٣'], ['٣']],
    ['(?a)[\\s]\\Z', [' ', '\t', '\u00a0', '\u001c'], [' ', '\t']],
    ['(?a)\\S\\Z', [' ', '\t', '\u00a0', '\u001c'], ['\u00a0', '\u001c']],
    ['(?a:\\w)\\w\\Z', ['aé', 'éa'], ['aé']],
    ['(?a)(?u:\\w)\\w\\Z', ['aé', 'éa'], ['éa']],
    ['(?ai)[h-k]\\Z', ['i', 'I', 'K', '\u212a', 'İ', 'L'], ['i', 'I', 'K']],
    ['(?ai)s|É', ['s', 'S', 'ſ', 'É', 'é'], ['s', 'S', 'É']],
    // Classes know no case: U+0345 is a letter only in upper case.
    ['(?i)\\w', ['a', '\u0345'], ['a']],
    ['(?i)\\W', ['a', '\u0345', 'ι'], ['\u0345']],
    ['(?i)[^\\w.]', ['a', '\u0345', '.'], ['\u0345']],
    ['[^\\W_]', ['a', 'é', '_', '-', '٣', '\u203f'], ['a', 'é', '٣']],
    ['[\\W_]', ['a', 'é', '_', '-', '٣', '\u203f', '\u0378'], ['_', '-', '\u203f', '\u0378']],
    ['[\\1\\12\\377]', ['\u0001', '\n', 'ÿ', '1'], ['\u0001', '\n', 'ÿ']],
    // Letters that are one to Python where case is ignored.
    ['(?i)\\u0130', ['i', 'I', 'İ', 'ı', 'j'], ['i', 'I', 'İ', 'ı']],
    ['(?i)[ı]', ['i', 'I', 'İ', 'ı', 'j'], ['i', 'I', 'İ', 'ı']],
    ['(?i)[!-M]', ['a', 'A', 'z', '~'], ['a', 'A']],
    ['(?i)[I-J]', ['i', 'I', 'İ', 'ı', 'j', 'k'], ['i', 'I', 'İ', 'ı', 'j']],
    ['(?i)[h-i]', ['i', 'I', 'İ', 'ı', 'h', 'k'], ['i', 'I', 'İ', 'ı', 'h']],
    ['(?i)[j-z]', ['i', 'I', 'İ', 'ı'], []],
    ['[h-j]', ['i', 'I', 'İ', 'ı'], ['i']],
    ['(?i)s', ['s', 'S', 'ſ', 'z'], ['s', 'S', 'ſ']],
    // Anchors.
    ['^a', ['a', 'ba', '\na'], ['a']],
    ['a\\Z', ['a', 'a\n'], ['a']],
    ['a$', ['a', 'a\n', 'a\n\n', 'ab'], ['a', 'a\n']],
    ['(?:a$|b)', ['a', 'ac', 'bc'], ['a', 'bc']],
    ['(?:b|a$)', ['a', 'ac', 'bc'], ['a', 'bc']],
    ['(^a)+', ['a', 'b'], ['a']],
    ['^^a\\Z\\Z', ['a', 'aa'], ['a']],
    ['(?m)a^b', ['ab', 'a\nb'], []],
    ['a\\Ab', ['ab', 'a\nb'], []],
    ['(?i:(?P<n>a)b)', ['AB', 'ab', 'a'], ['AB', 'ab']],
    // Alternatives reach as far as their group.
    ['a|b', ['a', 'b', 'ca'], ['a', 'b']],
    ['(?:a|b)c', ['ac', 'bc', 'a'], ['ac', 'bc']],
    ['a|', ['', 'b'], ['', 'b']],
  ])('%s', (pattern, texts, expected) => {
    expect(matched(pattern, texts)).toEqual(expected);
  });

  it('is a match at the start of the text alone, on every line of no flag', () => {
    expect(matched('(?m)b', ['b', 'a\nb'])).toEqual(['b']);
    expect(matched('b|a', ['xb', 'xa'])).toEqual([]);
  });
});
