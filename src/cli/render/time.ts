/** Times in words and absolute. */

import { duration, looksLikeMilliseconds, type Json } from '../../index.js';

/** Last second that a JavaScript date can hold. */
const MAX_SECONDS = 8.64e12;

/** Seconds since 1970 as `2026-11-23 22:30:11 UTC`, with a doubt where milliseconds may be meant; null for what is not a time. */
export function formatTime(seconds: Json | undefined): string | null {
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || Math.abs(seconds) > MAX_SECONDS) return null;
  const iso = new Date(Math.floor(seconds) * 1000).toISOString();
  const doubt = looksLikeMilliseconds(seconds) ? ' (it looks like milliseconds; RFC 7519 wants seconds)' : '';
  return `${iso.slice(0, -5).replace('T', ' ')} UTC${doubt}`;
}

/** A time against now: "in 42 minutes", "3 days ago". */
export function relativeTime(seconds: number, now: number): string {
  // As the checks have it, in whole seconds: two lines about one time are to say the same.
  const ahead = seconds - Math.floor(now);
  return ahead >= 0 ? `in ${duration(ahead)}` : `${duration(-ahead)} ago`;
}

const LINE = 40;

/** The lifetime of a token on one line: issued, valid from, now, expiry. Null without two of them. */
export function drawLifetime(
  times: Readonly<Record<'iat' | 'nbf' | 'exp', number | null>>,
  now: number,
): string | null {
  const { iat, nbf, exp } = times;
  const marks = [
    { name: 'iat', at: iat },
    { name: 'nbf', at: nbf === iat ? null : nbf },
    { name: 'now', at: now },
    { name: 'exp', at: exp },
  ].flatMap(({ name, at }) => (at === null ? [] : [{ name, at }]));
  if (marks.length < 3 && (exp === null || marks.length < 2)) return null;
  marks.sort((a, b) => a.at - b.at);
  const first = marks[0]?.at ?? 0;
  const span = (marks.at(-1)?.at ?? 0) - first || 1;
  let line = '';
  let from = 0;
  for (const { name, at } of marks) {
    const column = Math.round(((at - first) / span) * LINE);
    line += '─'.repeat(Math.max(line === '' ? 0 : 1, column - from)) + name;
    from = Math.max(column, from);
  }
  return line;
}
