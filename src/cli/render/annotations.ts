/**
 * GitHub workflow commands that annotate a file; nothing in their texts can end one, or start another.
 *
 * @see https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 */

import { escapeTerminal } from './escape.js';
import type { Place } from './place.js';

/** One annotation. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string;
  /** Null for an annotation of the whole run. */
  readonly place: Place | null;
  /** The message, line by line. */
  readonly lines: readonly string[];
}

/** Writes one annotation, on a line of its own. */
export function formatAnnotation({ level, title, place, lines }: Annotation): string {
  const properties = {
    ...(place === null ? {} : { file: place.file, line: place.line, col: place.column }),
    title,
  };
  const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  // Only our own line breaks are line breaks.
  return `::${level} ${list.join(',')}::${escapeData(lines.map(escapeTerminal).join('\n'))}\n`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(escapeTerminal(text)).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
