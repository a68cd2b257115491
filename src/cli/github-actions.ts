/**
 * What a step of GitHub Actions may tell its runner: a summary to show.
 *
 * @see https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions#adding-a-job-summary
 */

import { appendFileSync } from 'node:fs';
import type { Io } from './io.js';
import { explainUnwritten } from './output-file.js';

/** Adds to the summary of the job, if there is one. */
export function appendSummary(markdown: () => string, io: Io): void {
  const file = io.env.GITHUB_STEP_SUMMARY ?? '';
  if (file === '') return;
  try {
    appendFileSync(file, markdown());
  } catch (error) {
    io.stderr.write(`note: the job summary was not written: ${explainUnwritten(error)}\n`);
  }
}
