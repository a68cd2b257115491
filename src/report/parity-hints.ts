/** What usually explains that a live server and a provider answer differently: each hint, and what it is read from. */

import type { ParityReport, ParityRowName } from './parity.js';
import type { ReasonCode, UndecidedCode } from '../reason-codes.js';
import type { Outcome } from '../verdict.js';

const AUDIENCE = 'the server may expect another audience than this config, or run with an older config';
const ISSUER = 'the server may trust another issuer than this config, or any that signs with its key set';
const KEYS = 'the server may hold an older key set: it fetches a new one only after jwks.key_recheck_period';
const CLOCK = 'the server may allow a clock tolerance, or remember an answer from before';
const MEMORY = 'the server may ask another endpoint than this config, or remember an answer from before';
const STRICT = 'authcheck refuses this on purpose: some servers let it pass, and should not';

/** Why a server may accept what is refused here for a reason. */
const LENIENCE: Readonly<Partial<Record<ReasonCode, string>>> = {
  audience_mismatch: AUDIENCE,
  audience_missing: AUDIENCE,
  issuer_mismatch: ISSUER,
  issuer_missing: ISSUER,
  key_not_found: KEYS,
  signature_invalid: KEYS,
  token_expired: CLOCK,
  token_not_yet_valid: CLOCK,
  token_inactive: MEMORY,
  token_refused: MEMORY,
  claim_missing: 'the server may take its principal from another claim than this config',
  algorithm_not_allowed: STRICT,
  claim_invalid: STRICT,
  critical_header_unsupported: STRICT,
  header_invalid: STRICT,
  key_id_missing: STRICT,
  key_mismatch: STRICT,
  key_too_weak: STRICT,
  symmetric_key_refused: STRICT,
  token_malformed: STRICT,
};

/** What helps where the server could not be asked. */
const REMEDIES: Readonly<Partial<Record<UndecidedCode, string>>> = {
  endpoint_tls: '--ca-file names the CA that signed the server’s certificate, if it is a private one',
  endpoint_redirected:
    'the token is sent after no redirect: name the final URL, and a path of the API, not of a login page',
  endpoint_error:
    'name a path that the server has and guards, and that the token may use, such as /v1/models; a 5xx is explained by its own log',
  endpoint_too_large: 'name a path with a smaller answer, such as /v1/models',
};

/** Gives a hint, or null where it does not apply. The gravest come first. */
const HINTS: readonly ((report: ParityReport) => string | null)[] = [
  (report) =>
    isOpen(report)
      ? `the server answers ${report.without_token.status ?? ''} without a token: its authentication is off, or this path is public (as /v1/health of a llama-stack server is); name a path that it guards`
      : null,
  (report) => {
    if (!isGullible(report)) return null;
    return report.verdict.token.kind === 'jwt'
      ? 'the server accepts this token without its signature: it checks none, so anybody can write such a token'
      : 'the server accepts a made-up token: it only looks whether there is one';
  },
  (report) => {
    const { reason } = report.verdict;
    if (!outcomesAre(report, 'rejected', 'accepted') || isOpen(report) || isGullible(report) || reason === null)
      return null;
    return LENIENCE[reason.code] ?? 'the server may run with another config';
  },
  (report) => {
    if (!outcomesAre(report, 'accepted', 'rejected')) return null;
    if (isLate(report))
      return 'the token has expired, and passes here by the clock tolerance alone: llama-stack has none, and ignores clock_tolerance';
    const keys =
      report.verdict.provider.mode === 'jwks' ? '; or it holds a key set from before the token’s key was in it' : '';
    return `the server may run with another config, such as an older one that it read when it started: compare issuer, audience and endpoint${keys}`;
  },
  (report) =>
    outcomesAre(report, 'accepted', 'rejected') && saysTheSameWithout(report)
      ? 'the server says the same without a token: a gateway on the way may drop the Authorization header'
      : null,
  (report) =>
    differs(report, 'message')
      ? 'both refuse the token, in other words: the server may have another type of provider, or a gateway answers for it'
      : null,
  (report) =>
    differs(report, 'without_token_message')
      ? 'what the server tells a client without a token names its provider: this config has another one'
      : null,
  (report) => {
    const skew = report.server.skew ?? 0;
    if (report.same !== false || Math.abs(skew) < MAX_SKEW) return null;
    return `the server’s clock is ${Math.abs(skew)} s ${skew > 0 ? 'ahead of' : 'behind'} this machine’s`;
  },
  ({ server }) =>
    server.status === 403 && server.outcome === 'accepted'
      ? 'the server knows who this is, and does not permit the request: see its access_policy and route_policy'
      : null,
  ({ server }) => (server.failure === null ? null : (REMEDIES[server.failure.code] ?? null)),
  (report) =>
    report.same === true && outcomesAre(report, 'accepted', 'accepted')
      ? 'if a client is refused all the same, compare what it sends: the reference server reads no other spelling of "Bearer"'
      : null,
];

/** Seconds by which two clocks may differ before it matters: a Date header has whole seconds, and an answer takes time. */
const MAX_SKEW = 5;

/** Says what usually explains a report, the gravest first. */
export function explainParity(report: ParityReport): string[] {
  return HINTS.map((hint) => hint(report)).filter((text) => text !== null);
}

/** The server lets everybody in. */
function isOpen({ without_token }: ParityReport): boolean {
  return without_token.outcome === 'accepted';
}

/** The server lets in whoever has any token, and the provider does not. */
function isGullible(report: ParityReport): boolean {
  return !isOpen(report) && report.with_garbage.outcome === 'accepted' && differs(report, 'with_garbage');
}

/** The token has expired by the very clock that accepted it; of an answer to introspection, llama-stack reads no exp. */
function isLate({ verdict }: ParityReport): boolean {
  if (verdict.provider.mode !== 'jwks') return false;
  const { expected: now, actual: exp } = verdict.steps.find(({ name }) => name === 'expiry') ?? {};
  return typeof now === 'number' && typeof exp === 'number' && exp <= now;
}

function outcomesAre({ verdict, server }: ParityReport, ours: Outcome, theirs: Outcome): boolean {
  return verdict.outcome === ours && server.outcome === theirs;
}

function differs({ rows }: ParityReport, name: ParityRowName): boolean {
  return rows.some((row) => row.name === name && row.same === false);
}

function saysTheSameWithout({ server, without_token }: ParityReport): boolean {
  return server.message !== null && server.message === without_token.message;
}
