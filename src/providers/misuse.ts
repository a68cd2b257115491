/** What is handed over for a provider by mistake, where no type says so. */

import type { ConfiguredProvider } from '../config/parse.js';
import { usageError } from '../errors.js';

/** What JavaScript may give in the place of what a type says. */
type Loose<Given> = Partial<Record<keyof Given, unknown>> | null | undefined;

const LISTENERS = ['now', 'onEvent', 'onExchange'] as const;

/** Objects, how each is told from what is not it, and what to say then. */
const OBJECTS = [
  [
    'keySet',
    (given: object): boolean => 'ok' in given,
    'a key set as readKeySet(TEXT) or await fetchKeySet() gives it, not a JWKS',
  ],
  ['keySets', (given: object): boolean => given instanceof Map, 'a Map'],
  ['http', (given: object): boolean => 'send' in given, 'a client as createHttpClient() makes it, not fetch'],
] as const;

/**
 * Refuses what is no provider of a config that was read, and options with which every request would fail.
 *
 * @throws {AuthcheckError} `usage_invalid`.
 */
export function checkProviderGiven(
  given: Loose<ConfiguredProvider>,
  options: Readonly<Partial<Record<(typeof LISTENERS)[number] | (typeof OBJECTS)[number][0], unknown>>>,
): void {
  if (typeof given?.config !== 'object' || typeof given.locate !== 'function' || typeof given.sets !== 'function')
    throw usageError(
      'a provider is made of what parseAuthConfig() has read, such as config.providers[0], not of the whole config or of its YAML',
    );
  for (const name of LISTENERS)
    if (options[name] !== undefined && typeof options[name] !== 'function')
      throw usageError(`the option ${name} is a function`);
  for (const [name, fits, words] of OBJECTS) {
    const value = options[name];
    if (value !== undefined && !(typeof value === 'object' && value !== null && fits(value)))
      throw usageError(`the option ${name} is ${words}`);
  }
}
