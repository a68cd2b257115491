import { describe, expect, test } from 'vitest';
import { proxyFor } from '../src/proxy.js';
import { bareUrl, isHttpUrl, netlocOf, parseUrl, showUrl } from '../src/url.js';

describe('a URL with letters from beyond ASCII', () => {
  const url = 'https://müller.example/';

  test('stays one however often it is asked about: URL.canParse of Node 20 changes its mind', () => {
    const answers = new Set<string>();
    for (let asked = 0; asked < 20_000; asked += 1) {
      answers.add([isHttpUrl(url), showUrl(url), bareUrl(url), parseUrl('/ü', url)?.pathname].join(' '));
    }
    const bare = 'https://xn--mller-kva.example/';
    expect([...answers]).toEqual([`true ${bare} ${bare} /%C3%BC`]);
  });

  test('is a proxy however many requests go through it', () => {
    const answers = new Set<string | null>();
    for (let asked = 0; asked < 20_000; asked += 1)
      answers.add(proxyFor(new URL('https://a.example'), { HTTPS_PROXY: 'http://proxy.müller.example:3128' }));
    expect([...answers]).toEqual(['http://proxy.müller.example:3128']);
  });
});

// As Python's urlparse has it, but for user and password.
test.each([
  ['https://Auth.Example:443/v', 'Auth.Example:443'],
  ['HTTPS://auth.example', 'auth.example'],
  ['http://svc:p4ss@AUTH.example:80?x=a@b', 'AUTH.example:80'],
  ['https://a@b@auth.example/', 'auth.example'],
  ['https://[::1]:8443#x', '[::1]:8443'],
])('%s is of %s', (url, host) => {
  expect(netlocOf(url)).toBe(host);
});
