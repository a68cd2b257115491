/** Values as JSON that loses no digit and is safe on a terminal. */

import { escapeJson } from './escape.js';

/** Writes a value as indented JSON with a line break at its end; a bigint keeps its digits. */
export function formatJson(value: unknown): string {
  return `${escapeJson(write(value, '\n'))}\n`;
}

/** Writes the same on one line. */
export function formatJsonLine(value: unknown): string {
  // Within strings, line breaks are escaped.
  return formatJson(value).trimEnd().replace(/\n */g, ' ');
}

function write(value: unknown, indent: string): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const deeper = `${indent}  `;
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((item: unknown) => write(item, deeper))
    : Object.entries(value).flatMap(([name, item]: [string, unknown]) =>
        item === undefined ? [] : [`${JSON.stringify(name)}: ${write(item, deeper)}`],
      );
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return `${open}${close}`;
  const flat = parts.join(', ');
  if (isList && flat.length < 80 && !flat.includes('\n')) return `${open}${flat}${close}`;
  return `${open}${deeper}${parts.join(`,${deeper}`)}${indent}${close}`;
}
