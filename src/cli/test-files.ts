/** The files of tests: those that are named, and those in folders that are. */

import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AuthcheckError } from '../index.js';
import type { Io } from './io.js';

/**
 * Finds the files of tests, in this folder unless something is named.
 *
 * @throws {AuthcheckError} `input_unreadable` for a folder without tests.
 */
export function findTestFiles(files: readonly string[], io: Io): string[] {
  const named = (files.length > 0 ? files : ['.']).flatMap((file) => listTests(file, io));
  // A file that is named, and lies in a folder that is, holds its tests once.
  return [...new Map(named.map((file) => [resolve(io.cwd, file), file])).values()];
}

/** A file as it is; of a folder, the tests that are in it. */
function listTests(file: string, { cwd }: Io): string[] {
  const names = listFolder(resolve(cwd, file));
  if (names === null) return [file];
  const tests = names.filter((name) => /^(?:.+\.authcheck|authcheck\.test)\.ya?ml$/.test(name));
  if (tests.length === 0) {
    const where = file === '.' ? 'here' : `in ${file}`;
    throw new AuthcheckError(
      'input_unreadable',
      `there are no tests ${where}: no *.authcheck.yaml, no authcheck.test.yaml; name a file, or write one with --init`,
    );
  }
  return tests.sort().map((name) => join(file, name));
}

/** Null for what is not a folder, or cannot be read: who reads it as a file says why. */
function listFolder(path: string): string[] | null {
  try {
    return readdirSync(path);
  } catch {
    return null;
  }
}
