/** Issuers, audiences and addresses of key sets that cannot work, or that others share. Pure. */

import { ACCOUNT, GRAPH } from '../misplaced-token.js';
import { isMetadataUrl, lacksVersion, namesDomain, namesNoTenant } from '../resemblance.js';
import type { Note } from './note.js';
import type { OAuth2TokenConfig } from './provider-config.js';

/** Finds names by which no token is accepted, or those that are for somebody else. */
export function findUnfitNames({ issuer, audience, jwks }: OAuth2TokenConfig): Note[] {
  return [...judgeIssuer(issuer ?? ''), ...judgeAudience(audience), ...(jwks === null ? [] : judgeKeySet(jwks.uri))];
}

function judgeIssuer(issuer: string): Note[] {
  const shared = { code: 'issuer_unmatched', path: ['issuer'] } as const;
  if (isMetadataUrl(issuer)) {
    const message = 'issuer is the URL of an issuer’s metadata, which no token has in its iss';
    return [{ ...shared, message, fix: 'Remove /.well-known/… from it.' }];
  }
  if (namesNoTenant(issuer)) {
    const message = 'issuer names no tenant of Entra, and tokens always do';
    return [
      {
        ...shared,
        message,
        fix: 'Put the id of your tenant into it, where "common" or a placeholder stands, or nothing.',
      },
    ];
  }
  if (namesDomain(issuer)) {
    const message = 'issuer names a tenant of Entra by its domain, and tokens name it by its id';
    return [{ ...shared, message, fix: 'Put the id of your tenant in the place of its domain.' }];
  }
  if (!lacksVersion(issuer)) return [];
  const message = 'issuer is that of no token of Entra’s: it has no version';
  const fix = 'Add /v2.0 to it; tokens of version 1.0 are from https://sts.windows.net/TENANT/.';
  return [{ ...shared, message, fix }];
}

function judgeAudience(audience: string): Note[] {
  const path = ['audience'];
  if (audience === ACCOUNT) {
    const message = 'audience is "account", which Keycloak puts into nearly every token of a realm';
    return [{ code: 'audience_shared', path, message }];
  }
  if (!GRAPH.includes(audience)) return [];
  const message = 'audience is that of Microsoft Graph, and only Graph can verify its tokens';
  const fix = 'Set audience to the application id of this server, and have clients request its scope.';
  return [{ code: 'audience_shared', path, message, fix }];
}

function judgeKeySet(uri: string): Note[] {
  const path = ['jwks', 'uri'];
  if (isMetadataUrl(uri)) {
    const message = 'jwks.uri is the URL of an issuer’s metadata, not of its key set';
    return [{ code: 'jwks_uri_unfit', path, message, fix: 'Use the jwks_uri that the metadata names.' }];
  }
  if (!/^https:\/\/www\.googleapis\.com\/oauth2\/v1\/certs$/i.test(uri)) return [];
  const message = 'jwks.uri is Google’s list of certificates, which is not a key set';
  return [{ code: 'jwks_uri_unfit', path, message, fix: 'Use https://www.googleapis.com/oauth2/v3/certs.' }];
}
