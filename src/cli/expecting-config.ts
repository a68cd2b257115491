/** The config that a token is made for, and what of a token it expects. */

import { usageError, type JsonObject, type ProviderConfig, type TokenPattern } from '../index.js';
import type { Io } from './io.js';
import type { SharedOptions } from './options.js';
import { findTarget } from './target.js';

/** A config that expects something of a token. */
export type ExpectingConfig = ProviderConfig & { readonly type: 'oauth2_token' };

/** The config is read only where it is asked for: no token changes because of where one stands. */
export async function findConfig(
  options: Pick<SharedOptions, 'config' | 'provider'>,
  io: Io,
): Promise<ExpectingConfig | null> {
  const { config: file, provider } = options;
  if (file === undefined && provider === undefined) return null;
  const target = await findTarget({ config: file, provider }, io);
  const { name, config } = target.chosen;
  if (config.type === 'oauth2_token' && config.jwks !== null) return config;
  throw usageError(`the provider ${name} verifies no signature: it asks somebody who would not know a token made here`);
}

/** Seconds that a token lives unless told otherwise. */
const LIFETIME = 3600;

/** What is missing: of a token that is like another, only what the config expects. */
export function fillIn(
  given: JsonObject,
  like: TokenPattern | null,
  config: ExpectingConfig | null,
  now: number,
): JsonObject {
  const expected: JsonObject =
    config === null
      ? {}
      : { ...(config.issuer === null ? {} : { iss: config.issuer }), aud: config.audience, sub: 'test-user' };
  if (like !== null) return expected;
  const exp = typeof given.exp === 'number' ? given.exp : now + LIFETIME;
  return { ...expected, iat: exp > now ? now : exp - LIFETIME, exp };
}
