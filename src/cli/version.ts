/** The version of this package. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Reads the version from package.json. */
export function readVersion(): string {
  const text = readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8');
  return /"version":\s*"([^"]+)"/.exec(text)?.[1] ?? 'unknown';
}
