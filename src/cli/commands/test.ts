/** `authcheck test`: tests of an auth config. */

import { resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import {
  AuthcheckError,
  ConfigError,
  isOutstanding,
  loadSuites,
  runSuite,
  updateSuite,
  type Suite,
  type SuiteResult,
  usageError,
} from '../../index.js';
import { EXIT } from '../exit-code.js';
import { baseOf } from '../github-actions.js';
import type { Io, Run } from '../io.js';
import { createCommand, type SharedOptions } from '../options.js';
import { writeOutputs } from '../output-file.js';
import { formatError } from '../render/findings.js';
import { formatJunit } from '../render/junit.js';
import {
  annotateFaults,
  annotateSuites,
  describeSuites,
  formatSuites,
  type SuiteReportOptions,
} from '../render/suite.js';
import { formatTap } from '../render/tap.js';
import { openSession, type Session } from '../session.js';
import { findTestFiles } from '../test-files.js';
import { expectChange } from '../watch.js';
import { initSuite } from './test-init.js';

/** The flags of `test`. */
export interface TestOptions extends SharedOptions {
  readonly run?: RegExp;
  readonly watch?: boolean;
  readonly update?: boolean;
  readonly live?: boolean;
  readonly report?: readonly Report[];
  readonly init?: boolean;
  readonly force?: boolean;
}

/** A report beside, or in the place of, the text for people. */
type Report = { readonly kind: 'junit'; readonly file: string } | { readonly kind: 'tap' | 'github' };

/** Defines the command. */
export function defineTest(run: Run): Command {
  return createCommand(
    'test',
    'authcheck test auth.authcheck.yaml\n  authcheck test --init --config run.yaml --token "$TOKEN"',
  )
    .argument('[files...]', 'files of tests, or folders with *.authcheck.yaml or authcheck.test.yaml; else this folder')
    .option('--run <regex>', 'only tests whose names match', parseRegex)
    .option('--report <kind>', 'junit=FILE, tap (to stdout), or github (annotations); may be repeated', collectReport)
    .option('--update', 'write what was found into the files, as what is expected from now on')
    .option('--watch', 'run again whenever a file changes, until Ctrl-C')
    .option('--live', 'ask the real providers where a test brings no answer')
    .option('--init', 'write a first file of tests for --config, from the claims of a token if one is given')
    .option('--force', 'with --init, write over a file that exists')
    .addHelpText(
      'after',
      '\nExit codes: 0 all passed · 1 a test failed · 2 usage or an unusable file · 3 undecided (--live)',
    )
    .action((files: string[], options: TestOptions) => run((io) => runTest(options, files, io)));
}

/** Runs the tests, or writes first ones. */
async function runTest(options: TestOptions, files: readonly string[], io: Io): Promise<number> {
  const session = openSession(options, io);
  if (options.init === true) return initSuite(options, files, io, session);
  for (const name of ['config', 'provider', 'token', 'tokenFile'] as const)
    if (options[name] !== undefined)
      throw usageError(`--${name.replace('F', '-f')} goes with --init; a file of tests says it`);
  if (options.json === true && options.report?.some(({ kind }) => kind === 'tap') === true)
    throw usageError('--json and --report tap both go to stdout; leave one out');
  if (options.update === true && options.report !== undefined)
    throw usageError(
      '--report tells which tests hold, and --update makes them hold; run the tests once more for a report',
    );
  const found = findTestFiles(files, io);
  if (options.watch === true) return watch(found, options, io, session);
  return runOnce(loadOrAnnotate(found, options, io), options, io, session);
}

/** A file that cannot be used is a finding as well, where findings become annotations. */
function loadOrAnnotate(files: readonly string[], options: TestOptions, io: Io): Suite[] {
  try {
    return load(files, options, io);
  } catch (error) {
    if (error instanceof AuthcheckError && wantsAnnotations(options, io))
      io.stderr.write(annotateFaults(error instanceof ConfigError ? error.findings : [error], baseOf(io)));
    throw error;
  }
}

function wantsAnnotations({ report = [] }: TestOptions, { env }: Io): boolean {
  return env.GITHUB_ACTIONS === 'true' || report.some(({ kind }) => kind === 'github');
}

function load(
  files: readonly string[],
  { live, update }: TestOptions,
  { cwd, env }: Io,
  onRead: (path: string) => void = () => undefined,
): Suite[] {
  return loadSuites(files, { cwd, env, live: live === true, update: update === true, onRead });
}

async function runOnce(suites: readonly Suite[], options: TestOptions, io: Io, session: Session): Promise<number> {
  const { run, live, report = [] } = options;
  for (const one of report) if (one.kind === 'junit') checkUnread(one.file, suites, io);
  const started = performance.now();
  const how = { live: live === true, env: io.env, only: run };
  const results = await Promise.all(suites.map((suite) => runSuite(suite, how)));
  const ms = performance.now() - started;
  const all = results.flatMap((result) => result.results);
  if (all.length === 0) throw usageError('no test has a name that matches --run');

  const ignored = suites.flatMap(({ config }) => config.warnings.filter(({ code }) => code === 'field_unknown'));
  session.warn([...new Map(ignored.map((finding) => [finding.position ?? finding.message, finding])).values()]);
  const updated = options.update === true ? update(results, io) : null;
  // A report that cannot be written is the answer then: nothing stands on stdout before it.
  for (const one of report) {
    if (one.kind === 'junit') writeOutputs([{ path: one.file, text: formatJunit(results) }], { force: true }, io);
  }
  const tap = report.some(({ kind }) => kind === 'tap');
  if (tap) io.stdout.write(formatTap(results));
  else {
    session.answer(
      () => ({ ...describeSuites(results), ...(updated === null ? {} : { updated }) }),
      (style) => formatSuites(results, { ms, updated, verbose: options.verbose === true }, style),
    );
  }
  // On stderr, which GitHub reads too: stdout holds the answer and nothing else.
  if (updated === null && wantsAnnotations(options, io)) io.stderr.write(annotateSuites(results, baseOf(io)));
  const failed = all.filter(({ differences }) => differences.length > 0);
  // What fails for certain fails whoever could not be asked.
  if (updated === null && !failed.every(isOutstanding)) return EXIT.rejected;
  return all.some(isOutstanding) ? EXIT.undecided : EXIT.ok;
}

/** A report is written over what stands there: it must be nothing that the tests are made of. */
function checkUnread(file: string, suites: readonly Suite[], { cwd }: Io): void {
  if (suites.some(({ sources }) => sources.includes(resolve(cwd, file))))
    throw usageError(`--report junit=${file} would write over a file that the tests are read from`);
}

/** Writes the files that are not as they were found: all of them, or none where one cannot be updated. */
function update(results: readonly SuiteResult[], io: Io): SuiteReportOptions['updated'] {
  const updated = results.map((result) => ({ suite: result.suite, ...updateSuite(result) }));
  const changed = updated.filter(({ suite, text }) => text !== suite.text);
  writeOutputs(
    changed.map(({ suite, text }) => ({ path: suite.file, text })),
    { force: true },
    io,
  );
  return { files: changed.map(({ suite }) => suite.file), tests: updated.reduce((sum, { count }) => sum + count, 0) };
}

/** Runs until it is interrupted, or nobody reads what it says. */
async function watch(files: readonly string[], options: TestOptions, io: Io, session: Session): Promise<number> {
  for (;;) {
    // Before the tests are read: a change while they are read, or run, counts too.
    const change = expectChange(files.map((file) => resolve(io.cwd, file)));
    try {
      await runOnce(load(files, options, io, change.add), options, io, session);
    } catch (error) {
      if (!(error instanceof AuthcheckError)) throw error;
      session.note((style) => formatError(error, style));
    }
    const isRead = await io.stdout.drain();
    if (isRead) {
      session.note((style) => `\n${style.dim('waiting for a change; Ctrl-C ends')}\n\n`);
      await change.happened;
    }
    change.stop();
    if (!isRead) return EXIT.ok;
  }
}

function parseRegex(text: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch {
    throw new InvalidArgumentError('expected a regular expression');
  }
}

function collectReport(text: string, previous: readonly Report[] = []): readonly Report[] {
  const [, file] = /^junit=(.+)$/s.exec(text) ?? [];
  if (file === '-') throw new InvalidArgumentError('JUnit goes to a file, not to stdout; expected junit=FILE');
  if (file !== undefined) return [...previous, { kind: 'junit', file }];
  if (text === 'tap' || text === 'github') return [...previous, { kind: text }];
  throw new InvalidArgumentError('expected junit=FILE, tap or github');
}
