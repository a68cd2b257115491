// Recorded from PyYAML 6.0.3, which the server reads its config with.
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { parseConfigText } from '../../src/config/document.js';
import { ConfigError } from '../../src/errors.js';

const read = (text: string): unknown => parseConfigText(text, 'run.yaml').value;

function fault(text: string): string | null {
  try {
    read(text);
    return null;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return `${error.findings[0]?.position ?? '-'}: ${error.findings[0]?.message ?? ''}`;
  }
}

describe('a plain scalar', () => {
  test.each<[string, unknown]>([
    ...['y', 'n', 'Y', 'N', '08', '0089', '1e5', '12345e67', '1.5e3', '01:30', '.', '-.5', '0o17', '1_', 'yES'].map(
      (text): [string, unknown] => [text, text === '1_' ? 1 : text],
    ),
    ['yes', true],
    ['Off', false],
    ['010', 8],
    ['0_1', 1],
    ['-0b101', -5],
    ['0x1F', 31],
    ['1_000', 1000],
    ['+7', 7],
    ['1:30', 90],
    ['-1:30:00', -5400],
    ['1.', 1],
    ['.5', 0.5],
    ['-1.5e+3', -1500],
    ['1:30.5', 90.5],
    ['-.inf', -Infinity],
    ['.NaN', NaN],
    ['~', null],
    ['', null],
  ])('%s is %j', (text, value) => {
    expect(read(`a: ${text}`)).toEqual({ a: value });
  });

  test('is read by the same rules whatever a directive says', () => {
    expect(read('%YAML 1.2\n---\na: 0100\nb: no\n')).toEqual({ a: 64, b: false });
  });

  test('of a file of tests is read as people and editors read it', () => {
    expect(parseConfigText('a: no\nb: 010\n', 'x', '1.2').value).toEqual({ a: 'no', b: 10 });
  });
});

describe('a single value', () => {
  test.each<[string, unknown]>([
    ['2026-1-1', '2026-1-1'],
    ['2026-01-01 01:02:03 +0530', '2026-01-01 01:02:03 +0530'],
    ['2026-1-1 1:02:03', new Date(1767229323000)],
    ['2026-01-01', new Date(1767225600000)],
    ['2026-01-01T01:02:03.5Z', new Date(1767229323500)],
    ['2026-01-01 01:02:03 -05:30', new Date(1767249123000)],
    ['2026-01-01 01:02:03.', new Date(1767229323000)],
    ['2026-01-01 01:02:03 +23:59', new Date(1767142983000)],
    ['0001-01-01', new Date(-62135596800000)],
    ['2024-02-29', new Date(1709164800000)],
    ['!!binary "aa=="', Buffer.from('i', 'latin1')],
    ['!!binary "YWJj"', Buffer.from('abc', 'latin1')],
    ['!!binary "aaaa="', Buffer.from('i\u00a6\u009a', 'latin1')],
    ['!!binary ""', Buffer.from('', 'latin1')],
    ['0x_1', 1],
    ['0_', 0],
    ['0b', '0b'],
    ['00', 0],
    ['-0', 0],
    ['+0', 0],
    ['08', '08'],
    ['0o7', '0o7'],
    ['!!float 1', 1.0],
    ['!!float "1e5"', 100000.0],
    ['!!float inf', Infinity],
    ['!!float 1:30', 90.0],
    ['!!null x', null],
    ['!!set {a: 1}', new Set(['a'])],
    ['!!set {a, b}', new Set(['a', 'b'])],
    ['!!int "5"', 5],
    ['!!int "-0b11"', -3],
    ['!!bool "yes"', true],
    ['!!bool YES', true],
    ['!!str 5', '5'],
    ['!!str =', '='],
    ['!!timestamp "2026-1-1"', new Date(1767225600000)],
    ['{=: 1}', { '=': 1 }],
    ['{<<: {a: 1}}', { a: 1 }],
    ['"="', '='],
    ['"<<"', '<<'],
    ['!!str <<', '<<'],
    ['1:30', 90],
    ['190:20:30.15', 685230.15],
    ['1_000.5', 1000.5],
    ['-.inf', -Infinity],
    ['1e5', '1e5'],
    ['.', '.'],
    ['1__0', 10],
    ['!!map {a: 1}', { a: 1 }],
    ['!!seq [a]', ['a']],
    ['0xZ', '0xZ'],
    ['1.5e+3', 1500.0],
    ['.5', 0.5],
    ['0._', 0.0],
    ['+.5', '+.5'],
  ])('%s is what the server makes of it', (text, value) => {
    const { a } = v.parse(v.object({ a: v.unknown() }), read(`a: ${text}`));
    // Of the two zeros, Python's whole numbers have one.
    expect(Object.is(a, -0) ? 0 : a).toEqual(value);
  });

  test.each([
    '2026-02-30',
    '2026-13-01',
    '2026-01-01 24:00:00',
    '2026-01-01 01:02:60',
    '2026-01-01 01:02:03 +24:00',
    '0000-01-01',
    '2023-02-29',
    '=',
    '<<',
    '!!binary "a"',
    '!!binary "aa"',
    '!!binary "é"',
    '0x_',
    '0b_',
    '-0x_',
    '!!float abc',
    '!!float ""',
    '!!int "08"',
    '!!int "abc"',
    '!!int ""',
    '!!int 1.0',
    '!!int "0X1f"',
    '!!bool "maybe"',
    '!!bool "1"',
    '!!bool y',
    '!!timestamp x',
    '[=]',
    '!foo x',
    '!!python/none x',
    '!!binary {a: 1}',
    '!!int [1]',
    '!!set [a]',
    '!!yaml x',
    '!!value x',
    '!!merge x',
  ])('%s is refused at its place, and not quoted', (text) => {
    expect(fault(`a: ${text}`)).toMatch(/^run\.yaml:1:\d+: /);
  });

  test.each([
    ['built: 2026-02-30', 'run.yaml:1:8: to the server this looks like a date, and there is no such day or time'],
    ['sep: =', 'run.yaml:1:6: the server cannot read a bare "="'],
    ['a: <<', 'run.yaml:1:4: the server cannot read a bare "<<" as a value'],
    ['x: 0x_', 'run.yaml:1:4: to the server this looks like a whole number, and is none'],
    ['a: !!binary "a"', 'run.yaml:1:4: to the server this is not Base64'],
    ['a: !!bool maybe', 'run.yaml:1:4: to the server this is neither true nor false'],
    ['a: !foo x', 'run.yaml:1:4: there is no such tag'],
  ])('is refused with a reason: %s', (text, message) => {
    expect(fault(text)).toContain(message);
  });
});

