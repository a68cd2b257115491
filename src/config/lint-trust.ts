/** Whom a provider trusts more than its author may think, by what the config leaves unsaid. Pure. */

import { findUnfitNames } from './lint-names.js';
import type { Note } from './note.js';
import { DEFAULT_AUDIENCE, type OAuth2TokenConfig, type ProviderConfig } from './provider-config.js';

/** Seconds after which a key set should have been fetched again. */
const DAY = 24 * 3600;

/** Headers of oauth2-proxy, Authelia and authentik. */
const LISTS: ReadonlySet<string> = new Set([
  'x-auth-request-groups',
  'x-forwarded-groups',
  'remote-groups',
  'x-authentik-groups',
]);

/** Finds trust that nobody decided on; `sets` is whether the config sets a field itself. */
export function findUnsaidTrust(config: ProviderConfig, sets: (field: string) => boolean): Note[] {
  if (config.type === 'upstream_header') return judgeAttributesHeader(config.attributes_header ?? '');
  if (config.type !== 'oauth2_token') return [];
  return [
    ...(sets('audience') ? [] : [describeAudience(config.introspection !== null)]),
    ...findUnfitNames(config),
    ...judgeRecheck(config.jwks?.key_recheck_period ?? 0),
    ...describeOwn(config),
  ];
}

function judgeAttributesHeader(name: string): Note[] {
  if (!LISTS.has(name.toLowerCase())) return [];
  const message =
    'proxies put names with commas or bars between them into the header that attributes_header names, and the server reads JSON alone';
  return [{ code: 'attributes_no_json', path: ['attributes_header'], message }];
}

function describeAudience(introspects: boolean): Note {
  return introspects
    ? { code: 'audience_unchecked', path: ['audience'], message: 'audience is not set, so aud is not compared' }
    : {
        code: 'audience_default',
        path: ['audience'],
        message: `audience is not set, so the server expects its default, ${JSON.stringify(DEFAULT_AUDIENCE)}`,
      };
}

function judgeRecheck(seconds: number): Note[] {
  if (seconds <= DAY) return [];
  const message = `key_recheck_period is ${seconds} seconds: a withdrawn key is trusted for more than a day`;
  return [{ code: 'key_recheck_long', path: ['jwks', 'key_recheck_period'], message }];
}

/** What decides here and not in llama-stack, so that the two may answer differently: it does so with key sets alone. */
function describeOwn({ clock_tolerance, algorithms, jwks }: OAuth2TokenConfig): Note[] {
  if (jwks === null) return [];
  const fields = [...(clock_tolerance > 0 ? ['clock_tolerance'] : []), ...(algorithms === null ? [] : ['algorithms'])];
  return fields.map((name) => ({
    code: 'field_own',
    path: [name],
    message: `${name} is a field of authcheck’s own: llama-stack ignores it`,
  }));
}
