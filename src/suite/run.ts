/** Runs tests: each gets the real provider, with its clock, its keys and its answers in the place of the world's. */

import type { Environment } from '../config/env.js';
import type { ConfiguredProvider } from '../config/parse.js';
import { ALGORITHMS, jwksOf } from '../config/provider-config.js';
import type { JsonObject } from '../json.js';
import { readKeySet, type KeySetResult } from '../protocol/jwks.js';
import { createSigner, type Signer } from '../protocol/sign.js';
import { createAuthProvider, type ProviderOptions } from '../providers/create.js';
import type { Verdict } from '../verdict.js';
import { compare, type Difference } from './expectations.js';
import type { SuiteCase } from './case.js';
import { listFallible } from './schema.js';
import type { Suite } from './load.js';
import { answerAsWritten, createSilence } from './answer.js';

/** How tests are run. */
export interface RunOptions {
  /** Only tests whose names match. Default all. */
  readonly only?: RegExp | undefined;
  /** Whether providers without an answer in the file are really asked. Default false. */
  readonly live?: boolean;
  /** Variables for the way to them: proxies. Default none. */
  readonly env?: Environment;
}

/** What became of one test. */
export interface CaseResult {
  readonly test: SuiteCase;
  readonly verdict: Verdict;
  /** Empty for a test that passed. */
  readonly differences: readonly Difference[];
  /** How long it took, in milliseconds. */
  readonly ms: number;
}

/** Whether the real provider was asked, and could not say: that is no expectation, and no failure either. */
export function isUnanswered({ verdict, test }: Pick<CaseResult, 'verdict' | 'test'>): boolean {
  return verdict.outcome === 'undecided' && test.answer === null;
}

/** Whether a test waits for an answer: it may hold as well as not. */
export function isOutstanding(result: CaseResult): boolean {
  const isOpen = result.differences.length > 0 || listFallible(result.test.expect).length === 0;
  return isOpen && isUnanswered(result);
}

/** What became of a file of tests. */
export interface SuiteResult {
  readonly suite: Suite;
  /** In the order of the file. */
  readonly results: readonly CaseResult[];
}

/**
 * Runs the tests of a file, all at once.
 *
 * @throws {AuthcheckError} `policy_unsupported` for a question that comes to a pattern that Python alone can evaluate;
 * `config_invalid` for a CA file that cannot be read, where a provider is really asked.
 */
export async function runSuite(suite: Suite, options: RunOptions = {}): Promise<SuiteResult> {
  const signerFor = rememberSigners();
  const chosen = suite.cases.filter(({ name }) => options.only?.test(name) ?? true);
  const results = await Promise.all(
    chosen.map(async (test): Promise<CaseResult> => {
      const started = performance.now();
      const verdict = await judge(test, suite.keySet, signerFor, options);
      const differences = compare(test, verdict, suite.config);
      return { test, verdict, differences, ms: performance.now() - started };
    }),
  );
  return { suite, results };
}

async function judge(
  test: SuiteCase,
  keySet: KeySetResult | null,
  signerFor: (algorithm: string) => Promise<Signer>,
  options: RunOptions,
): Promise<Verdict> {
  const { provider, now, subject, answer, request } = test;
  const clock = now ?? Date.now();
  let token: string | null = null;
  // The keys of the file stand in for a key set, and for nothing else that is asked.
  let keys = jwksOf(provider.config) === null ? null : keySet;
  if (subject.kind === 'token') ({ token } = subject);
  if (subject.kind === 'claims') {
    const signer = await signerFor(subject.algorithm ?? preferredAlgorithm(provider));
    token = await signer.sign(complete(subject.claims, provider, clock / 1000), dropNulls(subject.header));
    keys = readKeySet(JSON.stringify({ keys: [signer.jwk] }));
  }
  const isReal = options.live === true && answer === null && keys === null;
  const http = answer === null ? createSilence() : answerAsWritten(answer.kind, answer.written);
  const given: ProviderOptions = {
    env: options.env ?? {},
    now: () => clock,
    cache: false,
    ...(isReal ? {} : { http }),
    ...(keys === null ? {} : { keySet: keys }),
  };
  const asked = createAuthProvider(provider, given);
  return asked.authenticate({ token, ...request }).finally(() => asked.close());
}

/** One throwaway key for each algorithm, under a name that is the same in every run. */
function rememberSigners(): (algorithm: string) => Promise<Signer> {
  const signers = new Map<string, Promise<Signer>>();
  return (algorithm) => {
    const known = signers.get(algorithm) ?? createSigner({ algorithm, kid: 'test' });
    signers.set(algorithm, known);
    return known;
  };
}

/** ES256 unless the config refuses it: its keys are made in no time. */
function preferredAlgorithm({ config }: ConfiguredProvider): string {
  const allowed = config.type === 'oauth2_token' ? config.algorithms : null;
  return ['ES256', ...ALGORITHMS].find((name) => allowed?.includes(name) ?? true) ?? 'ES256';
}

/** Seconds that a token lives of which nothing else is said. */
const LIFETIME = 3600;

/** Leaves out the parameters that a test sets to null, and what the signer would write in their place. */
function dropNulls(header: JsonObject): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(header).map(([name, value]) => [name, value ?? undefined]));
}

/** Claims with what every token has and no test is about; a claim that is null is left out. */
function complete(claims: JsonObject, { config }: ConfiguredProvider, now: number): JsonObject {
  const { issuer, audience } = config.type === 'oauth2_token' ? config : { issuer: null, audience: '' };
  const hasTimes = Object.hasOwn(claims, 'exp') || Object.hasOwn(claims, 'iat');
  const issued = Math.floor(now);
  const all: JsonObject = {
    ...(issuer === null ? {} : { iss: issuer }),
    aud: audience,
    ...(hasTimes ? {} : { iat: issued, exp: issued + LIFETIME }),
    ...claims,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}
