/** A YAML or JSON text to a plain value that remembers the line and column of every part. */

import { isMap, isPair, isScalar, isSeq, Lexer, LineCounter, parseDocument } from 'yaml';
import type { CollectionTag, Document, Tags } from 'yaml';
import { ConfigError } from '../errors.js';
import { findWrongKey, indexOffsets, listNodes } from './document-keys.js';
import type { FindingCode } from './finding-codes.js';
import { SCALAR_FAULTS, SCALARS, SET_TAG } from './python-scalars.js';
import { findBrokenKey, findOddCharacter, findRefused, findUnclosed, type Refusal } from './python-yaml.js';
import type { Locate } from './shape.js';

/** A parsed document. */
export interface ConfigDocument {
  readonly value: unknown;
  /** The position of the value at a path, of the key that names it, or of the nearest part above, as `file:line:column`. */
  readonly locate: Locate;
}

/**
 * Parses a config text. By default YAML 1.1, as the server's parser reads it (`1:30` is 90, `yes` is true); JSON is YAML.
 *
 * @throws {ConfigError} for a syntax error, a duplicate key, an unknown tag, too deep nesting, or aliases that explode.
 */
export function parseConfigText(text: string, file: string, version: '1.1' | '1.2' = '1.1'): ConfigDocument {
  const lines = new LineCounter();
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const fail = (message: string, position: string, code: FindingCode = 'config_syntax'): never => {
    throw new ConfigError([{ severity: 'error', code, path: '', position, message }]);
  };

  try {
    const document = parseDocument(text, {
      version,
      // A directive in the file switches nothing for the server.
      ...(version === '1.1' ? { schema: 'yaml-1.1', customTags: replaceTags } : {}),
      merge: true,
      // The parser's own check is quadratic; ours is not, and names the place.
      uniqueKeys: false,
      lineCounter: lines,
      prettyErrors: false,
      // It prints nothing at this level either; at `silent`, a second document would be no error.
      logLevel: 'error',
    });
    const fault = findFault(document, text, version);
    if (fault !== null) return fail(fault.message, at(fault.offset), fault.code);
    if (version === '1.1' && !text.endsWith('\n')) endAsText(document.contents, text);
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    if (holdsItself(value)) return fail('an alias refers to a value that contains it', at(0));
    const offsetOf = indexOffsets(document.contents);
    return { value, locate: (path, part) => at(offsetOf(path, part)) };
  } catch (error) {
    const isMerge = error instanceof Error && error.message.startsWith(MERGE_FAULT);
    if (error instanceof RangeError || error instanceof ReferenceError || isMerge)
      return fail(describeFault(error.name, error.message), at(0));
    throw error;
  }
}

interface Fault extends Refusal {
  /** Default `config_syntax`. */
  readonly code?: FindingCode;
}

/** The first thing wrong with a text that was parsed; of a config, what only the server's parser refuses counts too. */
function findFault(document: Document.Parsed, text: string, version: '1.1' | '1.2'): Fault | null {
  const odd = version === '1.1' ? findOddCharacter(text) : null;
  if (odd !== null) return odd;
  const faults = [...document.errors, ...document.warnings];
  const fault = faults.find(
    ({ message, pos: [at] }) => version === '1.2' || !isSoundComment(message, text.charAt(at - 1)),
  );
  if (fault !== undefined) {
    const [offset] = fault.pos;
    // PyYAML reads on, to the next quote, which may be the one that was meant.
    const goesOn = fault.message.startsWith('Missing closing ') && text.slice(offset).trim() !== '';
    // In a file of tests, which is read as 1.2, nothing would be put in the place of it.
    if (version === '1.1' && offset > 0 && text.startsWith('${', offset - 1)) return { offset, message: BARE_VARIABLE };
    return { offset, message: goesOn ? GOES_ON : describeFault(fault.code, fault.message) };
  }
  const lexemes = [...new Lexer().lex(text)];
  const refused = findUnclosed(lexemes) ?? (version === '1.1' ? findRefused(lexemes) : null);
  const wrong = refused ?? findWrongKey(document.contents, text);
  return wrong ?? (version === '1.1' ? (findBrokenKey(lexemes) ?? findUntagged(document.contents)) : null);
}

/** Of a value behind a lone `!` the parser makes a text, and PyYAML what it is without the tag, even within quotes. */
function findUntagged(root: unknown): Fault | null {
  // To Python, "$" is before the line break too with which the text of a block ends.
  const isOther = (text = ''): boolean =>
    SCALARS.some((rule) => rule.default === true && rule.test?.test(text.replace(/\n$/, '')));
  const found = listNodes(root).find((node) => isScalar(node) && node.tag === '!' && isOther(node.source));
  const [offset = 0] = found?.range ?? [];
  const message = 'to the server a lone "!" changes nothing, and a number behind it is one; remove it';
  return found === undefined ? null : { offset, message };
}

