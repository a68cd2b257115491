/** What every adapter asks: who sent this request, or what is the client told? */

import { ConfigError } from '../errors.js';
import type { AuthConfig } from '../config/parse.js';
import { createAuthProvider, type ProviderOptions } from '../providers/create.js';
import type { AuthProvider, AuthRequest } from '../providers/provider.js';
import { createRedactor } from '../redact.js';
import { fingerprint } from '../token.js';
import { unheard } from '../unheard.js';
import type { Identity, ServerAnswer, Verdict } from '../verdict.js';
import { readBearer, refuseRequest, type BearerFault, type HeaderPairs, type Refusal } from './bearer.js';
import { parsePublicRoutes } from './public-route.js';
import { readTarget } from './request-target.js';

/** A request as an adapter hands it over. */
export interface IncomingRequest {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly url: string;
  readonly headers: HeaderPairs;
  /** Names the request in logs. */
  readonly id?: string;
}

/** The answer about one request. */
export type Authentication =
  | { readonly outcome: 'public' }
  | { readonly outcome: 'accepted'; readonly identity: Identity; readonly verdicts: readonly Verdict[] }
  | {
      readonly outcome: 'rejected' | 'undecided';
      readonly refusal: Refusal;
      /** Why no token was looked at; null if one was. */
      readonly fault: BearerFault | null;
      /** One of each provider that was asked. */
      readonly verdicts: readonly Verdict[];
    };

/** Hears of requests; pino, console and their like fit. No token ever reaches it. */
export interface Logger {
  readonly info: (details: object, message: string) => unknown;
  readonly warn: (details: object, message: string) => unknown;
  readonly error: (details: object, message: string) => unknown;
}

/** How requests are guarded. */
export interface AuthenticatorOptions extends ProviderOptions {
  /** Routes without authentication, such as `GET /v1/health`. Default none. */
  readonly public?: readonly string[];
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
  readonly judge: (request: AuthRequest, about: Pick<IncomingRequest, 'id'>) => Promise<Authentication>;
  /** Closes the providers' connections. */
  readonly close: () => Promise<void>;
}

/**
 * Makes an authenticator of a config. Its providers are asked in order, and the first that accepts decides.
 *
 * @throws {ConfigError} for a config without providers: authentication would be off.
 * @throws {AuthcheckError} for a public route that is none, and for a CA file that cannot be read.
 */
export function createAuthenticator(
  config: Pick<AuthConfig, 'providers'>,
  options: AuthenticatorOptions = {},
): Authenticator {
  if (config.providers.length === 0) {
    const message = 'the config has no provider: authentication would be off, and everybody let in';
    throw new ConfigError([{ severity: 'error', code: 'auth_off', path: '', position: null, message }], 'auth_off');
  }
  const isPublic = parsePublicRoutes(options.public ?? []);
  const providers = config.providers.map((provider) => createAuthProvider(provider, options));
  return guardWith(providers, { isPublic, realm: options.realm ?? 'api', logger: options.logger });
}

/** How {@link guardWith} answers. */
export interface Guarding {
  readonly isPublic: (method: string, path: string) => boolean;
  readonly realm: string;
  readonly logger: Logger | undefined;
}

