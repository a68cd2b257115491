import { describe, expect, test } from 'vitest';
import type { Answered, Exchange, HttpAnswer, HttpRequest } from '../src/exchange.js';
import { describeExchange, redactAnswer } from '../src/redacted-exchange.js';

const FAILED: HttpAnswer = { ok: false, code: 'endpoint_unreachable', message: 'nobody is there', ms: 5 };
const KEYS = 'https://idp.example/keys';

function answered(answer: Partial<Answered>): Answered {
  return { ok: true, status: 200, headers: {}, body: '', skew: null, ms: 5, ...answer };
}

function requested(request: Partial<HttpRequest>): HttpRequest {
  return { method: 'GET', url: KEYS, secrets: [], ...request };
}

function redacted(request: Partial<HttpRequest>, answer: Partial<Answered>, proxy: string | null = null): HttpAnswer {
  const input = requested(request);
  return redactAnswer(input, new URL(input.url), proxy, answered(answer));
}

function described(
  request: Partial<HttpRequest>,
  answer: Partial<Answered> | null,
  proxy: string | null = null,
): Exchange {
  const input = requested(request);
  return describeExchange(input, new URL(input.url), proxy, answer === null ? FAILED : answered(answer));
}

describe('redactAnswer', () => {
  const base64 = Buffer.from('GET / Bearer top=secret').toString('base64');
  test.each([
    ['what its sender names', { secrets: [null, 'top=secret'] }, null, 'no top=secret', 'no [redacted]'],
    ['the same in base64', { secrets: [null, 'top=secret'] }, null, base64, 'R0VUIC8gQmVhcmVy[redacted]'],
    ['a password in the URL', { url: 'https://me:pass%2Fword@idp/' }, null, 'no pass/word', 'no [redacted]'],
    ['the password of a proxy', {}, 'http://me:pass-word@proxy', 'no pass-word', 'no [redacted]'],
    ['a key in the query', { url: 'https://idp/?api_key=s3cr3t-key' }, null, 'no s3cr3t-key', 'no [redacted]'],
  ] as const)('masks %s', (_what, request, proxy, body, shown) => {
    const answer = redacted(request, { body, headers: { 'x-echo': body } }, proxy);
    expect(JSON.stringify(answer)).not.toMatch(/top=secret|pass\/?word|s3cr3t/);
    expect(answer).toMatchObject({ headers: { 'x-echo': expect.stringContaining('[redacted]') } });
    if (body !== base64) expect(answer).toMatchObject({ body: shown });
  });

  test('leaves what is no secret, and an answer that did not come', () => {
    const answer = answered({ body: '{"a":"\\u003d\\/"}', headers: { 'x-a': 'b' } });
    expect(redacted({ secrets: ['top=secret'] }, answer)).toEqual(answer);
    expect(redactAnswer(requested({}), new URL(KEYS), null, FAILED)).toEqual(FAILED);
  });

  test.each([
    ['x-hEad.Er-paRt.of', 'x-head.er-part.of'],
    ['.LONG-HEADER.', 'x-long-header'],
    ['a.Long-Header.b', 'x-long-header'],
  ])('masks the secret %s in the name %s', (secret, name) => {
    const answer = redacted({ secrets: [null, secret] }, { headers: { [name]: 'yes', 'x-plain': 'yes' } });
    expect(JSON.stringify(answer)).toContain('[redacted]":"yes","x-plain":"yes"');
  });

  // The secret is `top=sec"ret\ 1`; what is not part of it shows what became of the other escapes.
  const SECRET = 'top=sec"ret\\ 1';
  test.each([
    ['all of it', String.raw`"top\u003dsec\u0022ret\u005c\u00201"`, '"[redacted]"'],
    ['some of it', String.raw`"top\u003Dsec\"ret\\ 1"`, '"[redacted]"'],
    ['it behind other text', String.raw`{"a":"it is top\u003dsec\"ret\\ 1, no"}`, '{"a":"it is [redacted], no"}'],
    ['it at the end of an answer that is cut', String.raw`{"a":"no top\u003dsec\"ret\\ 1`, '{"a":"no [redacted]'],
    ['other text too', String.raw`["a\u003cb\u0020", "top\u003dsec\"ret\\ 1"]`, '["a<b ", "[redacted]"]'],
    ['a slash', String.raw`["https:\/\/a", "top\u003dsec\"ret\\ 1"]`, '["https://a", "[redacted]"]'],
  ])('finds a secret in JSON that escapes %s', (_what, body, shown) => {
    expect(redacted({ secrets: [SECRET] }, { body })).toMatchObject({ body: shown });
  });

  test.each([
    ['are needed', String.raw`"a\n\"\\\u000a"`, String.raw`"a\n\"\\\u000a"`],
    ['would be needed as another', String.raw`"\u0022\u005c"`, String.raw`"\"\\"`],
    ['are none, behind a backslash', String.raw`"\\u003d"`, String.raw`"\\u003d"`],
    ['are none, outside of a text', String.raw`\u0031`, String.raw`\u0031`],
  ])('leaves JSON what it was where escapes %s', (_what, text, shown) => {
    const body = `[${text}, "top\\u003dsec\\"ret\\\\ 1"]`;
    expect(redacted({ secrets: [SECRET] }, { body })).toMatchObject({ body: `[${shown}, "[redacted]"]` });
  });
});

