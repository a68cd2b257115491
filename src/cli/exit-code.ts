/** Verdict or error → exit code. The same codes with every output format. */

import { AuthcheckError, type Finding, type Outcome, type Severity, type Verdict } from '../index.js';

/** What each exit code means. */
export const EXIT = {
  ok: 0,
  rejected: 1,
  unusable: 2,
  undecided: 3,
  bug: 70,
} as const;

const OUTCOMES: Readonly<Record<Outcome, number>> = {
  accepted: EXIT.ok,
  rejected: EXIT.rejected,
  undecided: EXIT.undecided,
};

/** The exit code of one verdict, or of several of which one suffices. */
export function exitCodeOf(verdicts: readonly Verdict[]): number {
  const outcomes = verdicts.map((verdict) => verdict.outcome);
  const best = (['accepted', 'undecided', 'rejected'] as const).find((outcome) => outcomes.includes(outcome));
  return best === undefined ? EXIT.unusable : OUTCOMES[best];
}

const RANKS: Readonly<Record<Severity, number>> = { error: 2, warning: 1, hint: 0 };

/** The exit code of a check: whether there are findings at or above the bar, else whether all could be decided. */
export function exitCodeOfFindings(findings: readonly Finding[], bar: Severity, isUndecided: boolean): number {
  if (findings.some(({ severity }) => RANKS[severity] >= RANKS[bar])) return EXIT.rejected;
  return isUndecided ? EXIT.undecided : EXIT.ok;
}

/** The exit code of an error: usage and config are the user's to mend, a failed question is nobody's, the rest is ours. */
export function exitCodeOfError(error: unknown): number {
  if (!(error instanceof AuthcheckError)) return EXIT.bug;
  if (error.code === 'discovery_failed' || error.code === 'fixture_undecided') return EXIT.undecided;
  return EXIT.unusable;
}
