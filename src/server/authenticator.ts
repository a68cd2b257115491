/** What every adapter asks: who sent this request, or what is the client told? */

import type { AuthConfig } from '../config/parse.js';
import { ConfigError } from '../errors.js';
import { createAuthProvider, type ProviderOptions } from '../providers/create.js';
import type { AuthProvider, AuthRequest } from '../providers/provider.js';
import { ignoreFailure } from '../ignore-failure.js';
import { UNAVAILABLE, type RefusedVerdict, type ServerRefusal } from '../verdict.js';
import type { Authentication, IncomingRequest, Judged } from './authentication.js';
import { readBearer, readsToken, refuseRequest, type RequestFault } from './bearer.js';
import { checkConfigGiven, checkOptionsGiven } from './misuse.js';
import { parsePublicRoutes } from './public-route.js';
import { reportAnswer, reportFailure, type About, type Logger } from './request-log.js';
import { readQuery, readTarget } from './request-target.js';

/** How requests are guarded. */
export interface AuthenticatorOptions extends ProviderOptions {
  /** Routes without authentication, such as `GET /v1/health`. Default none. */
  readonly public?: readonly string[] | undefined;
  /** Names what is protected, in `WWW-Authenticate`. Default "api". */
  readonly realm?: string;
  /** Default: nothing is logged. What it throws, or rejects with, is dropped. */
  readonly logger?: Logger;
}

/** Guards requests. */
export interface Authenticator {
  readonly providers: readonly AuthProvider[];
  /** Never throws, and never accepts what no provider accepted. */
  readonly authenticate: (request: IncomingRequest) => Promise<Authentication>;
  /** As `authenticate`, for a token that came another way. */
  readonly judge: (request: AuthRequest, about: Pick<IncomingRequest, 'id'>) => Promise<Judged>;
  /**
   * Ends the providers' connections, and with them what is asked; a request under way asks no further provider. One that
   * comes all the same opens new ones, and is judged without Redis.
   */
  readonly close: () => Promise<void>;
}

/** What of a config an authenticator looks at. */
type GuardedConfig = Pick<AuthConfig, 'providers'> &
  Partial<Pick<AuthConfig, 'access_policy' | 'route_policy' | 'warnings'>>;

/**
 * Makes an authenticator of a config. Its providers are asked in order, and the first that accepts decides.
 *
 * It says who sent a request, and no more: the config's policies are for `decideRoute` and `decideAccess`. The logger
 * is warned of policies, and of what the config's own warnings say.
 *
 * @throws {ConfigError} for a config without providers: authentication would be off.
 * @throws {AuthcheckError} for what is no config, an option of another kind, a public route that is none, a CA file that
 * cannot be read, and a clock of seconds.
 */
export function createAuthenticator(config: GuardedConfig, options: AuthenticatorOptions = {}): Authenticator {
  checkConfigGiven(config);
  checkOptionsGiven(options);
  if (config.providers.length === 0) {
    const message = 'the config has no provider: authentication would be off, and everybody let in';
    throw new ConfigError([{ severity: 'error', code: 'auth_off', path: '', position: null, message }], 'auth_off');
  }
  const isPublic = parsePublicRoutes(options.public ?? []);
  const providers = config.providers.map((provider) => createAuthProvider(provider, options));
  warnOf(config, options.logger);
  return buildAuthenticator(providers, { isPublic, realm: options.realm ?? 'api', logger: options.logger });
}

function warnOf({ warnings = [], ...config }: GuardedConfig, logger: Logger | undefined): void {
  if (logger === undefined) return;
  for (const { severity, code, path, position, message } of warnings)
    if (severity === 'warning') ignoreFailure(() => logger.warn({ code, path, position }, message));
  for (const name of ['route_policy', 'access_policy'] as const) {
    if ((config[name] ?? []).length === 0) continue;
    const decide = name === 'route_policy' ? 'decideRoute' : 'decideAccess';
    ignoreFailure(() => logger.warn({}, `${name} is not enforced by an authenticator: ask ${decide} for each request`));
  }
}

/** How {@link buildAuthenticator} answers. */
export interface AnswerOptions {
  readonly isPublic: (method: string, path: string) => boolean;
  readonly realm: string;
  readonly logger: Logger | undefined;
}

