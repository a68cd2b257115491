/** The keys of a parsed document: those that nobody should write, and where what they name stands. Pure. */

import { isAlias, isMap, isNode, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import type { Part, Path } from './shape.js';

/** A key that is refused, and where it stands. */
export interface WrongKey {
  readonly code: 'config_syntax' | 'key_repeated';
  readonly offset: number;
  readonly message: string;
}

/** Finds an alias of nothing, and a key that is not there, is no single value, stands twice, or names no claim. */
export function findWrongKey(root: unknown, text: string): WrongKey | null {
  const nodes = listNodes(root);
  const anchors = new Map(nodes.map((node) => [isAlias(node) ? undefined : node.anchor, node]));
  const resolve: Resolve = (node) => (isAlias(node) ? anchors.get(node.source) : node);
  const lost = nodes.find((node) => isAlias(node) && !anchors.has(node.source));
  if (lost !== undefined) {
    const message = 'an alias names no anchor; quote a value that starts with "*"';
    return { code: 'config_syntax', offset: offsetOf(lost) ?? 0, message };
  }
  const mappings = nodes.filter((node) => isMap(node));
  for (const mapping of mappings) {
    const wrong = findMissing(mapping, text) ?? findUnhashable(mapping, resolve) ?? findRepeated(mapping);
    if (wrong !== null) return wrong;
  }
  return findUnnamed(
    mappings.flatMap(({ items }) => items.filter((pair) => keyOf(pair) === 'claims_mapping').map(({ value }) => value)),
    resolve,
  );
}

/** What an alias names; of any other part, itself. */
type Resolve = (node: unknown) => unknown;

/** Every part of a document once, aliases included. */
export function listNodes(root: unknown): Node[] {
  const nodes: Node[] = [];
  const queue: unknown[] = [root];
  for (const node of queue) {
    if (!isNode(node)) continue;
    nodes.push(node);
    if (isSeq(node)) for (const item of node.items) queue.push(item);
    if (isMap(node)) for (const { key, value } of node.items) queue.push(key, value);
  }
  return nodes;
}

/** PyYAML wants something before a colon: "?", if nothing else. */
function findMissing({ items }: YAMLMap, text: string): WrongKey | null {
  for (const { key } of items) {
    const isBare = isScalar(key) && key.value === null && key.anchor === undefined && key.tag === undefined;
    const offset = isBare ? findBareColon(key, text) : null;
    if (offset === null) continue;
    return { code: 'config_syntax', offset, message: 'there is no key before this ":"; remove it, or write one' };
  }
  return null;
}

const COLON = /(?:\s|#[^\n]*\n)*:/y;

/** Where the colon behind a key stands, if the key is nothing and no "?" says that it is one; null otherwise. */
function findBareColon(key: Node, text: string): number | null {
  const offset = offsetOf(key) ?? 0;
  COLON.lastIndex = offset;
  return COLON.test(text) && !text.slice(0, offset).trimEnd().endsWith('?') ? COLON.lastIndex - 1 : null;
}

/** To Python a key must be hashable: it gives up at `{{ NAME }}`, a mapping with a mapping for its key. */
function findUnhashable({ items }: YAMLMap, resolve: Resolve): WrongKey | null {
  const pair = items.find(({ key }) => isMap(resolve(key)) || isSeq(resolve(key)));
  if (pair === undefined) return null;
  const message = 'a mapping or list is used as a key here; quote a value that starts with "{" or "["';
  return { code: 'config_syntax', offset: offsetOf(pair.key) ?? 0, message };
}

function findRepeated({ items }: YAMLMap): WrongKey | null {
  const seen = new Set<string>();
  for (const pair of items) {
    const key = keyOf(pair);
    if (key === null) continue;
    if (seen.has(key))
      return {
        code: 'key_repeated',
        offset: offsetOf(pair.key) ?? 0,
        message: 'a key occurs twice in one mapping',
      };
    seen.add(key);
  }
  return null;
}

/** Looks through aliases and what is merged; each mapping once, as aliases may multiply, or hold themselves. */
function findUnnamed(claimsMappings: readonly unknown[], resolve: Resolve): WrongKey | null {
  const queue = claimsMappings.map(resolve);
  const judged = new Set<unknown>();
  for (const node of queue) {
    if (judged.has(node)) continue;
    judged.add(node);
    if (isSeq(node)) for (const item of node.items) queue.push(resolve(item));
    if (!isMap(node)) continue;
    for (const { key, value } of node.items) {
      if (isMergeKey(key)) queue.push(resolve(value));
      else if (namesNothing(resolve(key)))
        return {
          code: 'config_syntax',
          offset: offsetOf(key) ?? 0,
          message: 'to the server this key is not a string; quote it',
        };
    }
  }
  return null;
}

/** `on` is true to the server, and `42` a number: it refuses them as names of claims. */
function namesNothing(key: unknown): boolean {
  return isScalar(key) && typeof key.value !== 'string';
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && typeof key.value === 'symbol';
}

/**
 * Makes what finds the offset of the value at a path, of the key that names it, or of the nearest part above them. There
 * may be as many findings as keys, so that each mapping is indexed once.
 */
export function indexOffsets(root: Node | null): (path: Path, part?: Part) => number {
  const indexes = new WeakMap<YAMLMap, ReadonlyMap<string | null, Pair>>();
  const pairOf = (map: YAMLMap, key: string): Pair | undefined => {
    const index = indexes.get(map) ?? new Map(map.items.map((pair) => [keyOf(pair), pair]));
    indexes.set(map, index);
    return index.get(key);
  };
  return (path, part = 'value') => {
    let node: unknown = root;
    let offset = root?.range?.[0] ?? 0;
    for (const [index, name] of path.entries()) {
      const pair = isMap(node) ? pairOf(node, String(name)) : undefined;
      const next: unknown =
        pair !== undefined ? (pair.value ?? pair.key) : isSeq(node) ? node.items[Number(name)] : null;
      const isNamed = part === 'key' && index === path.length - 1;
      const start = (isNamed ? null : offsetOf(next)) ?? offsetOf(pair?.key) ?? offsetOf(next);
      if (start === null) return offset;
      offset = start;
      node = next;
    }
    return offset;
  };
}

function keyOf(pair: Pair): string | null {
  return isScalar(pair.key) ? String(pair.key.value) : null;
}

function offsetOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}
