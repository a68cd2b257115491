/** `authcheck can`: what a user may do, by the policies of the config, and which rule says so. */

import type { Command } from 'commander';
import {
  decide,
  parseQuestion,
  type AuthConfig,
  type Finding,
  type Identity,
  type Question,
  type Verdict,
  usageError,
} from '../../index.js';
import { ask } from '../ask.js';
import { EXIT } from '../exit-code.js';
import type { Io, Run } from '../io.js';
import { addIssuerOptions, createCommand, type IssuerOptions, type SharedOptions } from '../options.js';
import { formatRuling, type Ruling } from '../render/policy.js';
import { collectPairs, groupPairs, type Pairs } from '../repeated-flags.js';
import { addRequestOptions, readRequest, type RequestOptions } from '../request.js';
import { openSession, type Session } from '../session.js';
import { findSource, type Source } from '../source.js';
import { adviseUnasked, chooseTarget } from '../target.js';
import { findToken } from '../token.js';

/** The flags of `can`. */
export interface CanOptions extends SharedOptions, IssuerOptions, RequestOptions {
  readonly as?: string;
  readonly attribute?: Pairs;
  readonly owner?: string;
  readonly ownerAttribute?: Pairs;
}

const CODES = { yes: EXIT.ok, no: EXIT.rejected, undecided: EXIT.undecided } as const;

/** Defines the command. */
export function defineCan(run: Run): Command {
  const command = createCommand(
    'can',
    'authcheck can read model::llama-3 --token "$TOKEN"\n  authcheck can /v1/files --as alice --attribute teams=ml',
  )
    .argument('<action or path>', 'create, read, update or delete; or the path of a request, such as /v1/files')
    .argument('[resource]', 'what the action is done to, as TYPE::ID, such as model::llama-3')
    .option('--as <principal>', 'ask for this user, without a token')
    .option('--attribute <name=value>', 'an attribute of the user of --as; may be repeated', collectPairs('='))
    .option('--owner <principal>', 'who owns the resource; else nobody does')
    .option('--owner-attribute <name=value>', 'an attribute of the owner; may be repeated', collectPairs('='))
    .addHelpText('after', '\nExit codes: 0 yes · 1 no · 2 usage, config or unreadable input · 3 undecided');
  addRequestOptions(addIssuerOptions(command));
  return command.action((subject: string, resource: string | undefined, options: CanOptions) =>
    run((io) => runCan(options, subject, resource, io)),
  );
}

/** Finds out who the user is, then what the policies say. */
async function runCan(options: CanOptions, subject: string, object: string | undefined, io: Io): Promise<number> {
  const question = readQuestion(options, subject, object);
  const session = openSession(options, io);
  const source = await findSource(options, io, session.onExchange);
  const asker = await findAsker(options, question, source, io, session);
  const ruling = judge(question, asker, source.config);
  session.answer(
    () => ruling,
    (style) => formatRuling(ruling, `${source.origin} · ${asker.origin}`, style),
  );
  return CODES[ruling.answer];
}

/** Who asks: a user, or the verdict that there is none. */
interface Asker {
  /** How we know, for the first line of human output. */
  readonly origin: string;
  readonly user: Identity | null;
  readonly verdict: Verdict | null;
}

function readQuestion(options: CanOptions, subject: string, object: string | undefined): Question {
  const { owner, ownerAttribute = [] } = options;
  if (owner === undefined && ownerAttribute.length > 0) throw usageError('--owner-attribute needs --owner');
  const question = parseQuestion(object === undefined ? subject : `${subject} ${object}`);
  if ('path' in question) {
    if (object !== undefined || owner !== undefined) throw usageError('a path has no resource and no owner');
    return question;
  }
  const attributes = groupPairs(ownerAttribute);
  return owner === undefined
    ? question
    : { ...question, resource: { ...question.resource, owner: { principal: owner, attributes } } };
}

async function findAsker(
  options: CanOptions,
  question: Question,
  source: Source,
  io: Io,
  session: Session,
): Promise<Asker> {
  if (options.as !== undefined) {
    if (options.token !== undefined || options.tokenFile !== undefined) throw usageError('--as needs no token');
    warnOfPolicies(source, session);
    const user = { principal: options.as, attributes: groupPairs(options.attribute ?? []) };
    return { origin: 'as if authenticated: no token was looked at', user, verdict: null };
  }
  if (options.attribute !== undefined) throw usageError('--attribute needs --as; a token brings its own attributes');
  if (source.config.providers.length === 0) {
    warnOfPolicies(source, session);
    return { origin: 'no provider: everybody is anonymous', user: null, verdict: null };
  }
  const target = chooseTarget(source, options, io, session.onExchange);
  session.warn(target.warnings);
  const given = target.chosen.config.type === 'upstream_header' ? null : await findToken(options, undefined, io);
  if (given !== null) session.noteStripped(given);
  const path = 'path' in question ? { requestPath: question.path } : {};
  const request = readRequest({ ...path, ...options }, given?.token ?? null);
  const { verdict, destination } = await ask(target.chosen, request, target.options);
  session.advise(adviseUnasked(verdict, target));
  const { principal, attributes } = verdict;
  const user = principal === null ? null : { principal, attributes };
  return { origin: `provider ${target.chosen.name} · ${destination}`, user, verdict };
}

/** Where no provider is asked, what the server makes of its fields is no matter. */
function warnOfPolicies({ config }: Source, session: Session): void {
  const isAbout = ({ path, severity }: Finding): boolean =>
    severity !== 'hint' && !/(?:^|\.)provider(?:s|_config)(?:[.[]|$)/.test(path);
  session.warn(config.warnings.filter(isAbout));
}

function judge(question: Question, { user, verdict }: Asker, config: AuthConfig): Ruling {
  const known = { question, user, verdict };
  if (verdict !== null && verdict.outcome !== 'accepted') {
    const answer = verdict.outcome === 'rejected' ? 'no' : 'undecided';
    return { answer, ...known, message: verdict.reason.message, policy: 'none', rule: null, trace: [] };
  }
  const { allowed, policy, message, rule, trace } = decide(config, user, question);
  const locate = (index: number): string | null =>
    policy === 'access_policy' || policy === 'route_policy' ? config.locateRule(policy, index) : null;
  const rules = policy === 'none' || policy === 'default_policy' ? [] : config[policy];
  return {
    answer: allowed ? 'yes' : 'no',
    ...known,
    message,
    policy,
    rule: rule === null ? null : { index: rule, position: locate(rule), description: rules[rule]?.description ?? null },
    trace: trace.map((entry) => ({ ...entry, position: locate(entry.index) })),
  };
}
