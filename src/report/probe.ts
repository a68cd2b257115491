/** Asks the endpoints of a provider what no config can say of itself: whether they are there, and what they are. */

import { readCaFile } from '../ca-file.js';
import type { ConfiguredProvider } from '../config/parse.js';
import { jwksOf, urlsOf } from '../config/provider-config.js';
import { AuthcheckError, type Finding } from '../errors.js';
import type { Exchange } from '../exchange.js';
import { bareUrl, showUrl } from '../url.js';
import { reportKeySet } from './key-report.js';
import {
  adviseOn,
  isStopped,
  judgeExchange,
  judgeRefusal,
  skip,
  type Answer,
  type Probe,
  type ProbeStatus,
} from './probe-answer.js';
import { plural } from '../listing.js';
import { discoverIssuer } from '../protocol/discovery.js';
import { isMetadataUrl } from '../resemblance.js';
import { fetchKeySet, type KeySet } from '../protocol/jwks.js';
import { isPrivate } from '../protocol/public-part.js';
import { reach } from '../protocol/reach.js';
import { looksLikeJson } from '../unexpected-answer.js';
import { createAuthProvider, createProviderClient, type ProviderOptions } from '../providers/create.js';
import { proxyFor, showProxy } from '../proxy.js';

/** How {@link probeProvider} asks. */
export interface ProbeOptions extends Pick<ProviderOptions, 'env' | 'onExchange' | 'oneShot'> {
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Sent where only an answer to a token says anything. It cannot be valid: it is public, and no issuer made it. */
const IMPOSSIBLE_TOKEN = 'authcheck-probe-token-that-no-issuer-made';

/**
 * Probes one provider. The token that is sent, if any, is one that cannot be valid.
 *
 * @throws {AuthcheckError} `config_invalid` for a CA file that cannot be read.
 */
export async function probeProvider(provider: ConfiguredProvider, options: ProbeOptions): Promise<Probe[]> {
  const [endpoint] = urlsOf(provider.config);
  if (endpoint === undefined) return [];
  const way = await probeWay(provider, new URL(endpoint.url), options);
  const jwks = jwksOf(provider.config);
  const isOpen = way.every(({ status }) => status !== 'failed' && status !== 'undecided');
  const answers = isOpen
    ? await (jwks === null ? probeRefusal(provider, options) : probeKeySet(provider, jwks, options))
    : [skip('http', 'not reached')];
  const all: Answer[] = [...way, ...answers, ...(await probeDiscovery(provider, options))];
  return all.map(({ field = endpoint.path, ms = null, ...answer }) => ({
    provider: provider.name,
    url: showUrl(endpoint.url),
    ...answer,
    field: field.join('.'),
    position: provider.locate(field),
    ms,
  }));
}

/** A probe that did not pass as a finding, so that it can be reported where findings are; null for the others. */
export function findingOf(probe: Probe): Finding | null {
  if (probe.status === 'passed' || probe.status === 'skipped') return null;
  const { position, message, fix, field: path } = probe;
  const severity = probe.status === 'failed' ? 'error' : 'warning';
  return { severity, code: `probe_${probe.name}`, path, position, message, ...(fix === undefined ? {} : { fix }) };
}

async function probeWay({ config }: ConfiguredProvider, url: URL, { env = {}, now }: ProbeOptions): Promise<Answer[]> {
  const proxy = proxyFor(url, env);
  if (proxy !== null) {
    const message = `left to the proxy ${showProxy(proxy)}`;
    const tls = skip('tls', 'checked with the request, through the proxy');
    return [skip('dns', message), skip('tcp', message), ...(url.protocol === 'https:' ? [tls] : [])];
  }
  const { verify_tls, tls_cafile } = 'verify_tls' in config ? config : { verify_tls: true, tls_cafile: null };
  const ca = tls_cafile === null ? null : readCaFile(tls_cafile);
  return reach(url, { verifyTls: verify_tls, ca, now });
}

/** Collects the exchanges that a question causes. */
function listen(options: ProbeOptions): {
  exchanges: Exchange[];
  options: Pick<ProviderOptions, 'env' | 'onExchange' | 'oneShot'>;
} {
  const exchanges: Exchange[] = [];
  const onExchange = (exchange: Exchange): void => {
    exchanges.push(exchange);
    options.onExchange?.(exchange);
  };
  return { exchanges, options: { ...options, onExchange } };
}

async function probeKeySet(
  provider: ConfiguredProvider,
  jwks: { readonly uri: string; readonly token: string | null },
  options: ProbeOptions,
): Promise<Answer[]> {
  const heard = listen(options);
  const http = createProviderClient(provider, heard.options);
  const result = await fetchKeySet(http, jwks.uri, jwks.token).finally(http.close);
  const answers = judgeExchange(heard.exchanges.at(-1), [200]);
  const fix = result.ok ? undefined : result.fix;
  if (isStopped(answers)) return adviseOn(answers, fix);
  if (!result.ok)
    return [...answers, ...adviseOn([{ name: 'key_set', status: 'failed', message: result.message }], fix)];
  return [...answers, await judgeKeySet(result.keySet, options.now)];
}

async function judgeKeySet(keySet: KeySet, now: number): Promise<Answer> {
  const { keys, warnings } = await reportKeySet(keySet, now, null);
  const said = [...warnings, ...keys.flatMap((key) => key.warnings.map((text) => `${key.kid ?? '(no kid)'}: ${text}`))];
  const usable = keySet.keys.filter((key) => key.fault === null && key.kid !== null);
  const message = [plural(usable.length, 'usable key'), ...said.slice(0, 5)].join('; ');
  if (usable.length === 0 || keySet.keys.some(isPrivate)) return { name: 'key_set', status: 'failed', message };
  return { name: 'key_set', status: said.length === 0 ? 'passed' : 'warned', message };
}

/** Sends a token that cannot be valid, with the code that judges tokens. */
async function probeRefusal(provider: ConfiguredProvider, options: ProbeOptions): Promise<Answer[]> {
  const heard = listen(options);
  const asked = createAuthProvider(provider, { ...heard.options, now: () => options.now, cache: false });
  const verdict = await asked.authenticate({ token: IMPOSSIBLE_TOKEN }).finally(asked.close);
  const introspects = provider.config.type === 'oauth2_token';
  const answers = judgeExchange(heard.exchanges.at(-1), [200, 201, 401, 403], introspects);
  if (isStopped(answers)) return adviseOn(answers, verdict.reason?.fix);
  return [...answers, ...judgeRefusal(verdict, introspects)];
}

/** Compares the config with what its issuer publishes. */
async function probeDiscovery(provider: ConfiguredProvider, options: ProbeOptions): Promise<Answer[]> {
  const { config } = provider;
  if (config.type !== 'oauth2_token' || config.issuer === null) return [];
  const { issuer } = config;
  const heard = listen(options);
  const http = createProviderClient(provider, heard.options);
  const started = performance.now();
  const answer = (status: ProbeStatus, message: string, field: string[] = ['issuer']): Answer[] => [
    { name: 'discovery', status, message, field, url: showUrl(issuer), ms: performance.now() - started },
  ];
  try {
    const metadata = await discoverIssuer(http, issuer);
    const [field, name, mine, published] =
      config.jwks === null
        ? [
            ['introspection', 'url'],
            'introspection_endpoint',
            config.introspection?.url,
            metadata.introspection_endpoint,
          ]
        : [['jwks', 'uri'], 'jwks_uri', config.jwks.uri, metadata.jwks_uri];
    const differs = published !== null && mine !== undefined && bareUrl(published) !== bareUrl(mine);
    return differs
      ? answer('warned', `the issuer publishes ${name} ${showUrl(published)}, the config has ${showUrl(mine)}`, field)
      : answer('passed', `the issuer publishes itself as ${issuer}${published === null ? '' : `, with this ${name}`}`);
  } catch (error) {
    if (!(error instanceof AuthcheckError)) throw error;
    if (error.code === 'usage_invalid')
      return [skip('discovery', isMetadataUrl(issuer) ? error.message : 'the issuer is not an http(s) URL to ask')];
    const { exchanges } = heard;
    if (exchanges.some(({ status, response_body }) => status === 200 && looksLikeJson(response_body ?? '')))
      return answer('failed', error.message);
    const unsure = exchanges.some(({ status }) => status === null || status === 429 || status >= 500);
    return answer(unsure ? 'undecided' : 'warned', error.message);
  } finally {
    await http.close();
  }
}
