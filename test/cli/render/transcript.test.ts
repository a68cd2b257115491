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
