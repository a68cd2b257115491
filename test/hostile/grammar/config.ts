/** Configs: of every provider and policy, spoiled; as values, and as YAML and JSON texts that are more than their values. */

import fc from 'fast-check';
import { templates } from './env.js';
import { names } from './json.js';

/** Stands where a config has its secrets, and must come out nowhere. */
export const WRITTEN_SECRET = 'written secret 9b74c9897bac770ffc029102a200c5de';

const PROVIDERS: readonly Readonly<Record<string, unknown>>[] = [
  {
    type: 'oauth2_token',
    issuer: 'https://idp.example',
    audience: 'my-api',
    jwks: { uri: 'https://idp.example/jwks', token: WRITTEN_SECRET },
  },
  {
    type: 'oauth2_token',
    introspection: { url: 'https://idp.example/introspect', client_id: 'me', client_secret: WRITTEN_SECRET },
    cache: { max_entries: 10, ttl: 60 },
  },
  { type: 'github_token', github_api_base_url: 'https://ghe.example/api/v3', claims_mapping: { login: 'roles' } },
  { type: 'custom', endpoint: 'https://auth.example/validate' },
  { type: 'kubernetes', api_server_url: 'https://kube.example', verify_tls: true },
  { type: 'upstream_header', principal_header: 'x-user', attributes_header: 'x-attributes' },
];

const scalars = fc.oneof(
  { weight: 3, arbitrary: templates },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      -0,
      -1,
      1.5,
      2 ** 53,
      1e300,
      Infinity,
      NaN,
      12345678901234567890n,
      new Date(0),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '',
      ' ',
      'https://h',
      'http://h',
      'https://',
      'ftp://h',
      'https://h/\n',
      'javascript:1',
      '//h',
      'https://h:99999',
      'x\u0000',
      '/etc/passwd',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      `https://user:${encodeURIComponent(WRITTEN_SECRET)}@h/`,
      `https://h/${'/'.repeat(200)}x`,
      'https://h/?q#f',
      'https://[::1]',
      'https://é',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      [],
      {},
      [[]],
      [null],
      { a: {} },
      [{}],
      new Map([['type', 'custom']]),
      new Set(['a']),
      Buffer.from('a'),
    ),
  },
);

const FIELDS = [
  ...[
    'type',
    'audience',
    'issuer',
    'verify_tls',
    'tls_cafile',
    'claims_mapping',
    'jwks',
    'introspection',
    'clock_tolerance',
  ],
  ...[
    'algorithms',
    'cache',
    'endpoint',
    'github_api_base_url',
    'api_server_url',
    'principal_header',
    'attributes_header',
  ],
  ...[
    'uri',
    'token',
    'key_recheck_period',
    'url',
    'client_id',
    'client_secret',
    'send_secret_in_body',
    'redis_url',
    'secret',
    'ttl',
  ],
  ...['verify-tls', 'Audience', 'audiance', 'config', 'provider_type'],
];
const fieldNames = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...FIELDS) }, { weight: 1, arbitrary: names });
const mapping = fc
  .array(
    fc.tuple(
      fc.oneof(names, fc.constantFrom('sub', 'a.b.c', 'groups', '.', 'a..b')),
      fc.oneof(names, fc.constantFrom('roles', 'teams')),
    ),
    { maxLength: 3 },
  )
  .map((entries) => Object.fromEntries(entries));

const values: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: scalars },
  { weight: 1, arbitrary: fc.array(scalars, { maxLength: 3 }) },
  {
    weight: 1,
    arbitrary: fc.array(fc.tuple(fieldNames, scalars), { maxLength: 3 }).map((entries) => Object.fromEntries(entries)),
  },
  { weight: 1, arbitrary: mapping },
);

/** Spoiled in one of three: were every part spoiled, hardly a whole could be read. */
const sometimes = <Value>(spoiled: fc.Arbitrary<Value>, sound: Value): fc.Arbitrary<Value> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(sound) }, { weight: 1, arbitrary: spoiled });

const providers = fc
  .tuple(
    fc.constantFrom(...PROVIDERS),
    sometimes(fc.array(fc.tuple(fieldNames, values), { maxLength: 3 }), []),
    fc.option(fc.tuple(fc.constantFrom('jwks', 'introspection', 'cache', 'claims_mapping'), fieldNames, values), {
      freq: 2,
    }),
  )
  .map(([provider, changes, inner]) => {
    const section = inner === null ? {} : provider[inner[0]];
    const deeper = inner === null ? [] : [[inner[0], { ...(section ?? {}), [inner[1]]: inner[2] }] as const];
    return Object.fromEntries([...Object.entries(provider), ...changes, ...deeper]);
  });

