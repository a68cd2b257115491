import { describe, expect, test } from 'vitest';
import { bareUrl, isHttpUrl, parseUrl, showUrl } from '../src/url.js';

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
});
