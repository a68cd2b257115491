/** Why a request got no answer: from the error of whichever client made it. */

import { CLOSED } from './connections.js';
import type { Failure } from './exchange.js';
import { nameProxy, PROXY_CLOSED, PROXY_TLS, UNUSABLE_PROXY } from './proxy.js';

/** A request that got no answer. */
export interface Attempt {
  readonly url: URL;
  /** The URL of the proxy that it went to; null without one. */
  readonly proxy: string | null;
  /** The tls_cafile in force; null if none is configured, undefined where none can be. */
  readonly caFile: string | null | undefined;
  readonly timedOut: boolean;
  /** Milliseconds. */
  readonly timeout: number;
}

const TLS_CODE =
  /^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO|INVALID_|CRL_|ERROR_IN_|PATH_LENGTH_|UNSPECIFIED$)/;

/** Whether an error says that a TLS connection could not be opened. */
export function isTlsFault(error: unknown): boolean {
  return TLS_CODE.test(failureCode(error));
}

/** What is wrong with a certificate, by the code of its error. */
export const CERTIFICATE_FAULTS: ReadonlyMap<string, string> = new Map([
  ['CERT_HAS_EXPIRED', 'it has expired'],
  ['CERT_NOT_YET_VALID', 'it is not valid yet'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'it is self-signed, and not trusted'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'the authority at the end of its chain is not trusted'],
  [
    'UNABLE_TO_GET_ISSUER_CERT',
    'the authority that signed it is not trusted, or a certificate between them is not sent',
  ],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'the authority that signed it is not trusted'],
  [
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'the authority that signed it is not trusted, or a certificate between them is not sent',
  ],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'it is not for this host'],
]);

/** Tells the ways of not getting an answer apart; a client's own message may hold anything, so it is not shown. */
export function judgeFailure(error: unknown, attempt: Attempt): Failure {
  const { url, proxy, caFile, timedOut, timeout } = attempt;
  const code = failureCode(error);
  const through = proxy === null ? '' : `, through ${nameProxy(proxy)}`;
  if (timedOut || /TIMEOUT|ETIMEDOUT/.test(code)) {
    return { code: 'endpoint_timeout', message: `no complete answer within ${timeout / 1000} s${through}` };
  }
  const ofProxy = proxy === null ? null : judgeProxy(error, code, proxy);
  if (ofProxy !== null) return ofProxy;
  if (TLS_CODE.test(code)) {
    const { message, fix } = judgeTls(error, code, caFile);
    return { code: 'endpoint_tls', message: message + through, fix };
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return { code: 'endpoint_unreachable', message: `the host name is not known (${code})` };
  }
  // What speaks TLS answers plain HTTP with an alert, or not at all.
  const fix = url.protocol === 'http:' && proxy === null ? SPEAKS_TLS : undefined;
  if (/^HPE_|^HTTPParserError$|CONTENT_LENGTH|OVERFLOW/.test(code)) {
    const message = `the answer is not HTTP as it should be (${code})${through}`;
    return { code: 'endpoint_invalid_response', message, fix };
  }
  if (CLOSED.includes(code)) {
    // Without the code: each client has its own for this.
    const message = `the connection was closed before the answer was complete${through}`;
    return { code: 'endpoint_unreachable', message, fix };
  }
  if (code === 'UND_ERR_INVALID_ARG') {
    return { code: 'endpoint_unreachable', message: `these headers cannot be sent (${code})` };
  }
  return { code: 'endpoint_unreachable', message: `the connection failed (${code})${through}` };
}

const SPEAKS_TLS = 'Write https:// in the URL if this port speaks TLS; if not, check that the endpoint is up.';
const CHECK_PROXY =
  'Check the proxy that the environment names (HTTPS_PROXY, HTTP_PROXY or ALL_PROXY), or name the endpoint’s host in NO_PROXY.';

/** What is the proxy's fault and not the endpoint's; null where it may be either's. */
function judgeProxy(error: unknown, code: string, proxy: string): Failure | null {
  const fail = (message: string, fix = CHECK_PROXY): Failure => ({ code: 'endpoint_unreachable', message, fix });
  if (proxy === UNUSABLE_PROXY) return fail('the proxy that the environment names is not an http:// or https:// URL');
  const name = nameProxy(proxy);
  const [, status] = (error instanceof Error && /^Proxy [\w ]{1,40}\((\d{3})\)/.exec(error.message)) || [];
  if (status === '407') {
    return fail(
      `${name} answered 407: it wants credentials`,
      new URL(proxy).username === ''
        ? 'Put user and password into the proxy’s URL in the environment: http://USER:PASSWORD@HOST:PORT.'
        : 'Check the user and the password in the proxy’s URL in the environment (HTTPS_PROXY, HTTP_PROXY or ALL_PROXY).',
    );
  }
  if (status !== undefined) {
    const fix =
      'Have the proxy allow the endpoint’s host, or name that host in NO_PROXY if it can be reached directly.';
    return fail(`${name} answered ${status}, and opened no way to the endpoint`, fix);
  }
  if (code === PROXY_TLS) return judgeProxyTls(error instanceof Error ? error.cause : null, name);
  // It answers CONNECT itself, as captive portals do, or asked the wrong port for us.
  if (error instanceof Error && NOT_TLS.test(error.message))
    return { code: 'endpoint_tls', message: `${name} opened a way to what does not speak TLS`, fix: CHECK_PROXY };
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return fail(`the host name of ${name} is not known (${code})`);
  if (code === PROXY_CLOSED) return fail(`${name} closed the connection, and opened no way to the endpoint`);
  return /^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH)$/.test(code) ? fail(`${name} cannot be reached (${code})`) : null;
}

