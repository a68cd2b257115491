/** What is handed over for a provider by mistake, where no type says so. */

import type { ConfiguredProvider } from '../config/parse.js';
import { usageError } from '../errors.js';

/** What JavaScript may give in the place of what a type says. */
type Loose<Given> = Partial<Record<keyof Given, unknown>> | null | undefined;

const LISTENERS = ['now', 'onEvent', 'onExchange'] as const;

/**
 * Refuses what is no provider of a config that was read, and listeners that nobody could call.
 *
 * @throws {AuthcheckError} `usage_invalid`.
 */
export function checkProviderGiven(
  given: Loose<ConfiguredProvider>,
  options: Readonly<Partial<Record<(typeof LISTENERS)[number], unknown>>>,
): void {
  if (typeof given?.config !== 'object' || typeof given.locate !== 'function' || typeof given.sets !== 'function')
    throw usageError(
      'a provider is made of what parseAuthConfig() has read, such as config.providers[0], not of the whole config or of its YAML',
    );
  for (const name of LISTENERS)
    if (options[name] !== undefined && typeof options[name] !== 'function')
      throw usageError(`the option ${name} is a function`);
}
