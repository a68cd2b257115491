/** Everything that can be said about a config without asking anybody. */

import { ConfigError, type Finding, sortFindings } from '../errors.js';
import { findPolicyFaults } from '../policy/faults.js';
import { isAbout } from './draft.js';
import { findCaAge, findCaFault } from './lint-ca.js';
import { findGithubSurprises } from './lint-github.js';
import type { Note } from './note.js';
import { findMappingSurprises } from './lint-mapping.js';
import { findUnsaidTrust } from './lint-trust.js';
import { findConditionalType, findWrittenSecrets } from './lint-written.js';
import { checkLoadOptions, readConfigFile, type ConfigFile, type LoadedConfig, type LoadOptions } from './load.js';
import { placeNote, readAuthConfig, type AuthConfig, type ConfiguredProvider, type Reading } from './parse.js';
import type { ReadProvider } from './providers.js';

/** How {@link checkConfig} checks. */
export interface CheckOptions extends Omit<LoadOptions, 'unknownFields'> {
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What there is to say about a config. */
export interface ConfigReport extends Pick<LoadedConfig, 'file'> {
  /** Errors, warnings and hints, in the order of the file. */
  readonly findings: readonly Finding[];
  /** The providers that can be used, for probes. */
  readonly providers: readonly ConfiguredProvider[];
}

/**
 * Finds and reads the config, and says everything that is wrong with it, unwise, or worth a look.
 *
 * @throws {AuthcheckError} `config_not_found`, `config_unreadable`.
 * @throws {ConfigError} for what is not YAML.
 */
export async function checkConfig(options: CheckOptions): Promise<ConfigReport> {
  checkLoadOptions(options);
  const file = await readConfigFile({ ...options, unknownFields: 'warn' });
  try {
    const reading = readAuthConfig(file.value, file.parseOptions);
    const findings = [...reading.findings, ...lint(reading, file, options.now)];
    const providers = reading.config.providers.filter(({ config }) => findCaFault(config).length === 0);
    return { file: file.file, findings: sortFindings(findings), providers };
  } catch (error) {
    // A document without an auth section.
    if (!(error instanceof ConfigError)) throw error;
    return { file: file.file, findings: error.findings, providers: [] };
  }
}

function lint(reading: Reading, { text, parseOptions }: ConfigFile, now: number): Finding[] {
  const ofProviders = reading.providers.flatMap((provider) =>
    lintProvider(provider, reading.config, text, now)
      .filter((note) => !isAbout(note, provider.wrong))
      .map((note) => placeNote(note, provider.path, parseOptions)),
  );
  // Rules that cannot be read cannot be judged either.
  if (reading.findings.some(({ code }) => code === 'rule_invalid')) return ofProviders;
  const ofPolicies = findPolicyFaults(reading.config).map(({ policy, index, ...fault }) =>
    placeNote({ ...fault, path: [policy, index] }, reading.path, parseOptions),
  );
  return [...ofProviders, ...ofPolicies];
}

function lintProvider(
  { config, path, written, sets }: ReadProvider,
  { access_policy, route_policy }: AuthConfig,
  text: string,
  now: number,
): Note[] {
  const unread = findCaFault(config);
  return [
    ...findWrittenSecrets(written),
    ...findConditionalType(written, path),
    ...unread,
    ...(unread.length === 0 ? findCaAge(config, now) : []),
    ...(config === null ? [] : findUnsaidTrust(config, sets)),
    ...(config?.type === 'github_token' ? findGithubSurprises(config, text) : []),
    ...(config !== null && 'claims_mapping' in config
      ? findMappingSurprises(config.claims_mapping, !sets('claims_mapping'), [...access_policy, ...route_policy])
      : []),
  ];
}
