// Reports that a claim cannot forge: whatever stands in names, claims and messages, there is one entry per test.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatJunit } from '../../../src/cli/render/junit.js';
import { formatTap } from '../../../src/cli/render/tap.js';
import { readSuite, runSuite, type SuiteResult } from '../../../src/index.js';
import { CONFIG } from '../../suite/suite.js';
import { hostile } from './hostile.js';

const [base] = (
  await runSuite(
    readSuite(`${CONFIG}tests: [{name: a, claims: {}, expect: {outcome: accepted}}]`, 'a.yaml', { cwd: '/' }),
  )
).results;

/** Results with these texts wherever a text can be. */
function resultsOf(texts: readonly string[]): SuiteResult[] {
  if (base === undefined || base.verdict.outcome === 'accepted') throw new Error('one test was run, and failed');
  const { verdict } = base;
  const suite = readSuite(`${CONFIG}tests: [{name: a, claims: {}, expect: {outcome: accepted}}]`, 'a.yaml', {
    cwd: '/',
  });
  const results = texts.map((text, index) => ({
    ...base,
    test: { ...base.test, name: text, locate: () => `${text}:1:2` },
    verdict: { ...verdict, reason: { code: 'claim_invalid', message: text, fix: '' } as const },
    differences:
      index % 2 === 0 ? [] : [{ path: ['expect', 'attributes', text], expected: [text], actual: { [text]: text } }],
  }));
  return [{ suite: { ...suite, file: texts[0] ?? 'a' }, results }];
}

/** XML 1.0, as far as the report uses it, read by its grammar: names of elements as they open and close. */
function readXml(text: string): string[] {
  expect(text).not.toMatch(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
  const [declaration = '', ...rest] = text.split('\n');
  expect(declaration).toBe('<?xml version="1.0" encoding="UTF-8"?>');
  const body = rest.join('\n');
  const token =
    /<(\/?)([a-z]+)((?: [a-z]+="(?:[^<&"]|&(?:amp|lt|gt|quot|apos);)*")*)(\/?)>|(?:[^<&]|&(?:amp|lt|gt|quot|apos);)+/y;
  const open: string[] = [];
  const seen: string[] = [];
  while (token.lastIndex < body.length) {
    const [whole, closing, name, , empty] = token.exec(body) ?? [];
    if (whole === undefined) throw new Error(`not XML: ${body.slice(0, 80)}`);
    if (name === undefined) continue;
    if (closing === '/') expect(open.pop()).toBe(name);
    else {
      seen.push(name);
      if (empty !== '/') open.push(name);
    }
  }
  expect(open).toEqual([]);
  return seen;
}

describe('JUnit', () => {
  it('is well-formed XML with one element per test, whatever the texts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(hostile, fc.constantFrom('</failure>', ']]>', '<!--', '\ufffe', '\uffff', '"')), {
          minLength: 1,
          maxLength: 5,
        }),
        (texts) => {
          const seen = readXml(formatJunit(resultsOf(texts)));
          expect(seen.filter((name) => name === 'testcase')).toHaveLength(texts.length);
          expect(seen.filter((name) => name === 'failure')).toHaveLength(Math.floor(texts.length / 2));
        },
      ),
    );
  });

  it('counts', () => {
    expect(formatJunit(resultsOf(['a', 'b', 'c']))).toContain('<testsuite name="a" tests="3" failures="1" errors="0"');
  });

  it('says in seconds how long each took, and all took together, as they run at once', () => {
    const [suite] = resultsOf(['a', 'b']);
    if (suite === undefined) throw new Error('there is one');
    const timed = suite.results.map((result, index) => ({ ...result, ms: 1500 + index * 1000 }));
    const times = formatJunit([{ ...suite, results: timed }]).match(/(?<= time=")[^"]*/g);
    expect(times).toEqual(['2.500', '2.500', '1.500', '2.500']);
  });

  it('says where each test stands', () => {
    expect(formatJunit(resultsOf(['a', 'b'])).match(/<testcase .* line="6" /g)).toHaveLength(2);
  });

  it('says of a failure why the token was refused, and where the expectation stands', () => {
    expect(formatJunit(resultsOf(['a', 'b']))).toContain('\nclaim_invalid: b\nb:1:2</failure>');
  });
});

describe('TAP', () => {
  it('fails what failed, and escapes what a CI system would take for a command', () => {
    expect(formatTap(resultsOf(['a', '##[error] b # SKIP']))).toMatch(
      /\nok 1 - a: a\nnot ok 2 - a: \\\\u\{23\}\\#\[error\] b \\# SKIP\n {2}---\n {2}at: "#\\u0023\[error\] /,
    );
  });

  it('says of a failure why the token was refused', () => {
    expect(formatTap(resultsOf(['a', 'b']))).toContain('\n  reason: "claim_invalid: b"\n');
  });

  it('has one line per test and no directive, whatever the texts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(hostile, fc.constantFrom('a # SKIP', '# TODO', '\\# SKIP', '\nok 2')), {
          minLength: 1,
          maxLength: 5,
        }),
        (texts) => {
          const lines = formatTap(resultsOf(texts)).split('\n');
          expect(lines.slice(0, 2)).toEqual(['TAP version 14', `1..${texts.length}`]);
          const points = lines.filter((line) => /^(?:not )?ok /.test(line));
          expect(points.map((line) => /^(?:not )?ok (\d+) - /.exec(line)?.[1])).toEqual(
            texts.map((_, index) => String(index + 1)),
          );
          // An escaped backslash and an escaped sign aside, no # is left.
          for (const point of points) expect(point.replace(/\\[\\#]/g, '')).not.toMatch(/[#\\](?!u\{)/);
          for (const line of lines.slice(2, -1))
            expect(line).toMatch(/^(?:(?:not )?ok \d+ - |  (?:---|\.\.\.|[a-z]+: ))/);
        },
      ),
    );
  });
});
