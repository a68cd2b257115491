/** `authcheck parity`: whether a live server and the config agree about a token. */

import { resolve } from 'node:path';
import type { Command } from 'commander';
import {
  compareWithServer,
  createAuthProvider,
  createHttpClient,
  explainParity,
  isLoopback,
  type AuthProvider,
  type ParityReport,
  usageError,
} from '../../index.js';
import { EXIT } from '../exit-code.js';
import type { Io, Run } from '../io.js';
import { addIssuerOptions, createCommand, type IssuerOptions, type SharedOptions } from '../options.js';
import { formatParity } from '../render/parity.js';
import { addRequestOptions, readRequest, type RequestOptions } from '../request.js';
import { openSession, type Session } from '../session.js';
import { adviseUnasked, findTarget } from '../target.js';
import { findToken } from '../token.js';

type ParityOptions = SharedOptions &
  IssuerOptions &
  RequestOptions & { readonly server: string; readonly caFile?: string };

/** Defines the command. */
export function defineParity(run: Run): Command {
  const command = createCommand(
    'parity',
    'authcheck parity --config run.yaml --server https://api.example/v1/models --token "$TOKEN"',
  )
    .argument('[token]', 'the token, as with --token')
    .addHelpText(
      'after',
      '\nExit codes: 0 they agree · 1 they differ · 2 usage, config or unreadable input · 3 undecided',
    )
    .requiredOption('--server <url>', 'the server: a URL that it answers to GET, and guards; the token is sent there')
    .option('--ca-file <file>', 'trust the server’s certificate if a CA of this PEM file signed it');
  addRequestOptions(addIssuerOptions(command));
  return command.action((token: string | undefined, options: ParityOptions) =>
    run((io) => runParity(options, token, io)),
  );
}

/** Asks the server and the provider, and compares. */
async function runParity(options: ParityOptions, argument: string | undefined, io: Io): Promise<number> {
  const session = openSession(options, io);
  const target = await findTarget(options, io, session.onExchange);
  session.warn(target.warnings);
  if (target.chosen.config.type === 'upstream_header')
    throw usageError(`the provider ${target.chosen.name} looks at no token: there is nothing to compare`);
  const given = await findToken(options, argument, io);
  session.noteStripped(given);
  warnOfUrl(options.server, session);

  const http = createHttpClient({
    env: io.env,
    onExchange: session.onExchange,
    oneShot: true,
    ...(options.caFile === undefined ? {} : { caFile: resolve(io.cwd, options.caFile) }),
  });
  const provider = createAuthProvider(target.chosen, target.options);
  const request = { ...readRequest(withUrl(options), given.token), token: given.token };
  const report = await compareWithServer(http, options.server, provider, request).finally(() =>
    Promise.all([http.close(), provider.close()]),
  );
  session.advise(adviseUnasked(report.verdict, target));
  const hints = explainParity(report);
  session.answer(
    () => ({ ...report, hints }),
    (style) => formatParity(report, hints, [target.origin, ...describeDestinations(report, provider, session)], style),
  );
  if (report.same === null) return EXIT.undecided;
  return report.same ? EXIT.ok : EXIT.rejected;
}

/** What a custom endpoint is told of the request is what the server is sent, unless flags say otherwise. */
function withUrl(options: ParityOptions): RequestOptions {
  if (!URL.canParse(options.server)) return options;
  const { pathname, searchParams } = new URL(options.server);
  return { requestPath: pathname, requestParam: [...searchParams], ...options };
}

function warnOfUrl(server: string, session: Session): void {
  if (!URL.canParse(server)) return;
  const { protocol, hostname, pathname, origin } = new URL(server);
  if (protocol === 'http:' && !isLoopback(hostname))
    session.advise('plain http: the token crosses the network in the clear');
  if (pathname === '/')
    session.remark(
      `the URL has no path; unless the server authenticates before routing, as llama-stack does, name one, such as ${origin}/v1/models`,
    );
}

function describeDestinations(report: ParityReport, provider: AuthProvider, session: Session): string[] {
  const { url } = report.server;
  const through = (proxy: string | null | undefined): string =>
    proxy === null || proxy === undefined ? '' : ` through the proxy ${proxy}`;
  const way = `${url}${through(session.exchanges.find((exchange) => exchange.url === url)?.proxy)}`;
  // Whether the token was on its way when the connection failed, nobody knows.
  const isAnswered = report.server.status !== null;
  const server = isAnswered ? `token sent to ${way}` : `no answer from ${way}`;
  const { destination } = provider;
  if (destination === null) return [server, 'keys from the file'];
  if (report.verdict.timing.network_ms === 0) return [server, 'the provider was not asked'];
  const theirs = `${destination.url}${through(destination.proxy)}`;
  if (destination.sends !== 'token') return [server, `keys from ${theirs}`];
  return isAnswered ? [`${server} and to ${theirs}`] : [server, `token sent to ${theirs}`];
}
