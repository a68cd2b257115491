/** `authcheck serve`: the core as a service, for gateways and servers in any language. */

import { Command, Option } from 'commander';
import {
  codeOf,
  isLoopback,
  type Authenticator,
  type KeySetSlot,
  type Logger,
  type ProviderEvent,
  usageError,
} from '../../index.js';
import { EXIT } from '../exit-code.js';
import { GROUPS } from '../help.js';
import type { Io, Run } from '../io.js';
import { CONFIG_OPTION, parseWhole, type IssuerOptions, type SharedOptions } from '../options.js';
import { loadKeySets, openAuthenticator, warnOf, type AuthenticatorFlags } from '../serve/authenticator.js';
import { createRenewal, readCertificate, type CertificateFiles } from '../serve/certificate.js';
import { holdConfig } from '../serve/live-config.js';
import { LEVELS, openLog } from '../serve/log.js';
import { createMetrics, type Metrics } from '../serve/metrics.js';
import { startService, type Service, type ServiceOptions } from '../serve/service.js';
import { watchForChange } from '../watch.js';
import { findSource, isUri, type Source } from '../source.js';
import { chooseTarget } from '../target.js';

/** The flags of `serve`. */
export interface ServeOptions
  extends
    CertificateFiles,
    AuthenticatorFlags,
    Pick<SharedOptions, 'config'>,
    Pick<IssuerOptions, 'issuer' | 'audience' | 'jwks'> {
  readonly host: string;
  readonly port: number;
  readonly maxConcurrency: number;
  readonly logLevel: string;
}

/** Milliseconds for which a service that was told to stop still takes requests: gateways notice late. */
const GRACE = 1000;
/** Milliseconds after which requests that are still unanswered are given up. */
const DEADLINE = 15_000;

/** Defines the command. */
export function defineServe(run: Run): Command {
  return new Command('serve')
    .option(...CONFIG_OPTION)
    .option('--provider <name>', 'ask only this provider; else all of the config, in order, until one accepts')
    .option('--issuer <url>', 'no config file: discover this issuer (OIDC, RFC 8414)')
    .option('--audience <name>', 'the audience to expect, with --issuer or --jwks')
    .option('--jwks <source>', 'no config file: a JWKS URI or file')
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--port <number>', 'the port to listen on; 0 for a free one', parseWhole(0, 65_535), 8401)
    .option('--public <route...>', 'routes that /auth lets everybody use, such as "GET /v1/health"')
    .option('--realm <name>', 'what is protected, for WWW-Authenticate', 'api')
    .option('--tls-cert <file>', 'serve https with this certificate chain (PEM)')
    .option('--tls-key <file>', 'the key of the certificate (PEM)')
    .option('--max-concurrency <number>', 'requests that are answered at once', parseWhole(1, 100_000), 1000)
    .addOption(new Option('--log-level <level>', 'how much is logged, on stderr').choices(LEVELS).default('info'))
    .optionsGroup(GROUPS.output)
    .option('--debug', 'show the stack of an internal error')
    .addHelpText('beforeAll', 'Example:\n  authcheck serve --config run.yaml --port 8401\n')
    .addHelpText(
      'after',
      '\nRoutes: POST /validate, /auth, /healthz, /readyz, /metrics. SIGHUP, or a change of the files, reads the config and the certificate again.',
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 ended by a signal · 2 usage, config or an address that is taken · 3 the issuer could not be asked',
    )
    .action((options: ServeOptions) => run((io) => runServe(options, io)));
}

/** Serves until a signal ends it. */
async function runServe(options: ServeOptions, io: Io): Promise<number> {
  const source = await findSource(options, io);
  let reload = (): void => undefined;
  // A key set in a file stands in for one that is fetched again and again.
  const keySet = options.jwks === undefined || isUri(options.jwks) ? null : options.jwks;
  const files = [source.file, keySet].filter((file) => file !== null);
  const unwatch = files.map((file) => watchForChange(file, () => reload()));
  try {
    return await serve(options, source, io, (reloadConfig) => {
      reload = reloadConfig;
    });
  } finally {
    for (const end of unwatch) end();
  }
}

