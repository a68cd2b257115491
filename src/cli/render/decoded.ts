/** A decoded token for people: header and claims as they are, in their order, with times explained beside them. */

import { stringMember, TIME_CLAIMS, timesOf, type DecodedToken, type Json, type JsonObject } from '../../index.js';
import { formatJson } from './json.js';
import { pad, paragraph, widthOf, wrap, type Style } from './style.js';
import { drawLifetime, formatTime, relativeTime } from './time.js';

const KINDS: Readonly<Record<DecodedToken['kind'], string>> = {
  jwt: 'JWT (signed)',
  jwe: 'JWE (encrypted)',
  'sd-jwt': 'SD-JWT',
  github: 'GitHub token',
  opaque: 'opaque token',
};

function titleOf({ kind, header, claims }: DecodedToken): string {
  // Dots alone make no JWT.
  if (kind === 'jwt' && header === null && claims === null) return 'unreadable token';
  const alg = header === null ? null : stringMember(header, 'alg');
  return kind === 'jwt' && alg?.trim().toLowerCase() === 'none' ? 'JWT (not signed)' : KINDS[kind];
}

/** The JSON of `decode`; `now` is in seconds since 1970. */
export function decodedJson(decoded: DecodedToken, now: number): object {
  const { kind, header, claims, verified, notes, fault, disclosures, inner } = decoded;
  return {
    kind,
    header,
    claims,
    verified,
    notes: [...notes, ...explainTimes(claims, now)],
    fault,
    ...(disclosures === undefined ? {} : { disclosures }),
    ...(inner === undefined ? {} : { inner: decodedJson(inner, now) }),
  };
}

/** Writes a decoded token; `now` is in seconds since 1970. */
export function formatDecoded(decoded: DecodedToken, now: number, style: Style): string {
  const lifetime = drawLifetime(timesOf(decoded.claims), now);
  const list = (decoded.disclosures ?? []).map(({ name, value }): [string, Json] => [name ?? '(item)', value]);
  return [
    `${style.strong(titleOf(decoded))}\n`,
    ...decoded.notes.map((note) => formatNote(note, style)),
    decoded.fault === null ? '' : paragraph('broken', style.bad, decoded.fault.message, style),
    formatObject('header', decoded.header, now, style),
    formatObject('claims', decoded.claims, now, style),
    list.length === 0 ? '' : `\n${style.strong('disclosed')}\n${formatMembers(list, now, style)}`,
    lifetime === null ? '' : `\n${style.strong('lifetime')}\n  ${style.plain(lifetime)}\n`,
    decoded.inner === undefined ? '' : `\n${style.strong('inside')}\n${formatDecoded(decoded.inner, now, style)}`,
  ].join('');
}

function formatNote(text: string, style: Style): string {
  return wrap(text, style.width, 2)
    .map((line) => `  ${style.plain(line)}\n`)
    .join('');
}

function formatObject(title: string, object: JsonObject | null, now: number, style: Style): string {
  if (object === null) return '';
  const members = Object.entries(object);
  return `\n${style.strong(title)}\n${members.length === 0 ? `  ${style.dim('(empty)')}\n` : formatMembers(members, now, style)}`;
}

const MAX_NAME = 32;

function formatMembers(members: readonly (readonly [string, Json])[], now: number, style: Style): string {
  const width = members.reduce((most, [name]) => Math.min(MAX_NAME, Math.max(most, widthOf(style.plain(name)))), 0);
  return members
    .map(([name, value]) => {
      const [first = '', ...rest] = formatJson(value).trimEnd().split('\n');
      const note = explainTime(name, value, now);
      const head = `  ${style.dim(pad(style.plain(name), width))}  ${style.plain(first)}${note === null ? '' : `  ${style.dim(note)}`}`;
      return [head, ...rest.map((line) => `  ${' '.repeat(width)}  ${style.plain(line)}`)].join('\n') + '\n';
    })
    .join('');
}

function explainTime(name: string, value: Json, now: number): string | null {
  const absolute = TIME_CLAIMS.includes(name) ? formatTime(value) : null;
  return absolute === null || typeof value !== 'number' ? null : `${absolute}, ${relativeTime(value, now)}`;
}

function explainTimes(claims: JsonObject | null, now: number): string[] {
  return Object.entries(claims ?? {}).flatMap(([name, value]) => {
    const note = explainTime(name, value, now);
    return note === null ? [] : [`${name}: ${note}`];
  });
}
