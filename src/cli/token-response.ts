/** The JSON with which issuers and their tools answer: where the token is in it. */

import { isObject, member, parseJson, type Json, type JsonObject } from '../index.js';

type Place = readonly string[];

/** Where an access token is: OAuth 2.0, az and MSAL, Cognito, kubectl, gcloud, Vault, and what has nothing else. */
const PLACES: readonly Place[] = [
  ['access_token'],
  ['accessToken'],
  ['AuthenticationResult', 'AccessToken'],
  ['status', 'token'],
  ['credential', 'access_token'],
  ['data', 'token'],
  ['token'],
];

/** The access token of a token response; null for any other text. */
export function accessTokenOf(text: string): string | null {
  const response = readObject(text);
  // Claims may have a name of their own for what they call a token.
  const isClaims = ['iss', 'sub'].some((name) => member(response, name) !== undefined);
  const found = PLACES.slice(0, isClaims ? 1 : undefined).map((place) => valueAt(response, place));
  return found.find((value) => typeof value === 'string') ?? null;
}

/** Says of JSON that holds no access token what it is instead, and where a JWT is in it; null for other texts. */
export function explainResponse(text: string): string | null {
  if (!/^\s*[[{]/.test(text)) return null;
  const json = parseJson(text);
  if (!json.ok) return /^\s*[[{]\s*["'{\\]/.test(text) ? 'this looks like JSON, but it cannot be read as such' : null;
  if (isObject(json.value) && member(json.value, 'error') !== undefined)
    return 'this is the answer of an issuer that gave no token';
  const [place] = findJwts(json.value, []);
  const hint = place === undefined ? '' : `; there is a JWT in ${place.join('.')}: give that alone if clients send it`;
  return `the JSON has no access_token${hint}`;
}

function readObject(text: string): JsonObject {
  const json = text.startsWith('{') ? parseJson(text) : null;
  return json?.ok === true && isObject(json.value) ? json.value : {};
}

function valueAt(response: JsonObject, place: Place): Json | undefined {
  return place.reduce<Json | undefined>((value, name) => (isObject(value) ? member(value, name) : undefined), response);
}

/** Deeper than tools put a token. */
const MAX_DEPTH = 4;

/** Names that can be shown: what is kept by its key, or by the user, has those in their place. */
const PLAIN_NAME = /^(?:[A-Za-z]+(?:[_-][A-Za-z]+){0,4}|\d{1,4})$/;

/** Where JWTs are, below names that can be shown. */
function findJwts(value: Json, place: Place): Place[] {
  if (typeof value === 'string') return /^eyJ[\w-]*\.[\w-]+\.[\w-]*$/.test(value) && place.length > 0 ? [place] : [];
  if (place.length === MAX_DEPTH || value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, inner]: [string, Json]) =>
    name.length <= 32 && PLAIN_NAME.test(name) ? findJwts(inner, [...place, name]) : [],
  );
}