async function serve(
  options: ServeOptions,
  source: Source,
  io: Io,
  onReload: (reload: () => void) => void,
): Promise<number> {
  const tls = readCertificate(options, io);
  const logger = openLog(io.stderr, options.logLevel);
  let metrics: Metrics | null = null;
  const onEvent = (event: ProviderEvent): void => {
    metrics?.countEvent(event);
    if (event.type === 'jwks.stale') logger.warn({ ...event }, 'the key set could not be refreshed');
  };
  // A config that is read again while its issuer is away goes on with the keys that are known.
  const keySets = new Map<string, KeySetSlot>();
  const open = (from: Source): Authenticator => {
    // Nobody reads a transcript here, and to mask every secret of every answer in one holds all other requests up.
    const target = chooseTarget(from, { ...options, allProviders: options.provider === undefined }, io);
    const authenticator = openAuthenticator(target, options, { logger, onEvent, keySets });
    warnOf(target, from, authenticator, logger);
    return authenticator;
  };
  const first = open(source);
  const config = holdConfig(
    first,
    async () => open(await findSource(options, io)),
    logger,
    (ok) => metrics?.countReload(ok),
  );
  metrics = createMetrics(() => config.current().providers);

  const { port, maxConcurrency } = options;
  // In brackets as in a URL, which is how it is printed.
  const host = options.host.replace(/^\[(.+)\]$/, '$1');
  const service = await listen({ host, port, tls, maxConcurrency, config, metrics, logger });
  if (tls === null && !isLoopback(host.includes(':') ? `[${host}]` : host))
    logger.warn({ host }, 'tokens reach this service in the clear: set --tls-cert and --tls-key');
  const reload = (): void => {
    config.reload().catch((error: unknown) => {
      logger.error({ error: error instanceof Error ? error.name : typeof error }, 'the config could not be read again');
    });
  };
  onReload(reload);
  const renew = tls === null ? (): void => undefined : createRenewal(tls, options, service.renew, logger, io);
  const watched = [options.tlsCert, options.tlsKey].filter((file) => file !== undefined);
  const unwatch = watched.map((file) => watchForChange(file, renew));
  let isEnding = false;
  const ended = stopOnSignal(service, io, logger, () => {
    reload();
    renew();
  }).finally(() => (isEnding = true));
  const loaded = loadKeySets(first, (missing) => {
    // To end destroys the connections, which is no fault of the issuer.
    if (!isEnding) logger.warn({ ...missing }, 'the key set could not be fetched yet');
  });
  const waiting = await Promise.race([loaded, ended]);
  if (waiting !== undefined) {
    io.stdout.write(`authcheck listens on ${service.url}\n`);
    const providers = config.current().providers.map(({ ref }) => ref.name);
    const state = waiting.length === 0 ? 'ready' : 'listening, and ready once the key sets are there';
    logger.info({ url: service.url, config: source.origin, providers }, state);
  }
  await ended;
  for (const end of unwatch) end();
  await config.close();
  return EXIT.ok;
}

async function listen(options: ServiceOptions): Promise<Service> {
  try {
    return await startService(options);
  } catch (error) {
    const message = `cannot listen on ${options.host} port ${options.port}: ${describeFailure(error)}`;
    throw usageError(message, { cause: error });
  }
}

function describeFailure(error: unknown): string {
  const code = codeOf(error);
  const words: Readonly<Record<string, string>> = {
    EADDRINUSE: 'the port is in use',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'there is no such host',
    EACCES: 'permission denied',
  };
  // OpenSSL's own codes begin so, and Node's about what is not PEM.
  const isTls = code === '' || code.startsWith('ERR_');
  return words[code] ?? (isTls ? 'the certificate or its key cannot be used' : code);
}

/** The first signal ends the service gracefully, a second one at once; SIGHUP reads the config again. */
function stopOnSignal(service: Service, io: Io, logger: Logger, reload: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let stopping = false;
    io.takeSignals((signal) => {
      if (signal === 'SIGHUP') {
        reload();
        return;
      }
      logger.info({ signal }, stopping ? 'stopping at once' : 'stopping: finishing open requests');
      // Somebody at a terminal does not want to wait for gateways.
      service.close(stopping || signal === 'SIGINT' ? 0 : GRACE, stopping ? 0 : DEADLINE).then(resolve, reject);
      stopping = true;
    });
  });
}
