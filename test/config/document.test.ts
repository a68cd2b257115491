import { describe, expect, test } from 'vitest';
import { parseConfigText } from '../../src/config/document.js';
import { ConfigError } from '../../src/errors.js';

function faultOf(text: string): { readonly message: string; readonly position: string | null } {
  try {
    parseConfigText(text, 'run.yaml');
  } catch (error) {
    if (error instanceof ConfigError) return { message: error.message, position: error.position };
    throw error;
  }
  throw new Error('the text is a document');
}

describe('parseConfigText', () => {
  test('reads YAML 1.1, as the server does', () => {
    const { value } = parseConfigText('period: 1:30\ntls: yes\noff: no\noctal: 010\nquoted: "1:30"\n', 'run.yaml');
    expect(value).toEqual({ period: 90, tls: true, false: false, octal: 8, quoted: '1:30' });
  });

  test('takes what stands right behind quotes, brackets and commas for a comment, as the server does', () => {
    const text = 'a: "x"#c\nb: \'y\'#c: d\nc: [1,#c\n  2]#c\nd: {e: "f"#c\n  }#c\ng: x#y\n';
    expect(parseConfigText(text, 'run.yaml').value).toEqual({ a: 'x', b: 'y', c: [1, 2], d: { e: 'f' }, g: 'x#y' });
    expect(faultOf('a: |#c\n  x\n').position).toBe('run.yaml:1:5');
    expect(faultOf('a: "x"#c\n  y\n').message).toContain('this is not valid YAML');
  });

  test('reads JSON', () => {
    expect(parseConfigText('{"auth": {"a": [1, null, "yes"]}}', 'run.json').value).toEqual({
      auth: { a: [1, null, 'yes'] },
    });
  });

  test('merges an anchor', () => {
    const text = 'base: &b {type: custom, endpoint: https://a}\nprovider:\n  <<: *b\n  endpoint: https://b\n';
    expect(parseConfigText(text, 'run.yaml').value).toMatchObject({
      provider: { type: 'custom', endpoint: 'https://b' },
    });
  });

  test('refuses a duplicate key, and says where the second one is', () => {
    const { message, position } = faultOf('auth:\n  type: custom\n  type: github_token\n');
    expect(message).toContain('a key occurs twice');
    expect(position).toBe('run.yaml:3:3');
  });

  test('says that the server reads brackets on at the column of their key', () => {
    const { message, position } = faultOf('a:\n  actions: [create,\n  read]\n');
    expect(message).toContain('indent this line more than the key before them');
    expect(position).toBe('run.yaml:3:3');
  });

  test.each(['a: [b, c\n', 'a: {b: c\n', 'a:\n  b: [c,\n    d\n  e: f\n'])(
    'says that a bracket may be missing: %j',
    (text) => {
      expect(faultOf(text).message).toContain('a bracket or a comma is missing before this');
    },
  );

  test.each([
    ['a: "b\nc"\n', 'run.yaml:1:6', 'goes on in the next line, indent that more than the key'],
    ["a:\n  b: 'c\n  d'\n", 'run.yaml:2:8', 'goes on in the next line, indent that more than the key'],
    ["a: 'b\nc: d\n", 'run.yaml:3:1', 'a quote, a bracket or a comma is missing before this'],
  ])('says that the server reads a text in quotes on, whatever its column: %j', (text, place, words) => {
    const { message, position } = faultOf(text);
    expect(message).toContain(words);
    expect(position).toBe(place);
  });

  test.each(['a: {b: ${env.X}}\n', 'a: [b, ${env.X:=c}]\n', 'a: {b: https://${env.X}/c}\n'])(
    'says that a variable within brackets wants quotes: %j',
    (text) => {
      expect(faultOf(text).message).toContain('quote a value with a variable');
      // Of a file of tests, where nothing is put in its place.
      const read = (): unknown => parseConfigText(text, 'a.yaml', '1.2');
      expect(read).toThrow('this is not valid YAML');
      expect(read).not.toThrow('variable');
    },
  );

  test('says nothing of brackets where a text begins with a variable', () => {
    const { message, position } = faultOf('${HEADER}\na: 1\n');
    expect([message, position]).toEqual([
      'this is not valid YAML (there is no ":" with a space after it in this line)',
      'run.yaml:1:1',
    ]);
  });

  test('says where a syntax error is', () => {
    expect(faultOf('auth:\n  a: [1, 2\n').position).toMatch(/^run\.yaml:\d+:\d+$/);
  });

  test('refuses an unknown tag: nothing is made of a document but plain values', () => {
    expect(faultOf('auth: !!python/object:os.system {}\n').position).toBe('run.yaml:1:7');
  });

  test('refuses aliases that explode', () => {
    const levels = Array.from({ length: 9 }, (_, index) => {
      const items = Array.from({ length: 9 }, () => (index === 0 ? 'lol' : `*a${index - 1}`));
      return `a${index}: &a${index} [${items.join(', ')}]`;
    });
    expect(faultOf(levels.join('\n')).message).toContain('alias');
  });

  test.each([
    ['brackets', '['.repeat(100_000)],
    ['braces', '{a: '.repeat(100_000)],
    ['dashes', `${'- '.repeat(100_000)}a`],
  ])('refuses 100,000 nested %s without exhausting the stack', (_name, text) => {
    expect(faultOf(text).message).toContain('nested too deeply');
  });

  test('knows the position of every value, and of the nearest one above what is not there', () => {
    const { locate } = parseConfigText(
      'auth:\n  provider_config:\n    type: custom\n  rules:\n    - a\n    - b\n',
      'run.yaml',
    );
    expect(locate(['auth', 'provider_config', 'type'])).toBe('run.yaml:3:11');
    expect(locate(['auth', 'rules', 1])).toBe('run.yaml:6:7');
    expect(locate(['auth', 'provider_config', 'endpoint', 'deep'])).toBe('run.yaml:3:5');
    expect(locate([])).toBe('run.yaml:1:1');
  });
});

