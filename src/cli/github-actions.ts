/**
 * What a step of GitHub Actions may tell its runner: a secret to hide, a summary to show.
 *
 * @see https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 */

import { appendFileSync } from 'node:fs';
import { reasonOf } from '../index.js';
import type { Io } from './io.js';

/**
 * Has the runner hide the token in all that is printed from now on: the one place where a token is printed, on stderr,
 * where the runner reads it and shows three stars.
 */
export function maskToken(token: string, io: Io): void {
  if (io.env.GITHUB_ACTIONS !== 'true' || !/^[\x21-\x7e]{8,}$/.test(token)) return;
  io.stderr.write(`::add-mask::${token.replaceAll('%', '%25')}\n`);
}

/** Adds to the summary of the job, if there is one. */
export function appendSummary(markdown: () => string, io: Io): void {
  const file = io.env.GITHUB_STEP_SUMMARY ?? '';
  if (file === '') return;
  try {
    appendFileSync(file, markdown());
  } catch (error) {
    io.stderr.write(`note: the job summary was not written: ${reasonOf(error)}\n`);
  }
}
