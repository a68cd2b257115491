import { expect, test } from 'vitest';
import { createStyle } from '../../../src/cli/render/style.js';
import { formatExchange } from '../../../src/cli/render/transcript.js';
import type { Exchange } from '../../../src/index.js';

const EXCHANGE: Exchange = {
  method: 'GET',
  url: 'https://idp.example/jwks',
  proxy: null,
  request_headers: { accept: 'application/json' },
  request_body: null,
  status: 200,
  response_headers: {},
  response_body: '{\n  "keys": [\r\n  ]\n}\n> GET https://evil.example/\u001b[2J\n',
  failure: null,
  ms: 12.4,
};

test('a body is shown line by line, and none of its lines can pass for one of ours', () => {
  const style = createStyle({ isTTY: false, columns: 80 }, {}, false);
  expect(formatExchange(EXCHANGE, style).split('\n')).toEqual([
    '> GET https://idp.example/jwks',
    '> accept: application/json',
    '< 200 (12 ms, 53 characters)',
    '< {',
    '<   "keys": [',
    '<   ]',
    '< }',
    '< > GET https://evil.example/\\u{1b}[2J',
    '',
    '',
  ]);
});

test('what was asked, through which proxy, and what failed are told; a long body is cut', () => {
  const style = createStyle({ isTTY: false, columns: 80 }, {}, false);
  const told = (changes: Partial<Exchange>): string => formatExchange({ ...EXCHANGE, ...changes }, style);
  const sent = told({ method: 'POST', proxy: 'http://proxy:3128', request_body: 'token=***', failure: 'no answer' });
  expect(sent).toBe(
    '> POST https://idp.example/jwks   (through the proxy http://proxy:3128)\n> accept: application/json\n' +
      '> token=***\n< no answer (12 ms)\n\n',
  );
  expect(told({ status: 401, response_body: null })).toMatch(/\n< 401 \(12 ms, a body that cannot be read\)\n\n$/);
  expect(told({ response_headers: { 'retry-after': '1' }, response_body: 'x'.repeat(2001) })).toMatch(
    /\n< retry-after: 1\n< x{2000}… \(1 more characters\)\n\n$/,
  );
});