/** Makes an authenticator of providers. */
export function buildAuthenticator(
  providers: readonly AuthProvider[],
  { isPublic, realm, logger }: AnswerOptions,
): Authenticator {
  let closed = false;

  async function ask(request: AuthRequest, fault: RequestFault | null, about: About): Promise<Judged> {
    const refusals: RefusedVerdict[] = [];
    let broken = false;
    const wasClosed = closed;
    for (const provider of providers) {
      // A request that was under way when this was closed asks no further provider.
      if (closed !== wasClosed) {
        broken = true;
        break;
      }
      try {
        const verdict = await provider.authenticate(request);
        if (verdict.outcome === 'accepted') {
          const identity = { principal: verdict.principal, attributes: verdict.attributes };
          return { outcome: 'accepted', identity, verdicts: [...refusals, verdict] };
        }
        refusals.push(verdict);
      } catch (error) {
        broken = true;
        reportFailure(logger, request, about, provider.ref.name, error);
      }
    }
    // Whoever could not say might have accepted.
    const undecided = refusals.find(({ outcome }) => outcome === 'undecided');
    const [first] = refusals;
    const decided = undecided ?? first;
    const answer = broken || decided === undefined ? UNAVAILABLE : answerOf(decided, fault);
    const outcome = answer.status === 503 ? 'undecided' : 'rejected';
    const isAboutToken = refusals.length === 0 || refusals.some(({ provider: asked }) => readsToken(asked));
    const refusal = refuseRequest(answer, isAboutToken ? fault : NO_TOKEN, realm);
    return { outcome, refusal, fault: fault?.fault ?? null, verdicts: refusals };
  }

  async function askAndReport(request: AuthRequest, fault: RequestFault | null, about: About): Promise<Judged> {
    const answer = await ask(request, fault, about);
    reportAnswer(logger, request, about, answer, fault);
    return answer;
  }

  /** Refuses without asking: the server behind us might read this request differently than we do. */
  function refuseUnasked(request: AuthRequest, unsound: Unsound, about: About): Promise<Judged> {
    const refusal = refuseRequest({ status: 401, body: { error: { message: unsound.told } } }, unsound, realm);
    const answer = { outcome: 'rejected', refusal, fault: unsound.fault, verdicts: [] } as const;
    reportAnswer(logger, request, about, answer, unsound);
    return Promise.resolve(answer);
  }

  const judge = logger === undefined ? ask : askAndReport;

  return {
    providers,
    judge: (request, about) => judge(request, null, about),
    authenticate({ method, url, headers, headerCount = headers.length, id }) {
      const end = url.indexOf('?');
      const path = end === -1 ? url : url.slice(0, end);
      if (isPublic(method, path)) return Promise.resolve({ outcome: 'public' });
      // Some servers end the path at a `#`, others go on.
      const target = path.includes('#') ? null : readTarget(path);
      const bearer = readBearer(headers);
      const request = { token: bearer.ok ? bearer.token : null, path: target ?? path, headers, params: readQuery(url) };
      const about = { method, id };
      const unsound = headerCount >= MAX_HEADERS ? TOO_MANY_HEADERS : target === null ? AMBIGUOUS_TARGET : null;
      return unsound === null
        ? judge(request, bearer.ok ? null : bearer, about)
        : refuseUnasked(request, unsound, about);
    },
    async close() {
      closed = true;
      await Promise.all(providers.map((provider) => provider.close()));
    },
  };
}

/** A client whose token no provider reads is told of no error in it: RFC 6750 §3.1. */
const NO_TOKEN = { fault: 'missing', status: 401 } as const;

/** Why a request is refused whatever its token is; `told` is what the client hears. */
type Unsound = RequestFault & { readonly told: string };

const AMBIGUOUS_TARGET: Unsound = {
  fault: 'target',
  status: 400,
  message: 'the request target is read differently by different servers',
  told: 'Invalid request target',
};

/** Node reads 1000 headers and silently drops the rest, perhaps the one by which a gateway names the user. */
const MAX_HEADERS = 1000;

const TOO_MANY_HEADERS: Unsound = {
  fault: 'headers',
  status: 400,
  message: `the request has ${MAX_HEADERS} headers or more, and Node drops those behind them`,
  told: 'Too many headers',
};

/** As the server, which tells a missing header from one that it cannot read. */
function answerOf({ server, provider }: RefusedVerdict, fault: RequestFault | null): ServerRefusal {
  const unread = fault !== null && fault.fault !== 'missing' && readsToken(provider);
  return unread && server.status === 401
    ? { status: 401, body: { error: { message: 'Invalid Authorization header format' } } }
    : server;
}
