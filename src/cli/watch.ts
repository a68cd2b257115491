/** Sees that a file was changed or replaced. */

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

/** What cannot be looked at is another file than what could: to read it is for whoever is told. */
function signatureOf(file: string): string {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = statSync(file);
    return `${dev} ${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch (error) {
    return reasonOf(error);
  }
}
