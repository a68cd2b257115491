// docs/tests.md stays true: its example passes, it has every field, and every field is explained.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { readSuite, runSuite } from '../../src/index.js';
import { FIELDS } from '../../src/suite/schema.js';

const root = resolve(import.meta.dirname, '../..');
const guide = readFileSync(join(root, 'docs/tests.md'), 'utf8');
const [, example = '', explained = ''] = /```yaml\n([^]*?)```([^]*)$/.exec(guide) ?? [];

test('the example of docs/tests.md passes', async () => {
  const { results } = await runSuite(readSuite(example, 'guide.authcheck.yaml', { cwd: root }));
  expect(results.length).toBeGreaterThan(8);
  for (const { test: one, differences } of results) expect(differences, one.name).toEqual([]);
});

test('docs/tests.md explains every field', () => {
  const fields = Object.values(FIELDS).flat();
  for (const field of fields.filter((one) => !['tests', 'name', 'expect'].includes(one)))
    expect(explained, field).toMatch(new RegExp(`[\`{ ]${field}[\`,} ]`));
});
