/** Where a finding stands, as tools want to know it: a file below the root of the repository, a line, a column. */

import { isAbsolute, relative, resolve, sep } from 'node:path';

/** A place in a file; line and column are counted from 1. */
export interface Place {
  /** Relative to the root, with slashes; absolute for what lies elsewhere. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** To what paths are relative: those that were shown to `cwd`, those of a {@link Place} to `root`. */
export interface Base {
  readonly cwd: string;
  readonly root: string;
}

/** Reads a position such as `run.yaml:321:17`; a file alone means its start. */
export function readPlace(position: string, base: Base): Place {
  const [, name = position, line = '1', column = '1'] = /^(.*):(\d+):(\d+)$/s.exec(position) ?? [];
  const path = resolve(base.cwd, name);
  const below = relative(base.root, path);
  const isBelow = below !== '' && !isAbsolute(below) && below.split(sep)[0] !== '..';
  return { file: (isBelow ? below : path).replaceAll(sep, '/'), line: Number(line), column: Number(column) };
}
