/** Why a request got no answer: from the error of whichever client made it. */

import type { UndecidedCode } from './reason-codes.js';

const TLS_CODE =
  /^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO|INVALID_|CRL_|ERROR_IN_|PATH_LENGTH_|UNSPECIFIED$)/;

/** Tells the ways of not getting an answer apart; a client's own message may hold anything, so only its code is shown. */
export function judgeFailure(
  error: unknown,
  timedOut: boolean,
  timeout: number,
): { readonly code: UndecidedCode; readonly message: string } {
  const code = codeOf(error);
  if (timedOut || /TIMEOUT|ETIMEDOUT/.test(code)) {
    return { code: 'endpoint_timeout', message: `no complete answer within ${timeout / 1000} s` };
  }
  if (TLS_CODE.test(code)) return { code: 'endpoint_tls', message: `the TLS connection failed (${code})` };
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return { code: 'endpoint_unreachable', message: `the host name is not known (${code})` };
  }
  if (/^HPE_|^HTTPParserError$|CONTENT_LENGTH|OVERFLOW/.test(code)) {
    return { code: 'endpoint_invalid_response', message: `the answer is not HTTP as it should be (${code})` };
  }
  if (/^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET)$/.test(code)) {
    // Without the code: each client has its own for this.
    return { code: 'endpoint_unreachable', message: 'the connection was closed before the answer was complete' };
  }
  if (code === 'UND_ERR_INVALID_ARG') {
    return { code: 'endpoint_unreachable', message: `this proxy, or these headers, cannot be used (${code})` };
  }
  return { code: 'endpoint_unreachable', message: `the connection failed (${code})` };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const own = 'code' in error && typeof error.code === 'string' ? error.code : null;
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  if ((own === null || own === 'UND_ERR_SOCKET') && inner instanceof Error) return codeOf(inner);
  return own ?? error.name;
}
