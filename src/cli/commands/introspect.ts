/** `authcheck introspect`: the RFC 7662 exchange, and what the server makes of it. */

import type { Command } from 'commander';
import { usageError, type Exchange } from '../../index.js';
import { ask } from '../ask.js';
import { exitCodeOf } from '../exit-code.js';
import type { Io, Run } from '../io.js';
import { addClockOptions, createCommand, type ClockOptions, type SharedOptions } from '../options.js';
import { formatIntrospection } from '../render/introspection.js';
import { openSession } from '../session.js';
import { findTarget } from '../target.js';
import { findToken } from '../token.js';

type IntrospectOptions = SharedOptions & ClockOptions;

/** Defines the command. */
export function defineIntrospect(run: Run): Command {
  const command = createCommand('introspect', 'authcheck introspect --config run.yaml --token "$TOKEN"')
    .argument('[token]', 'the token, as with --token')
    .addHelpText('after', '\nExit codes: 0 accepted · 1 rejected · 2 usage, config or unreadable input · 3 undecided');
  return addClockOptions(command).action((token: string | undefined, options: IntrospectOptions) =>
    run((io) => runIntrospect(options, token, io)),
  );
}

/** Introspects the token with the config's credentials. */
async function runIntrospect(options: IntrospectOptions, argument: string | undefined, io: Io): Promise<number> {
  const session = openSession(options, io);
  const target = await findTarget(options, io, session.onExchange);
  session.warn(target.warnings);
  const { config, name } = target.chosen;
  if (config.type !== 'oauth2_token' || config.introspection === null) {
    const other = target.providers.find(({ config: its }) => 'introspection' in its && its.introspection !== null);
    const way = other === undefined ? 'authcheck validate asks it in its own way' : `use --provider ${other.name}`;
    throw usageError(`the provider ${name} has no introspection; ${way}`);
  }
  const given = await findToken(options, argument, io);
  if (options.json === true || given.caution === null) session.noteStripped(given);
  const { verdict, destination } = await ask(target.chosen, { token: given.token }, target.options);
  const exchange = session.exchanges.at(-1) ?? null;
  const request = exchange === null ? null : describeRequest(exchange);
  const response =
    exchange === null
      ? null
      : { status: exchange.status, failure: exchange.failure, body: verdict.token.claims ?? exchange.response_body };
  const context = {
    origin: target.origin,
    destination,
    now: target.options.now() / 1000,
    verbose: options.verbose === true,
    hasOthers: target.providers.length > 1,
    cautions: given.caution === null ? [] : [given.caution],
  };
  session.answer(
    () => ({ request, response, verdict }),
    (style) => formatIntrospection(response, verdict, context, style),
  );
  return exitCodeOf([verdict]);
}

function describeRequest(exchange: Exchange): object {
  const { method, url, request_headers: headers, request_body: body } = exchange;
  return { method, url, headers, body };
}
