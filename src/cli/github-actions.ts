/**
 * What a step of GitHub Actions may tell its runner: a summary to show.
 *
 * @see https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions#adding-a-job-summary
 */

import { appendFileSync } from 'node:fs';
import type { Io } from './io.js';
import { explainUnwritten } from './output-file.js';
import type { Base } from './render/place.js';

/** Where annotations look for files: below the checkout, wherever the command runs. */
export function baseOf({ cwd, env }: Io): Base {
  return { cwd, root: env.GITHUB_WORKSPACE || cwd };
}

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
