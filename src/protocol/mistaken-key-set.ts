/** What is configured in the place of a key set: the issuer's metadata, a single key, certificates. */

import { showUrl } from '../url.js';
import { isObject, member, type Json } from '../json.js';

/** What stands in the place of a key set, and the way out. */
export interface Recognized {
  readonly is: string;
  readonly fix?: string;
}

const NO_KEY_SET: Recognized = { is: 'this is not a key set' };
const MAX_SHOWN = 200;
/** Longer URLs are not read to their end. */
const MAX_READ = 2048;

/** Tells what is served beside key sets, and taken for one. */
export function recognize(value: Json): Recognized {
  if (!isObject(value)) return NO_KEY_SET;
  const uri = member(value, 'jwks_uri');
  if (typeof uri === 'string') {
    const shown = JSON.stringify(showUrl(uri.slice(0, MAX_READ)).slice(0, MAX_SHOWN));
    return { is: 'this is the issuer’s metadata', fix: `Put its jwks_uri into the config, as jwks.uri: ${shown}.` };
  }
  if (typeof member(value, 'kty') === 'string') {
    return { is: 'this is a single key', fix: 'Have it served as a key set: {"keys": [the key]}.' };
  }
  const values = Object.values(value);
  const arePem = values.every((text) => typeof text === 'string' && text.startsWith('-----BEGIN '));
  if (values.length === 0 || !arePem) return NO_KEY_SET;
  const fix = 'Name the URL that serves the same keys as JWKs; Google’s is https://www.googleapis.com/oauth2/v3/certs.';
  return { is: 'these are PEM certificates by key id', fix };
}
