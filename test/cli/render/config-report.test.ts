import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeReport, formatAnnotations, formatReport } from '../../../src/cli/render/config-report.js';
import { formatConfig } from '../../../src/cli/render/config-values.js';
import { formatJson } from '../../../src/cli/render/json.js';
import { buildSarif } from '../../../src/cli/render/sarif.js';
import { createStyle, type Style } from '../../../src/cli/render/style.js';
import { FINDINGS, parseConfigText, type Finding, type FindingCode, type Probe } from '../../../src/index.js';
import { hostile, readLikeRunner } from './hostile.js';

const style: Style = createStyle({ isTTY: false, columns: 60 }, {}, false);
const base = { cwd: '/repo', root: '/repo' };
const context = { ...base, version: '1.2.3', file: 'run.yaml' };

const codes = Object.keys(FINDINGS) as FindingCode[];

const findings: fc.Arbitrary<Finding[]> = fc.array(
  fc
    .record({
      severity: fc.constantFrom('error' as const, 'warning' as const, 'hint' as const),
      code: fc.constantFrom(...codes),
      path: hostile,
      message: hostile,
      file: hostile,
    })
    .map(({ file, ...finding }) => ({ ...finding, position: `${file}:3:5` })),
  { maxLength: 4 },
);

const probes: fc.Arbitrary<Probe[]> = fc.array(
  fc.record({
    provider: hostile,
    name: fc.constantFrom('dns' as const, 'http' as const),
    status: fc.constantFrom('passed' as const, 'warned' as const, 'undecided' as const),
    message: hostile,
    url: hostile,
    field: fc.constant('jwks.uri'),
    position: fc.constant(null),
    ms: fc.constantFrom(null, 12),
  }),
  { maxLength: 3 },
);

/** Lines that a CI system, or a terminal, would take for something else than text. */
function forged(text: string): string[] {
  return text.split('\n').filter((line) => {
    const command = readLikeRunner(line)?.command ?? '';
    return /^[a-z]/i.test(command) || /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\ud800-\udfff]/u.test(line);
  });
}

describe('nothing in a config can forge', () => {
  test('a line of the report', () => {
    fc.assert(
      fc.property(findings, probes, hostile, (list, asked, file) => {
        expect(forged(formatReport({ file, findings: list, probes: asked }, style))).toEqual([]);
      }),
    );
  });

  test('an annotation', () => {
    fc.assert(
      fc.property(findings, (list) => {
        const lines = formatAnnotations(list, base)
          .split('\n')
          .filter((line) => line !== '');
        expect(lines.map((line) => readLikeRunner(line)?.command)).toEqual(
          list.map(({ severity }) => (severity === 'hint' ? 'notice' : severity)),
        );
      }),
    );
  });

  test('a field of the JSON', () => {
    fc.assert(
      fc.property(findings, hostile, (list, file) => {
        const text = formatJson(describeReport({ file, findings: list, probes: null }));
        expect(forged(text)).toEqual([]);
        expect(JSON.parse(text)).toMatchObject({
          file,
          findings: list.map(({ message, code }) => ({ message, code, why: FINDINGS[code].why })),
        });
      }),
    );
  });

  test('a field, a link or a line of the SARIF log', () => {
    const isValid = new Ajv({ allErrors: true, strict: true }).compile(SARIF);
    fc.assert(
      fc.property(findings, (list) => {
        const text = formatJson(buildSarif(list, context));
        expect(forged(text)).toEqual([]);
        const log = JSON.parse(text) as { runs: { results: { message: { text: string }; ruleId: string }[] }[] };
        expect(isValid(log), JSON.stringify(isValid.errors)).toBe(true);
        expect(log.runs[0]?.results.map(({ ruleId }) => ruleId)).toEqual(list.map(({ code }) => code));
        for (const { message } of log.runs[0]?.results ?? []) expect(message.text).not.toContain('](');
      }),
    );
  });

  test('a line of what the server will run with', () => {
    fc.assert(
      fc.property(hostile, hostile, (name, value) => {
        const origin = { from: 'file', position: 'run.yaml:1:1' } as const;
        const path = ['provider_config', 'claims_mapping', name];
        const text = formatConfig(
          { file: 'run.yaml', warnings: [], config: {}, values: [{ path, value, origin }] },
          style,
        );
        expect(forged(text)).toEqual([]);
        expect(text.split('\n')).toHaveLength(5);
      }),
    );
  });
});

