/**
 * Issuer metadata: from the name of an issuer to its key set.
 *
 * @see [RFC 8414](https://www.rfc-editor.org/rfc/rfc8414) OAuth 2.0 Authorization Server Metadata
 * @see [OpenID Connect Discovery 1.0](https://openid.net/specs/openid-connect-discovery-1_0.html)
 */

import { AuthcheckError, usageError } from '../errors.js';
import { jsonBody, type Answered, type HttpClient } from '../exchange.js';
import { isHttpUrl, showUrl } from '../url.js';
import { isObject, member } from '../json.js';
import { isMetadataUrl } from '../resemblance.js';
import { looksLikeJson, quoteMessage, through } from '../unexpected-answer.js';

/** What authcheck needs of an issuer's metadata. */
export interface IssuerMetadata {
  readonly issuer: string;
  readonly jwks_uri: string;
  readonly introspection_endpoint: string | null;
  /** Where the metadata was found. */
  readonly url: string;
}

/**
 * Fetches the metadata of an issuer that the user named: OpenID Connect's place first, then RFC 8414's.
 *
 * @throws {AuthcheckError} `discovery_failed`; `usage_invalid` for an issuer that is not an http(s) URL.
 */
export async function discoverIssuer(http: HttpClient, issuer: string): Promise<IssuerMetadata> {
  if (!isHttpUrl(issuer)) throw usageError('the issuer must be an absolute http(s) URL');
  if (isMetadataUrl(issuer))
    throw usageError('the issuer is given as the URL of its metadata; name it without /.well-known/…');
  const url = new URL(issuer);
  if (url.username !== '' || url.password !== '') throw usageError('the issuer must not carry credentials');
  const path = url.pathname.replace(/\/$/, '');
  const places = [
    `${url.origin}${path}/.well-known/openid-configuration`,
    `${url.origin}/.well-known/oauth-authorization-server${path}`,
  ];
  const failures: string[] = [];
  let fix: string | undefined;
  for (const place of places) {
    const answer = await http.send({ method: 'GET', url: place, secrets: [], followSameOrigin: true });
    if (answer.ok && answer.status === 200 && looksLikeJson(answer.body))
      return readMetadata(answer.body, issuer, place);
    failures.push(`${showUrl(place)}: ${answer.ok ? describeOther(answer, place) : answer.message}`);
    if (!answer.ok) fix ??= answer.fix;
  }
  const way = fix === undefined ? '' : `. ${fix}`;
  throw new AuthcheckError('discovery_failed', `no metadata was found for the issuer (${failures.join('; ')})${way}`);
}

function describeOther(answer: Answered, url: string): string {
  return `answered ${answer.status}, not with metadata${quoteMessage(answer.body, { url, secrets: [] })}${through(answer)}`;
}

function readMetadata(body: string, issuer: string, url: string): IssuerMetadata {
  const fail = (message: string): never => {
    throw new AuthcheckError('discovery_failed', `${showUrl(url)}: ${message}`);
  };
  const json = jsonBody({ body }, []);
  if (!json.ok) return fail(`no valid JSON: ${json.message}`);
  if (!isObject(json.value)) return fail('the metadata is not a JSON object');
  const named = member(json.value, 'issuer');
  if (named !== issuer) {
    const other = typeof named === 'string' ? JSON.stringify(named.slice(0, 200)) : 'nothing';
    return fail(
      `the metadata names ${other} as issuer, not ${JSON.stringify(issuer)}; name it exactly so if that is the one`,
    );
  }
  const uri = endpoint(member(json.value, 'jwks_uri'), issuer);
  if (uri === null) return fail('the metadata has no usable jwks_uri');
  return {
    issuer,
    jwks_uri: uri,
    introspection_endpoint: endpoint(member(json.value, 'introspection_endpoint'), issuer),
    url,
  };
}

/** An http(s) URL, and no plain http where the issuer itself has https. */
function endpoint(value: unknown, issuer: string): string | null {
  if (typeof value !== 'string' || !isHttpUrl(value)) return null;
  const isSafe = new URL(value).protocol === 'https:' || new URL(issuer).protocol === 'http:';
  return isSafe ? value : null;
}
