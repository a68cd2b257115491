import { expect, test } from 'vitest';
import { formatBatch, formatProgress, formatRow, type BatchSum } from '../../../src/cli/render/batch.js';
import { createStyle } from '../../../src/cli/render/style.js';
import { REASONS } from '../../../src/index.js';

const style = createStyle({ isTTY: false, columns: 200 }, {}, false);
const NOTHING: BatchSum = {
  accepted: 0,
  rejected: new Map(),
  undecided: new Map(),
  unreadable: 0,
  p50: 0.5,
  p99: 12.4,
  ms: 2000,
  last: 0,
};

test('the sum has every line in it, the most frequent reasons first, told from what they are reasons of', () => {
  const rejected = new Map([
    ['token_expired', 2],
    ['issuer_mismatch', 1000],
  ] as const);
  const undecided = new Map([['endpoint_timeout', 3]] as const);
  expect(formatBatch({ ...NOTHING, accepted: 5, rejected, undecided, unreadable: 4 }, style)).toBe(
    `  5      accepted
  1,002  rejected
  1,000  · issuer_mismatch: ${REASONS.issuer_mismatch.message}
  2      · token_expired: ${REASONS.token_expired.message}
  3      undecided
  3      · endpoint_timeout: ${REASONS.endpoint_timeout.message}
  4      lines without a token
1,014 lines in 2.0 s, 507 a second; half within 0.50 ms, 99 % within 12 ms
`,
  );
  expect(formatBatch({ ...NOTHING, accepted: 1, ms: 0 }, style)).toMatch(
    /^ +1 {2}accepted\n1 line in 0\.00 ms, 0 a second/,
  );
});

test('the progress is a share where the size is known, and never more than all', () => {
  const bar = (share: number | null): string => formatProgress(1500, share, style).replace('\r\u001b[K', '');
  expect(bar(null)).toBe('1,500 lines');
  expect(bar(0.5)).toBe(`${'━'.repeat(24)} 50 %  1,500 lines`);
  expect(bar(0.999)).toContain(' 99 % ');
  expect(bar(1.5)).toContain(`${'━'.repeat(24)} `);
});

test('a row has the digits of its id, and nothing that a terminal would obey', () => {
  expect(formatRow({ id: 12345678901234567890n })).toBe('{"id":12345678901234567890}');
  expect(formatRow({ id: 'a\u202e\u009b' })).toBe('{"id":"a\\u202e\\u009b"}');
});
