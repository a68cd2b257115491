/** A first config for an issuer, with comments that explain it. Pure. */

import { AuthcheckError } from '../errors.js';
import { isKeycloakRealm, showUrl } from '../url.js';
import { formatString } from './format-yaml.js';
import { DEFAULT_AUDIENCE } from './provider-config.js';

/** What a first config is made of. */
export interface ConfigTemplate {
  readonly issuer: string;
  /** Null for the server's default, which is then written out. */
  readonly audience: string | null;
  /** Where the issuer's metadata was found. */
  readonly source: string;
  /** The issuer's key set, or its introspection endpoint. */
  readonly endpoint: { readonly type: 'jwks' | 'introspection'; readonly url: string };
  /** The JSON Schema, as an editor finds it from the file. */
  readonly schema: string;
}

/** The variables that a config with introspection names. */
export const CLIENT_VARIABLES: readonly string[] = ['AUTH_CLIENT_ID', 'AUTH_CLIENT_SECRET'];

/**
 * Writes the config as YAML.
 *
 * @throws {AuthcheckError} `discovery_failed` for an endpoint that names a variable: the server would send its value there.
 */
export function writeConfigTemplate({ issuer, audience, source, endpoint, schema }: ConfigTemplate): string {
  if (endpoint.url.includes('${env.')) {
    throw new AuthcheckError('discovery_failed', 'the issuer publishes a URL with a variable in it, which is refused');
  }
  const [id = '', secret = ''] = CLIENT_VARIABLES;
  const asking =
    endpoint.type === 'jwks'
      ? [
          'jwks:',
          `  uri: ${formatString(endpoint.url)}`,
          '  # Seconds for which a key is trusted that the issuer has withdrawn.',
          '  key_recheck_period: 3600',
        ]
      : [
          'introspection:',
          `  url: ${formatString(endpoint.url)}`,
          '  # This server’s own credentials at the issuer.',
          `  client_id: ${formatString(`\${env.${id}}`)}`,
          `  client_secret: ${formatString(`\${env.${secret}}`)}`,
        ];
  const provider = [
    'type: oauth2_token',
    '# The iss of every token, letter by letter.',
    `issuer: ${formatString(issuer)}`,
    audience === null
      ? '# What every token must name in its aud. This is the server’s default: a name of its own is better.'
      : '# What every token must name in its aud: this server, and no other.',
    `audience: ${formatString(audience ?? DEFAULT_AUDIENCE)}`,
    ...asking,
    '# Claims of the tokens, and the attributes that they become. Without this, the server maps sub and username too,',
    '# and makes a role of every word in them.',
    'claims_mapping:',
    '  groups: teams',
    isKeycloakRealm(issuer) ? '  realm_access.roles: roles' : '  roles: roles',
  ];
  return [
    `# yaml-language-server: $schema=${schema}`,
    `# By authcheck config init, from ${showUrl(source)}`,
    'server:',
    '  auth:',
    '    provider_config:',
    ...provider.map((line) => `      ${line}`),
    '',
  ].join('\n');
}
