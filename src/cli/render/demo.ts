/** The demo for people: the config of its server, then each token with the verdict on it. */

import type { Answer } from '../ask.js';
import type { DemoToken } from '../demo/issuer.js';
import type { Style } from './style.js';
import { formatVerdict, type VerdictContext } from './verdict.js';

/** A token of the demo, and what its provider said of it. */
export interface DemoResult extends Answer {
  readonly demo: DemoToken;
}

/** Lines of the config that are shown: its first two providers, those of the tokens that are shown. */
const CONFIG_LINES = 14;
/** Columns of a title and the line behind it. */
const TITLE_WIDTH = 60;

/** Writes the demo; `config` is the text of the config. */
export function formatDemo(
  config: string,
  results: readonly DemoResult[],
  telling: Pick<VerdictContext, 'now' | 'verbose' | 'hasOthers'>,
  style: Style,
): string {
  const lines = config.split('\n').slice(0, CONFIG_LINES);
  return [
    `${style.strong('An issuer runs here while this demo does.')} The server’s config, demo.yaml:\n\n`,
    ...lines.map((line) => `  ${style.dim(line)}\n`),
    ...results.map(({ demo, verdict, destination }, index) => {
      const rule = '─'.repeat(Math.max(3, TITLE_WIDTH - demo.title.length));
      const heading = style.strong(`── ${index + 1}. ${demo.title} ${rule}`);
      return `\n${heading}\n${formatVerdict(verdict, { origin: 'demo.yaml', destination, ...telling }, style)}`;
    }),
    `\n${style.dim('Next: authcheck demo --keep leaves the issuer running, to try every command.')}\n`,
  ].join('');
}
