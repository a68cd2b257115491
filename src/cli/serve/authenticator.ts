/** The authenticator of the service: made from the config, with warnings of what it does not do, and its keys fetched. */

import { createAuthenticator, type Authenticator, type AuthenticatorOptions, type Logger } from '../../index.js';
import type { Source } from '../source.js';
import type { Target } from '../target.js';

/** The flags of `serve` that it is made with. */
export interface AuthenticatorFlags {
  readonly provider?: string;
  readonly public?: readonly string[];
  readonly realm: string;
}

/** Makes the authenticator, which remembers verdicts. */
export function openAuthenticator(
  target: Target,
  options: AuthenticatorFlags,
  host: Pick<AuthenticatorOptions, 'logger' | 'onEvent' | 'keySets'>,
): Authenticator {
  const { public: routes, realm, provider } = options;
  const providers = provider === undefined ? target.providers : [target.chosen];
  return createAuthenticator(
    { providers },
    { ...target.options, ...host, cache: true, oneShot: false, realm, public: routes },
  );
}

/** Warns of what this service does not do as the author of the config may expect. */
export function warnOf({ warnings }: Target, { config }: Source, { providers }: Authenticator, logger: Logger): void {
  for (const { code, path, message, position } of warnings) logger.warn({ code, path, position }, message);
  if (providers.some(({ ref }) => ref.type === 'upstream_header'))
    logger.warn({}, 'a provider believes headers: whoever can reach this service can claim any identity');
  const policies = (['access_policy', 'route_policy'] as const).filter((name) => config[name].length > 0);
  const are = policies.length === 1 ? 'is' : 'are';
  if (policies.length > 0)
    logger.warn({}, `${policies.join(' and ')} ${are} for the server itself: this service only says who a token is`);
}

/** A provider whose key set could not be fetched, and why. */
interface MissingKeySet {
  readonly provider: string;
  readonly why: string;
}

/** Fetches the key sets that are not held yet; gives the providers that got none, and tells of each as it fails. */
export async function loadKeySets(
  { providers }: Authenticator,
  onMissing: (missing: MissingKeySet) => void = () => undefined,
): Promise<string[]> {
  const missing = await Promise.all(
    providers.map(async ({ ref, keySet }) => {
      const why = (await keySet?.load()) ?? null;
      if (why !== null) onMissing({ provider: ref.name, why });
      return why === null ? [] : [ref.name];
    }),
  );
  return missing.flat();
}
