/** Something to be said about a config. */

import type { FindingCode } from './finding-codes.js';
import type { Path } from './shape.js';

/** A finding before its place in the file is known; the path is below the value that was looked at. */
export interface Note {
  readonly code: FindingCode;
  readonly path: Path;
  readonly message: string;
  /** Where it stands, if the path shows less of a name than is written: the rest may be a secret. */
  readonly place?: Path;
  /** A better fix than that of the code, where there is one. */
  readonly fix?: string;
}

/** Adds a note; its own path is below `above`, and that is below the auth section. */
export type AddNote = (note: Note, above: Path) => void;
