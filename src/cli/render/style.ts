/** Colours and line breaks. The only chalk import. Every function escapes the text that it is given. */

import { Chalk } from 'chalk';
import stringWidth from 'fast-string-width';
import type { Environment } from '../../index.js';
import type { Output } from '../io.js';
import { escapeTerminal } from './escape.js';

/** Makes text safe, and gives it a colour where the output has colours. */
export type Paint = (text: string) => string;

/** How to write on one output. */
export interface Style {
  readonly plain: Paint;
  readonly strong: Paint;
  readonly dim: Paint;
  readonly good: Paint;
  readonly bad: Paint;
  readonly warn: Paint;
  /** Characters in a line. */
  readonly width: number;
}

const DEFAULT_WIDTH = 80;
const MAX_WIDTH = 120;

/** Decides about colour: the flag, then NO_COLOR, then FORCE_COLOR, then whether this is a terminal. */
export function createStyle(
  output: Pick<Output, 'isTTY' | 'columns'>,
  env: Environment,
  color: boolean | undefined,
): Style {
  const chalk = wantsColor(output, env, color) ? new Chalk({ level: 1 }) : null;
  const paint = (colour: Paint | undefined): Paint =>
    colour === undefined ? escapeTerminal : (text) => colour(escapeTerminal(text));
  return {
    plain: escapeTerminal,
    strong: paint(chalk?.bold),
    dim: paint(chalk?.dim),
    good: paint(chalk?.green),
    bad: paint(chalk?.red),
    warn: paint(chalk?.yellow),
    width: Math.min(Math.max(output.columns ?? DEFAULT_WIDTH, 40), MAX_WIDTH),
  };
}

function wantsColor(output: Pick<Output, 'isTTY'>, env: Environment, color: boolean | undefined): boolean {
  if (color !== undefined) return color;
  if ((env.NO_COLOR ?? '') !== '') return false;
  const force = env.FORCE_COLOR;
  if (force !== undefined) return force !== '0' && force !== 'false';
  return output.isTTY && env.TERM !== 'dumb';
}

/** One column each: Latin letters, and the marks of punctuation that we use. */
const NARROW = /^[ -~\u00a0-\u00ff\u2010-\u2027]*$/;

/** How many columns a safe text takes; the package that knows all others takes long to load. */
export function widthOf(text: string): number {
  return NARROW.test(text) ? text.length : stringWidth(text);
}

/** Breaks a text into lines that fit between `indent` and the width, at spaces where it can. */
export function wrap(text: string, width: number, indent: number): string[] {
  const room = Math.max(width - indent, 20);
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const word of escapeTerminal(text).split(' ')) {
    const width = widthOf(word);
    if (line !== '' && used + 1 + width > room) {
      lines.push(line.trimEnd());
      line = word;
      used = width;
    } else {
      used += line === '' ? width : width + 1;
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** Pads a safe text to a width in columns, as the terminal counts them. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** Columns of text, each as wide as its widest cell; the last is wrapped. Cells are painted after they are measured. */
export function formatTable(
  rows: readonly (readonly string[])[],
  style: Style,
  options: { readonly head?: readonly string[]; readonly paint?: readonly Paint[]; readonly indent?: number } = {},
): string {
  const indent = ' '.repeat(options.indent ?? 2);
  const safe = rows.map((row) => row.map(escapeTerminal));
  const all = options.head === undefined ? safe : [options.head, ...safe];
  const count = all.reduce((most, row) => Math.max(most, row.length), 0);
  const widths = Array.from({ length: count }, (_, column) =>
    all.reduce((most, row) => Math.max(most, widthOf(row[column] ?? '')), 0),
  );
  const lastStart = indent.length + widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0);
  const line = (row: readonly string[], paints: readonly Paint[]): string => {
    const cells = row
      .slice(0, count - 1)
      .map((cell, column) => (paints[column] ?? style.plain)(pad(cell, widths[column] ?? 0)));
    const paintLast = paints[count - 1] ?? style.plain;
    const [first = '', ...rest] = wrap(row[count - 1] ?? '', style.width, lastStart);
    const head = `${indent}${[...cells, paintLast(first)].join('  ')}`.trimEnd();
    return [head, ...rest.map((text) => ' '.repeat(lastStart) + paintLast(text))].join('\n');
  };
  const lines = safe.map((row) => line(row, options.paint ?? []));
  const head =
    options.head === undefined
      ? []
      : [
          line(
            options.head,
            Array.from({ length: count }, () => style.dim),
          ),
        ];
  return [...head, ...lines].map((text) => `${text}\n`).join('');
}

/** More values than fit on a few lines. */
const MAX_VALUES = 20;

/** Lists values, the first of them where there are many. */
export function listSome(values: readonly string[]): string {
  const shown = values.slice(0, MAX_VALUES).join(', ');
  const text = values.length > MAX_VALUES ? `${shown} and ${values.length - MAX_VALUES} more` : shown;
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** Lists values of an attribute; those with commas in quotes, as commas stand between them. */
export function listValues(values: readonly string[]): string {
  return listSome(values.map(quoteUnclear));
}

function quoteUnclear(value: string): string {
  return /^$|[,"]|^\s|\s$/.test(value) ? JSON.stringify(value) : value;
}
