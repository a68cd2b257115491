/** `authcheck config check`: everything that is wrong with a config, unwise, or worth a look. */

import { Command, Option } from 'commander';
import {
  checkConfig,
  ConfigError,
  findingOf,
  probeProvider,
  type ConfigReport,
  type Probe,
  type Severity,
  usageError,
} from '../../index.js';
import { EXIT, exitCodeOfFindings } from '../exit-code.js';
import { baseOf } from '../github-actions.js';
import { GROUPS } from '../help.js';
import type { Io, Run } from '../io.js';
import { addColorOptions, CONFIG_OPTION, withConfig, type SharedOptions } from '../options.js';
import { describeReport, formatAnnotations, formatReport, type CheckedConfig } from '../render/config-report.js';
import { buildSarif } from '../render/sarif.js';
import { openSession, type Session } from '../session.js';
import { readVersion } from '../version.js';

/** The flags of `config check`. */
export interface ConfigCheckOptions extends SharedOptions {
  readonly format: 'text' | 'json' | 'sarif' | 'github';
  readonly failOn: Severity;
  readonly online?: boolean;
}

const EXITS =
  '\nExit codes: 0 nothing at or above the bar · 1 findings at or above it · 2 usage, or no config that can be read · ' +
  '3 nothing found, but a probe could not be decided';

/** Defines the command. */
export function defineConfigCheck(run: Run): Command {
  return addColorOptions(
    new Command('check')
      .description('say what is wrong with the config, unwise, or worth a look: where, why, and the fix')
      .argument('[file]', 'the config, as with --config')
      .option(...CONFIG_OPTION)
      .option(
        '--online',
        'ask the endpoints too: name, connection, certificate, answer; the token sent is a made-up one',
      )
      .addOption(
        new Option('--format <format>', 'for people, programs, code scanning, or annotations in GitHub Actions')
          .choices(['text', 'json', 'sarif', 'github'])
          .default('text'),
      )
      .addOption(
        new Option('--fail-on <severity>', 'the lowest severity that fails the check')
          .choices(['error', 'warning', 'hint'])
          .default('error'),
      )
      .optionsGroup(GROUPS.output)
      .option('--json', 'as --format json'),
  )
    .option('-v, --verbose', 'the HTTP transcript on stderr, secrets masked')
    .option('-q, --quiet', 'no human output: only the exit code (and JSON)')
    .option('--debug', 'show the stack of an internal error')
    .addHelpText('beforeAll', 'Example:\n  authcheck config check run.yaml --online\n')
    .addHelpText('after', EXITS)
    .action((file: string | undefined, options: ConfigCheckOptions) =>
      run((io) => runConfigCheck(withConfig(file, options), io)),
    );
}

/** Checks the config. */
async function runConfigCheck(options: ConfigCheckOptions, io: Io): Promise<number> {
  if (options.json === true && !['text', 'json'].includes(options.format))
    throw usageError(`--json or --format ${options.format}, not both`);
  const format = options.json === true ? 'json' : options.format;
  const session = openSession({ ...options, json: format === 'json' || format === 'sarif' }, io);
  const { report, isReadable } = await check(options, io);
  const probes = options.online === true ? await probeAll(report, io, session) : null;
  const findings = [...report.findings, ...(probes ?? []).flatMap((probe) => findingOf(probe) ?? [])];
  answer({ ...report, probes }, findings, format, session, io);
  if (!isReadable) return EXIT.unusable;
  const decided = (probes ?? []).filter(({ status }) => status !== 'undecided');
  const judged = [...report.findings, ...decided.flatMap((probe) => findingOf(probe) ?? [])];
  return exitCodeOfFindings(judged, options.failOn, decided.length < (probes ?? []).length);
}

/** A file that is not YAML is reported like a finding, and is all that can be reported. */
async function check(options: ConfigCheckOptions, io: Io): Promise<{ report: ConfigReport; isReadable: boolean }> {
  const { config } = options;
  try {
    const report = await checkConfig({ env: io.env, cwd: io.cwd, now: io.now(), file: config });
    return { report, isReadable: true };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const file = error.position?.replace(/:\d+:\d+$/, '') ?? config ?? '';
    return { report: { file, findings: error.findings, providers: [] }, isReadable: false };
  }
}

async function probeAll({ providers }: ConfigReport, io: Io, session: Session): Promise<Probe[]> {
  const options = { env: io.env, now: io.now(), onExchange: session.onExchange, oneShot: true };
  return (await Promise.all(providers.map((provider) => probeProvider(provider, options)))).flat();
}

function answer(
  checked: CheckedConfig,
  findings: CheckedConfig['findings'],
  format: ConfigCheckOptions['format'],
  session: Session,
  io: Io,
): void {
  const base = baseOf(io);
  session.answer(
    () =>
      format === 'sarif'
        ? buildSarif(findings, { ...base, version: readVersion(), file: checked.file })
        : describeReport(checked),
    (style) => (format === 'github' ? formatAnnotations(findings, base) : formatReport(checked, style)),
  );
  // On stderr, which GitHub reads too: stdout holds the answer and nothing else.
  if (io.env.GITHUB_ACTIONS === 'true' && format !== 'github') io.stderr.write(formatAnnotations(findings, base));
}
