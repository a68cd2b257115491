/** One question to one provider, and where its token went. */

import {
  createAuthProvider,
  type AuthProvider,
  type AuthRequest,
  type ConfiguredProvider,
  type ProviderOptions,
  type Verdict,
} from '../index.js';

/** What a provider said of a token, and where that token went. */
export interface Answer {
  readonly verdict: Verdict;
  readonly destination: string;
}

/** Asks one provider, and says where the token went. */
export async function ask(
  configured: ConfiguredProvider,
  request: AuthRequest,
  options: ProviderOptions,
): Promise<Answer> {
  const provider = createAuthProvider(configured, options);
  try {
    const verdict = await provider.authenticate(request);
    return { verdict, destination: describeDestination(provider, verdict) };
  } finally {
    await provider.close();
  }
}

/** Says where the token went; a token that is refused at sight goes nowhere. */
function describeDestination({ destination, ref }: AuthProvider, verdict: Verdict): string {
  if (ref.type === 'upstream_header')
    return 'nothing is asked and nothing verified: the headers are taken at their word';
  if (destination === null) return 'keys from the file; the token was sent nowhere';
  if (verdict.timing.network_ms === 0) return 'nothing was asked, and the token was sent nowhere';
  const via = destination.proxy === undefined ? '' : ` through the proxy ${destination.proxy}`;
  const { code } = verdict.reason ?? {};
  // Whether the token was on its way when the connection failed, nobody knows.
  const isUnanswered = code === 'endpoint_unreachable' || code === 'endpoint_tls' || code === 'endpoint_timeout';
  const way = `${destination.url}${via}`;
  if (destination.sends === 'token') return isUnanswered ? `no answer from ${way}` : `token sent to ${way}`;
  return `${verdict.outcome === 'undecided' ? 'no keys' : 'keys'} from ${way}; the token was sent nowhere`;
}