const actions = fc.constantFrom<unknown>('read', ['create', 'update'], [], 'READ', 5, null);
const conditions = fc.oneof(
  fc.constantFrom<unknown>(
    'user with admin in roles',
    'user is owner',
    'resource is unowned',
    'user in owners teams',
    ['user is not owner'],
    [],
    '',
    'user is',
    null,
    5,
  ),
  templates,
);
const patterns = fc.oneof(
  fc.constantFrom(
    '*',
    '/v1/*',
    '/',
    'model::*',
    'model::x',
    'regex:^a',
    'regex:(a+)+$',
    'regex:(',
    'regex:(?=a)',
    'regex:a{1000}{1000}',
    'regex:\\p{L}',
    '',
  ),
  templates,
);
const rules = fc.record(
  {
    permit: fc.oneof(
      fc.record({ actions, resource: patterns, principal: scalars }, { requiredKeys: ['actions'] }),
      fc.record({ paths: fc.oneof(patterns, fc.array(patterns, { maxLength: 3 })) }),
      scalars,
    ),
    forbid: fc.oneof(fc.record({ actions }), fc.record({ paths: patterns }), scalars),
    when: conditions,
    unless: conditions,
    description: scalars,
  },
  { requiredKeys: [] },
);
const policies = (sound: object): fc.Arbitrary<unknown> =>
  sometimes<unknown>(
    fc.oneof({ weight: 4, arbitrary: fc.array(rules, { maxLength: 3 }) }, { weight: 1, arbitrary: values }),
    [{ ...sound, when: 'user with admin in roles' }],
  );

const shapes = fc.tuple(
  fc.oneof({ weight: 5, arbitrary: providers }, { weight: 1, arbitrary: values }),
  policies({ permit: { actions: 'read' } }),
  policies({ permit: { paths: '/v1/*' } }),
  names,
  fc.nat(6),
);

/** Config documents of every shape. */
export const documents: fc.Arbitrary<unknown> = shapes.map(([provider, access_policy, route_policy, name, shape]) => {
  switch (shape) {
    case 0:
      return provider;
    case 1:
      return { provider_config: provider, access_policy };
    case 2:
      return { server: { port: 1, auth: { provider_config: provider, route_policy } }, apis: [] };
    case 3:
      return {
        providers: Object.fromEntries([
          [name, provider],
          ['other', { type: 'custom', endpoint: 'https://h' }],
        ]),
        default: name,
      };
    case 4:
      return { providers: provider };
    case 5:
      return { access_policy, route_policy };
    default:
      return { provider_config: provider, access_policy, route_policy, default: name };
  }
});

/** Pieces of YAML that are more, or less, than they look. */
const fragments = fc.constantFrom(
  ...[
    'type: custom\n',
    'endpoint: https://h\n',
    'provider_config:\n',
    '  type: custom\n',
    '  endpoint: https://h\n',
    'auth:\n',
    'a: &a [*a]\n',
  ],
  ...[
    'type: &t custom\n',
    '<<: *t\n',
    '<<: 5\n',
    '<<: [1]\n',
    '<<: {type: custom}\n',
    '<<: &m {<<: *m}\n',
    'x: &x {b: *x}\n',
    'x: *x\n',
    '? [a, b]\n: c\n',
  ],
  ...[
    '? &k {a: b}\n: *k\n',
    'x: !!binary aGk=\n',
    'x: !!binary "@"\n',
    'x: !!set {a, b}\n',
    'x: !!omap [a: 1]\n',
    'x: !!omap [1]\n',
    'x: !!pairs [a: 1]\n',
  ],
  ...[
    'x: !!timestamp 2001-01-01\n',
    'x: !!js/function x\n',
    'x: !<tag:yaml.org,2002:str> 5\n',
    'x: !!int "0x"\n',
    'x: 1:30\n',
    'x: 0o17\n',
    'x: .nan\n',
    'x: ~\n',
  ],
  ...[
    '%YAML 1.3\n',
    '%TAG ! tag:x,2000:\n',
    '---\n',
    '...\n',
    '- a\n',
    '- - - a\n',
    '\ta: b\n',
    'a: b: c\n',
    '"a\n',
    "'a\n",
    '|\n',
    '>2-\n',
    '{',
    '}',
    '[',
    ']',
    ',',
  ],
  ...[
    'a: |\n  b\n',
    '#',
    '\ufeff',
    '\u0085',
    '\u2028',
    '\r',
    '__proto__: {a: 1}\n',
    'constructor: {prototype: {a: 1}}\n',
    '!!null : a\n',
    '&a &b c\n',
    '*',
    '&',
    '!',
    '@',
    '`',
  ],
);
const LAUGHS = [
  'a0: &a0 [x]',
  ...Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n}, `.repeat(9)}]`),
].join('\n');

/** Config texts. */
export const texts: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.array(fragments, { maxLength: 7 }).map((parts) => parts.join('')) },
  { weight: 4, arbitrary: documents.map((value) => writeLoosely(value)) },
  {
    weight: 2,
    arbitrary: fc.tuple(documents.map(writeLoosely), fc.nat(), fragments).map(([text, where, piece]) => {
      const at = where % (text.length + 1);
      return text.slice(0, at) + piece + text.slice(at);
    }),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      LAUGHS,
      '['.repeat(3000),
      '- '.repeat(3000),
      '{a: '.repeat(300),
      `auth: ${'{a: '.repeat(150)}1${'}'.repeat(150)}`,
      'a'.repeat(5000),
      '&a '.repeat(500),
    ),
  },
);

/** As JSON, which is YAML; what JSON cannot say is left out. */
function writeLoosely(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));
}
