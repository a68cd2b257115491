/** Strings with variables in them: templates that are nested, unclosed, doubled, or nearly templates. */

import fc from 'fast-check';

/** Secret values stand in the environment, and must come out nowhere. */
export const ENV_SECRET = 'environment secret 3f79bb7b435b05321651daefd374cdc6';

/** Environments with values that want to be more than values. */
export const environments: fc.Arbitrary<Readonly<Record<string, string | undefined>>> = fc.dictionary(
  fc.constantFrom('A', 'B', 'X_1', 'HOME', 'SECRET', '__proto__', '_'),
  fc.oneof(
    fc.constantFrom(
      '',
      ' ',
      'x',
      '~',
      '~root/x',
      '${env.B}',
      '${env.A:=x}',
      '$&',
      '$1$$',
      '0',
      'true',
      '1e400',
      'nan',
      '٣',
    ),
    fc.constantFrom(ENV_SECRET, '9'.repeat(5000), 'https://u:p@h/', 'a\nb', '\u0000', '\ud800'),
    fc.string({ unit: 'binary', maxLength: 8 }),
  ),
  { maxKeys: 4 },
);

const pieces = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('${env.A}', '${env.B}', '${env.A:=x}', '${env.A:+y}', '${env.SECRET}', '${env.X_1:=}'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '${env.A:=${env.B}}',
      '${env.A:=${env.B:=c}}',
      '${env.A:+${env.A}}',
      '${env.A:={}}',
      '${env.A:=\n}',
      '${env._:=_}',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '${env.A',
      '${env.A:=',
      '${env.A:',
      '${env.',
      '${env.a}',
      '${env.A:-x}',
      '${A}',
      '$',
      '{',
      '}',
      '${env.A }',
      '${env.Ä}',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('~', '~/', '~root', '1', '0x', 'true', '.', 'e5', '_', 'inf', ' ', '\ud800', '\u0000'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
);

/** A string with variables, or nearly. */
export const templates: fc.Arbitrary<string> = fc.oneof(
  { weight: 20, arbitrary: fc.array(pieces, { maxLength: 5 }).map((parts) => parts.join('')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '${env.A:='.repeat(300),
      '${env.A}'.repeat(300),
      '${env.'.repeat(300),
      `\${env.${'A'.repeat(3000)}`,
    ),
  },
);
