import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAnnotation, type Annotation } from '../../../src/cli/render/annotations.js';
import { escapeTerminal } from '../../../src/cli/render/escape.js';
import { readPlace } from '../../../src/cli/render/place.js';
import { hostile, readLikeRunner } from './hostile.js';

test('an annotation is one command, whatever its texts say', () => {
  const annotations: fc.Arbitrary<Annotation> = fc.record({
    level: fc.constantFrom('error' as const, 'warning' as const, 'notice' as const),
    title: hostile,
    place: fc.option(fc.record({ file: hostile, line: fc.nat(), column: fc.nat() })),
    lines: fc.array(hostile, { minLength: 1, maxLength: 3 }),
  });
  fc.assert(
    fc.property(annotations, (annotation) => {
      const text = formatAnnotation(annotation);
      const [line = '', ...rest] = text.split(/\r\n|[\n\r\u0085\u2028\u2029]/);
      expect(rest).toEqual(['']);
      const { place, title, level, lines } = annotation;
      const at =
        place === null ? {} : { file: escapeTerminal(place.file), line: `${place.line}`, col: `${place.column}` };
      const read = readLikeRunner(line);
      expect(read?.command).toBe(level);
      // The runner splits at "=" twice at the most, and drops what follows.
      const cut = (value: string): string => value.split('=')[0] ?? '';
      expect(Object.entries(read?.properties ?? {}).map(([name, value]) => [name, cut(value)])).toEqual(
        Object.entries({ ...at, title: escapeTerminal(title) }).map(([name, value]) => [name, cut(value)]),
      );
      expect(read?.data).toBe(lines.map(escapeTerminal).join('\n'));
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    }),
    { numRuns: 500 },
  );
});

test('text for people is never a command, wherever its line breaks', () => {
  fc.assert(
    fc.property(hostile, hostile, (before, text) => {
      const shown = escapeTerminal(`${before} ${text}`);
      for (const line of shown.split(' ').map((_word, index, words) => words.slice(index).join(' ')))
        expect(readLikeRunner(line)?.command ?? '').not.toMatch(/^[a-z]/i);
    }),
    { numRuns: 500 },
  );
});

describe('readPlace', () => {
  const base = { cwd: resolve('/repo/server'), root: resolve('/repo') };

  test.each([
    ['run.yaml:3:17', { file: 'server/run.yaml', line: 3, column: 17 }],
    ['../deploy/run.yaml:1:1', { file: 'deploy/run.yaml', line: 1, column: 1 }],
    ['/etc/run.yaml:2:5', { file: '/etc/run.yaml', line: 2, column: 5 }],
    ['/repo/a:7:b.yaml:2:5', { file: 'a:7:b.yaml', line: 2, column: 5 }],
    ['run.yaml', { file: 'server/run.yaml', line: 1, column: 1 }],
    ['/repository/run.yaml:1:2', { file: '/repository/run.yaml', line: 1, column: 2 }],
    ['..run.yaml:1:2', { file: 'server/..run.yaml', line: 1, column: 2 }],
  ])('%s', (position, place) => {
    expect(readPlace(position, base)).toEqual(place);
  });
});
