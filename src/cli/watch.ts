/** Notices that files were changed or replaced. */

import { statSync } from 'node:fs';
import { reasonOf } from '../index.js';

/**
 * Looks at a file once a second; what it is compared with is what it is when this is called. Polling sees every way of
 * replacing a file, the symbolic links of Kubernetes too.
 */
export function watchForChange(file: string, onChange: () => void): () => void {
  let known = signatureOf(file);
  const timer = setInterval(() => {
    const seen = signatureOf(file);
    if (seen === known) return;
    known = seen;
    onChange();
  }, 1000);
  return () => clearInterval(timer);
}

/** What happens to files that are watched together. */
export interface Change {
  /** Resolves with the first change of any of them. */
  readonly happened: Promise<void>;
  /** Watches one more file. */
  readonly add: (file: string) => void;
  readonly stop: () => void;
}

/** Watches files until one of them changes. */
export function expectChange(files: readonly string[]): Change {
  const stops = new Map<string, () => void>();
  let report = (): void => undefined;
  const happened = new Promise<void>((done) => {
    report = done;
  });
  const add = (file: string): void => {
    if (!stops.has(file)) stops.set(file, watchForChange(file, report));
  };
  files.forEach(add);
  return { happened, add, stop: () => stops.forEach((stop) => stop()) };
}

/** A file that cannot be looked at has a signature of its own: that it vanished, or came back, is a change. */
function signatureOf(file: string): string {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = statSync(file);
    return `${dev} ${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch (error) {
    return reasonOf(error);
  }
}