describe('a file that the server does not read as it looks', () => {
  test.each([
    ['a: 1\n---\nb: 2\n', 'run.yaml:2:1: a second document starts here; the server reads single-document files only'],
    ['a: 1\n...\n---\nb: 2\n', 'a second document starts here'],
    ['a: 1 # pinned\u2028b: 2\n', 'run.yaml:1:14: to the server a new line begins here; end lines with LF or CRLF'],
    ['a: 1 # x\u0085b: 2\n', 'to the server a new line begins here'],
    ['a: 1 # x\rb: 2\n', 'to the server a new line begins here'],
    ['a: 1 # \u0007\n', 'run.yaml:1:8: the server cannot read this character'],
    ['a: "\ufffe"\n', 'the server cannot read this character'],
    ['claims_mapping: {on: roles}\n', 'run.yaml:1:18: to the server this key is not a string; quote it'],
    ['claims_mapping:\n  sub: roles\n  42: teams\n', 'run.yaml:3:3: to the server this key is not a string'],
    ['x: &m {on: roles, 42: teams}\nclaims_mapping: *m\n', 'run.yaml:1:8: to the server this key is not a string'],
    ['claims_mapping:\n  <<: {on: roles}\n  groups: teams\n', 'run.yaml:2:8: to the server this key is not a string'],
    ['x: &m {42: a}\nclaims_mapping: {<<: [{b: c}, *m]}\n', 'run.yaml:1:8: to the server this key is not a string'],
    ['x: &k 42\nclaims_mapping: {*k : roles}\n', 'run.yaml:2:18: to the server this key is not a string'],
    ['image_name: {{ NAME }}\n', 'run.yaml:1:14: a mapping or list is used as a key here; quote a value'],
    ['x: &m [a]\ny:\n  ? *m\n  : b\n', 'run.yaml:3:5: a mapping or list is used as a key here'],
    ['? [a]\n: b\n', 'run.yaml:1:3: a mapping or list is used as a key here'],
  ])('is refused: %j', (text, message) => {
    expect(fault(text)).toContain(message);
  });

  test.each([
    ['claims_mapping: {"on": roles, n: teams, 1e5: x}\n', { claims_mapping: { on: 'roles', n: 'teams', '1e5': 'x' } }],
    ['a: 1\r\nb: "\ud83d\ude00"\r\n', { a: 1, b: '\ud83d\ude00' }],
    ['--- \na: 1\n...\n', { a: 1 }],
    ['x: &m {<<: {a: 1}}\nclaims_mapping: {<<: *m, b: roles}\n', { x: { a: 1 }, claims_mapping: { a: 1, b: 'roles' } }],
  ])('is not: %j', (text, value) => {
    expect(read(text)).toEqual(value);
  });

  test('is judged in linear time, however often a mapping of claims is named, and whatever it merges', () => {
    const claims = Array.from({ length: 2000 }, (_, i) => `c${i}: d`).join(', ');
    const uses = '- claims_mapping: *m\n- claims_mapping: {<<: *l}\n'.repeat(2000);
    const text = `- &m {${claims}}\n- &l [${'*m,'.repeat(2000)}]\n${uses}- a: &a {claims_mapping: {<<: *a}}\n- claims_mapping: {on: x}\n`;
    expect(fault(text)).toBe('run.yaml:4004:20: to the server this key is not a string; quote it');
  });

  test('may repeat what it names as often as a config of many models does', () => {
    const models = Array.from({ length: 1000 }, () => '  - *m\n').join('');
    expect(fault(`x: &m {a: 1}\nmodels:\n${models}`)).toBeNull();
    const bomb = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]\n`).join('');
    expect(fault(`a0: &a0 [x]\n${bomb}`)).toContain('the aliases multiply without end');
  });
});

describe('what the parser takes and PyYAML refuses', () => {
  const BRACKETS = 'to the server this character means something else within brackets; quote the value';
  const MISSING = 'there is no key before this ":"; remove it, or write one';
  const BELOW = 'to the server, a key ends on the line on which it begins; write the ":" behind it';
  const LINES =
    'to the server, a key within brackets ends on the line on which it begins; a comma may be missing before';
  test.each([
    ['no key', ': b\n', `run.yaml:1:1: ${MISSING}`],
    ['no key in a mapping', 'a:\n  b: c\n  : d\n', `run.yaml:3:3: ${MISSING}`],
    ['no key after a comment', 'a: b\n# c\n: d\n', `run.yaml:3:1: ${MISSING}`],
    ['no key in a list', '- a\n- : b\n', `run.yaml:2:3: ${MISSING}`],
    ['no key in brackets', 'a: {b: c, : d}\n', `run.yaml:1:11: ${MISSING}`],
    ['no key in a list in brackets', 'a: [b, : c]\n', `run.yaml:1:8: ${MISSING}`],
    ['a colon after brackets', 'a: {b: [c]}:\n  d: e\n', `run.yaml:1:12: ${MISSING}`],
    ['a tab after a colon', 'a:\tb\n', 'run.yaml:1:3: the server takes no tab here; use spaces'],
    ['a tab after a value', 'a: b\t\n', 'run.yaml:1:5: the server takes no tab here; use spaces'],
    ['a tab inside a value', 'a: b\tc\n', 'run.yaml:1:5: the server takes no tab here; use spaces'],
    ['a tab before a comment', 'a: b\nc: d\t# e\n', 'run.yaml:2:5: the server takes no tab here; use spaces'],
    ['a tab in a list', 'a: [b,\tc]\n', 'run.yaml:1:7: the server takes no tab here; use spaces'],
    ['a tab in an empty line', 'a: b\n\t\nc: d\n', 'run.yaml:2:1: the server takes no tab here; use spaces'],
    [
      'an odd anchor',
      'a: &x*y b\n',
      'run.yaml:1:4: to the server, the name of an anchor has only letters, digits, "-" and "_"; rename it',
    ],
    [
      'an anchor with a dot',
      'a: &x.y b\n',
      'run.yaml:1:4: to the server, the name of an anchor has only letters, digits, "-" and "_"; rename it',
    ],
    [
      'a tag without a name',
      'a: 1\nb: ! 123\n',
      'run.yaml:2:6: to the server a lone "!" changes nothing, and a number behind it is one; remove it',
    ],
    [
      'a tag without a name, before quotes',
      "a: {b: ! '5'}",
      'run.yaml:1:10: to the server a lone "!" changes nothing, and a number behind it is one; remove it',
    ],
    [
      'a tag without a name, before a block',
      'a: ! |\n  12\n',
      'run.yaml:1:6: to the server a lone "!" changes nothing, and a number behind it is one; remove it',
    ],
    [
      'a tag without a name and a value',
      'a: !\nb: 1\n',
      'run.yaml:1:5: to the server a lone "!" changes nothing, and a number behind it is one; remove it',
    ],
    [
      'an anchor twice',
      'a: &x 1\nb: &x 2\n',
      'run.yaml:2:4: the server refuses an anchor that stands twice; rename one',
    ],
    ['a "?" in brackets', 'a: {b: https://i.example/k?p=1}\n', `run.yaml:1:27: ${BRACKETS}`],
    ['a "?" in brackets, over lines', 'a: [b,\n  c\n  d?]\n', `run.yaml:3:4: ${BRACKETS}`],
    ['a "?" that begins a value', 'a: [{}, [], ?b]\n', `run.yaml:1:13: ${BRACKETS}`],
    ['a ":" that begins a value', 'a: [::1]\n', `run.yaml:1:5: ${BRACKETS}`],
    ['a key of two lines in brackets', 'a: {b: c,\n  d\n  e: f}\n', `run.yaml:2:3: ${LINES}`],
    ['a key whose ":" is on the next line', 'a: {"b"\n  : c}\n', `run.yaml:1:5: ${LINES}`],
    ['a key that is a list of two lines', 'a: {[b,\n  c]: d}\n', `run.yaml:1:5: ${LINES}`],
    ['a key whose ":" is below it', 'x: 1\na\n  : b\n', `run.yaml:3:3: ${BELOW}`],
    ['a key in quotes whose ":" is below it', 'x:\n  y: 1\n  "a" # b\n\n    : c\n', `run.yaml:5:5: ${BELOW}`],
    ['a key in a list whose ":" is below it', '- x: [1]\n  a\n   : b\n', `run.yaml:3:4: ${BELOW}`],
    [
      'a key of more than 1,024 characters in brackets',
      `a: {b: c, ${'d'.repeat(1025)}: e}\n`,
      'run.yaml:1:11: the server reads no key within brackets that is longer than 1,024 characters; write "? " before it',
    ],
  ])('%s', (_name, text, message) => {
    expect(fault(text)).toBe(message);
  });

  test.each([
    ['after a question mark', 'a: {? b\n  c : d}\n', { a: { 'b c': 'd' } }],
    ['for a value', 'a: {b:\n  c\n  d, e: "f\n  g"}\n', { a: { b: 'c d', e: 'f g' } }],
    ['for an item', 'a: [b\n  c, {d: e,\n  # f\n  g: h}]\n', { a: ['b c', { d: 'e', g: 'h' }] }],
    ['of 1,024 characters', `a: {${'b'.repeat(1024)}: c}\n`, { a: { ['b'.repeat(1024)]: 'c' } }],
    ['of 1,024 characters beyond U+FFFF', `a: {${'😀'.repeat(1024)}: c}\n`, { a: { ['😀'.repeat(1024)]: 'c' } }],
  ])('more than one line, or a long key, is taken within brackets %s', (_name, text, value) => {
    expect(read(text)).toEqual(value);
  });

  test.each([
    ['? \n: a\n', { '': 'a' }],
    ['?\n# b\n: a\n', { '': 'a' }],
    ['a: {? : b}\n', { a: { '': 'b' } }],
    ['&x : a\n', { '': 'a' }],
    ['!!str : a\n', { '': 'a' }],
    ['!!null : a\n', { '': 'a' }],
    ['? !!null\n: a\n', { '': 'a' }],
    ['~: a\n', { '': 'a' }],
    ['"": a\n', { '': 'a' }],
  ])('a key that is nothing is taken where it is said to be: %j', (text, value) => {
    expect(read(text)).toEqual(value);
  });

  test.each([
    ['in quotes', 'a: "b\tc"\n', { a: 'b\tc' }],
    ['in a comment', 'a: b # c\td\n', { a: 'b' }],
    ['in a block', 'a: |\n  b\tc\n  \td\ne: >-\n  f\tg\n', { a: 'b\tc\n\td\n', e: 'f\tg' }],
    ['in a block of a list', '- |-\n  a\tb\n- c\n', ['a\tb', 'c']],
  ])('a tab %s is taken', (_name, text, value) => {
    expect(read(text)).toEqual(value);
  });

  test.each([
    [
      'outside of brackets',
      'a: ?b\nc: [d]\ne: {f: g}\nh: i?j\nk: ::1\n',
      { a: '?b', c: ['d'], e: { f: 'g' }, h: 'i?j', k: '::1' },
    ],
    ['in quotes', 'a: ["b?", \'::1\']\n', { a: ['b?', '::1'] }],
    ['in a block', 'a: [b]\nc: |\n  [d?]\n', { a: ['b'], c: '[d?]\n' }],
    ['for a key', 'a: {? b : c:d}\n', { a: { b: 'c:d' } }],
  ])('a "?" or ":" %s is taken', (_name, text, value) => {
    expect(read(text)).toEqual(value);
  });

  test('a lone "!" before what is a text anyway, or before brackets, changes nothing', () => {
    expect(read("a: ! 'b'\nc: ! d\n! e: ! [f]\ng: ! {h: 1}\n")).toEqual({ a: 'b', c: 'd', e: ['f'], g: { h: 1 } });
  });

  test('the ":" of a key that is written with "?" stands below it', () => {
    expect(read('x: 1\n? a\n: b\nc:\n  - ? q\n    : f\n')).toEqual({ x: 1, a: 'b', c: [{ q: 'f' }] });
    expect(read('a: |\n  b\n  : c\ng: {\n  ? h\n  : i}\n')).toEqual({ a: 'b\n: c\n', g: { h: 'i' } });
    expect(read('\ufeff? a\n: b\n')).toEqual({ a: 'b' });
    expect(read('\u00a0: 1\n')).toEqual({ '\u00a0': 1 });
  });

  test('an anchor may be named often', () => {
    expect(read('a: &x_1-b 1\nb: *x_1-b\nc: *x_1-b\n')).toEqual({ a: 1, b: 1, c: 1 });
  });
});

describe('a block at the end of a file', () => {
  test.each<[string, unknown]>([
    ['a: |\n    s3cret', { a: 's3cret' }],
    ['a: |\n  x\n  y', { a: 'x\ny' }],
    ['a: >\n  x\n  y', { a: 'x y' }],
    ['a: |\n  x\n', { a: 'x\n' }],
    ['a: |+\n  x', { a: 'x' }],
    ['a: |+\n  x\n\n', { a: 'x\n\n' }],
    ['a: >+\n  ', { a: '' }],
    ['a: |+\n  ', { a: '' }],
    ['a: |+\n\n  ', { a: '\n' }],
    ['a: |\n  x\n  ', { a: 'x\n' }],
    ['a: |\n  x\n    ', { a: 'x\n  ' }],
    ['a: >\n  x\n    ', { a: 'x\n  ' }],
    ['a: |+\n  x\n  ', { a: 'x\n' }],
    ['a: |+\n  x\n\n ', { a: 'x\n\n' }],
    ['a: |-\n  x', { a: 'x' }],
    ['a: |-\n  x\n    ', { a: 'x\n  ' }],
    ['- |\n  x', ['x']],
    ['? |\n  x', { x: null }],
    ['|\n  x', 'x'],
    ['a:\n- b: |\n    x', { a: [{ b: 'x' }] }],
    ['a: |\n  x \n  ', { a: 'x \n' }],
    ['a: |', { a: '' }],
    ['a: |\n  x\n# c', { a: 'x\n' }],
    ['a: |2\n   x', { a: ' x' }],
    ['a: >\n  x\n\n  y', { a: 'x\ny' }],
    ['a: |\r\n  x', { a: 'x' }],
    ['a: |\n  x\n\n', { a: 'x\n' }],
    ['a: |+', { a: '' }],
    ['a: |+\n', { a: '' }],
    ['a: | # c\n  x', { a: 'x' }],
    ['a: |+\n  x\n   \n  ', { a: 'x\n \n' }],
    ['a: |+\n\n\n  x', { a: '\n\nx' }],
    ['a: |\n  x\n  \n  ', { a: 'x\n' }],
    ['--- |\n  x', 'x'],
    ['a: |+\n ', { a: '' }],
    ['a: >-\n  x\n   ', { a: 'x\n ' }],
    ['a: !!str |\n  x', { a: 'x' }],
    ['a: &b |\n  x', { a: 'x' }],
  ])('has the line breaks of the text and no other: %j', (text, value) => {
    expect(read(text)).toEqual(value);
  });

  test('of a file of tests ends as people and editors read it', () => {
    expect(parseConfigText('a: |\n  x', 'x', '1.2').value).toEqual({ a: 'x\n' });
  });
});
