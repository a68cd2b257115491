import { expect, test } from 'vitest';
import { isMap, parseDocument } from 'yaml';
import { indexOffsets } from '../../src/config/document-keys.js';

test('a mapping is read once, however many of its places are asked for', () => {
  const keys = Array.from({ length: 1000 }, (_, index) => `k${index}`);
  const root = parseDocument(keys.map((key) => `${key}: 1\n`).join('')).contents;
  if (!isMap(root)) throw new Error('the text is a mapping');
  let reads = 0;
  const { items } = root;
  Object.defineProperty(root, 'items', {
    get: () => {
      reads += 1;
      return items;
    },
  });
  const offsetAt = indexOffsets(root);
  expect(new Set(keys.map((key) => offsetAt([key]))).size).toBe(1000);
  expect(reads).toBe(1);
});
