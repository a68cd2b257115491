/** The request that carries a token, as flags describe it: for `custom` and `upstream_header`. */

import { InvalidArgumentError, type Command } from 'commander';
import type { AuthRequest } from '../index.js';
import { GROUPS } from './help.js';

/** The flags that describe a request. */
export interface RequestOptions {
  readonly requestPath?: string;
  readonly requestHeader?: Pairs;
  readonly requestParam?: Pairs;
}

/** Adds the flags. */
export function addRequestOptions(command: Command): Command {
  return command
    .optionsGroup(GROUPS.request)
    .option('--request-path <path>', 'the path that a custom endpoint is told', readPath)
    .option('--request-header <header>', 'a header of the request; may be repeated', collect(':'))
    .option('--request-param <name=value>', 'a query parameter of the request; may be repeated', collect('='))
    .optionsGroup(GROUPS.own);
}

/** Builds the request. */
export function readRequest(options: RequestOptions, token: string | null): AuthRequest {
  return {
    token,
    path: options.requestPath ?? '/',
    headers: options.requestHeader ?? [],
    // A parameter without a value is none to the server, which reads its query with Python's `parse_qs`.
    params: groupPairs((options.requestParam ?? []).filter(([, value]) => value !== '')),
  };
}

/** A query is told apart from the path, and masked where it holds a secret. */
function readPath(text: string): string {
  if (/[?#]/.test(text))
    throw new InvalidArgumentError('expected a path without a query; give that by --request-param');
  return text;
}

/** Names with values, as flags give them: a name may be repeated. */
export type Pairs = readonly (readonly [string, string])[];

/** The values of each name, in order. */
export function groupPairs(pairs: Pairs): Record<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, value] of pairs) groups.set(name, [...(groups.get(name) ?? []), value]);
  return Object.fromEntries(groups);
}

/** Reads one NAME and VALUE more, for flags that may be repeated. */
export function collect(separator: string): (text: string, previous: Pairs | undefined) => Pairs {
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
