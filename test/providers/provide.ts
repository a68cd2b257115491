/** Providers as a config makes them, and what their verdicts failed at. */

import { expect, onTestFinished } from 'vitest';
import {
  createAuthProvider,
  parseAuthConfig,
  type AuthProvider,
  type ProviderOptions,
  type Verdict,
} from '../../src/index.js';

/** Makes the provider of a config; it is closed when the test ends. */
export function provide(config: Readonly<Record<string, unknown>>, options: ProviderOptions = {}): AuthProvider {
  const [configured] = parseAuthConfig(config).providers;
  if (configured === undefined) throw new Error('the config has no provider');
  const provider = createAuthProvider(configured, options);
  onTestFinished(() => provider.close());
  return provider;
}

/** The outcome in short: `accepted`, or the code of the reason. */
export function summary(verdict: Verdict): string {
  return verdict.reason === null ? verdict.outcome : `${verdict.outcome}: ${verdict.reason.code}`;
}

/** The step of a name; fails the test if there is none. */
export function stepOf(verdict: Verdict, name: string): Verdict['steps'][number] {
  const step = verdict.steps.find((candidate) => candidate.name === name);
  if (step === undefined) return expect.unreachable(`the verdict has no step ${name}`);
  return step;
}
