import { expect, test } from 'vitest';
import { decodedJson, formatDecoded } from '../../../src/cli/render/decoded.js';
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

test('what has dots and no part that can be read is not called a JWT', () => {
  for (const token of ['token.jwt', 'a.b.c']) {
    const [title = ''] = formatDecoded(decodeToken(token), 0, style).split('\n');
    expect(title, token).toBe('unreadable token');
  }
});

test('an algorithm that only looks like another than "none" is none', () => {
  for (const alg of ['None', 'NONE', ' none ']) expect(decode({ alg }, {})[0], alg).toBe('JWT (not signed)');
});

test('what is empty is said to be, and only what is a time is explained', () => {
  const lines = decode({ alg: 'ES256' }, {});
  expect(lines.slice(lines.indexOf('claims'))).toEqual(['claims', '  (empty)', '']);
  const timed = decode({ alg: 'ES256' }, { iat: 0, count: 1_767_225_600, exp: 1_767_225_600 }).join('\n');
  expect(timed).toMatch(/^ {2}count {2}1767225600$/m);
  expect(timed).toMatch(/^ {2}exp {4}1767225600 {2}2026-01-01 00:00:00 UTC, in /m);
  expect(timed).toContain('\nlifetime\n  iat');
});

test('one long name does not push all values to the right', () => {
  const long = 'https://idp.example/claims/that/nobody/can/remember';
  const lines = decode({ alg: 'ES256' }, { sub: 'alice', [long]: 1 });
  expect(lines.find((line) => line.includes('"alice"'))?.indexOf('"')).toBe(2 + 32 + 2);
});

test('JSON has what the text has: times in words, what is disclosed, what is inside', () => {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const jwt = `${encode({ alg: 'ES256' })}.${encode({ exp: 1_767_225_600 })}.AAAA`;
  const nested = `${encode({ alg: 'ES256', cty: 'JWT' })}.${Buffer.from(jwt).toString('base64url')}.AAAA`;
  const time = expect.stringMatching(/^exp: 2026-01-01 00:00:00 UTC, in /) as string;
  expect(decodedJson(decodeToken(jwt), 0)).toMatchObject({ notes: [time] });
  expect(decodedJson(decodeToken(nested), 0)).toMatchObject({ inner: { kind: 'jwt', notes: [time] } });
  const disclosed = decodeToken(`${jwt}~${encode(['salt', 'name', 'Alice'])}~${encode(['salt', 'DE'])}~`);
  expect(decodedJson(disclosed, 0)).toMatchObject({ disclosures: [{ value: 'Alice' }, { value: 'DE' }] });
  expect(formatDecoded(disclosed, 0, style)).toMatch(/\ndisclosed\n {2}name +"Alice"\n {2}\(item\) +"DE"\n/);
});
