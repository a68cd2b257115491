/** Values in a YAML text replaced, and every other byte left as it is. */

import { isMap, isNode, isPair, isScalar, isSeq, parseDocument, visit, type Node, type YAMLMap } from 'yaml';
import { AuthcheckError } from '../errors.js';
import { formatFlow, formatYaml } from './format-yaml.js';
import { formatPath, type Path } from './shape.js';

/** A value in the place of another; its key is added where it is missing. */
export interface Replacement {
  readonly path: Path;
  readonly value: unknown;
}

/** A part of the text, and what comes in its place. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * Replaces values in a text that was parsed before; the comments inside of what is replaced go with it.
 *
 * @throws {AuthcheckError} `input_unreadable` for a value that is used elsewhere too, or comes from elsewhere: an anchor,
 * an alias, a merge key.
 */
export function replaceValues(text: string, file: string, replacements: readonly Replacement[]): string {
  const { contents } = parseDocument(text, { version: '1.2', merge: true, uniqueKeys: false });
  const write = isJson(text) ? (value: unknown): string => JSON.stringify(value) : formatFlow;
  const edits = replacements.map(({ path, value }): Edit => {
    const fail = (): never => {
      const why = 'it has an anchor, an alias or a merge key; write it out first';
      throw new AuthcheckError('input_unreadable', `${file}: ${formatPath(path)} cannot be replaced: ${why}`);
    };
    const key = String(path.at(-1) ?? '');
    const parent = path.slice(0, -1).reduce<unknown>((node, part) => {
      const inner = stepInto(node, part);
      return (isMap(inner) || isSeq(inner)) && isUsedElsewhere(contents, inner.anchor, key) ? fail() : inner;
    }, contents);
    if (!isMap(parent)) return fail();
    const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === key);
    if (pair === undefined) return addTo(parent, text, { [key]: value }, write);
    const old = pair.value;
    if (!isMap(old) && !isSeq(old) && !isScalar(old)) return fail();
    if (isShared(old)) return fail();
    return replace(old, text, value, write);
  });
  return applyEdits(text, edits);
}

/** Writes a value on one line. */
type WriteFlow = (value: unknown) => string;

/** What others read as JSON must stay so. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** In one pass: a long text is not copied for each of many edits. What is new ends its lines as the others do. */
function applyEdits(text: string, edits: readonly Edit[]): string {
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const parts: string[] = [];
  let done = 0;
  for (const { from, to, text: fresh } of [...edits].sort((a, b) => a.from - b.from)) {
    parts.push(text.slice(done, from), fresh.replaceAll('\n', lineEnd));
    done = to;
  }
  return parts.join('') + text.slice(done);
}

function stepInto(node: unknown, part: string | number): unknown {
  if (isSeq(node)) return node.items[Number(part)];
  if (!isMap(node)) return undefined;
  return node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part))?.value;
}

/** Whether an anchored value is used elsewhere; a merge into a mapping that has the key itself does not count. */
function isUsedElsewhere(contents: Node | null, anchor: string | undefined, key: string): boolean {
  let used = false;
  if (anchor === undefined) return used;
  visit(contents, {
    Alias: (_key, { source }, path) => {
      const pair = path.findLast(isPair);
      const owner = path.findLast((node) => isMap(node) && pair !== undefined && node.items.includes(pair));
      const isMerged = isScalar(pair?.key) && pair.key.source === '<<';
      used ||= source === anchor && !(isMerged && isMap(owner) && owner.has(key));
    },
  });
  return used;
}

function isShared(node: Node): boolean {
  let shared = false;
  visit(node, {
    Alias: () => void (shared = true),
    Collection: (_key, { anchor }) => void (shared ||= anchor !== undefined),
    Scalar: (_key, { anchor, value }) => void (shared ||= anchor !== undefined || value === '<<'),
  });
  return shared;
}

function replace(node: Node, text: string, value: unknown, write: WriteFlow): Edit {
  const { from, to } = extentOf(node, text);
  const isBlock = isMap(node) && node.flow !== true;
  return { from, to, text: isBlock ? writeBlock(value, columnOf(text, from)) : write(value) };
}

/** Adds a member at the end of a mapping. */
function addTo(map: YAMLMap, text: string, member: Readonly<Record<string, unknown>>, write: WriteFlow): Edit {
  if (map.flow === true) return addToFlow(map, text, write(member));
  const { from, to } = extentOf(map, text);
  const column = columnOf(text, from);
  // A comment behind the last value stays where it is.
  const end = to + text.slice(to).search(/\r?\n|$/);
  return { from: end, to: end, text: `\n${' '.repeat(column)}${writeBlock(member, column)}` };
}

/** Right behind the last value: between it and the bracket there may be a comma, and comments. */
function addToFlow(map: YAMLMap, text: string, member: string): Edit {
  const inner = member.slice(1, -1).trim();
  const last = map.items.at(-1);
  const node = last?.value ?? last?.key;
  if (isNode(node)) {
    const { to } = extentOf(node, text);
    return { from: to, to, text: `, ${inner}` };
  }
  const start = extentOf(map, text).from + 1;
  return { from: start, to: start, text: ` ${inner} ` };
}

/** Where a node stands; the range of a block goes on over the white space behind it. */
function extentOf(node: Node, text: string): { readonly from: number; readonly to: number } {
  const [from = 0, to = 0] = node.range ?? [];
  return { from, to: from + text.slice(from, to).trimEnd().length };
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

/** Lines that begin at a column; the first stands there already. */
function writeBlock(value: unknown, column: number): string {
  return formatYaml(value)
    .trimEnd()
    .replaceAll('\n', `\n${' '.repeat(column)}`);
}
