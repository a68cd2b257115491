/** The request that carries a token, as flags describe it: for `custom` and `upstream_header`. */

import { InvalidArgumentError, type Command } from 'commander';
import type { AuthRequest } from '../index.js';
import { GROUPS } from './help.js';
import { collectPairs, groupPairs, type Pairs } from './repeated-flags.js';

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
    .option('--request-header <header>', 'a header of the request; may be repeated', collectPairs(':'))
    .option('--request-param <name=value>', 'a query parameter of the request; may be repeated', collectPairs('='))
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
