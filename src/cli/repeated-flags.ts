/** Flags that may be given several times: lists of texts, and names with values. */

import { InvalidArgumentError } from 'commander';

/** Names with values, as flags give them: a name may be repeated. */
export type Pairs = readonly (readonly [string, string])[];

/** The values of each name, in order. */
export function groupPairs(pairs: Pairs): Record<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, value] of pairs) groups.set(name, [...(groups.get(name) ?? []), value]);
  return Object.fromEntries(groups);
}

/** Reads one NAME and VALUE more, for flags that may be repeated. */
export function collectPairs(separator: string): (text: string, previous: Pairs | undefined) => Pairs {
  return (text, previous = []) => {
    const at = text.indexOf(separator);
    if (at < 1) throw new InvalidArgumentError(`expected NAME${separator}VALUE`);
    return [...previous, [text.slice(0, at).trim(), text.slice(at + 1).trim()]];
  };
}

/** Reads one text more, for flags that may be repeated. */
export function collectText(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, text];
}
