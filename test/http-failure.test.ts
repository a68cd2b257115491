import { describe, expect, test } from 'vitest';
import type { Failure } from '../src/exchange.js';
import { failureCode, judgeFailure, type Attempt } from '../src/http-failure.js';
import { UNUSABLE_PROXY } from '../src/proxy.js';

function judge(code: string, attempt: Partial<Attempt> = {}, message = 'x'): Failure {
  const url = new URL('https://idp.example/keys');
  const whole: Attempt = { url, proxy: null, caFile: null, timedOut: false, timeout: 1000, ...attempt };
  return judgeFailure(Object.assign(new Error(message), { code }), whole);
}

const failure = (code: string): string => judge(code).code;

test.each([
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'PATH_LENGTH_EXCEEDED',
  'CRL_HAS_EXPIRED',
  'ERROR_IN_CERT_NOT_AFTER_FIELD',
  'INVALID_CA',
  // For whatever OpenSSL says that Node has no name for, such as a name that its issuer may not certify.
  'UNSPECIFIED',
])('%s is of TLS', (code) => {
  expect(failure(code)).toBe('endpoint_tls');
});

test.each(['ECONNREFUSED', 'ENOTFOUND', 'ECONNRESET'])('%s is of the network', (code) => {
  expect(failure(code)).toBe('endpoint_unreachable');
});

test.each(['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT'])('%s is of time', (code) => {
  expect(judge(code)).toMatchObject({ code: 'endpoint_timeout', message: 'no complete answer within 1 s' });
});

test.each(['HPE_INVALID_CONSTANT', 'UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'])(
  '%s is of the answer',
  (code) => expect(failure(code)).toBe('endpoint_invalid_response'),
);

test.each<[string, string]>([
  ['ENOTFOUND', 'the host name is not known (ENOTFOUND)'],
  ['EAI_AGAIN', 'the host name is not known (EAI_AGAIN)'],
  ['UND_ERR_INVALID_ARG', 'these headers cannot be sent (UND_ERR_INVALID_ARG)'],
])('%s is told in words', (code, message) => {
  expect(judge(code).message).toBe(message);
});

test('the code is looked for where a client hides it', () => {
  const cause = Object.assign(new Error('x'), { code: 'ENOTFOUND' });
  expect(failureCode(new AggregateError([cause]))).toBe('ENOTFOUND');
  expect(failureCode(new TypeError('x', { cause }))).toBe('ENOTFOUND');
  expect(failureCode(Object.assign(new Error('x', { cause }), { code: 'UND_ERR_SOCKET' }))).toBe('ENOTFOUND');
  expect(failureCode(Object.assign(new Error('x', { cause }), { code: 'EPROTO' }))).toBe('EPROTO');
  expect(failureCode(new TypeError('x'))).toBe('TypeError');
});

test('a connection that ends too early is told alike, whichever client it was', () => {
  const told = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].map((code) => judge(code));
  expect(new Set(told.map(({ message }) => message))).toEqual(
    new Set(['the connection was closed before the answer was complete']),
  );
});

test('where a proxy leads to what speaks no TLS, the way out is not plain http', () => {
  const words = 'error:0A00010B:SSL routines:tls_validate_record_header:wrong version number';
  const judgeBy = (proxy: string | null): Failure => judge('ERR_SSL_WRONG_VERSION_NUMBER', { proxy }, words);
  expect(judgeBy(null).fix).toContain('write http://');
  expect(judgeBy('http://me:pw@proxy.example:3128')).toEqual({
    code: 'endpoint_tls',
    message: 'the proxy proxy.example:3128 opened a way to what does not speak TLS',
    fix: expect.stringMatching(/^Check the proxy/),
  });
});

