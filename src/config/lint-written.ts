/** What shows only in the text of a config, before variables are substituted. Pure. */

import { isPlaceholder } from '../lookalike.js';
import { dissectEnv, substituteEnv } from './env.js';
import type { Note } from './note.js';
import { isSecretPath } from './secret-fields.js';
import { isMapping, type Path } from './shape.js';

/** From the first colon of a part on: from each of many, it would read all of them. */
const PASSWORD = /(?:^|[/@])[^/@:]*:[^/@]+@/;

/** Finds secrets in the file; `provider` is a provider as it is written. A Redis without a password has none. */
export function findWrittenSecrets(provider: unknown, path: Path = []): Note[] {
  if (isMapping(provider))
    return Object.entries(provider).flatMap(([name, value]) => findWrittenSecrets(value, [...path, name]));
  if (typeof provider !== 'string' || !isSecretPath(path)) return [];
  const { variables, rest } = dissectEnv(provider);
  // What is left of a variable is no secret.
  if (rest === '' || isPlaceholder(rest) || (path.at(-1) === 'redis_url' && !PASSWORD.test(rest))) return [];
  const how = variables.length === 0 ? 'stands in the file' : 'stands in the file, in part or as a default';
  return [{ code: 'secret_written', path, message: `${path.join('.')} ${how}` }];
}

/** Finds a type that an unset variable turns off; `path` is that of the provider in its document. */
export function findConditionalType(provider: unknown, path: Path): Note[] {
  if (path.at(-1) !== 'provider_config' || path.at(-2) === 'providers' || !isMapping(provider)) return [];
  const { value } = substituteEnv({ provider_config: { type: provider.type } }, { env: {}, base: ['server', 'auth'] });
  if (!isMapping(value) || value.provider_config !== null) return [];
  const message = 'type depends on a variable: where that is not set, authentication is off';
  return [{ code: 'type_conditional', path: ['type'], message }];
}
