/** An explained config for people: YAML, with the origin of every value in a comment. */

import type { ExplainedConfig, ExplainedValue, Origin } from '../../index.js';
import { escapeJson } from './escape.js';
import { formatJsonLine } from './json.js';
import { pad, type Style } from './style.js';

/** The explained config as a JSON value. */
export function describeConfig({ file, config, values }: ExplainedConfig): object {
  return { file, config, origins: values.map(({ path, origin }) => ({ path, ...origin })) };
}

/** Columns after which comments are no longer aligned. */
const MAX_TEXT = 60;

/** Writes the explained config. */
export function formatConfig({ file, values }: ExplainedConfig, style: Style): string {
  const lines = values.flatMap(({ path, value, origin }, index) => writeLines(path, value, origin, values[index - 1]));
  const width = Math.max(0, ...lines.map(({ text }) => text.length).filter((length) => length <= MAX_TEXT));
  return [
    `${style.dim(`# ${file}`)}\n`,
    ...lines.map(({ text, comment }) =>
      comment === null ? `${text}\n` : `${pad(text, width)}  ${style.dim(`# ${comment}`)}\n`,
    ),
  ].join('');
}

interface Line {
  /** Safe for a terminal. */
  readonly text: string;
  readonly comment: string | null;
}

/** The line of a value, below the lines of those parts of its path that the value before it has not opened. */
function writeLines(path: ExplainedValue['path'], value: unknown, origin: Origin, before?: ExplainedValue): Line[] {
  const shared = path.findIndex((part, depth) => before?.path[depth] !== part);
  return path.flatMap((part, depth): Line[] => {
    if (depth < shared || typeof part === 'number') return [];
    const above = path[depth - 1];
    const opensItem = typeof above === 'number' && depth - 1 >= shared;
    const indent = opensItem ? `${'  '.repeat(depth - 1)}- ` : '  '.repeat(depth);
    const isLast = depth === path.length - 1;
    const text = `${indent}${writeScalar(part)}:`;
    return [
      isLast ? { text: `${text} ${writeValue(value)}`, comment: describeOrigin(origin) } : { text, comment: null },
    ];
  });
}

function describeOrigin({ from, position = '', variables = [] }: Origin): string {
  if (from === 'default') return 'default';
  if (from === 'env') return `env ${variables.join(', ')} · ${position}`;
  return variables.length === 0 ? position : `${position} · ${variables.join(', ')} not set`;
}

/** A value on one line. */
function writeValue(value: unknown): string {
  return typeof value === 'string' ? writeScalar(value) : formatJsonLine(value);
}

/** A string as YAML reads it back: as it is where that is plain, else quoted. */
function writeScalar(text: string): string {
  return /^(?!(?:true|false|yes|no|on|off|y|n|null)$)[A-Za-z][\w./:@-]*$/i.test(text) && !text.endsWith(':')
    ? text
    : escapeJson(JSON.stringify(text));
}
