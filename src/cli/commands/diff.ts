/** `authcheck diff`: what another config, provider or token would change. */

import type { Command } from 'commander';
import { comparePolicies, compareVerdicts, createAuthProvider, usageError } from '../../index.js';
import { EXIT } from '../exit-code.js';
import type { Io, Run } from '../io.js';
import { addIssuerOptions, createCommand, type IssuerOptions, type SharedOptions } from '../options.js';
import { formatDiff } from '../render/diff.js';
import { addRequestOptions, readRequest, type RequestOptions } from '../request.js';
import { openSession, type Session } from '../session.js';
import { findTarget, type Target } from '../target.js';
import { findToken, type GivenToken } from '../token.js';

/** The flags of `diff`. */
export interface DiffOptions extends SharedOptions, IssuerOptions, RequestOptions {
  readonly against?: string;
  readonly againstProvider?: string;
  readonly againstToken?: string;
  readonly againstTokenFile?: string;
}

/** Defines the command. */
export function defineDiff(run: Run): Command {
  const command = createCommand('diff', 'authcheck diff --config run.yaml --against new.yaml --token "$TOKEN"')
    .argument('[token]', 'the token, as with --token')
    .addHelpText(
      'after',
      '\nPolicies that differ are a change, whoever the token is; authcheck can says what they mean for it.' +
        '\n\nExit codes: 0 nothing changes · 1 something changes · 2 usage, config or unreadable input · 3 undecided',
    )
    .option('--against <file>', 'the other config')
    .option('--against-provider <name>', 'the other provider')
    .option('--against-token <token>', 'the other token')
    .option('--against-token-file <file>', 'a file that holds the other token (- for standard input)');
  addRequestOptions(addIssuerOptions(command));
  return command.action((token: string | undefined, options: DiffOptions) => run((io) => runDiff(options, token, io)));
}

/** Asks both sides at one moment, and compares their verdicts. */
async function runDiff(options: DiffOptions, argument: string | undefined, io: Io): Promise<number> {
  checkOptions(options, argument);
  const session = openSession(options, io);
  const frozen = { ...options, at: options.at ?? io.now() };
  const target = await findTarget(frozen, io, session.onExchange);
  const other = changesTarget(options) ? await findOther(frozen, io, session) : target;
  session.warn([...target.warnings, ...(other === target ? [] : other.warnings)]);

  const needsToken = [target, other].some(({ chosen }) => chosen.config.type !== 'upstream_header');
  const isTaken = [options.againstToken, options.againstTokenFile].includes('-');
  const own = isTaken ? { ...io, stdin: { ...io.stdin, isPiped: false } } : io;
  const given = needsToken ? await findToken(options, argument, own) : null;
  const otherGiven = changesToken(options) ? await findOtherToken(options, io) : given;
  for (const found of new Set([given, otherGiven])) if (found !== null) session.noteStripped(found);

  const first = createAuthProvider(target.chosen, target.options);
  // Two tokens are held against the same keys, even if the issuer changes them in between.
  const second = other === target ? first : createAuthProvider(other.chosen, other.options);
  const [before, after] = await Promise.all([
    first.authenticate(readRequest(options, given?.token ?? null)),
    second.authenticate(readRequest(options, otherGiven?.token ?? null)),
  ]).finally(() => Promise.all([first.close(), second.close()]));
  const changes = [...compareVerdicts(before, after), ...comparePolicies(target.config, other.config)];
  const same = changes.length === 0;
  session.answer(
    () => ({ same, changes, before, after }),
    (style) =>
      formatDiff({ origin: target.origin, verdict: before }, { origin: other.origin, verdict: after }, changes, style),
  );
  if ([before, after].some(({ outcome }) => outcome === 'undecided')) return EXIT.undecided;
  return same ? EXIT.ok : EXIT.rejected;
}

function changesTarget({ against, againstProvider }: DiffOptions): boolean {
  return against !== undefined || againstProvider !== undefined;
}

function changesToken({ againstToken, againstTokenFile }: DiffOptions): boolean {
  return againstToken !== undefined || againstTokenFile !== undefined;
}

function checkOptions(options: DiffOptions, argument: string | undefined): void {
  const [target, token] = [changesTarget(options), changesToken(options)];
  if (!target && !token) throw usageError('say what to compare with: --against, --against-provider or --against-token');
  if (target && token)
    throw usageError('another token or another config, not both: nobody could say which changed what');
  const sources = [argument, options.token, options.tokenFile, options.againstToken, options.againstTokenFile];
  if (sources.filter((source) => source === '-').length > 1) throw usageError('only one token can be standard input');
}

function findOther(options: DiffOptions & { readonly at: number }, io: Io, session: Session): Promise<Target> {
  const { against = options.config, againstProvider = options.provider } = options;
  return findTarget({ ...options, config: against, provider: againstProvider }, io, session.onExchange);
}

function findOtherToken({ againstToken, againstTokenFile }: DiffOptions, io: Io): Promise<GivenToken> {
  return findToken({ token: againstToken, tokenFile: againstTokenFile }, undefined, io);
}
