/** Colours and line breaks. The only chalk import. Every function escapes the text that it is given. */

import { Chalk } from 'chalk';
import stringWidth from 'fast-string-width';
import { listSome, type Environment } from '../../index.js';
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

/** Writes a label and, beside it, a text that is wrapped. */
export function paragraph(label: string, paint: Paint, text: string, style: Style): string {
  const indent = label.length + 2;
  return `${paint(label)}  ${wrap(text, style.width, indent).join(`\n${' '.repeat(indent)}`)}\n`;
}

/** Writes what is said in passing, wrapped, on lines of its own. */
export function dimLines(text: string, style: Style): string {
  return wrap(text, style.width, 0)
    .map((line) => `${style.dim(line)}\n`)
    .join('');
}

/** Pads a safe text to a width in columns, as the terminal counts them. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/**
 * Columns of text, each as wide as its widest cell; where that is wider than the terminal, the widest are wrapped. Cells are
 * painted after they are measured.
 */
export function formatTable(
  rows: readonly (readonly string[])[],
  style: Style,
  options: { readonly head?: readonly string[]; readonly paint?: readonly Paint[]; readonly indent?: number } = {},
): string {
  const indent = ' '.repeat(options.indent ?? 2);
  const safe = rows.map((row) => row.map(escapeTerminal));
  const all = options.head === undefined ? safe : [options.head, ...safe];
  const widths = fitColumns(all, style.width - indent.length);
  const line = (row: readonly string[], paints: readonly Paint[]): string => {
    const cells = row.map((cell, column) => wrap(cell, widths[column] ?? 0, 0));
    const height = Math.max(...cells.map((lines) => lines.length));
    return Array.from({ length: height }, (_, index) => {
      const texts = cells.map((lines) => lines[index] ?? '');
      const last = texts.findLastIndex((text) => text !== '');
      const painted = texts.slice(0, last + 1).map((text, column) => {
        const paint = paints[column] ?? style.plain;
        return paint(column === last ? text : pad(text, widths[column] ?? 0));
      });
      return `${indent}${painted.join('  ')}\n`;
    }).join('');
  };
  const head =
    options.head === undefined
      ? ''
      : line(
          options.head,
          options.head.map(() => style.dim),
        );
  return head + safe.map((row) => line(row, options.paint ?? [])).join('');
}

/** Widths of columns that fit into the room, as far as words let them. */
function fitColumns(rows: readonly (readonly string[])[], room: number): readonly number[] {
  const widest = (texts: readonly string[]): number => texts.reduce((most, text) => Math.max(most, widthOf(text)), 0);
  const count = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const columns = Array.from({ length: count }, (_, column) => {
    const cells = rows.map((row) => row[column] ?? '');
    const width = widest(cells);
    return { width, least: Math.min(width, Math.max(20, widest(cells.flatMap((cell) => cell.split(' '))))) };
  });
  let excess = columns.reduce((sum, { width }) => sum + width + 2, -2) - room;
  for (const column of [...columns].sort((a, b) => b.width - a.width)) {
    const cut = Math.max(0, Math.min(excess, column.width - column.least));
    column.width -= cut;
    excess -= cut;
  }
  return columns.map(({ width }) => width);
}

/** More items than fit on a few lines. */
const MAX_ITEMS = 20;

/** Lists items, the first of them where there are many. */
export function listItems(items: readonly string[]): string {
  const text = listSome(items, undefined, MAX_ITEMS);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** Lists values of an attribute; those with commas in quotes, as commas stand between them. */
export function listValues(values: readonly string[]): string {
  return listItems(values.map(quoteUnclear));
}

function quoteUnclear(value: string): string {
  return /^$|[,"]|^\s|\s$/.test(value) ? JSON.stringify(value) : value;
}
