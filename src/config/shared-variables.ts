/** The variables of a config, for a file that others will read: what may be a secret is not in it. Pure. */

import { MIN_SECRET } from './cache-schema.js';
import { dissectEnv, substituteEnv, type Environment } from './env.js';
import { isSecretPath } from './secret-fields.js';
import { findSection, isMapping, isSequence, type Path } from './shape.js';

/** A string of a config, as it is written. */
interface WrittenText {
  readonly path: Path;
  readonly text: string;
}

/**
 * The variables that the auth section cannot do without, each with its value, or with a placeholder where it may be a
 * secret. `document` is the whole config.
 *
 * @throws {ConfigError} for a document without an auth section.
 */
export function shareVariables(document: unknown, env: Environment): Readonly<Record<string, string>> {
  const { auth } = findSection(document);
  const texts = listTexts(auth);
  // With no variable set, those are missed that have no default.
  const missed = substituteEnv(auth, { env: {}, base: ['server', 'auth'] }).faults.map(({ variable }) => variable);
  return Object.fromEntries(
    [...new Set(missed)].map((name) => {
      const value = env[name] ?? '';
      const uses = texts.filter(({ text }) => dissectEnv(text).variables.includes(name));
      const isPublic = !SECRET_NAME.test(name) && uses.every((use) => isPublicUse(use, name, env));
      return [name, isPublic ? value : standIn(value)];
    }),
  );
}

function listTexts(value: unknown, path: Path = []): readonly WrittenText[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (isSequence(value)) return value.flatMap((item, index) => listTexts(item, [...path, index]));
  if (!isMapping(value)) return [];
  return Object.entries(value).flatMap(([name, item]) => listTexts(item, [...path, name]));
}

/** Words that the names of secrets have. */
const SECRET_NAME = /secret|token|password|passwd|key|credential/i;

/** What no variable holds, and so marks where the value of one begins and ends. */
const MARK = '\0';
// From the first of many signs on: from each, all that follows would be read.
const BEHIND_QUESTION_MARK = /^[^?#]*[?#][^]*\0/;
const BEFORE_AT_SIGN = /^[^\0]*\0[^]*@/;

/**
 * Whether anybody may know what a variable says here: not if it stands in the user info or the query of a URL. What has
 * the signs of a URL (`:`, `?`, `#`, `@`) counts as one: to hide what is no secret does less harm.
 */
function isPublicUse({ path, text }: WrittenText, name: string, env: Environment): boolean {
  if (isSecretPath(path)) return false;
  const marked = { ...env, [name]: `${MARK}${env[name] ?? ''}${MARK}` };
  const { value } = substituteEnv(text, { env: marked });
  if (typeof value !== 'string' || !value.includes(':')) return true;
  return !BEHIND_QUESTION_MARK.test(value) && !BEFORE_AT_SIGN.test(value);
}

/** What the config takes as well as the value itself. */
function standIn(value: string): string {
  const [scheme = ''] = /^(?:https?|rediss?):\/\//i.exec(value) ?? [];
  return scheme + 'placeholder'.repeat(value.length < MIN_SECRET ? 1 : 2);
}
