import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cutBlocks, MAX_LINE, readLines, type Line } from '../../../src/cli/batch/blocks.js';

async function collect(chunks: readonly Uint8Array[], from?: number): Promise<Line[]> {
  const lines: Line[] = [];
  const stream = async function* (): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) {
      // As a file is read: into the same memory again.
      const memory = Uint8Array.from(chunk);
      yield await Promise.resolve(memory);
      memory.fill(0x21);
    }
  };
  for await (const block of cutBlocks(stream(), from)) lines.push(...readLines(block));
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

it('begins where it is told to', async () => {
  const chunks = ['a\nb', 'b\nc\n', 'd'].map((text) => Buffer.from(text));
  expect(await collect(chunks, 3)).toEqual([
    { number: 3, text: 'c' },
    { number: 4, text: 'd' },
  ]);
  expect(await collect(chunks, 5)).toEqual([]);
});

it('cuts blocks of 256 lines at the most, and holds nothing back that is whole', async () => {
  const sizes: number[] = [];
  const stream = async function* (): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(Buffer.from('x\n'.repeat(300)));
    expect(sizes).toEqual([256, 44]);
    yield await Promise.resolve(Buffer.from('x\nx'));
    expect(sizes).toEqual([256, 44, 1]);
  };
  for await (const block of cutBlocks(stream())) sizes.push([...readLines(block)].length);
  expect(sizes).toEqual([256, 44, 1, 1]);
});

it('keeps nothing of a line that is too long already', async () => {
  const chunk = Buffer.alloc(MAX_LINE, 'x');
  let most = 0;
  const before = process.memoryUsage().arrayBuffers;
  const stream = async function* (): AsyncGenerator<Uint8Array> {
    for (let count = 0; count < 200; count += 1) {
      yield await Promise.resolve(chunk);
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
  };
  for await (const { tooLong } of cutBlocks(stream())) expect(tooLong).toEqual([1]);
  expect(most).toBeLessThan(50 * MAX_LINE);
});
