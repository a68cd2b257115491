/** The recorded cases in which authcheck answers otherwise on purpose. A test fails if one of them ceases to differ. */

/** A case by its file and id, and why authcheck differs. */
export interface Difference {
  readonly corpus: string;
  readonly id: string;
  readonly reason: string;
}

const HTTP_WARNS = 'DESIGN §2: plain http beyond loopback is a loud warning, not a refusal.';
const ITEMS_CONVERT = 'DESIGN §3: numbers and booleans in a list become strings, the rest is skipped and named.';
const NO_EQUAL =
  'A pattern that no engine with a bounded run time has (looking around, possessive repetition) is left to the server.';
const BROKEN =
  'DESIGN §2: a pattern that Python cannot read never matches; that can only be a mistake, and is refused.';
const NO_CONDITION = 'An empty condition is no condition: the rule would be for everybody, and is refused.';

/** In the order of the corpus. */
export const DIFFERENCES: readonly Difference[] = [
  { corpus: 'mapping', id: 'list-mixed', reason: ITEMS_CONVERT },
  { corpus: 'mapping', id: 'list-none-item', reason: ITEMS_CONVERT },
  { corpus: 'mapping', id: 'list-nested-list', reason: ITEMS_CONVERT },
  { corpus: 'config', id: 'oauth2-introspection-http', reason: HTTP_WARNS },
  { corpus: 'config', id: 'github-http', reason: HTTP_WARNS },
  {
    corpus: 'config',
    id: 'k8s-full',
    reason: 'DESIGN §2: verify_tls: false together with tls_cafile can only be a mistake, and is refused.',
  },
  {
    corpus: 'config',
    id: 'yaml-anchor-merge',
    reason: 'The holder of the anchor is an unknown field, which the parser refuses unless told to warn.',
  },
  {
    corpus: 'jwt',
    id: 'aud-config-empty-token-other',
    reason: 'DESIGN §2: an empty audience can only be a mistake, so no token is ever judged by it.',
  },
  {
    corpus: 'policy',
    id: 'access/scope/resource-type-only',
    reason: 'DESIGN §2: no resource can match this rule, so it is refused.',
  },
  { corpus: 'policy', id: 'access/scope/resource-regex-bad', reason: BROKEN },
  { corpus: 'policy', id: 'access/scope/resource-regex-possessive', reason: NO_EQUAL },
  { corpus: 'policy', id: 'access/scope/resource-regex-lookahead', reason: NO_EQUAL },
  { corpus: 'policy', id: 'access/cond/when-empty-string', reason: NO_CONDITION },
  { corpus: 'policy', id: 'access/cond/when-empty-list', reason: NO_CONDITION },
  {
    corpus: 'policy',
    id: 'route/path/list-empty',
    reason: 'DESIGN §2: no path can match this rule, so it is refused.',
  },
  { corpus: 'policy', id: 'route/path/regex-bad', reason: BROKEN },
  { corpus: 'policy', id: 'route/path/regex-lookbehind', reason: NO_EQUAL },
  { corpus: 'policy', id: 'route/path/regex-js-only-syntax', reason: BROKEN },
  { corpus: 'policy', id: 'route/cond/when-empty-list/both', reason: NO_CONDITION },
  { corpus: 'policy', id: 'route/cond/when-empty-string/both', reason: NO_CONDITION },
  { corpus: 'policy', id: 'route/cond/when-empty-list/second-only', reason: NO_CONDITION },
  { corpus: 'policy', id: 'route/cond/when-empty-string/second-only', reason: NO_CONDITION },
  { corpus: 'policy', id: 'route/cond/when-empty-string/neither', reason: NO_CONDITION },
  { corpus: 'policy', id: 'route/cond/when-empty-string/noattrs', reason: NO_CONDITION },
  { corpus: 'policy', id: 'route/cond/when-empty-list/none', reason: NO_CONDITION },
  {
    corpus: 'policy',
    id: 'route/nonhttp/websocket',
    reason: 'The server checks HTTP requests only, and lets this WebSocket through; we are asked about HTTP requests.',
  },
];

/** Whether authcheck differs in a case on purpose. */
export function differs(corpus: string, id: string): boolean {
  return DIFFERENCES.some((difference) => difference.corpus === corpus && difference.id === id);
}