/** PyYAML wants no white space before a comment where what goes before has ended: behind quotes, brackets and commas. */
function isSoundComment(message: string, before: string): boolean {
  return message.startsWith('Comments must be separated') && /["'[\]{},]/.test(before);
}

/** The tags of the parser, with the server's own single values, and sets of which it takes the keys. */
function replaceTags(tags: Tags): Tags {
  const own = new Set(SCALARS.filter(({ default: isDefault }) => isDefault !== 'key').map(({ tag }) => tag));
  const others = tags.filter((tag) => typeof tag === 'string' || !own.has(tag.tag));
  return [...others.map((tag) => (isSetTag(tag) ? takeKeys(tag) : tag)), ...SCALARS];
}

function isSetTag(tag: Tags[number]): tag is CollectionTag {
  return typeof tag !== 'string' && tag.tag === SET_TAG;
}

/** The parser refuses a set whose keys have values; the server drops them. */
function takeKeys(tag: CollectionTag): CollectionTag {
  return {
    ...tag,
    resolve: (node, onError, options) => {
      for (const item of node.items) if (isPair(item)) item.value = null;
      return tag.resolve?.(node, onError, options);
    },
  };
}

/** How often what is named may be repeated, all in all: a config of many models repeats much, a bomb more. */
const MAX_ALIASES = 10_000;

/** How the parser's only error without a class begins. */
const MERGE_FAULT = 'Merge sources must be';

/** The parser's own messages quote the text, which may be a secret; its codes do not. */
function describeFault(code: string, message: string): string {
  // The parser recurses; the stack it may use is what bounds the nesting.
  if (message.includes('call stack')) return 'the document is nested too deeply';
  if (message.startsWith(MERGE_FAULT)) return '"<<" merges something that is not a mapping';
  if (message.includes('alias count')) return 'the aliases multiply without end';
  if (message.includes('alias')) return 'an alias names no anchor; quote a value that starts with "*"';
  if (code === 'MULTIPLE_DOCS') return 'a second document starts here; the server reads single-document files only';
  if (SCALAR_FAULTS.includes(message)) return message;
  if (code === 'BAD_INDENT' && message.startsWith('Flow '))
    return 'a bracket or a comma is missing before this; or, if what is in brackets goes on here, indent this line more than the key before them';
  if (code === 'TAG_RESOLVE_FAILED') return 'there is no such tag; quote a value that starts with "!"';
  return `this is not valid YAML (${FAULTS[code] ?? code.toLowerCase().replaceAll('_', ' ')})`;
}

const GOES_ON =
  'a quote is missing before this; or, if the text in quotes goes on in the next line, indent that more than the key before them';
const BARE_VARIABLE = 'within brackets, quote a value with a variable: "${env.NAME}"';

/** What people do wrong most. */
const FAULTS: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'quote a value that starts with "*"',
  BAD_INDENT: 'this line is indented less, or more, than it must be',
  BAD_SCALAR_START: 'quote a value that starts with this character',
  BLOCK_AS_IMPLICIT_KEY: 'a ":" within a value; quote the value, or indent the next line no more than this one',
  MISSING_CHAR: 'a quote, a bracket or a comma is missing before this',
  MULTILINE_IMPLICIT_KEY: 'there is no ":" with a space after it in this line',
  TAB_AS_INDENT: 'a tab; indent with spaces',
  UNEXPECTED_TOKEN: 'what goes before has ended already',
};

/** Where a file ends without a line break, the parser adds one to a block at its end, and the server does not. */
function endAsText(root: unknown, text: string): void {
  let last = root;
  while (isMap(last) || isSeq(last)) {
    const item: unknown = last.items.at(-1);
    last = isPair(item) ? (item.value ?? item.key) : item;
  }
  if (!isScalar(last) || typeof last.value !== 'string' || !last.type?.startsWith('BLOCK')) return;
  const [start, end] = last.range ?? [0, 0];
  if (end === text.length && endsInContent(text.slice(start))) last.value = last.value.replace(/\n$/, '');
}

/** Whether the last line of a block is part of its value; one that is indented less than the others is not. */
function endsInContent(block: string): boolean {
  const [, ...lines] = block.split('\n');
  const last = lines.at(-1) ?? '';
  const first = lines.find((line) => line.trim() !== '');
  return first === undefined ? lines.length < 2 : last.trim() !== '' || last.length > first.search(/\S/);
}

/** Whether a value is part of itself: no text means that, and nobody could read it to its end. */
function holdsItself(value: unknown, above = new Set<object>(), known = new Set<object>()): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || known.has(value)) return false;
  if (above.has(value)) return true;
  above.add(value);
  const found = Object.values(value).some((inner) => holdsItself(inner, above, known));
  above.delete(value);
  known.add(value);
  return found;
}
