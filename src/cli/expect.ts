/** The flags that say what is expected of a verdict. */

import { InvalidArgumentError, type Command } from 'commander';
import { findReasonCode, nearestName, REASONS, type ReasonCode, type VerdictExpectations } from '../index.js';
import { collectPairs, type Pairs } from './repeated-flags.js';
import { parseLength } from './span.js';

/** The flags. */
export interface ExpectOptions {
  readonly expectPrincipal?: string;
  readonly expectAttribute?: Pairs;
  readonly expectReason?: ReasonCode;
  /** Seconds. */
  readonly minTtl?: number;
}

/** Adds the flags. */
export function addExpectOptions(command: Command): Command {
  return command
    .option('--expect-principal <name>', 'fail unless this is the principal')
    .option(
      '--expect-attribute <name=value>',
      'fail unless the attribute has this value; may be repeated',
      collectPairs('='),
    )
    .option('--expect-reason <code>', 'fail unless the token is refused for this reason', parseReason)
    .option('--min-ttl <span>', 'fail unless the token lives that much longer, such as 10m, or seconds', parseLength);
}

/** What is expected; null without any of the flags. */
export function readExpectations(options: ExpectOptions): VerdictExpectations | null {
  const { expectPrincipal: principal, expectAttribute: attributes, expectReason: reason, minTtl } = options;
  const expected = { principal, attributes, reason, minTtl };
  return Object.values(expected).every((one) => one === undefined) ? null : expected;
}

function parseReason(text: string): ReasonCode {
  const code = findReasonCode(text);
  if (code !== null) return code;
  const near = nearestName(
    text,
    Object.keys(REASONS).filter((name) => findReasonCode(name) !== null),
  );
  throw new InvalidArgumentError(
    near === null
      ? 'there is no such reason; see authcheck schema verdict'
      : `there is no such reason; did you mean ${near}?`,
  );
}
