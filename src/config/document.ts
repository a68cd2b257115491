/** A YAML or JSON text to a plain value that remembers the line and column of every part. The only `yaml` import. */

import { isMap, isScalar, isSeq, LineCounter, parseDocument, stringify, type Node, type Pair } from 'yaml';
import { ConfigError } from '../errors.js';

/** A parsed document. */
export interface ConfigDocument {
  readonly value: unknown;
  /** The position of the value at a path, or of the nearest part above it, as `file:line:column`. */
  readonly locate: (path: readonly (string | number)[]) => string;
}

/** Largest config text that is parsed: 1 MiB. */
export const MAX_CONFIG_BYTES: number = 1024 * 1024;

const MAX_NESTING = 100;

/**
 * Parses a config text. YAML 1.1, as the server's parser reads it (`1:30` is 90, `yes` is true); JSON is YAML.
 *
 * @throws {ConfigError} for a syntax error, a duplicate key, an unknown tag, too deep nesting, or aliases that explode.
 */
export function parseConfigText(text: string, file: string): ConfigDocument {
  const lines = new LineCounter();
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const fail = (message: string, position: string | null): never => {
    throw new ConfigError([{ severity: 'error', code: 'config_syntax', path: '', position, message }]);
  };
  if (nesting(text) > MAX_NESTING) return fail(`the document is nested more than ${MAX_NESTING} deep`, `${file}:1:1`);

  const document = parseDocument(text, {
    version: '1.1',
    merge: true,
    uniqueKeys: true,
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault !== undefined) return fail(firstLine(fault.message), at(fault.pos[0]));

  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    if (error instanceof ReferenceError || error instanceof RangeError) return fail(firstLine(error.message), null);
    throw error;
  }
  return { value, locate: (path) => at(nearestOffset(document.contents, path)) };
}

/** Writes a value as YAML. */
export function formatYaml(value: unknown): string {
  return stringify(value);
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message;
}

function nearestOffset(root: Node | null, path: readonly (string | number)[]): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const part of path) {
    const pair = isMap(node) ? node.items.find((item) => keyOf(item) === String(part)) : undefined;
    const next: unknown = pair !== undefined ? (pair.value ?? pair.key) : isSeq(node) ? node.items[Number(part)] : null;
    const start = rangeOf(next) ?? rangeOf(pair?.key);
    if (start === null) return offset;
    offset = start;
    node = next;
  }
  return offset;
}

function keyOf(pair: Pair): string | null {
  return isScalar(pair.key) ? String(pair.key.value) : null;
}

function rangeOf(node: unknown): number | null {
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return null;
  return node.range?.[0] ?? null;
}

/** Counts how deep a text can nest, so that the parser's recursion is bounded before it starts. */
function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const character of text) {
    if (character === '[' || character === '{') deepest = Math.max(deepest, (depth += 1));
    else if (character === ']' || character === '}') depth = Math.max(0, depth - 1);
  }
  const indents = text.match(/^[ \t]*(?:- )*/gm) ?? [];
  const widest = indents.reduce((most, indent) => Math.max(most, (indent.match(/- /g) ?? []).length), 0);
  return Math.max(deepest, widest);
}
