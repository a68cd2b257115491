/** The recorded cases in which authcheck answers otherwise on purpose. A test fails if one of them ceases to differ. */

/** A case by its file and id, and why authcheck differs. */
export interface Difference {
  readonly corpus: string;
  readonly id: string;
  readonly reason: string;
}

const HTTP_WARNS = 'DESIGN §2: plain http beyond loopback is a loud warning, not a refusal.';
const ITEMS_CONVERT = 'DESIGN §3: numbers and booleans in a list become strings, the rest is skipped and named.';

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
];

/** Whether authcheck differs in a case on purpose. */
export function differs(corpus: string, id: string): boolean {
  return DIFFERENCES.some((difference) => difference.corpus === corpus && difference.id === id);
}