describe('a text in quotes whose last quote is part of it', () => {
  const UNCLOSED = `this quote is never closed: the last one is part of the text, as '' and \\" are`;

  // PyYAML refuses all of these, as any reader of YAML must; the parser takes them for "x'" and the like.
  test.each([
    ["a:\n  b: 'x''\n  c: 'd'\n", 'run.yaml:2:6'],
    ["a:\n  b: 'x''''\n  c: 'd'\n", 'run.yaml:2:6'],
    ["a:\n  b: '''\n  c: 'd'\n", 'run.yaml:2:6'],
    ['a:\n  b: "x\\"\n  c: "d"\n', 'run.yaml:2:6'],
    ['a:\n  b: "\\"\n  c: "d"\n', 'run.yaml:2:6'],
    ['a:\n  b: "x\\\\\\"\n  c: "d"\n', 'run.yaml:2:6'],
    ["a:\n- 'x''\n- 'y'\n", 'run.yaml:2:3'],
    ["\ufeffa: b\nc:\n- 'x''\n- 'y'\n", 'run.yaml:3:3'],
  ])('is refused: %j', (text, position) => {
    expect(faultOf(text)).toMatchObject({ message: UNCLOSED, position });
    expect(() => parseConfigText(text, 'run.yaml', '1.2')).toThrow(UNCLOSED);
  });

  test.each<[string, unknown]>([
    ["a: ''\nb: ''''\nc: 'x'''\nd: '''x'\n", { a: '', b: "'", c: "x'", d: "'x" }],
    ['a: ""\nb: "\\""\nc: "x\\\\"\nd: "\\\\"\n', { a: '', b: '"', c: 'x\\', d: '\\' }],
    ["a: x''\nb: |\n  'y''\nc: [z\\\"]\n", { a: "x''", b: "'y''\n", c: ['z\\"'] }],
  ])('is told from one that ends: %j', (text, value) => {
    expect(parseConfigText(text, 'run.yaml').value).toEqual(value);
  });
});

describe('messages', () => {
  test.each([
    ['an alias', 'client_secret: *hunter2secret\n'],
    ['a tag', 'client_secret: !hunter2secret x\n'],
    ['a broken flow', 'client_secret: {hunter2secret\n'],
    ['a directive', '%hunter2secret\n---\nclient_secret: x\n'],
  ])('never quote the text, which may be a secret: %s', (_name, text) => {
    const { message } = faultOf(text);
    expect(message.length).toBeGreaterThan(10);
    expect(message).not.toContain('hunter2secret');
  });
});

test('many keys in one mapping are read in linear time, and a repeated one is found at its place', () => {
  const text = Array.from({ length: 60_000 }, (_, index) => `k${index}: 1\n`).join('');
  expect(Object.keys(parseConfigText(text, 'f.yaml').value as object)).toHaveLength(60_000);
  expect(faultOf(`${text}k7: 1\n`).position).toBe('run.yaml:60001:1');
});

test.each([
  ['a number', '<<: 5\n', '"<<" merges something that is not a mapping'],
  ['a list of numbers', 'a: {<<: [1]}\n', '"<<" merges something that is not a mapping'],
  ['an alias of a string', 'a: &a x\nb: {<<: *a}\n', '"<<" merges something that is not a mapping'],
  ['a list in itself', 'a: &a [*a]\n', 'an alias refers to a value that contains it'],
  ['a mapping in itself', 'a: &a {b: {c: [*a, *a]}}\n', 'an alias refers to a value that contains it'],
])('what only an alias can say, and nobody can read, is refused: %s', (_name, text, message) => {
  expect(faultOf(text).message).toBe(message);
});

test('one value in two places is no circle', () => {
  expect(parseConfigText('a: &a [1]\nb: [*a, *a]\n', 'f.yaml').value).toEqual({ a: [1], b: [[1], [1]] });
});

test.each([
  ['type: custom\nendpoint: *all\n', 'run.yaml:2:11'],
  ['a: 1\nb: {<<: *gone}\n', 'run.yaml:2:9'],
  ['a: 1\nb: {<<: 5}\n', 'run.yaml:1:1'],
  ['a: *b\nb: &b 1\n', 'run.yaml:1:1'],
])('an alias of nothing is told with its file: %j', (text, position) => {
  expect(faultOf(text).position).toBe(position);
});
