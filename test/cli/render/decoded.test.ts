import { expect, test } from 'vitest';
import { formatDecoded } from '../../../src/cli/render/decoded.js';
import { createStyle } from '../../../src/cli/render/style.js';
import { decodeToken } from '../../../src/index.js';

const style = createStyle({ isTTY: false, columns: 80 }, {}, false);

function decode(header: object, claims: object): string[] {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return formatDecoded(decodeToken(`${encode(header)}.${encode(claims)}.AAAA`), 0, style).split('\n');
}

test('values stand below each other, whatever the names of their claims', () => {
  const lines = decode({ alg: 'ES256', kid: 'k1' }, { sub: 'alice', 'cl\u001b[31maim': 'red', 組: 'ml' });
  const [sub, red, ml] = ['"alice"', '"red"', '"ml"'].map((value) => lines.find((line) => line.endsWith(value)) ?? '');
  expect(sub?.indexOf('"')).toBe(red?.indexOf('"'));
  // The name is one letter, two columns wide.
  expect(ml?.indexOf('"')).toBe((sub?.indexOf('"') ?? 0) - 1);
  expect(lines.join('')).not.toContain('\u001b');
});

test('a token that says it is not signed is not called signed', () => {
  expect(decode({ alg: 'none' }, {})[0]).toBe('JWT (not signed)');
  expect(decode({ alg: 'ES256' }, {})[0]).toBe('JWT (signed)');
});
