import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedactor, REDACTED, redactJson } from '../src/redact.js';

const SECRET = 's&=+ %/é"x';

describe('createRedactor', () => {
  test.each([
    ['as it is', SECRET],
    ['in a URL', encodeURIComponent(SECRET)],
    ['in a form', new URLSearchParams({ s: SECRET }).toString().slice(2)],
    ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
    ['in JSON of ASCII, as Python writes it', 's&=+ %/\\u00e9\\"x'],
    ['in JSON inside JSON', JSON.stringify(JSON.stringify(SECRET)).slice(3, -3)],
    ['in JSON inside a URL', encodeURIComponent(JSON.stringify(SECRET)).slice(3, -3)],
    ['in a form inside JSON', JSON.stringify(new URLSearchParams({ s: SECRET }).toString()).slice(3, -1)],
    ['in a URL inside a URL', encodeURIComponent(encodeURIComponent(SECRET))],
  ])('replaces a secret %s', (_where, spelled) => {
    expect(createRedactor([SECRET])(`a=${spelled}&b`)).toBe(`a=${REDACTED}&b`);
  });

  test('leaves no secret in any text', () => {
    const secret = fc.string({ minLength: 4 }).filter((text) => !/[[\]]/.test(text) && !REDACTED.includes(text));
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (hidden, before, after) => {
        expect(createRedactor([hidden])(`${before}${hidden}`)).not.toContain(hidden);
        expect(createRedactor([hidden])(JSON.stringify({ before, hidden, after }))).not.toContain(
          JSON.stringify(hidden).slice(1, -1),
        );
      }),
    );
  });

  test('replaces the longer of two secrets of which one holds the other', () => {
    expect(createRedactor(['secret', 'secret-longer'])('secret-longer secret')).toBe(`${REDACTED} ${REDACTED}`);
  });

  test('ignores what is no secret', () => {
    expect(createRedactor([null, undefined, '', 'abc'])('abc')).toBe('abc');
  });
});

describe('redactJson', () => {
  test('replaces secrets in values and in names, however deep', () => {
    expect(redactJson({ a: ['top-secret', { 'top-secret': 1 }], b: 'x top-secret', c: null }, ['top-secret'])).toEqual({
      a: [REDACTED, { [REDACTED]: 1 }],
      b: `x ${REDACTED}`,
      c: null,
    });
  });
});

test('a short secret that is also a group does not change who somebody is', () => {
  expect(redactJson({ groups: ['team', 'long-secret-1'] }, ['team', 'long-secret-1'])).toEqual({
    groups: ['team', REDACTED],
  });
});
