/** `authcheck validate`: who a token is, or every reason why not. */

import { InvalidArgumentError, type Command } from 'commander';
import { checkExpectations, isBearerToken, usageError, type Verdict, type VerdictExpectations } from '../../index.js';
import { ask } from '../ask.js';
import { EXIT, exitCodeOf } from '../exit-code.js';
import { addExpectOptions, readExpectations, type ExpectOptions } from '../expect.js';
import { appendSummary } from '../github-actions.js';
import type { Io, Run } from '../io.js';
import { addIssuerOptions, createCommand, type IssuerOptions, type SharedOptions } from '../options.js';
import { addRequestOptions, readRequest, type RequestOptions } from '../request.js';
import { formatExpectations } from '../render/expectations.js';
import { formatJobSummary } from '../render/job-summary.js';
import { formatVerdict, formatVerdicts } from '../render/verdict.js';
import { openSession } from '../session.js';
import { adviseUnasked, findTarget, type Target } from '../target.js';
import { findToken } from '../token.js';

/** The flags of `validate`. */
export interface ValidateOptions extends SharedOptions, IssuerOptions, RequestOptions, ExpectOptions {
  readonly allProviders?: boolean;
  readonly tokens?: string;
  readonly fromLine?: number;
  readonly concurrency?: number;
}

/** Defines the command. */
export function defineValidate(run: Run): Command {
  const command = createCommand('validate', 'authcheck validate --config run.yaml --token "$TOKEN"')
    .argument('[token]', 'the token, as with --token')
    .addHelpText('after', '\nExit codes: 0 accepted · 1 rejected · 2 usage, config or unreadable input · 3 undecided')
    .option('--all-providers', 'ask every provider of the config')
    .option(
      '--tokens <file>',
      'many tokens: one a line, or JSON {token, id?, request?}; answers are NDJSON (- for standard input)',
    )
    .option('--from-line <number>', 'with --tokens, begin at this line', parseCount)
    .option('--concurrency <number>', 'with --tokens, how many cores are used, or questions asked at once', parseCount);
  addRequestOptions(addIssuerOptions(addExpectOptions(command)));
  return command.action((token: string | undefined, options: ValidateOptions) =>
    run((io) => runValidate(options, token, io)),
  );
}

/** Validates the token with the chosen provider, or with all. */
async function runValidate(options: ValidateOptions, argument: string | undefined, io: Io): Promise<number> {
  const expected = readExpectations(options);
  checkOptions(options, argument, expected);
  const { tokens } = options;
  if (tokens !== undefined) {
    const { runBatch } = await import('../batch/run.js');
    return runBatch({ ...options, tokens }, io);
  }
  const isAll = options.allProviders === true;
  const session = openSession(options, io);
  const target = await findTarget(options, io, session.onExchange);
  session.warn(target.warnings);
  const asked = isAll ? target.providers : [target.chosen];
  const needsToken = asked.some(({ config }) => config.type !== 'upstream_header');
  const given = needsToken ? await findToken(options, argument, io) : null;
  // Beside a verdict that people read, it is told there.
  const isBeside = !isAll && options.json !== true;
  if (given !== null && !(isBeside && given.caution !== null)) session.noteStripped(given);
  const request = readRequest(options, given?.token ?? null);

  const answers = await Promise.all(asked.map((configured) => ask(configured, request, target.options)));
  const verdicts = answers.map(({ verdict }) => verdict);
  const [first] = answers;
  if (isAll || first === undefined) {
    appendSummary(() => verdicts.map((verdict) => formatJobSummary(verdict, [])).join(''), io);
    session.answer(
      () => verdicts,
      (style) => formatVerdicts(answers, target.origin, options.verbose === true, style),
    );
    return exitCodeOf(verdicts);
  }

  const { verdict, destination } = first;
  const now = target.options.now() / 1000;
  const results = expected === null ? [] : checkExpectations(verdict, expected, now);
  appendSummary(() => formatJobSummary(verdict, results), io);
  session.answer(
    () => (expected === null ? verdict : { verdict, expectations: results }),
    (style) => {
      const advice = adviseProvider(verdict, target) ?? adviseUnasked(verdict, target);
      const isOdd = verdict.outcome === 'accepted' && request.token !== null && !isBearerToken(request.token);
      const cautions = [given?.caution ?? null, advice, isOdd ? ODD : null].filter((caution) => caution !== null);
      const hasOthers = target.providers.length > 1;
      const about = { origin: target.origin, destination, now, verbose: options.verbose === true, hasOthers, cautions };
      const below = expected === null ? '' : formatExpectations(results, style);
      return formatVerdict(verdict, about, style) + below;
    },
  );
  if (expected === null) return exitCodeOf(verdicts);
  const isUnexpected = verdict.outcome === 'undecided' && expected.reason !== verdict.reason.code;
  if (isUnexpected) return EXIT.undecided;
  return results.every(({ ok }) => ok) ? EXIT.ok : EXIT.rejected;
}

function checkOptions(
  options: ValidateOptions,
  argument: string | undefined,
  expected: VerdictExpectations | null,
): void {
  if (options.tokens !== undefined) {
    const others = [expected ?? undefined, options.allProviders, argument, options.token, options.tokenFile];
    if (others.some((other) => other !== undefined))
      throw usageError('--tokens goes with one provider, no other token, and no expectations');
    if ((options.requestPath ?? options.requestHeader ?? options.requestParam) !== undefined)
      throw usageError('with --tokens, a line of JSON brings its own request; leave --request-* out');
    return;
  }
  if (options.fromLine !== undefined || options.concurrency !== undefined)
    throw usageError('--from-line and --concurrency are about --tokens');
  if (options.allProviders !== true) return;
  if (expected !== null) throw usageError('expectations are about one verdict; leave --all-providers out');
  if (options.provider !== undefined) throw usageError('--all-providers asks every one; leave --provider out');
}

/** The reference server reads any. */
const ODD =
  'the token has characters that no bearer token has (RFC 6750): authcheck serve (/auth) and authcheck’s middleware refuse it, the reference server does not';

/** Names what a refused token may be meant for: another provider of the same config, or a flag. Null where nothing is. */
function adviseProvider({ outcome, reason, provider, token }: Verdict, { providers, chosen }: Target): string | null {
  if (reason?.code === 'header_missing' && chosen.config.type === 'upstream_header') {
    const { principal_header } = chosen.config;
    return `this provider looks at headers, and at no token: give those that the proxy sets, as --request-header "${principal_header}: NAME"`;
  }
  if (outcome !== 'rejected' || provider.mode !== 'jwks') return null;
  const isGithub = token.kind === 'github';
  if (!isGithub && reason.code !== 'token_opaque') return null;
  const other = providers.find(({ config }) =>
    isGithub ? config.type === 'github_token' : config.type === 'oauth2_token' && config.introspection !== null,
  );
  if (other === undefined) return null;
  const takes = isGithub ? 'takes GitHub’s tokens' : 'takes opaque tokens';
  return `the provider ${other.name} of this config ${takes}: try --provider ${other.name}`;
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,11}$/.test(text)) throw new InvalidArgumentError('expected a whole number, 1 at least');
  return Number(text);
}
