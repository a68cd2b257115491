/** The files of `authcheck test`: what may stand in them. Pure. */

import * as v from 'valibot';
import { ALGORITHMS } from '../config/provider-config.js';
import { isMapping, type Mapping } from '../config/shape.js';
import { readIsoTime } from '../iso-time.js';
import { hasFiniteNumbers } from '../json.js';
import type { ReasonCode } from '../reason-codes.js';
import type { StepName, StepStatus } from '../trace.js';
import type { Attributes, Outcome } from '../verdict.js';
import { outcome, reasonCode, stepName, stepStatus } from '../verdict-schema.js';

/** A question to the policies, with the owner of its resource where it has one. */
export type WrittenQuestion =
  string | { readonly ask: string; readonly owner: string; readonly owner_attributes: Attributes };

/** What a test expects; what is absent is not looked at. */
export interface Expectations {
  readonly outcome?: Outcome;
  readonly reason?: ReasonCode | null;
  readonly principal?: string | null;
  /** All of them. */
  readonly attributes?: Attributes;
  readonly attributes_contain?: Attributes;
  /** Values that must not be there; an empty list means the attribute. */
  readonly attributes_absent?: Attributes;
  readonly steps?: Readonly<Partial<Record<StepName, StepStatus>>>;
  readonly server?: { readonly status?: 200 | 401 | 503; readonly message?: string | null };
  readonly allow?: readonly WrittenQuestion[];
  readonly deny?: readonly WrittenQuestion[];
}

/** One test, as it is written. */
export interface WrittenCase {
  readonly name: string;
  readonly provider?: string;
  readonly now?: number | string;
  readonly token?: string;
  readonly token_file?: string;
  readonly claims?: Mapping;
  readonly header?: Mapping;
  readonly algorithm?: string;
  readonly introspection?: Mapping;
  readonly github?: Mapping;
  readonly custom?: Mapping;
  readonly kubernetes?: Mapping;
  readonly request?: {
    readonly path?: string;
    readonly headers?: Values;
    readonly params?: Values;
  };
  readonly expect: Expectations;
}

const text = v.string('expected a string');
const texts = v.array(text, 'expected a list of strings');
/** Not `v.record`, which leaves out `__proto__` and its like: they are claims as any other. */
const mapping = v.pipe(
  v.custom<Mapping>(isMapping, 'expected a mapping'),
  v.check((value) => hasFiniteNumbers(value), 'expected what JSON can say: no .inf, no .nan'),
  v.metadata({ type: 'object' }),
);

const time = v.pipe(
  v.union([v.number(), v.string()], 'expected a time such as 2026-01-31T12:00:00Z, or seconds since 1970'),
  v.check(
    (value) => !Number.isNaN(readTime(value)),
    'expected a time with its zone, such as 2026-01-31T12:00:00Z, or seconds since 1970',
  ),
);

const attributes = v.pipe(
  v.custom<Attributes>(
    (value) => isMapping(value) && Object.values(value).every((values) => v.is(texts, values)),
    'expected attribute names with lists of values',
  ),
  v.metadata({ type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } }),
);

const owned = v.strictObject({
  ask: text,
  owner: text,
  owner_attributes: v.exactOptional(attributes, {}),
});

const question = v.union(
  [text, owned],
  'expected a question such as "read model::llama-3", or {ask, owner, owner_attributes}',
);

const server = v.strictObject({
  status: v.exactOptional(v.picklist([200, 401, 503])),
  message: v.exactOptional(v.nullable(text)),
});

const expectations = v.strictObject({
  outcome: v.exactOptional(outcome),
  reason: v.exactOptional(v.nullable(reasonCode)),
  principal: v.exactOptional(v.nullable(text)),
  attributes: v.exactOptional(attributes),
  attributes_contain: v.exactOptional(attributes),
  attributes_absent: v.exactOptional(attributes),
  steps: v.exactOptional(v.record(stepName, stepStatus, 'expected step names with statuses')),
  server: v.exactOptional(server),
  allow: v.exactOptional(v.array(question, 'expected a list of questions')),
  deny: v.exactOptional(v.array(question, 'expected a list of questions')),
});

type Values = Readonly<Record<string, string | readonly string[]>>;
const values = (message: string): v.GenericSchema<unknown, Values> =>
  v.pipe(
    v.custom<Values>(
      (value) => isMapping(value) && Object.values(value).every((one) => v.is(text, one) || v.is(texts, one)),
      message,
    ),
    v.metadata({ type: 'object' }),
  );

const request = v.strictObject({
  path: v.exactOptional(text),
  headers: v.exactOptional(values('expected header names with values')),
  params: v.exactOptional(values('expected parameter names with values')),
});

const testCase = v.strictObject({
  name: v.pipe(text, v.nonEmpty('expected a name')),
  provider: v.exactOptional(text),
  now: v.exactOptional(time),
  token: v.exactOptional(text),
  token_file: v.exactOptional(text),
  claims: v.exactOptional(mapping),
  header: v.exactOptional(mapping),
  algorithm: v.exactOptional(v.picklist(ALGORITHMS, 'expected an algorithm such as ES256')),
  introspection: v.exactOptional(mapping),
  github: v.exactOptional(mapping),
  custom: v.exactOptional(mapping),
  kubernetes: v.exactOptional(mapping),
  request: v.exactOptional(request),
  expect: v.exactOptional(expectations, {}),
});

const suite = v.strictObject({
  now: v.exactOptional(time),
  config: v.union([text, mapping], 'expected the path of a config, or a config'),
  provider: v.exactOptional(text),
  env: v.exactOptional(
    v.record(text, v.string('expected a string: quote it'), 'expected variable names with strings'),
    {},
  ),
  jwks: v.exactOptional(v.union([text, mapping], 'expected the path of a key set, or a key set')),
  tests: v.pipe(v.array(testCase, 'expected a list of tests'), v.minLength(1, 'expected at least one test')),
});

/** A file of tests; published as a JSON Schema. */
export const suiteSchema: v.GenericSchema<unknown, SuiteFile> = suite;

/** The names of fields by what has them, for the hint about one that is mistyped or misplaced. */
export const FIELDS: Readonly<Record<string, readonly string[]>> = {
  'the file': Object.keys(suite.entries),
  'a test': Object.keys(testCase.entries),
  request: Object.keys(request.entries),
  expect: Object.keys(expectations.entries),
  'expect.server': Object.keys(server.entries),
  'a question': Object.keys(owned.entries),
};

/** A whole file, as it is written. */
export interface SuiteFile {
  readonly now?: number | string;
  readonly config: string | Mapping;
  readonly provider?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly jwks?: string | Mapping;
  readonly tests: readonly WrittenCase[];
}

/** Expectations that can fail whatever they say, null and empty ones too. */
const WHOLE = ['outcome', 'reason', 'principal', 'attributes'];

/** The names of the expectations that can fail: an empty list of things to look for holds, whatever is found. */
export function listFallible({ attributes_contain = {}, ...others }: Expectations): string[] {
  const expected = { ...others, attributes_contain: Object.values(attributes_contain).flat() };
  return Object.entries(expected).flatMap(([name, value]) =>
    WHOLE.includes(name) || Object.keys(value ?? {}).length > 0 ? [name] : [],
  );
}

/** Milliseconds since 1970; NaN for what is not a time. */
export function readTime(value: number | string): number {
  if (typeof value === 'number') return Math.abs(value) <= 1e11 ? Math.floor(value * 1000) : NaN;
  return readIsoTime(value);
}
