/** Verdict or error → exit code. The same codes with every output format. */

import { AuthcheckError, type Outcome, type Verdict } from '../index.js';

/** What each exit code means. */
export const EXIT = {
  ok: 0,
  rejected: 1,
  unusable: 2,
  undecided: 3,
  bug: 70,
  interrupted: 130,
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

/** The exit code of an error: usage and config are the user's to mend, a failed question is nobody's, the rest is ours. */
export function exitCodeOfError(error: unknown): number {
  if (!(error instanceof AuthcheckError)) return EXIT.bug;
  if (error.code === 'discovery_failed') return EXIT.undecided;
  return error.code === 'interrupted' ? EXIT.interrupted : EXIT.unusable;
}