/** Makes an authenticator of providers. */
export function guardWith(providers: readonly AuthProvider[], { isPublic, realm, logger }: Guarding): Authenticator {
  const log = tell(logger);

  async function ask(request: AuthRequest, fault: BearerFaultSeen, about: About): Promise<Authentication> {
    const verdicts: Verdict[] = [];
    let broken = false;
    for (const provider of providers) {
      try {
        const verdict = await provider.authenticate(request);
        verdicts.push(verdict);
        if (verdict.outcome === 'accepted' && verdict.principal !== null) {
          const identity = { principal: verdict.principal, attributes: verdict.attributes };
          return { outcome: 'accepted', identity, verdicts };
        }
      } catch (error) {
        broken = true;
        const name = error instanceof Error ? error.name : typeof error;
        log('error', request, { ...about, provider: provider.ref.name, error: name }, 'a provider failed');
      }
    }
    // Whoever could not say might have accepted.
    const undecided = verdicts.find(({ outcome }) => outcome === 'undecided');
    const [first] = verdicts;
    const decided = undecided ?? first;
    const answer = broken || decided === undefined ? UNAVAILABLE : answerOf(decided, fault);
    const outcome = answer.status === 503 ? 'undecided' : 'rejected';
    return { outcome, refusal: refuseRequest(answer, fault, realm), fault: fault?.fault ?? null, verdicts };
  }

  async function askAndReport(request: AuthRequest, fault: BearerFaultSeen, about: About): Promise<Authentication> {
    const answer = await ask(request, fault, about);
    report(log, request, about, answer, fault);
    return answer;
  }

  /** No provider is asked about a path that may be another one behind us. */
  function refuseTarget(request: AuthRequest, about: About): Promise<Authentication> {
    const refusal = refuseRequest(BAD_TARGET, TARGET_FAULT, realm);
    const answer = { outcome: 'rejected', refusal, fault: TARGET_FAULT.fault, verdicts: [] } as const;
    report(log, request, about, answer, TARGET_FAULT);
    return Promise.resolve(answer);
  }

  const judge = logger === undefined ? ask : askAndReport;

  return {
    providers,
    judge: (request, about) => judge(request, null, about),
    authenticate({ method, url, headers, id }) {
      const end = url.indexOf('?');
      const path = end === -1 ? url : url.slice(0, end);
      if (isPublic(method, path)) return Promise.resolve({ outcome: 'public' });
      // Some servers end the path at a `#`, others go on.
      const target = path.includes('#') ? null : readTarget(path);
      const bearer = readBearer(headers);
      const request = { token: bearer.ok ? bearer.token : null, path: target ?? path, headers, params: queryOf(url) };
      const about = id === undefined ? { method } : { method, id };
      return target === null ? refuseTarget(request, about) : judge(request, bearer.ok ? null : bearer, about);
    },
    async close() {
      await Promise.all(providers.map((provider) => provider.close()));
    },
  };
}

/** What is logged beside the answer. */
type About = Pick<IncomingRequest, 'id'> & { readonly method?: string };

type BearerFaultSeen = { readonly fault: BearerFault; readonly status: 400 | 401; readonly message: string } | null;

const UNAVAILABLE = {
  status: 503,
  body: { error: { message: 'Authentication service unavailable' } },
} as const;

const BAD_TARGET: ServerAnswer = { status: 401, body: { error: { message: 'Invalid request target' } } };

const TARGET_FAULT = {
  fault: 'target',
  status: 400,
  message: 'the request target is read differently by different servers',
} as const;

/** As the server, which tells a missing header from one that it cannot read. */
function answerOf({ server, provider }: Verdict, fault: BearerFaultSeen): ServerAnswer {
  const unread = fault !== null && fault.fault !== 'missing' && provider.type !== 'upstream_header';
  return unread && server.status === 401
    ? { status: 401, body: { error: { message: 'Invalid Authorization header format' } } }
    : server;
}

/** The query as `custom` endpoints are told of it: as Python reads it, without what has no value. */
function queryOf(url: string): Record<string, string[]> {
  const at = url.indexOf('?');
  const params = new Map<string, string[]>();
  if (at === -1) return {};
  // Which takes away one question mark, and no other.
  for (const [name, value] of new URLSearchParams(url.slice(at))) {
    if (value === '') continue;
    const values = params.get(name);
    if (values === undefined) params.set(name, [value]);
    else values.push(value);
  }
  return Object.fromEntries(params);
}

type Log = (level: keyof Logger, request: AuthRequest, details: object, message: string) => void;

/** Logging must never decide about a request; and whatever is logged, the token is not in it. */
function tell(logger: Logger | undefined): Log {
  if (logger === undefined) return () => undefined;
  return (level, request, details, message) => {
    unheard(() => {
      const redact = createRedactor([request.token]);
      const clean: unknown = JSON.parse(JSON.stringify(details), (_name, value: unknown) =>
        typeof value === 'string' ? redact(value) : value,
      );
      return typeof clean === 'object' && clean !== null ? logger[level](clean, message) : null;
    });
  };
}

function report(log: Log, request: AuthRequest, about: object, answer: Authentication, fault: BearerFaultSeen): void {
  if (answer.outcome === 'public') return;
  const details = {
    ...about,
    path: request.path ?? '',
    outcome: answer.outcome,
    ...(request.token === null ? {} : { token: answer.verdicts[0]?.token.fingerprint ?? fingerprint(request.token) }),
    ...(answer.outcome === 'accepted' ? { principal: answer.identity.principal } : { status: answer.refusal.status }),
    ...(fault === null || answer.outcome === 'accepted' ? {} : { fault: fault.fault, why: fault.message }),
    providers: answer.verdicts.map(({ provider, outcome, reason }) => ({
      name: provider.name,
      outcome,
      ...(reason === null || fault !== null ? {} : { reason: reason.code, why: reason.message }),
    })),
  };
  log(answer.outcome === 'undecided' ? 'warn' : 'info', request, details, `request ${answer.outcome}`);
}
