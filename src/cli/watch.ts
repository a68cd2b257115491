/** Sees that a file was changed or replaced. */

import { statSync } from 'node:fs';

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

function signatureOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats === undefined ? '' : `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`;
}
