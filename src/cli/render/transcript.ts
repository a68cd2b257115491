/** An HTTP exchange as `curl -v` would show it; its secrets were replaced where it was made. */

import type { Exchange } from '../../index.js';
import type { Style } from './style.js';

const MAX_BODY = 2000;

/** Writes one exchange. */
export function formatExchange(exchange: Exchange, style: Style): string {
  const line = (mark: string, text: string): string => style.dim(`${mark} ${text}`) + '\n';
  // Issuers break and indent their JSON; each line has the mark, so that none can pass for what we say.
  const lines = (mark: string, text: string): string =>
    text
      .trimEnd()
      .split(/\r?\n/)
      .map((each) => line(mark, each))
      .join('');
  const headers = (mark: string, all: Readonly<Record<string, string>>): string =>
    Object.entries(all)
      .map(([name, value]) => line(mark, `${name}: ${value}`))
      .join('');
  const via = exchange.proxy === null ? '' : `   (through the proxy ${exchange.proxy})`;
  const request =
    line('>', `${exchange.method} ${exchange.url}${via}`) +
    headers('>', exchange.request_headers) +
    (exchange.request_body === null ? '' : line('>', shorten(exchange.request_body)));
  const took = `${Math.round(exchange.ms)} ms`;
  if (exchange.failure !== null) return `${request}${line('<', `${exchange.failure} (${took})`)}\n`;
  const body = exchange.response_body ?? '';
  const size = exchange.response_body === null ? 'a body that cannot be read' : `${body.length} characters`;
  return (
    request +
    line('<', `${exchange.status ?? ''} (${took}, ${size})`) +
    headers('<', exchange.response_headers) +
    (body === '' ? '' : lines('<', shorten(body))) +
    '\n'
  );
}

function shorten(text: string): string {
  return text.length > MAX_BODY ? `${text.slice(0, MAX_BODY)}… (${text.length - MAX_BODY} more characters)` : text;
}
