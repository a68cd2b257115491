/** Rules that can be read, over few words, so that they meet; users and resources whose names want to be more than names. */

import fc from 'fast-check';
import type { Identity, Resource } from '../../../src/index.js';

const words = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('alice', 'admin', 'ml', 'x') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '__proto__',
      'constructor',
      'toString',
      '*',
      'regex:.',
      '',
      'a b',
      '\u0000',
      '\ud800',
      'ﬁ',
      '\u0085',
    ),
  },
);
const attributeNames = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('roles', 'teams') },
  { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'length') },
);

/** Users. */
export const identities: fc.Arbitrary<Identity> = fc.record({
  principal: fc.oneof({ weight: 2, arbitrary: fc.constantFrom('alice', 'admin') }, { weight: 1, arbitrary: words }),
  attributes: fc
    .array(fc.tuple(attributeNames, fc.array(words, { maxLength: 3 })), { maxLength: 3 })
    .map((entries) => Object.fromEntries(entries)),
});

/** Resources. */
export const resources: fc.Arbitrary<Resource> = fc.record({
  type: fc.oneof(
    { weight: 3, arbitrary: fc.constant('model') },
    { weight: 1, arbitrary: fc.oneof(fc.constantFrom('model::x', 'models', 'shield'), words) },
  ),
  identifier: fc.oneof(fc.constantFrom('llama', '*', ':', '::'), words),
  owner: fc.option(identities),
});

/** Paths of requests, decoded, as a server sees them. */
export const paths: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '/',
    '/v1/models',
    '/v1/models/',
    '/v1/models//',
    '//v1',
    '/v1/../admin',
    '/v1/models\u0000',
    '',
    '*',
    '/v1/\ud800',
    '/%2e',
  ),
  fc.array(fc.constantFrom('/', 'v1', 'models', '*', '.', 'regex:'), { maxLength: 6 }).map((parts) => parts.join('')),
);

const space = fc.constantFrom(' ', ' ', '  ', '\t', '\u00a0', '\u001f', '\u2003');
const word = words.filter((text) => text !== '' && !/[\s\u0085\u001c-\u001f]/.test(text));
const sentences = fc
  .tuple(
    fc.oneof(
      fc.tuple(word, attributeNames).map(([value, name]) => ['user', 'with', value, 'in', name]),
      fc.tuple(word, attributeNames).map(([value, name]) => ['user', 'with', value, 'not', 'in', name]),
      attributeNames.map((name) => ['user', 'in', 'owners', name]),
      attributeNames.map((name) => ['user', 'not', 'in', 'owners', name]),
      fc.constantFrom(['user', 'is', 'owner'], ['user', 'is', 'not', 'owner'], ['resource', 'is', 'unowned']),
    ),
    space,
  )
  .map(([parts, gap]) => parts.join(gap));
const conditions = fc.oneof(sentences, fc.array(sentences, { minLength: 1, maxLength: 3 }));

function rulesOf<Scope>(scopes: fc.Arbitrary<Scope>): fc.Arbitrary<readonly object[]> {
  const effect = fc.tuple(fc.constantFrom('permit', 'forbid'), scopes).map(([name, scope]) => ({ [name]: scope }));
  const guard = fc.oneof(
    { weight: 1, arbitrary: fc.constant({}) },
    {
      weight: 3,
      arbitrary: fc.tuple(fc.constantFrom('when', 'unless'), conditions).map(([name, given]) => ({ [name]: given })),
    },
  );
  return fc.array(
    fc.tuple(effect, guard).map(([rule, guarded]) => ({ ...rule, ...guarded })),
    { minLength: 1, maxLength: 4, size: 'max' },
  );
}

const ACTIONS = ['create', 'read', 'update', 'delete'];
const actions = fc.constantFrom(...ACTIONS);

/** Rules of `access_policy`. */
export const accessRules: fc.Arbitrary<readonly object[]> = rulesOf(
  fc.record(
    {
      actions: fc.oneof(actions, fc.uniqueArray(actions, { minLength: 1 }), fc.constant([...ACTIONS])),
      principal: fc.constantFrom('alice', 'alice', 'admin', '__proto__'),
      resource: fc.oneof(
        fc.constant('model::*'),
        fc.constantFrom('model::llama', 'shield::*', 'model::x::*', '__proto__::*', 'a::b'),
      ),
    },
    { requiredKeys: ['actions'] },
  ),
);

const written = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('/v1/*', '/v1*', '*', '/*') },
  { weight: 6, arbitrary: paths },
  { weight: 1, arbitrary: fc.constantFrom('regex:^/v1', 'regex:(/a*)*$', 'regex:.*') },
);

/** Rules of `route_policy`. */
export const routeRules: fc.Arbitrary<readonly object[]> = rulesOf(
  fc.record({ paths: fc.oneof(written, fc.array(written, { minLength: 1, maxLength: 3 })) }),
);