test('what is shown is YAML with the same values', () => {
  const name = fc.stringMatching(/^[\w./:# -]{1,12}$/);
  fc.assert(
    fc.property(
      fc.dictionary(name, fc.oneof(name, fc.boolean(), fc.integer(), fc.constant(null)), { minKeys: 1 }),
      (mapping) => {
        const values = Object.entries(mapping).map(([key, value]) => ({
          path: ['provider_config', key],
          value,
          origin: { from: 'default' } as const,
        }));
        const text = formatConfig({ file: 'x', warnings: [], config: {}, values }, style);
        expect(parseConfigText(text, 'x').value).toEqual({ provider_config: { ...mapping } });
      },
    ),
  );
});

test('a word that the server would not read as a text is quoted, and an item is one item', () => {
  const origin = { from: 'default' } as const;
  const words = ['true', 'False', 'yes', 'NO', 'on', 'Off', 'y', 'N', 'null'];
  const values = words.flatMap((word, index) => [
    { path: ['rules', index, 'when'], value: word, origin },
    { path: ['rules', index, word], value: [word], origin },
  ]);
  const shown = formatConfig({ file: 'x', warnings: [], config: {}, values }, style);
  expect(parseConfigText(shown, 'x').value).toEqual({ rules: words.map((word) => ({ when: word, [word]: [word] })) });
});

test('a value says of which variables it is made', () => {
  const origin = { from: 'env', position: 'run.yaml:1:1', variables: ['A', 'B'] } as const;
  const shown = (more: object): string =>
    formatConfig(
      { file: 'x', warnings: [], config: {}, values: [{ path: ['a'], value: 1, origin: { ...origin, ...more } }] },
      style,
    );
  expect(shown({})).toContain('# env A, B · run.yaml:1:1\n');
  expect(shown({ from: 'file' })).toContain('# run.yaml:1:1 · A, B not set\n');
});

test('the SARIF log stands where GitHub looks: below the root, escaped; and absolute elsewhere', () => {
  const at = (position: string | null): unknown => {
    const finding: Finding = { severity: 'hint', code: 'http_loopback', path: '', position, message: 'm' };
    const log = buildSarif([finding], { ...context, cwd: '/repo/a b' }) as {
      runs: { results: { level: string; locations: { physicalLocation: unknown }[] }[] }[];
    };
    expect(log.runs[0]?.results[0]?.level).toBe('note');
    return log.runs[0]?.results[0]?.locations[0]?.physicalLocation;
  };
  const region = { startLine: 3, startColumn: 5 };
  expect(at('ü%.yaml:3:5')).toEqual({
    artifactLocation: { uri: 'a%20b/%C3%BC%25.yaml', uriBaseId: '%SRCROOT%' },
    region,
  });
  expect(at('/etc/run.yaml:3:5')).toEqual({ artifactLocation: { uri: 'file:///etc/run.yaml' }, region });
  expect(at(null)).toMatchObject({ artifactLocation: { uri: 'a%20b/run.yaml' }, region: { startLine: 1 } });
});

test('the SARIF log has each rule once, and results name theirs', () => {
  const found = (['http_loopback', 'issuer_unset', 'http_loopback'] as const).map((code): Finding => ({
    severity: 'hint',
    code,
    path: '',
    position: null,
    message: 'm',
  }));
  expect(buildSarif(found, context)).toMatchObject({
    runs: [
      {
        tool: { driver: { rules: [{ id: 'http_loopback' }, { id: 'issuer_unset' }] } },
        results: [{ ruleIndex: 0 }, { ruleIndex: 1 }, { ruleIndex: 0 }],
      },
    ],
  });
});

test('a finding that has a fix of its own comes with it, however often its code was explained', () => {
  const plain: Finding = { severity: 'hint', code: 'issuer_unset', path: '', position: null, message: 'm' };
  const found = [plain, { ...plain, fix: 'One.' }, { ...plain, fix: 'Two.' }, plain];
  const fixes = formatReport({ file: 'x', findings: found, probes: null }, style).match(/(?<=fix: ).*/g);
  expect(fixes).toHaveLength(3);
  expect(fixes?.slice(1)).toEqual(['One.', 'Two.']);
  expect(describeReport({ file: 'x', findings: found, probes: null })).toMatchObject({
    findings: [{}, { fix: 'One.' }, { fix: 'Two.' }, { fix: FINDINGS.issuer_unset.fix }],
  });
  expect(formatAnnotations(found, base).match(/One\.|Two\./g)).toEqual(['One.', 'Two.']);
});

/** What code scanning needs of SARIF 2.1.0, with the names and kinds of the standard's own schema. */
const text = { type: 'string', minLength: 1 };
const level = { enum: ['none', 'note', 'warning', 'error'] };
const object = (properties: object, required: string[] = Object.keys(properties)): object => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const list = (items: object, more: object = {}): object => ({ type: 'array', items, ...more });
const SARIF = object({
  $schema: text,
  version: { const: '2.1.0' },
  runs: list(
    object({
      tool: object({
        driver: object({
          name: text,
          semanticVersion: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+' },
          rules: list(
            object({
              id: text,
              shortDescription: object({ text }),
              fullDescription: object({ text }),
              help: object({ text, markdown: text }),
              defaultConfiguration: object({ level }),
              properties: object({ tags: list(text) }),
            }),
          ),
        }),
      }),
      columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
      results: list(
        object({
          ruleId: text,
          ruleIndex: { type: 'integer', minimum: 0 },
          level,
          message: object({ text: { type: 'string' } }),
          locations: list(
            object({
              physicalLocation: object({
                artifactLocation: object(
                  { uri: { type: 'string', pattern: "^[\\w%./:~!*'()-]+$" }, uriBaseId: { const: '%SRCROOT%' } },
                  ['uri'],
                ),
                region: object({
                  startLine: { type: 'integer', minimum: 1 },
                  startColumn: { type: 'integer', minimum: 1 },
                }),
              }),
            }),
            { minItems: 1 },
          ),
        }),
      ),
    }),
    { minItems: 1 },
  ),
});

describe('a probe that did not pass', () => {
  const probe: Probe = {
    provider: 'default',
    name: 'tls',
    status: 'failed',
    message: 'the certificate cannot be trusted',
    url: 'https://idp.example/keys',
    field: 'jwks.uri',
    position: null,
    ms: null,
  };
  const report = (...probes: Probe[]): string => formatReport({ file: 'run.yaml', findings: [], probes }, style);

  test('is counted, and comes with its fix', () => {
    expect(report(probe, { ...probe, name: 'http', status: 'undecided' })).toMatch(
      /fix: Renew the certificate[^]*run\.yaml: 1 failed probe, 1 undecided probe\n$/,
    );
  });

  test('stands below its own provider, and has no time where it took none', () => {
    const told = report(probe, { ...probe, provider: 'other', url: 'https://other.example/', message: 'gone', ms: 7 });
    expect(told.match(/^online: .*|^✗ .*/gm)?.map((line) => line.replace(/ +/g, ' '))).toEqual([
      'online: provider default · https://idp.example/keys',
      '✗ tls the certificate cannot be trusted',
      'online: provider other · https://other.example/',
      '✗ tls gone (7 ms)',
    ]);
    expect(report()).toContain('online: there is no endpoint to ask');
  });

  test('that warns is counted, and has no fix of a failure', () => {
    const told = report({ ...probe, status: 'warned' }, { ...probe, status: 'skipped' });
    expect(told).toMatch(/run\.yaml: 1 warned probe\n$/);
    expect(told).not.toContain('fix:');
  });

  test('has its own fix where that is known', () => {
    const told = report({ ...probe, fix: 'Wind the clock.' });
    expect(told).toContain('fix: Wind the clock.');
    expect(told).not.toContain('Renew');
  });

  test('is not counted where it passed', () => {
    expect(report({ ...probe, status: 'passed' })).toMatch(/nothing to complain about\n$/);
  });
});
