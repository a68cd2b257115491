/** What a server says of a refusal in its own words, fit to be shown. */

import { jsonBody } from '../exchange.js';
import { isObject, member } from '../json.js';
import { createRedactor } from '../redact.js';

const MAX_MESSAGE = 200;

/** The `message` of a JSON body, quoted after a colon, and without what was sent; "" where there is none. */
export function quoteMessage(body: string, secrets: readonly string[]): string {
  const json = jsonBody({ body }, secrets.flatMap(partsOf));
  const message = json.ok && isObject(json.value) ? member(json.value, 'message') : undefined;
  if (typeof message !== 'string' || message.trim() === '') return '';
  const text = createRedactor(secrets)(message);
  return `: ${JSON.stringify(text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE)}…` : text)}`;
}

/** Credentials, and what they are made of: the parts of a JWT, cookies, and what follows a scheme. */
function partsOf(secret: string): readonly string[] {
  const cookies = secret.split(';').map((cookie) => cookie.slice(cookie.indexOf('=') + 1));
  return [secret, ...secret.split(/[ ;]/), ...secret.split('.', 5), ...cookies];
}
