/** Files that a command writes: never over another unless told so, and a secret for nobody but its owner. */

import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { resolve } from 'node:path';
import { AuthcheckError, codeOf, usageError } from '../index.js';
import type { Io } from './io.js';

/** What may be written over. */
interface WriteOptions {
  /** Whether files that exist are replaced. */
  readonly force?: boolean;
}

/** A file to be written. */
export interface OutputFile {
  /** As the user named it. */
  readonly path: string;
  readonly text: string;
  /** Whether only the owner may read it. */
  readonly isSecret?: boolean;
}

/**
 * Writes files, or none of them where one exists already and may not be replaced, or cannot be written.
 *
 * @throws {AuthcheckError} `output_unwritable`; `usage_invalid` for one path given twice.
 */
export function writeOutputs(files: readonly OutputFile[], options: WriteOptions, io: Io): void {
  const paths = files.map(({ path }) => resolve(io.cwd, path));
  const twice = files.find((_, index) => paths.indexOf(paths[index] ?? '') !== index);
  if (twice !== undefined) throw usageError(`${twice.path} is named for two files`);
  for (const { path } of files) checkFree(path, options, io);
  const written: string[] = [];
  try {
    for (const file of files) {
      writeOutput(file, options, io);
      written.push(resolve(io.cwd, file.path));
    }
  } catch (error) {
    // They would be in the way of the next try; what was replaced cannot be brought back.
    if (options.force !== true) for (const path of written) rmSync(path, { force: true });
    throw error;
  }
}

/**
 * Makes a folder for files, unless it is there.
 *
 * @throws {AuthcheckError} `output_unwritable`.
 */
export function makeFolder(path: string, io: Io): void {
  try {
    mkdirSync(resolve(io.cwd, path), { recursive: true });
  } catch (error) {
    const isFile = lookAt(path, io) !== undefined;
    throw unwritable(path, isFile ? 'there is something that is not a folder' : explainUnwritten(error), error);
  }
}

function checkFree(path: string, { force = false }: WriteOptions, io: Io): void {
  const existing = lookAt(path, io);
  if (existing === undefined) return;
  if (!existing.isFile())
    throw unwritable(path, existing.isDirectory() ? 'this is a folder' : 'this is not an ordinary file');
  if (!force) throw unwritable(path, 'the file exists already; --force writes over it');
}

/** What is there; undefined if nothing is. */
function lookAt(path: string, io: Io): Stats | undefined {
  try {
    return lstatSync(resolve(io.cwd, path), { throwIfNoEntry: false });
  } catch (error) {
    throw unwritable(path, explainUnwritten(error), error);
  }
}

/** A file is replaced as a whole, so that nobody reads half of it; of one that cannot be written, nothing stays. */
function writeOutput({ path, text, isSecret }: OutputFile, { force = false }: WriteOptions, io: Io): void {
  const target = resolve(io.cwd, path);
  const written = force ? `${target}.${randomUUID()}` : target;
  const before = force ? lookAt(path, io) : undefined;
  let isOurs = false;
  try {
    const descriptor = openSync(written, 'wx', isSecret || before !== undefined ? 0o600 : 0o644);
    isOurs = true;
    try {
      writeFileSync(descriptor, text);
    } finally {
      closeSync(descriptor);
    }
    // Whom its owner lets read the file may read the new one.
    if (before !== undefined && !isSecret) chmodSync(written, before.mode & 0o777);
    if (force) renameSync(written, target);
  } catch (error) {
    // Of what a full disk took, half would stay: part of a key, in the way of the next try.
    if (isOurs) rmSync(written, { force: true });
    throw unwritable(path, explainUnwritten(error), error);
  }
}

/** Why a file could not be written, in words, without the path. */
export function explainUnwritten(error: unknown): string {
  const code = codeOf(error);
  const words: Readonly<Record<string, string>> = {
    EEXIST: 'the file exists already; --force writes over it',
    ENOENT: 'there is no such folder',
    ENOTDIR: 'there is no such folder',
    EACCES: 'permission denied',
    ENAMETOOLONG: 'the name is too long',
    EROFS: 'the disk is read-only',
    ENOSPC: 'the disk is full',
  };
  return words[code] ?? `it cannot be written (${code})`;
}

function unwritable(path: string, why: string, cause?: unknown): AuthcheckError {
  return new AuthcheckError('output_unwritable', `${path}: ${why}`, { cause });
}