describe('each fault of TLS has its own remedy', () => {
  test.each<[string, Attempt['caFile'], RegExp, RegExp]>([
    ['CERT_HAS_EXPIRED', null, /it has expired/, /^Have the certificate renewed/],
    ['CERT_NOT_YET_VALID', null, /it is not valid yet/, /^Check the clock/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'ca.pem', /it is not for this host/, /use a host name that the certificate has/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', null, /self-signed/, /^Name the CA .* in tls_cafile\.$/],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'ca.pem', /not trusted/, /tls_cafile, which holds a different one\.$/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', null, /not trusted/, /or have the endpoint send the certificates between them/],
    ['UNABLE_TO_GET_ISSUER_CERT', null, /not trusted/, /or have the endpoint send the certificates between them/],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', null, /not trusted/, /in tls_cafile\.$/],
    ['SELF_SIGNED_CERT_IN_CHAIN', undefined, /not trusted/, /NODE_EXTRA_CA_CERTS/],
  ])('%s with the CA file %s', (code, caFile, message, fix) => {
    const told = judge(code, { caFile });
    expect(told.message).toMatch(message);
    expect(told.message).toContain(`(${code})`);
    expect(told.fix).toMatch(fix);
  });

  test('what speaks no TLS is told so', () => {
    const told = judge('EPROTO', {}, 'write EPROTO 00:error:0A00010B:SSL routines::wrong version number:x.c:354:');
    expect(told).toMatchObject({
      code: 'endpoint_tls',
      message: 'what answers on this port does not speak TLS (EPROTO)',
    });
    expect(told.fix).toMatch(/port that speaks TLS/);
  });

  test.each([
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tlsv13 alert certificate required', /wants a client certificate/],
    ['EPROTO', 'sslv3 alert handshake failure', /broke the TLS handshake off/],
    ['EPROTO', 'tlsv1 alert protocol version', /does not speak the versions of TLS/],
  ])('%s: "%s" is not the fault of the endpoint’s certificate', (code, words, message) => {
    const told = judge(code, {}, `write EPROTO 80:error:0A00045C:SSL routines:ssl3_read_bytes:${words}:x.c:1:`);
    expect([told.code, told.message]).toEqual(['endpoint_tls', expect.stringMatching(message)]);
    expect(told.fix).not.toMatch(/CA|expiry/);
  });

  test.each(['ECONNRESET', 'HPE_INVALID_CONSTANT'])('%s to plain http may be a port that speaks TLS', (code) => {
    expect(judge(code, { url: new URL('http://idp.example/') }).fix).toMatch(/^Write https:\/\//);
    expect(judge(code).fix).toBeUndefined();
    expect(judge(code, { url: new URL('http://idp.example/'), proxy: 'http://proxy.example' }).fix).toBeUndefined();
  });
});

describe('a proxy', () => {
  const proxy = 'http://user:s3cret@proxy.example:3128';

  test.each([
    ['ECONNREFUSED', 'x', 'the proxy proxy.example:3128 cannot be reached (ECONNREFUSED)'],
    ['ENETUNREACH', 'x', 'the proxy proxy.example:3128 cannot be reached (ENETUNREACH)'],
    ['UND_ERR_PRX_TLS', 'x', 'the TLS connection to the proxy proxy.example:3128 failed (unknown)'],
    ['ENOTFOUND', 'x', 'the host name of the proxy proxy.example:3128 is not known (ENOTFOUND)'],
    [
      'UND_ERR_ABORTED',
      'Proxy response (403) !== 200 when HTTP Tunneling',
      'the proxy proxy.example:3128 answered 403, and opened no way to the endpoint',
    ],
    [
      'UND_ERR_ABORTED',
      'Proxy response (407) !== 200 when HTTP Tunneling',
      'the proxy proxy.example:3128 answered 407: it wants credentials',
    ],
    [
      'UND_ERR_INVALID_ARG',
      'Proxy Authentication Required (407)',
      'the proxy proxy.example:3128 answered 407: it wants credentials',
    ],
    [
      'ECONNRESET',
      'x',
      'the connection was closed before the answer was complete, through the proxy proxy.example:3128',
    ],
    [
      'CERT_HAS_EXPIRED',
      'x',
      'the certificate cannot be trusted: it has expired (CERT_HAS_EXPIRED), through the proxy proxy.example:3128',
    ],
  ])('is named for %s (%s)', (code, message, told) => {
    expect(judge(code, { proxy }, message).message).toBe(told);
  });

  test('that wants credentials is given some, or others', () => {
    const message = 'Proxy Authentication Required (407)';
    expect(judge('UND_ERR_INVALID_ARG', { proxy }, message).fix).toMatch(/^Check the user and the password/);
    const bare = 'http://proxy.example:3128';
    expect(judge('UND_ERR_INVALID_ARG', { proxy: bare }, message).fix).toMatch(/^Put user and password/);
  });

  test('of an unknown kind is blamed itself', () => {
    expect(judge('UND_ERR_INVALID_ARG', { proxy: UNUSABLE_PROXY }).message).toBe(
      'the proxy that the environment names is not an http:// or https:// URL',
    );
  });
});
