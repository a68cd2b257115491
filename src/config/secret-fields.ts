/** The fields of a config that hold secrets. Pure. */

import type { Path } from './shape.js';

const SECRETS: readonly (readonly [string, string])[] = [
  ['introspection', 'client_secret'],
  ['jwks', 'token'],
  ['cache', 'redis_url'],
  ['cache', 'secret'],
];

/** Tells the fields that hold secrets. */
export function isSecretPath(path: Path): boolean {
  const [parent, name] = path.slice(-2);
  return SECRETS.some(([section, field]) => parent === section && name === field);
}
