import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { createRedactor, maskPieces, maskUrl, maskUserInfo, REDACTED, redactJson } from '../src/redact.js';
import { isWords } from '../src/secret-name.js';

const SECRET = 's&=+ %/é"x';
const lowerEscapes = (text: string): string => text.replace(/%../g, (code) => code.toLowerCase());

describe('createRedactor', () => {
  test.each([
    ['as it is', SECRET],
    ['in a URL', encodeURIComponent(SECRET)],
    ['in a form', new URLSearchParams({ s: SECRET }).toString().slice(2)],
    ['in a URL, in lower case', lowerEscapes(encodeURIComponent(SECRET))],
    ['in a form, in lower case', lowerEscapes(new URLSearchParams({ s: SECRET }).toString().slice(2))],
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

  test('replaces secrets that have no letters, wherever they stand', () => {
    expect(createRedactor(['%%//&&'])('a %%//&& b %25%25%2F%2F%26%26')).toBe(`a ${REDACTED} b ${REDACTED}`);
  });

  test.each([
    ['of one character', '/'.repeat(100_000), '/'.repeat(100_000)],
    ['of characters that all spellings escape', '€"/'.repeat(80_000), '€"/'.repeat(80_000)],
    ['that differs from the text at its end', `${'/'.repeat(100_000)}x`, '/'.repeat(200_000)],
    ['that differs from the text at its beginning', `x${'/'.repeat(100_000)}`, '/'.repeat(200_000)],
    ['of letters', `${'a'.repeat(100_000)}/`, `${'a'.repeat(100_000)}%2F`],
  ])('spells a long secret %s no further than the text goes', (_what, secret, text) => {
    const spelled = vi.spyOn(JSON, 'stringify');
    createRedactor([secret])(text);
    // A chunk of 64 characters at a time, in each spelling that goes on.
    const written = spelled.mock.calls.reduce((sum, [chunk]) => sum + String(chunk).length, 0);
    spelled.mockRestore();
    expect(written).toBeLessThan(secret.length * 100);
    for (let at = 0; at < 10; at += 1) expect(createRedactor([secret])(text.slice(0, at))).toBe(text.slice(0, at));
  });

  test('masks a long secret whose beginning needs no escapes, in each spelling, to its end', () => {
    const secret = `${'a'.repeat(64)}/${'b'.repeat(64)}"${'c'.repeat(100)}é`;
    for (const spelled of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
      expect(createRedactor([secret])(`<${spelled}>`)).toBe(`<${REDACTED}>`);
  });

  test('masks a long secret that is cut off as far as it goes', () => {
    const secret = '0123456789/'.repeat(20);
    expect(createRedactor([secret])(`${secret.slice(0, 150)} ${'.'.repeat(200)}`)).toMatch(/^\[redacted\] \.+$/);
  });

  test('masks a long secret that is cut off in a text that is shorter than the secret', () => {
    const long = Array.from({ length: 80 }, (_, index) => index.toString(36).padStart(5, '0')).join('');
    for (const [secret, beginning] of [
      [long, long.slice(0, 200)],
      [`${long}/`, long.slice(0, 64)],
      [`/${long}`, encodeURIComponent(`/${long}`).slice(0, 100)],
    ] as const) {
      expect(createRedactor([secret])(beginning)).toBe(REDACTED);
      expect(redactJson({ note: beginning }, [secret])).toEqual({ note: REDACTED });
    }
  });

  test('masks secrets that begin alike, each to its end', () => {
    const head = 'eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImRlbW8tMjAyNiJ9.'.padEnd(80, 'x');
    const [one, other] = [`${head}one.${'1'.repeat(90)}`, `${head}other.${'2'.repeat(40)}`];
    expect(createRedactor([one, other])(`a ${other} b ${one} c ${other}`)).toBe(
      `a ${REDACTED} b ${REDACTED} c ${REDACTED}`,
    );
  });

  test('masks a secret that stands behind its own beginning', () => {
    const secret = `abc${'0123456789/'.repeat(9)}tail`;
    for (const cut of [64, 65, 70, 80]) {
      const text = `<${secret.slice(0, cut)}${secret}> ${'.'.repeat(100)}`;
      expect(createRedactor([secret])(text)).toMatch(/^<(?:\[redacted\])+> \.+$/);
    }
    const again = `${'ab/'.repeat(50)}tail-of-it`;
    expect(createRedactor([again])(`${'ab/'.repeat(30)}${again}`)).toBe(REDACTED);
  });

  test('masks a secret that stands twice in a row and ends like an escape, to its end', () => {
    const secret = `2${'b'.repeat(63)}%`;
    expect(createRedactor([secret])(`<${secret}${secret}>`)).toBe(`<${REDACTED}>`);
  });

  test.each([
    ['a secret is repeated', `${'a'.repeat(100)}/`, 101],
    ['a secret of one character is repeated', '/'.repeat(70), 70],
    ['a secret is quoted in part', `0123456789${'a'.repeat(100)}/`, 100],
  ])('masks nothing of what follows, however often %s', (_what, secret, length) => {
    const text = secret.slice(0, length).repeat(200);
    expect(createRedactor([secret])(`${text} after`)).toMatch(/^(?:\[redacted\])+ after$/);
  });

  test('follows beginnings that overlap as far behind as before', () => {
    const secret = `${'ab/'.repeat(50)}tail-of-it`;
    const [before, text] = ['.'.repeat(100_000), `${'ab/'.repeat(130)}${secret}`];
    expect(createRedactor([secret])(`${before}${text} after`)).toBe(`${before}${REDACTED} after`);
  });

  test('a secret is at its end even before the word null', () => {
    expect(createRedactor(['top-secret'])('top-secretnull')).toBe(`${REDACTED}null`);
  });

  test('does not end a chunk within a character', () => {
    for (const before of [62, 63, 64]) {
      const secret = `${'/'.repeat(before)}\u{1f511}${'/'.repeat(63)}`;
      expect(createRedactor([secret])(encodeURIComponent(secret))).toBe(REDACTED);
    }
  });

  test('masks a secret with half a character', () => {
    expect(createRedactor(['secret/\ud800'])('the secret/\ud800 is')).toBe(`the ${REDACTED} is`);
  });

  test('ignores what is no secret', () => {
    expect(createRedactor([null, undefined, '', 'abc'])('abc')).toBe('abc');
  });
});

describe('maskPieces', () => {
  const SECRET = 'Kq7/x+9aZ==r$T&w!P';
  test.each([
    ['as it is', 'bad Kq7/x+9aZ…', 'bad [redacted]…'],
    ['in a URL', 'bad Kq7%2Fx%2B9aZ%3D%3Dr%24T%26…', 'bad [redacted]…'],
    ['in a URL, in lower case', 'bad kq7%2fx%2b9az%3d%3dr%24t%26…', 'bad [redacted]…'],
    ['in JSON', 'bad Kq7\\/x+9aZ==…', 'bad [redacted]…'],
    ['up to its end', 'bad =r$T&w!P', 'bad [redacted]'],
    ['in less than a piece', 'bad Kq7/x+9…', 'bad Kq7/x+9…'],
  ])('finds a piece of a secret %s', (_how, text, masked) => {
    expect(maskPieces(text, [SECRET])).toBe(masked);
  });

  test('leaves white space around a piece, and none of the secret', () => {
    expect(maskPieces('say abcdefg hijk… now', ['abcdefg hijklmno'])).toBe('say [redacted]… now');
    expect(maskPieces('say a b c d e f… now', ['a b c d e f g h'])).toBe('say [redacted]… now');
    expect(maskPieces('say  word-one  now', ['the word-one '])).toBe('say  [redacted]  now');
    expect(maskPieces('say word-one  now', ['the word-one'])).toBe('say [redacted]  now');
    expect(maskPieces('say  word-one now', ['word-one '])).toBe('say  [redacted] now');
  });

  test('finds each of several pieces, and leaves what is between them', () => {
    expect(maskPieces('Kq7/x+9a, then =r$T&w!P', [SECRET])).toBe('[redacted], then [redacted]');
  });

  test('finds a secret that is just as long as a piece', () => {
    expect(maskPieces('bad hunter42', ['hunter42'])).toBe('bad [redacted]');
  });

  test('finds capital letters beside one that is longer in lower case', () => {
    expect(maskPieces('Geçersiz İstek: eyJhbGciOiJS…', ['eyJhbGciOiJSUzI1NiJ9'])).toBe('Geçersiz İstek: [redacted]…');
  });

  test('finds a piece in a text that is longer than the secret, and in one that is shorter', () => {
    const long = 'so it goes on and on '.repeat(20);
    expect(maskPieces(`${long}Kq7/x+9aZ, ${long}`, [SECRET])).toBe(`${long}[redacted], ${long}`);
    expect(maskPieces('Kq7/x+9aZ!', [SECRET.repeat(100)])).toBe('[redacted]!');
  });

  test('finds two secrets side by side', () => {
    expect(maskPieces('bad hunter42Tr0ub4d0', ['hunter42', 'Tr0ub4d0'])).toBe('bad [redacted]');
  });

  test('leaves pieces that are harmless, and masks the others', () => {
    const secret = 'llama-stack/Kq7x9aZ8/llama-stack-production';
    expect(maskPieces('a llama-stack, no q7x9aZ8/l', [secret], isWords)).toBe('a llama-stack, no [redacted]');
    expect(maskPieces('a llama-stack-production', [secret], isWords)).toBe('a [redacted]');
  });

  test('leaves white space that a secret has too', () => {
    const text = `{${' '.repeat(20)}}`;
    expect(maskPieces(text, [`pass${' '.repeat(10)}word`])).toBe(text);
  });

  test('ignores what is too short, or none', () => {
    expect(maskPieces('a bcdefg', ['bcdefg', null, undefined, ''])).toBe('a bcdefg');
    expect(maskPieces('a%2Fb%3Dc', ['a/b=c'])).toBe('a%2Fb%3Dc');
  });
});

test('a quotation that is cut masks no more than itself', () => {
  const token = `${'A1b2C3d4'.repeat(10)}A1b2C3==`;
  const text = `{"message":"hello ${token.slice(0, 80)}...","roles":["a"]}`;
  expect(createRedactor([token])(text)).toBe('{"message":"hello [redacted]...","roles":["a"]}');
});

test('a text that is made of the beginnings of a secret is not followed in all its spellings for ever', () => {
  const text = '/'.repeat(50_000);
  const startsWith = vi.spyOn(String.prototype, 'startsWith');
  createRedactor([`${'/'.repeat(64)}x`])(text);
  const { length } = startsWith.mock.calls;
  startsWith.mockRestore();
  expect(length).toBeLessThan(4 * text.length);
});

test('nor are many texts of that kind, of which each is short', () => {
  const texts = Array.from({ length: 200 }, () => '/'.repeat(350));
  const redact = createRedactor([`${'/'.repeat(340)}x`]);
  const startsWith = vi.spyOn(String.prototype, 'startsWith');
  const masked = texts.map((text) => redact(text));
  const { length } = startsWith.mock.calls;
  startsWith.mockRestore();
  expect(new Set(masked)).toEqual(new Set([REDACTED]));
  expect(length).toBeLessThan(4 * texts.join('').length);
});

test('what is behind the point at which following ends is masked, secret and all', () => {
  const secret = `${'/'.repeat(64)}x-and-the-rest`;
  const text = `before ${'/'.repeat(50_000)}x-and-the-rest after`;
  expect(createRedactor([secret])(text)).toBe(`before ${REDACTED}`);
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

describe('maskUrl', () => {
  test.each([
    ['https://idp/jwks', 'https://idp/jwks'],
    ['https://user:pass@idp/jwks', 'https://[redacted]@idp/jwks'],
    ['https://user:pass word@idp/jwks', 'https://[redacted]@idp/jwks'],
    ['https://idp/jwks?api_key=abc', 'https://idp/jwks?api_key=[redacted]'],
    ['https://idp/jwks?a=b=c&d=%41#top', 'https://idp/jwks?a=[redacted]&d=[redacted]#top'],
    ['https://app/cb#access_token=a&token_type=b', 'https://app/cb#access_token=[redacted]&token_type=[redacted]'],
    ['https://app/cb?a=b#id_token=c', 'https://app/cb?a=[redacted]#id_token=[redacted]'],
    ['https://x.example/claims#groups', 'https://x.example/claims#groups'],
    ['https://idp/jwks?abcdef', 'https://idp/jwks?[redacted]'],
    ['https://idp/jwks?a=&c2VjcmV0==', 'https://idp/jwks?[redacted]&[redacted]'],
    ['https://idp/jwks?p=b2c_1_signin&per_page=100', 'https://idp/jwks?p=b2c_1_signin&per_page=100'],
    ['https://idp/jwks?page&API-Version&Page=2', 'https://idp/jwks?page&API-Version&Page=2'],
    ['https://idp/a@b?c=d@e', 'https://idp/a@b?c=[redacted]'],
    ['HTTPS://u@idp', 'HTTPS://[redacted]@idp'],
    ['https://u@&ghe.example/a?b=c', 'https://[redacted]@&ghe.example/a?b=[redacted]'],
    ['rediss://:pass@cache/0', 'rediss://[redacted]@cache/0'],
    ['redis://cache/0?password=abc', 'redis://cache/0?password=[redacted]'],
    ['is it ?a=b', 'is it ?a=b'],
    ['see\nhttps://user:pass@idp/x or redis://:pass@h', 'see\nhttps://[redacted]@idp/x or redis://[redacted]@h'],
    ['https://idp/a see http://u:PASSWORD@h/x', 'https://idp/a see http://[redacted]@h/x'],
    ['https://h/?a==b&c==&=d', 'https://h/?a=[redacted]&[redacted]&=[redacted]'],
    ['see https://idp/a@b, or mail a@b', 'see https://idp/a@b, or mail a@b'],
  ])('shows %s as %s', (url, shown) => {
    expect(maskUrl(url)).toBe(shown);
  });

  test('reads a million signs once', () => {
    const split = vi.spyOn(String.prototype, 'split');
    expect(maskUrl(`https://h/?a${'='.repeat(1_000_000)}`)).toBe(`https://h/?${REDACTED}`);
    expect(split).not.toHaveBeenCalled();
    split.mockRestore();
  });

  test('leaves no value of a query', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), fc.stringMatching(/^[a-z]{12}$/), (url, secret) => {
        const { origin, pathname } = new URL(url);
        expect(maskUrl(`${origin}${pathname}?x=1&code=${secret}`)).not.toContain(secret);
        expect(maskUrl(`${origin}${pathname}?${secret}`)).not.toContain(secret);
      }),
    );
  });
});

test('a password with an "@" in it is masked to its end', () => {
  expect(maskUserInfo('from http://u:p@ss@h/a@b to //u:p@h')).toBe('from http://[redacted]@h/a@b to //[redacted]@h');
});
