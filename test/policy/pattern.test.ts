import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { compilePythonPattern, compileScope, matchScope } from '../../src/policy/pattern.js';

describe('compilePythonPattern', () => {
  test.each([
    ['model::(?!secret).*', 'looking ahead or behind'],
    ['/v1/.*(?<!secret)$', 'looking ahead or behind'],
    ['m++1', 'possessive'],
    ['(?>a)b', '"(?>"'],
    ['(a)\\1', 'references'],
    ['(?P<n>a)(?P=n)', 'references'],
    ['(a)?(?(1)b)', '"(?("'],
    ['\\bmodel', '\\b and \\B'],
    ['(a$|b)c', '"$" before the end'],
    ['a$\\n', '"$" before the end'],
    ['(a$)*', 'a repeated "$"'],
    ['a{1001}', 'more than 1000 repetitions'],
    ['(a{100}){100}', 'it is too large'],
    ['a{900}b{900}c{900}d{900}e{900}f{900}', 'it is too large'],
    ['a'.repeat(16_001), 'more than 16000 characters'],
    ['\\ud800', 'half a character'],
    ['\\U00110000', 'does not exist'],
  ])('refuses %s, and says what has no equal', (pattern, why) => {
    const compiled = compilePythonPattern(pattern);
    expect(compiled.ok ? 'compiled' : compiled.message).toContain(why);
  });

  test.each(['(?:a{2}){501}', '((a{20}){20}){20}', 'a{900}b{900}c{900}d{900}e{900}f{900}'])(
    'says of %s that it is too large, and that Python takes it',
    (pattern) => {
      expect(compilePythonPattern(pattern)).toEqual({ ok: false, message: 'it is too large', isPython: true });
    },
  );

  // Each of these makes an engine that backtracks run for longer than anybody waits.
  test.each([['(a*)*$'], ['(a|aa)+$'], ['(a|a?)+$'], ['([a-zA-Z]+)*$'], ['(.*)*(.*)*=$'], ['(?:a?){400}a{400}$']])(
    'ends on %s, whatever the text',
    (pattern) => {
      const compiled = compilePythonPattern(pattern);
      const text = 'a'.repeat(10_000);
      expect(compiled.ok && compiled.matches(`${text}\n!`)).toBe(false);
    },
  );

  it('never throws and never hangs, whatever the pattern and the text', () => {
    const piece = fc.constantFrom(
      ...[
        '(',
        ')',
        '[',
        ']',
        '{',
        '}',
        '?',
        '*',
        '+',
        '|',
        '^',
        '$',
        '.',
        '\\',
        ',',
        '-',
        ':',
        '=',
        '!',
        '<',
        '>',
        '#',
      ],
      ...[
        '(?:',
        '(?i)',
        '(?x)',
        '(?a:',
        '(?!',
        '(?P=n)',
        '\\1',
        '(?#',
        '(?P<n>',
        '(?s-i:',
        '\\d',
        '\\W',
        '\\Z',
        '\\x',
        '\\u00',
        '[^',
        '{2,3}',
        '1',
        'a',
        '/',
        '\n',
      ],
      ...['İ', '😀', '\ud800', '\u0000'],
    );
    const hostile = fc.oneof(
      fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
      fc.string(),
    );
    fc.assert(
      fc.property(hostile, fc.string({ unit: 'binary', maxLength: 200 }), (pattern, text) => {
        const compiled = compilePythonPattern(pattern);
        if (compiled.ok) expect(compiled.matches(text)).toBeTypeOf('boolean');
        else expect(compiled.message).not.toBe('');
      }),
      { numRuns: 2000 },
    );
  });

  it('takes an escaped text for itself, and for nothing else that is as long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.string({ maxLength: 20 }), (text, other) => {
        const compiled = compilePythonPattern(`${text.replace(/[^\p{L}\p{N}_]/gu, '\\$&')}\\Z`);
        expect(compiled.ok && compiled.matches(text)).toBe(true);
        expect(compiled.ok && compiled.matches(other)).toBe(other === text);
      }),
    );
  });
});

describe('what a rule covers', () => {
  it('stays what it is when there are more patterns than are kept', () => {
    const patterns = Array.from({ length: 1200 }, (_, index) => `regex:${index}\\Z`);
    const wrong = (): string[] =>
      patterns.filter((one, at) => matchScope(one, `${at}`) !== true || matchScope(one, `${at}0`) !== false);
    expect([...wrong(), ...wrong()]).toEqual([]);
  });

  it('is compiled once, however many patterns the rules have', () => {
    const patterns = Array.from({ length: 3000 }, (_, index) => `regex:/v1/once/${index}$`);
    const compiled = patterns.map(compileScope);
    expect(patterns.filter((one, at) => compileScope(one) !== compiled[at])).toEqual([]);
  });

  it('is forgotten where the patterns are many and large', () => {
    const patterns = Array.from({ length: 250 }, (_, index) => `regex:a{1000}b{1000}${index}`);
    const [first] = patterns.map(compileScope);
    expect(compileScope(patterns[0] ?? '')).not.toBe(first);
  });

  it('is a pattern only after "regex:"', () => {
    expect(compileScope('model::(')).toBeNull();
    expect(matchScope('model::.*', 'model::x')).toBeNull();
    expect(matchScope('regex:model::.*', 'model::x')).toBe(true);
    expect(matchScope('regex:model::.*', 'a model::x')).toBe(false);
  });

  it('is not guessed at where nobody checked it: a prohibition would be passed over', () => {
    expect(() => matchScope('regex:(', 'x')).toThrow('have not been checked');
    expect(() => matchScope('regex:(?!x)', 'x')).toThrow(
      expect.objectContaining({
        code: 'policy_unsupported',
        message: expect.stringContaining(
          'authcheck cannot evaluate regex:(?!x), but the server can: it uses looking ahead',
        ) as string,
      }),
    );
  });
});
