/** Variables that the server does not replace, and takes as they stand. Pure. */

import { isPlaceholder } from '../lookalike.js';
import type { Note } from './note.js';
import { isSecretPath } from './secret-fields.js';
import { isMapping, type Path } from './shape.js';

/** As shells, Docker Compose and templates have them, and `${env.name}` or `${env.NAME:-default}`. */
const LEFT = /\$\{[^{}]*\}|\{\{[^{}]*\}\}|^(?:\$[A-Z_][A-Z0-9_]*|%[A-Z_][A-Z0-9_]*%)$/;

/** Finds variables that are left in the values of a provider after substitution; a secret must be nothing else. */
export function findUnreplaced(value: unknown, path: Path = []): Note[] {
  if (isMapping(value)) return Object.entries(value).flatMap(([name, inner]) => findUnreplaced(inner, [...path, name]));
  if (typeof value !== 'string') return [];
  const isLeft = isSecretPath(path) ? isPlaceholder(value) : LEFT.test(value);
  if (!isLeft) return [];
  return [{ code: 'env_unreplaced', path, message: 'a variable stands here that the server does not replace' }];
}
