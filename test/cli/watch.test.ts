import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { watchForChange } from '../../src/cli/watch.js';

test('a change is seen once, however the file was changed, until nobody watches', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const folder = mkdtempSync(join(tmpdir(), 'authcheck-watch-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [file, other] = [join(folder, 'run.yaml'), join(folder, 'other.yaml')];
  const write = (path: string): void => {
    writeFileSync(path, 'a: 1\n');
    utimesSync(path, 1000, 1000);
  };
  write(file);
  write(other);
  const onChange = vi.fn();
  const stop = watchForChange(file, onChange);
  /** How often a change was seen in three seconds. */
  const seen = (): number => {
    onChange.mockClear();
    vi.advanceTimersByTime(3000);
    return onChange.mock.calls.length;
  };
  expect(seen()).toBe(0);
  writeFileSync(file, 'b: 2\n');
  expect(seen()).toBe(1);
  write(file);
  expect(seen()).toBe(1);
  // Of the same size and age, as what a deployment moves to its place.
  renameSync(other, file);
  expect(seen()).toBe(1);
  rmSync(file);
  expect(seen()).toBe(1);
  write(file);
  expect(seen()).toBe(1);
  stop();
  rmSync(file);
  expect(seen()).toBe(0);
});
