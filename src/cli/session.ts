/** What every command does around its own work: outputs, notes, transcript, and secrets that must not be shown. */

import type { Exchange, Finding } from '../index.js';
import type { Io } from './io.js';
import type { SharedOptions } from './options.js';
import { formatJson } from './render/json.js';
import { createStyle, paragraph, wrap, type Style } from './render/style.js';
import { formatExchange } from './render/transcript.js';
import { formatWarnings } from './render/findings.js';
import type { GivenToken } from './token.js';

/** The outputs of one command. */
export interface Session {
  /** Prints the answer: as JSON, or as text unless quiet. */
  readonly answer: (json: () => unknown, text: (style: Style) => string) => void;
  /** Says something on stderr unless quiet. */
  readonly note: (text: (style: Style) => string) => void;
  /** Says in passing, on stderr unless quiet, what may help. */
  readonly remark: (text: string) => void;
  /** Says on stderr, unless quiet, what the answer must not be taken for: a few words that stand out, and more. */
  readonly caution: (words: string, more: string) => void;
  readonly warn: (findings: readonly Finding[]) => void;
  /** Says why nobody could say, and the way out below it. */
  readonly noteUndecided: (message: string, fix: string) => void;
  /** Warns of what the answer does not say; null is nothing. */
  readonly advise: (advice: string | null) => void;
  /** Says what was taken away around the token. */
  readonly noteStripped: (given: GivenToken) => void;
  /** Prints an exchange with --verbose, and keeps nothing of it: those of a batch would fill the memory. */
  readonly showExchange: (exchange: Exchange) => void;
  /** Collects the transcript, and prints it with --verbose. */
  readonly onExchange: (exchange: Exchange) => void;
  readonly exchanges: readonly Exchange[];
}

/** Opens the outputs of a command. */
export function openSession(options: SharedOptions, io: Io): Session {
  const style = createStyle(io.stdout, io.env, options.color);
  const errStyle = createStyle(io.stderr, io.env, options.color);
  const exchanges: Exchange[] = [];
  const note = (text: (style: Style) => string): void => {
    if (options.quiet !== true) io.stderr.write(text(errStyle));
  };
  const remark = (text: string): void => {
    note((on) => `${wrap(`note: ${text}`, on.width, 6).map(on.dim).join('\n      ')}\n`);
  };
  const advise = (advice: string | null): void => {
    if (advice !== null) note((on) => paragraph('warning', on.warn, advice, on));
  };
  const showExchange = (exchange: Exchange): void => {
    if (options.verbose === true) note((on) => formatExchange(exchange, on));
  };
  return {
    answer(json, text) {
      if (options.json === true) io.stdout.write(formatJson(json()));
      else if (options.quiet !== true) io.stdout.write(text(style));
    },
    note,
    remark,
    caution(words, more) {
      note((on) => `${on.warn(words)} ${on.plain(more)}\n`);
    },
    advise,
    warn(findings) {
      if (findings.length > 0) note((on) => formatWarnings(findings, on));
    },
    noteUndecided(message, fix) {
      note((on) => paragraph('undecided', on.warn, message, on) + paragraph(' '.repeat(9), on.plain, fix, on));
    },
    noteStripped(given) {
      advise(given.caution);
      if (given.caution === null && given.stripped.length > 0)
        remark(`removed from around the token: ${given.stripped.join(', ')}`);
    },
    onExchange(exchange) {
      exchanges.push(exchange);
      showExchange(exchange);
    },
    showExchange,
    exchanges,
  };
}
