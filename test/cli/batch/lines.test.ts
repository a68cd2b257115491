import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MAX_LINE, readLines, type Line } from '../../../src/cli/batch/lines.js';

async function collect(chunks: readonly Uint8Array[]): Promise<Line[]> {
  const lines: Line[] = [];
  const stream = async function* (): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield await Promise.resolve(chunk);
  };
  for await (const line of readLines(stream())) lines.push(line);
  return lines;
}

const texts = (lines: readonly Line[]): (string | null)[] => lines.map(({ text }) => text);

it('gives the same lines wherever the bytes are cut', async () => {
  const content = fc
    .array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('\n', '\r\n', '\n\n', 'é魔', '')), {
      maxLength: 20,
    })
    .map((parts) => Buffer.from(parts.join('\n')));
  await fc.assert(
    fc.asyncProperty(content, fc.array(fc.nat(200), { maxLength: 10 }), async (bytes, cuts) => {
      const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].sort((a, b) => a - b);
      const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      const expected = bytes.toString('utf8').split('\n');
      if (expected.at(-1) === '') expected.pop();
      expect(texts(await collect(chunks))).toEqual(expected.map((line) => line.replace(/\r$/, '')));
    }),
  );
});

it('numbers them from 1', async () => {
  const lines = await collect([Buffer.from('a\n\nb')]);
  expect(lines).toEqual([
    { number: 1, text: 'a' },
    { number: 2, text: '' },
    { number: 3, text: 'b' },
  ]);
});

it('gives up a line that is too long, and no other', async () => {
  const long = Buffer.alloc(MAX_LINE + 1, 'x');
  const chunks = [Buffer.from('a\n'), long.subarray(0, 700_000), long.subarray(700_000), long, Buffer.from('\nb\n')];
  expect(texts(await collect(chunks))).toEqual(['a', null, 'b']);
  expect(texts(await collect([long]))).toEqual([null]);
  expect(texts(await collect([long.subarray(1)]))).toEqual([long.subarray(1).toString()]);
});
