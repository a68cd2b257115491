import { describe, expect, test } from 'vitest';
import type { Failure } from '../src/exchange.js';
import { describeText, judgeUnexpected, quoteMessage } from '../src/unexpected-answer.js';

const URL = 'https://idp.example/introspect';
const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl';

interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly proxy?: string;
}

function judge(answer: Answer, secrets: readonly string[] = []): Failure {
  const frame = { ok: true, body: '', headers: {}, skew: null, ms: 0 } as const;
  return judgeUnexpected({ ...frame, ...answer }, 'the endpoint', { url: URL, secrets });
}

function quote(body: object, secrets: readonly string[] = [], url = URL): string {
  return quoteMessage(JSON.stringify(body), { url, secrets });
}

describe('the words of an error', () => {
  test.each([
    [
      { error: 'invalid_client', error_description: 'use client_secret_post' },
      'invalid_client: use client_secret_post',
    ],
    [{ error: 'Realm does not exist' }, 'Realm does not exist'],
    [{ errorCode: 'E0000011', errorSummary: 'Invalid token provided' }, 'E0000011: Invalid token provided'],
    [{ kind: 'Status', message: 'tokenreviews is forbidden' }, 'tokenreviews is forbidden'],
    [{ error: { message: 'no such user' } }, 'no such user'],
    [{ errors: ['Vault is sealed', 'try later'] }, 'Vault is sealed: try later'],
    [{ title: 'Forbidden', detail: 'not from here' }, 'not from here'],
    [{ title: 'Forbidden', detail: '' }, 'Forbidden'],
    [{ error: '', error_description: 'no such client' }, 'no such client'],
    [
      { detail: [{ type: 'missing', loc: ['body', 'api_key'], msg: 'Field required', input: { token: 'x' } }] },
      'body.api_key: Field required',
    ],
    [{ detail: [{ loc: ['body', 0], msg: 'a' }, { loc: ['query', 'q'], msg: 'b' }, { msg: 7 }] }, 'a; query.q: b'],
    [{ detail: [{ msg: '' }, { msg: 'a' }, { msg: 'b' }, { msg: 'c' }] }, 'a; b'],
  ])('are found in %j', (body, said) => {
    expect(quote(body)).toBe(`: ${JSON.stringify(said)}`);
  });

  test.each(['', 'oops', '[]', '{}', '{"detail":[]}', '{"detail":[7]}', '{"message":7}', '{"error":""}'])(
    'are not found in %j',
    (body) => {
      expect(quoteMessage(body, { url: URL, secrets: [] })).toBe('');
    },
  );

  test('are found behind a byte order mark', () => {
    expect(quoteMessage('\ufeff{"error":"no such client"}', { url: URL, secrets: [] })).toBe(': "no such client"');
  });

  test('of an answer that repeats ten thousand secrets hold none of them', () => {
    const secrets = Array.from({ length: 10_000 }, (_, index) => `secret-${index.toString(36).padStart(8, 'q')}`);
    const said = quote({ detail: [{ input: secrets }], message: secrets.join(' ') }, secrets);
    expect(said).toMatch(/^: "\[redacted\] /);
    expect(said).not.toContain('secret-');
  });

  test('are cut short, and their control characters are escaped', () => {
    const said = quote({ message: `\u001b[31m${'x'.repeat(5000)}` });
    expect(said).toMatch(/^: "\\u001b\[31mx+…"$/);
    expect(said.length).toBeLessThan(220);
  });

  test.each([
    ['whole', 'token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl is unknown'],
    ['a part of it', 'claims eyJzdWIiOiJhbm4ifQ are unknown'],
    ['the beginning of it', 'token eyJhbGciOiJS... is unknown'],
    ['the middle of it', 'token …ciOiJSUzI1… is unknown'],
  ])('never repeat a token (%s)', (_how, message) => {
    const said = quote({ message }, [TOKEN]);
    expect(said).toContain('[redacted]');
    expect(said).not.toMatch(/eyJ|ciOiJ/);
  });

  test.each([
    ['the form that was sent', `token=${TOKEN}&client_secret=s3cret-of-ours`],
    ['its beginning, cut', `token=${TOKEN.slice(0, 30)}...&client_secret=s3cret-of-...`],
    ['in capital letters', `TOKEN=${TOKEN.toUpperCase()}&CLIENT_SECRET=S3CRET-OF-OURS`],
    ['the length of a log line', `${'x'.repeat(130)} s3cret-of-ours ${TOKEN.slice(0, 60)}`],
  ])('never repeat what was sent: %s', (_how, error) => {
    const said = quote({ error }, [TOKEN, 's3cret-of-ours']);
    expect(said).not.toMatch(/eyJhbGci|RSUzI1|s3cret-o|of-ours/i);
    expect(said.length).toBeLessThan(220);
  });

  test('never repeat what the URL of the config holds', () => {
    const url =
      'https://server:pa%24%24word-1@idp.example/keys?tenant=tenant-8&sig=a%2Fb&code=4%2F711&s3cret-flag&debug=true';
    const message =
      'no GET of /keys?tenant=tenant-8 (a/b, 4/711, s3cret-flag, true) by pa$$word-1 or pa%24%24word-1, or Basic c2VydmVyOnBhJCR3…';
    expect(quote({ message }, [], url)).toBe(
      ': "no GET of /keys?tenant=[redacted] (a/b, [redacted], [redacted], true) by [redacted] or [redacted], or Basic [redacted]…"',
    );
  });

  test('keep what a query says to everybody', () => {
    const url = 'https://idp.example/keys?api-version=2024-01-01&appid=0a1b2c3d-4e5f&p=B2C_1_signin';
    const message = 'the api-version 2024-01-01 of 0a1b2c3d-4e5f has no B2C_1_signin';
    expect(quote({ message }, [], url)).toBe(`: "${message}"`);
  });

  test('keep their spaces where a part of a header is masked', () => {
    expect(quote({ message: 'what is dXNlcjpw for?' }, ['Basic dXNlcjpwYXNzd29yZA=='])).toBe(
      ': "what is [redacted] for?"',
    );
  });
});

describe('a redirect', () => {
  const moved = (location: string, secrets: readonly string[] = []): Failure =>
    judge({ status: 302, headers: { location } }, secrets);

  test.each([
    ['https://idp.example/other/keys', /^$/],
    ['/other/keys', /^$/],
    ['https://idp.example:8443/keys', /^$/],
    ['http://idp.example/keys', /^Leave https:/],
    ['http://portal.example/welcome', /^Leave https:/],
    ['https://portal.example/welcome', /^Put that URL into the config only if/],
    ['https://portal.example/login', /^People log in there/],
  ])('is no advice to trust whom it names: %s', (location, expected) => {
    expect(moved(location).fix ?? '').toMatch(expected);
  });

  test('is told with its target, but not with the query of it', () => {
    expect(moved('/keys?session=abc#x').message).toBe(
      'the endpoint answered 302, a redirect to https://idp.example/keys',
    );
    expect(moved('javascript:alert(1)').message).toBe('the endpoint answered 302, a redirect');
    expect(moved(`/${'x'.repeat(5000)}`).message.length).toBeLessThan(300);
  });

  test('is told without what was sent', () => {
    for (const path of [TOKEN, TOKEN.slice(0, 20), TOKEN.toLowerCase()])
      expect(moved(`/error/${path}/end`, [TOKEN]).message).toMatch(
        /redirect to https:\/\/idp\.example\/error\/\[redacted\]/,
      );
  });

  test('withholds credentials where there were some', () => {
    expect(moved('/keys', ['s3cret']).message).toContain('credentials are not sent after it');
  });

  test.each(['/login', '/realms/x/protocol/openid-connect/auth?a=b', 'https://sso.example/saml2'])(
    'to %s is no URL for the config',
    (location) => {
      expect(moved(location).fix).toMatch(/^People log in there/);
    },
  );

  test('to a host or a folder named for logins may be where keys are', () => {
    for (const location of ['https://login.example/discovery/keys', '/auth/realms/x/keys'])
      expect(moved(location).fix ?? '').not.toContain('log in');
  });
});

describe('a busy endpoint', () => {
  test.each([
    [429, '30', 'the endpoint answered 429: too many requests; it asks to wait 30 seconds'],
    [503, '120', 'the endpoint answered 503; it asks to wait 2 minutes'],
    [503, 'Wed, 21 Oct 2026 07:28:00 GMT', 'the endpoint answered 503; it asks to wait until 2026-10-21T07:28:00.000Z'],
    [503, 'soon', 'the endpoint answered 503'],
    [503, '0', 'the endpoint answered 503'],
    [503, '-5', 'the endpoint answered 503'],
  ])('answers %i with Retry-After: %s', (status, after, message) => {
    expect(judge({ status, headers: { 'retry-after': after } }).message).toBe(message);
  });
});

test.each([502, 503, 504])('%i may be over soon', (status) => {
  expect(judge({ status }).fix).toMatch(/^Try again later/);
});

test('a busy endpoint has its words before the time that it asks for', () => {
  const headers = { 'retry-after': '7' };
  expect(judge({ status: 429, headers, body: '{"message":"slow down"}' }).message).toBe(
    'the endpoint answered 429: too many requests: "slow down"; it asks to wait 7 seconds',
  );
});

test('a block page says that it came through the proxy', () => {
  const told = judge({ status: 403, body: '<html>Blocked</html>', proxy: 'the proxy proxy.example:3128' });
  expect(told.message).toBe('the endpoint answered 403 with a web page, through the proxy proxy.example:3128');
  expect(told.fix).toMatch(/^The proxy may have answered/);
  expect(judge({ status: 403, body: '<html>Blocked</html>' }).fix).toBeUndefined();
});

test.each([
  '<html>400 The plain HTTP request was sent to HTTPS port</html>',
  'Client sent an HTTP request to an HTTPS server.',
])('plain HTTP to a port with TLS is told so: %s', (body) => {
  expect(judge({ status: 400, body })).toMatchObject({
    message: expect.stringContaining('this port speaks TLS'),
    fix: 'Write https:// in the URL of the config.',
  });
});

test('a realm that does not exist is looked for in the URL', () => {
  expect(judge({ status: 404, body: '{"error":"Realm does not exist"}' })).toMatchObject({
    message: 'the endpoint answered 404: "Realm does not exist"',
    fix: expect.stringMatching(/^Correct the realm/),
  });
});

test.each([
  ['', ' (it is empty)'],
  [' \n', ' (it is empty)'],
  ['\n<!DOCTYPE html>', ' (it looks like a web page)'],
  ['eyJhbGciOiJSUzI1NiJ9.eyJhY3RpdmUiOnRydWV9.c2ln', ' (it looks like a JWT)'],
  ['oops', ''],
])('%j looks like something', (body, likeness) => {
  expect(describeText(body)).toBe(likeness);
});