describe('describeExchange', () => {
  test('shows everything, without the secrets', () => {
    const headers = { authorization: 'Bearer top-secret', 'x-top-secret': 'top-secret', accept: 'text/plain' };
    const request = { method: 'POST', headers, body: 'token=top-secret', secrets: [null, 'top-secret'] } as const;
    const answer = { status: 401, headers: { 'set-cookie': 'top-secret', 'x-id': '1' }, body: 'no top-secret' };
    const sent = {
      method: 'POST',
      url: KEYS,
      proxy: 'http://proxy:3128/',
      request_headers: { authorization: 'Bearer [redacted]', 'x-[redacted]': '[redacted]', accept: 'text/plain' },
      request_body: 'token=[redacted]',
      ms: 5,
    };
    const proxy = 'http://me:pass-word@proxy:3128';
    expect(described(request, answer, proxy)).toEqual({
      ...sent,
      status: 401,
      response_headers: { 'set-cookie': '[redacted]', 'x-id': '1' },
      response_body: 'no [redacted]',
      failure: null,
    });
    const nothing = { status: null, response_headers: {}, response_body: null, failure: 'nobody is there' };
    expect(described(request, null, proxy)).toEqual({ ...sent, ...nothing });
  });

  test('shows nothing where there is nothing, and no body that cannot be read', () => {
    expect(described({}, {})).toMatchObject({
      proxy: null,
      request_headers: {},
      request_body: null,
      response_body: '',
    });
    expect(described({}, { unread: true }).response_body).toBeNull();
  });

  test.each([
    ['what its sender hides', { hidden: ['abc/def'] }, 'no abc/def', 'no [redacted]'],
    ['a long value of the query', { url: `${KEYS}?state=k3xz81lmn` }, 'no k3xz81lmn', 'no [redacted]'],
    ['no word of the query', { url: `${KEYS}?realm=production` }, 'in production', 'in production'],
    ['the beginning of a token', { secrets: ['eyJhbGciOiJub25lIn0.e30.'] }, 'no eyJhbGciOiJu…', 'no [redacted]…'],
    ['no word of a token', { secrets: ['A1b2C3d4-production-E5f6'] }, 'in production', 'in production'],
    [
      'no words of a password',
      { secrets: ['the-audience-llama-stack'] },
      'audience-llama-stack',
      'audience-llama-stack',
    ],
  ])('masks %s in an answer', (_what, request, body, shown) => {
    expect(described(request, { body, headers: { 'x-echo': body } })).toMatchObject({
      response_body: shown,
      response_headers: { 'x-echo': shown },
    });
  });

  test.each([
    ['Authorization', 'Bearer abc', 'Bearer [redacted]'],
    ['proxy-authorization', 'basic abc', 'basic [redacted]'],
    ['authorization', 'abc', '[redacted]'],
    ['authorization', 'my basic secret', '[redacted]'],
    ['x-forwarded-authorization', 'Bearer abc', '[redacted]'],
    ['authorization-key', 'Basic abc', '[redacted]'],
    ['location', '/login?state=abc', '/login?state=[redacted]'],
    ['Content-Location', 'https://me:abc@idp/keys?a=b', 'https://[redacted]@idp/keys?a=[redacted]'],
    ['location-hint', 'where?a=b', 'where?a=b'],
  ])('shows the header %s: %s as %s', (name, value, shown) => {
    const { request_headers, response_headers } = described(
      { headers: { [name]: value } },
      { headers: { [name]: value } },
    );
    expect([request_headers, response_headers]).toEqual([{ [name]: shown }, { [name]: shown }]);
  });
});