/** Why no TLS connection was opened to a proxy itself; no TLS setting of the config counts for it. */
function judgeProxyTls(error: unknown, name: string): Failure {
  const code = failureCode(error);
  const fail = (message: string, fix: string): Failure => ({ code: 'endpoint_tls', message, fix });
  if (error instanceof Error && NOT_TLS.test(error.message))
    return fail(
      `${name} does not speak TLS itself (${code})`,
      'Write http:// in the proxy’s URL in the environment, whatever the endpoint speaks.',
    );
  const fault = CERTIFICATE_FAULTS.get(code);
  if (fault === undefined) return fail(`the TLS connection to ${name} failed (${code})`, CHECK_PROXY);
  const fix =
    code === 'ERR_TLS_CERT_ALTNAME_INVALID'
      ? 'In the proxy’s URL in the environment, use a host name that the certificate has.'
      : mendCertificate(code, undefined);
  return fail(`the certificate of ${name} cannot be trusted: ${fault} (${code})`, fix);
}

/** What an endpoint says when it breaks the handshake off; its own certificate is not at fault then. */
const ALERTS = [
  {
    words: 'alert certificate required',
    message: 'the endpoint wants a client certificate (mTLS)',
    fix: 'Have the endpoint let the server in without a client certificate: the server has none to send.',
  },
  {
    words: 'alert handshake failure',
    message: 'the endpoint broke the TLS handshake off',
    fix: 'Check whether the endpoint wants a client certificate (mTLS), of which the server has none to send, or other ciphers.',
  },
  {
    words: 'alert protocol version',
    message: 'the endpoint does not speak the versions of TLS that are in use (1.2 and 1.3)',
    fix: 'Have the endpoint speak TLS 1.2 or 1.3.',
  },
] as const;

const NOT_TLS = /wrong version number|packet length too long|unknown protocol/;

function judgeTls(
  error: unknown,
  code: string,
  caFile: Attempt['caFile'],
): { readonly message: string; readonly fix: string | undefined } {
  // OpenSSL's reason has no code of its own.
  if (error instanceof Error && NOT_TLS.test(error.message)) {
    const fix = 'Name the port that speaks TLS, or write http:// in the URL if the endpoint has no TLS.';
    return { message: `what answers on this port does not speak TLS (${code})`, fix };
  }
  const alert = error instanceof Error ? ALERTS.find(({ words }) => error.message.includes(words)) : undefined;
  if (alert !== undefined) return { message: `${alert.message} (${code})`, fix: alert.fix };
  const fault = CERTIFICATE_FAULTS.get(code);
  return fault === undefined
    ? { message: `the TLS connection failed (${code})`, fix: undefined }
    : { message: `the certificate cannot be trusted: ${fault} (${code})`, fix: mendCertificate(code, caFile) };
}

/** The way out where a certificate cannot be trusted, by the code of its error. */
export function mendCertificate(code: string, caFile: Attempt['caFile']): string {
  if (code === 'CERT_HAS_EXPIRED')
    return 'Have the certificate renewed; if it is new, check the clock of this machine.';
  if (code === 'CERT_NOT_YET_VALID') return 'Check the clock of this machine, then the dates of the certificate.';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return 'In the URL of the config, use a host name that the certificate has, or have this one added to it.';
  const between = /^UNABLE_TO_(?:GET_ISSUER_CERT|VERIFY_LEAF_SIGNATURE)$/.test(code)
    ? ', or have the endpoint send the certificates between them'
    : '';
  if (caFile === undefined)
    return `Name the CA that signed the certificate in NODE_EXTRA_CA_CERTS (for the server, in SSL_CERT_FILE)${between}.`;
  return caFile === null
    ? `Name the CA that signed the certificate in tls_cafile${between}.`
    : `Add the CA that signed the certificate to the file of tls_cafile, which holds a different one${between}.`;
}

/** The code of what went wrong, looked for in the causes of an error too; its name where none has one. */
export function failureCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const own = 'code' in error && typeof error.code === 'string' ? error.code : null;
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  if ((own === null || own === 'UND_ERR_SOCKET') && inner instanceof Error) return failureCode(inner);
  return own ?? error.name;
}
