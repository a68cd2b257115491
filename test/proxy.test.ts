import { describe, expect, test } from 'vitest';
import { nameProxy, proxyFor, UNUSABLE_PROXY } from '../src/proxy.js';

const PROXY = 'http://proxy.example:3128';

function via(url: string, env: Record<string, string>): string | null {
  return proxyFor(new URL(url), env);
}

describe('which proxy', () => {
  test.each<[string, Record<string, string>, string | null]>([
    ['https://a.example', {}, null],
    ['https://a.example', { HTTPS_PROXY: PROXY }, PROXY],
    ['https://a.example', { https_proxy: PROXY, HTTPS_PROXY: 'http://other.example' }, PROXY],
    ['https://a.example', { https_proxy: '', HTTPS_PROXY: PROXY }, null],
    ['https://a.example', { http_proxy: PROXY }, null],
    ['http://a.example', { HTTPS_PROXY: PROXY }, null],
    ['http://a.example', { http_proxy: PROXY }, PROXY],
    ['http://a.example', { HTTP_PROXY: PROXY }, PROXY],
    ['http://a.example', { http_proxy: PROXY, HTTP_PROXY: 'http://other.example' }, PROXY],
    ['http://a.example', { http_proxy: '', HTTP_PROXY: PROXY }, null],
    ['http://a.example', { HTTP_PROXY: PROXY, NO_PROXY: 'a.example:80' }, null],
    // A CGI script sees a client's header `Proxy:` as HTTP_PROXY: httpoxy.
    ['http://a.example', { HTTP_PROXY: PROXY, REQUEST_METHOD: 'GET' }, null],
    ['http://a.example', { http_proxy: PROXY, REQUEST_METHOD: 'GET' }, PROXY],
    ['http://a.example', { ALL_PROXY: PROXY }, PROXY],
    ['https://a.example', { all_proxy: PROXY, ALL_PROXY: 'http://other.example' }, PROXY],
    ['https://a.example', { HTTPS_PROXY: PROXY, ALL_PROXY: 'http://other.example' }, PROXY],
    ['https://a.example', { https_proxy: '', ALL_PROXY: PROXY }, PROXY],
    ['https://a.example', { all_proxy: '', ALL_PROXY: PROXY }, null],
    ['https://a.example', { ALL_PROXY: PROXY, NO_PROXY: 'a.example' }, null],
    ['https://a.example', { ALL_PROXY: PROXY, no_proxy: '', NO_PROXY: 'a.example' }, PROXY],
    ['https://a.example', { ALL_PROXY: 'socks5://proxy:1080' }, UNUSABLE_PROXY],
    ['https://a.example', { HTTPS_PROXY: 'proxy.example:3128' }, PROXY],
    ['https://a.example', { HTTPS_PROXY: 'http://' }, UNUSABLE_PROXY],
    ['https://a.example', { HTTPS_PROXY: 'http://user:p#ss@proxy:3128' }, UNUSABLE_PROXY],
    ['https://a.example', { HTTPS_PROXY: 'socks5://proxy:1080' }, UNUSABLE_PROXY],
  ])('%s with %o', (url, env, expected) => {
    expect(via(url, env)).toBe(expected);
  });
});

test.each([
  ['http://user:pass@proxy.example:3128/path', 'the proxy proxy.example:3128'],
  ['http://proxy.example', 'the proxy proxy.example:80'],
  ['https://[::1]', 'the proxy [::1]:443'],
])('%s is named without credentials', (proxy, name) => {
  expect(nameProxy(proxy)).toBe(name);
});

describe('NO_PROXY', () => {
  test.each([
    ['*', 'https://a.example'],
    ['a.example', 'https://a.example'],
    ['A.Example', 'https://a.EXAMPLE'],
    ['example', 'https://a.example'],
    ['.example', 'https://a.example'],
    ['*.example', 'https://a.example'],
    ['b.test, a.example', 'https://a.example'],
    ['b.test a.example', 'https://a.example'],
    ['a.example:443', 'https://a.example'],
    ['a.example:8443', 'https://a.example:8443'],
    ['127.0.0.1', 'https://127.0.0.1:9000'],
    ['[::1]', 'https://[::1]:9000'],
    ['::1', 'https://[::1]:9000'],
    ['a.example.', 'https://a.example'],
    ['a.example', 'https://a.example.'],
  ])('%s exempts %s', (list, url) => {
    expect(via(url, { HTTPS_PROXY: PROXY, NO_PROXY: list })).toBeNull();
  });

  test.each([
    ['', 'https://a.example'],
    ['.', 'https://a.example'],
    [',', 'https://a.example'],
    ['ample', 'https://a.example'],
    ['b.a.example', 'https://a.example'],
    ['a.example', 'https://ba.example'],
    ['a.example', 'https://a.example.test'],
    ['a.example:8443', 'https://a.example'],
    ['127.0.0', 'https://127.0.0.1'],
    ['2.3', 'https://10.1.2.3'],
    ['::', 'https://[::1]'],
  ])('%j does not exempt %s', (list, url) => {
    expect(via(url, { HTTPS_PROXY: PROXY, NO_PROXY: list })).toBe(PROXY);
  });

  test('in lower case wins', () => {
    const env = { HTTPS_PROXY: PROXY, no_proxy: 'other.example', NO_PROXY: 'a.example' };
    expect(via('https://a.example', env)).toBe(PROXY);
  });
});
