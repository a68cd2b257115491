import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readBoundedPem, readBoundedText } from '../src/bounded-read.js';

const folder = mkdtempSync(join(tmpdir(), 'authcheck-read-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Buffer): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const READERS = [
  ['text', readBoundedText],
  ['PEM', readBoundedPem],
] as const;

test.each(READERS)('%s of exactly the largest size is read, and no byte more', (_what, read) => {
  expect(read(write('fits', 'x'.repeat(10)), 10)).toBe('x'.repeat(10));
  expect(() => read(write('large', 'x'.repeat(11)), 10)).toThrow('it has 11 bytes; 10 is the most');
});

test.runIf(process.platform !== 'win32').each(READERS)('%s that does not tell its size has the same', (_what, read) => {
  expect(() => read('/dev/zero', 10)).toThrow('it has more than 10 bytes');
  expect(read('/dev/null', 10)).toBe('');
});

test.each(READERS)('%s in UTF-16 is refused as that, in either order of its bytes', (_what, read) => {
  const bytes = Buffer.from('\ufeffabc', 'utf16le');
  for (const content of [bytes, Buffer.from(bytes).swap16()])
    expect(() => read(write('utf16', content), 100)).toThrow('this file is UTF-16; save it as UTF-8');
});

test('only PEM may stand among text of another encoding', () => {
  const file = write('latin1', Buffer.from('# Zürich\nPEM', 'latin1'));
  expect(() => readBoundedText(file, 100)).toThrow('this file is not UTF-8 text');
  expect(readBoundedPem(file, 100)).toContain('\nPEM');
});

test.runIf(process.platform === 'linux')('files are closed, whatever was in them', () => {
  const [fits, large] = [write('fits', 'x'), write('large', 'x'.repeat(11))];
  const open = readdirSync('/proc/self/fd').length;
  for (let count = 0; count < 20; count += 1) {
    readBoundedText(fits, 10);
    expect(() => readBoundedText(large, 10)).toThrow();
  }
  expect(readdirSync('/proc/self/fd').length).toBeLessThan(open + 20);
});
